"""What the laid-out formats share: the brief's sections, and where in a sentence a doubt stands."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from translator.brief import Brief
from translator.checks import Finding, Severity
from translator.documents import Document
from translator.pipeline import Translation
from translator.text import shown_name


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence of the brief, or a row of one of its tables, and the segments it rests on."""

    cells: tuple[str, ...]
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the brief under its title: running text, a list, or a table with its columns."""

    title: str
    layout: Literal["text", "list", "table"]
    entries: tuple[Entry, ...]
    columns: tuple[str, ...] = ()


def sections(brief: Brief) -> Iterator[Section]:
    """The brief below its headline, part by part; what is empty is left out."""
    summary = tuple(Entry((one.text,), one.segments) for one in brief.summary)
    points = tuple(Entry((one.text,), one.segments) for one in brief.points)
    figures = tuple(Entry((one.value, one.measures), (one.segment,)) for one in brief.figures)
    people = tuple(
        Entry((f"{one.name}, {one.role}" if one.role else one.name,), one.segments)
        for one in brief.people
    )
    quotes = tuple(
        Entry((f"“{one.text}” – {one.speaker}" if one.speaker else f"“{one.text}”",), one.segments)
        for one in brief.quotes
    )
    parts = (
        Section("Summary", "text", summary),
        Section("Key points", "list", points),
        Section("Key figures", "table", figures, ("Figure", "What it measures")),
        Section("People and organisations", "list", people),
        Section("In their words", "list", quotes),
    )
    yield from (part for part in parts if part.entries)


def title(translation: Translation, brief: Brief | None) -> str:
    """The brief's headline, or the article's, or what the article is called."""
    headlines = [
        segment.target
        for block in translation.document.blocks
        if block.kind == "headline"
        for segment in translation.block_segments(block.id)
    ]
    own = " ".join(text for text in headlines if text)
    return (brief.headline if brief else "") or own or source_name(translation.document)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a sentence and the findings that point at it."""

    text: str
    findings: tuple[Finding, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """The worst of its findings."""
        return worst(self.findings)


def runs(text: str, findings: Sequence[Finding], side: Literal["source", "target"]) -> list[Run]:
    """A sentence cut where what a finding quotes begins and ends; joined they give `text`.

    A finding that quotes nothing of this side marks nothing.
    """
    spans = []
    for finding in findings:
        quoted = finding.source_text if side == "source" else finding.target_text
        if span := _find(quoted.strip(), text):
            spans.append((*span, finding))
    cuts = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    return [
        Run(
            text[start:end],
            tuple(finding for first, last, finding in spans if first <= start and end <= last),
        )
        for start, end in itertools.pairwise(cuts)
    ]


def worst(findings: Iterable[Finding]) -> Severity | None:
    """`error` if one is, else `warning`; None where there is no finding."""
    found = {finding.severity for finding in findings}
    return "error" if "error" in found else "warning" if found else None


def by_segment(translation: Translation) -> dict[str, list[Finding]]:
    """The findings of every segment, errors first."""
    found: dict[str, list[Finding]] = {segment.id: [] for segment in translation.segments}
    for finding in errors_first(translation.findings):
        found[finding.segment].append(finding)
    return found


def errors_first(findings: Iterable[Finding]) -> list[Finding]:
    """Findings in the order in which they are to be looked at."""
    return sorted(findings, key=lambda finding: finding.severity != "error")


def explanation(finding: Finding) -> str:
    """What is wrong, and what was expected where the message does not say."""
    if finding.expected and finding.expected not in finding.message:
        return f"{finding.message}; expected: {finding.expected}"
    return finding.message


def label(finding: Finding) -> str:
    """What a finding is about, in a word or two."""
    return _LABELS.get(finding.kind, finding.kind.capitalize())


def source_name(document: Document) -> str:
    """Where an article comes from, for readers elsewhere: a URL, or a file's name without folders.

    Empty where it has no name, as pasted text or standard input.
    """
    if re.match(r"https?://", document.source):
        return re.sub(r"(?<=://)[^/@]*@", "", document.source)  # no name and password
    return "" if document.source == "-" else shown_name(re.split(r"[/\\]", document.source)[-1])


def tally(translation: Translation) -> str:
    """How many doubts there are, in words: `1 error, 2 warnings, 1 sentence not translated`."""
    counts = Counter[str](finding.severity for finding in translation.findings)
    gaps = sum(segment.status == "failed" for segment in translation.segments)
    parts = [counted(counts[name], name) for name in ("error", "warning") if counts[name]]
    if gaps:
        parts.append(f"{counted(gaps, 'sentence')} not translated")
    return ", ".join(parts)


def counted(number: int, noun: str) -> str:
    """A number and its noun: `1 error`, `2 errors`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_LABELS = {
    "empty": "Not translated",
    "leftover": "Chinese left",
    "loop": "Repetition",
    "commentary": "Comment",
    "cut": "Cut off",
    "quantity": "Number",
}


def _find(quoted: str, text: str) -> tuple[int, int] | None:
    """Where the quoted words first stand in a text, not inside a longer word or number."""
    if not quoted:
        return None
    start = r"(?<![A-Za-z0-9])(?<![0-9][.,])" if re.match(r"[A-Za-z0-9]", quoted) else ""
    end = r"(?![A-Za-z0-9]|[.,][0-9])" if re.search(r"[A-Za-z0-9]$", quoted) else ""
    found = re.search(f"{start}{re.escape(quoted)}{end}", text)
    return found.span() if found else None
