"""Approved segments from bilingual files, and to TMX 1.4b and TSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from translator import __version__, bitext
from translator.errors import UsageError
from translator.memory.approved import Approved
from translator.memory.memory import Memory
from translator.text import han_count

FORMATS = {".tmx": "tmx", ".tsv": "tsv"}
# Control characters (tabs and line breaks are spaces by then), lone surrogates, non-characters.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of the pairs of a file; `left` are those left out, each with its reason."""

    new: int
    changed: int
    same: int
    left: tuple[str, ...]


def import_(memory: Memory, path: Path, *, unreviewed: bool = False) -> Imported:
    """Take in the pairs of a TMX, XLIFF, TSV or bilingual Word file as approved.

    Left out are pairs whose state says that nobody has reviewed them (unless `unreviewed`), and
    pairs without Chinese in the source or with Chinese in the target.

    Raises:
        InputError: the file cannot be read, or the memory not be used.
    """
    kept: list[Approved] = []
    left: list[str] = []
    for number, pair in enumerate(bitext.read(path), 1):
        note = _clean(pair.note or "")
        segment = Approved(_clean(pair.source), _clean(pair.target), note, path.name)
        if fault := _fault(segment, "" if unreviewed else pair.state or ""):
            left.append(f"{pair.id or number}: {fault}")
        else:
            kept.append(segment)
    new, changed = memory.add(kept)
    return Imported(new, changed, len(kept) - new - changed, tuple(left))


def format_of(path: Path) -> str:
    """The format that a file's ending stands for.

    Raises:
        UsageError: no format has that ending.
    """
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        raise UsageError(f"{path}: the memory is exported as .tmx or .tsv; end the name so")
    return name


def render(segments: Iterable[Approved], name: str) -> str:
    """Approved segments as the text of a file of a format."""
    ordered = sorted(segments, key=lambda one: one.source)
    return _tmx(ordered) if name == "tmx" else _tsv(ordered)


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("", " ".join(text.split()))


# XLIFF's words, and ours, for a translation that waits for a reviewer.
_UNREVIEWED = re.compile("initial|new|translated|flagged|failed|unfinished|needs-.*", re.IGNORECASE)


def _fault(segment: Approved, state: str) -> str:
    if _UNREVIEWED.fullmatch(state):
        return f"nobody has reviewed it (its state is {state}); --all takes it too"
    if not han_count(segment.source):
        return "there is no Chinese in its source"
    return "there is Chinese in its target" if han_count(segment.target) else ""


def _tmx(segments: Sequence[Approved]) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<tmx version="1.4">',
        f'  <header creationtool="translator" creationtoolversion={quoteattr(__version__)}'
        ' segtype="sentence" o-tmf="translator" adminlang="en" srclang="zh-CN"'
        ' datatype="plaintext"/>',
        "  <body>",
    ]
    for one in segments:
        note = f"<note>{escape(one.note)}</note>" if one.note else ""
        lines += [
            f"    <tu>{note}",
            f'      <tuv xml:lang="zh-CN"><seg>{escape(one.source)}</seg></tuv>',
            f'      <tuv xml:lang="en"><seg>{escape(one.target)}</seg></tuv>',
            "    </tu>",
        ]
    return "\n".join([*lines, "  </body>", "</tmx>", ""])


def _tsv(segments: Sequence[Approved]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(("source", "target", "note"))
    writer.writerows((one.source, one.target, one.note) for one in segments)
    return text.getvalue()
