"""What a brief consists of, and how long it may be."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from translator.checks import Finding

Length = Literal["short", "standard", "long"]
Style = Literal["press", "investor", "social"]

HEADLINE_FEWEST, HEADLINE_WORDS = 3, 14
POST_CHARACTERS = 280


@dataclass(frozen=True, slots=True)
class Size:
    """Bounds of a brief: words of the summary, and how many entries each list may have."""

    words: tuple[int, int]
    points: tuple[int, int]
    figures: int
    people: int
    quotes: int


SIZES: dict[Length, Size] = {
    "short": Size((30, 60), (3, 3), 4, 4, 1),
    "standard": Size((45, 90), (3, 6), 8, 8, 3),
    "long": Size((80, 150), (5, 10), 14, 16, 6),
}


@dataclass(frozen=True, slots=True)
class BriefOptions:
    """How long a brief is, for whom it is written, and whether a model may write it."""

    length: Length = "standard"
    style: Style = "press"
    extractive: bool = False

    @property
    def size(self) -> Size:
        """The bounds of this length."""
        return SIZES[self.length]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the brief and the ids of the segments it rests on."""

    text: str
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as the English has it, the words that say what it measures, and its segment."""

    value: str
    measures: str
    segment: str


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organisation; `role` is empty where the article gives none."""

    name: str
    kind: Literal["person", "organisation"]
    role: str
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words, verbatim as translated, without their quotation marks."""

    text: str
    speaker: str
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What a reader takes in in half a minute; `origin` is `model` or `extract`.

    A social post has a summary, the post, and neither points nor tables. `prompts` are the run
    record's entries for the prompts that were used.
    """

    headline: str
    summary: tuple[Sentence, ...]
    points: tuple[Sentence, ...]
    origin: str
    findings: tuple[Finding, ...]
    headline_segments: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    people: tuple[Party, ...] = ()
    quotes: tuple[Quote, ...] = ()
    length: Length = "standard"
    style: Style = "press"
    prompts: tuple[dict[str, str | int], ...] = ()

    def record(self) -> dict[str, Any]:
        """The brief as design.md's JSON has it, with the segments of every part."""
        return {
            "headline": self.headline,
            "headline_segments": list(self.headline_segments),
            "summary": " ".join(sentence.text for sentence in self.summary),
            "summary_sentences": [asdict(sentence) for sentence in self.summary],
            "points": [asdict(point) for point in self.points],
            "figures": [asdict(figure) for figure in self.figures],
            "people": [asdict(party) for party in self.people],
            "quotes": [asdict(quote) for quote in self.quotes],
            "style": self.style,
            "length": self.length,
            "origin": self.origin,
            "findings": [finding.record() for finding in self.findings],
        }
