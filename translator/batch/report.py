"""One HTML page over all articles of a batch, worst first: self-contained, everything escaped."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from translator import __version__
from translator.batch.manifest import Record

_SHOWN_ARTICLES = 200  # with their findings; the table has all
_SHOWN_FINDINGS = 40  # of one article


@dataclass(frozen=True, slots=True)
class _Article:
    record: Record
    findings: tuple[dict[str, Any], ...]
    hidden: int


def render(records: Iterable[Record], title: str) -> str:
    """The page. Findings are read article by article; only those of the worst are kept."""
    import jinja2

    rows: list[Record] = []
    worst: list[tuple[tuple[int, ...], int, Record]] = []
    kinds: Counter[tuple[str, str]] = Counter()
    for number, record in enumerate(records):
        rows.append(replace(record, findings=()))
        kinds.update((one["kind"], one["severity"]) for one in record.findings)
        if record.findings or record.message:
            entry = (_badness(record), -number, record)
            if len(worst) < _SHOWN_ARTICLES:
                heapq.heappush(worst, entry)
            else:
                heapq.heappushpop(worst, entry)
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    template = Path(__file__).with_name("report.html.jinja").read_text("utf-8")
    return environment.from_string(template).render(
        title=title,
        version=__version__,
        now=datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        counts=Counter(record.status for record in rows),
        segments=sum(record.segments for record in rows),
        errors=sum(record.errors for record in rows),
        warnings=sum(record.warnings for record in rows),
        kinds=kinds.most_common(),
        rows=sorted(rows, key=_badness, reverse=True),
        worst=[_article(record) for _, _, record in sorted(worst, reverse=True)],
        more=max(
            0, sum(bool(row.errors or row.warnings or row.message) for row in rows) - len(worst)
        ),
    )


def _badness(record: Record) -> tuple[int, ...]:
    order = ("ok", "pending", "flagged", "gaps", "failed")
    return order.index(record.status), record.errors, record.warnings


def _article(record: Record) -> _Article:
    ordered = sorted(record.findings, key=lambda one: one["severity"] != "error")
    return _Article(
        record, tuple(ordered[:_SHOWN_FINDINGS]), max(0, len(ordered) - _SHOWN_FINDINGS)
    )
