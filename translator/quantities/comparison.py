"""What a Chinese source and its English translation state differently.

Every quantity gives one or two atoms (a range its two ends, a date its parts). Source atoms
are matched with target atoms in rounds, the surest first; what is left over is judged.
Tuned on human translations, where hardly anything may be reported: a value that is stated
twice may be stated once, small counts may turn into words, and units may be converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from translator.quantities.atoms import Atom, atoms, like, same, same_currency, telling
from translator.quantities.chinese import in_chinese
from translator.quantities.chinese_words import COHORT, WIDE
from translator.quantities.english import in_english
from translator.quantities.values import Date, Kind, Quantity

Problem = Literal["missing", "contradicted", "currency", "rounded", "reversed", "vague", "extra"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference; `severe` where the translation is wrong, not merely doubtful."""

    problem: Problem
    severe: bool
    source: Quantity | None = None
    target: Quantity | None = None


# No segment states so many values; the rest of a monster is not looked at.
_MOST = 300


def compare(source: str, target: str) -> list[Mismatch]:
    """All differences between a Chinese source and its English target, severe ones first."""
    return list(_compared(source, target))


@lru_cache(maxsize=1024)  # what is checked is then repaired
def _compared(source: str, target: str) -> tuple[Mismatch, ...]:
    asked = atoms(in_chinese(source))[:_MOST]
    given = atoms(in_english(target))[:_MOST]
    lost, free = _match(asked, given)
    if lost or free:
        lost = _without_codes(lost, given, target)
        free = _without_codes(free, asked, source)
    context = _Context(source, target)
    found = [*_judge(lost, free, asked, given, context), *_reversed(asked, given, target)]
    return tuple(sorted(found, key=lambda mismatch: not mismatch.severe))


def missing(source: str, target: str) -> list[Quantity]:
    """The quantities of a Chinese source that its English target lacks or states wrongly."""
    return _distinct(mismatch.source for mismatch in compare(source, target) if mismatch.severe)


def demanded(source: str) -> list[Quantity]:
    """The quantities of a Chinese source that a translation is asked for: no small counts."""
    return _distinct(atom.of for atom in atoms(in_chinese(source)) if atom.strict)


def extra(source: str, target: str) -> list[Quantity]:
    """The quantities of an English target that its Chinese source does not state."""
    return _distinct(mismatch.target for mismatch in compare(source, target))


def unsupported(text: str, source: str) -> list[Quantity]:
    """The quantities of an English text that an English source does not state.

    Numbers below 10 and vague ones are let pass, dates and fractions are not.
    """
    known = atoms(in_english(source))
    strange = []
    for atom in atoms(in_english(text)):
        if atom.of.modifier in ("vague", "weak") or not (atom.strict or telling(atom)):
            continue
        if not any(test(atom, other) for test in (same, like) for other in known):
            strange.append(atom.of)
    return _distinct(strange)


class Value(NamedTuple):
    """A value that two English texts may share."""

    kind: Kind
    value: Decimal


def values(text: str) -> frozenset[Value]:
    """What an English text states exactly, to be compared as a set."""
    return frozenset(
        Value(quantity.kind, quantity.value.normalize())
        for quantity in in_english(text)
        if quantity.modifier not in ("vague", "weak")
    )


def _distinct(quantities: Iterable[Quantity | None]) -> list[Quantity]:
    return list({(one.start, one.end): one for one in quantities if one is not None}.values())


# ---- matching ----

_Test = Callable[[Atom, Atom], bool]


def _match(asked: list[Atom], given: list[Atom]) -> tuple[list[Atom], list[Atom]]:
    """The atoms of either side that have no match of their own."""
    lost, free = asked, given
    for test in (same, like):
        lost, free = _round(lost, free, test)
    return lost, free


def _repeats(atom: Atom, others: list[Atom]) -> bool:
    """Whether the other text states the value, only less often."""
    return any(same(atom, other) or like(atom, other) for other in others)


_RUN = re.compile(r"(?<![0-9])[0-9]{2,9}(?![0-9])")


def _without_codes(atoms: list[Atom], others: list[Atom], text: str) -> list[Atom]:
    """Those whose figures are not part of a name or code in the other text (ATP500)."""
    runs = {Decimal(run) for run in _RUN.findall(text.translate(WIDE))}
    return [
        atom
        for atom in atoms
        if atom.of.kind not in ("count", "ordinal", "date")
        or atom.group in ("day", "month")
        or atom.value not in runs
        or _repeats(atom, others)
    ]


def _round(asked: list[Atom], given: list[Atom], test: _Test) -> tuple[list[Atom], list[Atom]]:
    free = list(given)
    lost = []
    for one in asked:
        index = next((index for index, other in enumerate(free) if test(one, other)), None)
        if index is None:
            lost.append(one)
        else:
            del free[index]
    return lost, free


# ---- judging what is left ----

