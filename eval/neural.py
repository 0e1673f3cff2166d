"""COMET, in a process and an environment of its own.

Its package holds old versions of transformers and numpy down, so it is never imported here: give
the interpreter of an environment that has it (`pip install 'translator[comet]'` there). It can
give 65 to untranslated text and reads 512 tokens at most: a number beside the others, never the
only gate.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from eval.metrics import Metric, Scored
from eval.outputs import Output, flat
from eval.testsets import TestSet
from translator.errors import ModelError

DEFAULT_MODEL = "Unbabel/wmt22-comet-da"
# In a folder of its own: a script finds modules beside it first, and none of ours may hide one.
_WORKER = Path(__file__).parent / "worker" / "score_comet.py"


def score(test_set: TestSet, output: Output, python: str, model: str = DEFAULT_MODEL) -> Scored:
    """COMET of every segment against each reference, the best one counted.

    Args:
        test_set: sources and references.
        output: the system to score.
        python: the interpreter of an environment with `unbabel-comet`.
        model: a COMET model's name or a checkpoint file.

    Raises:
        ModelError: the process failed; the message says why.
    """
    references = list(test_set.references.values())
    hypotheses = flat(output.targets)
    data = [
        {"src": source, "mt": hypothesis, "ref": lines[at]}
        for lines in references
        for at, (source, hypothesis) in enumerate(zip(test_set.sources, hypotheses, strict=True))
    ]
    scores, version = _ask(python, model, data)
    best = np.array(scores).reshape(len(references), len(hypotheses)).max(axis=0)
    rows = np.stack([100 * best, np.ones(len(best))], axis=1)
    signature = f"comet:{version}|model:{model}|refs:max of {len(references)}"
    metric = Metric(
        "comet",
        "COMET",
        "up",
        "segment",
        lambda *_: rows,
        lambda sums: sums[..., 0] / sums[..., 1],
        lambda _: signature,
    )
    return Scored(metric, rows)


def _ask(python: str, model: str, data: list[dict[str, str]]) -> tuple[list[float], str]:
    try:
        done = subprocess.run(
            [python, str(_WORKER), model],
            input=json.dumps(data),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise ModelError(f"COMET: {python} cannot be started: {error.strerror}") from error
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        raise ModelError(f"COMET failed in {python}: {reason}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    if len(answer["scores"]) != len(data):
        raise ModelError(f"COMET gave {len(answer['scores'])} scores for {len(data)} segments")
    return answer["scores"], answer["version"]
