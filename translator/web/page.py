"""The page: its tabs, its languages, and how it is mounted on the server's app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr
from fastapi import FastAPI

from translator.service import Service
from translator.web import strings, theme, uploads
from translator.web.comparing import Comparing
from translator.web.desk import language
from translator.web.evaluating import Evaluating
from translator.web.house import House
from translator.web.stores import Stores
from translator.web.translating import Translating

_PREFIX = "translator_"  # Gradio has words of its own by names like `file`


def mount(app: FastAPI, service: Service) -> FastAPI:
    """The app with the page at `/`."""
    folder = uploads.folder()
    english, chinese = (_prefixed(strings.table(one)) for one in ("en", "zh"))
    # Gradio has tables of its own for zh-CN and zh-TW, which would hide a plain zh.
    tables = {"en": english, "zh": chinese, "zh-CN": chinese, "zh-TW": chinese}
    i18n = gr.I18n(**tables)
    page = build(service, lambda key: i18n(_PREFIX + key))
    # Unless it is told so, Gradio takes any path that a client names for that of an upload, and
    # who can open the page could read the files of the server.
    page.has_launched = True
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,  # it would keep articles in the browser
        show_error=False,
        enable_monitoring=False,
        i18n=i18n,
        theme=theme.theme(),
        head=f"<style>{theme.style_sheet()}</style>",
    )
    mounted.add_middleware(uploads.Bounded, folder=folder)
    return mounted


def build(service: Service, i18n: Callable[[str], Any]) -> Any:
    """The page of a service; `i18n` makes a key what Gradio says in the browser's language."""
    house = House()
    # Uploads are read at once; what nobody reads is deleted within the hour.
    with gr.Blocks(
        title="Translator", analytics_enabled=False, fill_width=True, delete_cache=(600, 1800)
    ) as page:
        gr.HTML(
            value=i18n("tagline"),
            html_template="<div class='brand'><b>translator</b><span>${value}</span></div>",
            apply_default_css=False,
        )
        with gr.Tabs():
            with gr.Tab(i18n("tab_translate")):
                translating = Translating(service, house, i18n)
            with gr.Tab(i18n("tab_compare")):
                comparing = Comparing(service, house, i18n)
            with gr.Tab(i18n("tab_evaluate")):
                evaluating = Evaluating(i18n)
            with gr.Tab(i18n("tab_stores")):
                stores = Stores(service, house, i18n)
        tabs = (translating, comparing, evaluating, stores)

        def localised(request: gr.Request) -> dict[Any, Any]:
            speaking = language(request)
            return {part: value for tab in tabs for part, value in tab.localised(speaking).items()}

        page.load(
            localised,
            None,
            [part for tab in tabs for part in tab.localised("en")],
            queue=False,
            show_progress="hidden",
            api_visibility="private",
        )
    page.queue(default_concurrency_limit=None, api_open=False)
    return page


def _prefixed(table: Mapping[str, str]) -> dict[str, str]:
    return {_PREFIX + key: text for key, text in table.items()}
