"""The quantities of a Chinese text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from translator.quantities import numerals
from translator.quantities.chinese_words import (
    AFTER,
    BEFORE,
    CLASSIFIER,
    GROWTH,
    NOISE,
    PREFIX,
    PREFIXES,
    UNIT,
    UNITS,
    WIDE,
)
from translator.quantities.numerals import CHINESE, Numeral
from translator.quantities.values import Date, Kind, Modifier, Quantity, dated, is_day


def in_chinese(text: str) -> list[Quantity]:
    """The quantities of a Chinese text, in order; their offsets are those of the text."""
    plain = NOISE.sub(lambda match: "\0" * len(match[0]), text.translate(WIDE))
    return [
        Quantity(
            one.start,
            one.end,
            text[one.start : one.end],
            *(one.kind, one.value, one.high, one.unit, one.modifier, one.date),
        )
        for one in _scan(plain)
    ]


def _scan(text: str) -> Iterator[Quantity]:
    position = 0
    while match := _START.search(text, position):
        found = _READERS[match.lastgroup or ""](text, match)
        if found is None:
            position = match.end() if match.lastgroup == "number" else match.start() + 1
            if match.lastgroup != "number" and (number := _NUMBER.match(text, match.start())):
                found = _number(text, number)
                position = number.end()
        if found is not None:
            yield found
            position = max(found.end, match.start() + 1)


# ---- dates and times ----

_NUMERALS = {numeral: index + 1 for index, numeral in enumerate("一二三四五六七八九十")}
_YEAR = r"(?:(?:1[0-9]|20|21)[0-9]{2}|[一二][零〇一二三四五六七八九]{3})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
_HALF = r"(?:上|下)半年|(?:前|头)(?:六|6|九|9)个月|第?(?:一|二|三|四|[1-4])季度|(?:前|头)(?:三|3)个?季度|Q[1-4]"
_TO = r"[-~至到、和]"
_NOT_DAY = r"(?!内|间|游|龄|均|元|圆|本|益|常|之内|以内|后|前[,，]|无|没|未)"
_PERIOD = r"凌晨|清晨|早晨|早上|清早|上午|中午|午间|正午|下午|午后|傍晚|晚上|晚间|夜间|夜里|深夜|当晚|今晚|昨晚|早|晚"
_SCORES = re.compile(r"(?:[以分成为比]|[0-9][:：][0-9]{1,2}[、和,，]) ?$")
_LATE = re.compile(r"下午|午后|傍晚|晚|夜间|夜里|深夜")
_DATES = (
    rf"(?P<full>(?<![0-9.])(?P<y>{_YEAR}) ?年(?! ?[^,，。]{{0,2}}历史)(?:度|的)?"
    rf"(?: ?(?P<m>{_MONTH}) ?月(?:份)?(?: ?(?P<d>{_DAY}) ?[日号])?| ?(?P<half>{_HALF}))?)"
    rf"|(?P<monthday>(?<![0-9.]){_MONTH} ?月 ?{_DAY} ?[日号](?!线|楼|院|店))"
    rf"|(?P<month>(?<![0-9.个]){_MONTH} ?月(?:份(?!额))?(?![份亮球饼刊龄薪票嫂季光色牙])"
    rf"|(?<![0-9.])(?:1[0-2]|[1-9])(?={_TO}(?:1[0-2]|[1-9])月))"
    rf"|(?P<day>(?<![0-9.])(?:{_DAY}(?<![一二三四五六七八九])|{_DAY}(?<=[十廿]一)|[十廿][一二三四五六七八九]) ?日{_NOT_DAY}"
    rf"|(?<=[至到~-])[一二三四五六七八九]日{_NOT_DAY}"
    rf"|(?<![0-9.])(?:3[01]|[12][0-9]|0?[1-9])(?={_TO}(?:3[01]|[12][0-9]|0?[1-9])日{_NOT_DAY}))"
    r"|(?P<iso>(?<![0-9.])(?:19|20)[0-9]{2}[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12][0-9]|0?[1-9])(?![0-9.]))"
    rf"|(?P<yearalone>(?<![0-9.,]){_YEAR}(?=[-~至到/](?:20|19)?[0-9]{{2}}(?:年|学年|财年|赛季|年度))"
    rf"|(?<![0-9.,])(?:19|20)[0-9]{{2}}(?=学年|财年|赛季|届|款|版|财政年度|[北东巴里平伦雅][京奥黎约昌敦典])"
    r"|(?<![0-9.,])0[0-9]年|(?<=[-~至/])[0-9]{2}(?=学年|财年|赛季))"
    r"|(?P<decade>(?:(?P<cent>上个?世纪|本世纪|(?:1[0-9]|20|21|十[六七八九]|二十一?)世纪) ?)?"
    rf"(?P<dec>(?:1[0-9]|20)[0-9]0|[0-9]0|[一二三四五六七八九]{{1,2}}十) ?年代)"
    r"|(?P<century>本世纪|上个?世纪|(?<![0-9])(?:1[0-9]|2[01]|[1-9]|十[一二三四五六七八九]|二十一?)世纪)"
    rf"|(?P<part>{_HALF})"
    rf"|(?P<clock>(?:(?P<period>{_PERIOD}) ?)?(?<![0-9:.])(?P<h>2[0-4]|1[0-9]|0?[0-9]) ?[:：] ?(?P<min>[0-5][0-9])(?:[:：][0-5][0-9])?(?![0-9:：%])"
    rf"|(?:(?P<period2>{_PERIOD})(?P<h2>2[0-4]|1[0-9]|0?[0-9]|[一二两三四五六七八九]|十[一二]?) ?[时点]"
    r"(?:(?P<min2>[0-5]?[0-9](?=分)|[1-5][0-9]|[零二三四五]?十[一二三四五六七八九]?|零?[一二三四五六七八九](?=分))分?|(?P<half2>半)|整|钟)?)"
    r"|(?<![0-9.])(?P<h3>2[0-4]|1[0-9]|0?[0-9]) ?时(?!间|代|期|速|尚|段|刻|常|空|长|事|差|任|装|评)(?:(?P<min3>[0-5]?[0-9])分)?"
    r"|(?<![0-9.])(?P<h4>2[0-4]|1[0-9]|0?[0-9]|[一二两三四五六七八九]|十[一二]?) ?点 ?(?:钟|整|(?P<half4>半)|(?P<min4>[0-5]?[0-9]) ?分))"
)
_FRACTIONS = (
    rf"(?P<fraction>(?P<den>[百千万]|{CHINESE}) ?分之 ?(?P<num>{CHINESE})"
    rf"(?:[至到~-](?:(?P=den)分之)?(?P<num2>{CHINESE}))?)"
    r"|(?P<twofold>翻了?(?P<fan>[一两二三四五1-9]?)(?:番|倍)|倍增)"
    r"|(?P<half1>一半|半数|过半(?!数)|对半|减半|大半(?!年|个|天|夜|生)|泰半)"
    r"|(?P<halfunit>(?<![上下大前后多每天])半个?多?(?:年|月|小时|钟头|天|世纪)(?!报))"
)
_ORDINALS = (
    rf"(?P<ordinal>第 ?(?P<ord>{CHINESE})(?: ?(?:届|次|个|名|位|轮|季|期|批|年|天|条|章|集|任|代|大|家|站|场))?"
    rf"|(?P<term>(?<!\d){CHINESE}) ?(?:届(?!时)|周年|等奖|年级|号线|中全会|号楼)"
    r"|(?P<congress>十[一二三四五六七八九]|二十[一二]?)大(?![类项型量件小楼家])(?=精神|报告|代表|以来|召开|胜利|闭幕|开幕|提出|[,，。的上后前,“”\"、]|$))"
)
_START = re.compile(
    rf"(?:{_DATES}|{_FRACTIONS}|{_ORDINALS}"
    rf"|(?P<score>(?<![0-9:：.])[0-9]{{1,3}} ?[:：比] ?[0-9]{{1,3}}(?![0-9:：.%])|[一二三四五六零两]比[一二三四五六零](?![^,，。、战胜击负领优]))"
    rf"|(?P<number>(?<![0-9A-Za-z.])(?:{CHINESE})))"
)
_NUMBER = re.compile(rf"(?<![0-9A-Za-z.]){CHINESE}")


def _int(text: str) -> int:
    numeral = numerals.chinese(text)
    return int(numeral.value) if numeral else 0


def _full(text: str, match: re.Match[str]) -> Quantity | None:
    year, month, day = _int(match["y"]), _int(match["m"] or "0"), _int(match["d"] or "0")
    if day and not is_day(month, day):
        return None
    date = Date(year, month, day, _part(match["half"]) if match["half"] else "")
    end = match.end()
    while text[end - 1] in "度的" and not match["half"] and not match["m"]:
        end -= 1
    rough: Modifier = "about" if text.startswith(("前后", "左右"), end) else ""
    return dated(match.start(), end, text, date, rough)


def _part(text: str) -> str:
    if text[0] in "前头":
        return "H1" if text[1] in "六6" else "Q1-3"
    if text.endswith("半年"):
        return "H1" if text[0] == "上" else "H2"
    digit = re.sub(r"[第季度Q]", "", text)
    return f"Q{_NUMERALS.get(digit, digit)}"


def _month_day(text: str, match: re.Match[str]) -> Quantity | None:
    month, day = (_int(part) for part in match[0].rstrip("日号 ").replace(" ", "").split("月"))
    if not is_day(month, day):
        return None
    return dated(match.start(), match.end(), text, Date(0, month, day))


def _month(text: str, match: re.Match[str]) -> Quantity:
    month = _int(match[0].rstrip("份").rstrip("月 "))
    return dated(match.start(), match.end(), text, Date(0, month))


def _day(text: str, match: re.Match[str]) -> Quantity:
    return dated(match.start(), match.end(), text, Date(day=_int(match[0].rstrip("日 "))))


def _iso(text: str, match: re.Match[str]) -> Quantity | None:
    year, month, day = (int(part) for part in re.split("[-/.]", match[0]))
    if not is_day(month, day):
        return None
    return dated(match.start(), match.end(), text, Date(year, month, day))


def _year_alone(text: str, match: re.Match[str]) -> Quantity:
    year = _int(match[0].rstrip("年"))
    return dated(match.start(), match.end(), text, Date(year + 2000 if year < 100 else year))


def _decade(text: str, match: re.Match[str]) -> Quantity:
    written = match["dec"]
    if len(written) == 3 and written.endswith("十"):
        written = written[0] + "十"  # 六七十年代
    decade = _int(written)
    if decade < 100:
        century = _century_number(match["cent"]) if match["cent"] else 20
        decade += 100 * (century - 1)
    return dated(match.start(), match.end(), text, Date(decade, part="s"))


def _century(text: str, match: re.Match[str]) -> Quantity:
    return dated(match.start(), match.end(), text, Date(_century_number(match[0]), part="c"))


def _century_number(text: str) -> int:
    if text[0] in "本上":
        return 21 if text[0] == "本" else 20
    return _int(text.removesuffix("世纪"))


def _part_of_year(text: str, match: re.Match[str]) -> Quantity:
    return dated(match.start(), match.end(), text, Date(part=_part(match[0])))


def _clock(text: str, match: re.Match[str]) -> Quantity | None:
    if match["h"] and _SCORES.search(text, max(0, match.start() - 4), match.start()):
        return _score(text, match)
    hour = _int(next(match[name] for name in ("h", "h2", "h3", "h4") if match[name]))
    minute = next((match[name] for name in ("min", "min2", "min3", "min4") if match[name]), "0")
    minutes = 30 if match["half2"] or match["half4"] else _int(minute) if minute else 0
    period = match["period"] or match["period2"] or ""
    late = _LATE.search(period) or (period in ("中午", "午间", "正午") and hour < 6)
    if late and hour < 12:
        hour += 12
    if hour * 60 + minutes > 1440:
        return None
    start = match.start()
    return Quantity(start, match.end(), "", "time", Decimal(hour * 60 + minutes), unit="minute")


# ---- fractions, ordinals, scores ----


def _fraction(text: str, match: re.Match[str]) -> Quantity | None:
    below, above = numerals.chinese(match["den"]), numerals.chinese(match["num"])
    if below is None or above is None or not below.value:
        return None
    unit = "%" if match["den"] in ("百", "千", "万") else "fraction"
    high = above.high
    if match["num2"] and (second := numerals.chinese(match["num2"])):
        high = second.value
    share = (above.value * 100 / below.value).quantize(Decimal("0.000001")).normalize()
    top = None if high is None else (high * 100 / below.value).normalize()
    modifier = _modifier(text, match.start(), match.end())
    return Quantity(match.start(), match.end(), "", "percent", share, top, unit, modifier)


def _twofold(text: str, match: re.Match[str]) -> Quantity:
    times = _int(match["fan"]) if match["fan"] else 1
    value = Decimal(2**times if "番" in match[0] else times + 1)
    modifier = _modifier(text, match.start(), match.end())
    return Quantity(match.start(), match.end(), "", "multiple", value, None, "fold", modifier)


def _half(text: str, match: re.Match[str]) -> Quantity:
    modifier: Modifier = _modifier(text, match.start(), match.end())
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
    modifier = "over" if "多" in match[0] else _modifier(text, *match.span())
    unit = "year" if unit == "century" else unit
    return Quantity(*match.span(), "", "duration", value, None, unit, modifier)


def _ordinal(text: str, match: re.Match[str]) -> Quantity | None:
    numeral = numerals.chinese(match["ord"] or match["term"] or match["congress"])
    if numeral is None or numeral.vague:
        return None
    if match["term"] and re.fullmatch("(?:19|20)[0-9]{2}", match["term"]):
        return dated(match.start(), match.start() + 4, text, Date(int(match["term"])))
    return Quantity(*match.span(), "", "ordinal", numeral.value, numeral.high)


def _score(_text: str, match: re.Match[str]) -> Quantity | None:
    one, other = (numerals.chinese(part.strip()) for part in re.split("[:：比]", match[0]))
    if one is None or other is None:
        return None
    return Quantity(*match.span(), "", "count", one.value, other.value, "score")


# ---- numbers with their units ----

_TAIL = re.compile(
    rf" ?(?P<more>余|多|来)?(?P<half>个半(?=小时|钟头|月|星期))? ?(?:(?P<unit>{UNIT})|(?P<classifier>{CLASSIFIER}))?"
)
_CONNECTOR = re.compile(rf" ?[-~至到] ?(?={CHINESE})")
_HALF_TAIL = re.compile("半(?!径|导)")
_PER = re.compile(r"(?:/|每)")
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
        kind, unit = "measure", "deg"
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
    if kind == "count" and not tail["unit"] and high is None and _YEAR_LIKE.fullmatch(written):
        if not tail["classifier"] or tail["classifier"] == "大":
            return dated(start, start + 4, text, Date(int(value)))
    if kind == "count" and not _is_count(text, start, end, written, numeral, tail):
        return None
    if tail["half"]:
        value += Decimal("0.5")
    elif word and kind in ("duration", "age") and (half := _HALF_TAIL.match(text, end)):
        value, end = value + Decimal("0.5"), half.end()
    elif word == "成" and (extra := re.match("半|[一二三四五六七八九]", text[end : end + 1])):
        value += Decimal("0.5") if extra[0] == "半" else Decimal(_NUMERALS[extra[0]]) / 10
        end += 1
    elif kind == "duration" and unit in _COMPOUND:
        value, unit, end = _compound(text, value, unit, end)
    modifier = _modifier(text, start, end)
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
        not bare or _modifier(text, start, end) != "" or written in _GREAT
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
        return kind in ("count", "duration")
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


def _modifier(text: str, start: int, end: int) -> Modifier:
    after: Modifier = ""
    for modifier, pattern in AFTER:
        if pattern.match(text, end):
            after = modifier
            break
    for modifier, pattern in BEFORE:
        if pattern.search(text, max(0, start - 8), start):
            return modifier
    return after


_Reader = Callable[[str, "re.Match[str]"], "Quantity | None"]
_READERS: dict[str, _Reader] = {
    "full": _full,
    "monthday": _month_day,
    "month": _month,
    "day": _day,
    "iso": _iso,
    "yearalone": _year_alone,
    "decade": _decade,
    "century": _century,
    "part": _part_of_year,
    "clock": _clock,
    "fraction": _fraction,
    "twofold": _twofold,
    "half1": _half,
    "halfunit": _half_unit,
    "ordinal": _ordinal,
    "score": _score,
    "number": _number,
}
