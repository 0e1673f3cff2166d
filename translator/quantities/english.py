"""The quantities of an English text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from translator.quantities import numerals
from translator.quantities.english_words import (
    AFTER,
    BEFORE,
    NOISE,
    PREFIX,
    PREFIXES,
    UNIT_MEANING,
    UNIT_PATTERN,
    WIDE,
)
from translator.quantities.numerals import ENGLISH_FIGURES, ENGLISH_WORDS, ORDINALS
from translator.quantities.values import MONTHS, Date, Kind, Modifier, Quantity, dated, is_day


def in_english(text: str) -> list[Quantity]:
    """The quantities of an English text, in order; their offsets are those of the text."""
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
        found = list(_READERS[match.lastgroup or ""](text, match))
        if not found and match.lastgroup != "number":
            number = _NUMBER.match(text, match.start())
            found = list(_number(text, number)) if number else []
        yield from found
        position = max(found[-1].end, match.start() + 1) if found else match.end()


# ---- dates and times ----

_MONTH_NUMBER = {name[:3].lower(): index + 1 for index, name in enumerate(MONTHS)}
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?![A-Za-z])\.?"
)
_YEAR = r"(?:1[0-9]|20|21)[0-9]{2}(?![0-9]|,[0-9]|\.[0-9])"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?(?![0-9A-Za-z]|[.,:][0-9]|%)"
_ORDINAL_DAY = "|".join(word for word, value in ORDINALS.items() if value <= 31)
_PART = (
    r"(?P<{0}>(?:the )?(?:first|second|latter|last) half(?! (?:a|an|hour|century|-))|H[12](?![0-9A-Za-z])"
    r"|(?:the )?(?:first|second|third|fourth|1st|2nd|3rd|4th|last)[ -]quarter(?!-?final)|Q[1-4](?![0-9A-Za-z])"
    r"|(?:the )?first (?:three|3) quarters|(?:the )?first (?:six|6|nine|9) months)"
)
_DATES = (
    rf"(?P<iso>(?<![0-9/.-])(?:19|20)[0-9]{{2}}[-/.](?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12][0-9]|0?[1-9])(?![0-9]|-[0-9]))"
    rf"|(?P<monthday>(?<![A-Za-z])(?P<mm>{_MONTH}) ?(?:the )?(?P<md>{_DAY})"
    rf"(?: ?(?:-|to|through|until|till|and|,) ?(?:the )?(?P<md2>{_DAY})(?! ?(?:{_MONTH}|percent|per|%|million|people|[a-z]+s ))(?! [a-z]))?"
    rf"(?:,? (?:of )?(?P<my>{_YEAR})(?!-year|%))?)"
    rf"|(?P<daymonth>(?<![0-9.,A-Za-z$-])(?:the )?(?P<dd>{_DAY}|(?:{_ORDINAL_DAY}))"
    rf"(?: ?(?:-|to|through|until|till|and|,) ?(?:the )?(?P<dd2>{_DAY}))?(?: of)?,? (?P<dm>{_MONTH})(?:,? (?P<dy>{_YEAR}))?)"
    rf"|(?P<monthyear>(?<![A-Za-z])(?P<ym>{_MONTH})(?:,| of|,? in)? (?P<yy>{_YEAR}))"
    rf"|(?P<month>(?<![A-Za-z])(?!May (?:[a-z]+ )?(?:be|have|not|I|we|you|he|she|it|they)\b)(?:{'|'.join(MONTHS)})(?!-?[A-Za-z]))"
    rf"|(?P<decade>(?<![0-9.,$-])(?:the )?(?:mid-|early |late )?(?P<dec>(?:1[0-9]|20)[0-9]0)'?s(?![a-z])"
    r"|(?<![0-9A-Za-z])'(?P<dec2>[0-9]0)s(?![a-z])|(?:the )?(?P<dec3>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)"
    r"(?: of the (?:last|20th|twentieth) century)?)"
    r"|(?P<century>(?P<cen>(?:1[0-9]|2[01]|[1-9])(?:st|nd|rd|th)|[a-z]+(?:-[a-z]+)?)[ -]century(?: [BA]CE?)?)"
    rf"|(?P<part>{_PART.format('p1')}(?: of (?:the |this |last )?(?:year )?(?P<py>{_YEAR})|,? (?P<py2>{_YEAR}))?"
    rf"|(?P<py3>{_YEAR})'s {_PART.format('p2')})"
    r"|(?P<clock>(?<![0-9:.,$])(?P<h>2[0-4]|1[0-9]|0?[0-9])(?:[:.](?P<min>[0-5][0-9])(?::[0-5][0-9])?)? ?(?P<ap>a\.?m\.?|p\.?m\.?)(?![A-Za-z])"
    r"|(?<![0-9:.,$])(?P<h2>2[0-4]|1[0-9]|0?[0-9]):(?P<min2>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])(?: (?P<ap2>in the (?:morning|afternoon|evening)|at night))?"
    r"|(?P<h3>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) o'clock(?: (?P<ap3>in the (?:morning|afternoon|evening)|at night))?"
    r"|(?:half past (?P<h4>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))(?: (?P<ap4>in the (?:morning|afternoon|evening)|at night))?"
    r"|(?P<noon>(?<![a-z])(?:noon|midnight))(?![a-z]))"
)
_PORTIONS = r"third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|fifteenth|twentieth|hundredth|thousandth"
_OTHER = (
    rf"(?P<fraction>(?:(?P<whole>{ENGLISH_FIGURES}|{ENGLISH_WORDS}) and )?(?:(?P<num>[0-9]{{1,2}}|an?|one|two|three|four|five|six|seven|eight|nine)[ -](?P<den>{_PORTIONS})(?P<many>s?)"
    r"(?= of| the| as| to|[ ,.;)]|$|-)(?![ -](?:century|place|time|day|year|party|session|plenary|generation|grade|floor|edition))"
    r"|(?<![0-9/.])(?P<fn>[1-9])/(?P<fd>[2-9]|10)(?![0-9/]))"
    rf"|(?P<x>{ENGLISH_WORDS}|[0-9]{{1,3}}) (?:in|out of)(?: every)? (?P<y>ten|10|100|five|three|four|a hundred|one hundred)(?![ -]?(?:years|months|days|people|,?[0-9]|cities|countries)))"
    r"|(?P<multiple>(?:re)?doubl(?:ed?|es|ing)(?![- ](?:first|major|taxation|reduction|room|bed|standard))|(?:tripl|trebl)(?:ed?|es|ing)|quadrupl(?:ed?|es|ing)|quintupl(?:ed?|ing)"
    rf"|halv(?:ed?|es|ing)|twice|thrice|(?P<fold>{ENGLISH_WORDS}|{ENGLISH_FIGURES})-?fold|(?P<fold2>two|three|four|five|six|seven|eight|nine|ten)fold)(?![a-z])"
    r"|(?P<half>(?:one[ -]|a )?half(?! (?:an? )?(?:hour|day|year|month|century|million|billion|dozen|thousand|hundred|trillion|time)|[-'a-z]))"
    r"|(?P<halfunit>(?:half an? |half-?an?-|half-|a half )(?P<hu>hour|day|year|month|century|decade)|an? (?P<hu2>hour|day|year|month|century) and a half|(?P<hu3>six)-month(?!s))"
    r"|(?P<vague>(?:several |many |some |a few |few )?(?:hundreds|thousands|tens|dozens|scores|millions|billions|trillions)(?: of (?:hundreds|thousands|millions|billions))*(?= of|[ ,.;]|$)"
    r"|(?:several|a few|few) (?:dozen|hundred|thousand|million|billion)(?: (?:thousand|million|billion))?)"
    r"|(?P<one>(?<![a-z0-9.-])(?:an? )?decade(?![a-z])|(?<![a-z0-9.-])an? (?:century|percentage point)(?! and a half))"
    rf"|(?P<ordinal>(?<![0-9.,A-Za-z])[0-9]{{1,4}}(?:,[0-9]{{3}})?(?:st|nd|rd|th)(?![A-Za-z])|(?<![A-Za-z-])(?:{'|'.join(sorted(ORDINALS, key=len, reverse=True))})(?![A-Za-z]))"
    r"|(?P<age>(?<![A-Za-z])(?:aged|age|ages|age of|turn(?:s|ed|ing)) (?P<years>[1-9][0-9]?|1[01][0-9])(?![0-9%]|[.,][0-9])(?: (?:to|and|-) |-)?(?P<older>[1-9][0-9]?(?![0-9]))?)"
)
_FIGURES = rf"(?<![0-9A-Za-z.]){ENGLISH_FIGURES}"
_PLAIN = rf"(?:{_FIGURES}|(?<![A-Za-z]){ENGLISH_WORDS})"
_NUM = rf"(?:{PREFIX} ?)?{_PLAIN}"
_START = re.compile(rf"(?:{_DATES}|{_OTHER}|(?P<number>{_NUM}))", re.IGNORECASE)
_NUMBER = re.compile(rf"(?P<prefix>{PREFIX} ?)?(?P<value>{_PLAIN})", re.IGNORECASE)
_UNIT = re.compile(rf"(?:[ -]|-?\(?)?(?:{UNIT_PATTERN})(?![A-Za-z0-9²³])", re.IGNORECASE)
_LINK = re.compile(
    rf" ?(?:-|~|to|and|or)(?: ?(?:about|around|over|more than|nearly))? ?(?={_NUM})", re.IGNORECASE
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
        "twenties thirties forties fifties sixties seventies eighties nineties".split()
    )
}


def _decade(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    if match["dec"]:
        year = int(match["dec"])
    elif match["dec2"]:
        year = 1900 + int(match["dec2"])
    else:
        year = _DECADES[match["dec3"].lower()]
        before = text[max(0, match.start() - 12) : match.start()].lower()
        if re.search(
            r"(?:his|her|their|my|your|in) (?:early |late |mid-)?$", before
        ) and not re.search("the", match[0], re.IGNORECASE):
            return
    yield dated(match.start(), match.end(), text, Date(year, part="s"))


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


def _clock(text: str, match: re.Match[str]) -> Iterator[Quantity]:
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


# ---- fractions, multiples, ordinals, ages ----

_PORTION = {"quarter": 4, "third": 3, "half": 2}


def _share(text: str, match: re.Match[str], above: Decimal, below: Decimal) -> Quantity:
    value = (above * 100 / below).quantize(Decimal("0.000001")).normalize()
    modifier = _modifier(text, match.start(), match.end())
    return Quantity(*match.span(), "", "percent", value, None, "fraction", modifier)


def _fraction(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    if match["fn"]:
        yield _share(text, match, Decimal(match["fn"]), Decimal(match["fd"]))
    elif match["x"]:
        yield _share(text, match, _plain(match["x"]), _plain(match["y"]))
    else:
        word = match["den"].lower()
        below = _PORTION.get(word) or ORDINALS[word]
        above = Decimal(1) if match["num"].lower() in ("a", "an") else _plain(match["num"])
        if (above != 1) != bool(match["many"]) and match["num"].lower() != "one" and above != 1:
            return
        if above == 1 and match["many"]:
            return
        if match["whole"]:
            value = _plain(match["whole"]) + above / below
            yield Quantity(
                *match.span(), "", "count", value, None, "", _modifier(text, *match.span())
            )
        else:
            yield _share(text, match, above, Decimal(below))


def _plain(text: str) -> Decimal:
    if text[0].isdigit():
        return numerals.english_figures(text)
    words = numerals.english_words(text)
    return words[0] if words else Decimal(0)


_STEMS = {"double": 2, "doubli": 2, "redoub": 2, "triple": 3, "tripli": 3, "treble": 3, "trebli": 3}
_STEMS |= {"quadru": 4, "quintu": 5, "twice": 2, "thrice": 3}


_AS_VERB = re.compile(
    r"\b(?:to|will|would|can|could|may|might|than|nearly|almost|about|the|and) $", re.IGNORECASE
)


def _multiple(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    word = match[0].lower()
    modifier = _modifier(text, *match.span())
    if word.startswith("halv"):
        yield Quantity(*match.span(), "", "percent", Decimal(50), None, "fraction", modifier)
        return
    if match["fold"] or match["fold2"]:
        value, unit = _plain(match["fold"] or match["fold2"]), "times"
    else:
        value = Decimal(next(size for stem, size in _STEMS.items() if word.startswith(stem)))
        unit = "times" if word in ("twice", "thrice") else "fold"
        before = text[max(0, match.start() - 10) : match.start()]
        if word in ("double", "triple", "treble", "quadruple") and not _AS_VERB.search(before):
            modifier = "weak"  # double room, triple jump
    yield Quantity(*match.span(), "", "multiple", value, None, unit, modifier)


def _half(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    modifier = _modifier(text, *match.span())
    yield Quantity(*match.span(), "", "percent", Decimal(50), None, "fraction", modifier)


def _half_unit(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    unit = (match["hu"] or match["hu2"] or "month").lower()
    value = Decimal("0.5") if match["hu"] else Decimal("1.5") if match["hu2"] else Decimal(6)
    if unit in ("century", "decade"):
        value, unit = value * (100 if unit == "century" else 10), "year"
    modifier = _modifier(text, *match.span())
    yield Quantity(*match.span(), "", "duration", value, None, unit, modifier)


_ROUGH = {"tens": 10, "dozen": 10, "dozens": 10, "scores": 20, "hundred": 100, "hundreds": 100}
_ROUGH |= {
    word + end: size for word, size in numerals.SCALES.items() if len(word) > 4 for end in ("", "s")
}


def _vague(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    value = Decimal(1)
    for word in re.findall("[a-z]+", match[0].lower()):
        value *= _ROUGH.get(word, 1)
    end = match.end()
    kind: Kind = "count"
    unit, size = "", Decimal(1)
    if tail := _UNIT.match(text, end):
        kind, unit, size = UNIT_MEANING[tail.lastgroup or ""]
        end = tail.end()
    elif tail := re.compile(rf" of (?:{UNIT_PATTERN})(?![A-Za-z])", re.IGNORECASE).match(text, end):
        kind, unit, size = UNIT_MEANING[tail.lastgroup or ""]
        end = tail.end()
    yield Quantity(match.start(), end, "", kind, value * size, None, unit, "vague")


def _one(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    word = match[0].lower().split()[-1]
    modifier: Modifier = _modifier(text, *match.span()) or "weak"
    if word == "point":
        yield Quantity(*match.span(), "", "points", Decimal(1), None, "pp", modifier)
    else:
        years = Decimal(10 if word == "decade" else 100)
        yield Quantity(*match.span(), "", "duration", years, None, "year", modifier)


def _ordinal(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    word = match[0].lower()
    value = ORDINALS[word] if word in ORDINALS else int(word[:-2].replace(",", ""))
    yield Quantity(*match.span(), "", "ordinal", Decimal(value))


def _age(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    high = Decimal(match["older"]) if match["older"] else None
    end = match.end() if match["older"] else match.end("years")
    start = match.start()
    yield Quantity(
        start, end, "", "age", Decimal(match["years"]), high, "year", _modifier(text, start, end)
    )


# ---- numbers with their units ----


class _Read:
    """One number: its span, value, currency prefix and the unit behind it."""

    def __init__(self, text: str, match: re.Match[str]) -> None:
        self.start, self.end = match.span()
        self.written = match["value"]
        if self.written[0].isdigit():
            self.value = numerals.english_figures(self.written)
        else:
            words = numerals.english_words(self.written)
            self.value, used = words if words else (Decimal(0), len(self.written))
            self.end = match.start("value") + used
            self.written = self.written[:used]
        self.currency = PREFIXES[match["prefix"].strip().lower()] if match["prefix"] else ""
        self.unit: tuple[Kind, str, Decimal] | None = None
        self.tail = self.end
        if unit := _UNIT.match(text, self.end):
            self.unit = UNIT_MEANING[unit.lastgroup or ""]
            self.tail = unit.end()
            self._check(text, unit[0])

    def _check(self, text: str, word: str) -> None:
        """Letters that are no unit here: the m of 327m was a scale, "degrees" may be academic."""
        word = word.strip(" -(").lower()
        after = text[self.tail : self.tail + 12].lower()
        before = text[max(0, self.start - 12) : self.start].lower()
        wrong = word in ("degree", "degrees") and (
            after.startswith((" of sep", " from", " in ")) or "angle" in after or "turn" in before
        )
        wrong = wrong or (word in ("a", "li", "mu") and self.written[:1].isalpha() and word != "mu")
        hyphen = text[self.end : self.end + 1] == "-"
        wrong = wrong or (word == "second" and not hyphen and self.value != 1)
        wrong = wrong or (
            word in ("l", "t", "g", "w", "v", "c", "f", "m") and self.written[:1].isalpha()
        )
        if wrong:
            self.unit, self.tail = None, self.end
        elif word == "times" and self.value == 1:
            self.unit = None

    @property
    def scaled(self) -> bool:
        return re.search("[a-z]", self.written.lower().removeprefix("a ")) is not None


def _number(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    again = _NUMBER.match(text, match.start())
    if again is None:
        return
    low = _Read(text, again)
    high: _Read | None = None
    link = _LINK.match(text, low.tail)
    if link and (second := _NUMBER.match(text, link.end())):
        other = _Read(text, second)
        if _joins(text, link[0].strip().lower(), low, other):
            high = other
            _share_scale(low, other)
    if high and low.value > high.value and not _is_year(text, low, high):
        if (
            link
            and link[0] == "-"
            and low.written.isdigit()
            and high.written.isdigit()
            and not high.unit
        ):
            yield Quantity(low.start, high.end, "", "count", low.value, high.value, "score")
            return
        high = None
    yield from _assemble(text, low, high)


def _joins(text: str, link: str, low: _Read, high: _Read) -> bool:
    if low.unit and low.unit != high.unit:
        return False
    if high.currency and high.currency != low.currency:
        return False
    if link.startswith(("and", "or")):
        between = re.search(r"between ?$", text[max(0, low.start - 9) : low.start], re.IGNORECASE)
        close = link == "or" and high.value - low.value == 1 and high.value < 20
        return between is not None or close
    if link[0] == "-" and (text[high.end : high.end + 1] == "-" or not low.written[0].isdigit()):
        return high.unit is not None
    return True


def _share_scale(low: _Read, high: _Read) -> None:
    """3 to 5 million, $3-5bn: the scale stands once, for both ends."""
    if low.scaled and low.written[0].isdigit():
        return
    scale = re.search(
        r"(hundred|thousand|million|billion|trillion|trn|tn|bn|mln|mn|[kmb])$", high.written.lower()
    )
    if scale and not re.search("hundred|thousand|illion", low.written.lower()):
        size = Decimal(numerals.SCALES[scale[1]])
        if low.value < high.value / size:
            low.value *= size


def _assemble(text: str, low: _Read, high: _Read | None) -> Iterator[Quantity]:
    last = high or low
    kind: Kind = "count"
    unit, size, end = "", Decimal(1), last.end
    if last.unit:
        kind, unit, size = last.unit
        end = last.tail
    if low.currency and kind not in ("percent", "points"):
        if kind == "money":
            unit = low.currency if unit == "USD" else unit
        else:
            kind, unit, size, end = "money", low.currency, Decimal(1), last.end
    value, top = low.value * size, None if high is None else high.value * size
    modifier = _modifier(text, low.start, end)
    if kind == "measure" and unit == "C" and "degree" in text[last.end : end].lower():
        pass
    if kind == "count" and not low.currency:
        if _is_year(text, low, high):
            yield dated(low.start, low.end, text, Date(int(low.value)))
            if high is not None:
                yield dated(high.start, high.end, text, Date(_full_year(low, high)))
            return
        if low.written.lower() in ("one", "a", "an") and high is None:
            return
    if kind == "duration" and unit in ("hour", "minute") and high is None:
        value, unit, end = _compound(text, value, unit, end)
    if kind == "duration" and (half := re.compile(" and a half(?![a-z])").match(text, end)):
        value, end = value + Decimal("0.5"), half.end()
    if (
        not modifier
        and low.written.lower() == "one"
        and high is None
        and kind in ("duration", "multiple")
    ):
        modifier = "weak"
    yield Quantity(low.start, end, "", kind, value, top, unit, modifier)


def _full_year(low: _Read, high: _Read) -> int:
    value = int(high.value)
    return value if value > 100 else int(low.value) // 100 * 100 + value


_YEAR_BEFORE = re.compile(
    r"(?:\b(?:in|of|by|since|from|until|till|to|during|through|before|after|early|late|mid|for|year|and|the|between|fiscal|back|than|-)[ -]|[,(] ?|^)$",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r" (?:[a-z]+ )?(?:people|households|villagers|[a-z]{3,}s)(?![a-z'])(?! (?:is|was|will|has))"
)


def _is_year(text: str, low: _Read, high: _Read | None) -> bool:
    if not re.fullmatch("1[0-9]{3}|20[0-9]{2}|21[0-9]{2}", low.written):
        return False
    if high is not None:
        return (
            re.fullmatch("(?:1[0-9]|20|21)?[0-9]{2}", high.written) is not None
            and high.unit is None
        )
    before = _YEAR_BEFORE.search(text, max(0, low.start - 9), low.start)
    if re.compile(r" ?\+|%").match(text, low.end):
        return False
    people = _PEOPLE.match(text, low.end)
    prep = before is not None and before[0].strip().lower() in (
        "in",
        "since",
        "by",
        "until",
        "during",
    )
    if 1900 <= low.value < 2100:
        return prep or not people
    return prep or (before is not None and not people)


def _compound(text: str, value: Decimal, unit: str, end: int) -> tuple[Decimal, str, int]:
    """1 hour and 30 minutes: one duration in the smaller unit."""
    smaller = "minute" if unit == "hour" else "second"
    second = re.compile(
        rf"(?:,| and|, and)? (?P<v>{_PLAIN}) {smaller}s?(?![a-z])", re.IGNORECASE
    ).match(text, end)
    if second is None:
        return value, unit, end
    return value * 60 + _plain(second["v"]), smaller, second.end()


def _modifier(text: str, start: int, end: int) -> Modifier:
    for modifier, pattern in BEFORE:
        if pattern.search(text, max(0, start - 24), start):
            return modifier
    for modifier, pattern in AFTER:
        if pattern.match(text, end):
            return modifier
    return ""


_Reader = Callable[[str, "re.Match[str]"], "Iterator[Quantity]"]
_READERS: dict[str, _Reader] = {
    "iso": _iso,
    "monthday": _month_day,
    "daymonth": _day_month,
    "monthyear": _month_year,
    "month": _month_alone,
    "decade": _decade,
    "century": _century,
    "part": _part,
    "clock": _clock,
    "fraction": _fraction,
    "multiple": _multiple,
    "half": _half,
    "halfunit": _half_unit,
    "vague": _vague,
    "one": _one,
    "ordinal": _ordinal,
    "age": _age,
    "number": _number,
}
