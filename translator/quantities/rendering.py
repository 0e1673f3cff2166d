"""Quantities as house-style English writes them, and Chinese with its large numbers in English."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction

from translator.quantities import numerals
from translator.quantities.chinese import in_chinese
from translator.quantities.chinese_words import COHORT, WIDE
from translator.quantities.values import MONTHS, Date, Quantity, full_year

_CURRENCIES = {
    "CNY": "yuan",
    "HKD": "Hong Kong dollars",
    "TWD": "New Taiwan dollars",
    "SGD": "Singapore dollars",
    "AUD": "Australian dollars",
    "CAD": "Canadian dollars",
    "NZD": "New Zealand dollars",
    "EUR": "euros",
    "JPY": "yen",
    "KRW": "won",
    "RUB": "rubles",
    "INR": "rupees",
    "CHF": "Swiss francs",
    "THB": "baht",
    "MYR": "ringgit",
    "VND": "dong",
    "IDR": "rupiah",
    "BRL": "reais",
    "TRY": "lira",
    "ZAR": "rand",
    "MOP": "patacas",
}
_SIGNS = {"USD": "$", "GBP": "£"}
_UNITS = {
    "nm": "nanometer",
    "um": "micrometer",
    "mm": "millimeter",
    "cm": "centimeter",
    "m": "meter",
    "km": "kilometer",
    "nmi": "nautical mile",
    "mi": "mile",
    "yd": "yard",
    "ly": "light year",
    "cm2": "square centimeter",
    "m2": "square meter",
    "km2": "square kilometer",
    "ha": "hectare",
    "acre": "acre",
    "mi2": "square mile",
    "mL": "milliliter",
    "L": "liter",
    "m3": "cubic meter",
    "gal": "gallon",
    "bbl": "barrel",
    "ug": "microgram",
    "mg": "milligram",
    "ct": "carat",
    "g": "gram",
    "oz": "ounce",
    "lb": "pound",
    "kg": "kilogram",
    "t": "ton",
    "tkm": "ton-kilometer",
    "pkm": "passenger-kilometer",
    "Wh": "watt-hour",
    "kWh": "kilowatt-hour",
    "MWh": "megawatt-hour",
    "GWh": "gigawatt-hour",
    "TWh": "terawatt-hour",
    "mAh": "milliampere-hour",
    "Ah": "ampere-hour",
    "kVA": "kilovolt-ampere",
    "MVA": "megavolt-ampere",
    "W": "watt",
    "kW": "kilowatt",
    "MW": "megawatt",
    "GW": "gigawatt",
    "V": "volt",
    "kV": "kilovolt",
    "dB": "decibel",
    "px": "pixel",
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
    "TEU": "TEU",
}
_FIXED = {"ft": "feet", "in": "inches", "ft2": "square feet", "mu": "mu", "jin": "jin", "li": "li"}
_FIXED |= {"C": "degrees Celsius", "F": "degrees Fahrenheit", "hp": "horsepower"}
_ORDINAL_ENDS = {1: "st", 2: "nd", 3: "rd"}
_NAMED = {Fraction(1, 2): "half", Fraction(1, 3): "one-third", Fraction(2, 3): "two-thirds"}
_NAMED |= {Fraction(1, 4): "one-quarter", Fraction(3, 4): "three-quarters"}
_PORTIONS = {5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth", 10: "tenth"}
_COUNT_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_PARTS = {"H1": "the first half", "H2": "the second half", "Q1": "the first quarter"}
_PARTS |= {"Q2": "the second quarter", "Q3": "the third quarter", "Q4": "the fourth quarter"}
_PARTS |= {"Q1-3": "the first three quarters"}
_TINY = Decimal("0.0002")  # percent; a smaller share is one in so many


def rendering(quantity: Quantity) -> str:
    """A quantity as English writes it: 327 million yuan, 40,000 square meters, April 9."""
    if quantity.date is not None:
        return _date(quantity.date)
    kind, unit, value = quantity.kind, quantity.unit, quantity.value
    number = _number(value)
    if quantity.high is not None:
        number = f"{number}-{_number(quantity.high)}" if unit == "score" else _range(quantity)
    if kind == "money":
        if unit in _SIGNS:
            return _SIGNS[unit] + number.replace(" to ", f" to {_SIGNS[unit]}")
        return f"{number} {_CURRENCIES.get(unit, unit)}"
    if kind == "percent":
        return _percent(quantity, number)
    if kind == "points":
        name = "percentage point" if unit == "pp" else "basis point"
        return f"{number} {name}{'' if number == '1' else 's'}"
    if kind in ("measure", "duration"):
        name = _FIXED.get(unit) or _UNITS.get(unit, unit) + ("" if number == "1" else "s")
        return f"{number} {name if unit in _UNITS or unit in _FIXED else unit}"
    if kind == "time":
        return _time(int(value))
    if kind == "ordinal":
        return ordinal(int(value)) if value == int(value) else number
    if kind == "multiple":
        return f"{number} times"
    if kind == "age":
        return f"{number} years old"
    return number


def _date(date: Date) -> str:
    year = str(date.year) if date.year else ""
    if date.part == "s":
        return f"the {date.year}s"
    if date.part == "c":
        return f"the {ordinal(date.year)} century"
    if date.part:
        return _PARTS[date.part] + (f" of {year}" if year else "")
    if date.month and date.day:
        return f"{MONTHS[date.month - 1]} {date.day}" + (f", {year}" if year else "")
    if date.month:
        return f"{MONTHS[date.month - 1]} {year}".strip()
    return f"the {ordinal(date.day)}" if date.day else year


def _time(minutes: int) -> str:
    hour, minute = divmod(minutes % 1440, 60)
    half = "p.m." if hour >= 12 else "a.m."
    return f"{hour % 12 or 12}{f':{minute:02}' if minute else ''} {half}"


def _percent(quantity: Quantity, number: str) -> str:
    if quantity.unit == "fraction" and quantity.high is None:
        share = Fraction(quantity.value / 100).limit_denominator(12)
        if share in _NAMED:
            return _NAMED[share]
        if share.denominator in _PORTIONS and 0 < share.numerator < share.denominator:
            name = _PORTIONS[share.denominator] + ("s" if share.numerator > 1 else "")
            return f"{_COUNT_WORDS[share.numerator]}-{name}"
    if quantity.unit == "fraction" and quantity.high is None and 0 < quantity.value < _TINY:
        below = Decimal(round(100 / quantity.value)).normalize(Context(prec=6))
        if below % 10**6 == 0 and below < 10**12:
            return f"one in {_number(below)}"
    if "百万分之" in quantity.text and quantity.high is None:
        return f"{_number(quantity.value * 10_000)} parts per million"
    if quantity.unit == "discount":
        return f"{_number(100 - quantity.value)} percent off"
    return f"{number} percent"


def ordinal(number: int) -> str:
    """A whole number as an ordinal: 21st."""
    end = "th" if number % 100 in (11, 12, 13) else _ORDINAL_ENDS.get(number % 10, "th")
    return f"{number}{end}"


def _range(quantity: Quantity) -> str:
    assert quantity.high is not None  # noqa: S101  the caller asked
    low, high = _number(quantity.value), _number(quantity.high)
    _, low_word, low_scale = low.partition(" ")
    if low_word and high.endswith(low_word + low_scale):
        return f"{low.split()[0]} to {high}"
    return f"{low} to {high}"


_PLACES = 6  # a number with more decimals than this is written out in figures


def _number(value: Decimal) -> str:
    for word, size in (("trillion", 10**12), ("billion", 10**9), ("million", 10**6)):
        if abs(value) >= size and value % (size // 10**_PLACES) == 0:
            return f"{_plain(value / size)} {word}"
    return _plain(value)


def _plain(value: Decimal) -> str:
    """A decimal with thousands separators and without trailing zeros."""
    whole, _, fraction = f"{value:,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


_LARGE = re.compile(numerals.CHINESE)
_SCALED = re.compile("[万亿千]")


def substitute(text: str) -> str:
    """The Chinese text with its large numbers in English: 超3.27亿元 -> 超327 million元.

    Numbers with 万 or 亿 and those in Chinese characters from 1,000 on; vague ones stay, and
    fractions (百万分之三), whose denominator alone would say something else. Who is an 80后 (not
    80 years old) becomes one born in the 1980s, in Chinese.
    """
    text = _COHORT.sub(_born, text)
    plain = text.translate(WIDE)
    result, position = [], 0
    for quantity in in_chinese(text):
        if quantity.date is not None or quantity.modifier in ("vague", "weak"):
            continue
        if quantity.kind == "percent":
            continue
        ends = [quantity.value] if quantity.high is None else [quantity.value, quantity.high]
        written = list(_LARGE.finditer(plain, quantity.start, quantity.end))[: len(ends)]
        if len(written) != len(ends) or not _SCALED.search(quantity.text):
            continue
        for match, end in zip(written, ends, strict=True):
            numeral = numerals.chinese(match[0])
            value = end if quantity.high is not None else numeral.value if numeral else Decimal(0)
            if value < (1000 if _SCALED.search(match[0]) and not match[0][0].isdigit() else 10_000):
                continue
            more = "余" if numeral and numeral.more and match[0][-1] not in "余多" else ""
            result += [text[position : match.start()], _number(value) + more]
            position = match.end()
    return "".join([*result, text[position:]])


_COHORT = re.compile(COHORT)
# What they are, behind that.
_PEOPLE = re.compile(
    "[女男](?:孩|生|性|兵|教师|医生)|青年|小伙|姑娘|大学生|研究生|学生|学子|年轻人|创业者|创客|干部|夫妻|夫妇"
    "|职工|员工|农民|农场主|村民|村官|党员|教师|老师|医生|护士|工人|工程师|技术员|科学家|博士|硕士|军人|战士"
    "|民警|骑手|司机|妈妈|爸爸|父母|作家|导演|演员|选手|球员|群体|一代"
)


def _born(match: re.Match[str]) -> str:
    year = full_year(int(match[0][:2]))
    born = f"{year}年{'后' if year % 10 else '代'}出生"
    if match.string.startswith("的", match.end()):
        return born
    return born + ("的" if _PEOPLE.match(match.string, match.end()) else "的人")
