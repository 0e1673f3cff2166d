"""People, companies, places: found by evidence, put into English once, kept the same throughout.

Foreign names come from tables (foreign.py), those of Tibetans, Mongols and Uygurs from elements
(minority.py), Chinese ones from evidence. A surname alone is none: half of them are ordinary words.
A person's name is taken where a title, a byline, a list of names or a verb of speech marks it off,
a company's from its full legal name; every later occurrence then gets the same rendering. In doubt
a name is left to the engine.

Renderings follow GB/T 28039-2011 (people: surname first, given name in one word, Zhang Chang'an,
Lü Qing) and, for companies, the readable habit: a core of two or three characters is one word, of
four two words. Names whose English form is not their pinyin are in data/known_names.tsv. For places
see places.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from translator import foreign, minority, places, romanise
from translator.companies import companies, short_names
from translator.documents import Document
from translator.lexicon import HAN, Lexicon, NameKind, lexicon
from translator.people import people
from translator.villages import villages


@dataclass(frozen=True, slots=True)
class Name:
    """A Chinese name as the article writes it and its one English rendering.

    One without a rendering is no name: its characters are left alone, and so is what is inside.
    """

    source: str
    target: str
    kind: NameKind


def find(document: Document) -> tuple[Name, ...]:
    """The names in a document, each with one rendering, longest source first."""
    words = lexicon()
    texts = [block.text for block in document.blocks]
    found = {
        entry.source: Name(entry.source, entry.target, entry.kind)
        for entry in foreign.foreign(texts)
    }
    texts = [_without_foreign(text, found) for text in texts]
    for source, target in minority.minority(texts).items():
        found.setdefault(source, Name(source, target, "person"))
    blocks = tuple(
        replace(block, text=text) for block, text in zip(document.blocks, texts, strict=True)
    )
    for source in people(replace(document, blocks=blocks), words):
        if not any(source in longer for longer in found):
            target = minority.english(source) or romanise.person(source, words)
            found[source] = Name(source, target, "person")
    for core in companies(texts, words):
        found.setdefault(core, Name(core, romanise.company(core, words), "organisation"))
    rest = [_blank(text, found) for text in texts]
    for source, target in places.places(rest, words):
        found.setdefault(source, Name(source, target, "place"))
    for source, target in villages(rest, words).items():
        found.setdefault(source, Name(source, target, "place"))
    return tuple(sorted(found.values(), key=lambda name: (-len(name.source), name.source)))


def settled(
    found: Iterable[Name], terms: Mapping[str, str], document: Document
) -> tuple[Name, ...]:
    """The names of a document as a glossary has them, their short mentions too.

    A term for a name takes its place. A term for a company's full name gives its English, without
    the legal form, to the core and what else the document calls the company.
    """
    text = "\n".join(block.text for block in document.blocks)
    by_source = {name.source: name for name in found}
    companies_found = [name for name in by_source.values() if name.kind == "organisation"]
    for name in companies_found:
        for full, target in terms.items():
            if name.source in full and full in text:
                for short in short_names(full, name.source, text):
                    by_source[short] = Name(short, _without_form(target), "organisation")
    for source, name in by_source.items():
        if source in terms:
            by_source[source] = replace(name, target=terms[source])
    return tuple(sorted(by_source.values(), key=lambda name: (-len(name.source), name.source)))


def _without_form(target: str) -> str:
    """A company's English without its legal form: Trend Instruments of ... Co., Ltd."""
    return _LEGAL_FORM.sub("", target) or target


_LEGAL_FORM = re.compile(
    r"(?:,?\s+(?:Co(?:mpany|rporation|rp)?\.?|Limited|Ltd\.?|Inc\.?|LLC|PLC|plc|AG|GmbH|S\.?A\.?"
    r"|N\.?V\.?|Holdings?),?)+$"
)


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


_INSTITUTION = re.compile(
    r"(?<![A-Za-z])(?P<place>[A-Z][A-Za-z'’-]+ )"
    r"(?P<rest>(?:[a-z][a-z'’-]+ ){0,8}?(?:zone|bureau|committee|commission|administration)"
    r"(?: (?:of|for)(?: [a-z][a-z'’-]+)+)?)(?![a-z])"
)


def with_institutions(text: str) -> str:
    """A substituted text in which a place's own zone or office has capitals, as names have.

    松江经开区 is a place and a term, and becomes the Songjiang Economic and Technological
    Development Zone.
    """

    def capitals(match: re.Match[str]) -> str:
        words = match["rest"].split()
        small = ("and", "of", "for")
        return match["place"] + " ".join(w if w in small else w[0].upper() + w[1:] for w in words)

    return _INSTITUTION.sub(capitals, text)


def masked(text: str, names: Iterable[Name]) -> str:
    """A source text with its names blanked out, those too that have no rendering."""
    for start, name in _matches(text, [replace(one, target=one.target or "-") for one in names]):
        end = start + len(name.source)
        text = text[:start] + "\0" * len(name.source) + text[end:]
    return text


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


def _without_foreign(text: str, found: Iterable[str]) -> str:
    """A text with its foreign names blanked out, for no Chinese name is in them."""
    for start, entry in foreign.spans(text):
        if entry.source in found:
            end = start + len(entry.source)
            text = text[:start] + "\0" * len(entry.source) + text[end:]
    return text


