"""What the lines of a page say about it: the width it was wrapped at, verse, blank lines."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from translator import cues
from translator.decode import HAN

Role = Literal["text", "title", "heading", "row", "item"]

# A line is full when it is at most two Chinese characters short of the widest.
RAGGED = 4
_HANGING = "，。、；：！？”’）》」』】,.;:!?)\"'"


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a reader found it, or one whole block after `reflow`.

    `gap` counts the blank lines before it; `indented` says it starts further in than a plain
    line; `role` is what the format itself says; `apart` is set by `reflow` on a block that
    stands behind more blank lines than is usual in its document.
    """

    text: str
    gap: int = 0
    indented: bool = False
    role: Role = "text"
    apart: bool = False


def is_one_sentence(text: str) -> bool:
    """Whether `text` is one short sentence, as a caption is: at most 40 characters."""
    return (
        len(text) <= 40 and cues.ends_sentence(text) and not re.search("[。！？].*[。！？]", text)
    )


def display_width(text: str) -> int:
    """Columns on a page: two for a Chinese character or mark, one for a Latin one."""
    return sum(
        2 if char in "“”‘’…—·" or unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def line_width(line: Line) -> int:
    """Columns a line takes, its paragraph indent of two characters with it."""
    return display_width(line.text) + (4 if line.indented else 0)


def is_full(line: Line, following: Line, width: int) -> bool:
    """Whether a line is as wide as the page lets it be, or the next word would not have fitted."""
    word = re.match(r"[A-Za-z0-9.&'-]+|.", following.text)
    here = line_width(line)
    return here >= width - RAGGED or here + display_width(word[0] if word else "") > width


def widths(lines: Sequence[Line]) -> list[int]:
    """For each line the width its neighbourhood is hard-wrapped at, or 0.

    First the whole document is tried, then each run of lines without a blank one.
    """
    whole = _wrap_width(lines)
    if whole or len(lines) < 3:
        if not whole and len(lines) == 2 and lines[1].gap == 0:
            whole = _pair_width(lines)
        return [whole] * len(lines)
    found: list[int] = []
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or lines[end].gap:
            run = lines[start:end]
            found += [_wrap_width(run) if len(run) > 2 else 0] * len(run)
            start = end
    return found


def _wrap_width(lines: Sequence[Line]) -> int:
    """The width that lines break at wherever the sentence stands, or 0 if there is none.

    Wrapped prose shows it by many lines of nearly one width, none much wider, that end without
    a mark though there are marks inside them.
    """
    texts = [line.text for line in lines if line.role == "text"]
    # Closing marks may hang over the edge, so they do not tell where it is.
    measured = [
        line_width(line) - display_width(line.text[len(line.text.rstrip(_HANGING)) :])
        for line in lines
        if line.role == "text"
    ]
    broken = [
        (width, text)
        for width, text in zip(measured[:-1], texts[:-1], strict=True)
        if width >= 20 and not cues.ends_sentence(text) and not cues.stands_alone(text)
    ]
    if len(broken) < 2:
        return 0
    counts = Counter(width for width, _ in broken)
    near = {edge: sum(counts[edge - short] for short in range(RAGGED + 1)) for edge in counts}
    edge = max(near, key=lambda width: (near[width], width))
    full = [text for width, text in broken if edge - RAGGED <= width <= edge]
    wider = sum(width > edge + RAGGED for width in measured)
    plain_end = sum(bool(re.search(rf"[{HAN}A-Za-z0-9”）》]$", text)) for text in full)
    inner = sum(bool(re.search("[，,。、；：].", text)) for text in full)
    ends = sum(len(re.findall("[。！？]", text)) for text in texts)
    wrapped = (
        len(full) >= (3 if len(texts) > 4 else 2)
        and len(full) >= 0.6 * len(broken)
        and wider <= 0.1 * len(texts)
        and plain_end >= 0.5 * len(full)
        and inner >= 0.3 * len(full)
        and ends >= max(1, len(full) / 10)
    )
    return edge if wrapped else 0


def _pair_width(lines: Sequence[Line]) -> int:
    """The width of one sentence wrapped once: its second line is shorter, and ends it."""
    first, second = (line_width(line) for line in lines)
    pair = first >= 30 and second <= first and cues.ends_sentence(lines[1].text)
    return first if pair and not cues.ends_sentence(lines[0].text) else 0


def base_gap(lines: Sequence[Line], page: Sequence[int]) -> int:
    """How many blank lines stand between the lines of one wrapped paragraph: mostly none."""
    gaps = Counter(
        following.gap
        for line, following, width in zip(lines, lines[1:], page, strict=False)
        if width and not cues.ends_sentence(line.text) and is_full(line, following, width)
    )
    return gaps.most_common(1)[0][0] if gaps else 0


def verse(lines: Sequence[Line], page: Sequence[int]) -> list[bool]:
    """Which lines are verse: four short lines in a row that each end in a mark, or two alike.

    `page` has the width each line is wrapped at, or 0: a line that fills it is prose.
    """
    short = [
        line.role == "text"
        and len(line.text) <= 16
        and (not width or line_width(line) < width - RAGGED)
        and bool(re.search(rf"[，,。！？；…—][{re.escape(cues.CLOSERS)}]*$", line.text))
        and len(re.findall("[，,。！？；、：]", line.text)) <= 2
        for line, width in zip(lines, page, strict=True)
    ]
    found = [False] * len(lines)
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and short[end] and short[start]:
            continue
        run = range(start, end)
        alike = len({len(lines[at].text) for at in run}) == 1
        if short[start] and (len(run) >= 4 or (len(run) >= 2 and alike)):
            for at in run:
                found[at] = True
        start = end
    return found
