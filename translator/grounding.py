"""What a translated article states: which segments a sentence rests on, what is not in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from translator import mending, names, quantities, similarity
from translator.checks import DEGENERATE
from translator.pipeline import TranslatedSegment, Translation
from translator.quantities.values import Quantity
from translator.text import han_count
from translator.topics import measured, stems, topics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# On news pairs a sentence and its paraphrase lie above this, unrelated ones far below.
_LIKE = 0.35
_STRANGE = 3
_GROUNDS = 4  # a sentence that rests on more segments than this names none


class Article:
    """The usable segments of a translation, with their block kinds, vectors and facts.

    `texts` holds their English with wrong numbers put right where that is certain; `reports`
    says which of them tell what somebody says, `inside` which stand wholly in a quotation.
    """

    def __init__(self, translation: Translation) -> None:
        kinds = {block.id: block.kind for block in translation.document.blocks}
        read = mending.read_all([(one.source, one.target) for one in translation.segments])
        broken = {one.segment for one in translation.findings if one.kind in DEGENERATE}
        usable = [
            (segment, text)
            for segment, text in zip(translation.segments, read, strict=True)
            if segment.target and not han_count(segment.target) and segment.id not in broken
        ]
        self.segments: list[TranslatedSegment] = [segment for segment, _ in usable]
        self.readings = [text for _, text in usable]
        self.texts = [text.text for text in self.readings]
        self.kinds = [kinds[segment.block] for segment in self.segments]
        self.names = translation.names
        self.findings = translation.findings
        self.place = {segment.id: at for at, segment in enumerate(self.segments)}
        inside = quoted(translation.segments)
        self.inside = [inside[segment.id] for segment in self.segments]
        self.reports = [
            is_inside or SAYS.search(segment.source) is not None
            for segment, is_inside in zip(self.segments, self.inside, strict=True)
        ]
        self._sound = [text.sound() for text in self.readings]
        self._values = [quantities.values(text) for text in self._sound]
        self._words = words(" ".join(self.texts))

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Unit vectors of the English, shape (segments, 512)."""
        return similarity.embed(self.texts)

    @cached_property
    def fidelity(self) -> NDArray[np.float32]:
        """Cosine of every segment's Chinese and English, shape (segments,)."""
        import numpy as np

        sources = similarity.embed([segment.source for segment in self.segments])
        cosines: NDArray[np.float32] = np.einsum("ij,ij->i", sources, self.vectors)
        return cosines

    def english_of(self, segments: Iterable[str]) -> list[str]:
        """The English of segments."""
        return [self.texts[self.place[one]] for one in segments]

    def prose(self) -> list[int]:
        """Indices of the segments of paragraphs: no headings, captions, bylines."""
        return self.places("lead", "paragraph")

    def places(self, *kinds: str) -> list[int]:
        """Indices of the segments of blocks of these kinds."""
        return [at for at, kind in enumerate(self.kinds) if kind in kinds]

    def parts(self, most: int) -> list[list[int]]:
        """The prose by sections, or by a few paragraphs each where there are no headings.

        There are at most `most` parts: neighbours that are small together become one.
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
        parts = [part for part in parts if part]
        while len(parts) > most:
            sizes = [len(one) + len(other) for one, other in pairwise(parts)]
            at = sizes.index(min(sizes))
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return parts

    def names_in(self, index: int) -> tuple[names.Name, ...]:
        """The names that occur in a segment's Chinese."""
        return self._names_by_segment[index]

    @cached_property
    def _names_by_segment(self) -> list[tuple[names.Name, ...]]:
        return [names.occurring(segment.source, self.names) for segment in self.segments]

    def grounds(self, text: str) -> tuple[str, ...]:
        """Ids of the segments that a sentence rests on, in the article's order; none if unlike."""
        likeness = self.vectors @ similarity.embed([text])[0]
        wanted = quantities.values(text)
        lowered = text.lower()
        named = {name for name in self.names if is_named(name.target, lowered)}
        best = float(likeness.max())
        if best < _LIKE:
            return ()
        chosen = []
        for index in range(len(self.segments)):
            like = float(likeness[index])
            shared = len(wanted & self._values[index]) + len(named & set(self.names_in(index)))
            if like >= max(_LIKE, best - 0.08) or (shared and like >= _LIKE * 0.8):
                chosen.append((like + 0.1 * min(shared, 3), index))
        top = sorted(chosen, reverse=True)[:_GROUNDS]
        return tuple(self.segments[index].id for _, index in sorted(top, key=lambda one: one[1]))

    def fault(self, text: str, grounds: Iterable[str], *, own: bool = False) -> str | None:
        """Why a sentence may not stand in a brief that rests on these segments, or None.

        Its numbers must be theirs, right by the Chinese and said of the same; its names too; and
        what only somebody says must be told as said. A sentence of the article's own (`own`) joins
        nobody to what is said of another, though a name may stand in a pronoun's place.
        """
        places = [self.place[one] for one in grounds]
        if not places:
            return "resembles no sentence of the article"
        if (number := self._strange_number(text, places)) is not None:
            return f"states {number}, which its source does not"
        if (word := self._strange_name(text, places)) is not None:
            return f"names {word}, which its source does not"
        if not own and (speaker := self._false_speaker(text, places)) is not None:
            return f"has {speaker} say what somebody else says"
        if not own and (mixed := self._mixes(text)) is not None:
            return f"says of one what the article says of another: {mixed}"
        if not own and self._joins_numbers(text):
            return "joins numbers from different parts of the article"
        if not own and (number := self._measures_another(text, places)) is not None:
            return f"says of something else that it is {number}"
        if not own and (added := self._added(text)):
            return f"says what the article does not: {added}"
        words = stems(text)
        nearest = max(places, key=lambda at: len(words & stems(self.texts[at])))
        if self.reports[nearest] and not SAID.search(text):
            return "drops who said it"
        return None

    def _strange_number(self, text: str, places: Sequence[int]) -> str | None:
        sound = "\n".join(self._sound[at] for at in places)
        for quantity in quantities.unsupported(text, sound):
            return quantity.text
        wrong = {_key(one) for at in places for one in self.readings[at].wrong}
        right = {_key(one) for one in quantities.in_english(sound)}
        for quantity in quantities.in_english(text):
            if _key(quantity) in wrong - right:
                return quantity.text
            if _is_bare(quantity) and not self._counts_alike(text, quantity, places):
                counted = text[quantity.start :].split()[:3]
                return " ".join(counted)
        return None

    def _counts_alike(self, text: str, quantity: Quantity, places: Sequence[int]) -> bool:
        """Whether a bare number counts what a segment counts with it: 17 alarms, not 17 cities."""
        mine = stems(" ".join(text[quantity.end :].split()[:3]))
        stated = False
        for at in places:
            for other in quantities.in_english(self._sound[at]):
                if _is_bare(other) and other.value == quantity.value:
                    stated = True
                    near = self._sound[at][max(0, other.start - 30) : other.end + 50]
                    if not mine or mine & stems(near):
                        return True
        return not stated

    def _strange_name(self, text: str, places: Sequence[int]) -> str | None:
        """The first capitalised word that the segments lack, in English and as a name."""
        known = set().union(*(words(self.texts[at]) for at in places))
        for at in places:
            known |= words(" ".join(name.target for name in self.names_in(at)))
        strange = [word for word in proper_words(text) if word.lower() not in known]
        return strange[0] if strange else None

    def _false_speaker(self, text: str, places: Sequence[int]) -> str | None:
        """A person whom a sentence makes say a number that no block with him in it has."""
        if not SPEAKS.search(text):
            return None
        lowered = text.lower()
        for name in self.names:
            if name.kind != "person" or not is_named(name.target, lowered):
                continue
            blocks = {self.segments[at].block for at in places if name in self.names_in(at)}
            near = [at for at, one in enumerate(self.segments) if one.block in blocks]
            said = "\n".join(self._sound[at] for at in near)
            if quantities.unsupported(text, said):
                return name.target
        return None

    def strange_in_headline(self, text: str, grounds: Iterable[str]) -> str | None:
        """The first word of a headline that may be a name and is none of its segments'.

        Every word of a headline may be capitalised: one that the segments have in any form, or
        that the article also has in lower case, is no name.
        """
        places = [self.place[one] for one in grounds]
        own = " ".join(self.texts[at] for at in places)
        known = words(own) | words(
            " ".join(name.target for at in places for name in self.names_in(at))
        )
        plain = {word for line in self.texts for word in re.findall(r"\b[a-z][\w'-]+", line)}
        near = stems(own)
        titled = is_titled(text)
        found: list[str] = re.findall(r"[A-Za-z][\w'’-]*", text)
        for word in found[0 if titled else 1 :]:
            if not word[0].isupper() or word.lower().replace("’", "'") in known:
                continue
            if titled and (word.lower() in plain or stems(word) & near or len(word) < 4):
                continue
            return word
        return None

    def _mixes(self, text: str) -> str | None:
        """What a sentence says of a person or company that the article says of something else.

        Three or more words that the article has, but in no block that mentions anybody whom
        the sentence names: small models join the subject of one sentence to another's facts.
        """
        lowered = text.lower()
        named = [
            name.target.lower()
            for name in self.names
            if name.kind != "place" and is_named(name.target, lowered)
        ]
        if not named:
            return None
        blocks = {
            segment.block
            for segment, english in zip(self.segments, self.texts, strict=True)
            if any(name in english.lower() for name in named)
        }
        near = _content(
            " ".join(
                english
                for one, english in zip(self.segments, self.texts, strict=True)
                if one.block in blocks
            )
        )
        far = _content(" ".join(self.texts)) - near
        strange = [word for word in _content(text) if word in far]
        return ", ".join(sorted(strange)) if len(strange) >= _STRANGE else None

    def _joins_numbers(self, text: str) -> bool:
        """Whether the numbers of a sentence stand in no two or three sentences that follow on.

        A small model that fuses what stands apart gives one's number to the other.
        """
        stated = quantities.values(text)
        near = (
            frozenset().union(*self._values[max(at - 1, 0) : at + 2])
            for at in range(len(self._values))
        )
        return len(stated) > 1 and not any(stated <= one for one in near)

    def _measures_another(self, text: str, places: Sequence[int]) -> str | None:
        """A number that a sentence gives to what the segments have another number of.

        "Bank assets rose 41.3%" has the bank, the assets and the number of its source, where the
        assets reached one sum and "green loans grew by 41.3%".
        """
        mine = topics(text)
        said = {value: written for value, written, _ in measured(text)}
        stated = [(value, of) for at in places for value, _, of in measured(self.texts[at])]
        others = [of for value, of in stated if value not in said]
        for value, written in said.items():
            own = [of for other, of in stated if other == value]
            if own and not any(of & mine for of in own) and any(of & mine for of in others):
                return written
        return None

    def _added(self, text: str) -> str:
        """Words of some weight that the article has in no form, in a sentence made of its words.

        A small model that writes one word of its own among many of the article's states a fact
        (a "joint venture"); one that finds its own words for most of a sentence paraphrases.
        """
        mine = {word: word[:5] for word in re.findall(r"[a-z]{6,}", text.lower())}
        new = [word for word, stem in mine.items() if stem not in self._stems]
        new = [word for word in new if word not in _PLAIN]
        return ", ".join(new) if 0 < len(new) * 5 <= len(mine) else ""

    @cached_property
    def _stems(self) -> set[str]:
        return stems(" ".join(self.texts))


