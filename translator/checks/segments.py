"""All checks on a segment, and on a list of segments whose meaning is compared as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from translator import names, quantities, well_known
from translator.checks import coverage, degenerate, negation, speakers, surface, wrong_names
from translator.checks.findings import DEGENERATE, Finding
from translator.engines.base import Finish
from translator.glossary import Glossary
from translator.names import Name


@dataclass(frozen=True, slots=True)
class Pair:
    """A segment's id, its Chinese and its English."""

    id: str
    source: str
    target: str


def check(
    segment: str,
    source: str,
    target: str,
    *,
    finish: Finish = "stop",
    known_names: Sequence[Name] = (),
    glossary: Glossary | None = None,
) -> list[Finding]:
    """All findings on one segment but those of meaning, the unusable kinds first.

    Args:
        segment: the id that the findings carry.
        source: the Chinese text.
        target: its English translation.
        finish: `length` where the engine stopped at its budget.
        known_names: the document's names; those that occur in the source, and have an English,
            are asked for.
        glossary: its terms that occur in the source are asked for.
    """
    if not target.strip():
        return [Finding(segment, "empty", "error", "there is no translation", source)]
    outside = glossary.masked(source) if glossary else source
    places = well_known.occurring(names.masked(outside, known_names))
    known_names = [name for name in known_names if name.target]  # the rest is the engine's
    found = degenerate.check(segment, source, target, finish)
    found += [_quantity(segment, one) for one in quantities.compare(source, target)]
    found += wrong_names.check(segment, source, target, known_names, outside, places)
    for term in glossary.missing(source, target) if glossary else ():
        message = f"{term.source} is not rendered as {term.target}"
        found.append(
            Finding(segment, "term", "warning", message, term.source, expected=term.target)
        )
    found += negation.check(segment, source, target)
    found += speakers.check(segment, source, target, known_names)
    found += surface.check(segment, source, target)
    return found


def check_all(
    pairs: Sequence[Pair],
    *,
    known_names: Sequence[Name] = (),
    glossary: Glossary | None = None,
    meaning: bool = True,
    report: Callable[[int], None] | None = None,
) -> list[list[Finding]]:
    """The findings on every segment, those of meaning among them.

    Args:
        pairs: the segments of a document or of many.
        known_names: as for `check`.
        glossary: as for `check`.
        meaning: whether to compare what source and target mean by a sentence encoder, 25 to 70
            segments a second on an idle core; without it omissions are judged by length alone.
        report: called with the number of segments done.
    """
    found = [
        check(pair.id, pair.source, pair.target, known_names=known_names, glossary=glossary)
        for pair in pairs
    ]
    sound = [
        at
        for at, findings in enumerate(found)
        if not any(finding.kind in DEGENERATE for finding in findings)
    ]
    judged = [pairs[at] for at in sound]
    compared = coverage.check(
        [(pair.id, pair.source, pair.target) for pair in judged], meaning=meaning, report=report
    )
    for at, findings in zip(sound, compared, strict=True):
        found[at] += findings
    return found


def compare_meaning(segment: str, source: str, target: str) -> list[Finding]:
    """What `check_all` adds to `check`, of one segment: omissions, additions, another meaning."""
    return coverage.check([(segment, source, target)])[0]


_DIFFERENCES: dict[str, str] = {
    "missing": "{source} is not stated in the translation",
    "contradicted": "{source} is given as {target}",
    "currency": "{source} is given in another currency, {target}",
    "rounded": "{source} is rounded to {target}",
    "reversed": "{source} is given as {its} {target}, where the source has {mine}",
    "vague": "{source} names no exact number, {target} is of another size",
    "extra": "{target} is not stated in the source",
}


def _quantity(segment: str, found: quantities.Mismatch) -> Finding:
    source = found.source.text if found.source else ""
    target = found.target.text if found.target else ""
    return Finding(
        segment,
        "quantity",
        "error" if found.severe else "warning",
        _DIFFERENCES[found.problem].format(
            source=source,
            target=target,
            mine=found.source.modifier if found.source else "",
            its=found.target.modifier if found.target else "",
        ),
        source,
        target,
        quantities.rendering(found.source) if found.source else "",
    )