def _blank(text: str, sources: Iterable[str]) -> str:
    """A text with names blanked out, for no place is inside a person's or a company's name."""
    for source in sources:
        text = text.replace(source, "\0" * len(source))
    return text


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


def _matches(text: str, names: Iterable[Name]) -> tuple[tuple[int, Name], ...]:
    """Where names occur in a Chinese text, the longest first, none inside another."""
    return _found(text, tuple(names))


@lru_cache(maxsize=1024)  # a sentence is rendered, and then checked more than once
def _found(text: str, names: tuple[Name, ...]) -> tuple[tuple[int, Name], ...]:
    return tuple(_scan(text, names))


def _scan(text: str, names: tuple[Name, ...]) -> Iterator[tuple[int, Name]]:
    by_first: dict[str, list[Name]] = {}
    for name in sorted(names, key=lambda name: -len(name.source)):
        by_first.setdefault(name.source[0], []).append(name)
    words = lexicon()
    # No name begins inside a foreign one, nor a place inside another, be it in `names` or not.
    abroad = dict(foreign.spans(text)) if by_first else {}
    has_places = any(name.kind == "place" for same in by_first.values() for name in same)
    at = place_from = 0
    while by_first and at < len(text):
        found = next(
            (
                name
                for name in by_first.get(text[at], ())
                if text.startswith(name.source, at)
                and (name.kind != "place" or at >= place_from)
                and _stands(name, text, at, words, abroad.get(at))
            ),
            None,
        )
        length = len(found.source) if found else 0
        if has_places and at >= place_from:
            shadow = places.shadow(text, at)
            if found and found.kind == "place" and shadow > length:
                found, length = None, 0
            place_from = at + shadow
        if found and found.target:
            yield at, found
        elif not found and at in abroad and not abroad[at].context:
            length = len(abroad[at].source)
        at += length or 1


def _stands(name: Name, text: str, at: int, words: Lexicon, abroad: foreign.Entry | None) -> bool:
    """Whether a name's characters are the name at an offset, and no piece of other words.

    `abroad` is the foreign name that begins there; one in the tables is a name nowhere else.
    """
    if abroad and abroad.source == name.source:
        return True
    if foreign.entry(name.source) or (abroad and len(abroad.source) > len(name.source)):
        return False
    if name.kind == "place":
        return places.stands(name.source, text, at, words)
    if name.kind == "organisation":  # 农业银行业: rather 农业 and 银行业 than a bank
        end = at + len(name.source)
        runs_on = text[end - 1 : end + 1] in words.words
        return not runs_on or text[end : end + 2] in words.words
    # 关于海涛集团 is not about 于海涛.
    in_word = at > 0 and name.source[0] in words.weak and text[at - 1 : at + 1] in words.words
    return not (name.kind == "person" and in_word)


# What an engine may write out or cut short: the same body, and no mistake.
_ALSO = {
    "EU": "European Union", "UAE": "United Arab Emirates", "WHO": "World Health Organization",
    "WTO": "World Trade Organization", "AP": "Associated Press", "AFP": "Agence France-Presse",
    "ADB": "Asian Development Bank", "AIIB": "Asian Infrastructure Investment Bank",
    "SCO": "Shanghai Cooperation Organization", "St. Petersburg": "Saint Petersburg",
    "FAO": "Food and Agriculture Organization", "International Monetary Fund": "IMF",
    "TSMC": "Taiwan Semiconductor Manufacturing", "Cabo Verde": "Cape Verde",
}  # fmt: skip


def _is_rendered(name: Name, english: str) -> bool:
    other = _ALSO.get(name.target)
    if other and _is_rendered(replace(name, target=other), english):
        return True
    target = places.bare_target(name.target) if name.kind == "place" else name.target
    pattern = r"\s+".join(map(re.escape, target.split()))
    if name.kind == "place" and foreign.entry(name.source):
        pattern = _inflected(target, pattern)
    if re.search(rf"(?<![^\W{HAN}])(?<!['-]){pattern}(?![^\W{HAN}]|-\w)", english, re.IGNORECASE):
        return True
    if name.kind != "person":
        return False
    surname, *rest = name.target.split()
    if not rest:
        return False
    if romanise.chinese(name.source, lexicon()) != name.target:
        # Jensen Huang goes by his last word, Kim Jong Un by his first.
        parts = [part for part in name.target.split() if part[0].isupper() and len(part) > 1]
        alone = rf"\b(?:{'|'.join(map(re.escape, parts))})\b"
        return bool(parts) and re.search(alone, english) is not None
    spellings = f"{re.escape(surname)}|{re.escape(surname.upper())}"
    before = _HONORIFIC if surname in _ENGLISH_WORDS else ""
    return any(
        not _GIVEN_AFTER.match(english, found.end())
        and not _GIVEN_BEFORE.search(english[max(0, found.start() - 24) : found.start()])
        for found in re.finditer(rf"{before}\b(?:{spellings})\b", english)
    )


def _inflected(target: str, pattern: str) -> str:
    """A pattern for a foreign place or its adjective: Slovenia or Slovenian, Peru or Peruvian."""
    if " " in target or len(target) < 4:
        return pattern
    return rf"(?:{pattern}|{re.escape(target.rstrip('aeiouy'))}[a-z]{{1,5}})"


def _is_latin(character: str) -> bool:
    return character.isalnum() and not re.match(f"[{HAN}]", character)