# Words that state nothing of their own.
_PLAIN_WORDS = """
about according across addition additional against almost already although among another
approximately around because become becomes before behind between bringing called cause caused
causing company compared currently despite during either ending expect expected expects first
following former further having including increase increased increasing latest making nearly
number officials overall percent period planned previous recent recently remain remains report
reported results roughly second several should showed showing shows similar simply since started
states taking themselves therefore though through together toward towards under until various
whether which while within without would
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
# Who says it, in Chinese (简称 and 名称 are no speech) and in English.
SAYS = re.compile(
    "表示|坦言|坦陈|直言|透露|介绍(?![所信])|认为|指出|强调|宣称|告诉|解释|回忆|回应|反映|预测|预计"
    "|测算|说(?![明法服])|(?<![简名下堪号俗职统])称(?![号为])|据[^，。]{1,20}(?:统计|通报|报告|估算)|看来"
)
SAID = re.compile(
    r"\b(?:said|says?|saying|according|told|tells|stated|noted|reported(?:ly)?|reports?|expect\w*"
    r"|estimate[sd]?|predict\w*|forecast\w*|plans?|planned|announced|introduced|believe[sd]?"
    r"|pointed|explained|recalled|added|revealed|respond(?:s|ed)|express(?:es|ed)|replied"
    r"|claim(?:s|ed)?|admitted|describe[sd]|credit(?:s|ed)"
    r"|calculated|argued|warned|hopes?|in the words|in the eyes|sound of complaint)\b",
    re.IGNORECASE,
)
SPEAKS = re.compile(
    r"\b(?:said|says|announce[sd]?|stated|told|added|explained|noted|revealed|confirmed|reported)\b"
)
_OPEN, _CLOSE = "“「『", "”」』"


def quoted(segments: Sequence[TranslatedSegment]) -> dict[str, bool]:
    """By segment id: whether its Chinese is nothing but a part of somebody's words."""
    found: dict[str, bool] = {}
    block, depth = "", 0
    for segment in segments:
        if segment.block != block:
            block, depth = segment.block, 0
        outside = ""
        for character in segment.source:
            if character in _OPEN:
                depth += 1
            elif character in _CLOSE:
                depth = max(depth - 1, 0)
            elif not depth:
                outside += character
        found[segment.id] = not re.search(r"\w", outside)
    return found


