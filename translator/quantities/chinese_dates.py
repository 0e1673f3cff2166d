"""Dates and times of day in a Chinese text."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from translator.quantities import numerals
from translator.quantities.values import Date, Modifier, Quantity, dated, is_day

NUMERALS = {numeral: index + 1 for index, numeral in enumerate("一二三四五六七八九十")}
_YEAR = r"(?:(?:1[0-9]|20|21)[0-9]{2}|[一二][零〇一二三四五六七八九]{3})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_ONES = "[一二三四五六七八九]"
_DAY = rf"(?:3[01]|[12][0-9]|0?[1-9]|三十一?|二?十{_ONES}?|廿{_ONES}?|{_ONES})"
_HALF = (
    r"[上下]半年|[前头][六6九9]个月|第?[一二三四1-4]季度"
    r"|[前头][三3]个?季度|Q[1-4]"
)
_TO = r"[-~至到、和]"
_NOT_DAY = r"(?!内|间|游|龄|均|元|圆|本|益|常|之内|以内|后|前[,，]|无|没|未)"
_PERIOD = (
    r"凌晨|清晨|早晨|早上|清早|上午|中午|午间|正午|下午|午后|傍晚"
    r"|晚上|晚间|夜间|夜里|深夜|当晚|今晚|昨晚|早|晚"
)
_SCORES = re.compile(r"(?:[以分成为比]|[0-9][:：][0-9]{1,2}[、和,，]) ?$")
_LATE = re.compile(r"下午|午后|傍晚|晚|夜间|夜里|深夜")
DATES = (
    rf"(?P<full>(?<![0-9.])(?P<y>{_YEAR}) ?年(?! ?[^,，。]{{0,2}}历史)(?:度|的)?"
    rf"(?: ?(?P<m>{_MONTH}) ?月(?:份)?(?: ?(?P<d>{_DAY}) ?[日号])?| ?(?P<half>{_HALF}))?)"
    rf"|(?P<monthday>(?<![0-9.]){_MONTH} ?月 ?{_DAY} ?[日号](?!线|楼|院|店))"
    rf"|(?P<month>(?<![0-9.个]){_MONTH} ?月(?:份(?!额))?(?![份亮球饼刊龄薪票嫂季光色牙])"
    rf"|(?<![0-9.])(?:1[0-2]|[1-9])(?={_TO}(?:1[0-2]|[1-9])月))"
    rf"|(?P<day>(?<![0-9.])(?:{_DAY}(?<![一二三四五六七八九])|{_DAY}(?<=[十廿]一)"
    rf"|[十廿][一二三四五六七八九]) ?日{_NOT_DAY}"
    rf"|(?<=[至到~-])[一二三四五六七八九]日{_NOT_DAY}"
    rf"|(?<![0-9.])(?:3[01]|[12][0-9]|0?[1-9])(?={_TO}(?:3[01]|[12][0-9]|0?[1-9])日{_NOT_DAY}))"
    r"|(?P<iso>(?<![0-9.])(?:19|20)[0-9]{2}[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12][0-9]"
    r"|0?[1-9])(?![0-9.]))"
    rf"|(?P<yearalone>(?<![0-9.,]){_YEAR}(?=[-~至到/](?:20|19)?[0-9]{{2}}(?:年|学年|财年|赛季"
    r"|年度))"
    rf"|(?<![0-9.,])(?:19|20)[0-9]{{2}}(?=学年|财年|赛季|届|款|版|财政年度"
    r"|[北东巴里平伦雅][京奥黎约昌敦典])"
    r"|(?<![0-9.,])0[0-9]年|(?<=[-~至/])[0-9]{2}(?=学年|财年|赛季))"
    r"|(?P<decade>(?:(?P<cent>上个?世纪|本世纪|(?:1[0-9]|20|21|十[六七八九]|二十一?) ?世纪) ?)?"
    rf"(?P<dec>(?:1[0-9]|20)[0-9]0|[0-9]0|[一二三四五六七八九]{{1,2}}十) ?年代)"
    r"|(?P<century>本世纪|上个?世纪|(?<![0-9])(?:1[0-9]|2[01]|[1-9]|十[一二三四五六七八九]"
    r"|二十一?) ?世纪)"
    rf"|(?P<part>{_HALF})"
    rf"|(?P<clock>(?:(?P<period>{_PERIOD}) ?)?(?<![0-9:.])(?P<h>2[0-4]|1[0-9]"
    r"|0?[0-9]) ?[:：] ?(?P<min>[0-5][0-9])(?:[:：][0-5][0-9])?(?![0-9:：%])"
    rf"|(?:(?P<period2>{_PERIOD})(?P<h2>2[0-4]|1[0-9]|0?[0-9]|[一二两三四五六七八九]"
    r"|十[一二]?) ?[时点]"
    r"(?:(?P<min2>[0-5]?[0-9](?=分)|[1-5][0-9]|[零二三四五]?十[一二三四五六七八九]?"
    r"|零?[一二三四五六七八九](?=分))分?|(?P<half2>半)|整|钟)?)"
    r"|(?<![0-9.])(?P<h3>2[0-4]|1[0-9]|0?[0-9]) ?时(?!间|代|期|速|尚|段|刻|常|空|长|事|差|任|装"
    r"|评)(?:(?P<min3>[0-5]?[0-9])分)?"
    r"|(?<![0-9.])(?P<h4>2[0-4]|1[0-9]|0?[0-9]|[一二两三四五六七八九]|十[一二]?) ?点 ?(?:钟|整"
    r"|(?P<half4>半)|(?P<min4>[0-5]?[0-9]) ?分))"
)


def integer(text: str) -> int:
    """A numeral as an integer; 0 where it is none."""
    numeral = numerals.chinese(text)
    return int(numeral.value) if numeral else 0


def _full(text: str, match: re.Match[str]) -> Quantity | None:
    year, month, day = integer(match["y"]), integer(match["m"] or "0"), integer(match["d"] or "0")
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
    return f"Q{NUMERALS.get(digit, digit)}"


def _month_day(text: str, match: re.Match[str]) -> Quantity | None:
    month, day = (integer(part) for part in match[0].rstrip("日号 ").replace(" ", "").split("月"))
    if not is_day(month, day):
        return None
    return dated(match.start(), match.end(), text, Date(0, month, day))


def _month(text: str, match: re.Match[str]) -> Quantity:
    month = integer(match[0].rstrip("份").rstrip("月 "))
    return dated(match.start(), match.end(), text, Date(0, month))


def _day(text: str, match: re.Match[str]) -> Quantity:
    return dated(match.start(), match.end(), text, Date(day=integer(match[0].rstrip("日 "))))


def _iso(text: str, match: re.Match[str]) -> Quantity | None:
    year, month, day = (int(part) for part in re.split("[-/.]", match[0]))
    if not is_day(month, day):
        return None
    return dated(match.start(), match.end(), text, Date(year, month, day))


def _year_alone(text: str, match: re.Match[str]) -> Quantity:
    year = integer(match[0].rstrip("年"))
    if year < 100:  # 1995-96赛季, 08年
        before = re.search(r"((?:19|20)[0-9]{2})[-~至/]$", text[: match.start()][-6:])
        year += int(before[1]) // 100 * 100 if before else 2000
    return dated(match.start(), match.end(), text, Date(year))


def _decade(text: str, match: re.Match[str]) -> Quantity:
    written = match["dec"]
    if len(written) == 3 and written.endswith("十"):
        written = written[0] + "十"  # 六七十年代
    decade = integer(written)
    if decade < 100:
        century = _century_number(match["cent"]) if match["cent"] else 20
        decade += 100 * (century - 1)
    return dated(match.start(), match.end(), text, Date(decade, part="s"))


def _century(text: str, match: re.Match[str]) -> Quantity:
    return dated(match.start(), match.end(), text, Date(_century_number(match[0]), part="c"))


def _century_number(text: str) -> int:
    if text[0] in "本上":
        return 21 if text[0] == "本" else 20
    return integer(text.removesuffix("世纪").strip())


def _part_of_year(text: str, match: re.Match[str]) -> Quantity:
    return dated(match.start(), match.end(), text, Date(part=_part(match[0])))


def _clock(text: str, match: re.Match[str]) -> Quantity | None:
    if match["h"] and _SCORES.search(text, max(0, match.start() - 4), match.start()):
        return read_score(text, match)
    hour = integer(next(match[name] for name in ("h", "h2", "h3", "h4") if match[name]))
    minute = next((match[name] for name in ("min", "min2", "min3", "min4") if match[name]), "0")
    minutes = 30 if match["half2"] or match["half4"] else integer(minute) if minute else 0
    period = match["period"] or match["period2"] or ""
    late = _LATE.search(period) or (period in ("中午", "午间", "正午") and hour < 6)
    if late and hour < 12:
        hour += 12
    if hour * 60 + minutes > 1440:
        return None
    start = match.start()
    return Quantity(start, match.end(), "", "time", Decimal(hour * 60 + minutes), unit="minute")


def read_score(_text: str, match: re.Match[str]) -> Quantity | None:
    """21:25, 3比1: the points of either side."""
    one, other = (numerals.chinese(part.strip()) for part in re.split("[:：比]", match[0]))
    if one is None or other is None:
        return None
    return Quantity(*match.span(), "", "count", one.value, other.value, "score")


Reader = Callable[[str, "re.Match[str]"], "Quantity | None"]
READERS: dict[str, Reader] = {
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
    "score": read_score,
}
