"""Articles as rows of JSONL, CSV and TSV files, found once and read again by their offset."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from translator import files
from translator.documents import Limits
from translator.errors import InputError

_JSON = (".jsonl", ".ndjson")
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_LONGEST = Limits().text_bytes
# Of an article at its limit, every byte written as JSON may write it (\u0001), and other columns.
_LONGEST_LINE = 8 * _LONGEST


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold an article's text and, where the table has it, its id."""

    text: str = "text"
    id: str = "id"


@dataclass(frozen=True, slots=True)
class Row:
    """Where a row lies: the byte it begins at, its line (JSONL) or number (CSV), its id."""

    offset: int
    number: int
    id: str
    place: str
    header: tuple[str, ...] = ()
    encoding: str = "utf-8"


def is_table(path: str) -> bool:
    """Whether a file's ending is that of a table of articles."""
    return Path(path).suffix.lower() in (*_JSON, *_DELIMITERS)


def rows(path: str, columns: Columns) -> Iterator[Row]:
    """The rows of a table. One that cannot be read is a row too: `text` says what is wrong.

    Raises:
        InputError: the file cannot be read, or has no column for the text.
    """
    files.require_regular(Path(path), path)
    try:
        with Path(path).open("rb") as file:
            found = _json_rows if Path(path).suffix.lower() in _JSON else _csv_rows
            yield from found(file, path, columns)
    except (OSError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as a table: {error}") from error


def text(path: str, row: Row, columns: Columns) -> str:
    """The text of a row, read from its file.

    Raises:
        InputError: the row has no text, or is not what the format asks for.
    """
    where = f"{path}, {row.place}"
    try:
        with Path(path).open("rb") as file:
            file.seek(row.offset)
            record: dict[str, object]
            if row.header:
                cells = next(_reader(file, path, row.encoding))
                record = {**dict(zip(row.header, cells, strict=False))}
            else:
                record = _object(file.readline(_LONGEST_LINE + 1))
    except (OSError, ValueError, csv.Error, StopIteration) as error:
        raise InputError(f"{where} cannot be read: {error}") from error
    found = record.get(columns.text)
    if not isinstance(found, str) or not found.strip():
        raise InputError(
            f"{where} has no text in {columns.text!r}: its columns are {_listed(record)}"
        )
    return found


def _json_rows(file: IO[bytes], path: str, columns: Columns) -> Iterator[Row]:
    offset = 0
    for number, line in enumerate(_lines(file, path), 1):
        if line.strip(b"\xef\xbb\xbf \t\r\n"):
            try:
                name = _object(line).get(columns.id, "")
            except ValueError:
                name = ""
            label = str(name) if isinstance(name, str | int) else ""
            yield Row(offset, number, label, f"line {number}")
        offset += len(line)
    if not offset:
        raise InputError(f"{path} is empty")


def _object(line: bytes) -> dict[str, object]:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(record, dict):
        raise ValueError("the line is no JSON object")
    return record


def _csv_rows(file: IO[bytes], path: str, columns: Columns) -> Iterator[Row]:
    encoding = _encoding(file, path)
    reader = _reader(file, path, encoding)
    header = tuple(cell.strip() for cell in next(reader, []))
    if columns.text not in header:
        raise InputError(
            f"{path} has no column {columns.text!r}: name the one with the text by --text-column "
            f"(its columns are {_listed(header)})"
        )
    at = header.index(columns.id) if columns.id in header else None
    number, offset = 0, file.tell()
    for cells in reader:
        if any(cell.strip() for cell in cells):
            number += 1
            name = cells[at] if at is not None and at < len(cells) else ""
            yield Row(offset, number, name, f"row {number}", header, encoding)
        offset = file.tell()


def _reader(file: IO[bytes], path: str, encoding: str) -> Iterator[list[str]]:
    """The records from where the file stands; csv takes no more lines than a record has."""
    csv.field_size_limit(_LONGEST)
    delimiter = _DELIMITERS[Path(path).suffix.lower()]
    lines = (line.decode(encoding, errors="replace") for line in _lines(file, path))
    return csv.reader(lines, delimiter=delimiter)


def _lines(file: IO[bytes], path: str) -> Iterator[bytes]:
    """The lines of a file, from where it stands; the file is never ahead of the last one."""
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise InputError(f"{path} has a line of over {_LONGEST_LINE:,} bytes: it is no table")
        yield line


def _listed(columns: Iterable[str]) -> str:
    """Names of columns as a message shows them: in one line, and not thousands."""
    return " ".join(", ".join(columns)[:200].split()) or "none"


def _encoding(file: IO[bytes], path: str) -> str:
    """UTF-8, or what spreadsheets in China write; the file is then after its byte order mark."""
    start = file.read(3)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"{path} is UTF-16: save it as UTF-8")
    begin = 3 if start == b"\xef\xbb\xbf" else 0
    file.seek(begin)
    encoding = "utf-8"
    try:
        for line in _lines(file, path):
            line.decode("utf-8")
    except UnicodeDecodeError:
        encoding = "gb18030"
    file.seek(begin)
    return encoding
