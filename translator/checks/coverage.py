"""Clauses that a translation left out or made up, and translations of something else.

Three signs are weighed: how near source and target are in meaning (cosine of the sentence
encoder), how long the target is for its source, and whether the two come nearer when one clause
is taken away. The weights come from logistic regressions on the WMT22 Chinese-English human
references, untouched and with a clause of a quarter to six tenths of the words taken out or put
in; see `python -m eval planted` for what they find and how often they cry wolf.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from translator import similarity
from translator.checks.findings import Finding, Severity
from translator.text import han_count

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Characters of English that a Chinese text becomes: least squares on human translations.
_PER_HAN, _PER_LATIN, _PER_DIGIT, _PER_MARK, _PER_QUOTE = 4.4, 0.7, 1.7, 4.0, 2.1
_PER_PARTICLE, _PER_NUMERAL, _FIXED = -8.1, -1.3, 7.9

_SHORT = 12  # Chinese characters; of a shorter text neither length nor meaning says much
_MOST_CLAUSES = 16
_BATCH = 64


@dataclass(frozen=True, slots=True)
class _Weights:
    """A logistic regression, and the scores from which it is a warning and an error."""

    constant: float
    cosine: float
    length: float
    gain: float
    shortness: float
    warning: float
    error: float

    def score(self, cosine: float, length: float, gain: float, shortness: float) -> float:
        """How surely a clause is missing, or one too many."""
        return (
            self.constant
            + self.cosine * cosine
            + self.length * length
            + self.gain * gain
            + self.shortness * shortness
        )


_OMISSION = _Weights(3.1, -3.8, -6.9, 14.0, -33.0, warning=0.0, error=0.6)
_ADDITION = _Weights(-3.4, -0.4, 7.1, 22.9, 27.8, warning=1.3, error=3.0)
# Where a gain of this size would not tip the scale clauses are not tried; of 800 that had been cut
# 2 more were found with twice the size, and most of the time was spent.
_MOST_GAIN = 0.1
# The same from length alone, where there is no encoder. Over it are 0 % of WMT22 press, 2 to 3 % of
# its other texts and of newstest2020, 9 % of newstest2017.
_LENGTH_ONLY = _Weights(1.0, 0, -8.0, 0, -41.0, warning=1.2, error=math.inf)
# Of 1,273 human translations none is below the first cosine, 5 are below the second.
_UNLIKE, _STRANGE = 0.12, 0.25


@dataclass(frozen=True, slots=True)
class _Case:
    """One segment and its first two signs."""

    segment: str
    source: str
    target: str
    cosine: float
    length: float
    shortness: float


def check(
    segments: Sequence[tuple[str, str, str]],
    *,
    meaning: bool = True,
    report: Callable[[int], None] | None = None,
) -> list[list[Finding]]:
    """Omissions, additions and strange meanings in (id, source, target) triples."""
    if not meaning:
        return [_by_length(*segment) for segment in segments]
    found: list[list[Finding]] = []
    for start in range(0, len(segments), _BATCH):
        found += _by_meaning(segments[start : start + _BATCH])
        if report:
            report(len(found))
    return found


def expected_length(source: str) -> float:
    """The number of characters that the English of a Chinese text has on average."""
    return max(
        8.0,
        _FIXED
        + _PER_HAN * han_count(source)
        + _PER_LATIN * len(re.findall("[A-Za-z]", source))
        + _PER_DIGIT * len(re.findall(r"\d", source))
        + _PER_MARK * len(re.findall("[，。、；：！？,]", source))
        + _PER_QUOTE * len(re.findall("[“”《》（）「」]", source))
        + _PER_PARTICLE * len(re.findall("[的了着地得]", source))
        + _PER_NUMERAL * len(re.findall("[一二三四五六七八九十百千万亿]", source)),
    )


def _signs(source: str, target: str) -> tuple[float, float]:
    expected = expected_length(source)
    return math.log(max(len(target), 1) / expected), 1 / math.sqrt(expected)


def _by_length(segment: str, source: str, target: str) -> list[Finding]:
    length, shortness = _signs(source, target)
    score = _LENGTH_ONLY.score(0.0, length, 0.0, shortness)
    if han_count(source) < _SHORT or score < _LENGTH_ONLY.warning:
        return []
    return [_finding(segment, "omission", "warning", source, target)]


def _by_meaning(segments: Sequence[tuple[str, str, str]]) -> list[list[Finding]]:
    vectors = similarity.embed(
        [text for _, source, target in segments for text in (source, target)]
    )
    cosines = (vectors[::2] * vectors[1::2]).sum(axis=1)
    found: list[list[Finding]] = [[] for _ in segments]
    tried: list[tuple[int, _Case, bool, list[str]]] = []
    for at, ((segment, source, target), cosine) in enumerate(zip(segments, cosines, strict=True)):
        case = _Case(segment, source, target, float(cosine), *_signs(source, target))
        if han_count(source) < _SHORT:
            continue
        if cosine < _STRANGE:
            severity: Severity = "error" if cosine < _UNLIKE else "warning"
            message = "the translation seems to speak of something else"
            found[at].append(Finding(segment, "meaning", severity, message, source, target))
            continue
        for weights, omitted in ((_OMISSION, True), (_ADDITION, False)):
            best = weights.score(case.cosine, case.length, _MOST_GAIN, case.shortness)
            clauses = source_clauses(source) if omitted else target_clauses(target)
            if best >= weights.warning and len(clauses) > 1:
                tried.append((at, case, omitted, clauses))
    _try_without(tried, vectors, found)
    return found


def _try_without(
    tried: Sequence[tuple[int, _Case, bool, list[str]]],
    vectors: NDArray[np.float32],
    found: list[list[Finding]],
) -> None:
    """Take away each clause in turn; report where the two texts come nearer for it."""
    texts = [
        "".join(clauses[:index] + clauses[index + 1 :])
        for _, _, _, clauses in tried
        for index in range(len(clauses))
    ]
    shorter = similarity.embed(texts)
    row = 0
    for at, case, omitted, clauses in tried:
        other = vectors[2 * at + 1] if omitted else vectors[2 * at]
        gains = shorter[row : row + len(clauses)] @ other - case.cosine
        row += len(clauses)
        which = int(gains.argmax())
        weights = _OMISSION if omitted else _ADDITION
        score = weights.score(case.cosine, case.length, float(gains[which]), case.shortness)
        if score < weights.warning:
            continue
        severity: Severity = "error" if score >= weights.error else "warning"
        kind = "omission" if omitted else "addition"
        text = clauses[which].strip(" ，,。；;：:")
        found[at].append(_finding(case.segment, kind, severity, case.source, case.target, text))


def _finding(
    segment: str, kind: str, severity: Severity, source: str, target: str, text: str = ""
) -> Finding:
    usual = round(expected_length(source), -1)
    size = f"{len(target)} characters where about {usual:.0f} are usual"
    if kind == "omission":
        what = f"{text} seems to be left out" if text else "something seems to be left out"
        return Finding(segment, "omission", severity, f"{what}: {size}", text or source)
    what = f"{text!r} seems to be added"
    return Finding(segment, "addition", severity, f"{what}: {size}", "", text)


_SOURCE_CLAUSE = re.compile("[^，,；;：:。！？…—]+[，,；;：:。！？…—”’」）]*|[，,；;：:。！？…—]+")
_TARGET_CLAUSE = re.compile(
    r"[^,;:.!?—–]+(?:[,;:.!?—–](?!\s|$)[^,;:.!?—–]*)*[,;:.!?—–”’\")]*\s*|[,;:.!?—–]+\s*"
)


def source_clauses(text: str, least: int = 4) -> list[str]:
    """The clauses of a Chinese text; together they are the text. None is under four characters."""
    return _joined(_SOURCE_CLAUSE.findall(text), lambda clause: han_count(clause) >= least)


def target_clauses(text: str, least: int = 3) -> list[str]:
    """The clauses of an English text; together they are the text. None is under three words."""
    return _joined(_TARGET_CLAUSE.findall(text), lambda clause: len(clause.split()) >= least)


def _joined(parts: Sequence[str], is_long: Callable[[str], bool]) -> list[str]:
    parts = _grouped(parts)
    clauses: list[str] = []
    for part in parts:
        if clauses and not is_long(clauses[-1]):
            clauses[-1] += part
        else:
            clauses.append(part)
    if len(clauses) > 1 and not is_long(clauses[-1]):
        last = clauses.pop()
        clauses[-1] += last
    return clauses


def _grouped(parts: Sequence[str]) -> list[str]:
    """The parts as at most `_MOST_CLAUSES` groups: each costs one encoding of the whole text."""
    size = -(-len(parts) // _MOST_CLAUSES) or 1
    return ["".join(parts[at : at + size]) for at in range(0, len(parts), size)]
