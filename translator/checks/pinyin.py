"""Which words spell Chinese syllables, and which characters of a text they spell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from translator.lexicon import HAN

# Initials to the finals that they have in Standard Chinese.
_FINALS = {
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan ü v üe",
    "l": "a e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un ü v üe",
    **dict.fromkeys(
        ("g", "k", "h"), "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"
    ),
    **dict.fromkeys(("j", "q", "x"), "i ia ie iao iu ian in iang ing iong u ue uan un"),
    **dict.fromkeys(("zh", "ch"), "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"),
    "sh": "a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang",
    "r": "e i ao ou an en ang eng ong u uo ui uan un",
    **dict.fromkeys(("z", "c", "s"), "a e i ai ei ao ou an en ang eng ong u uo ui uan un"),
    "y": "a e i ao ou an ang in ing ong u ue uan un",
    "w": "a o ai ei an en ang eng u",
    "": "a ai an ang ao e en er ou",
}
_SYLLABLES = frozenset(
    initial + final for initial, finals in _FINALS.items() for final in finals.split()
)
_LONGEST_WORD = 30
_LONGEST_SYLLABLE = 6


@lru_cache(maxsize=8192)  # the words of an article come back
def is_pinyin(word: str, most: int = 12) -> bool:
    """Whether a word is Chinese syllables and nothing else, `most` of them at most."""
    plain = re.sub("['’-]", "", word.lower())
    if not 0 < len(plain) <= _LONGEST_WORD:
        return False
    reached = {0: 0}  # offset to the fewest syllables up to it
    for start in range(len(plain)):
        if start in reached and reached[start] < most:
            for size in range(1, _LONGEST_SYLLABLE + 1):
                if plain[start : start + size] in _SYLLABLES:
                    end = start + size
                    reached[end] = min(reached.get(end, most), reached[start] + 1)
    return len(plain) in reached


def plain(text: str) -> str:
    """A spelling without spaces, marks and the ways of writing ü."""
    bare = re.sub(r"[\s'’-]", "", text.lower())
    return bare.replace("ü", "u").replace("lyu", "lu").replace("lv", "lu").replace("nv", "nu")


class Spelled:
    """A Chinese text as the spellings that each of its characters can have."""

    def __init__(self, source: str) -> None:
        self.characters = "".join(re.findall(f"[{HAN}]", source))
        self._readings = [_readings(character) for character in self.characters]

    def find(self, spelling: str) -> str:
        """The characters in a row that a spelling spells, or an empty string."""
        wanted = plain(spelling)
        open_: dict[str, int] = {}  # what is left of the spelling to where it began
        for at, each in enumerate(self._readings):
            left: dict[str, int] = {}
            for rest, start in (*open_.items(), (wanted, at)):
                for one in each:
                    if rest.startswith(one):
                        left.setdefault(rest[len(one) :], start)
            if "" in left:
                return self.characters[left[""] : at + 1]
            open_ = left
        return ""


@lru_cache(maxsize=16384)
def _readings(character: str) -> frozenset[str]:
    """All spellings of a character, whatever word it stands in: which one is meant is not asked."""
    from pypinyin import Style, pinyin

    (found,) = pinyin(character, style=Style.NORMAL, v_to_u=True, heteronym=True)
    return frozenset(plain(one) for one in found)


@lru_cache(maxsize=256)  # several translations of a text are looked at
def spelled(source: str) -> Spelled:
    """The spellings of a text, of which the readings are found once."""
    return Spelled(source)


def spells(source: Spelled, names: Sequence[str]) -> bool:
    """Whether the words of a name spell characters of a source, in either order."""
    return bool(source.find("".join(names)) or source.find("".join(reversed(names))))
