"""People, companies, places: found by evidence, put into English once, kept the same throughout.

A surname alone is no evidence: half of them are ordinary words. A person's name is taken where a
title, a byline, a list of names or a verb of speech marks it off, a company's from its full legal
name; every later occurrence then gets the same rendering. In doubt a name is left to the engine.

Renderings follow GB/T 28039-2011 (people: surname first, given name in one word, Zhang Chang'an,
Lü Qing) and, for companies, the readable habit: a core of two or three characters is one word, of
four two words. Names whose English form is not their pinyin are in data/known_names.tsv. For places
see places.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from translator import places
from translator.documents import Document
from translator.lexicon import HAN, Lexicon, NameKind, lexicon
from translator.people import people


@dataclass(frozen=True, slots=True)
class Name:
    """A Chinese name as the article writes it and its one English rendering."""

    source: str
    target: str
    kind: NameKind


def find(document: Document) -> tuple[Name, ...]:
    """The names in a document, each with one rendering, longest source first."""
    words = lexicon()
    texts = [block.text for block in document.blocks]
    found = people(document, words)
    names = [Name(source, _person(source, words), "person") for source in found]
    taken = set(found)
    for core in _companies(texts, words):
        if core not in taken:
            taken.add(core)
            names.append(Name(core, _company(core, words), "organisation"))
    rest = [_blank(text, taken) for text in texts]
    names += [Name(source, target, "place") for source, target in places.places(rest, words)]
    return tuple(sorted(names, key=lambda name: (-len(name.source), name.source)))


def substitute(text: str, names: Iterable[Name]) -> str:
    """The source text with each name replaced by its rendering, the longest match first.

    A space is added only between a rendering and a Latin letter, a digit or another rendering.
    """
    parts: list[str] = []
    end = 0
    for start, name in _matches(text, names):
        parts += [text[end:start], name.target]
        end = start + len(name.source)
    parts.append(text[end:])
    joined = ""
    for part in parts:
        if joined and part and _is_latin(joined[-1]) and _is_latin(part[0]):
            joined += " "
        joined += part
    return joined


def occurring(text: str, names: Iterable[Name]) -> tuple[Name, ...]:
    """The names that occur in a source text, in order of first occurrence."""
    return tuple(dict.fromkeys(name for _, name in _matches(text, names)))


def missing(source: str, target: str, names: Iterable[Name]) -> tuple[Name, ...]:
    """The names of a source text whose rendering its English translation lacks.

    Case and line breaks do not matter. A person may go by the surname alone; another spelling or
    division of the given name (Zeng Yuan-qian, Zeng Yuan Qian) or another order is a wrong name.
    """
    english = target.replace("’", "'")
    return tuple(name for name in occurring(source, names) if not _is_rendered(name, english))


def _blank(text: str, sources: Iterable[str]) -> str:
    """A text with names blanked out, for no place is inside a person's or a company's name."""
    for source in sources:
        text = text.replace(source, "\0" * len(source))
    return text


_LEGAL = re.compile("(?:集团)?(?:股份|控股)?有限(?:责任)?公司|集团公司|股份公司")
_RUN = re.compile(rf"[{HAN}（）()]+$")
_PLACE_SUFFIX = re.compile("(?:[省市县区州]|新区|自治区|自治州)")
_NO_CORE = re.compile("[的第某该本（）()]|^[家个批名些各与和]")
_COMPANY_LEFT = re.compile("[由与和及在对向是为给到了的]")


def _companies(texts: Sequence[str], words: Lexicon) -> list[str]:
    """The distinctive cores of the companies that are named in full: 上海辰竹仪表有限公司, 辰竹."""
    cores: dict[str, None] = {}
    for text in texts:
        for found in _LEGAL.finditer(text):
            run = _RUN.search(text[max(0, found.start() - 30) : found.start()])
            if run:
                core = _core(re.sub("[（(][^（）()]*[）)]", "", run[0]), words)
                if core:
                    cores[core] = None
    # A longer name has its own English: 京东方 is no 京东.
    for core in sorted(words.clear, key=len, reverse=True):
        if any(core in text for text in texts) and not any(core in longer for longer in cores):
            cores[core] = None
    return list(cores)


def _core(run: str, words: Lexicon) -> str | None:
    """The core of a company's name, from the text that runs up to its legal form."""
    begins = [end for at in range(len(run)) if (end := _skip_places(run, at, words)) > at]
    if not begins:
        begins = [max((found.end() for found in _COMPANY_LEFT.finditer(run)), default=0)]
    for begin in begins:
        core = _strip(run[begin:], words)
        if _is_core(core, words):
            return core
    return None


def _skip_places(run: str, at: int, words: Lexicon) -> int:
    for length in (4, 3, 2):
        if run[at : at + length] in words.places:
            suffix = _PLACE_SUFFIX.match(run, at + length)
            return _skip_places(run, suffix.end() if suffix else at + length, words)
    return at


def _is_core(core: str, words: Lexicon) -> bool:
    if core in words.known:
        return words.known[core][1] == "organisation"
    if not 2 <= len(core) <= 4 or core in words.words or _NO_CORE.search(core):
        return False
    # A core made of ordinary words is translated, not spelled (太平洋, 航天科工).
    return len(core) == 2 or not (core[:2] in words.words or core[2:] in words.words)


