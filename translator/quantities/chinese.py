"""The quantities of a Chinese text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from translator.quantities import chinese_dates, numerals
from translator.quantities.chinese_dates import DATES, NUMERALS, Reader, integer
from translator.quantities.chinese_words import (
    CLASSIFIER,
    GROWTH,
    NOISE,
    PREFIX,
    PREFIXES,
    UNIT,
    UNITS,
    WIDE,
    modifier_of,
)
from translator.quantities.numerals import CHINESE, Numeral
from translator.quantities.values import Date, Kind, Modifier, Quantity, dated, share


def in_chinese(text: str) -> list[Quantity]:
    """The quantities of a Chinese text, in order; their offsets are those of the text."""
    return list(_found(text))


@lru_cache(maxsize=2048)  # checks, repairs and briefs ask for the same texts
def _found(text: str) -> tuple[Quantity, ...]:
    plain = NOISE.sub(lambda match: "\0" * len(match[0]), text.translate(WIDE))
    return tuple(replace(one, text=text[one.start : one.end]) for one in _scan(plain))


def _scan(text: str) -> Iterator[Quantity]:
    position = end = 0
    while match := _START.search(text, position):
        found = _READERS[match.lastgroup or ""](text, match)
        if found is None:
            position = match.end() if match.lastgroup == "number" else match.start() + 1
            if match.lastgroup != "number" and (number := _NUMBER.match(text, match.start())):
                found = _number(text, number)
                position = number.end()
        if found is not None:
            # 936人民币千: a currency before the number may already be taken
            yield replace(found, start=max(found.start, end))
            end = found.end
            position = max(found.end, match.start() + 1)


# ---- patterns ----

_FRACTIONS = (
    rf"(?P<fraction>(?P<den>[百千万]|{CHINESE}) ?分之 ?(?P<num>{CHINESE})"
    rf"(?:[至到~-](?:(?P=den)分之)?(?P<num2>{CHINESE}))?)"
    r"|(?P<slash>(?<![0-9/.-])[1-9]/[2-9](?![0-9/月]))"
    r"|(?P<twofold>翻了?(?P<fan>[一两二三四五1-9]?)(?:番|倍)|倍增)"
    r"|(?P<half1>一半|半数|过半(?!数)|对半|减半|大半(?!年|个|天|夜|生)|泰半)"
    r"|(?P<halfunit>(?<![上下大前后多每天])半个?多?(?:年|月|小时|钟头|天|世纪)(?!报))"
)
_ORDINALS = (
    rf"(?P<ordinal>第 ?(?P<ord>{CHINESE})(?: ?(?:届|次|个|名|位|轮|季|期|批|年|天|条|章|集|任|代"
    r"|大|家|站|场))?"
    rf"|(?P<term>(?<!\d){CHINESE}) ?(?:届(?!时)|周年|等奖|年级|号线|中全会|号楼)"
    r"|(?P<congress>十[一二三四五六七八九]|二十[一二]?)大(?![类项型量件小楼家])(?=精神|报告|代表"
    r"|以来|召开|胜利|闭幕|开幕|提出|[,，。的上后前,“”\"、]|$))"
)
# What a quantity can begin with: the search skips all else at once.
_FIRST = (
    "0-9Q零〇一二两三四五六七八九十廿百千万亿几数半第上下前头本今昨当"
    "凌清早中正午傍晚夜深翻倍过对减大泰成好"
)
_START = re.compile(
    rf"(?=[{_FIRST}])(?:{DATES}|{_FRACTIONS}|{_ORDINALS}"
    rf"|(?P<score>(?<![0-9:：.])[0-9]{{1,3}} ?[:：比] ?[0-9]{{1,3}}(?![0-9:：.%])"
    r"|[一二三四五六零两]比[一二三四五六零](?![^,，。、战胜击负领优]))"
    rf"|(?P<number>(?<![0-9A-Za-z.])(?:{CHINESE})))"
)
_NUMBER = re.compile(rf"(?<![0-9A-Za-z.]){CHINESE}")


# ---- fractions, ordinals, scores ----


def _fraction(text: str, match: re.Match[str]) -> Quantity | None:
    below, above = numerals.chinese(match["den"]), numerals.chinese(match["num"])
    if below is None or above is None or not below.value:
        return None
    unit = "%" if match["den"] in ("百", "千", "万") else "fraction"
    high = above.high
    if match["num2"] and (second := numerals.chinese(match["num2"])):
        high = second.value
    part = share(above.value, below.value)
    top = None if high is None else share(high, below.value)
    modifier = modifier_of(text, match.start(), match.end())
    return Quantity(match.start(), match.end(), "", "percent", part, top, unit, modifier)


def _slash(text: str, match: re.Match[str]) -> Quantity:
    above, below = (Decimal(part) for part in match[0].split("/"))
    modifier = modifier_of(text, *match.span())
    return Quantity(*match.span(), "", "percent", share(above, below), None, "fraction", modifier)


def _twofold(text: str, match: re.Match[str]) -> Quantity:
    times = integer(match["fan"]) if match["fan"] else 1
    value = Decimal(2**times if "番" in match[0] else times + 1)
    modifier = modifier_of(text, match.start(), match.end())
    return Quantity(match.start(), match.end(), "", "multiple", value, None, "fold", modifier)


def _half(text: str, match: re.Match[str]) -> Quantity:
    modifier: Modifier = modifier_of(text, match.start(), match.end())
    if "大半" in match[0] or match[0] == "泰半":
        modifier = "vague"
    elif match[0] == "过半":
        modifier = "over"
    return Quantity(*match.span(), "", "percent", Decimal(50), None, "fraction", modifier)


def _half_unit(text: str, match: re.Match[str]) -> Quantity:
    unit = next(
        unit
        for word, unit in (
            *(("年", "year"), ("月", "month"), ("小时", "hour"), ("钟头", "hour")),
            *(("天", "day"), ("世纪", "century")),
        )
        if match[0].endswith(word)
    )
    value = Decimal("0.5") if unit != "century" else Decimal(50)
    modifier = "over" if "多" in match[0] else modifier_of(text, *match.span())
    unit = "year" if unit == "century" else unit
    return Quantity(*match.span(), "", "duration", value, None, unit, modifier)


def _ordinal(text: str, match: re.Match[str]) -> Quantity | None:
    numeral = numerals.chinese(match["ord"] or match["term"] or match["congress"])
    if numeral is None or numeral.vague:
        return None
    if match["term"] and re.fullmatch("(?:19|20)[0-9]{2}", match["term"]):
        return dated(match.start(), match.start() + 4, text, Date(int(match["term"])))
    return Quantity(*match.span(), "", "ordinal", numeral.value, numeral.high)


# ---- numbers with their units ----

_TAIL = re.compile(
    rf" ?(?P<more>余|多|来)?(?P<half>个半(?=小时|钟头|月|星期))? ?(?:(?P<unit>{UNIT})"
    rf"|(?P<classifier>{CLASSIFIER}))?"
)
_CONNECTOR = re.compile(rf" ?[-~至到] ?(?={CHINESE})")
_HALF_TAIL = re.compile("半(?!径|导)")
_COMPOUND = {"hour": ("minute", 60), "minute": ("second", 60), "year": ("month", 12)}
_YEAR_LIKE = re.compile("19[5-9][0-9]|20[0-4][0-9]")
_HAN_ONLY = re.compile("[^0-9]+")


def _number(text: str, match: re.Match[str]) -> Quantity | None:
    start, end = match.span()
    numeral = numerals.chinese(match[0])
    if numeral is None:
        return None
    tail = _tail(text, end)
    high: Decimal | None = numeral.high
    link = _CONNECTOR.match(text, tail.end())
    if link and (second := _NUMBER.match(text, link.end())):
        other = numerals.chinese(second[0])
        far = _tail(text, second.end())
        if (
            other
            and _joins(tail, far)
            and (far["unit"] or far["classifier"] or other.scaled or not tail["unit"])
        ):
            first = _share(numeral, match[0], second[0], other.value)
            if first < other.value:
                numeral, high, tail = numeral._replace(value=first), other.value, far
            elif match[0].isdigit() and second[0].isdigit() and not far["unit"]:
                return Quantity(start, second.end(), "", "count", first, other.value, "score")
    return _assemble(text, start, match[0], numeral, high, tail)


def _tail(text: str, position: int) -> re.Match[str]:
    found = _TAIL.match(text, position)
    assert found is not None  # noqa: S101  every part of it may be missing
    return found


def _joins(near: re.Match[str], far: re.Match[str]) -> bool:
    """Whether the ends of a range agree: 3-5万, 20%-30%, 3人到5人; not 3年到5个."""
    unit, other = near["unit"] or near["classifier"], far["unit"] or far["classifier"]
    return not unit or unit == other


def _share(numeral: Numeral, written: str, other: str, high: Decimal) -> Decimal:
    """The lower end, with the scale that only the upper one states: 3-5万."""
    scale = re.search("[百千万亿]+$", other)
    if numeral.scaled and not re.search("[万亿]", other):
        return numeral.value
    if not scale or re.search("[百千万亿]", written):
        if scale and "万" in scale[0] + "万亿" and not re.search("[万亿]", written):
            factor = 10**4 if scale[0].startswith("万") else 10**8 if "亿" in scale[0] else 1
            if numeral.value * factor < high:
                return numeral.value * factor
        return numeral.value
    factor_of = numerals.chinese("一" + scale[0]) or numerals.chinese(scale[0])
    shared = numeral.value * (factor_of.value if factor_of else 1)
    return shared if shared < high else numeral.value


def _assemble(
    text: str, start: int, written: str, numeral: Numeral, high: Decimal | None, tail: re.Match[str]
) -> Quantity | None:
    value, end = numeral.value, tail.end()
    kind: Kind = "count"
    unit, size = "", Decimal(1)
    word = tail["unit"]
    han = _HAN_ONLY.fullmatch(written) is not None
    if word:
        kind, unit, size = UNITS[word]
    elif not tail["classifier"]:
        end = start + len(written) if high is None else tail.start()
        if tail["more"]:
            end = tail.end("more")
    if word == "度" and (value > 60 or han):
        before = text[max(0, start - 12) : start]
        power = "电" in before or (value >= 10_000 and "温" not in before)
        kind, unit = "measure", "kWh" if power else "deg"
    if word == "成" and not 1 <= value < 10:
        return None
    if word == "折" and not 0 < value < 10:
        return None
    if word == "倍" and GROWTH.search(text, max(0, start - 12), start):
        unit = "more"
    if word == "天" and han and value == 1 and text[end : end + 1] in "到比":
        return None
    prefix = PREFIX.search(text, max(0, start - 4), start)
    if prefix and not word:
        kind, unit, start = "money", PREFIXES[prefix[1]], prefix.start()
    elif prefix and kind == "money":
        start = prefix.start()
    plain = kind == "count" and high is None and tail["classifier"] in (None, "大")
    if plain and _YEAR_LIKE.fullmatch(written):
        return dated(start, start + 4, text, Date(int(value)))
    if kind == "count" and not _is_count(text, start, end, written, numeral, tail):
        return None
    if tail["half"]:
        value += Decimal("0.5")
    elif word and kind in ("duration", "age") and (half := _HALF_TAIL.match(text, end)):
        value, end = value + Decimal("0.5"), half.end()
    elif word == "成" and (extra := re.match("半|[一二三四五六七八九]", text[end : end + 1])):
        value += Decimal("0.5") if extra[0] == "半" else Decimal(NUMERALS[extra[0]]) / 10
        end += 1
    elif kind == "duration" and unit in _COMPOUND:
        value, unit, end = _compound(text, value, unit, end)
    modifier = modifier_of(text, start, end)
    if numeral.high is not None:
        modifier = modifier or "about"  # 三四十: somewhere between
    if numeral.vague:
        modifier = "vague"
    elif numeral.more or tail["more"] in ("余", "多"):
        modifier = modifier or "over"
    elif tail["more"] == "来":
        modifier = "about"
    whole = value == numeral.value
    if not modifier and high is None and whole and _is_weak(written, numeral, kind, unit, tail):
        modifier = "weak"
    top = None if high is None else high * size
    return Quantity(start, end, "", kind, value * size, top, unit, modifier)


def _is_count(
    text: str,
    start: int,
    end: int,
    written: str,
    numeral: Numeral,
    tail: re.Match[str],
) -> bool:
    """Whether a number without a unit counts something at all."""
    if written[0].isdigit():
        return True
    bare = written[0] in _SCALE_WORDS
    if tail["classifier"]:
        return not bare or len(written) > 1 or tail["classifier"][0] in "人名家个户件次套种座位场字"
    if len(written) == 1 or not numeral.scaled:
        return False
    # Characters alone: only numbers that nobody writes by chance (二百五十, 三十五万).
    return numeral.value > 10 and (
        not bare or modifier_of(text, start, end) != "" or written in _GREAT
    )


_SCALE_WORDS = "百千万亿"
_GREAT = frozenset(("百万", "百亿", "千亿", "万亿"))


def _is_weak(written: str, numeral: Numeral, kind: Kind, unit: str, tail: re.Match[str]) -> bool:
    if written[0] in _SCALE_WORDS and (
        len(written) == 1 or not (tail["unit"] or tail["classifier"])
    ):
        return True
    if unit == "deg":
        return True
    if written == "一":
        return kind in ("count", "duration", "measure")
    if kind == "count" and not tail["classifier"] and not written[0].isdigit():
        return numeral.value < 100
    return False


def _compound(text: str, value: Decimal, unit: str, end: int) -> tuple[Decimal, str, int]:
    """1小时30分, 3分钟20秒, 2年6个月: one duration in the smaller unit."""
    smaller, size = _COMPOUND[unit]
    second = re.compile(rf" ?({CHINESE}) ?(?:{_SMALLER[unit]})").match(text, end)
    numeral = numerals.chinese(second[1]) if second else None
    if second is None or numeral is None or numeral.value >= size:
        return value, unit, end
    return value * size + numeral.value, smaller, second.end()


_SMALLER = {"hour": "分钟|分", "minute": "秒钟|秒", "year": "个月"}


_READERS: dict[str, Reader] = {
    **chinese_dates.READERS,
    "fraction": _fraction,
    "slash": _slash,
    "twofold": _twofold,
    "half1": _half,
    "halfunit": _half_unit,
    "ordinal": _ordinal,
    "number": _number,
}
