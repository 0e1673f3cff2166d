"""Fractions, multiples, rough numbers, ordinals and ages in an English text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from translator.quantities import numerals
from translator.quantities.english_dates import Reader
from translator.quantities.english_words import UNIT, UNIT_MEANING, UNIT_PATTERN, modifier_of
from translator.quantities.numerals import ENGLISH_FIGURES, ENGLISH_WORDS, ORDINALS
from translator.quantities.values import Kind, Modifier, Quantity, share

_PORTIONS = (
    r"third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|fifteenth|twentieth"
    r"|hundredth|thousandth"
)
PARTS = (
    rf"(?P<fraction>(?:(?P<whole>{ENGLISH_FIGURES}"
    rf"|{ENGLISH_WORDS}) and )?(?:(?P<num>[0-9]{{1,2}}|an?|one|two|three|four|five|six|seven"
    rf"|eight|nine)[ -](?P<den>{_PORTIONS})(?P<many>s?)"
    r"(?= of| the| as| to|[ ,.;)]|$|-)(?![ -](?:century|place|time|day|year|party|session"
    r"|plenary|generation|grade|floor|edition|phase|stage|round|batch|line|plant|project|person|case))"
    r"|(?<![0-9/.])(?P<fn>[1-9])/(?P<fd>[2-9]|10)(?![0-9/]))"
    rf"|(?P<x>{ENGLISH_WORDS}|[0-9]{{1,3}}) (?:in|out of)(?: every)? (?P<y>[1-9][0-9]{{0,2}}"
    r" (?:million|billion)|ten|10|100|five|three"
    r"|four|a hundred|one hundred)(?![ -]?(?:years|months|days|people|,?[0-9]|cities"
    r"|countries)))"
    r"|(?P<multiple>(?:re)?doubl(?:ed?|es|ing)(?![- ](?:first|major|taxation|reduction|room|bed"
    r"|standard))|(?:tripl|trebl)(?:ed?|es|ing)|quadrupl(?:ed?|es|ing)|quintupl(?:ed?|ing)"
    rf"|halv(?:ed?|es|ing)|twice|thrice|(?P<fold>{ENGLISH_WORDS}|{ENGLISH_FIGURES})-?fold"
    r"|(?P<fold2>two|three|four|five|six|seven|eight|nine|ten)fold)(?![a-z])"
    r"|(?P<half>(?:one[ -]|a )?half(?! (?:an? )?(?:hour|day|year|month|century|million|billion"
    r"|dozen|thousand|hundred|trillion|time)|[-'a-z]))"
    r"|(?P<halfunit>(?:half an? |half-?an?-|half-|a half )(?P<hu>hour|day|year|month|century"
    r"|decade)|an? (?P<hu2>hour|day|year|month|century) and a half|(?P<hu3>six)-month(?!s))"
    r"|(?P<vague>(?:several |many |some |a few |few )?(?:hundreds|thousands|tens|dozens|scores"
    r"|millions|billions|trillions)(?: of (?:hundreds|thousands|millions|billions))*(?= of"
    r"|[ ,.;]|$)"
    r"|(?:several|a few|few) (?:dozen|hundred|thousand|million|billion)(?: (?:thousand|million"
    r"|billion))?)"
    r"|(?P<one>(?<![a-z0-9.-])(?:an? )?decade(?![a-z])|(?<![a-z0-9.-])an? (?:century"
    r"|percentage point)(?! and a half))"
    rf"|(?P<ordinal>(?<![0-9.,A-Za-z])[0-9]{{1,4}}(?:,[0-9]{{3}})?(?:st|nd|rd|th)(?![A-Za-z])"
    rf"|(?<![A-Za-z-])(?:{'|'.join(sorted(ORDINALS, key=len, reverse=True))})(?![A-Za-z]))"
    r"|(?P<age>(?<![A-Za-z])(?:aged|age|ages|age of|turn(?:s|ed|ing)) (?P<years>[1-9][0-9]?"
    r"|1[01][0-9])(?![0-9%]|[.,][0-9])(?: (?:to|and|-) |-)?(?P<older>[1-9][0-9]?(?![0-9]))?)"
)

_PORTION = {"quarter": 4, "third": 3, "half": 2}


def _share(text: str, match: re.Match[str], above: Decimal, below: Decimal) -> Quantity:
    modifier = modifier_of(text, match.start(), match.end())
    return Quantity(*match.span(), "", "percent", share(above, below), None, "fraction", modifier)


def _fraction(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    if match["fn"]:
        yield _share(text, match, Decimal(match["fn"]), Decimal(match["fd"]))
    elif match["x"]:
        yield _share(text, match, plain(match["x"]), plain(match["y"]))
    else:
        word = match["den"].lower()
        below = _PORTION.get(word) or ORDINALS[word]
        above = Decimal(1) if match["num"].lower() in ("a", "an") else plain(match["num"])
        if (above != 1) != bool(match["many"]) and match["num"].lower() != "one" and above != 1:
            return
        if above == 1 and match["many"]:
            return
        if match["whole"]:
            value = plain(match["whole"]) + above / below
            yield Quantity(
                *match.span(), "", "count", value, None, "", modifier_of(text, *match.span())
            )
        else:
            yield _share(text, match, above, Decimal(below))


def plain(text: str) -> Decimal:
    """A number in figures or words as its value."""
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
    modifier = modifier_of(text, *match.span())
    if word.startswith("halv"):
        yield Quantity(*match.span(), "", "percent", Decimal(50), None, "fraction", modifier)
        return
    if match["fold"] or match["fold2"]:
        value, unit = plain(match["fold"] or match["fold2"]), "times"
    else:
        value = Decimal(next(size for stem, size in _STEMS.items() if word.startswith(stem)))
        unit = "times" if word in ("twice", "thrice") else "fold"
        before = text[max(0, match.start() - 10) : match.start()]
        if word in ("double", "triple", "treble", "quadruple") and not _AS_VERB.search(before):
            modifier = "weak"  # double room, triple jump
    yield Quantity(*match.span(), "", "multiple", value, None, unit, modifier)


def _half(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    modifier = modifier_of(text, *match.span())
    yield Quantity(*match.span(), "", "percent", Decimal(50), None, "fraction", modifier)


def _half_unit(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    unit = (match["hu"] or match["hu2"] or "month").lower()
    value = Decimal("0.5") if match["hu"] else Decimal("1.5") if match["hu2"] else Decimal(6)
    if unit in ("century", "decade"):
        value, unit = value * (100 if unit == "century" else 10), "year"
    modifier = modifier_of(text, *match.span())
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
    if (tail := UNIT.match(text, end)) or (
        tail := re.compile(rf" of (?:{UNIT_PATTERN})(?![A-Za-z])", re.IGNORECASE).match(text, end)
    ):
        kind, unit, size = UNIT_MEANING[tail.lastgroup or ""]
        end = tail.end()
    yield Quantity(match.start(), end, "", kind, value * size, None, unit, "vague")


def _one(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    word = match[0].lower().split()[-1]
    modifier: Modifier = modifier_of(text, *match.span()) or "weak"
    if word == "point":
        yield Quantity(*match.span(), "", "points", Decimal(1), None, "pp", modifier)
    else:
        years = Decimal(10 if word == "decade" else 100)
        yield Quantity(*match.span(), "", "duration", years, None, "year", modifier)


def _ordinal(_text: str, match: re.Match[str]) -> Iterator[Quantity]:
    word = match[0].lower()
    value = ORDINALS[word] if word in ORDINALS else int(word[:-2].replace(",", ""))
    yield Quantity(*match.span(), "", "ordinal", Decimal(value))


def _age(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    high = Decimal(match["older"]) if match["older"] else None
    end = match.end() if match["older"] else match.end("years")
    start = match.start()
    yield Quantity(
        start, end, "", "age", Decimal(match["years"]), high, "year", modifier_of(text, start, end)
    )


READERS: dict[str, Reader] = {
    "fraction": _fraction,
    "multiple": _multiple,
    "half": _half,
    "halfunit": _half_unit,
    "vague": _vague,
    "one": _one,
    "ordinal": _ordinal,
    "age": _age,
}
