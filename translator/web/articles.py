"""Where an article comes from: pasted, a file, an address or a sample; one form for every tab."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from translator import documents
from translator.documents import Document
from translator.errors import InputError
from translator.home import shipped
from translator.text import shown_name
from translator.web.desk import alert, language
from translator.web.strings import Language, say

ORIGINS = ("text", "file", "url", "sample")
_ENDINGS = [".txt", ".md", ".docx", ".html", ".htm", ".pdf"]


class ArticleForm:
    """The components; `inputs` are what `read` takes."""

    def __init__(self, i18n: Callable[[str], Any]) -> None:
        self._origin = gr.Radio(
            [(i18n(f"from_{one}").key, one) for one in ORIGINS], value="text", label=i18n("from")
        )
        with gr.Column(elem_classes="pasted") as text_box:
            text = gr.Textbox(
                label=i18n("text"), placeholder=i18n("text_hint"), lines=9, max_lines=18
            )
        with gr.Column(visible=False) as file_box:
            self._file = gr.File(label=i18n("file"), file_types=_ENDINGS, height=150)
            self._read = gr.State()
        with gr.Column(visible=False) as url_box:
            url = gr.Textbox(label=i18n("url"), placeholder="https://", max_lines=1)
        with gr.Column(visible=False) as sample_box:
            sample = gr.Dropdown(_sample_titles(), label=i18n("sample"))
        self._origin.change(
            lambda origin: [gr.update(visible=origin == one) for one in ORIGINS],
            self._origin,
            [text_box, file_box, url_box, sample_box],
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
        self.inputs = [self._origin, text, self._read, url, sample]

    def listen(self, shown: gr.HTML) -> None:
        """Read a file as soon as it is there; `shown` says what is wrong with it."""

        def read(path: str | None, request: gr.Request) -> tuple[Any, Any]:
            try:
                return (_uploaded(path) if path else None), gr.skip()
            except Exception as fault:  # noqa: BLE001 - the last one before the reader
                return None, alert(fault, language(request))

        self._file.upload(
            read, self._file, [self._read, shown], show_progress="minimal", api_visibility="private"
        )
        self._file.clear(lambda: None, None, self._read, queue=False, api_visibility="private")

    def localised(self, speaking: Language) -> dict[Any, Any]:
        """The names of the choices, which Gradio does not translate by itself."""
        choices = [(say(speaking, f"from_{origin}"), origin) for origin in ORIGINS]
        return {self._origin: gr.update(choices=choices)}


@dataclass(frozen=True, slots=True)
class Article:
    """What the form holds; `file` was read when it was uploaded."""

    origin: str
    text: str | None
    file: Document | None
    url: str | None
    sample: str | None

    def read(self, speaking: Language) -> Document:
        """The article.

        Raises:
            InputError: there is none yet, or it cannot be read.
        """
        if self.origin == "file" and self.file:
            return self.file
        if self.origin == "sample" and self.sample in _samples():
            return documents.read(str(_samples()[self.sample]))
        if self.origin == "text" and self.text and self.text.strip():
            return documents.from_text(self.text, "-")
        address = (self.url or "").strip()
        # `read` takes paths too, and no reader of this page may name a file of the server.
        if self.origin == "url" and address.lower().startswith(("http://", "https://")):
            return documents.read(address)
        raise InputError(say(speaking, f"needs_{self.origin}"))


def _uploaded(path: str) -> Document:
    """A file under its own name; what was uploaded is deleted."""
    file = Path(path)
    try:
        return replace(documents.read(path), source=shown_name(file.name))
    except InputError as fault:
        raise InputError(str(fault).replace(path, shown_name(file.name))) from fault
    finally:
        file.unlink(missing_ok=True)


def _samples() -> dict[str, Path]:
    folder = shipped("seeds") / "articles"
    return {path.name.removesuffix(".zh.txt"): path for path in folder.glob("*.zh.txt")}


def _sample_titles() -> list[tuple[str, str]]:
    manifest = (shipped("seeds") / "manifest.jsonl").read_text("utf-8")
    entries = [json.loads(line) for line in manifest.splitlines()]
    known = _samples()
    return [(entry["title"], entry["id"]) for entry in entries if entry["id"] in known]
