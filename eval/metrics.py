"""Metrics: every one is a table of statistics, a row a unit, and a score of their sum.

That makes one path for all of them: the score of a set, a domain, a document or a segment is
the score of the sum of its rows, and resampling adds rows up in other numbers (significance.py).
The idea is sacrebleu's own, whose statistics stand behind BLEU, chrF++, TER and spBLEU here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eval import facts, fidelity, surface
from eval.outputs import Output
from eval.testsets import Span, TestSet

Array = NDArray[np.float64]

# The signature of metrics that the product's own checks make, which may get better at any time.
CHECKS = "translator checks"


@dataclass(frozen=True)
class Metric:
    """How a number is made.

    `statistics` gives the rows, shape (units, columns); `score` maps sums of rows, shape
    (..., columns), to scores, shape (...), NaN where nothing was asked. `unit` says what a row
    is. `better` is up, down or none (a description, never a reason to prefer a system);
    `digits` is how many a table shows after the point.
    """

    name: str
    title: str
    better: Literal["up", "down", "none"]
    unit: Literal["segment", "document"]
    statistics: Callable[[TestSet, Output], Array]
    score: Callable[[Array], Array]
    signature: Callable[[TestSet], str]
    digits: int = 2


@dataclass(frozen=True)
class Scored:
    """A metric's rows for one system."""

    metric: Metric
    rows: Array

    @property
    def value(self) -> float:
        """The score of the whole set."""
        return float(self.metric.score(self.rows.sum(axis=0)))

    def of(self, units: Sequence[int]) -> float:
        """The score of some of the units; NaN where there is none."""
        return float(self.metric.score(self.rows[list(units)].sum(axis=0)))

    def each(self) -> Array:
        """A score for every unit."""
        return self.metric.score(self.rows)


def all_metrics() -> dict[str, Metric]:
    """Every metric that can be computed on this machine, by name, in the order of reports."""
    return {metric.name: metric for metric in [*_surface(), *_fidelity(), *_briefs()]}


def missing_metrics() -> dict[str, str]:
    """Metrics that this machine cannot compute, and why."""
    return {} if surface.has_spm() else {"spbleu": surface.SPM_MISSING}


def evaluate(
    test_set: TestSet, output: Output, names: Iterable[str] | None = None
) -> dict[str, Scored]:
    """Score one system: the metrics named, or all that the set and the output allow.

    Metrics of briefs need a set with reference briefs and an output with briefs.
    """
    known = all_metrics()
    chosen = [known[name] for name in names] if names is not None else list(known.values())
    with_briefs = bool(test_set.annotations and output.briefs)
    return {
        metric.name: Scored(metric, metric.statistics(test_set, output))
        for metric in chosen
        if metric.unit == "segment" or with_briefs
    }


def units_of(metric: Metric, test_set: TestSet, spans: Iterable[Span]) -> list[int]:
    """The rows of a metric that belong to some documents of a set."""
    wanted = list(spans)
    if metric.unit == "document":
        annotated = [span.id for span in test_set.documents if span.id in test_set.annotations]
        ids = {span.id for span in wanted}
        return [row for row, name in enumerate(annotated) if name in ids]
    return [row for span in wanted for row in range(span.start, span.end)]


def _surface() -> Iterator[Metric]:
    for name, scorer in surface.scorers().items():
        yield Metric(
            name,
            scorer.title,
            scorer.better,
            "segment",
            scorer.statistics,
            scorer.scores,
            scorer.signature,
        )


def _fidelity() -> Iterator[Metric]:
    plain = _fixed(CHECKS)
    yield Metric(
        "similarity", "similarity", "up", "segment", fidelity.similarity, _ratio, _fixed("usem3"), 3
    )
    yield Metric("length", "length ratio", "none", "segment", fidelity.lengths, _ratio, plain, 3)
    for name, title in fidelity.ACCURACIES.items():
        statistics = partial(fidelity.accuracy, name)
        yield Metric(name, title, "up", "segment", statistics, _percent, plain)
    # One rate for every kind of finding that the product's checks know: a new check is a new
    # metric without a line here.
    for kind in fidelity.KINDS:
        statistics = partial(fidelity.findings_of, kind)
        title = f"{kind} findings %"
        yield Metric(f"finding.{kind}", title, "down", "segment", statistics, _percent, plain)


def _briefs() -> Iterator[Metric]:
    rouge = _fixed("rouge-score rougeLsum|stemmer:yes")
    yield Metric("brief.rouge", "brief ROUGE-Lsum", "up", "document", facts.rouge, _percent, rouge)
    anchors, checks = _fixed("anchors"), _fixed(CHECKS)
    yield Metric(
        "brief.facts", "brief key facts %", "up", "document", facts.coverage, _percent, anchors
    )
    for name, title in facts.UNSUPPORTED.items():
        statistics = partial(facts.unsupported, name)
        yield Metric(
            f"brief.unsupported_{name}", title, "down", "document", statistics, _total, checks
        )


def _fixed(text: str) -> Callable[[TestSet], str]:
    return lambda _: text


def _ratio(sums: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Array = np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)
    return quotient


def _percent(sums: Array) -> Array:
    return 100 * _ratio(sums)


def _total(sums: Array) -> Array:
    return sums[..., 0]
