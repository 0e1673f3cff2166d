"""How an article is translated: the engine with its model, and how hard it searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from translator.engines import QUALITIES, Quality
from translator.pipeline import Options
from translator.service import Service
from translator.web.strings import Language, say


class SettingForm:
    """The components; `inputs` are a Setting's fields."""

    def __init__(
        self, service: Service, i18n: Callable[[str], Any], label: str, quality: Quality
    ) -> None:
        self._service = service
        choices = _choices(service)
        self._engine = gr.Dropdown(
            choices, value=choices[0][1], label=i18n(label), min_width=220, filterable=False
        )
        self._quality = gr.Radio(
            [(i18n(one).key, one) for one in QUALITIES],
            value=quality,
            label=i18n("quality"),
            min_width=160,
        )
        self.inputs = [self._engine, self._quality]

    def localised(self, speaking: Language) -> dict[Any, Any]:
        """The names of the choices; models may have come since the page was made."""
        names = [(say(speaking, quality), quality) for quality in QUALITIES]
        return {
            self._engine: gr.update(choices=_choices(self._service)),
            self._quality: gr.update(choices=names),
        }


@dataclass(frozen=True, slots=True)
class Setting:
    """What the form holds."""

    engine: str
    quality: Quality

    def options(self, glossary: Path | None) -> Options:
        """The pipeline's options; the service says whether it has that engine and model."""
        engine, _, model = self.engine.partition(" ")
        decoding = QUALITIES[self.quality]
        return Options(engine=engine, model=model, decoding=decoding, glossary=glossary)


def _choices(service: Service) -> list[tuple[str, str]]:
    """(title, engine and model); of two with one title the engine tells them apart."""
    found = service.choices()
    titles = Counter(one.title for one in found)
    return [
        (
            one.title if titles[one.title] == 1 else f"{one.title}, {one.engine}",
            f"{one.engine} {one.model}",
        )
        for one in found
    ]
