"""Places that every model knows: left to it, and looked for in what it writes.

They are countries, and the provinces and cities of China that data/divisions.tsv marks as known.
Small models lose them all the same: the embedded one lost 14 of 61 in the seed articles (苏州
became Siping), where both people who translated them lost none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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
        return _pattern(self.target, self.forms).search(english) is not None


@lru_cache(maxsize=2048)  # a sentence is rendered, and then checked more than once
def occurring(text: str) -> tuple[Place, ...]:
    """The well-known places of a Chinese text, each once."""
    return tuple(dict.fromkeys(place for _, place in _found(text)))


def substitute(text: str, *, before_names: bool = False) -> str:
    """A text with its well-known places in English.

    With `before_names` only those of China that stand right before a name in English: 合肥 belongs
    to the name in 合肥Weimang有限公司.
    """
    for at, place in sorted(_found(text), key=lambda found: -found[0]):
        rest = text[at + len(place.source) :]
        if not before_names or (place.chinese and re.match("[A-Z]", rest)):
            space = " " if re.match("[A-Za-z0-9]", rest) else ""
            text = f"{text[:at]}{place.target}{space}{rest}"
    return text


def _found(text: str) -> Iterator[tuple[int, Place]]:
    table = _table()
    inside: set[int] = set()
    for at, entry in foreign.spans(text):
        # What is known here, and of China, is found as a division.
        if entry.source not in table or not places.is_division(entry.source):
            inside.update(range(at, at + len(entry.source)))
            if entry.source in table:
                yield at, Place(entry.source, *table[entry.source], chinese=False)
    for at, division, ending in places.well_known(text, lexicon()):
        if at not in inside:
            target, forms = table.get(division.core, (division.target, ()))
            forms = (f"{target}*", *forms)
            full = division.full(ending) if ending else target
            yield at, Place(division.core + ending, full, forms, chinese=True)


@lru_cache(maxsize=512)
def _pattern(target: str, forms: tuple[str, ...]) -> re.Pattern[str]:
    """Case tells us from US; a headline or a dateline may be all capitals."""
    every = sorted({target, *forms}, key=len, reverse=True)
    words = "|".join(
        re.escape(spelling).replace(r"\*", r"[^\W\d_]*")
        for form in every
        for spelling in (form, form.upper())
    )
    return re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])")


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The English to give, and the other English, by the Chinese; read once."""
    rows = (line.split("\t") for line in data_lines("well_known_places.tsv"))
    return {source: (target, tuple(forms.split("|"))) for source, target, forms in rows}
