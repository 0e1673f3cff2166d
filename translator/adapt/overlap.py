"""Whether a text stands, exactly or nearly, in a set that nothing may be learnt from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Half of a text's n-grams in one set: a copy with a word changed has more, a sentence of the same
# ministry about another matter has fewer.
_SHARE = 0.5
_CHARACTERS = 6  # an n-gram of Chinese
_WORDS = 5  # an n-gram of English
_UNITS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[^\W_]+")


class Excluded:
    """The texts of excluded sets, as n-grams of letters and digits without marks and case."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._whole: set[str] = set()
        self._grams: set[str] = set()
        for text in texts:
            units = _units(text)
            if units:
                self._whole.add("\0".join(units))
                self._grams.update(_grams(units))

    def holds(self, text: str) -> bool:
        """Whether the text is one of the set, or half of it is from the set."""
        units = _units(text)
        if not units:
            return False
        if "\0".join(units) in self._whole:
            return True
        grams = _grams(units)
        shared = sum(gram in self._grams for gram in grams)
        return bool(grams) and shared >= _SHARE * len(grams)


def _units(text: str) -> list[str]:
    """Chinese characters and words of other scripts, in small letters."""
    return _UNITS.findall(unicodedata.normalize("NFKC", text).lower())


def _grams(units: list[str]) -> list[str]:
    chinese = sum(len(unit) == 1 and unit >= "\u3400" for unit in units) * 2 > len(units)
    size = _CHARACTERS if chinese else _WORDS
    return ["\0".join(units[at : at + size]) for at in range(len(units) - size + 1)]
