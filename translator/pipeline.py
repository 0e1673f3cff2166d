"""Document -> Translation: the ledger, the locks, the engine's batches, the repair ladder.

Every segment that goes in comes out, with a status:

    ok        the engine's first answers held one that passes every error-level check
    repaired  a later rung of the ladder did: numbers put right, another search, shorter units
    flagged   there is a translation, and at least one error-level finding on it
    failed    there is none: the target is empty, never the source text
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from translator import (
    __version__,
    checks,
    engines,
    glossary,
    mending,
    models,
    name_list,
    names,
    prompts,
    quantities,
    segmentation,
)
from translator.checks import DEGENERATE, Finding
from translator.documents import Document
from translator.engines import DEFAULT, Candidate, Decoding, Engine
from translator.engines import load as load_engine
from translator.glossary import Glossary
from translator.meaning import Meaning
from translator.memory import ApprovedSegments, Memory, Offer, remembering
from translator.name_list import NameList
from translator.names import Name
from translator.segmentation import Segment
from translator.text import han_count

Status = Literal["ok", "repaired", "flagged", "failed"]

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Options:
    """What decides a translation: the engine, its model, the search."""

    engine: str = DEFAULT
    model: str = models.DEFAULT
    decoding: Decoding = field(default_factory=Decoding)
    glossary: Path | None = None  # terms of the user's own, which win over the shipped ones
    names: Path | None = None  # names of the user's own, which win over those found and over terms
    meaning: bool = True  # choose and check by meaning too: about 20 candidates a second on a core
    base_url: str | None = None  # of the server that the endpoint engine asks


@dataclass(frozen=True, slots=True)
class TranslatedSegment:
    """A segment and its translation; `score` is the mean log-probability a token."""

    id: str
    block: str
    source: str
    target: str
    status: Status
    origin: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Translation:
    """The ledger of one document: segments in = segments out.

    `offers` are approved segments like those that have no approved translation of their own.
    """

    document: Document
    segments: tuple[TranslatedSegment, ...]
    findings: tuple[Finding, ...]
    names: tuple[Name, ...]
    run: dict[str, Any] = field(compare=False)
    offers: tuple[Offer, ...] = ()

    def block_segments(self, block: str) -> tuple[TranslatedSegment, ...]:
        """The segments of one block, in order."""
        return tuple(segment for segment in self.segments if segment.block == block)

    def record(self) -> dict[str, Any]:
        """The translation as design.md's JSON has it, without a brief; `offers` where there are."""
        offers = {"offers": [asdict(offer) for offer in self.offers]} if self.offers else {}
        return {
            "schema": SCHEMA,
            "document": asdict(self.document),
            "segments": [asdict(segment) for segment in self.segments],
            "findings": [finding.record() for finding in self.findings],
            **offers,
            "run": self.run,
        }


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
        words: _Words | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.options = options
        self.engine = engine
        self._memory = memory
        words = words or _Words.load(options)
        self._glossary, self._names = words.terms, words.names
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
            InputError: the glossary or the names file cannot be used.
            UsageError, ModelError: the engine or the model cannot be had.
        """
        # What a user wrote is read before the engine, which takes a while.
        words = _Words.load(options)
        for remark in words.terms.remarks:
            report(models.Progress("reading the glossary", note=remark))
        prompt = prompts.for_model("translate", options.model)
        named = options.engine, options.model

        def load() -> Engine:
            return load_engine(*named, prompt, report=report, base_url=options.base_url)

        if memory is None:
            return cls(options, (loader or load)(), words)
        remembered = remembering(memory, *named, prompt, loader or load, options.base_url)
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
        self, documents: Sequence[Document]
    ) -> Generator[tuple[int, TranslatedSegment | Translation], None, None]:
        """Yield every segment when it is final, and each document's translation after its last.

        Both come with the document's index.
        """
        started = time.monotonic()
        found_names = [self._names_of(document) for document in documents]
        terms = self._names.over_terms(self._glossary)
        units = [
            [
                _Unit(index, segment, found_names[index], terms, self._meaning)
                for segment in segmentation.split(document)
            ]
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
        for unit in self._run_ladder([unit for own in units for unit in own]):
            characters += len(unit.segment.text)
            yield unit.document, unit.result(self.engine.info.engine)
            waiting[unit.document] -= 1
            if not waiting[unit.document]:
                yield unit.document, translation(unit.document)

    def run_record(self, seconds: float, characters: int) -> dict[str, Any]:
        """What was run, with every setting that can change the text."""
        return {
            "version": __version__,
            **self.engine.info.record(),
            "prompts": [prompts.for_model("translate", self.engine.info.model).record()],
            "glossary_sha256": self._glossary.sha256,
            "names_sha256": self._names.sha256 if self.options.names else None,
            "decoding": self.options.decoding.record(),
            "seconds": round(seconds, 3),
            "chars_per_second": round(characters / seconds, 1) if seconds else None,
        }

    def _names_of(self, document: Document) -> tuple[Name, ...]:
        """The names of a document: as found, as the glossary has them, as the user wants them."""
        found = names.settled(names.find(document), self._glossary.targets, document)
        return self._names.over(found)

    def _approved(self) -> ApprovedSegments:
        return self._memory.approved() if self._memory else ApprovedSegments({})

    def _offers(self, units: Sequence[_Unit]) -> tuple[Offer, ...]:
        """Approved segments like those that the engine translated."""
        approved = self._approved()
        own = (unit for unit in units if not (unit.best and unit.best.origin))
        found = (approved.nearest(unit.segment.id, unit.segment.text) for unit in own)
        return tuple(offer for offer in found if offer)

    def _run_ladder(self, units: Sequence[_Unit]) -> Iterator[_Unit]:
        """Translate all units; yield each one once, when it is final."""
        approved = self._approved()
        for unit in units:
            if not han_count(unit.segment.text):  # a figure, an address, English already
                unit.accept(_Attempt(unit.segment.text.strip(), 0.0, (), "source"), first=True)
                yield unit
            elif known := approved.exact(unit.segment.text):
                unit.accept(unit.approved(known.target), first=True)
                yield unit
        waiting = [unit for unit in units if unit.best is None]
        for rung, (decoding, clauses) in enumerate(_rungs(self.options.decoding)):
            if not waiting:
                return
            again = []
            for unit, attempt in self._attempts(waiting, decoding, clauses=clauses):
                unit.accept(attempt, first=rung == 0)
                if unit.has_errors and (mended := unit.mended()):
                    unit.accept(mended, first=False)
                if unit.wants_more:
                    again.append(unit)
                else:
                    yield unit
            waiting = again
        yield from waiting

    def _attempts(
        self, units: Sequence[_Unit], decoding: Decoding, *, clauses: bool
    ) -> Iterator[tuple[_Unit, _Attempt]]:
        """One more attempt at each unit, in pieces where it is too long or `clauses` asks."""
        parts = [self._pieces(unit, clauses=clauses) for unit in units]
        sources = [(owner, place) for owner, part in enumerate(parts) for place in range(len(part))]
        done: list[dict[int, tuple[Candidate, ...]]] = [{} for _ in units]
        texts = [parts[owner][place] for owner, place in sources]
        for index, candidates in self.engine.translate(texts, decoding):
            owner, place = sources[index]
            done[owner][place] = candidates
            if len(done[owner]) == len(parts[owner]):
                answers = [done[owner][at] for at in range(len(parts[owner]))]
                yield units[owner], units[owner].judge(answers)

    def _pieces(self, unit: _Unit, *, clauses: bool) -> list[str]:
        text = unit.locked
        if not clauses:
            return segmentation.split_long(text, self.engine.fits)
        half = max(len(text) * 2 // 3, 1)
        return segmentation.split_long(
            text, lambda piece: len(piece) <= half and self.engine.fits(piece)
        )


def signature(options: Options) -> dict[str, Any]:
    """What decides a translation, as far as it can be told without loading the engine.

    Raises:
        InputError: the glossary or the names file cannot be used.
        UsageError: there is no such engine or model name.
        ModelError: the model is not here.
    """
    words = _Words.load(options)
    return {
        "version": __version__,
        "engine": options.engine,
        "model_sha256": engines.identity(options.engine, options.model, options.base_url),
        "prompts": [prompts.for_model("translate", options.model).record()],
        "glossary_sha256": words.terms.sha256,
        "names_sha256": words.names.sha256 if options.names else None,
        "decoding": options.decoding.record(),
        "meaning": options.meaning,
    }


@dataclass(frozen=True, slots=True)
class _Words:
    """What a user wants terms and names called."""

    terms: Glossary
    names: NameList

    @classmethod
    def load(cls, options: Options) -> _Words:
        own = name_list.load(options.names) if options.names else NameList()
        return cls(glossary.load_over(options.glossary), own)


def _rungs(decoding: Decoding) -> list[tuple[Decoding, bool]]:
    """The ladder: the search asked for, one that holds loops down, then shorter units."""
    stern = replace(decoding, beam_size=max(decoding.beam_size, 2), repetition_penalty=1.1)
    stern = replace(stern, candidates=stern.beam_size, no_repeat_ngram=5)
    return [(decoding, False), (stern, False), (stern, True)]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One translation of a unit and what the checks say of it."""

    text: str
    score: float
    findings: tuple[Finding, ...]
    origin: str = ""  # where it is from if not from the engine: `source` or `memory`

    @property
    def rank(self) -> tuple[int, int, int, float]:
        """Lower is better: unusable, wrong, doubtful, then the engine's own score."""
        return (
            sum(finding.kind in DEGENERATE for finding in self.findings),
            sum(finding.severity == "error" for finding in self.findings),
            len(self.findings),
            -self.score,
        )


