"""Blocks to their kinds, as a newspaper page shows them: by place, length, end marks and cues."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from translator import cues
from translator.reflow import HEADING_CHARS
from translator.wrap import Line, is_one_sentence, verse

if TYPE_CHECKING:
    from translator.documents import BlockKind

_HEADLINE_CHARS = 60


def label(blocks: Sequence[Line]) -> list[BlockKind]:
    """The kind of each block, in the same order.

    What a block says of itself comes first (a format's heading, 图为, 记者, 供图), then where it
    stands: the header is all before the first running text, with a headline, kickers and the
    byline; captions are short sentences set apart; headings are short and have no end mark.
    """
    return _Page(blocks).kinds()


class _Page:
    def __init__(self, blocks: Sequence[Line]) -> None:
        self.blocks = blocks
        self.texts = [block.text for block in blocks]
        self.found: list[BlockKind | None] = [_own_kind(block) for block in blocks]
        self.verse = verse(blocks, [0] * len(blocks))
        self.prose = [self._is_prose(at) for at in range(len(blocks))]

    def kinds(self) -> list[BlockKind]:
        self._label_captions()
        body = next((at for at in self._plain() if self.prose[at]), None)
        headline = self._label_header(body)
        self._label_headings()
        self._label_lead(headline)
        # A format may call several lines titles: the first is the headline.
        for at in self._plain():
            if self.blocks[at].role == "title":
                self.found[at] = "heading"
        return [kind or "paragraph" for kind in self.found]

    def _plain(self) -> list[int]:
        """The blocks that have no kind yet, in order."""
        return [at for at, kind in enumerate(self.found) if kind is None]

    def _is_prose(self, at: int) -> bool:
        text = self.texts[at]
        if self.blocks[at].role != "text":
            return False
        return cues.ends_sentence(text) or "。" in text or len(text) > _HEADLINE_CHARS

    def _is_short(self, at: int) -> bool:
        """Short, of one piece and without an end mark: what a heading or headline looks like."""
        text = self.texts[at]
        return (
            self.blocks[at].role == "text"
            and len(text) <= HEADING_CHARS
            and not cues.ends_sentence(text)
            and not re.search("[，,、：:；;。]$", text)
            and not cues.is_field(text)
            and not re.match(r"[-*+•●○▪·>] ?", text)
        )

    def _label_captions(self) -> None:
        """Short sentences by a photo credit, or set apart before a heading, are captions."""
        for at in self._plain():
            if at == 0 or not is_one_sentence(self.texts[at]) or self.verse[at]:
                continue
            following = self.texts[at + 1] if at + 1 < len(self.texts) else ""
            apart = self.blocks[at].apart and len(self.texts[at]) <= HEADING_CHARS
            before_heading = bool(following) and self._before_prose(at + 1)
            set_off = at + 2 < len(self.blocks) and self.blocks[at + 1].apart
            by_credit = cues.is_photo_credit(following) or (
                apart and cues.is_photo_credit(self.texts[at - 1])
            )
            noun = len(self.texts[at]) <= 12 and not _PREDICATE.search(self.texts[at])
            if by_credit or (apart and (before_heading or set_off)) or (noun and before_heading):
                self.found[at] = "caption"
                self.prose[at] = False

    def _label_header(self, body: int | None) -> int | None:
        """Find the headline and kickers before the first running text; where the headline is."""
        titles = [at for at, block in enumerate(self.blocks) if block.role == "title"]
        headings = [at for at, block in enumerate(self.blocks) if block.role == "heading"]
        marked = titles[:1] or [at for at in headings[:1] if body is not None and at < body]
        plain = self._plain()
        header = [at for at in plain if body is not None and at < body]
        if marked:
            headline: int | None = marked[0]
            self.found[marked[0]] = "headline"
            header = [at for at in header if at != marked[0]]
        else:
            headline = self._plain_headline(header)
        if headline is None:
            return None
        byline = next((at for at, kind in enumerate(self.found) if kind == "byline"), None)
        for at in header:
            if (
                self.found[at] is not None
                or not self._may_head(at)
                or cues.is_numbered(self.texts[at])
            ):
                continue
            # Past the byline the story has begun: a short line there heads its first section.
            if byline is None or at < byline or self.texts[at].startswith("—"):
                self.found[at] = "kicker"
        return headline

    def _plain_headline(self, header: Sequence[int]) -> int | None:
        if not header or not self._may_head(header[0]):
            return None
        # A run of short lines is a list or a poem; a page has at most three above its text.
        if len(header) > 4:
            return None
        place = header[0]
        if len(header) > 1:
            first, second = self.texts[header[0]], self.texts[header[1]]
            eyebrow = len(first) <= 8 and len(second) >= 10 and not second.startswith("—")
            if (eyebrow or first.startswith("—")) and self._may_head(header[1]):
                place = header[1]
        self.found[place] = "headline"
        return place

    def _may_head(self, at: int) -> bool:
        text = self.texts[at]
        return (
            len(text) <= _HEADLINE_CHARS
            and self.blocks[at].role == "text"
            and not re.search("[，,、：:；;。]$", text)
            and not cues.is_item(text)
            and not self.verse[at]
        )

    def _label_headings(self) -> None:
        for at in self._plain():
            if at and self.blocks[at].role == "text" and self._before_prose(at):
                self.found[at] = "heading"

    def _before_prose(self, at: int) -> bool:
        """Whether block `at` is one of at most two short lines with running text after them."""
        start = end = at
        while start > 0 and self.found[start - 1] is None and self._is_short(start - 1):
            start -= 1
            if at - start > 2:
                return False
        while end < len(self.blocks) and self.found[end] is None and self._is_short(end):
            end += 1
            if end - start > 2:
                return False
        while end < len(self.blocks) and self.found[end] in ("caption", "credit", "byline"):
            end += 1
        if not self._is_short(at) or end == len(self.blocks):
            return False
        runs_on = self.prose[end] or self.texts[end][-1] in "：:"
        return runs_on and len(self.texts[end]) > max(len(self.texts[at]), 8)

    def _label_lead(self, headline: int | None) -> None:
        """The first running text is the lead, when the article has a headline or dateline."""
        plain = [at for at in self._plain() if self.prose[at]]
        if len(plain) < 2:
            return
        first = plain[0]
        dated = cues.starts_dated(self.texts[first]) or "dateline" in self.found[:first]
        if headline is None and not dated:
            return
        ordinary = not cues.is_item(self.texts[first]) and not self.verse[first]
        if ordinary and "heading" not in self.found[:first]:
            self.found[first] = "lead"


# Words that make a clause of a few characters: what has none of them only names a thing.
_PREDICATE = re.compile("[了是在不没有这那已将会能还就要说为被把我你他她它]")


def _own_kind(block: Line) -> BlockKind | None:
    if block.role == "heading":
        return "heading"
    if block.role in ("row", "item"):
        return "paragraph"
    if block.role == "title":
        return None
    if cues.is_caption(block.text):
        return "caption"
    if cues.is_byline(block.text):
        return "byline"
    if cues.is_credit(block.text):
        return "credit"
    return "dateline" if cues.is_dateline(block.text) else None
