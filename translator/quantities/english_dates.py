"""Dates and times of day in an English text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from translator.quantities import numerals
from translator.quantities.numerals import ORDINALS
from translator.quantities.values import MONTHS, Date, Quantity, dated, full_year, is_day

_MONTH_NUMBER = {name[:3].lower(): index + 1 for index, name in enumerate(MONTHS)}
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?![A-Za-z])\.?"
)
_YEAR = r"(?:1[0-9]|20|21)[0-9]{2}(?![0-9]|,[0-9]|\.[0-9])"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?(?![0-9A-Za-z]|[.,:][0-9]|%)"
_ORDINAL_DAY = "|".join(word for word, value in ORDINALS.items() if value <= 31)
_PART = (
    r"(?P<{0}>(?:the )?(?:first|second|latter|last) half(?! (?:a|an|hour|century|-))"
    r"|H[12](?![0-9A-Za-z])"
    r"|(?:the )?(?:first|second|third|fourth|1st|2nd|3rd|4th|last)[ -]quarter(?!-?final)"
    r"|Q[1-4](?![0-9A-Za-z])"
    r"|(?:the )?first (?:three|3) quarters|(?:the )?first (?:six|6|nine|9) months)"
)
DATES = (
    rf"(?P<iso>(?<![0-9/.-])(?:19|20)[0-9]{{2}}[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12][0-9]"
    r"|0?[1-9])(?![0-9]|-[0-9]))"
    rf"|(?P<monthday>(?<![A-Za-z])(?P<mm>{_MONTH}) ?(?:the )?(?P<md>{_DAY})"
    rf"(?: ?(?:-|to|through|until|till|and|,) ?(?:the )?(?P<md2>{_DAY})(?! ?(?:{_MONTH}|percent"
    r"|per|%|million|people|[a-z]+s ))(?! [a-z]))?"
    rf"(?:,? (?:of )?(?P<my>{_YEAR})(?!-year|%))?)"
    rf"|(?P<daymonth>(?<![0-9.,A-Za-z$-])(?:the )?(?P<dd>{_DAY}|(?:{_ORDINAL_DAY}))"
    r"(?: ?(?:-|to|through|until|till|and"
    rf"|,) ?(?:the )?(?P<dd2>{_DAY}))?(?: of)?,? (?P<dm>{_MONTH})(?:,? (?P<dy>{_YEAR}))?)"
    rf"|(?P<monthyear>(?<![A-Za-z])(?P<ym>{_MONTH})(?:,| of|,? in)? (?P<yy>{_YEAR}))"
    r"|(?P<month>(?<![A-Za-z])(?!May (?:[a-z]+ )?(?:be|have|not|I|we|you|he|she|it"
    rf"|they)\b)(?:{'|'.join(MONTHS)})(?!-?[A-Za-z])"
    r"|(?<![A-Za-z])(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?=[.-])"
    r"|(?<=-)(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?![A-Za-z-]))"
    r"|(?P<decade>(?<![0-9.,$-])(?:the )?(?:mid-|early |late )?(?P<dec>(?:1[0-9]"
    r"|20)[0-9]0)'?s(?![a-z])"
    r"|(?<![0-9A-Za-z])'(?P<dec2>[0-9]0)s(?![a-z])|(?:the )?(?P<dec3>twenties|thirties|forties"
    r"|fifties|sixties|seventies|eighties|nineties)"
    r"(?: of the (?:last|20th|twentieth) century)?)"
    r"|(?P<cohort>(?<![A-Za-z])post-(?P<born>(?:19|20)?[0-9][05])s?(?![0-9a-z]))"
    r"|(?P<century>(?P<cen>(?:1[0-9]|2[01]|[1-9])(?:st|nd|rd|th)"
    r"|(?<![a-z-])[a-z]{2,12}(?:-[a-z]{2,8})?)[ -]century(?: [BA]CE?)?)"
    rf"|(?P<part>{_PART.format('p1')}(?: of (?:the |this |last )?(?:year )?(?P<py>{_YEAR})"
    rf"|,? (?P<py2>{_YEAR}))?"
    rf"|(?P<py3>{_YEAR})'s {_PART.format('p2')})"
    r"|(?P<clock>(?<![0-9:.,$])(?P<h>2[0-4]|1[0-9]"
    r"|0?[0-9])(?:[:.](?P<min>[0-5][0-9])(?::[0-5][0-9])?)? ?(?P<ap>a\.?m\.?"
    r"|p\.?m\.?)(?![A-Za-z])"
    r"|(?<![0-9:.,$])(?P<h2>2[0-4]|1[0-9]"
    r"|0?[0-9]):(?P<min2>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])(?: (?P<ap2>in the (?:morning"
    r"|afternoon|evening)|at night))?"
    r"|(?P<h3>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve) o'clock(?: (?P<ap3>in the (?:morning|afternoon|evening)|at night))?"
    r"|(?:half past (?P<h4>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve))(?: (?P<ap4>in the (?:morning|afternoon|evening)|at night))?"
    r"|(?P<noon>(?<![a-z])(?:noon|midnight))(?![a-z]))"
)


def _month(text: str) -> int:
    return _MONTH_NUMBER[text[:3].lower()]


def _day_number(text: str) -> int:
    return ORDINALS.get(text.lower()) or int(re.sub("[a-z]", "", text.lower()))


def _iso(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    year, month, day = (int(part) for part in re.split("[-/.]", match[0]))
    if is_day(month, day):
        yield dated(match.start(), match.end(), text, Date(year, month, day))


def _month_day(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    month, day, year = _month(match["mm"]), _day_number(match["md"]), int(match["my"] or 0)
    end = match.end() if not match["md2"] else match.end("md")
    yield dated(match.start(), end, text, Date(year, month, day))
    if match["md2"]:
        yield dated(
            match.start("md2"), match.end(), text, Date(year, month, _day_number(match["md2"]))
        )


def _day_month(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    month, day, year = _month(match["dm"]), _day_number(match["dd"]), int(match["dy"] or 0)
    if match["dd2"]:
        yield dated(match.start(), match.end("dd"), text, Date(year, month, day))
        second = _day_number(match["dd2"])
        yield dated(match.start("dd2"), match.end(), text, Date(year, month, second))
    else:
        yield dated(match.start(), match.end(), text, Date(year, month, day))


def _month_year(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    date = Date(int(match["yy"]), _month(match["ym"]))
    yield dated(match.start(), match.end(), text, date)


def _month_alone(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    if match[0][0].isupper():
        yield dated(match.start(), match.end(), text, Date(0, _month(match[0])))


_DECADES = {
    word: 1920 + 10 * index
    for index, word in enumerate(
        [
            "twenties",
            "thirties",
            "forties",
            "fifties",
            "sixties",
            "seventies",
            "eighties",
            "nineties",
        ]
    )
}


_ONES_AGE = re.compile(r"(?:his|her|their|my|your|in) (?:early |late |mid-)?$")


def _decade(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    if match["dec"]:
        year = int(match["dec"])
    elif match["dec2"]:
        year = 1900 + int(match["dec2"])
    else:
        year = _DECADES[match["dec3"].lower()]
        before = text[max(0, match.start() - 12) : match.start()].lower()
        if _ONES_AGE.search(before) and not match[0].lower().startswith("the"):
            age = Decimal(year - 1900)
            yield Quantity(*match.span(), "", "age", age, None, "year", "vague")
            return
    yield dated(match.start(), match.end(), text, Date(year, part="s"))


def _cohort(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    year = int(match["born"])
    if year < 100:
        year = full_year(year)
    yield dated(*match.span(), text, Date(year, part="" if year % 10 else "s"))


def _century(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    word = match["cen"].lower()
    number = ORDINALS.get(word) or (int(word[:-2]) if word[0].isdigit() else 0)
    if not number:
        number = {"this": 21, "last": 20, "new": 21, "present": 21, "previous": 20}.get(word, 0)
    if number:
        yield dated(match.start(), match.end(), text, Date(number, part="c"))


def _part(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    words = (match["p1"] or match["p2"]).lower().removeprefix("the ")
    year = int(match["py"] or match["py2"] or match["py3"] or 0)
    if words.endswith(("quarters", "nine months", "9 months")):
        part = "Q1-3"
    elif words.endswith("months"):
        part = "H1"
    elif words[0] in "qh" and words[1].isdigit():
        part = words.upper()
    else:
        number = {"f": 1, "1": 1, "s": 2, "2": 2, "t": 3, "3": 3, "4": 4, "l": 2}[words[0]]
        number = 4 if words.startswith("fourth") else number
        kind = "H" if words.endswith("half") else "Q"
        part = f"{kind}{4 if words.startswith('last') and kind == 'Q' else number}"
    yield dated(match.start(), match.end(), text, Date(year, part=part))


def _clock(_text: str, match: re.Match[str]) -> Iterator[Quantity]:
    if match["noon"]:
        minutes = 720 if match["noon"].lower() == "noon" else 0
    else:
        word = next(match[name] for name in ("h", "h2", "h3", "h4") if match[name]).lower()
        hour = int(word) if word.isdigit() else int(numerals.english_words(word)[0])  # type: ignore[index]
        minute = int(match["min"] or match["min2"] or (30 if match["h4"] else 0))
        half = (match["ap"] or match["ap2"] or match["ap3"] or match["ap4"] or "").lower()
        if half and (half[0] == "p" or "noon" in half or "evening" in half or "night" in half):
            hour += 12 if hour < 12 else 0
        elif half and hour == 12:
            hour = 0
        minutes = hour * 60 + minute
        if minutes > 1440:
            return
    yield Quantity(*match.span(), "", "time", Decimal(minutes), None, "minute")


Reader = Callable[[str, "re.Match[str]"], "Iterator[Quantity]"]
READERS: dict[str, Reader] = {
    "iso": _iso,
    "monthday": _month_day,
    "daymonth": _day_month,
    "monthyear": _month_year,
    "month": _month_alone,
    "decade": _decade,
    "cohort": _cohort,
    "century": _century,
    "part": _part,
    "clock": _clock,
}
