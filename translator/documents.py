"""Bytes, files and URLs into a Document: decoded, cleaned, reflowed, its blocks labelled."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from translator import decode, labels, reflow
from translator.decode import Limits
from translator.errors import InputError

if TYPE_CHECKING:
    from translator.wrap import Line

__all__ = [
    "Block",
    "BlockKind",
    "Document",
    "Limits",
    "from_bytes",
    "from_lines",
    "from_paragraphs",
    "from_text",
    "read",
]

_LIMITS = Limits()

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
    """An article as read. `id` is the SHA-256 of the blocks' kinds and texts.

    `title` is the headline or empty, `source` a path, a URL, `-`, or what the caller named it.
    """

    id: str
    title: str
    source: str
    blocks: tuple[Block, ...]


def read(src: str, *, limits: Limits = _LIMITS, allow_private: bool = False) -> Document:
    """Read an article from a path, `-` (standard input) or an http(s) URL.

    Files: txt, md, docx, html, pdf. `allow_private` lets a URL lead to this machine or a private
    network. Raises InputError for anything that cannot be read as a Chinese article: missing,
    empty, binary, encrypted, damaged, not Chinese, or over a limit.
    """
    from translator import readers

    return from_lines(readers.read_lines(src, limits, allow_private), src, limits)


def from_bytes(data: bytes, name: str, *, limits: Limits = _LIMITS) -> Document:
    """Read an article from the content of a file, whose name tells its format by its ending.

    Raises InputError as `read` does.
    """
    from translator import readers

    return from_lines(readers.lines_of(data, name, limits), name, limits)


def from_text(text: str, source: str = "text") -> Document:
    """Read an article from text already decoded, as pasted into a page or sent to an API.

    Raises InputError when it is empty, not Chinese or over the limit of `Limits()`.
    """
    decode.require_size(text, _LIMITS, source)
    return from_lines(reflow.split_lines(decode.normalise(text)), source, _LIMITS)


def from_paragraphs(texts: Sequence[str], source: str = "text") -> Document:
    """Texts as a document of as many paragraphs: nothing is joined, labelled or asked for.

    For texts that are whole as they are, such as the lines of a form. They have no line breaks;
    a text may be empty, and then has no segment.
    """
    whole = "\n".join(decode.normalise(text).replace("\n", " ").strip() for text in texts)
    decode.require_size(whole, _LIMITS, source)
    lines = decode.to_simplified(whole).split("\n")
    return _document(
        [Block(f"b{at}", "paragraph", text) for at, text in enumerate(lines, 1)], source
    )


def from_lines(lines: Sequence[Line], source: str, limits: Limits = _LIMITS) -> Document:
    """Lines as a reader found them into a Document: checked, in Simplified characters, labelled.

    Raises InputError as `read` does.
    """
    text = "\n".join(line.text for line in lines)
    if not text:
        raise InputError(f"{source} is empty: give an article with text in it")
    decode.require_size(text, limits, source)
    decode.require_chinese(text, source)
    simplified = decode.to_simplified(text)
    if simplified != text:
        # OpenCC maps phrases but never adds or takes a line break.
        texts = simplified.split("\n")
        lines = [replace(line, text=new) for line, new in zip(lines, texts, strict=True)]
    whole = reflow.reflow(lines)
    kinds = labels.label(whole)
    return _document(
        [
            Block(f"b{number}", kind, line.text)
            for number, (kind, line) in enumerate(zip(kinds, whole, strict=True), 1)
        ],
        source,
    )


def _document(blocks: Sequence[Block], source: str) -> Document:
    digest = hashlib.sha256()
    for block in blocks:
        # No text holds a newline, so two articles never hash the same bytes.
        digest.update(f"{block.kind}\n{block.text}\n".encode())
    title = next((block.text for block in blocks if block.kind == "headline"), "")
    return Document(digest.hexdigest(), title, source, tuple(blocks))
