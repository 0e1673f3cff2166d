"""An article and any translation of it, whoever made it, into findings.

Where both have as many lines, each line is checked against its own; otherwise the sentences of the
two documents are aligned. Either way long lines are taken sentence by sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from translator import (
    alignment,
    checks,
    decode,
    documents,
    english,
    names,
    readers,
    reflow,
    segmentation,
    similarity,
)
from translator import glossary as terms
from translator.checks import Finding, Pair, Severity
from translator.checks.coverage import expected_length
from translator.documents import Document, Limits
from translator.errors import InputError
from translator.glossary import Glossary
from translator.text import han_count
from translator.wrap import Line

SCHEMA = 1
_LIMITS = Limits()
# Lines that belong together lie at 0.7 on average, lines shifted by one at 0.3, others at 0.1.
_SAME_LINES = 0.35
# From here on an aligned pair is sure, and what it lacks is not next door.
_SURE = 0.5
# A text without a counterpart that is as like as this to what stands beside it may be in there.
_NEAR_SOURCE, _NEAR_TARGET = 0.5, 0.35
_MOVABLE = frozenset(("quantity", "name", "term", "negation", "untranslated", "speaker"))
_ENDED = re.compile("[。！？!?；;…”’」』）)]$")
_SHORT_SOURCE, _SHORT_TARGET = 8, 12  # characters and words; less is a doubt, no error


@dataclass(frozen=True, slots=True)
class Review:
    """The pairs that were compared, in the article's order, and what was found."""

    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]

    def record(self) -> dict[str, Any]:
        """The JSON of `translator check`, schema 1."""
        return {
            "schema": SCHEMA,
            "segments_checked": len(self.pairs),
            "findings": [finding.record() for finding in self.findings],
            "segments": [
                {"id": pair.id, "source": pair.source, "target": pair.target} for pair in self.pairs
            ],
        }

    def fails(self, level: str) -> bool:
        """Whether a finding is at or above a level: `error`, `warning` or `never`."""
        levels = {"never": (), "error": ("error",), "warning": ("error", "warning")}[level]
        return any(finding.severity in levels for finding in self.findings)


def review(
    source: str,
    target: str,
    *,
    glossary: Path | None = None,
    limits: Limits = _LIMITS,
    allow_private: bool = False,
    report: Callable[[int], None] | None = None,
) -> Review:
    """Check a translation against its article; both are paths, URLs or `-`.

    Raises:
        InputError: a file cannot be read, the source is not Chinese, or the target not
            English.
    """
    if source == target == "-":
        raise InputError("standard input can be the article or its translation, not both")
    found = readers.read_lines(source, limits, allow_private)
    document = documents.from_lines(found, source, limits)
    other = readers.read_lines(target, limits, allow_private)
    english.require_english([line.text for line in other], target)
    return _compare_lines(document, found, other, terms.load_over(glossary), report)


def review_texts(source: str, target: str, glossary: Glossary) -> Review:
    """Check a translation against its article; both are texts.

    Raises:
        InputError: the source is not Chinese, or the target not English.
    """
    found = reflow.split_lines(decode.normalise(source))
    document = documents.from_lines(found, "the source")
    other = reflow.split_lines(decode.normalise(target))
    english.require_english([line.text for line in other], "the target")
    return _compare_lines(document, found, other, glossary)


def _compare_lines(
    document: Document,
    found: Sequence[Line],
    other: Sequence[Line],
    glossary: Glossary,
    report: Callable[[int], None] | None = None,
) -> Review:
    lines = [line.text for line in found], [line.text for line in other]
    paragraphs = [block.text for block in document.blocks], english.paragraphs(other)
    return compare(document, lines, paragraphs, glossary, report)


def compare(
    document: Document,
    lines: tuple[Sequence[str], Sequence[str]],
    paragraphs: tuple[Sequence[str], Sequence[str]],
    glossary: Glossary,
    report: Callable[[int], None] | None = None,
) -> Review:
    """Check English paragraphs against a document.

    Args:
        document: the article, for its names.
        lines: the lines of both sides as they were read.
        paragraphs: the paragraphs of both sides, broken lines joined.
        glossary: terms to ask for.
        report: called with the number of segments done.
    """
    loose: list[_Loose] = []
    for left, right in (lines, paragraphs):
        if len(left) == len(right) and _match(left, right):
            for source, text in zip(left, right, strict=True):
                loose += _in_line(source, text)
            break
    else:
        loose = _aligned(
            [sentence for text in paragraphs[0] for sentence in _sentences(text)],
            [sentence for text in paragraphs[1] for sentence in english.sentences(text)],
        )
    pairs = [Pair(f"s{at}", one.source, one.target) for at, one in enumerate(loose, 1)]
    known = names.settled(names.find(document), glossary.targets, document)
    whole = [pair for pair in pairs if pair.source and pair.target]
    found = checks.check_all(whole, known_names=known, glossary=glossary, report=report)
    by_id = {pair.id: findings for pair, findings in zip(whole, found, strict=True)}
    findings: list[Finding] = []
    likeness = _likeness_next_door(pairs)
    for at, (pair, one) in enumerate(zip(pairs, loose, strict=True)):
        if pair.id not in by_id:
            findings.append(_alone(pair, likeness[pair.id]))
        elif one.sure:
            findings += by_id[pair.id]
        else:
            near = pairs[max(0, at - 1) : at + 2]
            findings += _not_next_door(by_id[pair.id], near, known, glossary)
    return Review(tuple(pairs), tuple(_settled(pairs, findings)))


