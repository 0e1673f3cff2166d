"""BLEU, chrF++, TER and spBLEU: sacrebleu's statistics, scores and signatures.

Sacrebleu keeps the statistics of a segment apart from their aggregation, in methods whose names
begin with an underscore. They are used here so that one extraction serves scores, intervals and
tests; tests compare every number with that of the `sacrebleu` command.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from eval.outputs import Output, flat
from eval.testsets import TestSet

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

Array = NDArray[np.float64]

SPM_MISSING = (
    "the flores200 tokenizer is not here: with a network, "
    "`sacrebleu --tokenize flores200` fetches it once"
)
_SLOW = 400  # segments from which slow metrics are shared among processes


@dataclass(frozen=True)
class Scorer:
    """One of sacrebleu's metrics, as rows and a score of their sum."""

    title: str
    better: Literal["up", "down"]
    make: Callable[[], Metric]
    slow: bool = False

    def statistics(self, test_set: TestSet, output: Output) -> Array:
        """Sacrebleu's statistics, a row a segment."""
        hypotheses = flat(output.targets)
        references = list(test_set.references.values())
        if not (self.slow and len(hypotheses) >= _SLOW and (os.cpu_count() or 1) > 1):
            return np.array(_extract(self.make, hypotheses, references), dtype=np.float64)
        step = -(-len(hypotheses) // ((os.cpu_count() or 1) * 4))
        starts = range(0, len(hypotheses), step)
        parts = _pool().map(
            _extract,
            [self.make] * len(starts),
            [hypotheses[at : at + step] for at in starts],
            [[lines[at : at + step] for lines in references] for at in starts],
        )
        return np.array([row for part in parts for row in part], dtype=np.float64)

    def scores(self, sums: Array) -> Array:
        """The score of every sum of rows; the last axis is the statistics."""
        metric = self.make()
        flattened = sums.reshape(-1, sums.shape[-1]).tolist()
        scores = [metric._compute_score_from_stats(row).score for row in flattened]
        return np.array(scores, dtype=np.float64).reshape(sums.shape[:-1])

    def signature(self, test_set: TestSet) -> str:
        """What sacrebleu prints beside a score, so that others can repeat it."""
        metric = self.make()
        metric._cache_references([lines[:1] for lines in test_set.references.values()])
        return str(metric.get_signature())


def scorers() -> dict[str, Scorer]:
    """The metrics by name; spBLEU only where its tokenizer is on this machine."""
    found = {
        "bleu": Scorer("BLEU", "up", _bleu),
        "chrf": Scorer("chrF++", "up", _chrf, slow=True),
        "ter": Scorer("TER", "down", _ter, slow=True),
    }
    if has_spm():
        found["spbleu"] = Scorer("spBLEU", "up", _spbleu)
    return found


@cache
def has_spm() -> bool:
    """Whether spBLEU's tokenizer can be used without a download."""
    from sacrebleu.tokenizers.tokenizer_spm import SPM_MODELS
    from sacrebleu.utils import SACREBLEU_DIR

    try:
        import sentencepiece  # noqa: F401
    except ImportError:
        return False
    name = Path(SPM_MODELS["flores200"]["url"]).name
    return (Path(SACREBLEU_DIR) / "models" / name).is_file()


@cache
def _pool() -> ProcessPoolExecutor:
    """Fresh interpreters: threads of other libraries do not survive a fork."""
    return ProcessPoolExecutor(os.cpu_count() or 1, get_context("spawn"))


def _extract(
    make: Callable[[], Metric], hypotheses: Sequence[str], references: Sequence[Sequence[str]]
) -> list[list[Any]]:
    rows: list[list[Any]] = make()._extract_corpus_statistics(hypotheses, references)
    return rows


def _bleu() -> Metric:
    from sacrebleu.metrics.bleu import BLEU

    # Named, not left to the default: 13a is the tokenizer for English.
    return BLEU(tokenize="13a", force=True)


def _chrf() -> Metric:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(word_order=2)


def _ter() -> Metric:
    from eval.ter import FastTER

    return FastTER()


def _spbleu() -> Metric:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize="flores200", force=True)
