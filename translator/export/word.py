"""A Word file: the brief on a page of its own, the English text, then both languages in a table.

Doubts are Word comments on the words they are about, with real styles throughout, so that an
office can restyle, correct and send it on. `translator.bitext` reads the corrected table back.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import docx
from docx.text.run import Run as WordRun

from translator import __version__
from translator.brief import Brief
from translator.checks import Finding
from translator.documents import BlockKind
from translator.export import marks, word_parts
from translator.export.exchange import TARGET_LANGUAGE, xml_text
from translator.export.word_styles import define
from translator.pipeline import TranslatedSegment, Translation

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_AUTHOR, _INITIALS = "translator", "T"
_HEADER = ("No.", "Chinese", "English")  # the names by which `bitext` finds the table


def to_docx(translation: Translation, brief: Brief | None = None) -> bytes:
    """The translation as a Word file; without a brief it begins with the English text."""
    document = docx.Document()
    define(document)
    title = marks.title(translation, brief)
    _properties(document, translation, title)
    if brief is not None:
        _brief_page(document, translation, brief, title)
    _english(document, translation, new_page=brief is not None)
    _side_by_side(document, translation)
    word_parts.number_pages(document.sections[0].footer.paragraphs[0])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _properties(document: Document, translation: Translation, title: str) -> None:
    properties = document.core_properties
    properties.title = xml_text(title)[:255]
    properties.subject = xml_text(translation.document.title)[:255]
    properties.author = properties.last_modified_by = _AUTHOR
    properties.language = TARGET_LANGUAGE
    run = translation.run
    properties.comments = xml_text(
        f"Machine translation by translator {__version__}, {run['model']} ({run['engine']})"
    )[:255]
    properties.created = properties.modified = datetime.now(timezone.utc)


def _brief_page(document: Document, translation: Translation, brief: Brief, title: str) -> None:
    _add(document, "Kicker", "English brief")
    _add(document, "Title", title)
    if translation.document.title:
        _add(document, "Subtitle", translation.document.title)
    known = {segment.id for segment in translation.segments}
    for section in marks.sections(brief):
        _add(document, "Heading 2", section.title)
        if section.layout == "list":
            for entry in section.entries:
                _claim(_add(document, "List Bullet"), entry, known)
        elif section.layout == "table":
            table = word_parts.Table(document, (*section.columns, "Sentence"), (4.2, 10.2, 2.2))
            for entry in section.entries:
                table.add([xml_text(cell) for cell in (*entry.cells, " ".join(entry.segments))])
        else:
            paragraph = _add(document, "Lead")
            for place, entry in enumerate(section.entries):
                _claim(paragraph, entry, known, space=place > 0)
    doubts = marks.tally(translation)
    _add(
        document,
        "Check",
        f"Machine translation with {doubts}: see the comments on the English text."
        if doubts
        else "Machine translation; its checks found no doubts.",
    )


def _claim(
    paragraph: Paragraph, entry: marks.Entry, known: set[str], *, space: bool = False
) -> None:
    """A sentence of the brief and links to the sentences it rests on."""
    text = entry.cells[0]
    paragraph.add_run(xml_text(f" {text}" if space else text))
    for name in entry.segments:
        if name in known:
            paragraph.add_run("\u00a0")
            word_parts.link(paragraph, name, anchor=name, style="Reference")


def _english(document: Document, translation: Translation, *, new_page: bool) -> None:
    """The text to send on, a paragraph a block; every sentence is a bookmark with its id."""
    found = marks.by_segment(translation)
    numbers = {segment.id: number for number, segment in enumerate(translation.segments)}
    for block in translation.document.blocks:
        paragraph = _add(document, _STYLE[block.kind])
        if new_page:
            paragraph.paragraph_format.page_break_before = True
            new_page = False
        for place, segment in enumerate(translation.block_segments(block.id)):
            if place:
                paragraph.add_run(" ")
            with word_parts.bookmark(paragraph, segment.id, numbers[segment.id]):
                _sentence(document, paragraph, segment, found[segment.id])


def _sentence(
    document: Document,
    paragraph: Paragraph,
    segment: TranslatedSegment,
    findings: Sequence[Finding],
) -> None:
    if segment.status == "failed":
        text = f"[{segment.id} not translated: {segment.source.strip()}]"
        pieces = [marks.Run(text, tuple(findings))]
    else:
        pieces = marks.runs(segment.target, findings, "target")
    written: list[tuple[marks.Run, WordRun]] = []
    for piece in pieces:
        run = paragraph.add_run(xml_text(piece.text))
        if piece.severity:
            run.style = document.styles[piece.severity.capitalize()]
        written.append((piece, run))
    for finding in findings:
        over = [run for piece, run in written if finding in piece.findings]
        runs = over or [run for _, run in written]  # it quotes nothing: it is about the sentence
        if runs:
            document.add_comment(
                runs, text=xml_text(_remark(finding, segment)), author=_AUTHOR, initials=_INITIALS
            )


def _remark(finding: Finding, segment: TranslatedSegment) -> str:
    severity = finding.severity.capitalize()
    return f"{severity}: {marks.explanation(finding)}\nChinese: {segment.source.strip()}"


def _side_by_side(document: Document, translation: Translation) -> None:
    """Both languages, a row a sentence; this is the table that is read back."""
    heading = _add(document, "Heading 1", "Sentence by sentence")
    heading.paragraph_format.page_break_before = True
    kinds = {block.id: block.kind for block in translation.document.blocks}
    found = marks.by_segment(translation)
    rows = [
        (
            (segment.id, segment.source.strip(), segment.target),
            kinds[segment.block] in ("headline", "heading"),
            marks.worst(found[segment.id]),
        )
        for segment in translation.segments
    ]
    table = word_parts.Table(document, _HEADER, widths_cm=(1.4, 6.8, 8.4))
    for cells, strong, severity in rows:
        table.add([xml_text(cell) for cell in cells], strong=strong, severity=severity)


def _add(document: Document, style: str, text: str = "") -> Paragraph:
    return document.add_paragraph(xml_text(text), style=style)


_STYLE: dict[BlockKind, str] = {
    "headline": "Heading 1",
    "kicker": "Kicker",
    "lead": "Lead",
    "byline": "Byline",
    "dateline": "Byline",
    "heading": "Heading 2",
    "paragraph": "Body Text",
    "caption": "Caption",
    "credit": "Caption",
}