def _key(quantity: Quantity) -> tuple[str, str, str]:
    return quantity.kind, f"{quantity.value.normalize()}", quantity.unit


def _is_bare(quantity: Quantity) -> bool:
    return quantity.kind == "count" and quantity.value >= 10 and quantity.modifier != "weak"


def is_named(name: str, lowered: str) -> bool:
    """Whether a text in lower case has a name as words of their own: no EU in museum."""
    return bool(re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", lowered))


def _content(text: str) -> set[str]:
    """Words that can carry a fact, in lower case: of four letters or more, and figures."""
    return set(re.findall(r"[a-z]{4,}|\d[\d.,]*", text.lower()))


def is_titled(text: str) -> bool:
    """Whether a headline has most of its words capitalised."""
    found: list[str] = re.findall(r"[A-Za-z][\w'’-]{3,}", text)
    return sum(word[0].isupper() for word in found) > 0.7 * len(found)


def distinct(texts: Sequence[str], limit: float = 0.8) -> list[int]:
    """Indices of the texts that say something else than all kept before them."""
    vectors = similarity.embed(texts)
    kept: list[int] = []
    for index in range(len(texts)):
        if all(float(vectors[index] @ vectors[other]) < limit for other in kept):
            kept.append(index)
    return kept


def words(text: str) -> set[str]:
    """The words of a text in lower case, a name also without its possessive ending.

    Both the whole and the parts of what is written with hyphens.
    """
    found = {word.lower().replace("’", "'") for word in re.findall(r"[\w'’-]+", text)}
    found |= {part for word in found if "-" in word for part in word.split("-") if part}
    return found | {word.removesuffix("'s") for word in found}


def proper_words(text: str) -> list[str]:
    """Capitalised words that do not open a sentence or a quotation: names, mostly.

    Whole, as in Xuan'en, and without a possessive ending.
    """
    inner = re.sub(r"(?:^|[.!?:;\"“”‘(]\s*|\n[^\S\n]*)[A-Z][\w'’-]*", " ", text)
    found = re.findall(r"\b[A-Z](?=[A-Z]*[a-z])[A-Za-z]+(?:['’][A-Za-z]+)*\b", inner)
    return [word.replace("’", "'").removesuffix("'s") for word in found]
