"""Markdown and plain text: the brief on top, the translation, and what to check before sending."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from translator.brief import Brief, Sentence
from translator.checks import Finding
from translator.documents import BlockKind
from translator.export.marks import errors_first, explanation
from translator.pipeline import TranslatedSegment, Translation


def to_markdown(translation: Translation, brief: Brief | None = None) -> str:
    """The translation as Markdown; text from the article is escaped."""
    return _render(translation, brief, _MARKDOWN)


def to_text(translation: Translation, brief: Brief | None = None) -> str:
    """The translation as plain text, one block a paragraph."""
    return _render(translation, brief, _TEXT)


def block(kind: BlockKind, segments: Iterable[TranslatedSegment], *, markdown: bool) -> str:
    """One translated block, for showing an article while it is being translated.

    A doubtful segment carries its id in brackets; one without a translation stands as its
    source, marked as such.
    """
    style = _MARKDOWN if markdown else _TEXT
    return style.block(kind, _joined(segments, style))


def doubts(translation: Translation, *, markdown: bool) -> str:
    """What to check before sending: every finding, by segment; empty where there is none."""
    lines = list(_finding_lines(translation, _MARKDOWN if markdown else _TEXT))
    return "\n".join(lines) + "\n" if lines else ""


@dataclass(frozen=True, slots=True)
class _Style:
    """How one of the two formats writes things down."""

    markdown: bool

    def escape(self, text: str) -> str:
        if not self.markdown:
            return text
        text = re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text).replace("&", "&amp;")
        return re.sub(r"^(\s*)([#+\-=~]|\d+[.)](?=\s))", r"\1\\\2", text)

    def heading(self, text: str, level: int) -> str:
        return f"{'#' * level} {text}" if self.markdown else text

    def table(self, rows: Sequence[tuple[str, ...]]) -> str:
        """Rows of escaped cells, the first one the heading."""
        if not self.markdown:
            return "\n".join(": ".join(row[:2]) + f" ({row[2]})" for row in rows[1:])
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])

    def block(self, kind: BlockKind, text: str) -> str:
        if not self.markdown:
            return text
        if kind == "headline":
            return f"# {text}"
        if kind == "heading":
            return f"## {text}"
        if kind in ("lead", "kicker"):
            return f"**{text}**"
        if kind in ("caption", "credit", "byline", "dateline"):
            return f"*{text}*"
        return text


_MARKDOWN = _Style(markdown=True)
_TEXT = _Style(markdown=False)


def _render(translation: Translation, brief: Brief | None, style: _Style) -> str:
    parts = list(_brief_parts(brief, style)) if brief else []
    if parts and style.markdown:
        parts.append("---")
    parts += [
        style.block(source.kind, _joined(translation.block_segments(source.id), style))
        for source in translation.document.blocks
    ]
    lines = list(_finding_lines(translation, style))
    if lines:
        parts.append("\n".join(lines))
    return "\n\n".join(part for part in parts if part) + "\n"


def _brief_parts(brief: Brief, style: _Style) -> Iterator[str]:
    yield style.heading(style.escape(brief.headline), 1)
    yield " ".join(_cited(sentence, style) for sentence in brief.summary)
    yield "\n".join(f"- {_cited(point, style)}" for point in brief.points)
    if brief.figures:
        yield style.heading("Key figures", 2)
        rows = [("Figure", "What it measures", "Sentence")]
        rows += [(one.value, one.measures, one.segment) for one in brief.figures]
        yield style.table([tuple(map(style.escape, row)) for row in rows])
    if brief.people:
        yield style.heading("People and organisations", 2)
        yield "\n".join(
            f"- {style.escape(f'{one.name}, {one.role}' if one.role else one.name)}"
            for one in brief.people
        )
    if brief.quotes:
        yield style.heading("Quotes", 2)
        yield "\n".join(
            f"- {style.escape(f'“{one.text}” ({one.speaker}, {one.segments[0]})')}"
            for one in brief.quotes
        )


def _cited(sentence: Sentence, style: _Style) -> str:
    return style.escape(sentence.text)


def _joined(segments: Iterable[TranslatedSegment], style: _Style) -> str:
    return " ".join(_segment(segment, style) for segment in segments)


def _segment(segment: TranslatedSegment, style: _Style) -> str:
    if segment.status == "failed":
        return style.escape(f"[{segment.id} not translated: {segment.source.strip()}]")
    text = style.escape(segment.target)
    return f"{text} {style.escape(f'[{segment.id}]')}" if segment.status == "flagged" else text


def _finding_lines(translation: Translation, style: _Style) -> Iterator[str]:
    """A heading and a line a finding, errors first, each with its source sentence."""
    if not translation.findings:
        return
    sources = {segment.id: segment.source.strip() for segment in translation.segments}
    yield style.heading("Check before sending", 2)
    yield ""
    for finding in errors_first(translation.findings):
        yield f"- {style.escape(_described(finding, sources[finding.segment]))}"


def _described(finding: Finding, source: str) -> str:
    return f"[{finding.segment}] {finding.severity}: {explanation(finding)} ({source})"
