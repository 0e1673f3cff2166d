"""Errors put into human translations by plain text substitution, each the same on every run.

None of this asks the checks that are on trial: what is a number, a date, a negation or a clause
is decided here by simple patterns of its own.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence

from translator.names import Name

_FIGURES = re.compile(
    r"(?<![A-Za-z0-9.,/:#+-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\d:/]|[.,]\d|-?[A-Za-z])"
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DATE = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}})\b|\b((?:19|20)\d\d)\b(?![,.]\d| yuan|%)")
_SCALES = {"thousand": "million", "million": "billion", "billion": "million", "trillion": "billion"}
_SCALED = re.compile(rf"(?<=\d )({'|'.join(_SCALES)})\b")
_CURRENCY = re.compile(
    r"(?<=\d )(yuan|dollars|euros)\b|(?<=illion )(yuan|dollars|euros)\b|(?<![A-Za-z])(RMB|US\$"
    r"|\$)(?= ?\d)"
)
_SWAPPED = {
    "yuan": "dollars",
    "dollars": "yuan",
    "euros": "yuan",
    "RMB": "$",
    "US$": "RMB ",
    "$": "RMB ",
}


def wrong_power(text: str) -> Iterator[str]:
    """The text with a number ten or a thousand times too large or too small."""
    for match in _SCALED.finditer(text):
        yield text[: match.start()] + _SCALES[match[1]] + text[match.end() :]
    for match in _FIGURES.finditer(text):
        if not match[2] and len(match[1]) > 1 and not re.fullmatch(r"(?:19|20)\d\d", match[1]):
            yield text[: match.start()] + match[1] + "0" + text[match.end() :]


def digit_dropped(text: str) -> Iterator[str]:
    """The text with a digit of a number lost."""
    for match in _FIGURES.finditer(text):
        whole = match[0].replace(",", "")
        places = [place for place, character in enumerate(whole) if character.isdigit()]
        if len(places) > 1:
            place = places[len(text) % len(places)]
            rest = (whole[:place] + whole[place + 1 :]).strip(".")
            if rest and float(rest) != float(whole):
                yield text[: match.start()] + rest + text[match.end() :]


def date_shifted(text: str) -> Iterator[str]:
    """The text with another day, month or year."""
    for match in _DATE.finditer(text):
        if match[3]:
            wrong = str(int(match[3]) + (1 if len(text) % 2 else -1))
        elif len(text) % 2:
            wrong = f"{match[1]} {int(match[2]) % 28 + 1}"
        else:
            wrong = f"{_MONTHS[(_MONTHS.index(match[1]) + 1) % 12]} {match[2]}"
        yield text[: match.start()] + wrong + text[match.end() :]


def currency_swapped(text: str) -> Iterator[str]:
    """The text with yuan for dollars, dollars or euros for yuan."""
    for match in _CURRENCY.finditer(text):
        yield text[: match.start()] + _SWAPPED[match[0]] + text[match.end() :]


PLANTERS: dict[str, Callable[[str], Iterator[str]]] = {
    "wrong power of ten": wrong_power,
    "digit dropped": digit_dropped,
    "date shifted": date_shifted,
    "currency swapped": currency_swapped,
}
# What a source must have, besides the target, is seen by these.
SORTS = (*PLANTERS, "name changed", "negation dropped", "clause cut")


def is_stated(source: str, target: str, wrong: str) -> bool:
    """Whether the source states the date that was shifted, so that the shift can be seen."""
    plain = unicodedata.normalize("NFKC", source).replace(" ", "")
    for before, after in zip(_DATE.finditer(target), _DATE.finditer(wrong), strict=False):
        if before[0] != after[0]:
            year, month = before[3], before[1]
            return (
                f"{year or _MONTHS.index(month) + 1}{'年' if year else '月'}{before[2] or ''}"
                in plain
            )
    return False


_PEOPLE = ("Liu Haifeng", "Sun Meiling", "Zhao Qiang", "Xu Jianguo", "Deng Xiaoyan", "He Weimin")
_PLACES = ("Jiaxing", "Ganzhou", "Mianyang", "Baoding", "Yichang", "Zhanjiang", "Luohe", "Datong")
_ENDING = re.compile(r" (?:District|County|Prefecture|Province|City|Banner|New Area|Autonomous.*)$")


def name_changed(target: str, known: Sequence[Name]) -> Iterator[str]:
    """The text with a person or a place by another name; `known` are those of its source."""
    for name in known:
        if name.kind == "organisation":
            continue
        old = name.target if name.kind == "person" else _ENDING.sub("", name.target)
        if not re.search(rf"\b{re.escape(old)}\b", target):
            continue
        choice = _PEOPLE if name.kind == "person" else _PLACES
        new = choice[zlib.crc32(target.encode()) % len(choice)]
        if new.split()[0] == old.split()[0]:
            continue
        changed = re.sub(rf"\b{re.escape(old)}\b", new, target)
        if name.kind == "person":  # the surname alone, further on
            changed = re.sub(rf"\b{re.escape(old.split()[0])}\b", new.split()[0], changed)
        yield changed


_REAL_NEGATION = re.compile(
    "没有|不是|不能|不会|不应|不要|不想|不愿|不敢|不需要|不知道|无法|尚未|未能|并未|并非|从未|不得(?!不)|不允许"
)
_QUESTION = re.compile("[有是能会]没有|是不是|能不能|会不会|要不要|没有不|不能不|不会不|[吗？?]")
_NOT = re.compile(
    r"\b(?:(?:do|does|did) not |not (?!only|just|merely)"
    r"|no (?!longer than|later|more|less|doubt|matter)|never |(?:do|does|did)n['’]t )"
    r"|\bcannot\b|(?<=[a-z])n['’]t\b|\bwithout\b"
)
_INSTEAD = {"cannot": "can", "without": "with"}
_ANY_NEGATIVE = re.compile(
    r"\b(?:not|no|never|cannot|without|none|neither|nor|nothing|nobody)\b|n['’]t\b", re.IGNORECASE
)


def negation_dropped(source: str, target: str) -> Iterator[str]:
    """The text without its negation, where it has one only and the source has a real one."""
    if not _REAL_NEGATION.search(source) or _QUESTION.search(source):
        return
    if len(_ANY_NEGATIVE.findall(target)) != 1:
        return
    for match in _NOT.finditer(target):
        yield target[: match.start()] + _INSTEAD.get(match[0], "") + target[match.end() :]


_CLAUSE = re.compile(
    r"[^,;:.!?—–]+(?:[,;:.!?—–](?!\s|$)[^,;:.!?—–]*)*[,;:.!?—–”’\")]*\s*|[,;:.!?—–]+\s*"
)
_LEAST, _MOST = 0.25, 0.6


def clause_cut(target: str) -> Iterator[str]:
    """The text without a run of clauses in its middle or at its end, a quarter of its words."""
    clauses = _CLAUSE.findall(target)
    words = [len(clause.split()) for clause in clauses]
    total = sum(words)
    if total < 12:
        return
    cuts = sorted(
        (size, start, end)
        for start in range(1, len(clauses))
        for end in range(start + 1, len(clauses) + 1)
        if _LEAST * total <= (size := sum(words[start:end])) <= _MOST * total
    )
    for _, start, end in cuts[:1]:
        yield "".join(clauses[:start] + clauses[end:]).strip()


def plant(sort: str, source: str, target: str, known: Sequence[Name]) -> Iterator[str]:
    """A target with an error of a sort, once for each place that has room for it."""
    if sort == "name changed":
        yield from name_changed(target, known)
    elif sort == "negation dropped":
        yield from negation_dropped(source, target)
    elif sort == "clause cut":
        yield from clause_cut(target)
    else:
        for wrong in PLANTERS[sort](target):
            if sort != "date shifted" or is_stated(source, target, wrong):
                yield wrong