def _strip(name: str, words: Lexicon) -> str:
    """A company's name without the words for its business, form and branch at its end."""
    while True:
        for length in range(min(7, len(name)), 1, -1):
            if name[-length:] in words.company_words or name[-length:] in words.places:
                name = name[:-length]
                break
        else:
            return name


# Readings in names where pypinyin's first one is that of another word.
_READINGS = {"长": "chang", "晟": "sheng", "隽": "jun", "曾": "zeng", "都": "du", "琢": "zhuo",
          "佛": "fo", "贇": "yun", "焯": "zhuo", "任": "ren", "单": "dan", "仇": "qiu"}  # fmt: skip


def _person(source: str, words: Lexicon) -> str:
    if source in words.known:
        return words.known[source][0]
    surname = source[:2] if source[:2] in words.surnames and len(source) > 2 else source[0]
    given = source[len(surname) :]
    return f"{words.surnames[surname]} {_join(_pinyin(given))}"


def _company(core: str, words: Lexicon) -> str:
    if core in words.known:
        return words.known[core][0]
    syllables = _pinyin(core)
    if len(syllables) == 4:
        return f"{_join(syllables[:2])} {_join(syllables[2:])}"
    return _join(syllables)


def _pinyin(text: str) -> list[str]:
    from pypinyin import Style, pinyin

    readings = pinyin(text, style=Style.NORMAL, v_to_u=True)
    return [_READINGS.get(c, found[0]) for c, found in zip(text, readings, strict=True)]


def _join(syllables: Iterable[str]) -> str:
    """One capitalised word; an apostrophe before a later syllable that begins with a, e or o."""
    word = ""
    for syllable in syllables:
        word += "'" + syllable if word and syllable[0] in "aeo" else syllable
    return word[:1].upper() + word[1:]


_SYLLABLE = (
    "(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao"
    "|ei|en|er|ia|ie|in|iu|ou|ua|ui|un|uo|üe|a|e|i|o|u|ü)"
)
_PINYIN_WORD = rf"{_SYLLABLE}(?:['-]?{_SYLLABLE}){{0,2}}\b"
_GIVEN_AFTER = re.compile(rf"-\w|,?\s+(?=[A-ZÜ])(?i:{_PINYIN_WORD})")
_GIVEN_BEFORE = re.compile(rf"\b(?=[A-ZÜ])(?i:{_PINYIN_WORD})[\s,]+$|\w-$")
# Surnames that also open English sentences: alone they count only after Mr., Dr. and the like.
_ENGLISH_WORDS = frozenset(("An", "Can", "He", "Long", "Man", "She", "You"))
_HONORIFIC = (
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Madam|Comrade|Manager|Director|President)\.?\s+"
)


def _matches(text: str, names: Iterable[Name]) -> Iterator[tuple[int, Name]]:
    """Where names occur in a Chinese text, the longest first, none inside another."""
    by_first: dict[str, list[Name]] = {}
    for name in sorted(names, key=lambda name: -len(name.source)):
        by_first.setdefault(name.source[0], []).append(name)
    words = lexicon()
    has_places = any(name.kind == "place" for same in by_first.values() for name in same)
    at = place_from = 0  # no place begins inside another, be it in `names` or not
    while by_first and at < len(text):
        found = next(
            (
                name
                for name in by_first.get(text[at], ())
                if text.startswith(name.source, at)
                and (name.kind != "place" or at >= place_from)
                and _stands(name, text, at, words)
            ),
            None,
        )
        length = len(found.source) if found else 0
        if has_places and at >= place_from:
            shadow = places.shadow(text, at)
            if found and found.kind == "place" and shadow > length:
                found, length = None, 0
            place_from = at + shadow
        if found:
            yield at, found
        at += length or 1


def _stands(name: Name, text: str, at: int, words: Lexicon) -> bool:
    """Whether a name's characters are the name at an offset, and no piece of other words."""
    if name.kind == "place":
        return places.stands(name.source, text, at, words)
    # 关于海涛集团 is not about 于海涛.
    in_word = at > 0 and name.source[0] in words.weak and text[at - 1 : at + 1] in words.words
    return not (name.kind == "person" and in_word)


def _is_rendered(name: Name, english: str) -> bool:
    target = places.bare_target(name.target) if name.kind == "place" else name.target
    pattern = r"\s+".join(map(re.escape, target.split()))
    if re.search(rf"(?<![^\W{HAN}])(?<!['-]){pattern}(?![^\W{HAN}]|-\w)", english, re.IGNORECASE):
        return True
    if name.kind != "person":
        return False
    if (
        name.source in lexicon().known
    ):  # Jensen Huang goes by his last word, Kim Jong Un by his first
        alone = rf"\b(?:{'|'.join(map(re.escape, name.target.split()))})\b"
        return re.search(alone, english) is not None
    surname = name.target.split()[0]
    spellings = f"{re.escape(surname)}|{re.escape(surname.upper())}"
    before = _HONORIFIC if surname in _ENGLISH_WORDS else ""
    return any(
        not _GIVEN_AFTER.match(english, found.end())
        and not _GIVEN_BEFORE.search(english[max(0, found.start() - 24) : found.start()])
        for found in re.finditer(rf"{before}\b(?:{spellings})\b", english)
    )


def _is_latin(character: str) -> bool:
    return character.isalnum() and not re.match(f"[{HAN}]", character)
