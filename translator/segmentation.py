"""Blocks into segments: Chinese sentences with exact offsets, nothing lost.

Where a sentence ends (own rules; GB/T 15834-2011 names the marks):

- at 。！？ and half-width ! ?, runs of them and the closing marks after them included; at a
  half-width "." after Chinese when a space or the end follows, or when the text has no 。 at all
  and both sides are long (乔治.布什 is a name); never in a number, a Latin word, a list number;
- at …… when enough stands on both sides of it for two sentences;
- at ； outside quotes and brackets, when both clauses have 12 characters or more;
- at a line break.

Quotes and brackets: a matched pair with at most 60 characters inside stays whole; inside a
longer one sentences end as usual. A closing mark belongs to the sentence before it. After it the
sentence is over, unless the quote is only a part of it (喊着“加油！”冲出去), or punctuation, 的, 等
and the like follow, or the words that follow say who spoke (“好。”他说。). An unmatched mark
protects nothing, and neither do half-width quotes when their number in the block is odd: a typing
error costs one sentence at most.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from translator.documents import Document

_PAIRS = {
    "“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "〈": "〉", "（": "）", "(": ")",
    "【": "】", "[": "]", "［": "］", "〔": "〕", "〖": "〗", "｛": "｝", "{": "}",
}  # fmt: skip
_OPENERS = {closer: opener for opener, closer in _PAIRS.items()}
_QUOTES = '“‘「『"'
_NEWLINES = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_TERMINALS = "。｡！？!?…"
_WHOLE_PAIR = 60  # characters inside a quote or bracket that stays with its sentence
_CLAUSE = 12  # characters on each side of a semicolon that parts two segments
_ELLIPSIS = 6  # the same for an ellipsis
_PERIOD = 8  # the same for a "." with no space after it
_SHORT_KINDS = frozenset({"headline", "kicker", "heading", "byline", "dateline", "credit"})

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_HAN = re.compile(f"[{_HAN}]")
_WORD = re.compile(r"[^\W_]")
_BRACKET = re.compile("[" + re.escape("".join(_PAIRS) + "".join(_OPENERS) + '"') + "]")
_MARK = re.compile(f"[{_TERMINALS}.．；;{_NEWLINES}]")
_STOP = re.compile(f"[{_TERMINALS}；;{_NEWLINES}]")
_CONTINUES = frozenset("，,、；;：:—～~·/")
_CONTINUING = re.compile(
    "的(?!确|士)|地一|等(?![到待])|之[声类说问争]|这(?:一|个|样|句|些|种|首|部|类|番|几)"
    "|一[词语句类文书题问]|为[题主口]|[与和及或](?=[“‘「『《])"
)
_SPEECH = (
    "(?:说道?|问道?|答道?|[笑喊叹写]道|表示|介绍|坦言|称|指出|强调|认为|回忆|透露|解释|补充"
    "|感慨|感叹|直言|呼吁|回答|建议|告诉[^，。]{1,8})"
)
_ATTRIBUTION = re.compile(
    rf"\s*[^，。：；！？、,:;!?“”‘’（）\n]{{0,24}}{_SPEECH}[着了道说]?\s*[。，,！…]"
)
_INTRODUCED = re.compile(rf"{_SPEECH}[着了道说]?\s*[，,]?$")
_LIST_NUMBER = re.compile(r"\s*[〇零一二三四五六七八九十百]+$")


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a block: `text == block.text[start:end]`; the spans tile the block."""

    id: str
    block: str
    start: int
    end: int
    text: str


def split(document: Document) -> tuple[Segment, ...]:
    """The document's segments in order, with ids s1, s2, ... over the whole document.

    The spans of a block tile it exactly; every segment has something besides spaces (a blank
    block has no segment). A headline, heading or byline of up to 60 characters is one segment.
    """
    segments: list[Segment] = []
    for block in document.blocks:
        text = block.text
        if not text.strip():
            continue
        whole = block.kind in _SHORT_KINDS and len(text.strip()) <= _WHOLE_PAIR
        for start, end in [(0, len(text))] if whole else sentence_spans(text):
            name = f"s{len(segments) + 1}"
            segments.append(Segment(name, block.id, start, end, text[start:end]))
    return tuple(segments)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end) offsets in characters; together they tile it.

    Spaces belong to the sentence before them, and a run of bare marks to its neighbour: every
    span holds a letter, a digit or a Chinese character if the text has one. Linear in the length.
    """
    if not text:
        return []
    bounds = [0]
    word = _next_word(text, 0)
    for end in _ends(text):
        if word < end:
            bounds.append(end)
            word = _next_word(text, end)
    if bounds[-1] < len(text):
        if len(bounds) > 1 and word == len(text):
            bounds.pop()
        bounds.append(len(text))
    return list(pairwise(bounds))


def split_long(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Pieces of a text, each of which fits; their concatenation is the text exactly.

    Cuts near the middle, at the best mark there is in the middle half: sentence ends, ； ： ， 、,
    then the same marks inside quotes and brackets, then spaces, then between two characters; last
    between two Latin words of a Chinese text, which are one name more often than not. Never inside
    a number, a Latin word or a character with its combining marks: such a piece comes back whole
    even where it does not fit.
    """
    if not text:
        return []
    if fits(text):
        return [text]
    ranks = _ranked_cuts(text)
    pieces: list[str] = []
    stack = [(0, len(text))]
    while stack:
        start, end = stack.pop()
        cut = None if fits(text[start:end]) else _best_cut(ranks, start, end)
        if cut is None:
            pieces.append(text[start:end])
        else:
            stack += [(cut, end), (start, cut)]
    return pieces


