"""English texts as paragraphs and sentences: the other side of a translation to be checked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from translator.errors import InputError
from translator.wrap import Line

# What a period after does not end a sentence: titles, months, "No. 5", and single initials.
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Gov|Sen|Rep|Lt|Col|Capt|Rev|St|Mt|No|Nos|vs|etc|approx|Fig|Vol|pp"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|i\.e|e\.g)|(?<![A-Za-z.])[A-Z]|\b[A-Z]\.[A-Z])\.$"
)
_LATE = re.compile(r"\b(?:Inc|Co|Ltd|Corp|Jr|Sr|a\.m|p\.m|U\.S|U\.K|U\.N)\.$")
# No run is tried from its middle, or a long one costs its square.
_END = re.compile(r"(?:(?<![.!?])[.!?]+|…)[\"'”’)\]]*(?=\s+[\"'“‘(\[]*[A-Z0-9])")
_ENDED = re.compile(r"[.!?:;…][\"'”’)\]]*$")
# Characters: the widest page that text is broken at, and how full a broken line is of its width.
_PAGE, _FULL = 120, 0.7


def sentences(text: str) -> list[str]:
    """A paragraph's sentences, without outer spaces. Linear in its length."""
    found: list[str] = []
    start = 0
    for mark in _END.finditer(text):
        before = text[max(start, mark.start() - 12) : mark.start() + 1]
        if _ABBREVIATED.search(before):
            continue
        if _LATE.search(before) and not re.match(
            r"\s+[\"“]?(?:The|It|In|He|She|They|A|This)\b", text[mark.end() : mark.end() + 12]
        ):
            continue
        found.append(text[start : mark.end()].strip())
        start = mark.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Lines as a reader found them, those that a page broke in mid-sentence joined again."""
    joined: list[str] = []
    last: Line | None = None
    width = max((len(line.text) for line in lines), default=0)
    for line in lines:
        broken = (
            last is not None
            and line.gap == 0
            and line.role == last.role == "text"
            and not line.indented
            and len(last.text) >= _FULL * min(width, _PAGE)
            and (width <= _PAGE or line.text[0].islower())
            and (not _ENDED.search(last.text) or line.text[0].islower())
        )
        if broken and joined[-1].endswith("-") and line.text[0].islower():
            joined[-1] += line.text
        elif broken:
            joined[-1] += " " + line.text
        else:
            joined.append(line.text)
        last = line
    return joined


def require_english(texts: Sequence[str], where: str) -> None:
    """Raise InputError unless a text has words in Latin letters.

    A translation that left Chinese is for the checks to find, so only one that is all Chinese
    is refused.
    """
    text = " ".join(texts)
    if not text.strip():
        raise InputError(f"{where} is empty: give the translation")
    latin = len(re.findall(r"[A-Za-z]{2,}", text))
    letters = len(re.findall(r"[^\W\d_]", re.sub(r"[A-Za-z]+", "", text)))
    if latin == 0 or letters > 20 * latin:
        raise InputError(
            f"{where} is not English: give the Chinese article first, its translation second"
        )
