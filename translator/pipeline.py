"""Document -> Translation: names and terms found, segments up the ladder, the ledger filled.

Every segment that goes in comes out, with a status (ledger.py); how it gets there is ladder.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from translator import (
    __version__,
    engines,
    glossary,
    mending,
    models,
    name_list,
    names,
    prompts,
    segmentation,
)
from translator.checks import Finding
from translator.documents import Document
from translator.engines import DEFAULT, QUALITIES, QUALITY, ChatEngine, Decoding, Engine
from translator.engines import load as load_engine
from translator.glossary import Glossary
from translator.ladder import HINTED, Unit, climb
from translator.ledger import Status, TranslatedSegment, Translation
from translator.meaning import Meaning
from translator.memory import ApprovedSegments, Memory, Offer, remembering
from translator.name_list import NameList
from translator.names import Name

__all__ = [
    "Final",
    "OnDocument",
    "OnSegment",
    "Options",
    "Pipeline",
    "Status",
    "TranslatedSegment",
    "Translation",
    "Words",
    "signature",
]


@dataclass(frozen=True, slots=True)
class Options:
    """What decides a translation: the engine, its model, the search."""

    engine: str = DEFAULT
    model: str = models.DEFAULT
    decoding: Decoding = QUALITIES[QUALITY]
    glossary: Path | None = None  # terms of the user's own, which win over the shipped ones
    names: Path | None = None  # names of the user's own, which win over those found and over terms
    meaning: bool = True  # choose and check by meaning too: about 20 candidates a second on a core
    base_url: str | None = None  # of the server that the endpoint engine asks
    prompt: Path | None = None  # of the user's own, for an instruct model; None: the shipped one


@dataclass(frozen=True, slots=True)
class Final:
    """A segment that will not change any more, with what the checks say of it."""

    segment: TranslatedSegment
    findings: tuple[Finding, ...]


# Called with the document's index and a segment as soon as it is final.
OnSegment = Callable[[int, TranslatedSegment], None]
# Called with the document's index and its translation as soon as all its segments are final.
OnDocument = Callable[[int, Translation], None]


class Pipeline:
    """One engine and everything round it. Not for use by two threads at once.

    With a memory, segments that people approved win over the engine.
    """

    def __init__(
        self,
        options: Options,
        engine: Engine,
        words: Words | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.options = options
        self.engine = engine
        self._memory = memory
        self._words = words or Words.load(options)
        # What echo writes means nothing.
        compares = options.meaning and engine.info.engine != "echo"
        self._meaning = Meaning(memory) if compares else None

    @classmethod
    def load(
        cls,
        options: Options,
        report: models.Report = models.silent,
        memory: Memory | None = None,
        loader: Callable[[], Engine] | None = None,
    ) -> Pipeline:
        """The pipeline with its engine loaded and tried.

        With a memory that knows the model, the engine is loaded when it is first needed; `loader`
        loads it in a way of the caller's.

        Raises:
            InputError: the glossary, the names file or the prompt cannot be used.
            UsageError, ModelError: the engine or the model cannot be had.
        """
        # What a user wrote is read before the engine, which takes a while.
        words = Words.load(options)
        for remark in words.terms.remarks:
            report(models.Progress("reading the glossary", note=remark))
        prompt = prompts.for_text(options.prompt, options.model)

        def load() -> Engine:
            return load_engine(
                options.engine, options.model, prompt, report=report, base_url=options.base_url
            )

        if memory is None:
            return cls(options, (loader or load)(), words)
        remembered = remembering(
            memory, options.engine, options.model, prompt, loader or load, options.base_url
        )
        return cls(options, remembered, words, memory)

    def translate(self, document: Document, on_segment: OnSegment | None = None) -> Translation:
        """The translation of one document."""
        return self.translate_many([document], on_segment)[0]

    def translate_many(
        self,
        documents: Sequence[Document],
        on_segment: OnSegment | None = None,
        on_document: OnDocument | None = None,
    ) -> list[Translation]:
        """The translations of several documents, whose segments share the engine's batches.

        Args:
            documents: articles as read.
            on_segment: gets every segment when it is final, not in the order of the text.
            on_document: gets every translation when its last segment is final.
        """
        done: dict[int, Translation] = {}
        for index, found in self.stream(documents):
            if isinstance(found, Translation):
                done[index] = found
                if on_document:
                    on_document(index, found)
            elif on_segment:
                on_segment(index, found)
        return [done[index] for index in range(len(documents))]

    def stream(
        self, documents: Sequence[Document], *, promptly: bool = False
    ) -> Generator[tuple[int, TranslatedSegment | Translation], None, None]:
        """Yield every segment when it is final, and each document's translation after its last.

        Both come with the document's index. `promptly` is for someone who waits: the first segment
        is translated alone, seconds after the start, for a few per cent of the speed.
        """
        for index, found in self.steps(documents, promptly=promptly):
            yield index, found.segment if isinstance(found, Final) else found

    def steps(
        self, documents: Sequence[Document], *, promptly: bool = False
    ) -> Generator[tuple[int, Final | Translation], None, None]:
        """The same as `stream`, every segment with its findings."""
        started = time.monotonic()
        found_names = [self._words.names_of(document) for document in documents]
        terms = self._words.terms_over
        units = [
            self._units(index, document, found_names[index], terms)
            for index, document in enumerate(documents)
        ]
        waiting = [len(own) for own in units]
        characters = 0

        def translation(index: int) -> Translation:
            run = self.run_record(time.monotonic() - started, characters)
            return Translation(
                documents[index],
                tuple(unit.result(run["engine"]) for unit in units[index]),
                tuple(finding for unit in units[index] for finding in unit.findings),
                tuple(name for name in found_names[index] if name.target),
                run,
                self._offers(units[index]),
            )

        for index, count in enumerate(waiting):
            if not count:
                yield index, translation(index)
        for unit in self._climb([unit for own in units for unit in own], promptly=promptly):
            characters += len(unit.segment.text)
            yield unit.document, self._final(unit)
            waiting[unit.document] -= 1
            if not waiting[unit.document]:
                yield unit.document, translation(unit.document)

    def again(
        self, before: Translation, segments: Collection[str]
    ) -> Generator[Final | Translation, None, None]:
        """Translate some segments of a translation anew, with this pipeline's words.

        Yield each of them when it is final, then the whole translation; all other segments and
        their findings are as they were, and so are the run's speed and seconds.
        """
        document = before.document
        found_names = self._words.names_of(document)
        units = self._units(0, document, found_names, self._words.terms_over)
        new = {unit.segment.id: unit for unit in units if unit.segment.id in segments}
        for unit in self._climb(list(new.values()), promptly=False):
            yield self._final(unit)
        timed = {key: before.run[key] for key in ("seconds", "chars_per_second")}
        run = {**self.run_record(0.0, 0), **timed}
        kept = [finding for finding in before.findings if finding.segment not in new]
        findings = [*kept, *(finding for unit in new.values() for finding in unit.findings)]
        place = {segment.id: at for at, segment in enumerate(before.segments)}
        offers = [offer for offer in before.offers if offer.segment not in new]
        yield Translation(
            document,
            tuple(
                new[one.id].result(run["engine"]) if one.id in new else one
                for one in before.segments
            ),
            tuple(sorted(findings, key=lambda finding: place[finding.segment])),
            tuple(name for name in found_names if name.target),
            run,
            (*offers, *self._offers(list(new.values()))),
        )

    def _climb(self, units: Sequence[Unit], *, promptly: bool) -> Iterator[Unit]:
        decoding = self.options.decoding
        return climb(units, self.engine, decoding, self._approved(), promptly=promptly)

    def _final(self, unit: Unit) -> Final:
        return Final(unit.result(self.engine.info.engine), unit.findings)

    def _units(
        self, index: int, document: Document, found: tuple[Name, ...], terms: Glossary
    ) -> list[Unit]:
        segments = segmentation.split(document)
        dates = mending.dates_before([segment.text for segment in segments])
        return [
            Unit(index, segment, found, terms, self._meaning, named)
            for segment, named in zip(segments, dates, strict=True)
        ]

    def run_record(self, seconds: float, characters: int) -> dict[str, Any]:
        """What was run, with every setting that can change the text."""
        return {
            "version": __version__,
            **self.engine.info.record(),
            "prompts": self._prompts,
            "glossary_sha256": self._words.terms.sha256,
            "names_sha256": self._words.names.sha256 if self.options.names else None,
            "decoding": self.options.decoding.record(),
            "seconds": round(seconds, 3),
            "chars_per_second": round(characters / seconds, 1) if seconds else None,
        }

    @cached_property
    def _prompts(self) -> list[dict[str, str | int]]:
        return _prompts(self.options.prompt, self.engine.info.model, self.engine)

    def _approved(self) -> ApprovedSegments:
        return self._memory.approved() if self._memory else ApprovedSegments({})

    def _offers(self, units: Sequence[Unit]) -> tuple[Offer, ...]:
        """Approved segments like those that the engine translated."""
        approved = self._approved()
        own = (unit for unit in units if not (unit.best and unit.best.origin))
        found = (approved.nearest(unit.segment.id, unit.segment.text) for unit in own)
        return tuple(offer for offer in found if offer)


def _prompts(
    own: Path | None, model: str, engine: Engine | None = None
) -> list[dict[str, str | int]]:
    """The records of the prompts that a model may be asked with; all of them without an engine."""
    used = [prompts.for_text(own, model).record()]
    plain = prompts.for_model("translate", model).is_plain
    if plain and (engine is None or isinstance(engine, ChatEngine)):
        used.append(prompts.load(HINTED).record())
    return used


def signature(options: Options) -> dict[str, Any]:
    """What decides a translation, as far as it can be told without loading the engine.

    Raises:
        InputError: the glossary or the names file cannot be used.
        UsageError: there is no such engine or model name.
        ModelError: the model is not here.
    """
    words = Words.load(options)
    return {
        "version": __version__,
        "engine": options.engine,
        "model": options.model,
        "model_sha256": engines.identity(options.engine, options.model, options.base_url),
        "prompts": _prompts(options.prompt, options.model),
        "glossary_sha256": words.terms.sha256,
        "names_sha256": words.names.sha256 if options.names else None,
        "decoding": options.decoding.record(),
        "meaning": options.meaning,
    }


@dataclass(frozen=True)
class Words:
    """What a user wants terms and names called."""

    terms: Glossary
    names: NameList

    @classmethod
    def load(cls, options: Options) -> Words:
        """The words of some options.

        Raises:
            InputError: the glossary or the names file cannot be used.
        """
        own = name_list.load(options.names) if options.names else NameList()
        return cls(glossary.load_over(options.glossary), own)

    @cached_property
    def terms_over(self) -> Glossary:
        """The terms, without those whose place the user's own names take."""
        return self.names.over_terms(self.terms)

    def names_of(self, document: Document) -> tuple[Name, ...]:
        """The names of a document: as found, as the glossary has them, as the user wants them."""
        found = names.settled(names.find(document), self.terms.targets, document)
        return self.names.over(found)

    def given(self, document: Document) -> dict[str, str]:
        """The segments of a document by id, their terms and names in English."""
        found = self.names_of(document)
        return {
            segment.id: names.substitute(self.terms_over.substitute(segment.text), found)
            for segment in segmentation.split(document)
        }