class _Unit:
    """A segment on its way through the ladder."""

    def __init__(
        self,
        document: int,
        segment: Segment,
        found_names: tuple[Name, ...],
        terms: Glossary,
        meaning: Meaning | None,
    ) -> None:
        self.document = document
        self.segment = segment
        self.best: _Attempt | None = None
        self._repaired = False
        self._names = found_names
        self._terms = terms
        self._meaning = meaning
        # Terms, names and large numbers go to the engine in English: it copies them faithfully.
        named = names.substitute(terms.substitute(segment.text.strip()), found_names)
        self.locked = quantities.substitute(named)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.best.findings if self.best else ()

    @property
    def has_errors(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def wants_more(self) -> bool:
        """Whether another search may help: there are errors, or a name that was given is gone."""
        return self.has_errors or any(finding.kind == "name" for finding in self.findings)

    def judge(self, answers: Sequence[tuple[Candidate, ...]]) -> _Attempt:
        """The best translation that the candidates of the unit's pieces give.

        By what the checks find first, then by likeness to the source in meaning.
        """
        if len(answers) == 1:
            attempts = [self._attempt([candidate]) for candidate in answers[0]]
        else:
            attempts = [self._attempt([_usable(piece) for piece in answers])]
        attempts = attempts or [self._attempt([])]
        least = min(attempt.rank[:-1] for attempt in attempts)
        attempts = [attempt for attempt in attempts if attempt.rank[:-1] == least]
        best = attempts[0]
        if len(attempts) > 1 and self._meaning:
            texts = [attempt.text for attempt in attempts]
            best = attempts[self._meaning.nearest(self.segment.text.strip(), texts)]
        return self._with_meaning(best)

    def mended(self) -> _Attempt | None:
        """The best attempt with its wrong numbers put right, where that is certain; or None."""
        if self.best is None or not (found := mending.mend(self.segment.text, self.best.text)):
            return None
        text, changes = found
        checked = self._with_meaning(self._checked(text, self.best.score, cut=False))
        said = tuple(
            Finding(
                self.segment.id,
                "quantity",
                "warning",
                f"{one.source} came out as {one.before} and was put right",
                one.source,
                one.after,
            )
            for one in changes
        )
        return replace(checked, findings=checked.findings + said)

    def approved(self, target: str) -> _Attempt:
        """The attempt that a person's translation is: today's checks look at it too."""
        return replace(self._checked(target, 0.0, cut=False), origin="memory")

    def _attempt(self, pieces: Sequence[Candidate]) -> _Attempt:
        text = " ".join(" ".join(piece.text for piece in pieces).split())
        cut = any(piece.finish == "length" for piece in pieces)
        score = sum(piece.score for piece in pieces) / max(len(pieces), 1)
        attempt = self._checked(text, score, cut=cut)
        if text and not all(piece.text.strip() for piece in pieces):
            lost = "a part of the sentence has no translation"
            finding = Finding(self.segment.id, "empty", "error", lost)
            attempt = replace(attempt, findings=(*attempt.findings, finding))
        return attempt

    def _checked(self, text: str, score: float, *, cut: bool) -> _Attempt:
        found = checks.check(
            self.segment.id,
            self.segment.text,
            text,
            finish="length" if cut else "stop",
            known_names=self._names,
            glossary=self._terms,
        )
        return _Attempt(text, score, tuple(found))

    def _with_meaning(self, attempt: _Attempt) -> _Attempt:
        """The attempt with what a comparison of meaning adds; unusable ones need none."""
        if attempt.rank[0] or not self._meaning:
            return attempt
        found = self._meaning.compare(self.segment.id, self.segment.text, attempt.text)
        return replace(attempt, findings=(*attempt.findings, *found))

    def accept(self, attempt: _Attempt, *, first: bool) -> None:
        """Keep the better of this attempt and those before it."""
        if self.best is None or attempt.rank < self.best.rank:
            self.best = attempt
            self._repaired = not first

    def result(self, engine: str) -> TranslatedSegment:
        """The unit's line in the ledger."""
        best = self.best or self._attempt([])
        status: Status = "repaired" if self._repaired else "ok"
        if not best.text:
            status = "failed"
        elif self.has_errors:
            status = "flagged"
        return TranslatedSegment(
            self.segment.id,
            self.segment.block,
            self.segment.text,
            best.text,
            status,
            best.origin or engine,
            None if best.origin else round(best.score, 4),
        )


def _usable(candidates: Sequence[Candidate]) -> Candidate:
    """The best candidate of a piece that came to its end and says something."""
    ended = (candidate for candidate in candidates if candidate.finish == "stop" and candidate.text)
    return next(ended, candidates[0] if candidates else Candidate("", 0.0, "stop"))
