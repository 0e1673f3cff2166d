"""The repair ladder: attempts at each unit until one passes the checks, the cheapest first.

Choose among the engine's candidates; put right a number that is certain; search again, with hints
or with repetition held down; translate in shorter units. What still fails keeps its best attempt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from translator import (
    checks,
    datelines,
    house_style,
    mending,
    names,
    prompts,
    quantities,
    segmentation,
    well_known,
)
from translator.checks import DEGENERATE, Finding
from translator.engines import Candidate, ChatEngine, Decoding, Engine
from translator.engines.base import answer_budget, chat_of
from translator.glossary import Glossary
from translator.ledger import Status, TranslatedSegment
from translator.meaning import Meaning
from translator.memory import ApprovedSegments
from translator.names import Name
from translator.segmentation import Segment
from translator.text import han_count

HINTED = "hinted"  # the prompt of the second rung


def climb(
    units: Sequence[Unit],
    engine: Engine,
    decoding: Decoding,
    approved: ApprovedSegments,
    *,
    promptly: bool = False,
) -> Iterator[Unit]:
    """Translate all units; yield each one once, when it is final.

    `promptly` asks for the first unit of each document before the others: whoever waits sees it
    before a full batch is done.
    """
    for unit in units:
        if not han_count(unit.segment.text):  # a figure, an address, English already
            unit.accept(Attempt(unit.segment.text.strip(), 0.0, (), "source"), first=True)
            yield unit
        elif known := approved.exact(unit.segment.text):
            unit.accept(unit.approved(known.target), first=True)
            yield unit
        elif unit.by_rule and not (attempt := unit.ruled()).findings:
            unit.accept(attempt, first=True)
            yield unit
    waiting = [unit for unit in units if unit.best is None]
    for rung, attempts in enumerate((_first, _second, _third)):
        if not waiting:
            return
        again = []
        first = _first_of_each(waiting) if promptly and rung == 0 else []
        rest = [unit for unit in waiting if unit not in first]
        for group in filter(None, (first, rest)):
            for unit, attempt in attempts(group, engine, decoding):
                unit.accept(attempt, first=rung == 0)
                unit.mend()
                if unit.wants_more(rung):
                    again.append(unit)
                else:
                    yield unit
        waiting = again
    yield from waiting


def _first_of_each(units: Sequence[Unit]) -> list[Unit]:
    """The first unit of each document."""
    found: dict[int, Unit] = {}
    for unit in units:
        found.setdefault(unit.document, unit)
    return list(found.values())


_Attempts = Iterator[tuple["Unit", "Attempt"]]


def _first(units: Sequence[Unit], engine: Engine, decoding: Decoding) -> _Attempts:
    """The search asked for."""
    return _attempts(units, engine, decoding, clauses=False)


def _second(units: Sequence[Unit], engine: Engine, decoding: Decoding) -> _Attempts:
    """Wrong words again with hints, where a model takes them; the rest with loops held down.

    Where a well-known place is gone, the text is another one now, with the place in English, and
    so the search may be the same.
    """
    changed = [unit for unit in units if unit.give_places() and not unit.is_broken]
    units = [unit for unit in units if unit not in changed]
    yield from _attempts(changed, engine, decoding, clauses=False)
    hinted: list[Unit] = []
    # A family's own wording is what its models were trained on, and has no place for hints.
    if (
        isinstance(engine, ChatEngine)
        and prompts.for_model("translate", engine.info.model).is_plain
    ):
        hinted = [unit for unit in units if unit.hints and not unit.is_broken]
        hinted = [unit for unit in hinted if engine.fits(unit.segment.text)]
        yield from _hinted(hinted, engine, decoding)
    others = [unit for unit in units if unit not in hinted]
    yield from _attempts(others, engine, _stern(decoding), clauses=False)


def _third(units: Sequence[Unit], engine: Engine, decoding: Decoding) -> _Attempts:
    """Shorter units."""
    return _attempts(units, engine, _stern(decoding), clauses=True)


def _stern(decoding: Decoding) -> Decoding:
    """A search that holds loops down."""
    stern = replace(decoding, beam_size=max(decoding.beam_size, 2), repetition_penalty=1.1)
    return replace(stern, candidates=stern.beam_size, no_repeat_ngram=5)


def _hinted(units: Sequence[Unit], engine: ChatEngine, decoding: Decoding) -> _Attempts:
    """The plain Chinese, with a word on how its names, terms and numbers are rendered.

    Measured on wmt22-press, hints lose to English in the source in all but names, so they come
    second; as another wording they often get what the first one did not.
    """
    prompt = prompts.load(HINTED)
    chats = [chat_of(prompt, text=unit.source, hints=unit.hints) for unit in units]
    budget = max((answer_budget(engine.count_tokens(unit.source)) for unit in units), default=0)
    if chats:
        for index, candidates in engine.chat(chats, decoding, budget):
            yield units[index], units[index].judge([candidates])


def _attempts(
    units: Sequence[Unit], engine: Engine, decoding: Decoding, *, clauses: bool
) -> Iterator[tuple[Unit, Attempt]]:
    """One more attempt at each unit, in pieces where it is too long or `clauses` asks."""
    parts = [_pieces(unit, engine, clauses=clauses) for unit in units]
    sources = [(owner, place) for owner, part in enumerate(parts) for place in range(len(part))]
    done: list[dict[int, tuple[Candidate, ...]]] = [{} for _ in units]
    texts = [parts[owner][place] for owner, place in sources]
    for index, candidates in engine.translate(texts, decoding):
        owner, place = sources[index]
        done[owner][place] = candidates
        if len(done[owner]) == len(parts[owner]):
            answers = [done[owner][at] for at in range(len(parts[owner]))]
            yield units[owner], units[owner].judge(answers)


def _pieces(unit: Unit, engine: Engine, *, clauses: bool) -> list[str]:
    text = unit.locked
    if not clauses:
        return segmentation.split_long(text, engine.fits)
    half = max(len(text) * 2 // 3, 1)
    return segmentation.split_long(text, lambda piece: len(piece) <= half and engine.fits(piece))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One translation of a unit and what the checks say of it."""

    text: str
    score: float
    findings: tuple[Finding, ...]
    origin: str = ""  # where it is from if not from the engine: `source`, `memory` or `rule`

    @property
    def rank(self) -> tuple[int, int, int, float]:
        """Lower is better: unusable, wrong, doubtful, then the engine's own score."""
        return (
            sum(finding.kind in DEGENERATE for finding in self.findings),
            sum(finding.severity == "error" for finding in self.findings),
            len(self.findings),
            -self.score,
        )


