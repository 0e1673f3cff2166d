"""BLEU and chrF++ of held-out translations, by sacrebleu."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any


def score(hypotheses: Sequence[str], references: Sequence[str]) -> tuple[float, float]:
    """BLEU and chrF++ of as many hypotheses as references."""
    if len(hypotheses) != len(references):  # sacrebleu would score what it can
        raise ValueError("a hypothesis for each reference")
    bleu, chrf = (
        metric.corpus_score(list(hypotheses), [list(references)]).score for metric in _metrics()
    )
    return bleu, chrf


def signatures() -> dict[str, str]:
    """How sacrebleu names what was measured; valid after `score`."""
    bleu, chrf = _metrics()
    return {"BLEU": str(bleu.get_signature()), "chrF++": str(chrf.get_signature())}


@lru_cache(maxsize=1)
def _metrics() -> tuple[Any, Any]:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    metrics = BLEU(effective_order=False), CHRF(word_order=2)
    for metric in metrics:  # whose signatures are whole after a score only
        metric.corpus_score(["a"], [["a"]])
    return metrics
