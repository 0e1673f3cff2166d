"""docx, html and pdf bytes to lines; `isolated` runs it, since these formats are hostile."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from translator import cues, markup, reflow
from translator.decode import HAN, Limits
from translator.errors import InputError
from translator.wrap import Line, Role

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def lines(
    data: bytes, where: str, kind: str, text_bytes: int, unpacked_bytes: int, pages: int
) -> list[tuple[str, int, bool, Role]]:
    """The lines of a docx, html or pdf file, each as the fields of a `Line`.

    Raises:
        InputError: it cannot be read, has no text, or is over a limit.
    """
    limits = Limits(text_bytes=text_bytes, unpacked_bytes=unpacked_bytes, pages=pages)
    try:
        found = {"docx": docx_lines, "html": html_lines, "pdf": pdf_lines}[kind](data, limits)
        size = sum(len(line.text.encode("utf-8", errors="replace")) + 1 for line in found)
        if size > text_bytes:
            raise InputError(f"has {size:,} bytes of text, the limit is {text_bytes:,}: split it")
    except InputError as exc:
        raise InputError(f"{where} {exc}") from exc
    return [(line.text, line.gap, line.indented, line.role) for line in found]


def docx_lines(data: bytes, limits: Limits) -> list[Line]:
    """The body of a Word file in order; headers, footers, notes and deleted text are left out."""
    check_zip(data, limits)
    import docx

    document = docx.Document(io.BytesIO(data))
    levels = {style.style_id: style.name or "" for style in document.styles}
    lines: list[Line] = []
    gap = 0
    for text, role in _word_blocks(document.element.body, levels):
        if text.strip():
            lines.append(Line(text, gap, role=role))
            gap = 0
        else:
            gap += 1
    return lines


def check_zip(data: bytes, limits: Limits) -> None:
    """Raise InputError, to be read after the file's name, unless `data` is a docx within limits."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as exc:
        raise InputError("is a damaged docx file: save it again") from exc
    parts = archive.infolist()
    if "word/document.xml" not in archive.namelist():
        raise InputError("is a zip file but not a Word document: give a docx file")
    if any(part.flag_bits & 1 for part in parts):
        raise InputError("is encrypted: remove its password")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked_bytes or len(parts) > 10_000:
        raise InputError(
            f"unpacks to {unpacked:,} bytes in {len(parts):,} parts, "
            f"the limit is {limits.unpacked_bytes:,}: save only its text"
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            text = archive.read(part).replace(b"\x00", b"")
            # Office Open XML allows no document type, which is what entity bombs need, and no
            # encoding but these two (ECMA-376, part 2, 6.2.5): in others one would not be seen.
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise InputError("holds a document type declaration: save it again from Word")
            if not markup.is_xml(text) or markup.declared(text) not in ("", "utf-8", "utf-16"):
                raise InputError("has a part that is no XML in UTF-8: save it again from Word")


def _word_blocks(parent: Any, styles: dict[str, str]) -> Iterator[tuple[str, Role]]:
    for child in parent:
        if child.tag == f"{_W}p":
            yield _word_text(child), _word_role(child, styles)
            for box in _within(child, "txbxContent"):
                yield from _word_blocks(box, styles)
        elif child.tag == f"{_W}tbl":
            for row in _within(child, "tr"):
                cells = _within(row, "tc")
                if len(cells) == 1:  # a frame for the layout, not a table
                    yield from _word_blocks(cells[0], styles)
                else:
                    texts = [" ".join(text for text, _ in _word_blocks(c, styles)) for c in cells]
                    yield "\t".join(" ".join(text.split()) for text in texts), "row"
        elif child.tag not in (f"{_W}sectPr", _FALLBACK):
            yield from _word_blocks(child, styles)


def _within(parent: Any, name: str) -> list[Any]:
    """Descendants of that name, but none inside another of them or in a copy for old Word."""
    found: list[Any] = []
    stack = list(reversed(parent))
    while stack:
        node = stack.pop()
        if node.tag == f"{_W}{name}":
            found.append(node)
        elif node.tag != _FALLBACK:
            stack.extend(reversed(node))
    return found


def _word_text(paragraph: Any) -> str:
    """The text of one paragraph with insertions, without deletions and text boxes."""
    breaks = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
    parts: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in breaks:
            parts.append(breaks[node.tag])
        elif node.tag not in (f"{_W}txbxContent", f"{_W}del", f"{_W}pPr", f"{_W}rPr", _FALLBACK):
            stack.extend(reversed(node))
    return "".join(parts)


def _word_role(paragraph: Any, styles: dict[str, str]) -> Role:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = styles.get(style.get(f"{_W}val", ""), "") if style is not None else ""
    if name.lower() == "title":
        return "title"
    if name.lower().startswith("heading"):
        return "heading"
    numbered = paragraph.find(f"{_W}pPr/{_W}numPr") is not None
    return "item" if numbered or name.startswith("List") else "text"


def html_lines(data: bytes, _limits: Limits) -> list[Line]:
    """The article of a web page: title, headings, paragraphs, lists and tables, no navigation."""
    import trafilatura
    from lxml import etree, html  # type: ignore[import-untyped, unused-ignore]
    from trafilatura.settings import use_config

    page = data.decode("utf-8")
    config = use_config()
    # Its own 250 characters are two sentences in English, but a short article in Chinese.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "30")
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")
    for more in (False, True):
        found = trafilatura.extract(
            page, output_format="xml", include_comments=False, favor_recall=more, config=config
        )
        if found:
            break
    else:
        raise InputError("has no article text in it: save the text of the page as txt")
    tree = etree.fromstring(found.encode(), etree.XMLParser(resolve_entities=False))
    main = tree.find(".//main")
    lines = _page_lines(tree if main is None else main)
    if any(line.role == "title" for line in lines):
        return lines
    # trafilatura takes a headline out of the article when it stands outside of it.
    tops = [" ".join(top.text_content().split()) for top in html.fromstring(page).iter("h1")]
    tops = [top for top in tops if re.search(f"[{HAN}].*[{HAN}]", top)]
    if len(tops) != 1:
        own = next((line.text for line in lines if not cues.stands_alone(line.text)), "")
        if len(own) <= reflow.HEADING_CHARS and not cues.ends_sentence(own):
            return lines
        metadata = trafilatura.extract_metadata(page)
        tops = [metadata.title] if metadata and metadata.title else []
    if not tops:
        return lines
    return [Line(tops[0], 0, role="title"), *(line for line in lines if line.text != tops[0])]


def _page_lines(parent: Any) -> list[Line]:
    lines: list[Line] = []
    for node in parent:
        if node.tag == "head":
            first = node.get("rend") == "h1" and not any(line.role == "title" for line in lines)
            lines.append(Line(_page_text(node), 1, role="title" if first else "heading"))
        elif node.tag == "item":
            lines.append(Line(_page_text(node), 1, role="item"))
            for inner in node.iterchildren("list"):
                lines += _page_lines(inner)
        elif node.tag == "table":
            for row in node.iterchildren("row"):
                cells = list(row.iterchildren("cell"))
                if len(cells) == 1:  # a frame for the layout, not a table
                    lines += [Line(cells[0].text or "", 1), *_page_lines(cells[0])]
                else:
                    texts = [" ".join("".join(cell.itertext()).split()) for cell in cells]
                    lines.append(Line("\t".join(texts), 1, role="row"))
        elif node.tag == "list" or (len(node) and node.tag not in _PAGE_TEXTS):
            lines += _page_lines(node)
        else:
            lines.append(Line(_page_text(node), 1))
        if node.tail and node.tail.strip():
            lines.append(Line(node.tail, 1))
    return [line for line in lines if line.text.strip()]


_PAGE_TEXTS = {"p", "quote", "code"}


def _page_text(node: Any) -> str:
    """The text of one element, lists inside it left out; its line breaks are newlines."""
    parts = [node.text or ""]
    for inner in node:
        if inner.tag == "lb":
            parts.append("\n")
        elif inner.tag != "list":
            parts.append(_page_text(inner))
        parts.append(inner.tail or "")
    return "".join(parts)


def pdf_lines(data: bytes, limits: Limits) -> list[Line]:
    """The text of a PDF file in the order it was set; page numbers are left out.

    The order of setting follows the articles and columns of a page, where reading across it
    would mix columns. Blank lines and indents are told by the places of the lines.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        pdf = pdfplumber.open(io.BytesIO(data))
    except Exception as exc:
        cause = exc.args[0] if exc.args else exc
        if isinstance(exc, PDFPasswordIncorrect) or isinstance(cause, PDFPasswordIncorrect):
            raise InputError("is encrypted: remove its password") from exc
        raise
    with pdf:
        if len(pdf.pages) > limits.pages:
            raise InputError(f"has {len(pdf.pages)} pages, the limit is {limits.pages}: split it")
        lines = [line for page in pdf.pages for line in _pdf_page(page)]
    text = "".join(line.text for line in lines)
    if not text.strip():
        raise InputError("has no text, only images: run text recognition (OCR) on it first")
    if text.count("(cid:") * 10 > len(text):
        raise InputError("has fonts that do not say their characters: run text recognition on it")
    return lines


def _pdf_page(page: Any) -> list[Line]:
    found = page.extract_text_lines(return_chars=False, use_text_flow=True)
    page.close()
    for edge in (0, -1):
        if found and re.fullmatch(
            r"[-–—·第 ]*[0-9]{1,4}[-–—·页 ]*(?:共 ?[0-9]+ ?页)?", found[edge]["text"]
        ):
            del found[edge]
    lines: list[Line] = []
    column: list[Any] = []
    for line in found:
        # A line higher up than the one before it starts a new column.
        if column and line["top"] < column[-1]["top"]:
            lines += _pdf_column(column)
            column = []
        column.append(line)
    return lines + (_pdf_column(column) if column else [])


def _pdf_column(column: list[Any]) -> list[Line]:
    """The lines of one column, joined where a line reaches its edge and the next runs on."""
    heights = [line["bottom"] - line["top"] for line in column]
    usual = sorted(heights)[len(heights) // 2]
    # What is set larger is a headline: it neither runs on nor tells where the column ends.
    plain = [tall <= 1.2 * usual for tall in heights]
    body = [line for line, usual_size in zip(column, plain, strict=True) if usual_size]
    lefts = Counter(round(line["x0"]) for line in body)
    left = max(lefts, key=lambda x: (lefts[x], -x))
    right = max(line["x1"] for line in body)
    gaps = [line["top"] - before["bottom"] > 0.9 * usual for before, line in pairwise(column)]
    indents = [line["x0"] - left > 1.2 * usual for line in column]
    marked = any(gaps) or any(indents)
    lines: list[Line] = []
    for at, (line, gap) in enumerate(zip(column, [True, *gaps], strict=True)):
        full = plain[at - 1] and plain[at] and right - column[at - 1]["x1"] < 2 * usual
        runs_on = at > 0 and full and (marked or not cues.ends_sentence(lines[-1].text))
        if runs_on and not gap and not indents[at] and not cues.is_item(line["text"]):
            text = lines[-1].text
            whole = text + reflow.glue(text[-40:], line["text"]) + line["text"]
            lines[-1] = replace(lines[-1], text=whole)
        else:
            lines.append(Line(line["text"], int(gap), indents[at]))
    return lines
