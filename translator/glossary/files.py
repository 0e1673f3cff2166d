"""A glossary from a file: CSV, TSV or TBX, in the encodings that Chinese offices use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from translator import decode, files, markup
from translator.errors import InputError
from translator.glossary import tables, tbx
from translator.glossary.entries import Entry
from translator.glossary.terms import Glossary
from translator.home import shipped

_MAX_BYTES = 64_000_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def load(path: Path | None = None) -> Glossary:
    """The glossary of a file, or the one that ships with the package.

    Terms in Traditional characters become Simplified, as articles do.

    Raises:
        InputError: the file cannot be read or decoded, or a line has the wrong columns, an empty
            source or target, Chinese in the target, or another English for a term it repeats.
    """
    path = path or shipped("seeds") / "glossary.tsv"
    data = files.read(path, _MAX_BYTES, f"the glossary {path}")
    file = str(path)
    remarks: list[str] = []
    if markup.is_xml(data):
        entries = list(tbx.read(data, file, remarks))
    else:
        entries = list(tables.read(decode.normalise(_text(data, path)), file))
    return _collected(_simplified(entries), file, remarks)


def load_over(own: Path | None) -> Glossary:
    """The shipped glossary, a user's own terms taking the place of shipped ones.

    Raises:
        InputError: as `load`.
    """
    terms = load()
    return terms.overridden_by(load(own)) if own else terms


def _text(data: bytes, path: Path) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    readings = []
    for name in (marked,) if marked else ("utf-8", "gb18030", "big5hkscs"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if name in ("utf-8", marked):
            return text
        readings.append(text)
    if not readings or b"\0" in data:
        raise InputError(
            f"the glossary {path} is not UTF-8, UTF-16 with its mark or GB18030 text: "
            "save it as UTF-8"
        )
    return max(readings, key=decode.score)


def _simplified(entries: list[Entry]) -> list[Entry]:
    sources = "\n".join(entry.term.source for entry in entries)
    simplified = decode.to_simplified(sources)
    if simplified == sources:
        return entries
    return [
        entry
        if source == entry.term.source
        else replace(entry, term=replace(entry.term, source=source))
        for entry, source in zip(entries, simplified.split("\n"), strict=True)
    ]


def _collected(entries: Iterable[Entry], file: str, remarks: list[str]) -> Glossary:
    """The entries as one glossary: repeated ones joined, contradictions refused."""
    kept: dict[str, Entry] = {}
    conflicts, repeats = [], []
    for entry in entries:
        first = kept.setdefault(entry.term.key, entry)
        if first is entry:
            continue
        one, other = first.term, entry.term
        if (one.target, one.case) != (other.target, other.case):
            conflicts.append((entry, first))
            continue
        repeats.append(f"{entry.place} ({one.source}, as {first.place})")
        aliases = tuple(dict.fromkeys((*one.aliases, *other.aliases)))
        kept[one.key] = replace(first, term=replace(one, aliases=aliases))
    if conflicts:
        others = [entry.place for entry, _ in conflicts[1:]]
        more = f" (and the same in {_listed(others)})" if others else ""
        raise InputError(f"{file}, {_conflict(*conflicts[0])}{more}")
    if repeats:
        remarks.append(f"{file}: repeated terms, read once: {_listed(repeats)}")
    return Glossary(tuple(entry.term for entry in kept.values()), tuple(remarks))


def _conflict(entry: Entry, first: Entry) -> str:
    here, there = entry.term, first.term
    if here.target == there.target:
        return f"{entry.place}: {here.source} has another case in {first.place}; keep one"
    return (
        f"{entry.place}: {here.source} is {here.target!r} here and {there.target!r} in "
        f"{first.place}; keep one and make the other an alias"
    )


def _listed(items: list[str]) -> str:
    more = f" and {len(items) - 10} more" if len(items) > 10 else ""
    return ", ".join(items[:10]) + more
