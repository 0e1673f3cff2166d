"""Bytes, files and URLs into a Document: decoded, cleaned, reflowed, its blocks labelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal[
    "headline", "kicker", "lead", "byline", "dateline", "heading", "paragraph", "caption", "credit"
]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an article, whole: a headline, a paragraph, a caption."""

    id: str
    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """An article as read. `id` is the SHA-256 of the blocks' text, `source` a path, URL or `-`."""

    id: str
    title: str
    source: str
    blocks: tuple[Block, ...]