_RELATIVE_YEAR = re.compile(
    r"\b(?:this|last|next|previous|current|same|coming|that|past) year\b|\byear-on-year\b|\bnow\b"
    r"|\ba year (?:ago|earlier|later)\b|\bannual|\bpandemic",
    re.IGNORECASE,
)
_RELATIVE_DAY = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur|sun)day|same day"
    r"|that day|day before|day after|recently)\b",
    re.IGNORECASE,
)
_RELATIVE_MONTH = re.compile(r"\b(?:this|last|next|same|the|previous) month\b", re.IGNORECASE)
_CHINESE_YEAR = re.compile(
    "今年|去年|明年|前年|后年|同年|当年|上年|本年|近年|年内|年底|年初|[0-9]{2}年"
)
_COHORT = re.compile(COHORT)
_CHINESE_DAY = re.compile(
    "昨[日天晚]|今[日天晚]|明[日天]|当[日天]|次日|前[日天]|周[一二三四五六日]|星期|[0-9]号"
)
_CHINESE_MONTH = re.compile("[本上当下同]月|月底|月初|个月")
_CHINESE_PART = re.compile("[季半月]")


class _Context:
    """Words that stand for a year, a month or a day in either text, and generations (80后)."""

    def __init__(self, source: str, target: str) -> None:
        self.english = target
        self.generations = {Decimal(one[:2]) for one in _COHORT.findall(source)}
        self.relative_month = _CHINESE_MONTH.search(source) is not None
        self.source = {
            "year": bool(self.generations) or _CHINESE_YEAR.search(source) is not None,
            "day": _CHINESE_DAY.search(source) is not None,
            "month": _CHINESE_MONTH.search(source) is not None or "日" in source,
            "part": _CHINESE_PART.search(source) is not None,
        }
        self.target = {
            "year": _RELATIVE_YEAR.search(target) is not None,
            "day": _RELATIVE_DAY.search(target) is not None,
            "month": _RELATIVE_MONTH.search(target) is not None,
        }


def _judge(
    lost: list[Atom],
    free: list[Atom],
    asked: list[Atom],
    given: list[Atom],
    context: _Context,
) -> list[Mismatch]:
    """What the unmatched atoms amount to.

    A source atom whose value the target states elsewhere is excused, unless the target has a
    value of its own in its place; so is a target atom.
    """
    free = [
        other for other in free if not any(same(one, other) or like(one, other) for one in asked)
    ]
    found: list[Mismatch] = []
    for one in sorted(lost, key=lambda atom: not atom.strict):
        repeated = _repeats(one, given)
        rival, problem = _rival(one, free, repeated)
        if rival is None and repeated:
            continue
        if rival is not None:
            free.remove(rival)
            severe = problem in ("contradicted", "currency") and (
                one.strict or rival.strict or one.group != "number" or rival.group != "number"
            )
            found.append(Mismatch(problem, severe, one.of, rival.of))
        elif one.strict:
            found.append(Mismatch("missing", not context.target.get(one.group, False), one.of))
    for other in free:
        slip = next((one for one in asked if one.strict and _is_slip(one, other)), None)
        if slip:
            found.append(Mismatch("contradicted", True, slip.of, other.of))
        elif other.of.kind == "age" and other.value in context.generations:
            found.append(Mismatch("extra", True, None, other.of))  # 80后: born in the 1980s
        elif _is_extra(other, context):
            found.append(Mismatch("extra", False, None, other.of))
    return [*found, *_wrong_months(asked, given, context)]


def _is_slip(one: Atom, other: Atom) -> bool:
    """Whether an extra number is one of the source's with a digit lost or a zero too many."""
    alike = one.of.kind == other.of.kind and one.of.unit == other.of.unit
    return alike and other.value >= 10 and _misspelt(one, other)


def _wrong_months(asked: list[Atom], given: list[Atom], context: _Context) -> list[Mismatch]:
    """Days that the target puts in another month than the source does (12月3日 ... 9日)."""
    months: dict[int, dict[int, Quantity]] = {}
    last = Date()
    for date, quantity in _dates(asked):
        if date.month:
            last = date
        if date.day and last.month:
            month = date.month or last.month
            months.setdefault(date.day, {})[month] = quantity
            if not date.month and date.day < last.day:
                months[date.day][month % 12 + 1] = quantity
    if not months or context.relative_month:
        return []
    found = []
    for date, quantity in _dates(given):
        known = months.get(date.day, {})
        if date.month and known and date.month not in known:
            found.append(Mismatch("contradicted", True, next(iter(known.values())), quantity))
    return found


_BELOW, _ABOVE = ("nearly", "under", "at most"), ("over", "at least")
_AMOUNTS = ("money", "percent", "points", "measure", "multiple", "count", "duration", "age")
# "As many as" and "up to" say that a number is large, "in the past three years" is no number of
# years that is exceeded, and "does not cost more than" turns the bound round.
_NO_BOUND = re.compile(
    r"\b(?:as \w+ as|up to|past|beyond)(?: the| a)? $|(?:\bnot|n't|\bnever) [^,.;]{0,30}$",
    re.IGNORECASE,
)


