"""Quantities taken apart into single values, and when two of them are the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from translator.quantities.values import DOLLARS, UNITS, Quantity


@dataclass(frozen=True, slots=True)
class Atom:
    """A single value: a number, or a part of a date (year, month, day, part, decade, century)."""

    group: str
    value: Decimal
    of: Quantity
    strict: bool


def atoms(quantities: Sequence[Quantity]) -> list[Atom]:
    """The single values of quantities, in order."""
    return [atom for quantity in quantities for atom in _split(quantity)]


def _split(one: Quantity) -> list[Atom]:
    if one.date is not None:
        return _date_atoms(one)
    strict = _is_strict(one)
    ends = [one.value] if one.high is None else [one.value, one.high]
    return [Atom("time" if one.kind == "time" else "number", end, one, strict) for end in ends]


def _date_atoms(one: Quantity) -> list[Atom]:
    date = one.date
    assert date is not None  # noqa: S101  the caller asked
    if date.part in ("s", "c"):
        group = "decade" if date.part == "s" else "century"
        return [Atom(group, Decimal(date.year), one, group == "decade")]
    atoms = [
        Atom(group, Decimal(value), one, True)
        for group, value in (("year", date.year), ("month", date.month), ("day", date.day))
        if value
    ]
    if date.part:
        code = Decimal(int(date.part[1:].replace("-", "")) + (100 if date.part[0] == "H" else 0))
        atoms.append(Atom("part", code, one, True))
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


def telling(atom: Atom) -> bool:
    """Whether a number is large or precise enough to be asked for."""
    return atom.value >= 10 or atom.value % 1 != 0


def same(one: Atom, other: Atom) -> bool:
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
        return one.value == other.value and same_currency(mine.unit, its.unit)
    if mine.kind in ("measure", "duration"):
        return _same_measure(one, other)
    if mine.kind == "multiple":
        return bool(_ratios(one) & _ratios(other))
    if mine.kind == "points":
        return _in_points(one) == _in_points(other)
    if mine.kind == "percent":
        return _same_share(one, other)
    return one.value == other.value


def like(one: Atom, other: Atom) -> bool:
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
    # 30m is thirty million or thirty meters
    short = kinds == {"measure", "count"} and one.of.unit == "m" and other.of.text.endswith("m")
    if short and one.value * 10**6 == other.value:
        return True
    if "dozen" in other.of.text and one.of.modifier in ("over", "about"):
        return one.value <= other.value <= one.value * Decimal("1.25")
    if kinds == {"measure"}:
        return one.of.unit == other.of.unit and one.value == other.value
    if kinds == {"age", "duration"}:
        return one.value == other.value and {one.of.unit, other.of.unit} == {"year"}
    return one.value == other.value


def _as_score(atom: Atom) -> Decimal:
    """21:25 may be a time or a score."""
    return atom.value if atom.group == "time" else atom.of.value * 60 + (atom.of.high or 0)


def _like_date(one: Atom, other: Atom) -> bool:
    """A part of a date given as a plain number (on the 9th, 2000), or a year in other guise."""
    if other.group == "number" and one.group in ("year", "day", "month", "century"):
        return one.value == other.value and other.of.kind in ("ordinal", "count")
    if one.group == "part" and other.group == "number":
        return False
    if one.group == "time" and other.group == "number":
        return one.value == other.value * 60 and other.of.kind in ("count", "duration")
    return {one.group, other.group} == {"year", "decade"} and one.value == other.value


def same_currency(one: str, other: str) -> bool:
    """Whether two currencies agree; an English dollar may be any dollar."""
    if one == other:
        return True
    return other == "USD" and one in DOLLARS


def _same_measure(one: Atom, other: Atom) -> bool:
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


def _rough(other: Atom) -> Decimal:
    """How far a converted value may be off: as much as its written digits leave open."""
    digits = len(other.value.normalize().as_tuple().digits)
    return Decimal("0.06") if digits <= 1 else Decimal("0.03") if digits == 2 else Decimal("0.015")


def _same_share(one: Atom, other: Atom) -> bool:
    if "discount" in (one.of.unit, other.of.unit):
        return other.value in (one.value, 100 - one.value)
    if "fraction" in (one.of.unit, other.of.unit):
        loose = one.of.text.endswith("成") and other.of.unit == "fraction"
        near = Decimal("3.4") if loose else Decimal("0.7")
        # Of a tiny share 0.7 points would be many times itself.
        return abs(one.value - other.value) <= min(near, max(one.value, other.value) / 5)
    return one.value == other.value


def _in_points(atom: Atom) -> Decimal:
    return atom.value / 100 if atom.of.unit == "bp" else atom.value


def _ratios(atom: Atom) -> frozenset[Decimal]:
    """What a multiple may mean as new over old: 增长两倍 is 3, often written as 2 times."""
    value = atom.value
    if atom.of.unit == "more":
        return frozenset((value, value + 1))
    return frozenset((value,))
