"""A job as the fragments of HTML that its page shows; whatever is not ours is escaped.

What changes little is a fragment of its own, so that only what is new goes over the wire.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import jinja2

from translator import export, segmentation
from translator.brief import Length, Style
from translator.checks import Finding
from translator.documents import Document
from translator.export import marks
from translator.ledger import TranslatedSegment
from translator.segmentation import Segment
from translator.service import Job
from translator.web import strings
from translator.web.names import Proposed
from translator.web.strings import Language, say

_ROWS_KEPT = 4096


def value(job: Job, language: Language, names: Sequence[Proposed]) -> dict[str, Any]:
    """The sheet of a job: what the page's script lays out.

    `blocks` are (kind, ids of its rows) in order, `rows` the table's rows by id, `head`, `brief`,
    `checks`, `names` and `notice` fragments; empty where there is nothing to show.
    """
    segments = _segments(job.document)
    found: dict[str, list[Finding]] = {segment.id: [] for segment in segments}
    for finding in marks.errors_first(job.findings):
        found[finding.segment].append(finding)
    kinds = {block.id: block.kind for block in job.document.blocks}
    rows = {
        segment.id: _row(language, segment, kinds[segment.block], done, tuple(found[segment.id]))
        for segment, done in zip(segments, job.segments, strict=True)
    }
    return {
        "job": job.id,
        "over": job.is_over,
        "words": words(language),
        "blocks": [
            [block.kind, [one.id for one in segments if one.block == block.id]]
            for block in job.document.blocks
        ],
        "rows": rows,
        "head": _head(job, language),
        "brief": _brief(job, language),
        "checks": _checks(job, language),
        "names": render(language).names(names) if job.translation else "",
        "notice": _notice(job, language),
        "status": _progress(job, language)["text"] if not job.is_over else "",
    }


def blank(language: Language, title: str, text: str) -> dict[str, Any]:
    """A sheet with nothing on it but what will be there."""
    return {
        "job": "",
        "words": words(language),
        "blank": [say(language, title), say(language, text)],
    }


def words(language: Language) -> dict[str, str]:
    """What the script itself says."""
    keys = ("number", "chinese", "english", "sentences", "save", "discard", "keys", "copied")
    more = ("not_copied", "lost", "saved", "was_approved", "unchanged", "edit_of")
    said = {key: strings.table(language)[key] for key in keys + more}
    return {"language": "zh-CN" if language == "zh" else "en", **said}


@functools.lru_cache(maxsize=64)
def _segments(document: Document) -> tuple[Segment, ...]:
    return tuple(segmentation.split(document))


@functools.lru_cache(maxsize=_ROWS_KEPT)
def _row(
    language: Language,
    segment: Segment,
    kind: str,
    done: TranslatedSegment | None,
    findings: tuple[Finding, ...],
) -> str:
    source = segment.text.strip()
    return str(
        render(language).row(
            segment.id,
            kind,
            source,
            done,
            marks.runs(source, findings, "source"),
            marks.runs(done.target, findings, "target") if done else [],
            findings,
            marks.worst(findings),
        )
    )


def _head(job: Job, language: Language) -> str:
    severities = {
        severity: [one for one in job.findings if one.severity == severity]
        for severity in ("error", "warning")
    }
    counts = [(name, len(own), own[0].segment) for name, own in severities.items() if own]
    failed = [one.id for one in job.segments if one and one.status == "failed"]
    title = marks.title(job.translation, job.brief) if job.translation else ""
    progress = None if job.is_over else _progress(job, language)
    formats = list(export.FORMATS) if job.translation and job.is_over else []
    # Word first: it is what most people take away.
    formats.sort(key=lambda name: name != "docx")
    return str(render(language).head(job, title, counts, failed, progress, formats))


def _progress(job: Job, language: Language) -> dict[str, Any]:
    """What is being done, and how much of it: None where nobody knows."""
    share = None
    values: dict[str, object] = {}
    key: str = job.stage
    if job.stage == "waiting" and job.position:
        key, values = "waiting_place", {"position": job.position}
    elif job.stage == "translating":
        share = job.segments_done / max(job.segments_total, 1)
        values = {"done": job.segments_done, "total": job.segments_total}
    elif job.stage == "done":
        key, values = "finished", {"total": job.segments_done}
    return {"text": say(language, key, **values), "share": share}


def _brief(job: Job, language: Language) -> str:
    if job.translation is None or not job.is_over:
        return ""
    sections = list(marks.sections(job.brief)) if job.brief else []
    segments = {segment.id: segment for segment in job.translation.segments}
    return str(
        render(language).brief(
            job.brief, sections, segments, get_args(Length), get_args(Style), job.brief_is_stale
        )
    )


def _checks(job: Job, language: Language) -> str:
    return str(render(language).checks(marks.errors_first(job.findings), not job.is_over))


def _notice(job: Job, language: Language) -> str:
    if job.state in ("cancelled", "stopped"):
        return str(render(language).notice("plain", "", say(language, job.state)))
    if job.error:
        return str(render(language).notice("error", f"{say(language, 'failed')}:", job.error))
    return ""


@functools.cache
def render(language: Language, name: str = "sheet") -> Any:
    """The macros of a template, which say things in one language."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals |= {
        "language": "zh-CN" if language == "zh" else "en",
        "say": functools.partial(say, language),
        "counted": functools.partial(strings.counted, language),
        "label": functools.partial(strings.label, language),
        "explained": functools.partial(strings.explanation, language),
    }
    return environment.get_template(f"{name}.html.jinja").module
