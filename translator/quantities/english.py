"""The quantities of an English text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from translator.quantities import english_dates, english_parts, numerals
from translator.quantities.english_dates import DATES, Reader
from translator.quantities.english_parts import PARTS, plain
from translator.quantities.english_words import (
    NOISE,
    PREFIX,
    PREFIXES,
    UNIT,
    UNIT_MEANING,
    WIDE,
    modifier_of,
)
from translator.quantities.numerals import ENGLISH_FIGURES, ENGLISH_WORDS
from translator.quantities.values import Date, Kind, Quantity, dated


def in_english(text: str) -> list[Quantity]:
    """The quantities of an English text, in order; their offsets are those of the text."""
    return list(_found(text))


@lru_cache(maxsize=2048)  # checks, repairs and briefs ask for the same texts
def _found(text: str) -> tuple[Quantity, ...]:
    plain = NOISE.sub(lambda match: "\0" * len(match[0]), text.translate(WIDE))
    return tuple(replace(one, text=text[one.start : one.end]) for one in _scan(plain))


def _scan(text: str) -> Iterator[Quantity]:
    position = 0
    while match := _START.search(text, position):
        found = list(_READERS[match.lastgroup or ""](text, match))
        if not found and match.lastgroup != "number":
            number = _NUMBER.match(text, match.start())
            found = list(_number(text, number)) if number else []
        yield from found
        position = max(found[-1].end, match.start() + 1) if found else match.end()


# ---- patterns ----

_FIGURES = rf"(?<![0-9A-Za-z.]){ENGLISH_FIGURES}"
_PLAIN = rf"(?:{_FIGURES}|(?<![A-Za-z]){ENGLISH_WORDS})"
_NUM = rf"(?:{PREFIX} ?)?{_PLAIN}"
_START = re.compile(
    rf"(?<![A-Za-z])(?=[0-9A-Za-z'$€£¥￥₩₽₹])(?:{DATES}|{PARTS}|(?P<number>{_NUM}))", re.IGNORECASE
)
_NUMBER = re.compile(rf"(?P<prefix>{PREFIX} ?)?(?P<value>{_PLAIN})", re.IGNORECASE)
_LINK = re.compile(
    rf" ?(?:-|~|to|and|or)(?: ?(?:about|around|over|more than|nearly))? ?(?={_NUM})", re.IGNORECASE
)


# ---- numbers with their units ----


class _Read:
    """One number: its span, value, currency prefix and the unit behind it."""

    def __init__(self, text: str, match: re.Match[str]) -> None:
        self.start, self.end = match.span()
        self.written = match["value"]
        if self.written[0].isdigit():
            self.value = numerals.english_figures(self.written)
        else:
            words = numerals.english_words(self.written)
            self.value, used = words or (Decimal(0), len(self.written))
            self.end = match.start("value") + used
            self.written = self.written[:used]
        self.currency = PREFIXES[match["prefix"].strip().lower()] if match["prefix"] else ""
        self.unit: tuple[Kind, str, Decimal] | None = None
        self.tail = self.end
        if unit := UNIT.match(text, self.end):
            self.unit = UNIT_MEANING[unit.lastgroup or ""]
            self.tail = unit.end()
            self._check(text, unit[0])

    def _check(self, text: str, word: str) -> None:
        """Letters that are no unit here: the m of 327m was a scale, "degrees" may be academic."""
        word = word.strip(" -(").lower()
        after = text[self.tail : self.tail + 12].lower()
        before = text[max(0, self.start - 12) : self.start].lower()
        wrong = word in ("degree", "degrees") and (
            after.startswith((" of sep", " from", " in ")) or "angle" in after or "turn" in before
        )
        wrong = wrong or (word in ("a", "li", "mu") and self.written[:1].isalpha() and word != "mu")
        hyphen = text[self.end : self.end + 1] == "-"
        wrong = wrong or (word == "second" and not hyphen and self.value != 1)
        wrong = wrong or (
            word in ("l", "t", "g", "w", "v", "c", "f", "m") and self.written[:1].isalpha()
        )
        if wrong:
            self.unit, self.tail = None, self.end
        elif word == "times" and self.value == 1 and self.written[:1].isalpha():
            self.unit = None

    @property
    def scaled(self) -> bool:
        return re.search("[a-z]", self.written.lower().removeprefix("a ")) is not None


def _number(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    again = _NUMBER.match(text, match.start())
    if again is None:
        return
    low = _Read(text, again)
    high: _Read | None = None
    link = _LINK.match(text, low.tail)
    if link and (second := _NUMBER.match(text, link.end())):
        other = _Read(text, second)
        if _joins(text, link[0].strip().lower(), low, other):
            high = other
            _share_scale(low, other)
    if high and low.value > high.value and not _is_year(text, low, high):
        if (
            link
            and link[0] == "-"
            and low.written.isdigit()
            and high.written.isdigit()
            and not high.unit
        ):
            yield Quantity(low.start, high.end, "", "count", low.value, high.value, "score")
            return
        high = None
    yield from _assemble(text, low, high)


def _joins(text: str, link: str, low: _Read, high: _Read) -> bool:
    if low.unit and low.unit != high.unit:
        return False
    if high.currency and high.currency != low.currency:
        return False
    if low.unit and text[max(0, low.start - 5) : low.start].lower() == "from ":
        return False  # a change, not a range
    if link.startswith(("and", "or")):
        between = re.search(r"between ?$", text[max(0, low.start - 9) : low.start], re.IGNORECASE)
        close = link == "or" and high.value - low.value == 1 and high.value < 20
        return between is not None or close
    if link[0] == "-" and (text[high.end : high.end + 1] == "-" or not low.written[0].isdigit()):
        return high.unit is not None
    return True


def _share_scale(low: _Read, high: _Read) -> None:
    """3 to 5 million, $3-5bn: the scale stands once, for both ends."""
    if low.scaled and low.written[0].isdigit():
        return
    scale = re.search(
        r"(hundred|thousand|million|billion|trillion|trn|tn|bn|mln|mn|[kmb])$", high.written.lower()
    )
    if scale and not re.search("hundred|thousand|illion", low.written.lower()):
        size = Decimal(numerals.SCALES[scale[1]])
        if low.value < high.value / size:
            low.value *= size


def _assemble(text: str, low: _Read, high: _Read | None) -> Iterator[Quantity]:
    last = high or low
    kind: Kind = "count"
    unit, size, end = "", Decimal(1), last.end
    if last.unit:
        kind, unit, size = last.unit
        end = last.tail
    if low.currency and kind not in ("percent", "points"):
        if kind == "money":
            unit = low.currency if unit == "USD" else unit
        else:
            kind, unit, size, end = "money", low.currency, Decimal(1), last.end
    value, top = low.value * size, None if high is None else high.value * size
    modifier = modifier_of(text, low.start, end)
    if kind == "measure" and unit == "C" and "degree" in text[last.end : end].lower():
        pass
    if kind == "count" and not low.currency:
        if _is_year(text, low, high):
            yield dated(low.start, low.end, text, Date(int(low.value)))
            if high is not None:
                yield dated(high.start, high.end, text, Date(_full_year(low, high)))
            return
        if low.written.lower() in ("one", "a", "an") and high is None:
            return
    if kind == "duration" and unit in ("hour", "minute") and high is None:
        value, unit, end = _compound(text, value, unit, end)
    if kind == "duration" and (half := re.compile(" and a half(?![a-z])").match(text, end)):
        value, end = value + Decimal("0.5"), half.end()
    if (
        not modifier
        and low.written.lower() == "one"
        and high is None
        and kind in ("duration", "multiple")
    ):
        modifier = "weak"
    yield Quantity(low.start, end, "", kind, value, top, unit, modifier)


def _full_year(low: _Read, high: _Read) -> int:
    value = int(high.value)
    return value if value > 100 else int(low.value) // 100 * 100 + value


_YEAR_BEFORE = re.compile(
    r"(?:\b(?:in|of|by|since|from|until|till|to|during|through|before|after|early|late|mid|for"
    r"|year|and|the|between|fiscal|back|than|-)[ -]|[,(] ?|^)$",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r" (?:[a-z]+ )?(?:people|households|villagers|[a-z]{3,}s)(?![a-z'])(?! (?:is|was|will|has))"
)


def _is_year(text: str, low: _Read, high: _Read | None) -> bool:
    if not re.fullmatch("1[0-9]{3}|20[0-9]{2}|21[0-9]{2}", low.written):
        return False
    if high is not None:
        return (
            re.fullmatch("(?:1[0-9]|20|21)?[0-9]{2}", high.written) is not None
            and high.unit is None
        )
    before = _YEAR_BEFORE.search(text, max(0, low.start - 9), low.start)
    if re.compile(r" ?\+|%").match(text, low.end):
        return False
    people = _PEOPLE.match(text, low.end)
    prep = before is not None and before[0].strip().lower() in (
        "in",
        "since",
        "by",
        "until",
        "during",
    )
    if 1900 <= low.value < 2100:
        return prep or not people
    return prep or (before is not None and not people)


def _compound(text: str, value: Decimal, unit: str, end: int) -> tuple[Decimal, str, int]:
    """1 hour and 30 minutes: one duration in the smaller unit."""
    smaller = "minute" if unit == "hour" else "second"
    second = re.compile(
        rf"(?:,| and|, and)? (?P<v>{_PLAIN}) {smaller}s?(?![a-z])", re.IGNORECASE
    ).match(text, end)
    if second is None:
        return value, unit, end
    return value * 60 + plain(second["v"]), smaller, second.end()


_READERS: dict[str, Reader] = {
    **english_dates.READERS,
    **english_parts.READERS,
    "number": _number,
}
