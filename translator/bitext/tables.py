"""Tables into pairs: tab-separated text, and the bilingual table of a Word file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from translator import decode, extract, isolated
from translator.bitext.pair import Pair, one_line
from translator.errors import InputError
from translator.text import han_count

# What a column may be called, by its first line; the docx that we write uses the first names.
_NAMES = {
    "source": ("chinese", "source", "zh", "zh-cn", "中文", "原文"),
    "target": ("english", "target", "en", "英文", "译文"),
    "id": ("no.", "id", "segment"),
    "state": ("state", "status"),
    "note": ("note", "notes", "comment"),
}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_tsv(data: bytes, file: str) -> Iterator[Pair]:
    """The pairs of a tab-separated file, UTF-8 or any encoding Chinese text comes in.

    The first line names the columns: source and target, and if wanted id, state and note. A file
    of two columns may do without, Chinese first.

    Raises:
        InputError: with the line: binary, no such columns, or another number of columns.
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(f"{file} is a workbook or a zip file: save it as tab-separated text")
    text = decode.decode(data, file)
    if "\0" in text:
        raise InputError(f"{file} is binary data, not tab-separated text")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [
        (number, [_unquoted(cell.strip(" ")) for cell in line.split("\t")])
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    number, header = rows[0]
    at = _columns(header)
    if "source" in at and "target" in at:
        rows = rows[1:]
    elif at or len(header) != 2:
        raise InputError(
            f"{file}, line {number}: no columns named source and target, separated by tabs"
        )
    else:
        at = {"source": 0, "target": 1}
    for number, cells in rows:
        if len(cells) <= max(at["source"], at["target"]) or any(cells[len(header) :]):
            raise InputError(
                f"{file}, line {number}: {len(cells)} columns where the first line has "
                f"{len(header)}"
            )
        yield _pair(cells, at, f"{file}, line {number}")


def read_docx(data: bytes, file: str) -> Iterator[Pair]:
    """The pairs of the tables in a Word file whose first row names Chinese and English.

    Tracked insertions count as text, tracked deletions do not; comments become notes.

    Raises:
        InputError: with the row: not a docx, too large unpacked, no such table, or two languages
            in the wrong columns.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            f"{file} is an encrypted or old Word file: remove its password, or save it as docx"
        )
    found = isolated.call(
        *("translator.bitext.tables:docx_pairs", data, file),
        where=file,
        kind="docx",
        to=decode.Limits().seconds,
    )
    return (Pair(*cells) for cells in found)


def docx_pairs(data: bytes, file: str) -> list[tuple[str | None, ...]]:
    """What `read_docx` reads, each pair as its fields; `isolated` runs it."""
    document = _document(data, file)
    comments = {str(one.comment_id): one_line(one.text) for one in document.comments}
    pairs: list[tuple[str | None, ...]] = []
    found = False
    for number, table in enumerate(document.element.body.iter(f"{_W}tbl"), 1):
        rows = [row for row in table.iterfind(f"{_W}tr") if row.find(f"{_W}trPr/{_W}del") is None]
        if not rows:
            continue
        header = [_cell_text(cell) for cell in rows[0].iterfind(f"{_W}tc")]
        at = _columns(header)
        if "source" not in at or "target" not in at:
            continue
        found = True
        for place, row in enumerate(rows[1:], 2):
            cells = list(row.iterfind(f"{_W}tc"))
            where = f"{file}, table {number}, row {place}"
            if len(cells) <= max(at["source"], at["target"]):
                raise InputError(f"{where}: {len(cells)} cells where the first row has more")
            pair = _pair([_cell_text(cell) for cell in cells], at, where)
            remarks = [pair.note or "", *_remarks(row, comments)]
            note = "\n".join(remark for remark in remarks if remark) or None
            pairs.append((pair.source, pair.target, pair.id, pair.state, note))
    if not found:
        raise InputError(f"{file} has no table whose first row names Chinese and English")
    return pairs


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each known column is; of two with one name, the first."""
    at: dict[str, int] = {}
    for place, cell in enumerate(header):
        for name, known in _NAMES.items():
            if cell.strip().lower() in known:
                at.setdefault(name, place)
    return at


def _pair(cells: Sequence[str], at: dict[str, int], where: str) -> Pair:
    given = {name: one_line(cells[place]) for name, place in at.items() if place < len(cells)}
    source, target = given["source"], given["target"]
    if han_count(target) > han_count(source):
        raise InputError(f"{where}: the Chinese stands in the English column")
    return Pair(
        source,
        target,
        given.get("id") or None,
        given.get("state") or None,
        given.get("note") or None,
    )


def _unquoted(cell: str) -> str:
    """A cell as spreadsheets write it: in quotes only where it holds quotes."""
    inner = cell[1:-1]
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if quoted and '""' in inner else cell


def _document(data: bytes, file: str) -> Any:
    import docx

    try:
        extract.check_zip(data, decode.Limits())
    except InputError as error:
        raise InputError(f"{file} {error}") from error
    return docx.Document(io.BytesIO(data))


def _cell_text(cell: Any) -> str:
    """The text of a cell with tracked insertions, without deletions; a space between paragraphs."""
    marks = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}
    gone = (f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_W}tcPr")
    parts: list[str] = []
    stack = [cell]
    while stack:
        node = stack.pop()
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in marks:
            parts.append(marks[node.tag])
        elif node.tag not in gone:
            if node.tag == f"{_W}p" and parts:
                parts.append(" ")
            stack.extend(reversed(node))
    return one_line("".join(parts))


def _remarks(row: Any, comments: dict[str, str]) -> list[str]:
    numbers = [one.get(f"{_W}id", "") for one in row.iter(f"{_W}commentReference")]
    return [comments[number] for number in numbers if comments.get(number)]
