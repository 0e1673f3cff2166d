"""TBX core, versions 2 and 3: concepts, their languages, their terms.

Every Chinese term of a concept gets the concept's first English term; other English terms become
its aliases, deprecated ones are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from translator import markup
from translator.decode import normalise
from translator.errors import InputError
from translator.glossary.entries import Entry, entry
from translator.markup import local

_CHINESE = ("zh", "zho", "chi", "cmn")
_ENGLISH = ("en", "eng")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_MOST_TERMS = 100  # every Chinese term gets every English one, so that they multiply


def read(data: bytes, file: str, remarks: list[str]) -> Iterator[Entry]:
    """The entries of a TBX file; nothing outside the file is read and no entity is expanded.

    Raises:
        InputError: with the line: not XML, entities, or what `entry` refuses.
    """
    one_language = empty = True
    left_out = 0
    for concept in markup.elements(data, file, ("termEntry", "conceptEntry")):
        empty = False
        found = list(_entries(concept, file))
        left_out += not found
        one_language = one_language and not found
        yield from found
    if empty:
        raise InputError(f"{file} is XML but not TBX: it has no termEntry and no conceptEntry")
    if one_language:
        raise InputError(f"{file} has no entry with both a Chinese (zh) and an English (en) term")
    if left_out:
        remarks.append(f"{file}: {left_out} entries without a Chinese or an English term left out")


def _entries(concept: Any, file: str) -> Iterator[Entry]:
    chinese, english = _terms(concept, _CHINESE), _terms(concept, _ENGLISH)
    if not chinese or not english:
        return
    name = concept.get("id")
    place = f"line {concept.sourceline}" + (f" (entry {name[:40]})" if name else "")
    if max(len(chinese), len(english)) > _MOST_TERMS:
        raise InputError(
            f"{file}, {place}: over {_MOST_TERMS} terms of one language in one entry; split it"
        )
    # The preferred term first, then full forms before abbreviations, then as written.
    english.sort(key=lambda term: (term.rank, term.is_short))
    target, *others = [_clean(term.text) for term in english]
    note = " ".join(_clean("".join(e.itertext())) for e in concept if local(e) == "note")
    for term in chinese:
        yield entry(
            file,
            place,
            _clean(term.text),
            target,
            aliases="|".join(others),
            note=note,
            pos=term.pos,
        )


class _TbxTerm:
    """One term of one language and what its notes say."""

    def __init__(self, element: Any, notes: dict[str, str]) -> None:
        self.text = "".join(element.itertext()) if len(element) else element.text or ""
        self.pos = notes.get("partOfSpeech", "")
        status = notes.get("administrativeStatus", notes.get("normativeAuthorization", ""))
        self.is_dropped = status.startswith(("deprecated", "superseded", "obsolete"))
        self.rank = 0 if status.startswith("preferred") else 1
        self.is_short = notes.get("termType", "") in ("abbreviation", "acronym", "initialism")


def _terms(concept: Any, languages: tuple[str, ...]) -> list[_TbxTerm]:
    found = []
    for section in concept:
        language = section.get(_LANG) or section.get("lang") or ""
        if section.tag.endswith(("langSet", "langSec")) and _is_one_of(language, languages):
            notes: dict[Any, dict[str, str]] = {}
            for element in section.iter("{*}term"):
                group = element.getparent()
                if group not in notes:
                    notes[group] = _notes(group)
                found.append(_TbxTerm(element, notes[group]))
    return [term for term in found if not term.is_dropped]


def _notes(group: Any) -> dict[str, str]:
    """What stands beside a term: termNote type="partOfSpeech", or partOfSpeech itself."""
    return {
        note.get("type") or local(note): "".join(note.itertext()).strip()
        for note in group
        if local(note) != "term"
    }


@lru_cache(maxsize=256)  # a file has few language codes
def _is_one_of(language: str, languages: tuple[str, ...]) -> bool:
    return language.lower().replace("_", "-").partition("-")[0] in languages


def _clean(text: str) -> str:
    return " ".join((text if text.isascii() else normalise(text)).split())
