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
_PROBLEMS = ("contradicted", "currency", "rounded", "reversed")
_IN_ENGLISH = {"over": "more than", "under": "less than", "at most": "no more than"}
_PLURAL = re.compile(r"(?<=[a-z]{3})s$")
_MODIFIERS = re.compile(
    r"\b(?:about|around|approximately|roughly|some|over|(?:(?:no|not) )?(?:more|less|fewer) than"
    r"|above|below|nearly|almost|close to|just|under|up to|at (?:least|most)|a total of)\s+$",
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
    dates = dates_before([source for source, _ in pairs])
    return [read(*pair, named) for pair, named in zip(pairs, dates, strict=True)]


# Months and days, in the order in which an article names them.
Dates = tuple[tuple[int, int], ...]


def dates_before(sources: Sequence[str]) -> list[Dates]:
    """The full dates that an article has named before each of its segments."""
    found: list[Dates] = []
    named: Dates = ()
    for source in sources:
        found.append(named)
        stated = [one.date for one in quantities.in_chinese(source) if one.date]
        named += tuple((date.month, date.day) for date in stated if date.month and date.day)
    return found


def read(source: str, target: str, named: Dates = ()) -> Reading:
    """One translation held against its source; `named` as `dates_before` has it."""
    stated = [one.date for one in quantities.in_chinese(source) if one.date]
    text, done = target, []
    while True:
        faults = list(_faults(source, text, stated, named))
        for fault, right in sorted(faults, key=lambda pair: -pair[0].start):
            if not right:
                continue
            start, right = _fitted(text, fault, right)
            changed = text[:start] + right + text[fault.end :]
            # Every mending takes a fault away, so this comes to an end.
            if len(list(_faults(source, changed, stated, named))) < len(faults):
                done.append(Mending(text[start : fault.end], right))
                text = changed
                break
        else:
            return Reading(text, tuple(fault for fault, _ in faults), tuple(done))


def _faults(
    source: str, text: str, stated: Sequence[Date], named: Dates
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
        # "three-and-a-half-hour": what is read of it is a part of a number
        whole = text[one.target.start - 1 : one.target.start] != "-"
        yield one.target, _right(one, found, text) if whole else ""
    for match in _DECADE.finditer(text):
        if f"{match[1]}后" in source:  # those born in the nineties, not ninety-somethings
            yield Quantity(match.start(), match.end(), match[0], "count", Decimal(match[1])), ""
    for quantity in quantities.in_english(text):
        if quantity.date and (quantity.start, quantity.end) not in spans:
            right = _right_date(quantity.date, stated, named, source)
            if right is not None:
                yield quantity, right


def _right(one: Mismatch, found: Sequence[Mismatch], text: str) -> str:
    """What the source has in a wrong number's place, with its modifier; empty where unsure."""
    if one.source is None or one.target is None or not _is_sure(one, found):
        return ""
    if one.problem == "reversed" and not _MODIFIERS.search(text[: one.target.start]):
        return ""  # "80 percent or more", "exceeded 80 percent"
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
    mine, its = _digits(one.source), _digits(one.target)
    if mine == its:
        return True
    if one.source.kind == "count" and not _alike("".join(mine), "".join(its)):
        return False  # things of other sorts are counted by bare numbers too
    rivals = [other for other in found if other.target and other.target.kind == one.target.kind]
    return len(rivals) == 1 and one.source.kind != "date"


def _digits(quantity: Quantity) -> list[str]:
    ends = [quantity.value] if quantity.high is None else [quantity.value, quantity.high]
    return [f"{end.normalize():f}".replace(".", "").strip("0") for end in ends]


def _alike(left: str, right: str) -> bool:
    """Whether two runs of digits differ by their order, or by one digit."""
    if sorted(left) == sorted(right):
        return True
    shorter, longer = sorted((left, right), key=len)
    if len(longer) == len(shorter):
        return len(left) > 1 and sum(a != b for a, b in zip(left, right, strict=True)) == 1
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


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


def _right_date(date: Date, stated: Sequence[Date], named: Dates, source: str) -> str | None:
    """What a date of the target should be: None where it is right, empty where that is unknown."""
    if date.part in ("s", "c"):
        return None
    if (
        date.year
        and f"{date.year % 100:02}" not in source
        and not any(one.year % 100 == date.year % 100 for one in stated if one.year)
    ):
        return _without_year(date, stated, source)
    months = {one.month for one in stated} | {month for month, _ in named}
    if not date.month or date.month in months:
        return None
    days = [one.day for one in stated if one.day and not one.month]
    return _day_alone(date.day, named) if date.day in days and not date.year else ""


_WEEK = 7


def _day_alone(day: int, named: Dates) -> str:
    """A day without its month: of the month of the date before, if it follows that closely."""
    month, last = named[-1] if named else (0, 0)
    if month and last <= day <= last + _WEEK:
        return quantities.rendering(dated(0, 0, "", Date(0, month, day)))
    return f"the {quantities.ordinal(day)}"


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
    if right.startswith("the ") and text[:start].lower().endswith("the "):
        right = right[4:]
    if not start or re.search(r"[.!?][”\"’)]*\s+$", text[:start]):
        right = right[0].upper() + right[1:]
    return start, right
