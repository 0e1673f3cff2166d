"""The first tab: an article and how to translate it, then the sheet that fills as it is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, get_args

import anyio.to_thread
import gradio as gr

from translator.brief import BriefOptions, Style
from translator.documents import Document
from translator.engines import QUALITY, Quality
from translator.glossary import Glossary
from translator.service import Job, Order, Service
from translator.web import panels, sheet
from translator.web.articles import Article, ArticleForm
from translator.web.desk import Desk, alert, client, language
from translator.web.follower import Follower
from translator.web.house import House, uploaded_terms
from translator.web.settings import Setting, SettingForm
from translator.web.strings import Language, say

_HERE = Path(__file__).parent
_STREAMED: dict[str, Any] = {
    "concurrency_limit": None,
    "trigger_mode": "multiple",
    "show_progress": "hidden",
    "api_visibility": "private",
}


class Translating:
    """The tab's components, and what they do."""

    def __init__(self, service: Service, house: House, i18n: Callable[[str], Any]) -> None:
        self._service, self._house = service, house
        self._follower = Follower(service)
        self._desk = Desk(service)
        with gr.Accordion(i18n("article"), open=True, elem_classes="input") as self._form:
            self._article = ArticleForm(i18n)
            with gr.Row():
                self._setting = SettingForm(service, i18n, "engine", QUALITY)
                self._style = gr.Dropdown(
                    [(i18n(one).key, one) for one in (*get_args(Style), "none")],
                    value="press",
                    label=i18n("style"),
                    min_width=160,
                    filterable=False,
                )
            with gr.Accordion(i18n("more"), open=False):
                terms_file = gr.File(
                    label=i18n("glossary"), file_types=[".csv", ".tsv", ".tbx"], height=120
                )
                terms = gr.State()
            go = gr.Button(i18n("translate"), variant="primary", elem_classes="go")
        self.sheet = gr.HTML(
            value={},
            html_template=(_HERE / "sheet.html").read_text("utf-8"),
            js_on_load=panels.script("common.js", "sheet.js"),
            apply_default_css=False,
            server_functions=self._desk.calls,
            elem_id="sheet",
        )
        self._article.listen(self.sheet)
        terms_file.upload(
            _read_terms, terms_file, [terms, self.sheet], show_progress="minimal",
            api_visibility="private",
        )  # fmt: skip
        terms_file.clear(lambda: None, None, terms, queue=False, api_visibility="private")
        inputs = [*self._article.inputs, *self._setting.inputs, self._style, terms]
        shown = [self.sheet, self._form]
        go.click(self._submit, inputs, shown, **_STREAMED)
        self.sheet.follow(self._resume, None, shown, **_STREAMED)

    def localised(self, speaking: Language) -> dict[Any, Any]:
        """What Gradio does not translate by itself, and the sheet before anything is on it."""
        styles = [(say(speaking, one), one) for one in (*get_args(Style), "none")]
        return {
            **self._article.localised(speaking),
            **self._setting.localised(speaking),
            self._style: gr.update(choices=styles),
            self.sheet: sheet.blank(speaking, "empty_title", "empty_text"),
        }

    async def _submit(
        self,
        origin: str,
        text: str | None,
        file: Document | None,
        url: str | None,
        sample: str | None,
        engine: str,
        quality: Quality,
        style: str,
        terms: Glossary | None,
        request: gr.Request,
    ) -> AsyncIterator[tuple[Any, Any]]:
        speaking = language(request)
        article, setting = Article(origin, text, file, url, sample), Setting(engine, quality)
        wanted = None if style == "none" else BriefOptions(style=style)  # type: ignore[arg-type]

        def submitted() -> Job:
            document = article.read(speaking)
            with self._house.with_terms(terms) as glossary:
                options = setting.options(glossary)
                return self._service.submit(Order(document, options, wanted, client(request)))

        try:
            job = await anyio.to_thread.run_sync(submitted)
        except Exception as fault:  # noqa: BLE001 - the last one before the reader
            yield alert(fault, speaking), gr.skip()
            return
        async for update in self._followed(job.id, request):
            yield update

    async def _resume(
        self, event: gr.EventData, request: gr.Request
    ) -> AsyncIterator[tuple[Any, Any]]:
        async for update in self._followed(str(event.job), request):
            yield update

    async def _followed(self, job_id: str, request: gr.Request) -> AsyncIterator[tuple[Any, Any]]:
        speaking = language(request)
        first = True
        try:
            async for job in self._follower.follow(str(request.session_hash), job_id):
                value = await anyio.to_thread.run_sync(self._desk.sheet, job, speaking)
                yield value, gr.update(open=False) if first else gr.skip()
                first = False
        except Exception as fault:  # noqa: BLE001 - the last one before the reader
            yield alert(fault, speaking), gr.skip()


def _read_terms(path: str | None, request: gr.Request) -> tuple[Any, Any]:
    try:
        return (uploaded_terms(path) if path else None), gr.skip()
    except Exception as fault:  # noqa: BLE001 - the last one before the reader
        return None, alert(fault, language(request))
