"""Numbers that a translation has wrong, held against the Chinese and put right where that is sure.

A wrong number whose right value is certain is put right as the source has it (2400余万元, rendered
as 2400 million yuan); any other is marked, and nothing that states it may be shown as a fact.
Dates are held to what the article says: an engine that makes "9日" October 9, or "去年" 2018, is
believed only where the article has named that month, that year.

A check never edits text; this does, for the pipeline's ladder and for briefs of any translation,
and whoever uses it says what was changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from translator import quantities
from translator.quantities import Date, Mismatch, Quantity
from translator.quantities.values import dated

_DECADE = re.compile(r"\b(\d0)s\b")
_PROBLEMS = ("contradicted", "currency", "rounded")
_IN_ENGLISH = {"over": "more than", "under": "less than", "at most": "up to"}
_PLURAL = re.compile(r"(?<=[a-z]{3})s$")
_MODIFIERS = re.compile(
    r"\b(?:about|around|approximately|roughly|some|over|more than|nearly|almost|just|under"
    r"|less than|up to|at least|a total of)\s+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mending:
    """One number put right: what the translation had, and what stands in its place."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A translation as it may be used: its text, the numbers wrong in it, and what was mended."""

    text: str
    wrong: tuple[Quantity, ...] = ()
    mended: tuple[Mending, ...] = ()

    def sound(self) -> str:
        """The text with its wrong numbers blanked out, for other texts to be compared with."""
        text = self.text
        for one in sorted(self.wrong, key=lambda quantity: -quantity.start):
            text = f"{text[: one.start]} … {text[one.end :]}"
        return text


def read_all(pairs: Sequence[tuple[str, str]]) -> list[Reading]:
    """The translations of an article's segments, (source, target) in its order."""
    months = months_before([source for source, _ in pairs])
    return [read(*pair, month) for pair, month in zip(pairs, months, strict=True)]


def months_before(sources: Sequence[str]) -> list[int]:
    """The month that a day named alone in each segment belongs to; 0 where none was named.

    It is that of the last full date before it: of the dateline, or the lead.
    """
    found, month = [], 0
    for source in sources:
        found.append(month)
        stated = [one.date for one in quantities.in_chinese(source) if one.date]
        month = next((date.month for date in reversed(stated) if date.month and date.day), month)
    return found


def read(source: str, target: str, month: int = 0) -> Reading:
    """One translation held against its source; `month` as `months_before` has it."""
    stated = [one.date for one in quantities.in_chinese(source) if one.date]
    text, done = target, []
    while True:
        faults = list(_faults(source, text, stated, month))
        for fault, right in sorted(faults, key=lambda pair: -pair[0].start):
            if not right:
                continue
            start, right = _fitted(text, fault, right)
            changed = text[:start] + right + text[fault.end :]
            # Every mending takes a fault away, so this comes to an end.
            if len(list(_faults(source, changed, stated, month))) < len(faults):
                done.append(Mending(text[start : fault.end], right))
                text = changed
                break
        else:
            return Reading(text, tuple(fault for fault, _ in faults), tuple(done))


def _faults(
    source: str, text: str, stated: Sequence[Date], month: int
) -> Iterator[tuple[Quantity, str]]:
    """The numbers of an English text that its source does not bear out, each with the right one.

    The right one is empty where it is not certain which number of the source is meant.
    """
    found = quantities.compare(source, text)
    spans = set()
    for one in found:
        if one.target is None or (one.problem == "extra" and one.target.kind == "multiple"):
            continue  # "twice as much" is how English says 翻番, which has no number
        if one.target.kind == "duration" and "half" in one.target.text and "半年" in source:
            continue  # a half-year report
        if one.target.date and _is_month_end(one.target.date, stated, source):
            spans.add((one.target.start, one.target.end))
            continue
        if one.target.date and one.problem == "extra":
            continue  # looked at below
        spans.add((one.target.start, one.target.end))
        yield one.target, _right(one, found)
    for match in _DECADE.finditer(text):
        if f"{match[1]}后" in source:  # those born in the nineties, not ninety-somethings
            yield Quantity(match.start(), match.end(), match[0], "count", Decimal(match[1])), ""
    for quantity in quantities.in_english(text):
        if quantity.date and (quantity.start, quantity.end) not in spans:
            right = _right_date(quantity.date, stated, month, source)
            if right is not None:
                yield quantity, right


