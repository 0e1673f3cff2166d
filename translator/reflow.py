"""Lines to whole blocks: what a page broke in mid-sentence or mid-word is joined again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from translator import cues
from translator.wrap import (
    RAGGED,
    Line,
    Role,
    base_gap,
    is_full,
    is_one_sentence,
    line_width,
    verse,
    widths,
)

__all__ = ["HEADING_CHARS", "Line", "glue", "reflow", "split_lines"]

# The longest a heading gets, and the shortest text that a missing end mark shows to be a cut
# sentence, in characters; chosen, not measured: longer headings and shorter cuts do occur.
HEADING_CHARS = 30
_CUT_CHARS = 36
# Passes stop by themselves; the bound is for texts made to defeat that.
_MOST_PASSES = 12


def split_lines(text: str) -> list[Line]:
    """Normalised text as lines without outer or doubled spaces; blank lines become gaps.

    A tab inside a line is kept: it parts the cells of a table row. The marks of a Markdown
    heading are taken off and become its role.
    """
    lines: list[Line] = []
    gap = 0
    for raw in text.split("\n"):
        clean = re.sub(r" *\t[ \t]*", "\t", re.sub(r" {2,}", " ", raw.strip(" \t")))
        if not clean:
            gap += 1
            continue
        indented = len(raw) - len(raw.lstrip(" \t")) >= 2 or raw.startswith("\t")
        mark = re.match(r"(#{1,6}) +(?=\S)", clean)
        role: Role = "text"
        if mark:
            clean, role = clean[mark.end() :], "title" if len(mark[1]) == 1 else "heading"
        elif "\t" in clean or re.fullmatch(r"\|.*\|", clean):
            role = "row"
        lines.append(Line(clean, gap, indented, role))
        gap = 0
    return lines


def reflow(lines: Sequence[Line]) -> list[Line]:
    """Lines into whole blocks, in order of where each begins; no character but spaces changes.

    Blocks are read again as if each stood between blank lines until nothing more joins, so
    reflowing the result changes nothing.
    """
    usual = Counter(line.gap for line in lines[1:] if line.gap).most_common(1)
    usual_gap = usual[0][0] if usual else 1
    blocks = _Pass([replace(line, apart=line.gap > usual_gap) for line in lines]).run()
    for _ in range(_MOST_PASSES):
        blocks = [replace(block, gap=1, indented=False) for block in blocks]
        again = _Pass(blocks).run()
        if len(again) == len(blocks):
            break
        blocks = again
    return blocks


class _Block:
    """The lines of one block so far, with what the rules ask of their text, kept as it grows."""

    def __init__(self, at: int, line: Line) -> None:
        self.first = line
        self.is_top = at == 0
        self.last = at
        self.parts: list[str] = []
        self.tail = ""
        self.length = self.commas = 0
        self.has_stop = False
        self.unclosed: Counter[str] = Counter()
        self.add(at, line)

    def add(self, at: int, line: Line) -> None:
        text = line.text
        if self.parts:
            self.parts.append(glue(self.tail, text))
        self.parts.append(text)
        self.last = at
        self.tail = (self.tail + text)[-40:]
        self.length += len(text)
        self.commas += text.count("，") + text.count(",")
        self.has_stop = self.has_stop or "。" in text
        for char in re.findall("[（《【“「『〈(）》】”」』〉)]", text):
            if char in _OPENERS:
                self.unclosed[_OPENERS[char]] = max(0, self.unclosed[_OPENERS[char]] - 1)
            else:
                self.unclosed[char] += 1

    def is_terminal(self) -> bool:
        return cues.ends_sentence(self.tail)

    def is_open(self) -> bool:
        """Whether the block cannot end here: after a comma, or inside a bracket or quotation."""
        if self.tail[-1] in "，,、（(《“‘「『【〈":
            return True
        return self.tail[-1] not in "：:；;" and any(self.unclosed.values())

    def is_cut(self, in_header: bool) -> bool:
        """Whether the block, which lacks its end mark, is a sentence broken off, not a heading."""
        if self.tail[-1] in "：:；;":
            return False
        if self.has_stop or cues.starts_dated(self.first.text):
            return True
        if in_header:
            long = self.length >= _CUT_CHARS and self.commas >= (2 if self.is_top else 1)
            return long or self.length >= 2 * _CUT_CHARS
        # Each comma makes a heading less likely: eight characters less will do.
        return self.length >= _CUT_CHARS - 8 * min(self.commas, 2)


class _Pass:
    """One pass over the lines of a document, joining each to what came before, or not."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.widths = widths(lines)
        self.base_gap = base_gap(lines, self.widths)
        # A page that is set in as a whole has no paragraph indents.
        set_in = sum(line.indented for line in lines) > 0.8 * len(lines) and any(self.widths)
        self.indents = not set_in and any(line.indented for line in lines)
        self.marked = self.indents or any(line.gap > self.base_gap for line in lines[1:])
        self.verse = verse(lines, self.widths)
        self.alone = [line.role == "text" and cues.stands_alone(line.text) for line in lines]
        self.aside = [self._is_aside(at) for at in range(len(lines))]
        ends = (at for at, line in enumerate(lines) if cues.ends_sentence(line.text))
        self.header_end = next(ends, len(lines))

    def run(self) -> list[Line]:
        blocks: list[_Block] = []
        current: _Block | None = None
        for at, line in enumerate(self.lines):
            if current and self._joins(current, at):
                current.add(at, line)
            elif earlier := self._over_asides(blocks, at):
                earlier.add(at, line)
                current = earlier
            else:
                current = _Block(at, line)
                blocks.append(current)
        return [replace(block.first, text="".join(block.parts)) for block in blocks]

    def _joins(self, block: _Block, at: int) -> bool:
        """Whether line `at` goes on with the block that took the line before it."""
        line, last = self.lines[at], self.lines[block.last]
        if line.role != "text" or block.first.role not in ("text", "item"):
            return False
        if _CLOSING.match(line.text):
            return True
        if self.alone[at] or cues.is_item(line.text):
            return False
        if self.verse[block.last] and self.verse[at]:
            return False
        terminal = block.is_terminal()
        width = self.widths[at] if self.widths[at] == self.widths[block.last] else 0
        full = bool(width) and is_full(last, line, width)
        # A dateline that fills its line opens the paragraph that goes on in the next one.
        if self.alone[block.last] and not (full and cues.starts_dated(last.text)):
            return False
        if line.gap <= self.base_gap:
            if line.indented and self.indents:
                return False
            if full:
                return not terminal or (self.marked and not self._is_short(at))
            return not terminal and (block.is_open() or (not width and self._is_cut(block)))
        if terminal or self.aside[at] or line.indented or self._is_short(at):
            return False
        runs_on = len(block.parts) > 1 and width and line_width(last) >= width - RAGGED
        return bool(runs_on or block.is_open() or self._is_cut(block))

    def _over_asides(self, blocks: Sequence[_Block], at: int) -> _Block | None:
        """The cut block that line `at` goes on with, over captions and credits between."""
        line = self.lines[at]
        if line.role != "text" or line.indented or self.aside[at]:
            return None
        if not blocks or not self.aside[blocks[-1].last]:
            return None
        if cues.is_item(line.text) or self._is_short(at):
            return None
        between = (block for block in reversed(blocks[-5:]) if not self.aside[block.last])
        block = next(between, None)
        if block is None or block.is_terminal() or block.first.role != "text":
            return None
        if self.verse[block.last]:
            return None
        return block if block.is_open() or self._is_cut(block) else None

    def _is_cut(self, block: _Block) -> bool:
        return block.is_cut(in_header=block.last < self.header_end)

    def _is_short(self, at: int) -> bool:
        """Whether line `at` stands alone like a heading: short, with no mark in or after it."""
        text = self.lines[at].text
        if len(text) > HEADING_CHARS or cues.ends_sentence(text) or re.search("[，,；;]", text):
            return False
        if at + 1 == len(self.lines):
            return True
        following = self.lines[at + 1]
        return following.gap > self.base_gap or (following.indented and self.indents)

    def _is_aside(self, at: int) -> bool:
        """Whether line `at` is set beside the running text: credit, byline, caption."""
        if self.alone[at] or at + 1 == len(self.lines):
            return self.alone[at]
        line, following = self.lines[at], self.lines[at + 1]
        captioned = following.role == "text" and cues.is_photo_credit(following.text)
        return captioned and line.gap > self.base_gap and is_one_sentence(line.text)


_CLOSING = re.compile(r"[，。、；：！？”’）》」』】〉,;!?)\]}%％]")
_OPENERS = dict(zip("）》】”」』〉)", "（《【“「『〈(", strict=True))


def glue(left: str, right: str) -> str:
    """What goes between two parts of a broken paragraph: a space, only between Latin words.

    Digits go together (20|24), so do a digit and a unit (3|km) and a capital or two before a
    number (G|60).
    """
    before, after = left[-1], right[0]
    if not (after.isascii() and (after.isalnum() or after in "(&")) or before in "([{<-/+":
        return ""
    latin = re.search(r"([A-Za-z0-9])[,.;:!?)&'\"]*$", left)
    if not latin:
        return ""
    if latin[1].isdigit() and after.isdigit():
        return ""
    if before.isdigit() and re.match(r"[a-z]|[A-Z]{1,3}(?![A-Za-z])", right):
        return ""
    if after.isdigit() and re.search(r"(?<![A-Za-z])[A-Z]{1,2}$", left):
        return ""
    return " "
