"""How an article is translated: the engine with its model, and how hard it searches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from translator.engines import GREEDY, Decoding
from translator.errors import UsageError
from translator.pipeline import Options
from translator.service import Service
from translator.web.strings import Language, say

QUALITIES = ("best", "fast")


class SettingForm:
    """The components; `inputs` are a Setting's fields."""

    def __init__(self, service: Service, i18n: Callable[[str], Any], quality: str = "best") -> None:
        self._service = service
        choices = _choices(service)
        self._engine = gr.Dropdown(
            choices, value=choices[0][1], label=i18n("engine"), min_width=220, filterable=False
        )
        self._quality = gr.Radio(
            [(i18n(one).key, one) for one in QUALITIES], value=quality, label=i18n("quality"), min_width=160
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
    quality: str

    def options(self, service: Service, glossary: Path | None) -> Options:
        """The pipeline's options.

        Raises:
            UsageError: the engine is not there any more.
        """
        own = service.settings
        for one in service.choices():
            if self.engine == _key(one.engine, one.model):
                is_own = (one.engine, one.model) == (own.engine, own.model)
                return Options(
                    engine=one.engine,
                    model=one.model,
                    decoding=GREEDY if self.quality == "fast" else Decoding(),
                    glossary=glossary,
                    base_url=own.base_url if is_own else None,
                )
        raise UsageError("this engine is no longer here: load the page again and choose another")


def _choices(service: Service) -> list[tuple[str, str]]:
    return [(one.title, _key(one.engine, one.model)) for one in service.choices()]


def _key(engine: str, model: str) -> str:
    return f"{engine} {model}"
