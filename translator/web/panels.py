"""Panels: one fragment of HTML each, with buttons and forms that call Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import gradio as gr

from translator.web import sheet
from translator.web.desk import Answer, named
from translator.web.strings import Language

_HERE = Path(__file__).parent

Work = Callable[[Answer, Language], Answer]


def panel(name: str, calls: Sequence[tuple[str, Work]] = ()) -> gr.HTML:
    """An empty panel; its script may call the functions by their names."""
    return gr.HTML(
        value={},
        html_template=(_HERE / "panel.html").read_text("utf-8"),
        js_on_load=script("common.js", "panel.js"),
        apply_default_css=False,
        server_functions=[named(key, work) for key, work in calls],
        elem_id=name,
        name=name,
    )


def value(speaking: Language, html: object) -> Answer:
    """A panel's value: what it shows."""
    return {"words": sheet.words(speaking), "html": str(html)}


def script(*names: str) -> str:
    """Scripts of the page that run one after the other."""
    return "\n".join((_HERE / name).read_text("utf-8") for name in names)
