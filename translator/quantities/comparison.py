"""What a Chinese source and its English translation state differently.

Every quantity gives one or two atoms (a range its two ends, a date its parts). Source atoms
are matched with target atoms in rounds, the surest first; what is left over is judged.
Tuned on human translations, where hardly anything may be reported: a value that is stated
twice may be stated once, small counts may turn into words, and units may be converted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from translator.quantities.chinese import in_chinese
from translator.quantities.chinese_words import WIDE
from translator.quantities.english import in_english
from translator.quantities.values import DOLLARS, UNITS, Date, Kind, Quantity

Problem = Literal["missing", "contradicted", "currency", "rounded", "vague", "extra"]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference; `severe` where the translation is wrong, not merely doubtful."""

    problem: Problem
    severe: bool
    source: Quantity | None = None
    target: Quantity | None = None


@dataclass(frozen=True, slots=True)
class _Atom:
    """A single value: a number, or a part of a date (year, month, day, part, decade, century)."""

    group: str
    value: Decimal
    of: Quantity
    strict: bool


def compare(source: str, target: str) -> list[Mismatch]:
    """All differences between a Chinese source and its English target, severe ones first."""
    asked = _atoms(in_chinese(source))
    given = _atoms(in_english(target))
    lost, free = _match(asked, given)
    if lost or free:
        lost = _without_codes(lost, given, target)
        free = _without_codes(free, asked, source)
    context = _Context(source, target)
    found = _judge(lost, free, asked, given, context)
    found.sort(key=lambda mismatch: not mismatch.severe)
    return found


def missing(source: str, target: str) -> list[Quantity]:
    """The quantities of a Chinese source that its English target lacks or states wrongly."""
    return _distinct(mismatch.source for mismatch in compare(source, target) if mismatch.severe)


def extra(source: str, target: str) -> list[Quantity]:
    """The quantities of an English target that its Chinese source does not state."""
    return _distinct(mismatch.target for mismatch in compare(source, target))


def unsupported(text: str, source: str) -> list[Quantity]:
    """The quantities of an English text that an English source does not state.

    Numbers below 10 and vague ones are let pass, dates and fractions are not.
    """
    known = _atoms(in_english(source))
    strange = []
    for atom in _atoms(in_english(text)):
        if atom.of.modifier in ("vague", "weak") or not (atom.strict or _telling(atom)):
            continue
        if not any(test(atom, other) for test in (_same, _like) for other in known):
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


# ---- atoms ----


def _atoms(quantities: Sequence[Quantity]) -> list[_Atom]:
    return [atom for quantity in quantities for atom in _split(quantity)]


def _split(one: Quantity) -> list[_Atom]:
    if one.date is not None:
        return _date_atoms(one)
    strict = _is_strict(one)
    ends = [one.value] if one.high is None else [one.value, one.high]
    return [_Atom("time" if one.kind == "time" else "number", end, one, strict) for end in ends]


def _date_atoms(one: Quantity) -> list[_Atom]:
    date = one.date
    assert date is not None  # noqa: S101  the caller asked
    if date.part in ("s", "c"):
        group = "decade" if date.part == "s" else "century"
        return [_Atom(group, Decimal(date.year), one, group == "decade")]
    atoms = [
        _Atom(group, Decimal(value), one, True)
        for group, value in (("year", date.year), ("month", date.month), ("day", date.day))
        if value
    ]
    if date.part:
        code = Decimal(int(date.part[1:].replace("-", "")) + (100 if date.part[0] == "H" else 0))
        atoms.append(_Atom("part", code, one, True))
    return atoms


def _is_strict(one: Quantity) -> bool:
    """Whether the other language must state it: not a small count, no vague number."""
    if one.modifier in ("vague", "weak"):
        return False
    if one.modifier == "about" and one.high is not None and one.text.isalpha():
        return False
    if one.kind in ("money", "points", "measure", "age", "time"):
        return one.unit != "li" and not (one.unit == "C" and one.value < 1)
    if one.kind == "percent":
        return one.unit != "fraction" or one.value not in (50, 100)
    if one.unit == "score":
        return True
    if one.kind == "multiple":
        return True
    return max(one.value, one.high or 0) >= 10 or one.value != one.value.to_integral_value()


def _telling(atom: _Atom) -> bool:
    return atom.value >= 10 or atom.value % 1 != 0


# ---- matching ----

_Test = Callable[[_Atom, _Atom], bool]


def _match(asked: list[_Atom], given: list[_Atom]) -> tuple[list[_Atom], list[_Atom]]:
    """The atoms of either side that have no match of their own."""
    lost, free = asked, given
    for test in (_same, _like):
        lost, free = _round(lost, free, test)
    return lost, free


def _repeats(atom: _Atom, others: list[_Atom]) -> bool:
    """Whether the other text states the value, only less often."""
    return any(_same(atom, other) or _like(atom, other) for other in others)


