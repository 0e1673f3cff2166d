"""How sure a difference is: bootstrap intervals and paired tests.

Koehn 2004 (paired bootstrap) and Riezler and Maxwell 2005 (approximate randomisation), as in
sacrebleu's `significance.py`: with segments as units and the same seed the p-values are those of
its `PairedTest`, ties apart: random swaps that make exactly the same difference count as making
it, as Riezler and Maxwell have it. Sacrebleu leaves them out, and so gives two identical systems,
or two that differ in one unit only, the smallest p there is. Here the units may also be whole
documents, because the segments of an article are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eval.metrics import Metric, Scored, units_of
from eval.testsets import TestSet

Array = NDArray[np.float64]
Unit = Literal["segment", "document"]

# From this many documents on, documents are resampled; fewer cannot show anything, nor can many
# where one holds most of the text.
ENOUGH_DOCUMENTS = 10
_LARGEST_SHARE = 1 / 3
_TIE = 1e-9  # less than any score can differ by, more than the sums are off by
_CHUNK = 2_000_000  # cells of a selection matrix held at a time


@dataclass(frozen=True, slots=True)
class Resampling:
    """How a test draws: the unit, how often, from which seed."""

    unit: Unit
    samples: int = 1000
    trials: int = 10_000
    seed: int = 12345


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95 % of bootstrap scores."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """What stands after the ± sign."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """A system against a baseline in one metric.

    `p_bootstrap` and `p_randomisation` are two-sided and None where both are the same output
    in the metric's eyes; `smallest` is the difference that the pair would need to be
    significant at 5 % (1.96 standard errors of the paired bootstrap).
    """

    baseline: float
    value: float
    difference: float
    interval: Interval
    p_bootstrap: float | None
    p_randomisation: float | None
    smallest: float
    unchanged: bool

    def is_significant(self, alpha: float) -> bool:
        """Whether both tests say so."""
        return (
            not self.unchanged
            and self.p_bootstrap is not None
            and self.p_randomisation is not None
            and max(self.p_bootstrap, self.p_randomisation) < alpha
        )


def unit_for(test_set: TestSet) -> Unit:
    """Documents where the set has enough of them and none outweighs the others, else segments."""
    largest = max(span.end - span.start for span in test_set.documents)
    even = largest <= len(test_set) * _LARGEST_SHARE
    return "document" if even and len(test_set.documents) >= ENOUGH_DOCUMENTS else "segment"


def interval(scored: Scored, test_set: TestSet, how: Resampling) -> Interval:
    """The bootstrap interval of a score."""
    rows = _grouped(scored.metric, scored.rows, test_set, how.unit)
    return _middle(_resample(scored.metric, [rows], how)[0])


def compare(baseline: Scored, system: Scored, test_set: TestSet, how: Resampling) -> Comparison:
    """A system against a baseline: the difference, its interval, both tests."""
    metric = system.metric
    first = _grouped(metric, baseline.rows, test_set, how.unit)
    second = _grouped(metric, system.rows, test_set, how.unit)
    difference = system.value - baseline.value
    if np.array_equal(baseline.rows, system.rows):
        width = interval(baseline, test_set, how).half_width
        nothing = Interval(0.0, 0.0)
        return Comparison(
            baseline.value, system.value, 0.0, nothing, None, None, width, unchanged=True
        )
    drawn = _resample(metric, [first, second], how)
    differences = drawn[1] - drawn[0]
    return Comparison(
        baseline.value,
        system.value,
        difference,
        _middle(differences),
        _bootstrap_p(differences, difference),
        _randomisation_p(metric, first, second, difference, how),
        1.96 * float(np.nanstd(differences)),
        unchanged=False,
    )


def _grouped(metric: Metric, rows: Array, test_set: TestSet, unit: Unit) -> Array:
    """The rows that are drawn: a metric's own, or their sums by document."""
    if unit == "segment" or metric.unit == "document":
        return rows
    return np.array(
        [
            rows[units_of(metric, test_set, [document])].sum(axis=0)
            for document in test_set.documents
        ]
    )


def _resample(metric: Metric, tables: Sequence[Array], how: Resampling) -> list[Array]:
    """Scores of bootstrap samples, every table drawn the same way: shape (samples,) each."""
    count = len(tables[0])
    drawn = np.random.default_rng(how.seed).choice(count, size=(how.samples, count), replace=True)
    # How often each row was drawn: sums are then one product.
    times = np.zeros((how.samples, count))
    np.add.at(times, (np.arange(how.samples)[:, None], drawn), 1.0)
    return [metric.score(times @ rows) for rows in tables]


def _bootstrap_p(differences: Array, difference: float) -> float:
    sizes = np.abs(differences)
    return _p_value(sizes - np.nanmean(sizes), abs(difference))


def _randomisation_p(
    metric: Metric, first: Array, second: Array, difference: float, how: Resampling
) -> float:
    """The share of random swaps that make at least as large a difference."""
    selected = np.random.default_rng(how.seed).integers(
        2, size=(how.trials, len(first)), dtype=bool
    )
    total = first.sum(axis=0) + second.sum(axis=0)
    gaps = []
    step = max(_CHUNK // len(first), 1)
    for at in range(0, how.trials, step):
        mask = selected[at : at + step].astype(np.float64)
        mixed = mask @ (first - second) + second.sum(axis=0)
        gaps.append(np.abs(metric.score(mixed) - metric.score(total - mixed)))
    return _p_value(np.concatenate(gaps), abs(difference) - _TIE)


def _p_value(statistics: Array, difference: float) -> float:
    """Sacrebleu's: one more in both counts, so that a p of 0 cannot be."""
    return (int(np.sum(statistics > difference)) + 1) / (len(statistics) + 1)


def _middle(scores: Array) -> Interval:
    """As sacrebleu's `estimate_ci`: a fortieth off either end."""
    ordered = np.sort(scores[~np.isnan(scores)])
    if not len(ordered):
        return Interval(float("nan"), float("nan"))
    cut = len(ordered) // 40
    return Interval(float(ordered[cut]), float(ordered[len(ordered) - cut - 1]))
