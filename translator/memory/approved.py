"""Segments that a person approved: the exact match, and the nearest of the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from translator import decode

SIMILAR = 85.0  # per cent from which a match is worth showing

_NUMBER = re.compile(r"[0-9]+(?:[.,:：/-][0-9]+)*[%％]?|[〇零一二三四五六七八九十百千万亿两]+")


@dataclass(frozen=True, slots=True)
class Approved:
    """A source segment and the translation that a person approved; `file` is where it is from."""

    source: str
    target: str
    note: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An approved segment like the one at hand; `score` in per cent, below 100."""

    segment: str
    score: float
    source: str
    target: str
    note: str


@dataclass(frozen=True)
class ApprovedSegments:
    """All approved segments as they were when asked for, by folded source."""

    by_source: Mapping[str, Approved]

    def exact(self, source: str) -> Approved | None:
        """The segment of this very source."""
        return self.by_source.get(folded(source))

    def nearest(self, segment: str, source: str) -> Offer | None:
        """The segment most like a source without an exact match, from SIMILAR per cent on.

        Likeness is rapidfuzz's `ratio` (normalised indel similarity) with every number masked:
        sentences that differ in their numbers alone are the most useful to see.
        """
        if not self.by_source:
            return None
        from rapidfuzz import fuzz, process

        found = process.extractOne(
            _masked(folded(source)), self._masks, scorer=fuzz.ratio, score_cutoff=SIMILAR
        )
        if found is None:
            return None
        _, score, place = found
        near = self._segments[place]
        return Offer(segment, min(round(score, 1), 99.0), near.source, near.target, near.note)

    @cached_property
    def _segments(self) -> Sequence[Approved]:
        return list(self.by_source.values())

    @cached_property
    def _masks(self) -> Sequence[str]:
        return [_masked(source) for source in self.by_source]


def folded(source: str) -> str:
    """A source as it is compared: normalised as articles are, in Simplified characters."""
    return " ".join(decode.to_simplified(decode.normalise(source)).split())


def _masked(source: str) -> str:
    return _NUMBER.sub("0", source)
