"""Blocks into segments: Chinese sentences with exact offsets, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a block: `text == block.text[start:end]`; the spans tile the block."""

    id: str
    block: str
    start: int
    end: int
    text: str