def _reversed(asked: list[Atom], given: list[Atom], target: str) -> Iterator[Mismatch]:
    """Amounts that the target puts on the other side of a bound: 近80% as "more than 80%"."""
    for one in asked:
        if one.of.kind not in _AMOUNTS or one.of.modifier not in (*_BELOW, *_ABOVE):
            continue
        if one.of.kind == "duration" and one.of.modifier == "nearly":
            continue  # 近三年 are the last three years
        other_side = _ABOVE if one.of.modifier in _BELOW else _BELOW
        if any(same(one, other) and other.of.modifier in other_side for other in asked):
            continue  # the source says both of one number
        mates = [other.of for other in given if same(one, other) or like(one, other)]
        if mates and all(
            mate.modifier in other_side and not _NO_BOUND.search(target[: mate.start])
            for mate in mates
        ):
            yield Mismatch("reversed", True, one.of, mates[0])


def _dates(atoms: list[Atom]) -> list[tuple[Date, Quantity]]:
    return [(one.of.date, one.of) for one in atoms if one.group == "day" and one.of.date]


def _rival(one: Atom, free: list[Atom], repeated: bool) -> tuple[Atom | None, Problem]:
    """The unmatched target atom that stands where this one should, and what is wrong with it."""
    near = [other for other in free if other.group == one.group]
    if one.group != "number":
        rival = near[0] if near else next((other for other in free if _misspelt(one, other)), None)
        return rival, "contradicted" if rival else "missing"
    near = [other for other in near if other.of.modifier not in ("vague", "weak")]
    same = [other for other in near if other.of.kind == one.of.kind]
    for other in same:
        if one.of.kind == "money" and one.value == other.value:
            return other, "currency"
    for other in near:
        if _kinds_meet(one, other) and _is_rounded(one, other):
            return other, "rounded"
    if one.of.modifier == "vague":
        rough = [other for other in free if other.of.kind == one.of.kind]
        return (rough[0] if rough else None), "vague"
    if one.of.modifier == "weak":
        same = [other for other in same if other.of.unit == one.of.unit and one.value >= 10]
    if repeated or not one.strict:
        same = [other for other in same if other.strict]
    best = min(same, key=lambda other: _distance(one, other), default=None)
    if best is None:
        best = next((other for other in near if _misspelt(one, other)), None)
    return best, "contradicted" if best is not None else "missing"


def _misspelt(one: Atom, other: Atom) -> bool:
    """Whether the target's number is the source's with a digit lost or a zero too many."""
    if other.group != "number" or other.of.kind not in ("count", "ordinal", one.of.kind):
        return False
    if not other.of.text[0].isdigit() or one.value < 10:
        return False
    right, wrong = (f"{atom.value:f}" for atom in (one, other))
    shorter, longer = sorted((right, wrong), key=len)
    if len(longer) != len(shorter) + 1 or len(longer) < 2:
        return False
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def _kinds_meet(one: Atom, other: Atom) -> bool:
    if one.of.kind == "money" and other.of.kind == "money":
        return same_currency(one.of.unit, other.of.unit)
    if one.of.kind in ("measure", "duration") and one.of.kind == other.of.kind:
        return one.of.unit == other.of.unit
    return one.of.kind == other.of.kind or other.of.kind == "count"


def _distance(one: Atom, other: Atom) -> Decimal:
    """Unlikeness of two values: of their digits first, of their size then."""
    mine, its = (f"{atom.value.normalize():f}".strip("0.") for atom in (one, other))
    same = mine == its
    return Decimal(0 if same else 1) + abs(one.value - other.value) / max(
        one.value, other.value, Decimal(1)
    )


def _is_rounded(one: Atom, other: Atom) -> bool:
    """Whether the target has fewer digits of the same value: 3.27亿 and 330 million."""
    digits = len(other.value.normalize().as_tuple().digits)
    if not one.value or not other.value or digits >= len(one.value.normalize().as_tuple().digits):
        return False
    if abs(one.value - other.value) > one.value * Decimal("0.05"):
        return False
    step = Decimal(1).scaleb(other.value.normalize().adjusted() - digits + 1)
    near = abs(one.value - other.value)
    return near <= step / 2 or (near < step and other.of.modifier in ("over", "nearly", "about"))


def _is_extra(atom: Atom, context: _Context) -> bool:
    if atom.of.modifier in ("vague", "weak"):
        return False
    if (
        atom.of.kind == "money"
        and "(" in context.english[max(0, atom.of.start - 20) : atom.of.start]
    ):
        return False  # a conversion added for the reader
    if atom.group in context.source:
        return not context.source[atom.group]
    if atom.group != "number":
        return atom.group == "time"
    return atom.strict and (atom.of.kind != "ordinal" or atom.value > 20)
