"""What people wrote about a seed article: its brief, key facts, quantities and names."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.textfiles import read_text
from translator.errors import InputError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KEY_FACTS = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a good brief tells: it holds one of the spellings of every anchor."""

    text: str
    anchors: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class GoldQuantity:
    """A quantity of the source, and the spellings of which a right translation has one.

    `segment` counts from 0 within the document; `value`, `unit` and `modifier` as the
    annotation guide in seeds/README.md says.
    """

    segment: int
    source: str
    kind: str
    value: str
    unit: str
    modifier: str
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldName:
    """A person, organisation or place, and the renderings to accept, the preferred one first."""

    source: str
    kind: str
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Annotation:
    """The reference brief and everything that a translation of the article must carry."""

    headline: str
    summary: str
    points: tuple[str, ...]
    facts: tuple[Fact, ...]
    quantities: tuple[GoldQuantity, ...]
    names: tuple[GoldName, ...]

    @property
    def brief(self) -> str:
        """The reference brief as text, a line a part."""
        return "\n".join([self.headline, self.summary, *self.points])


def load(path: Path) -> Annotation:
    """An annotation file.

    Raises:
        InputError: it is not TOML, or a key is missing or of the wrong shape.
    """
    table = read(path)
    try:
        brief = table["brief"]
        annotation = Annotation(
            brief["headline"],
            brief["summary"],
            tuple(brief["points"]),
            tuple(
                Fact(fact["text"], tuple(map(tuple, fact["anchors"]))) for fact in table["facts"]
            ),
            tuple(map(_quantity, table["quantities"])),
            tuple(
                GoldName(name["source"], name["kind"], tuple(name["english"]))
                for name in table["names"]
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: {error!r} is missing or of the wrong shape") from error
    if len(annotation.facts) != KEY_FACTS:
        raise InputError(f"{path}: {len(annotation.facts)} facts; there must be {KEY_FACTS}")
    return annotation


def read(path: Path) -> dict[str, Any]:
    """An annotation file as a table, with its `id`, `domain` and `title`.

    Raises:
        InputError: it cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not a TOML file: {error}") from error


def states(text: str, spellings: Iterable[str]) -> bool:
    """Whether an English text holds one of the spellings as whole words.

    Case, hyphens, the shape of quotation marks and a plural's ending do not matter.
    """
    folded = _folded(text)
    return any(
        re.search(rf"(?<![\w.,]){re.escape(_folded(one))}(?:e?s)?(?!\w|[.,]\d)", folded)
        for one in spellings
    )


def _folded(text: str) -> str:
    plain = text.lower().replace("’", "'").replace("‘", "'")
    return " ".join(re.sub("[-‐‑–]", " ", plain).split())


def _quantity(table: dict[str, Any]) -> GoldQuantity:
    return GoldQuantity(
        table["line"] - 1,
        table["source"],
        table["kind"],
        str(table["value"]),
        table["unit"],
        table["modifier"],
        tuple(table["english"]),
    )