class Unit:
    """A segment on its way through the ladder."""

    def __init__(
        self,
        document: int,
        segment: Segment,
        found_names: tuple[Name, ...],
        terms: Glossary,
        meaning: Meaning | None,
        named: mending.Dates = (),
    ) -> None:
        self.document = document
        self.segment = segment
        self.best: Attempt | None = None
        self._repaired = False
        self._names = found_names
        self._terms = terms
        self._meaning = meaning
        self._named = named
        text = segment.text.strip()
        self._lead, rest = datelines.dateline(text, self._known) or ("", text)
        self.by_rule = self._lead.removesuffix(" --") if not han_count(rest) else ""
        self.by_rule = self.by_rule or datelines.byline(text, self._known) or ""
        # Terms, names and large numbers go to the engine in English: it copies them faithfully.
        self.locked = quantities.substitute(self._known(rest))
        self.source = rest

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the checks say of the best attempt."""
        return self.best.findings if self.best else ()

    @property
    def has_errors(self) -> bool:
        """Whether one of them is an error."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def is_broken(self) -> bool:
        """Whether the best attempt is unusable, whatever it says."""
        return self.best is not None and self.best.rank[0] > 0

    @property
    def hints(self) -> str:
        """How the names, terms and numbers of the source are rendered, in the prompt's words."""
        terms = [(term.source, term.target) for term in self._terms.occurring(self.source)]
        outside = self._terms.masked(self.source)
        known = [(name.source, name.target) for name in names.occurring(outside, self._names)]
        numbers = [
            (one.text, quantities.rendering(one)) for one in quantities.demanded(self.source)
        ]
        pairs = dict.fromkeys(pair for pair in (*terms, *known, *numbers) if pair[1])
        return "，".join(f"“{chinese}”译为“{english}”" for chinese, english in pairs)

    def wants_more(self, rung: int) -> bool:
        """Whether the search after a rung may help: errors, or a name that was given is gone.

        A term or a well-known place that is gone is worth one more search, not a translation in
        pieces.
        """
        gone = [one for one in self.findings if one.kind == "name"]
        if rung:
            own = {name.source for name in self._names}
            return self.has_errors or any(one.source_text in own for one in gone)
        return self.has_errors or bool(gone) or any(one.kind == "term" for one in self.findings)

    def give_places(self) -> bool:
        """Give the well-known places that are gone in English from now on; whether any is."""
        lost = {one.source_text for one in self.findings if one.kind == "name"}
        known = self._known(self.source)
        given = well_known.substitute(known, lambda place, _: place.source in lost)
        if given == known:
            return False
        self.locked = quantities.substitute(given)
        return True

    def judge(self, answers: Sequence[tuple[Candidate, ...]]) -> Attempt:
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

    def ruled(self) -> Attempt:
        """The unit as a rule has it, which names who wrote where and when."""
        return replace(self._checked(self.by_rule, 0.0, cut=False), origin="rule")

    def mend(self) -> None:
        """Put the best attempt's wrong numbers right where that is certain, and say so."""
        if self.best is None or self.best.rank[0]:  # an unusable text has other troubles
            return
        found = mending.read(self.segment.text, self.best.text, self._named)
        if not found.mended:
            return
        checked = self._with_meaning(self._checked(found.text, self.best.score, cut=False))
        if checked.rank[:2] > self.best.rank[:2]:
            return
        said = tuple(
            Finding(
                self.segment.id,
                "quantity",
                "warning",
                f"{one.before} was put right: the source has {one.after}",
                target_text=one.after,
            )
            for one in found.mended
        )
        self.best = replace(checked, findings=checked.findings + said)
        self._repaired = True

    def approved(self, target: str) -> Attempt:
        """The attempt that a person's translation is: today's checks look at it too."""
        return replace(self._checked(target, 0.0, cut=False), origin="memory")

    def _attempt(self, pieces: Sequence[Candidate]) -> Attempt:
        text = " ".join(" ".join(piece.text for piece in pieces).split())
        if (echo := _ECHO.match(text)) and "译" not in self.source:
            text = text[echo.end() :]
            text = text[:1].upper() + text[1:]
        text = house_style.applied(text)
        if text and self._lead:
            text = f"{self._lead} {text}"
        cut = any(piece.finish == "length" for piece in pieces)
        score = sum(piece.score for piece in pieces) / max(len(pieces), 1)
        attempt = self._checked(text, score, cut=cut)
        if text and not all(piece.text.strip() for piece in pieces):
            lost = "a part of the sentence has no translation"
            finding = Finding(self.segment.id, "empty", "error", lost)
            attempt = replace(attempt, findings=(*attempt.findings, finding))
        return attempt

    def _known(self, text: str) -> str:
        """A text with its terms and names in English."""
        known = names.substitute(self._terms.substitute(text), self._names)
        known = well_known.substitute(known, well_known.is_before_name)
        return names.with_institutions(known).strip()

    def _checked(self, text: str, score: float, *, cut: bool) -> Attempt:
        found = checks.check(
            self.segment.id,
            self.segment.text,
            text,
            finish="length" if cut else "stop",
            known_names=self._names,
            glossary=self._terms,
        )
        return Attempt(text, score, tuple(found))

    def _with_meaning(self, attempt: Attempt) -> Attempt:
        """The attempt with what a comparison of meaning adds; unusable ones need none."""
        if attempt.rank[0] or not self._meaning:
            return attempt
        found = self._meaning.compare(self.segment.id, self.segment.text, attempt.text)
        return replace(attempt, findings=(*attempt.findings, *found))

    def accept(self, attempt: Attempt, *, first: bool) -> None:
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


# The words of our own prompt before the text, which a model now and then translates too.
_ECHO = re.compile(r"^(?:please )?translate\b[^.:]{0,40}\benglish\s*:\s*", re.IGNORECASE)


def _usable(candidates: Sequence[Candidate]) -> Candidate:
    """The best candidate of a piece that came to its end and says something."""
    ended = (candidate for candidate in candidates if candidate.finish == "stop" and candidate.text)
    return next(ended, candidates[0] if candidates else Candidate("", 0.0, "stop"))
