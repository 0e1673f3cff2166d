"""TBX core, versions 2 and 3: concepts, their languages, their terms.

Every Chinese term of a concept gets the concept's first English term; other English terms become
its aliases, deprecated ones are left out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from translator.decode import normalise
from translator.errors import InputError
from translator.glossary.entries import Entry, entry

_CHINESE = ("zh", "zho", "chi", "cmn")
_ENGLISH = ("en", "eng")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def is_tbx(data: bytes) -> bool:
    """Whether a file is XML, in any encoding."""
    return data[:400].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def read(data: bytes, file: str, remarks: list[str]) -> Iterator[Entry]:
    """The entries of a TBX file; nothing outside the file is read and no entity is expanded.

    Raises:
        InputError: with the line: not XML, entities, or what `entry` refuses.
    """
    from lxml import etree  # type: ignore[import-untyped, unused-ignore]

    if b"<!ENTITY" in data.replace(b"\0", b""):
        raise InputError(f"{file} declares XML entities, which are not read: write them out")
    one_language = empty = True
    left_out = 0
    try:
        for _, concept in etree.iterparse(
            io.BytesIO(data),
            tag=("{*}termEntry", "{*}conceptEntry"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            empty = False
            found = list(_entries(concept, file))
            left_out += not found
            one_language = one_language and not found
            yield from found
            concept.clear()
            while concept.getprevious() is not None:  # or every entry stays in memory
                del concept.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise InputError(
            f"{file}, line {error.lineno}: not well-formed XML: {error.msg}"
        ) from error
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
    place = f"line {concept.sourceline}" + (f" (entry {name})" if name else "")
    # The preferred term first, then full forms before abbreviations, then as written.
    english.sort(key=lambda term: (term.rank, term.is_short))
    target, *others = [_clean(term.text) for term in english]
    note = " ".join(_clean("".join(e.itertext())) for e in concept if _local(e) == "note")
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

    def __init__(self, element: Any) -> None:
        notes: dict[str, str] = {}
        siblings = element.getparent()
        for note in siblings if len(siblings) > 1 else ():
            if note is not element:  # termNote type="partOfSpeech", or partOfSpeech itself
                notes[note.get("type") or _local(note)] = "".join(note.itertext()).strip()
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
            found += [_TbxTerm(element) for element in section.iter("{*}term")]
    return [term for term in found if not term.is_dropped]


@lru_cache(maxsize=256)  # a file has few language codes
def _is_one_of(language: str, languages: tuple[str, ...]) -> bool:
    return language.lower().replace("_", "-").partition("-")[0] in languages


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _clean(text: str) -> str:
    return " ".join((text if text.isascii() else normalise(text)).split())
