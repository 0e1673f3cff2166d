"""CSV and TSV: a header that names the columns, then a term a line."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterator

from translator.errors import InputError
from translator.glossary.entries import Entry, entry

REQUIRED = ("source", "target")
OPTIONAL = ("aliases", "note", "case", "pos", "theme")  # the theme is for people


def read(text: str, file: str) -> Iterator[Entry]:
    """The entries of a table.

    Raises:
        InputError: with the line: wrong columns, or what `entry` refuses.
    """
    rows = _rows(text, file)
    number, header = next(rows, (1, []))
    at = _columns(header, f"{file}, line {number}")
    width = len(header)
    last_required = max(at["source"], at["target"])
    optional = {name: at[name] for name in ("aliases", "note", "case", "pos") if name in at}
    for number, cells in rows:
        if len(cells) <= last_required or any(cells[width:]):
            raise InputError(
                f"{file}, line {number}: {len(cells)} columns where the first line has {width}"
            )
        given = {name: cells[place] for name, place in optional.items() if place < len(cells)}
        source, target = cells[at["source"]], cells[at["target"]]
        yield entry(file, f"line {number}", source, target, **given)


def _columns(header: list[str], where: str) -> dict[str, int]:
    """Where each named column is."""
    at: dict[str, int] = {}
    for place, cell in enumerate(header):
        name = cell.lower()
        if name in at:
            raise InputError(f"{where}: there are two columns named {name}; keep one")
        if name not in (*REQUIRED, *OPTIONAL, ""):
            near = difflib.get_close_matches(name, (*REQUIRED, *OPTIONAL), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"{where}: unknown column {cell[:40]!r}{hint} {_WANTED}")
        at[name] = place
    lacking = [name for name in REQUIRED if name not in at]
    if lacking:
        raise InputError(f"{where}: no column named {' and none named '.join(lacking)} {_WANTED}")
    return at


_WANTED = (
    f"(the first line names the columns, separated by tabs or commas: {', '.join(REQUIRED)}, "
    f"and if wanted {', '.join(OPTIONAL)})"
)


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, with the number of their first line."""
    first = text.lstrip("\n").split("\n", 1)[0]
    if "\t" in first:
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield number, [_unquoted(cell.strip()) for cell in line.split("\t")]
        return
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, [cell.strip() for cell in cells]
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{file}, line {start}: not CSV: {error}") from error


def _unquoted(cell: str) -> str:
    """A cell as Excel's tab-separated text means it: quoted only round quotes and commas."""
    inner = cell[1:-1]
    if len(cell) < 2 or not cell[0] == cell[-1] == '"' or '"' in inner.replace('""', ""):
        return cell
    if '""' not in inner and "," not in cell:
        return cell
    return inner.replace('""', '"').strip()
