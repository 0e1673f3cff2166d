"""How an article is translated: the engine with its model, and how hard it searches."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from translator import prompts
from translator.engines import QUALITIES, Quality
from translator.pipeline import Options
from translator.service import Service
from translator.text import shown_name
from translator.web.desk import alert, language
from translator.web.strings import Language, say


class SettingForm:
    """The components; `inputs` are a Setting's fields."""

    def __init__(
        self,
        service: Service,
        i18n: Callable[[str], Any],
        label: str,
        quality: Quality,
        prompt: str = "",
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
        self.inputs: list[Any] = [self._engine, self._quality]
        if prompt:
            self._file = gr.File(label=i18n(prompt), file_types=[".toml"], height=140)
            self.inputs.append(gr.State())

    def listen(self, shown: gr.HTML) -> None:
        """Read a prompt as soon as it is there; `shown` says what is wrong with it."""

        def read(path: str | None, request: gr.Request) -> tuple[Any, Any]:
            try:
                return (uploaded_prompt(path) if path else None), gr.skip()
            except Exception as fault:  # noqa: BLE001 - the last one before the reader
                return None, alert(fault, language(request))

        held = self.inputs[-1]
        self._file.upload(
            read, self._file, [held, shown], show_progress="minimal", api_visibility="private"
        )
        self._file.clear(lambda: None, None, held, queue=False, api_visibility="private")

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
    prompt: bytes | None = None

    def options(self, glossary: Path | None, folder: Path | None = None) -> Options:
        """The pipeline's options; the service says whether it has that engine and model.

        A prompt of the reader's own is written into `folder`.
        """
        engine, _, model = self.engine.partition(" ")
        decoding = QUALITIES[self.quality]
        own = None
        if self.prompt is not None and folder is not None:
            own = folder / f"{hashlib.sha256(self.prompt).hexdigest()}.toml"
            own.write_bytes(self.prompt)
        return Options(engine, model, decoding, glossary, prompt=own)


def uploaded_prompt(path: str) -> bytes:
    """A prompt's file, which is deleted; it is one that can be used.

    Raises:
        InputError: it is none.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
        prompts.parse_own(data, shown_name(file.name))
        return data
    finally:
        file.unlink(missing_ok=True)


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