_RUN = re.compile(r"(?<![0-9])[0-9]{2,9}(?![0-9])")


def _without_codes(atoms: list[_Atom], others: list[_Atom], text: str) -> list[_Atom]:
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


def _round(asked: list[_Atom], given: list[_Atom], test: _Test) -> tuple[list[_Atom], list[_Atom]]:
    free = list(given)
    lost = []
    for one in asked:
        index = next((index for index, other in enumerate(free) if test(one, other)), None)
        if index is None:
            lost.append(one)
        else:
            del free[index]
    return lost, free


def _same(one: _Atom, other: _Atom) -> bool:
    """The same value of the same kind, in the same or a converted unit."""
    if one.group != other.group:
        return False
    if one.group == "time":
        return (one.value - other.value) % 720 == 0
    if one.group != "number":
        return one.value == other.value
    mine, its = one.of, other.of
    if mine.kind != its.kind:
        return False
    if mine.kind == "money":
        return one.value == other.value and _same_currency(mine.unit, its.unit)
    if mine.kind in ("measure", "duration"):
        return _same_measure(one, other)
    if mine.kind == "multiple":
        return bool(_ratios(one) & _ratios(other))
    if mine.kind == "points":
        return _in_points(one) == _in_points(other)
    if mine.kind == "percent":
        return _same_share(one, other)
    return one.value == other.value


def _like(one: _Atom, other: _Atom) -> bool:
    """The same value said another way: half and 50 percent, tripled and 200 percent."""
    if "time" in (one.group, other.group) and "score" in (one.of.unit, other.of.unit):
        return _as_score(one) == _as_score(other)
    if one.group != other.group:
        return _like_date(one, other) or _like_date(other, one)
    if one.group != "number":
        return False
    kinds = {one.of.kind, other.of.kind}
    if kinds == {"multiple", "percent"}:
        multiple, percent = (one, other) if one.of.kind == "multiple" else (other, one)
        ratios = _ratios(multiple)
        return any(percent.value in (100 * ratio, 100 * (ratio - 1)) for ratio in ratios)
    if "percent" in kinds and len(kinds) > 1 and kinds != {"percent", "points"}:
        # "three in ten" may be read as counts, a percent sign may stand only once
        return one.value == other.value and kinds == {"percent", "count"}
    if kinds == {"money", "measure"}:
        return one.value == other.value and {"GBP", "lb"} <= {one.of.unit, other.of.unit}
    if kinds == {"points", "percent"}:
        return _in_points(one) == _in_points(other)
    if kinds == {"money"}:
        return False
    if kinds == {"measure", "count"} and "m" in (one.of.unit, other.of.unit):
        # 30m is thirty million or thirty meters
        if other.of.text.endswith("m") and one.value * 10**6 == other.value:
            return True
    if kinds == {"measure"}:
        return one.of.unit == other.of.unit and one.value == other.value
    if kinds == {"age", "duration"}:
        return one.value == other.value and {one.of.unit, other.of.unit} == {"year"}
    return one.value == other.value


def _as_score(atom: _Atom) -> Decimal:
    """21:25 may be a time or a score."""
    return atom.value if atom.group == "time" else atom.of.value * 60 + (atom.of.high or 0)


def _like_date(one: _Atom, other: _Atom) -> bool:
    """A part of a date given as a plain number (on the 9th, 2000), or a year in other guise."""
    if other.group == "number" and one.group in ("year", "day", "month", "century"):
        return one.value == other.value and other.of.kind in ("ordinal", "count")
    if one.group == "part" and other.group == "number":
        return False
    if one.group == "time" and other.group == "number":
        return one.value == other.value * 60 and other.of.kind in ("count", "duration")
    return {one.group, other.group} == {"year", "decade"} and one.value == other.value


def _same_currency(one: str, other: str) -> bool:
    if one == other:
        return True
    return other == "USD" and one in DOLLARS


def _same_measure(one: _Atom, other: _Atom) -> bool:
    if one.of.unit == other.of.unit:
        return one.value == other.value
    if one.of.unit not in UNITS or other.of.unit not in UNITS:
        return False
    dimension, size = UNITS[one.of.unit]
    its_dimension, its_size = UNITS[other.of.unit]
    if dimension != its_dimension:
        return False
    if dimension == "temperature":
        celsius = one.value if one.of.unit == "C" else (one.value - 32) * 5 / 9
        its = other.value if other.of.unit == "C" else (other.value - 32) * 5 / 9
        return abs(celsius - its) <= Decimal("0.6")
    mine, its = one.value * size, other.value * its_size
    return abs(mine - its) <= max(mine, its) * (_rough(other) if mine != its else 0)


