"""Everything a report shows, computed once; the writers only lay it out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from eval import fidelity, metrics, significance
from eval.diff import Piece, nearest, word_diff
from eval.gate import Verdict
from eval.metrics import Scored
from eval.outputs import Output
from eval.significance import Comparison, Interval, Resampling
from eval.testsets import Span, TestSet
from translator import __version__
from translator.checks import Finding

WORST = 20
# What stands in the tables by domain and by document.
DETAIL = ("bleu", "chrf", "ter", "similarity", "quantity", "name", "term", "brief.facts")


@dataclass(frozen=True)
class Cell:
    """A metric of one system: its score, interval, and the comparison with the first system."""

    value: float
    interval: Interval
    comparison: Comparison | None
    floor: str = ""


@dataclass(frozen=True)
class Part:
    """A domain or a document, with scores by system and metric."""

    name: str
    segments: int
    scores: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Segment:
    """One of the worst segments: what was said, and how it differs from the nearest reference."""

    document: str
    number: int
    source: str
    reference: str
    target: str
    score: float
    change: float | None
    against_reference: Sequence[Piece]
    against_baseline: Sequence[Piece]
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Results:
    """One evaluation: a test set, the systems in order, the first of them the baseline."""

    test_set: TestSet
    outputs: Sequence[Output]
    how: Resampling
    scored: Mapping[str, Mapping[str, Scored]]
    table: Mapping[str, Mapping[str, Cell]]
    domains: Sequence[Part]
    documents: Sequence[Part]
    verdict: Verdict | None
    missing: Mapping[str, str]
    created: str

    @property
    def systems(self) -> list[str]:
        """Names in order."""
        return [output.system for output in self.outputs]

    @property
    def metrics(self) -> list[metrics.Metric]:
        """The metrics that any system has, in order."""
        found: dict[str, metrics.Metric] = {}
        for scored in self.scored.values():
            found |= {name: one.metric for name, one in scored.items()}
        return list(found.values())

    @cached_property
    def worst(self) -> Sequence[Segment]:
        """The worst segments, which only reports ask for."""
        return _worst(self.test_set, self.outputs, self.scored)

    @property
    def has_limits(self) -> bool:
        """Whether a gate's limits stand beside the scores."""
        return any(cell.floor for cells in self.table.values() for cell in cells.values())

    def record(self) -> dict[str, Any]:
        """report.json."""
        return {
            "schema": 1,
            "version": __version__,
            "created": self.created,
            "set": {
                "name": self.test_set.name,
                "sha256": self.test_set.sha256,
                "segments": len(self.test_set),
                "documents": len(self.test_set.documents),
                "references": list(self.test_set.references),
            },
            "resampling": asdict(self.how),
            "verdict": self.verdict.record() if self.verdict else None,
            "signatures": {one.name: one.signature(self.test_set) for one in self.metrics},
            "missing": dict(self.missing),
            "systems": [self._system(output) for output in self.outputs],
            "domains": [_part(part) for part in self.domains],
            "documents": [_part(part) for part in self.documents],
            "segments": self._segments(),
            "worst": [
                {**asdict(one), "findings": [finding.record() for finding in one.findings]}
                for one in self.worst
            ],
        }

    def _system(self, output: Output) -> dict[str, Any]:
        cells = self.table[output.system]
        return {
            "system": output.system,
            "sha256": output.sha256,
            "run": dict(output.run),
            "scores": {
                name: {
                    "value": _number(cell.value),
                    "low": _number(cell.interval.low),
                    "high": _number(cell.interval.high),
                    "floor": cell.floor or None,
                    "comparison": _comparison(cell.comparison),
                }
                for name, cell in cells.items()
            },
        }

    def _segments(self) -> list[dict[str, Any]]:
        """Every segment's scores by system, for whoever wants to look further."""
        rows: list[dict[str, Any]] = []
        wanted = ("bleu", "chrf", "ter", "similarity")
        each = {
            system: {name: scored[name].each() for name in wanted if name in scored}
            for system, scored in self.scored.items()
        }
        for span in self.test_set.documents:
            for at in range(span.start, span.end):
                scores = {
                    system: {name: _number(float(values[at])) for name, values in found.items()}
                    for system, found in each.items()
                }
                rows.append({"document": span.id, "segment": at - span.start + 1, "scores": scores})
        return rows


