"""How well the checks tell a right translation from a wrong one.

Human translations with an error finding are false alarms, or slips of the translators. Errors are
planted into those without one (`eval.planters`), by patterns that ask none of the checks on trial.
The same checks on systems' outputs say how often each gets something wrong.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval import fidelity, planters
from eval.testsets import TestSet
from translator import checks, quantities
from translator.checks import Finding, Pair
from translator.names import Name

_RATES = ("error", "quantity", "name", "negation", "omission")


@dataclass(frozen=True, slots=True)
class Case:
    """A source, a translation of it, and the names that the source has in its document."""

    source: str
    target: str
    known: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is measured: cases of untouched text and of each sort of error, None for all.

    `meaning` adds the sentence encoder, which is what takes the time.
    """

    references: int | None = 600
    sample: int | None = 150
    meaning: bool = True


def cases(test_set: TestSet, targets: Sequence[str]) -> list[Case]:
    """One translation of a set, a line a segment, with the names of its documents."""
    known = fidelity.known_names(test_set)
    return [
        Case(test_set.sources[at], targets[at], names)
        for span, names in zip(test_set.documents, known, strict=True)
        for at in range(span.start, span.end)
        if targets[at].strip()
    ]


def measure(chosen: Sequence[Case], settings: Settings) -> tuple[Counter[str], float]:
    """Counts of segments, alarms, planted and found errors; and segments a second."""
    counts: Counter[str] = Counter()
    chosen = _some(chosen, settings.references)
    started = time.process_time()
    found = _check(chosen, settings)
    speed = len(chosen) / max(time.process_time() - started, 1e-9)
    counts.update(_tally(found))
    for sort in planters.SORTS:
        wrong = [
            Case(case.source, target, case.known)
            for case, findings in zip(chosen, found, strict=True)
            if not _has_error(findings)
            for target in planters.plant(sort, case.source, case.target, case.known)
        ]
        wrong = _some(wrong, settings.sample)
        counts[f"{sort}: planted"] = len(wrong)
        for findings in _check(wrong, settings):
            counts[f"{sort}: error"] += _has_error(findings)
            counts[f"{sort}: any"] += bool(findings)
    return counts, speed


def rates(chosen: Sequence[Case], settings: Settings) -> dict[str, float]:
    """What share of a translation's segments the checks find wrong, and of its quantities."""
    chosen = _some(chosen, settings.references)
    counts = _tally(_check(chosen, settings))
    asked = [case for case in chosen if quantities.demanded(case.source)]
    wrong = sum(bool(quantities.missing(case.source, case.target)) for case in asked)
    shares = {kind: _percent(counts[kind], counts["segments"]) for kind in _RATES[2:]}
    return {
        "error": _percent(counts["with an error"], counts["segments"]),
        "quantity": _percent(wrong, len(asked)),
        **shares,
    }


def report(
    test_set: TestSet, systems: Mapping[str, Sequence[str]], settings: Settings
) -> Iterator[str]:
    """The tables for a terminal, line by line: the references, then every system."""
    references = {
        name: cases(test_set, targets) for name, targets in test_set.references.items() if targets
    }
    yield test_set.name
    yield from _table(*measure([case for one in references.values() for case in one], settings))
    if not systems:
        return
    yield f"  {'segments with':<24}" + "".join(f"{title:>12}" for title in _RATES)
    others = {name: cases(test_set, targets) for name, targets in systems.items()}
    named = {f"reference {name}": chosen for name, chosen in references.items()}
    for name, chosen in {**named, **others}.items():
        row = "".join(f"{rate:>10.1f} %" for rate in rates(chosen, settings).values())
        yield f"    {name:<22}{row}"


def _check(chosen: Sequence[Case], settings: Settings) -> list[list[Finding]]:
    """The findings on every case; cases with the same names go together."""
    groups: dict[tuple[Name, ...], list[int]] = {}
    for at, case in enumerate(chosen):
        groups.setdefault(case.known, []).append(at)
    found: list[list[Finding]] = [[] for _ in chosen]
    for known, places in groups.items():
        pairs = [Pair(str(at), chosen[at].source, chosen[at].target) for at in places]
        results = checks.check_all(pairs, known_names=known, meaning=settings.meaning)
        for at, findings in zip(places, results, strict=True):
            found[at] = findings
    return found


def _tally(found: Iterable[Sequence[Finding]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for findings in found:
        counts["segments"] += 1
        counts["with an error"] += _has_error(findings)
        counts["with a warning only"] += bool(findings) and not _has_error(findings)
        counts.update({one.kind for one in findings if one.severity == "error"})
    return counts


def _has_error(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _some(chosen: Sequence[Case], count: int | None) -> list[Case]:
    """A part of the cases, the same on every run, in their order."""
    if count is None or count >= len(chosen):
        return list(chosen)
    rng = random.Random(len(chosen))  # noqa: S311 - a sample, no secret
    return [chosen[at] for at in sorted(rng.sample(range(len(chosen)), count))]


def _percent(part: int, whole: int) -> float:
    return 100 * part / max(whole, 1)


def _table(counts: Mapping[str, int], speed: float) -> Iterator[str]:
    total = counts["segments"]
    yield f"  {total} untouched translations, {speed:.0f} a second"
    for name in ("with an error", "with a warning only"):
        yield f"    {name:<22}{counts[name]:>5}  {_percent(counts[name], total):5.1f} %"
    shown = {*planters.SORTS, "segments", "with an error", "with a warning only"}
    kinds = [kind for kind in counts if kind not in shown and ":" not in kind]
    yield "    errors by kind: " + ", ".join(f"{kind} {counts[kind]}" for kind in sorted(kinds))
    yield f"  {'planted':<24}{'number':>7}{'at error level':>16}{'at any level':>14}"
    for sort in planters.SORTS:
        planted = counts[f"{sort}: planted"]
        error = _percent(counts[f"{sort}: error"], planted)
        any_ = _percent(counts[f"{sort}: any"], planted)
        shares = f"{error:>14.1f} %{any_:>12.1f} %" if planted else f"{'-':>16}{'-':>14}"
        yield f"    {sort:<22}{planted:>7}{shares}"
