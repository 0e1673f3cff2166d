"""Numbers written in figures, as values, in Chinese and in English: a first version.

Covers figures with 百 to 万亿 (3.27亿, 近4万, 1.2万亿), plain figures, percentages, years and
`M月D日` dates. Numbers in Chinese characters (三点五亿) are left to the engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["number", "month"]

_SCALES = {
    "万亿": 10**12,
    "千亿": 10**11,
    "百亿": 10**10,
    "十亿": 10**9,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "千": 10**3,
    "百": 10**2,
}
_FIGURES = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# A figure glued to Latin letters or to a code's hyphen (G60, IV-175号) is a name; 80后 is a
# generation. In a range (3-5万) the scale stands once, for both ends.
_SCALE = "|".join(_SCALES)
_CHINESE = re.compile(
    rf"(?<![A-Za-z0-9.])(?<![A-Za-z]-)(?P<figures>{_FIGURES})(?![A-Za-z0-9]|后)"
    rf"(?:(?P<scale>{_SCALE})|(?=[-~～—至到](?:{_FIGURES})(?P<shared>{_SCALE})))?"
    r"(?P<month>月(?!份额))?"
)
_WORDS = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_WORDS |= {"trillion": 10**12}
_LETTERS = {"k": 10**3, "m": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
_ENGLISH = re.compile(
    rf"(?<![A-Za-z0-9.])(?P<figures>{_FIGURES})"
    rf"(?:[\s-]*(?P<word>{'|'.join(_WORDS)})\b|(?P<letter>bn|tn|[kmb])\b)?",
    re.IGNORECASE,
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text: `text == source[start:end]`; a month's value is 1 to 12."""

    start: int
    end: int
    text: str
    value: Decimal
    kind: Kind


def in_chinese(text: str) -> list[Quantity]:
    """The quantities of a Chinese text, in order."""
    found = []
    for match in _CHINESE.finditer(text):
        value = Decimal(match["figures"].replace(",", ""))
        scale = match["scale"] or match["shared"]
        month = match["month"] is not None and scale is None and value in range(1, 13)
        end = match.end() if month else match.end() - len(match["month"] or "")
        value *= _SCALES.get(scale or "", 1)
        kind: Kind = "month" if month else "number"
        found.append(Quantity(match.start(), end, text[match.start() : end], value, kind))
    return found


def in_english(text: str) -> list[Quantity]:
    """The numbers written in figures in an English text, in order, without months."""
    found = []
    for match in _ENGLISH.finditer(text):
        value = Decimal(match["figures"].replace(",", ""))
        value *= _WORDS.get((match["word"] or "").lower(), 1)
        value *= _LETTERS.get((match["letter"] or "").lower(), 1)
        found.append(Quantity(match.start(), match.end(), match[0], value, "number"))
    return found


def rendering(quantity: Quantity) -> str:
    """A quantity as English writes it: 327 million, 40,000, 1.2 trillion, April."""
    if quantity.kind == "month":
        return _MONTHS[int(quantity.value) - 1]
    for word, size in (("trillion", 10**12), ("billion", 10**9), ("million", 10**6)):
        if abs(quantity.value) >= size:
            return f"{_plain(quantity.value / size)} {word}"
    return _plain(quantity.value)


def substitute(text: str) -> str:
    """The Chinese text with its 万 and 亿 numbers in English: 超3.27亿元 -> 超327 million元."""
    result, position = [], 0
    for quantity in in_chinese(text):
        written = quantity.text.replace(",", "")
        if quantity.value >= 10_000 and written != f"{quantity.value:f}":
            result += [text[position : quantity.start], rendering(quantity)]
            position = quantity.end
    return "".join([*result, text[position:]])


def demanded(source: str) -> list[Quantity]:
    """The quantities of a Chinese source that a translation is asked for.

    Figures below 10 are not: English writes them as words.
    """
    return [one for one in in_chinese(source) if one.kind == "month" or one.value >= 10]


def missing(source: str, target: str) -> list[Quantity]:
    """The quantities of a Chinese source that its English target does not state."""
    there = {quantity.value for quantity in in_english(target)}
    lowered = target.lower()
    lost = []
    for quantity in demanded(source):
        if quantity.kind == "month":
            name = _MONTHS[int(quantity.value) - 1].lower()
            stated = re.search(rf"\b{name[:3]}", lowered) is not None
            stated = stated or quantity.value in there
        else:
            stated = quantity.value in there
        if not stated:
            lost.append(quantity)
    return lost


def unsupported(text: str, source: str) -> list[Quantity]:
    """The numbers of an English text, from 10 on, that the English source does not state."""
    known = {quantity.value for quantity in in_english(source)}
    return [
        quantity
        for quantity in in_english(text)
        if quantity.value not in known and (quantity.value >= 10 or quantity.value % 1)
    ]


def _plain(value: Decimal) -> str:
    """A decimal with thousands separators and without trailing zeros."""
    whole, _, fraction = f"{value:,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