def _ends(text: str) -> Iterator[int]:
    """Offsets just after each sentence end, closing marks and spaces after it included."""
    pairs = _match_pairs(text)
    openers = {closer: opener for opener, closer in pairs.items()}
    kept = _Cover((o, c) for o, c in pairs.items() if c - o - 1 <= _WHOLE_PAIR)
    paired = _Cover(pairs.items())
    may_end_at_period = "。" not in text
    start = done = 0
    starts = {_skip_spaces(text, 0)}
    for found in _MARK.finditer(text):
        at, mark = found.start(), found.group()
        if at < done:
            continue
        done = at + 1
        if mark in "；;":
            if paired.reaches(at) > at or not _parts(text, start, at, at + 1, _CLAUSE):
                continue
        elif mark not in _NEWLINES:
            done, closer = _run_of_marks(text, at, openers)
            if kept.reaches(at) >= done or not _is_end(text, start, at, done, may_end_at_period):
                continue
            if closer is not None and not _ends_with_pair(
                text, openers[closer], mark, done, starts
            ):
                continue
        start = done = _skip_spaces(text, done)
        starts.add(start)
        yield start


class _Cover:
    """How far the pairs reach that are open at an offset, asked in rising order: linear overall."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self._pairs = sorted(pairs)
        self._next = 0
        self._reach = -1

    def reaches(self, offset: int) -> int:
        while self._next < len(self._pairs) and self._pairs[self._next][0] < offset:
            self._reach = max(self._reach, self._pairs[self._next][1])
            self._next += 1
        return self._reach


def _match_pairs(text: str) -> dict[int, int]:
    """Offsets of opening marks to those of their closing marks; unmatched marks are left out."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
    waiting = dict.fromkeys(_PAIRS, 0)
    straight: list[int] = []
    for found in _BRACKET.finditer(text):
        at, mark = found.start(), found.group()
        if mark == '"':
            straight.append(at)
        elif mark in _PAIRS:
            stack.append(at)
            waiting[mark] += 1
        elif waiting[opener := _OPENERS[mark]]:
            while text[stack[-1]] != opener:
                waiting[text[stack.pop()]] -= 1
            waiting[opener] -= 1
            pairs[stack.pop()] = at
    if len(straight) % 2 == 0:
        pairs.update(zip(straight[::2], straight[1::2], strict=True))
    return pairs


def _run_of_marks(text: str, at: int, openers: dict[int, int]) -> tuple[int, int | None]:
    """The end of a run of end and closing marks, and the matched closing mark it ends with."""
    end, closer = at + 1, None
    while end < len(text):
        if (after := _skip_blanks(text, end)) in openers:
            closer, end = after, after + 1
        elif text[end] in _TERMINALS or (text[end] in ".．" and text[end - 1] in ".．"):
            closer, end = None, end + 1
        elif text[end] in _OPENERS:
            end += 1
        else:
            break
    return end, closer


def _is_end(text: str, start: int, at: int, end: int, may_end_at_period: bool) -> bool:
    """Whether the marks text[at:end] end the sentence that began at start, quotes apart."""
    mark, before, after = text[at], text[at - 1 : at], text[end : end + 1]
    if after in _CONTINUES:
        return False
    if mark == "…" or text.startswith("...", at):
        return not after or (
            not _CONTINUING.match(text, end) and _parts(text, start, at, end, _ELLIPSIS)
        )
    if mark in ".．":
        if _LIST_NUMBER.match(text[max(start, at - 5) : at]) and at - start <= len("二十一、"):
            return False
        if not (_IS_HAN.match(before) or (before and before in "%％”’）)》")):
            return False
        return not after.strip() or (
            may_end_at_period and not after.isascii() and _parts(text, start, at, end, _PERIOD)
        )
    if mark in "!?" and end == at + 1 and before.isascii() and before.isalnum():
        if after.isascii() and after.isalnum():
            return False
        # Yahoo!网站 is a name, iPhone?我 is a question.
        return mark == "?" or not _IS_HAN.match(text, _skip_spaces(text, end))
    return True


