"""What the name finders know: surnames, characters of given names, words, places, companies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

NameKind = Literal["person", "organisation", "place"]
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
DOTS = ("·", "•", "・")  # between the parts of a foreign name


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Surnames, name characters, words, places and known names, as data/ has them."""

    surnames: dict[str, str]  # to their reading
    weak: frozenset[str]  # surnames that are function words or verbs in running text
    characters: dict[str, int]  # of given names, to their rank by frequency
    words: frozenset[str]
    places: frozenset[str]
    company_words: frozenset[str]
    known: dict[str, tuple[str, NameKind]]
    clear: frozenset[str]  # known organisations whose name means nothing else


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    surnames = [line.split("\t") for line in data_lines("surnames.tsv")]
    known = [line.split("\t") for line in data_lines("known_names.tsv")]
    words: set[str] = set()
    for line in data_lines("words.txt"):
        first, twos, *threes = line.split()
        words.update(first + rest for rest in (*twos, *threes) if rest != "-")
    return Lexicon(
        surnames={row[0]: row[1] for row in surnames},
        weak=frozenset(row[0] for row in surnames if len(row) > 2),
        characters={c: rank for rank, c in enumerate("".join(data_lines("name_characters.txt")))},
        words=frozenset(words),
        places=frozenset(" ".join(data_lines("places.txt")).split()),
        company_words=frozenset(" ".join(data_lines("company_words.txt")).split()),
        known={
            row[0]: (row[1], "person" if row[2] == "person" else "organisation") for row in known
        },
        clear=frozenset(row[0] for row in known if len(row) > 3),
    )


def data_lines(name: str) -> list[str]:
    """The lines of a file in data/, without comments and empty ones."""
    path = Path(__file__).parent / "data" / name
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