def collect(
    test_set: TestSet,
    outputs: Sequence[Output],
    *,
    names: Sequence[str] | None = None,
    verdict: Verdict | None = None,
    floors: Mapping[str, str] | None = None,
    extra: Mapping[str, Mapping[str, Scored]] | None = None,
    compared: bool = True,
) -> Results:
    """Score the systems and compare each with the first.

    Args:
        test_set: what they translated.
        outputs: the systems, the baseline first.
        names: the metrics; all that can be computed by default.
        verdict: the gate's, if it was asked.
        floors: the gate's floors as text, by metric.
        extra: metrics computed elsewhere (COMET), by system and name.
        compared: whether to test each system against the first.
    """
    how = Resampling(significance.unit_for(test_set))
    scored = {
        output.system: {
            **metrics.evaluate(test_set, output, names),
            **(extra or {}).get(output.system, {}),
        }
        for output in outputs
    }
    first = scored[outputs[0].system]
    table = {
        output.system: {
            name: Cell(
                one.value,
                significance.interval(one, test_set, how),
                significance.compare(first[name], one, test_set, how)
                if compared and output is not outputs[0] and name in first
                else None,
                (floors or {}).get(name, ""),
            )
            for name, one in scored[output.system].items()
        }
        for output in outputs
    }
    by_domain = [
        _detail(domain, test_set, scored, [s for s in test_set.documents if s.domain == domain])
        for domain in test_set.domains
    ]
    by_document = [_detail(span.id, test_set, scored, [span]) for span in test_set.documents]
    return Results(
        test_set,
        outputs,
        how,
        scored,
        table,
        by_domain,
        by_document,
        verdict,
        metrics.missing_metrics(),
        datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )


def _detail(
    name: str,
    test_set: TestSet,
    scored: Mapping[str, Mapping[str, Scored]],
    spans: Sequence[Span],
) -> Part:
    scores = {
        system: {
            key: one.of(metrics.units_of(one.metric, test_set, spans))
            for key in DETAIL
            if (one := found.get(key)) is not None
        }
        for system, found in scored.items()
    }
    return Part(name, sum(span.end - span.start for span in spans), scores)


def _worst(
    test_set: TestSet, outputs: Sequence[Output], scored: Mapping[str, Mapping[str, Scored]]
) -> list[Segment]:
    """The segments of the last system that lost most, or with one system are the worst.

    By chrF++, which says something of a single segment where BLEU does not.
    """
    new, first = outputs[-1], outputs[0]
    if "chrf" not in scored[new.system]:
        return []
    values = scored[new.system]["chrf"].each()
    changes = None
    if new is not first and "chrf" in scored[first.system]:
        changes = values - scored[first.system]["chrf"].each()
    order = values if changes is None else changes
    segments = []
    ranked = sorted(range(len(test_set)), key=lambda at: (float(order[at]), at))
    for at in ranked[:WORST]:
        if changes is not None and changes[at] >= 0:
            break
        span = next(span for span in test_set.documents if span.start <= at < span.end)
        target = new.targets[at]
        reference = nearest(target, [lines[at] for lines in test_set.references.values()])
        before = first.targets[at]
        segments.append(
            Segment(
                span.id,
                at - span.start + 1,
                test_set.sources[at],
                reference,
                target,
                float(values[at]),
                None if changes is None else float(changes[at]),
                word_diff(reference, target),
                [] if changes is None else word_diff(before, target),
                fidelity.findings_in(test_set, new, span, at),
            )
        )
    return segments


def _part(part: Part) -> dict[str, Any]:
    scores = {
        system: {name: _number(value) for name, value in found.items()}
        for system, found in part.scores.items()
    }
    return {"name": part.name, "segments": part.segments, "scores": scores}


def _comparison(comparison: Comparison | None) -> dict[str, Any] | None:
    if comparison is None:
        return None
    return {
        key: _number(value) if isinstance(value, float) else value
        for key, value in asdict(comparison).items()
    }


def _number(value: float) -> float | None:
    """JSON knows no NaN."""
    return None if math.isnan(value) else round(value, 4)
