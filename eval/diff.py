"""Word-level differences between two English sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_TOKENS = re.compile(r"\w+(?:[.,'’-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words that both have (same), only the first (gone) or only the second (new)."""

    kind: Literal["same", "gone", "new"]
    text: str


def word_diff(first: str, second: str) -> list[Piece]:
    """The second text as an edit of the first."""
    left, right = _TOKENS.findall(first), _TOKENS.findall(second)
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", " ".join(left[a:b])))
            continue
        if b > a:
            pieces.append(Piece("gone", " ".join(left[a:b])))
        if d > c:
            pieces.append(Piece("new", " ".join(right[c:d])))
    return pieces


def nearest(text: str, references: Sequence[str]) -> str:
    """The reference with the most words in common with a text."""
    words = _TOKENS.findall(text.lower())

    def likeness(reference: str) -> float:
        return SequenceMatcher(
            None, _TOKENS.findall(reference.lower()), words, autojunk=False
        ).ratio()

    return max(references, key=likeness)
