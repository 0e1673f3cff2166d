"""What a translated article states: which segments a sentence rests on, what is not in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from translator import names, quantities, similarity
from translator.pipeline import Translation
from translator.text import han_count

# On news pairs a sentence and its paraphrase lie above this, unrelated ones far below.
_LIKE = 0.35
_STRANGE = 3
_GROUNDS = 4  # a sentence that rests on more segments than this names none


class Article:
    """The usable segments of a translation, with their block kinds, vectors and facts."""

    def __init__(self, translation: Translation) -> None:
        kinds = {block.id: block.kind for block in translation.document.blocks}
        self.segments = [
            segment
            for segment in translation.segments
            if segment.target and not han_count(segment.target)
        ]
        self.kinds = [kinds[segment.block] for segment in self.segments]
        self.vectors = similarity.embed([segment.target for segment in self.segments])
        self._names = translation.names
        self._text = " ".join(segment.target for segment in self.segments)
        self._words = words(self._text)

    def parts(self, size: int) -> list[list[int]]:
        """The factual segments' indices, part by part, the `size` most telling of each part.

        A part runs from one section heading to the next; an article without headings is
        one part for every four paragraphs or so.
        """
        parts: list[list[int]] = [[]]
        paragraphs: set[str] = set()
        headed = "heading" in self.kinds
        prose = set(self.prose())
        for index, kind in enumerate(self.kinds):
            starts = kind == "heading" if headed else len(paragraphs) == 4
            if starts:
                parts.append([])
                paragraphs = set()
            if index in prose:
                parts[-1].append(index)
                paragraphs.add(self.segments[index].block)
        return [
            sorted(sorted(part, key=lambda index: -self.facts(index))[:size])
            for part in parts
            if part
        ]

    def prose(self) -> list[int]:
        """Indices of the unflagged segments of paragraphs: no headings, captions, bylines."""
        return [
            index
            for index, kind in enumerate(self.kinds)
            if kind in ("lead", "paragraph") and self.segments[index].status != "flagged"
        ]

    def facts(self, index: int) -> float:
        """How much a segment tells: its numbers, people and companies; the first ones win ties."""
        segment = self.segments[index]
        told = float(min(len(quantities.in_english(segment.target)), 3))
        for name in names.occurring(segment.source, self._names):
            told += 0.25 if name.kind == "place" else 1.0
        return told - index / 1000

    def grounds(self, text: str) -> tuple[str, ...]:
        """Ids of the segments that a sentence rests on, in the article's order; none if unlike."""
        likeness = self.vectors @ similarity.embed([text])[0]
        wanted = quantities.values(text)
        best = float(likeness.max())
        if best < _LIKE:
            return ()
        chosen = []
        for index, segment in enumerate(self.segments):
            stated = quantities.values(segment.target)
            near = likeness[index] >= max(_LIKE, best - 0.08)
            if near or (wanted & stated and likeness[index] >= _LIKE * 0.8):
                chosen.append((float(likeness[index]), index))
        top = sorted(chosen, reverse=True)[:_GROUNDS]
        return tuple(self.segments[index].id for _, index in sorted(top, key=lambda one: one[1]))

    def unsupported(self, text: str) -> str | None:
        """The first number or capitalised word of a sentence that the article does not have."""
        for quantity in quantities.unsupported(text, self._text):
            return quantity.text
        return next((word for word in proper_words(text) if word.lower() not in self._words), None)

    def mixes(self, text: str) -> str | None:
        """What a sentence says of a person or company that the article says of something else.

        Three or more words that the article has, but in no block that mentions anybody whom
        the sentence names: small models join the subject of one sentence to another's facts.
        """
        lowered = text.lower()
        named = [
            name.target.lower()
            for name in self._names
            if name.kind != "place" and _says(name.target, lowered)
        ]
        if not named:
            return None
        blocks = {
            segment.block
            for segment in self.segments
            if any(name in segment.target.lower() for name in named)
        }
        near = _content(" ".join(one.target for one in self.segments if one.block in blocks))
        far = _content(self._text) - near
        strange = [word for word in _content(text) if word in far]
        return ", ".join(sorted(strange)) if len(strange) >= _STRANGE else None

    def unsupported_number(self, text: str) -> str | None:
        """The first number of a text that the article does not have."""
        return next((one.text for one in quantities.unsupported(text, self._text)), None)


def _says(name: str, lowered: str) -> bool:
    """Whether a text in lower case has a name as words of their own: no EU in museum."""
    return re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", lowered) is not None


def _content(text: str) -> set[str]:
    """Words that can carry a fact, in lower case: of four letters or more, and figures."""
    return set(re.findall(r"[a-z]{4,}|\d[\d.,]*", text.lower()))


def distinct(texts: Sequence[str], limit: float = 0.8) -> list[int]:
    """Indices of the texts that say something else than all kept before them."""
    vectors = similarity.embed(texts)
    kept: list[int] = []
    for index in range(len(texts)):
        if all(float(vectors[index] @ vectors[other]) < limit for other in kept):
            kept.append(index)
    return kept


def words(text: str) -> set[str]:
    """The words of a text in lower case, a name also without its possessive ending."""
    found = {word.lower().replace("’", "'") for word in re.findall(r"[\w'’-]+", text)}
    return found | {word.removesuffix("'s") for word in found}


def proper_words(text: str) -> list[str]:
    """Capitalised words that do not open a sentence or a quotation: names, mostly.

    Whole, as in Xuan'en, and without a possessive ending.
    """
    inner = re.sub(r"(?:^|[.!?:;\"“”‘(]\s*|\n\s*)[A-Z][\w'’-]*", " ", text)
    found = re.findall(r"\b[A-Z][A-Za-z]*[a-z][A-Za-z]*(?:['’][A-Za-z]+)*\b", inner)
    return [word.replace("’", "'").removesuffix("'s") for word in found]
