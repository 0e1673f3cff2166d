"""Bilingual files back into pairs: TMX, XLIFF 1.2 and 2.0, TSV, and the table of our Word files.

What an editor has corrected comes back by these, whoever's tool it was corrected in. A file is
untrusted: no entity is expanded, nothing outside it is read, and its size is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from translator import files
from translator.bitext.pair import Pair
from translator.errors import InputError

__all__ = ["Pair", "read"]

_MAX_BYTES = 64_000_000

# Given the file's bytes and its name for messages; pairs as the file has them, gaps included.
_Reader = Callable[[bytes, str], Iterable[Pair]]


def read(path: Path) -> list[Pair]:
    """The pairs of a bilingual file, Chinese to English, in the file's order.

    The ending decides the format: .tmx, .xliff, .xlf, .tsv, .docx. Entries that lack either text
    (nothing translated yet) are left out.

    Raises:
        InputError: one line with the file and the place: unreadable, too large, damaged, of
            other languages, without the columns or the table asked for, or without any pair.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise InputError(f"{path}: bilingual files end in {known}; save it as one of these")
    data = files.read(path, _MAX_BYTES, str(path))
    if not data.strip(b"\0 \t\r\n"):
        raise InputError(f"{path} is empty")
    pairs = [pair for pair in reader(data, str(path)) if pair.source and pair.target]
    if not pairs:
        raise InputError(f"{path} has no Chinese text with its English translation")
    return pairs


def _tmx(data: bytes, file: str) -> Iterator[Pair]:
    from translator.bitext import xml

    return xml.read_tmx(data, file)


def _xliff(data: bytes, file: str) -> Iterator[Pair]:
    from translator.bitext import xml

    return xml.read_xliff(data, file)


def _tsv(data: bytes, file: str) -> Iterator[Pair]:
    from translator.bitext import tables

    return tables.read_tsv(data, file)


def _docx(data: bytes, file: str) -> Iterator[Pair]:
    from translator.bitext import tables

    return tables.read_docx(data, file)


_READERS: dict[str, _Reader] = {
    ".tmx": _tmx,
    ".xliff": _xliff,
    ".xlf": _xliff,
    ".tsv": _tsv,
    ".docx": _docx,
}
