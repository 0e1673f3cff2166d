"""Numerals of both languages as values: 3亿5000万, 三点五亿, 一万二; three hundred and five.

Own code, since the libraries stop where press texts begin. Of the numerals other than plain
figures in the labelled sentences, cn2an 0.5 reads 54 of 76 (not 三点五亿, 1.2万亿, 百亿, 十余万,
几十万), text2num 3.1 reads 14 of 22 (not "half a million", "a dozen", "three point five billion").
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

# Every repetition is bounded, so a hostile run of digits costs no more than plain text.
FIGURES = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,9}(?![0-9])|[0-9]{1,24}(?![0-9]))(?:\.[0-9]{1,9}(?![0-9]))?"
)

_DIGITS = {character: index for index, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_TENS = {"廿": 20, "卅": 30}
_LARGE = {"万": 10**4, "亿": 10**8}

_D = "零〇一二两三四五六七八九"
_S = "十百千万亿"
# 千 may open a unit (千米), 百 a word (百分点); 万 and 亿 never do after a number.
_SCALE = r"(?:[万亿]|十(?!分之)|千(?![米克瓦卡伏赫帕焦])|百(?![分帕]))"
_MORE = "[余多几来]"
_MIXED = (
    rf"{FIGURES}(?: ?(?:{_MORE}?{_SCALE}){{1,3}}"
    rf"(?:[零又]?[0-9]{{1,4}}(?:\.[0-9]{{1,4}})?{_SCALE}{{1,2}}){{0,2}}"
    r"(?:(?<=[万亿])[零又]?[0-9]{1,4}(?![0-9.]))?)?"
)
_WORDS = (
    rf"(?:(?<![人总指系次户件个基参函分级度倍位多])数(?=[{_S}])|[上成](?=[百千万亿])"
    rf"|[好]?几(?=[{_S}]))?"
    rf"(?:[{_D}]|[廿卅]|十|百(?!分)|千(?![米克瓦卡伏赫帕焦])|[万亿])"
    rf"(?:[{_D}]|十(?!分之)|百(?!分)|千(?![米克瓦卡伏赫帕焦])|[万亿]|{_MORE}(?=[{_S}])"
    # 六十点八亿, but 十点八分 is a time
    rf"|(?<=[十百千])几(?![分何])|(?<=[{_D}])点(?=[{_D}])|(?<=[十百])点(?=[{_D}]{{1,6}}[万亿])){{0,20}}"
)
CHINESE = rf"(?:{_MIXED}|{_WORDS})"

_TOKEN = re.compile(rf"{FIGURES}|.")
_VAGUE = frozenset("几数上成")


class Numeral(NamedTuple):
    """A numeral's value; `high` for 三五 or 七八十; `more` for 余 or 多 within it."""

    value: Decimal
    high: Decimal | None = None
    vague: bool = False
    more: bool = False
    scaled: bool = False


def chinese(text: str) -> Numeral | None:
    """What CHINESE matched, as a value; None where the characters make no number."""
    vague = any(character in _VAGUE for character in text)
    more = "余" in text or "多" in text
    bare = "".join(character for character in text if character not in "几数上成余多来好又 ")
    if not bare:
        return None
    both = _neighbours(bare)
    if both:
        low, high = _value(both[0]), _value(both[1])
        return None if low is None or high is None else Numeral(low, high, scaled=True)
    value = _value(bare)
    if value is None:
        return None
    return Numeral(value, None, vague, more, any(character in _S for character in bare))


def _neighbours(text: str) -> tuple[str, str] | None:
    """三五 (three to five), 七八十, 十二三 as their two ends: neighbouring digits, no zero."""
    match = re.fullmatch(
        rf"((?:[{_D}]百)?(?:[{_D}]?十)?)([一二三四五六七八九两])([二三四五六七八九])([{_S}]*)", text
    )
    if not match:
        return None
    low, high = _DIGITS[match[2]], _DIGITS[match[3]]
    if not (high - low == 1 or (low, high) == (3, 5)):
        return None
    return match[1] + match[2] + match[4], match[1] + match[3] + match[4]


def _value(text: str) -> Decimal | None:
    if len(text) > 1 and all(character in _DIGITS for character in text):
        # 一二三年级 is a list; only years and codes with a zero are read digit by digit.
        digits = "".join(str(_DIGITS[character]) for character in text)
        return (
            Decimal(digits) if re.fullmatch("(?:1[0-9]|20)[0-9]{2}|[0-9]*0[0-9]*", digits) else None
        )
    total = wan = section = Decimal(0)
    number: Decimal | None = None
    scale, decimals, zero = Decimal(0), 0, False
    for part in _TOKEN.findall(text):
        if part[0].isdigit() and part[0].isascii():
            number = Decimal(part.replace(",", ""))
            scale = Decimal(0)
        elif part == "点":
            decimals, number = 1, number or Decimal(0)
        elif part in _DIGITS:
            digit = _DIGITS[part]
            if decimals:
                number = (number or Decimal(0)) + digit * Decimal(10) ** -decimals
                decimals += 1
            elif digit == 0:
                zero = True
            elif number is not None:
                return None
            else:
                number = Decimal(digit)
        elif part in _TENS:
            section += _TENS[part]
        elif part in _SMALL:
            section += (number if number is not None else 1) * _SMALL[part]
            number, scale, decimals, zero = None, Decimal(_SMALL[part]), 0, False
        elif part == "万":
            # 万万, 千万万 make no number
            if wan:
                return None
            wan = (section + (number or 0) or Decimal(1)) * _LARGE[part]
            section, number, scale, decimals, zero = Decimal(0), None, Decimal(10**4), 0, False
        elif part == "亿":
            if total:
                return None
            total = (wan + section + (number or 0) or Decimal(1)) * _LARGE[part]
            wan = section = Decimal(0)
            number, scale, decimals, zero = None, Decimal(10**8), 0, False
    # 一万二: the last digit counts tenths of the scale before it.
    short = text[-1] in _DIGITS and scale >= 100 and not zero and not decimals
    if number is not None:
        section += number * (scale / 10 if short else 1)
    return total + wan + section