def _settled(pairs: Sequence[Pair], findings: Sequence[Finding]) -> list[Finding]:
    """The findings, where something lost stands beside something added made doubts of.

    More often than not the two belong together and the alignment parted them.
    """
    places = {pair.id: at for at, pair in enumerate(pairs)}
    lost = {places[one.segment] for one in findings if one.kind == "omission"}
    added = {places[one.segment] for one in findings if one.kind == "addition"}
    alone = {at for at, pair in enumerate(pairs) if not (pair.source and pair.target)}

    def is_doubtful(finding: Finding) -> bool:
        at = places[finding.segment]
        others: set[int] = {"omission": added, "addition": lost}.get(finding.kind, set())
        return any(near in others and {at, near} & alone for near in (at - 1, at + 1))

    return [
        replace(finding, severity="warning") if is_doubtful(finding) else finding
        for finding in findings
    ]


@dataclass(frozen=True, slots=True)
class _Loose:
    """A source and a target, and whether it is sure that they belong together."""

    source: str
    target: str
    sure: bool


def _match(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether lines of equal number are each other's translations, judged by some of them."""
    step = max(1, len(left) // 24)
    some = [
        (source, target)
        for source, target in list(zip(left, right, strict=True))[::step]
        if han_count(source) > 3
    ]
    if len(some) < 2:
        return True
    vectors = similarity.embed([text for pair in some for text in pair])
    cosines = (vectors[::2] * vectors[1::2]).sum(axis=1)
    return float(cosines.mean()) >= _SAME_LINES


def _in_line(source: str, target: str) -> list[_Loose]:
    """The pairs of one line: sentence by sentence where there are several on both sides."""
    left, right = _sentences(source), english.sentences(target)
    if len(left) < 2 or len(right) < 2:
        return [_Loose(source.strip(), target.strip(), sure=True)]
    return _aligned(left, right)


def _sentences(text: str) -> list[str]:
    parts = (text[start:end].strip() for start, end in segmentation.sentence_spans(text))
    return [part for part in parts if part]


def _aligned(sources: Sequence[str], targets: Sequence[str]) -> list[_Loose]:
    beads = alignment.align(sources, targets, [expected_length(text) for text in sources])
    loose = []
    for bead in beads:
        left = sources[slice(*bead.source)]
        # Chinese has no space between sentences; a heading needs one after it.
        joined = "".join(
            before + ("" if _ENDED.search(before) else " ")
            for before, after in pairwise([*left, ""])
        )
        loose.append(
            _Loose(joined.strip(), " ".join(targets[slice(*bead.target)]), bead.cosine >= _SURE)
        )
    return loose


def _likeness_next_door(pairs: Sequence[Pair]) -> dict[str, float]:
    """How like a text without a counterpart is to the other side of the pairs beside it."""
    asked: list[tuple[str, str, str]] = []
    for at, pair in enumerate(pairs):
        if pair.source and pair.target:
            continue
        for other in (*pairs[max(0, at - 1) : at], *pairs[at + 1 : at + 2]):
            across = other.target if pair.source else other.source
            if across:
                asked.append((pair.id, pair.source or pair.target, across))
    likeness = {pair.id: 0.0 for pair in pairs}
    vectors = similarity.embed([text for _, *both in asked for text in both])
    for (name, *_), cosine in zip(asked, (vectors[::2] * vectors[1::2]).sum(axis=1), strict=True):
        likeness[name] = max(likeness[name], float(cosine))
    return likeness


def _alone(pair: Pair, likeness: float) -> Finding:
    """The finding on a text without a counterpart: a doubt where it may be next door."""
    if pair.source:
        sure = han_count(pair.source) >= _SHORT_SOURCE and likeness < _NEAR_SOURCE
    else:
        sure = len(pair.target.split()) >= _SHORT_TARGET and likeness < _NEAR_TARGET
    severity: Severity = "error" if sure else "warning"
    if pair.source:
        message = "this is not in the translation"
        return Finding(pair.id, "omission", severity, message, pair.source)
    return Finding(pair.id, "addition", severity, "this is not in the source", "", pair.target)


def _not_next_door(
    found: Sequence[Finding],
    near: Sequence[Pair],
    known: Sequence[names.Name],
    glossary: Glossary,
) -> list[Finding]:
    """The findings that stay when an unsure pair is read together with those beside it."""
    if not any(finding.kind in _MOVABLE for finding in found):
        return list(found)
    source = "".join(pair.source for pair in near)
    target = " ".join(pair.target for pair in near if pair.target)
    wider = checks.check("", source, target, known_names=known, glossary=glossary)
    there = {(one.kind, one.source_text, one.target_text) for one in wider}
    kept = []
    for finding in found:
        if finding.kind not in _MOVABLE or (
            (finding.kind, finding.source_text, finding.target_text) in there
        ):
            kept.append(finding)
        elif any(
            (finding.kind, finding.source_text) == (one.kind, one.source_text) for one in wider
        ):
            kept.append(replace(finding, severity="warning"))
    return kept
