"""Places that every model knows: left to it, and looked for in what it writes.

They are countries, the United Nations, and the provinces and cities of China that
data/divisions.tsv marks as known. Small models lose them all the same: the embedded one lost 14 of
61 in the seed articles (苏州 became Siping), where both people who translated them lost none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from translator import foreign, places
from translator.lexicon import data_lines, lexicon


@dataclass(frozen=True, slots=True)
class Place:
    """A well-known place as a Chinese text has it, and its English.

    `forms` render it too; a star in one stands for any letters. The English of one that is
    `chinese` is pinyin.
    """

    source: str
    target: str
    forms: tuple[str, ...]
    chinese: bool

    def is_in(self, english: str) -> bool:
        """Whether an English text has the place, its people or its language."""
        plain = " ".join(english.replace("’", "'").split())
        return _pattern(self.target, self.forms).search(plain) is not None


@lru_cache(maxsize=2048)  # a sentence is rendered, and then checked more than once
def occurring(text: str) -> tuple[Place, ...]:
    """The well-known places of a Chinese text, each once."""
    return tuple(dict.fromkeys(place for _, place in _found(text)))


def substitute(text: str, wanted: Callable[[Place, str], bool]) -> str:
    """A text with those of its well-known places in English that are wanted.

    `wanted` is asked with a place and the text after it.
    """
    for at, place in sorted(_found(text), key=lambda found: -found[0]):
        rest = text[at + len(place.source) :]
        if wanted(place, rest):
            space = " " if re.match("[A-Za-z0-9]", rest) else ""
            text = f"{text[:at]}{place.target}{space}{rest}"
    return text


def is_before_name(place: Place, rest: str) -> bool:
    """Whether a place belongs to a name in English after it: 合肥 in 合肥Weimang有限公司."""
    return place.chinese and re.match("[A-Z]", rest) is not None


def _found(text: str) -> Iterator[tuple[int, Place]]:
    """Where the places stand, none inside another name or overlapping one."""
    table = _table()
    taken: set[int] = set()
    for at, entry in foreign.spans(text):
        if entry.source in table and places.is_division(entry.source):
            continue  # 香港 is found as a division
        if entry.target or foreign.stands_alone(entry.source, text, at):
            taken.update(range(at, at + len(entry.source)))
            if entry.source in table:
                yield at, Place(entry.source, *table[entry.source], chinese=False)
    for at, division, ending in places.well_known(text, lexicon()):
        source = division.core + ending
        if taken.isdisjoint(range(at, at + len(source))):
            target, forms = table.get(division.core, (division.target, ()))
            forms = (f"{target}*", *forms)
            full = division.full(ending) if ending else target
            yield at, Place(source, full, forms, chinese=True)


# Two states that a part of their English would take for each other.
_NOT_AFTER = {"DPRK": r"(?<!South )(?<!S\. )", "South Korea": r"(?<!North )(?<!N\. )"}


@lru_cache(maxsize=512)
def _pattern(target: str, forms: tuple[str, ...]) -> re.Pattern[str]:
    """Case tells us from US; a headline or a dateline may be all capitals."""
    every = sorted({target, *forms}, key=len, reverse=True)
    words = "|".join(
        re.escape(spelling).replace(r"\*", r"[^\W\d_]*")
        for form in every
        for spelling in (form, form.upper())
    )
    return re.compile(rf"(?<![A-Za-z]){_NOT_AFTER.get(target, '')}(?:{words})(?![A-Za-z])")


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The English to give, and the other English, by the Chinese; read once."""
    rows = (line.split("\t") for line in data_lines("well_known_places.tsv"))
    return {source: (target, tuple(forms.split("|"))) for source, target, forms in rows}