def _ends_with_pair(text: str, opener: int, mark: str, end: int, starts: set[int]) -> bool:
    """Whether a sentence that ends inside a quote or bracket ends with its closing mark too."""
    if end == len(text):
        return True
    before = text[max(0, opener - 16) : opener].rstrip()
    if before.endswith(("：", ":")):
        return not text.startswith(("的", "等"), end)
    if _CONTINUING.match(text, end):
        return False
    if opener in starts:
        return not _ATTRIBUTION.match(text, end)
    if text[opener] not in _QUOTES:
        return False
    if _INTRODUCED.search(before):
        return True
    if mark in "。｡" or before.endswith(("，", ",")):
        return text[end] not in _QUOTES and not _ATTRIBUTION.match(text, end)
    return False


def _parts(text: str, start: int, at: int, end: int, least: int) -> bool:
    """Whether text[start:at] and what follows end, up to the next mark, are both long enough."""
    return (
        at - start >= least
        and len(text) - end >= least
        and not _STOP.search(text, end, end + least)
    )


def _next_word(text: str, at: int) -> int:
    found = _WORD.search(text, at)
    return found.start() if found else len(text)


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _skip_blanks(text: str, at: int) -> int:
    """Like _skip_spaces, within the line."""
    while at < len(text) and text[at].isspace() and text[at] not in _NEWLINES:
        at += 1
    return at


_CUT_MARKS = ("。｡！？!?…", "；;", "：:", "，,", "、")
_INSIDE, _SPACE, _BETWEEN, _FORCED = range(len(_CUT_MARKS), len(_CUT_MARKS) + 4)
_CUT_MARK = re.compile("[" + "".join(_CUT_MARKS) + "]")
_CUT_RANK = {mark: rank for rank, marks in enumerate(_CUT_MARKS) for mark in marks}
_LETTERS = rf"(?:(?![{_HAN}])[^\W_])+"
_UNBREAKABLE = re.compile(
    rf"{_LETTERS}(?:[.,:/'’&\-_@+·=?]{_LETTERS})*[%％‰℃°]?[十百千万亿]*(?:(?<=[\d万亿])[{_HAN}])?"
    r"|[〇零一二两三四五六七八九十百千万亿]+(?:点[〇零一二三四五六七八九]+)?"
)
_NO_START = frozenset("。｡！？!?…，,、；;：:·～~—-%％‰℃" + "".join(_OPENERS))
_NO_END = frozenset("".join(_PAIRS) + "—·￥¥$€£")


def _ranked_cuts(text: str) -> list[list[int]]:
    """For each rank, best first, the offsets in rising order where the text may be cut."""
    forbidden = {
        at for found in _UNBREAKABLE.finditer(text) for at in range(found.start() + 1, found.end())
    }
    paired = _Cover(_match_pairs(text).items())
    ranks: list[list[int]] = [[] for _ in range(_FORCED + 1)]
    end = 0
    for found in _CUT_MARK.finditer(text):
        at = found.start()
        if at < end:
            continue
        end = at + 1
        while end < len(text) and (text[end] in _OPENERS or text[end] in _TERMINALS):
            end += 1
        inside = paired.reaches(at) >= end
        end = _skip_spaces(text, end)
        if at + 1 not in forbidden and end not in forbidden and end < len(text):
            ranks[_INSIDE if inside else _CUT_RANK[found.group()]].append(end)
    in_names = set(_between_words(text)) if _IS_HAN.search(text) else set()
    for at in range(1, len(text)):
        if at in forbidden or _joins(text[at - 1], text[at]):
            continue
        if at in in_names:
            ranks[_FORCED].append(at)
            continue
        if text[at - 1].isspace():
            ranks[_SPACE if not text[at].isspace() else _FORCED].append(at)
        elif text[at] in _NO_START or text[at - 1] in _NO_END or text[at].isspace():
            ranks[_FORCED].append(at)
        else:
            ranks[_BETWEEN].append(at)
    return ranks


def _between_words(text: str) -> Iterator[int]:
    """The offsets after a space that has Latin letters on both sides."""
    return (found.end() for found in re.finditer(r"(?<=[A-Za-z.,'’]) (?=[A-Za-z])", text))


def _joins(before: str, after: str) -> bool:
    """Whether two code points are one character to the reader."""
    return (
        unicodedata.category(after) in ("Mn", "Mc", "Me")
        or after in "\u200d\ufe0e\ufe0f"
        or before == "\u200d"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
        or (before == "\r" and after == "\n")
    )


def _best_cut(ranks: list[list[int]], start: int, end: int) -> int | None:
    """The cut nearest the middle of text[start:end], of the best rank in its middle half."""
    middle, quarter = (start + end) / 2, (end - start) // 4
    for low, high in ((start + quarter, end - quarter), (start, end)):
        for offsets in ranks:
            first = bisect_left(offsets, max(low, start + 1))
            last = bisect_right(offsets, min(high, end - 1))
            if first < last:
                near = min(max(bisect_left(offsets, middle), first), last - 1)
                return min(
                    offsets[max(near - 1, first) : near + 1], key=lambda at: abs(at - middle)
                )
    return None