_ENGLISH_ONES = {
    word: index
    for index, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_ENGLISH_TENS = {
    word: 10 * (index + 2)
    for index, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    )
}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALES |= {"k": 10**3, "m": 10**6, "mn": 10**6, "mln": 10**6, "b": 10**9, "bn": 10**9}
SCALES |= {"tn": 10**12, "trn": 10**12, "hundred": 100}

_SIMPLE = "|".join(sorted([*_ENGLISH_ONES, *_ENGLISH_TENS], key=len, reverse=True))
_POWERS = "hundred|thousand|million|billion|trillion"
_DIGIT_WORDS = "|".join(list(_ENGLISH_ONES)[:10])
ENGLISH_WORDS = (
    rf"(?:half an? (?:{_POWERS}|dozen)|an? (?:half )?(?:{_POWERS}|dozen)|(?:{_SIMPLE})(?![a-z]))"
    rf"(?:[ -](?:and )?(?:{_SIMPLE}|{_POWERS}|dozen)(?![a-z])){{0,12}}"
    rf"(?: point(?: (?:{_DIGIT_WORDS})(?![a-z])){{1,6}})?"
    rf"(?: and a half)?(?:[ -](?:{_POWERS})(?![a-z])){{0,2}}(?![a-z])"
)
_SCALE_WORDS = rf"(?:[ -]?(?:{_POWERS})|(?: ?(?:trn|tn|bn|mln|mn)|[kmb])(?![a-z0-9²³]))"
ENGLISH_FIGURES = rf"{FIGURES}(?:{_SCALE_WORDS}(?![a-z])){{0,2}}(?: and a half)?"


def english_words(text: str) -> tuple[Decimal, int] | None:
    """The value of number words, and how much of the text it took (two three: only two)."""
    total = section = Decimal(0)
    last, used, point = "", 0, 0
    for match in re.finditer(r"[a-z]+", text.lower()):
        word = match[0]
        if word == "point":
            point = 1
            continue
        if point and _ENGLISH_ONES.get(word, 10) < 10:
            section += _ENGLISH_ONES[word] * Decimal(10) ** -point
            point += 1
        elif word in _ENGLISH_ONES:
            if last == "one" or (last == "ten" and _ENGLISH_ONES[word] >= 10):
                break
            section += _ENGLISH_ONES[word]
            last = "one"
        elif word in _ENGLISH_TENS:
            if last in ("one", "ten"):
                break
            section += _ENGLISH_TENS[word]
            last = "ten"
        elif word in ("a", "an"):
            continue
        elif word == "half":
            section += Decimal("0.5")
        elif word == "dozen":
            section = (section or Decimal(1)) * 12
            last = "scale"
        elif word == "hundred":
            section = (section or Decimal(1)) * 100
            last = "scale"
        elif word in SCALES:
            total += (section or Decimal(1)) * SCALES[word]
            section, last, point = Decimal(0), "scale", 0
        else:
            continue
        used = match.end()
    return (total + section, used) if used else None


def english_figures(text: str) -> Decimal:
    """The value of what ENGLISH_FIGURES matched: 3.5 million, 327m, 3 hundred thousand."""
    figures = re.match(FIGURES, text)
    assert figures is not None  # noqa: S101  the pattern begins with it
    value = Decimal(figures[0].replace(",", ""))
    for word in re.findall(r"[a-z]+", text[figures.end() :].lower().replace("and a half", "half")):
        if word == "half":
            value += Decimal("0.5")
        else:
            value *= SCALES[word]
    return value


_ORDINAL_IRREGULAR = {"one": "first", "two": "second", "three": "third", "five": "fifth"}
_ORDINAL_IRREGULAR |= {"eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
ORDINALS: dict[str, int] = {
    _ORDINAL_IRREGULAR.get(word, f"{word}th"): value
    for word, value in _ENGLISH_ONES.items()
    if value
}
ORDINALS |= {f"{word[:-1]}ieth": value for word, value in _ENGLISH_TENS.items()}
ORDINALS |= {
    f"{ten}-{ordinal}": tens + value
    for ten, tens in _ENGLISH_TENS.items()
    for ordinal, value in list(ORDINALS.items())
    if value < 10
}
ORDINALS |= {"hundredth": 100, "thousandth": 1000, "centenary": 100, "centennial": 100}
