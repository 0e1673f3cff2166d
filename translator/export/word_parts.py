"""What python-docx has no call for: bookmarks, links, page numbers, a table with a header."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from translator.checks import Severity
from translator.export.word_styles import ERROR, WARNING

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_TWIPS_PER_CM = 567


@contextlib.contextmanager
def bookmark(paragraph: Paragraph, name: str, number: int) -> Iterator[None]:
    """A bookmark round what is added to the paragraph meanwhile; both must be its own."""
    paragraph._p.append(_element("w:bookmarkStart", id=str(number), name=name))
    yield
    paragraph._p.append(_element("w:bookmarkEnd", id=str(number)))


def link(paragraph: Paragraph, text: str, *, anchor: str, style: str) -> None:
    """A link to a bookmark."""
    run = paragraph.add_run(text, style=style)
    hyperlink = _element("w:hyperlink", anchor=anchor, history="1")
    paragraph._p.append(hyperlink)
    hyperlink.append(run._r)


def number_pages(paragraph: Paragraph) -> None:
    """`Page 2 of 7`, counted by Word."""
    for text, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        paragraph.add_run(text)
        simple = _element("w:fldSimple", instr=field)
        simple.append(_run("1"))
        paragraph._p.append(simple)


class Table:
    """A table that repeats its first row on every page and breaks no row.

    Rows are written as XML: python-docx's own cells take a time that grows with the square of
    the table's length.
    """

    def __init__(
        self, document: Document, header: Sequence[str], widths_cm: Sequence[float]
    ) -> None:
        self._widths = [round(width * _TWIPS_PER_CM) for width in widths_cm]
        self._cell_style = document.styles["Cell"].style_id
        table = document.add_table(rows=0, cols=len(header))
        table.autofit = False
        self._table: Any = table._tbl
        borders = _element("w:tblBorders")
        for side in ("top", "bottom", "insideH"):
            borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color="CCCCCC"))
        margins = _element("w:tblCellMar")
        for side in ("top", "left", "bottom", "right"):
            space = "60" if side in ("top", "bottom") else "100"
            margins.append(_element(f"w:{side}", w=space, type="dxa"))
        look = self._table.tblPr.find(qn("w:tblLook"))
        for part in (borders, self._table.tblPr.find(qn("w:tblLayout")), margins):
            look.addprevious(part)  # in the order that the format lays down
        for column, width in zip(self._table.tblGrid, self._widths, strict=True):
            column.set(qn("w:w"), str(width))
        self.add(header, strong=True, header=True)

    def add(
        self,
        cells: Sequence[str],
        *,
        strong: bool = False,
        severity: Severity | None = None,
        header: bool = False,
    ) -> None:
        """A row; its first cell is shaded where there is a finding."""
        row, layout = _element("w:tr"), _element("w:trPr")
        layout.append(_element("w:cantSplit"))
        if header:
            layout.append(_element("w:tblHeader"))
        row.append(layout)
        for place, (text, width) in enumerate(zip(cells, self._widths, strict=True)):
            fill = {"error": ERROR, "warning": WARNING}.get(severity or "") if not place else None
            row.append(self._cell(text, width, strong=strong and (header or place > 0), fill=fill))
        self._table.append(row)

    def _cell(self, text: str, width: int, *, strong: bool, fill: str | None) -> Any:
        cell, layout = _element("w:tc"), _element("w:tcPr")
        layout.append(_element("w:tcW", w=str(width), type="dxa"))
        if fill:
            layout.append(_element("w:shd", val="clear", color="auto", fill=fill))
        cell.append(layout)
        paragraph, style = _element("w:p"), _element("w:pPr")
        style.append(_element("w:pStyle", val=self._cell_style))
        paragraph.append(style)
        if text:
            paragraph.append(_run(text, strong=strong))
        cell.append(paragraph)
        return cell


def _run(text: str, *, strong: bool = False) -> Any:
    run: Any = OxmlElement("w:r")
    run.text = text  # tabs and line breaks become Word's own
    if strong:
        run.get_or_add_rPr().append(_element("w:b"))
    return run


def _element(tag: str, /, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element