def _rough(other: _Atom) -> Decimal:
    """How far a converted value may be off: as much as its written digits leave open."""
    digits = len(other.value.normalize().as_tuple().digits)
    return Decimal("0.06") if digits <= 1 else Decimal("0.03") if digits == 2 else Decimal("0.015")


def _same_share(one: _Atom, other: _Atom) -> bool:
    if "discount" in (one.of.unit, other.of.unit):
        return other.value in (one.value, 100 - one.value)
    if "fraction" in (one.of.unit, other.of.unit):
        loose = one.of.text.endswith("成") and other.of.unit == "fraction"
        return abs(one.value - other.value) <= (Decimal("3.4") if loose else Decimal("0.7"))
    return one.value == other.value


def _in_points(atom: _Atom) -> Decimal:
    return atom.value / 100 if atom.of.unit == "bp" else atom.value


def _ratios(atom: _Atom) -> frozenset[Decimal]:
    """What a multiple may mean as new over old: 增长两倍 is 3, often written as 2 times."""
    value = atom.value
    if atom.of.unit == "more":
        return frozenset((value, value + 1))
    return frozenset((value,))


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
_CHINESE_DAY = re.compile(
    "昨[日天晚]|今[日天晚]|明[日天]|当[日天]|次日|前[日天]|周[一二三四五六日]|星期|[0-9]号"
)
_CHINESE_MONTH = re.compile("[本上当下同]月|月底|月初|个月")


class _Context:
    """Words that stand for a year, a month or a day in either text."""

    def __init__(self, source: str, target: str) -> None:
        self.english = target
        self.relative_month = _CHINESE_MONTH.search(source) is not None
        self.source = {
            "year": _CHINESE_YEAR.search(source) is not None,
            "day": _CHINESE_DAY.search(source) is not None,
            "month": _CHINESE_MONTH.search(source) is not None or "日" in source,
        }
        self.target = {
            "year": _RELATIVE_YEAR.search(target) is not None,
            "day": _RELATIVE_DAY.search(target) is not None,
            "month": _RELATIVE_MONTH.search(target) is not None,
        }


def _judge(
    lost: list[_Atom],
    free: list[_Atom],
    asked: list[_Atom],
    given: list[_Atom],
    context: _Context,
) -> list[Mismatch]:
    """What the unmatched atoms amount to.

    A source atom whose value the target states elsewhere is excused, unless the target has a
    value of its own in its place; so is a target atom.
    """
    free = [
        other for other in free if not any(_same(one, other) or _like(one, other) for one in asked)
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
        elif _is_extra(other, context):
            found.append(Mismatch("extra", False, None, other.of))
    return [*found, *_wrong_months(asked, given, context)]


def _is_slip(one: _Atom, other: _Atom) -> bool:
    """Whether an extra number is one of the source's with a digit lost or a zero too many."""
    alike = one.of.kind == other.of.kind and one.of.unit == other.of.unit
    return alike and other.value >= 10 and _misspelt(one, other)


def _wrong_months(asked: list[_Atom], given: list[_Atom], context: _Context) -> list[Mismatch]:
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


def _dates(atoms: list[_Atom]) -> list[tuple[Date, Quantity]]:
    return [(one.of.date, one.of) for one in atoms if one.group == "day" and one.of.date]


def _rival(one: _Atom, free: list[_Atom], repeated: bool) -> tuple[_Atom | None, Problem]:
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


def _misspelt(one: _Atom, other: _Atom) -> bool:
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


def _kinds_meet(one: _Atom, other: _Atom) -> bool:
    if one.of.kind == "money" and other.of.kind == "money":
        return _same_currency(one.of.unit, other.of.unit)
    if one.of.kind in ("measure", "duration") and one.of.kind == other.of.kind:
        return one.of.unit == other.of.unit
    return one.of.kind == other.of.kind or other.of.kind == "count"


def _distance(one: _Atom, other: _Atom) -> Decimal:
    """Unlikeness of two values: of their digits first, of their size then."""
    mine, its = (f"{atom.value.normalize():f}".strip("0.") for atom in (one, other))
    same = mine == its
    return Decimal(0 if same else 1) + abs(one.value - other.value) / max(
        one.value, other.value, Decimal(1)
    )


def _is_rounded(one: _Atom, other: _Atom) -> bool:
    """Whether the target has fewer digits of the same value: 3.27亿 and 330 million."""
    digits = len(other.value.normalize().as_tuple().digits)
    if not one.value or not other.value or digits >= len(one.value.normalize().as_tuple().digits):
        return False
    if abs(one.value - other.value) > one.value * Decimal("0.05"):
        return False
    step = Decimal(1).scaleb(other.value.normalize().adjusted() - digits + 1)
    near = abs(one.value - other.value)
    return near <= step / 2 or (near < step and other.of.modifier in ("over", "nearly", "about"))


def _is_extra(atom: _Atom, context: _Context) -> bool:
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
