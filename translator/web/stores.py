"""The last tab: the translation memory and the house glossary."""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from translator import glossary
from translator.errors import InputError, UsageError
from translator.memory import Approved, Memory
from translator.memory import files as memory_files
from translator.service import Service
from translator.text import han_count, shown_name
from translator.web import panels, sheet
from translator.web.desk import Answer, alert, language
from translator.web.house import House, uploaded_terms
from translator.web.strings import Language, say

_SHOWN = 50
_LONGEST, _LONGEST_NOTE = 10_000, 1_000  # characters; a sentence has some hundred


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of a store; one that ships with the program is not the reader's own."""

    source: str
    target: str
    note: str
    own: bool = True


class Stores:
    """The tab's two panels."""

    def __init__(self, service: Service, house: House, i18n: Callable[[str], Any]) -> None:
        self._panels: list[tuple[gr.HTML, _Store]] = []
        with gr.Row():
            # One that translates without a memory still lets readers keep theirs.
            memory = _MemoryStore(service.memory or Memory())
            self._column(memory, "import_memory", [".tmx", ".xlf", ".xliff", ".tsv", ".docx"], i18n)
            terms = _TermStore(house)
            self._column(terms, "import_terms", [".csv", ".tsv", ".tbx"], i18n)

    def _column(
        self, store: _Store, key: str, endings: list[str], i18n: Callable[[str], Any]
    ) -> None:
        with gr.Column(min_width=340):
            panel = panels.panel(store.name, store.calls)
            button = gr.UploadButton(i18n(key), file_types=endings, elem_classes="go")
        self._panels.append((panel, store))

        def take_in(path: str, request: gr.Request) -> Answer:
            speaking = language(request)
            try:
                said = store.take_in(path, speaking)
                return {**store.value(speaking, ""), "said": said}
            except Exception as fault:  # noqa: BLE001 - the last one before the reader
                return alert(fault, speaking)

        button.upload(take_in, button, panel, show_progress="minimal", api_visibility="private")

    def localised(self, speaking: Language) -> dict[Any, Any]:
        """The panels as they are at the start."""
        return {panel: store.first(speaking) for panel, store in self._panels}


class _Store(ABC):
    """What the two have in common: search, change, download."""

    name = ""
    formats: tuple[str, ...] = ()

    @property
    def calls(self) -> list[tuple[str, panels.Work]]:
        """What the panel may call."""
        return [("search", self._search), ("put", self._put), ("export", self._export)]

    def first(self, speaking: Language) -> Answer:
        """The panel before anything was searched for; a damaged store says so."""
        try:
            return self.value(speaking, "")
        except Exception as fault:  # noqa: BLE001 - the last one before the reader
            return alert(fault, speaking)

    def value(self, speaking: Language, query: str) -> Answer:
        """The panel, with what a search finds."""
        entries, total = self.entries(query)
        html = sheet.render(speaking, "panels").store(
            self.name,
            *self.titles,
            query,
            entries[:_SHOWN],
            min(len(entries), _SHOWN),
            total,
            f"{self.name}_empty",
            self.formats,
        )
        return panels.value(speaking, html)

    titles: tuple[str, str] = ("", "")

    @abstractmethod
    def entries(self, query: str) -> tuple[list[_Entry], int]:
        """What a query finds, and how many there are in all."""

    @abstractmethod
    def take_in(self, path: str, speaking: Language) -> str:
        """Read an uploaded file, which is deleted; what came of it, as a sentence."""

    @abstractmethod
    def put(self, source: str, target: str, note: str) -> None:
        """Add or change an entry."""

    @abstractmethod
    def text(self, name: str) -> str:
        """All of it, as a file of a format."""

    def _search(self, data: Answer, speaking: Language) -> Answer:
        return {"sheet": self.value(speaking, str(data.get("query", "")))}

    def _put(self, data: Answer, speaking: Language) -> Answer:
        source, target, note = (str(data.get(key, "")) for key in ("source", "target", "note"))
        if max(len(source), len(target)) > _LONGEST or len(note) > _LONGEST_NOTE:
            raise InputError(
                f"at most {_LONGEST:,} characters are kept, {_LONGEST_NOTE:,} of a note: shorten it"
            )
        self.put(source.strip(), " ".join(target.split()), " ".join(note.split()))
        return {"sheet": self.value(speaking, ""), "said": say(speaking, "kept")}

    def _export(self, data: Answer, speaking: Language) -> Answer:
        del speaking
        name = data.get("format")
        if name not in self.formats:
            raise UsageError("there is no such format: choose one of the buttons")
        content = base64.b64encode(self.text(str(name)).encode("utf-8")).decode("ascii")
        return {"file": {"name": f"{self.name}.{name}", "type": "text/plain", "base64": content}}


class _MemoryStore(_Store):
    name = "memory"
    titles = ("memory", "memory_text")
    formats = ("tmx", "tsv")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def entries(self, query: str) -> tuple[list[_Entry], int]:
        known = self._memory.approved().by_source
        found = _matching(
            (_Entry(one.source, one.target, one.note) for one in known.values()), query
        )
        return found, len(known)

    def take_in(self, path: str, speaking: Language) -> str:
        file = Path(path)
        try:
            done = memory_files.import_(self._memory, file)
        except InputError as fault:
            raise InputError(str(fault).replace(path, shown_name(file.name))) from fault
        finally:
            file.unlink(missing_ok=True)
        numbers = {"new": done.new, "changed": done.changed, "same": done.same}
        return say(speaking, "imported", **numbers, left=len(done.left))

    def put(self, source: str, target: str, note: str) -> None:
        if not han_count(source) or not target or han_count(target):
            raise InputError("the source must be Chinese and the translation English")
        self._memory.add([Approved(source, target, note)])

    def text(self, name: str) -> str:
        return memory_files.render(self._memory.approved().by_source.values(), name)


class _TermStore(_Store):
    name = "terms"
    titles = ("house", "house_text")
    formats = ("tsv",)

    def __init__(self, house: House) -> None:
        self._house = house

    @property
    def calls(self) -> list[tuple[str, panels.Work]]:
        return [*super().calls, ("remove", self._remove)]

    def entries(self, query: str) -> tuple[list[_Entry], int]:
        own = [_Entry(one.source, one.target, one.note) for one in self._house.glossary().terms]
        found = _matching(own, query)
        if query:  # the shipped terms are many: they are shown where they are asked for
            names = {one.source for one in own}
            shipped = (
                _Entry(one.source, one.target, one.note, own=False)
                for one in glossary.load().terms
                if one.source not in names
            )
            found += _matching(shipped, query)
        return found, max(len(own), len(found))

    def take_in(self, path: str, speaking: Language) -> str:
        terms = uploaded_terms(path)
        self._house.take_in(terms)
        return say(speaking, "terms_imported", count=len(terms.terms))

    def put(self, source: str, target: str, note: str) -> None:
        self._house.put(source, target, note)

    def text(self, name: str) -> str:
        del name
        return self._house.text()

    def _remove(self, data: Answer, speaking: Language) -> Answer:
        self._house.remove(str(data.get("source", "")))
        return {"sheet": self.value(speaking, ""), "said": say(speaking, "removed")}


def _matching(entries: Iterable[_Entry], query: str) -> list[_Entry]:
    wanted = query.strip().casefold()
    return [
        one for one in entries if wanted in one.source.casefold() or wanted in one.target.casefold()
    ]