def _right(one: Mismatch, found: Sequence[Mismatch]) -> str:
    """What the source has in a wrong number's place, with its modifier; empty where unsure."""
    if one.source is None or not _is_sure(one, found):
        return ""
    modifier = _IN_ENGLISH.get(one.source.modifier, one.source.modifier)
    return f"{modifier} {quantities.rendering(one.source)}".strip()


def _is_sure(one: Mismatch, found: Sequence[Mismatch]) -> bool:
    """Whether the source's number is the one that the target's wrong number stands for."""
    if one.source is None or one.target is None or one.problem not in _PROBLEMS:
        return False
    if one.source.kind != one.target.kind or one.source.modifier in ("vague", "weak"):
        return False
    if one.source.date and (one.source.date.part or not one.source.date.month):
        return False
    if _digits(one.source) == _digits(one.target):
        return True
    rivals = [other for other in found if other.target and other.target.kind == one.target.kind]
    return len(rivals) == 1 and one.source.kind != "date"


def _digits(quantity: Quantity) -> list[str]:
    ends = [quantity.value] if quantity.high is None else [quantity.value, quantity.high]
    return [f"{end.normalize():f}".replace(".", "").strip("0") for end in ends]


_RELATIVE = {"去年": "last year", "今年": "this year", "明年": "next year"}


def _without_year(date: Date, stated: Sequence[Date], source: str) -> str:
    """A date whose year the source does not state, as it states it: August 28, July last year."""
    same = [one for one in stated if (one.month, one.day) == (date.month, date.day)]
    if date.month and date.day and same:
        return quantities.rendering(dated(0, 0, "", Date(0, date.month, date.day)))
    said = [english for chinese, english in _RELATIVE.items() if chinese in source]
    if len(said) != 1 or date.part or (date.month and not same):
        return ""
    month = quantities.rendering(dated(0, 0, "", Date(0, date.month))) if date.month else ""
    return f"{month} {said[0]}".strip()


def _is_month_end(date: Date, stated: Sequence[Date], source: str) -> bool:
    """Whether "June 30" stands for 6月末."""
    months = {one.month for one in stated if one.month and not one.day}
    return date.day >= 28 and date.month in months and re.search("月[末底]", source) is not None


def _right_date(date: Date, stated: Sequence[Date], month: int, source: str) -> str | None:
    """What a date of the target should be: None where it is right, empty where that is unknown."""
    if date.part in ("s", "c"):
        return None
    if (
        date.year
        and f"{date.year % 100:02}" not in source
        and not any(one.year % 100 == date.year % 100 for one in stated if one.year)
    ):
        return _without_year(date, stated, source)
    if not date.month or any(one.month == date.month for one in stated):
        return None
    days = [one.day for one in stated if one.day and not one.month]
    if date.month == month and (not date.day or date.day in days):
        return None
    if month and date.day in days and not date.year:
        return quantities.rendering(dated(0, 0, "", Date(0, month, date.day)))
    return ""


def _fitted(text: str, fault: Quantity, right: str) -> tuple[int, str]:
    """Where a right number begins in a text, and how it reads there."""
    start = fault.start
    if not right[0].isdigit() and (before := _MODIFIERS.search(text[:start])):
        start = before.start()  # "about 300 acres" becomes "more than 300 mu"
    if right in _RELATIVE.values() and (before := re.search(r"\b(?:in|by)\s+$", text[:start])):
        start = before.start()  # "in 2021" becomes "next year"
    if "-" in fault.text and " to " not in right:  # an adjective: 25-square-meter
        right = _PLURAL.sub("", right.replace(" ", "-"))
    if fault.text.endswith("%"):
        right = right.replace(" percent", "%")
    if not start or re.search(r"[.!?][”\"’)]*\s+$", text[:start]):
        right = right[0].upper() + right[1:]
    return start, right
