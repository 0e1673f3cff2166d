"""Engines side by side on one machine in one run: speed, memory, load time, BLEU, chrF++.

Every system runs in a process of its own, so that its peak memory is its own. Machines
differ and are shared: read the ratios, not the seconds.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from eval import brief_bench, metrics, testsets
from eval.outputs import Output
from eval.run import translate
from eval.testsets import TestSet
from translator import engines, models, prompts
from translator.engines import GREEDY, QUALITIES, Decoding
from translator.errors import ModelError
from translator.pipeline import Options, Pipeline


@dataclass(frozen=True, slots=True)
class System:
    """An engine with a search; `pipeline` adds locks, checks and the repair ladder."""

    engine: str
    decoding: Decoding
    pipeline: bool = False


SYSTEMS = {
    "transformers greedy": System("transformers", GREEDY),
    "ctranslate2 greedy": System("ctranslate2", GREEDY),
    "endpoint greedy": System("endpoint", GREEDY),  # where a server is named
    "product, fast": System("ctranslate2", QUALITIES["fast"], pipeline=True),
    "product, best": System("ctranslate2", QUALITIES["best"], pipeline=True),
}

BRIEF = "brief"  # the brief of one article; no system of the table


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; memory in GB, the peak of the process: never that of a server."""

    system: str
    chars_per_second: float
    load_seconds: float
    peak_gb: float
    bleu: float
    chrf: float


def run(set_name: str, lines: int | None, only: str | None, base_url: str | None) -> None:
    """Measure the systems one after the other and print the table as rows come in.

    Raises:
        UsageError: `only` asks for a server's model, and no server or no one model is there.
        ModelError: a model cannot be had, or fails.
    """
    if only == BRIEF:
        print(json.dumps(asdict(brief_bench.measure(testsets.load(set_name)))))
        return
    if only is not None:
        print(json.dumps(asdict(_measure(only, testsets.load(set_name).head(lines), base_url))))
        return
    test_set = testsets.load(set_name).head(lines)
    characters = sum(map(len, test_set.sources))
    print(f"{test_set.name}: {len(test_set.sources)} segments, {characters} characters\n")
    titles = ("chars/s", "ratio", "load s", "peak GB", "BLEU", "chrF++")
    print(f"{'system':22}" + "".join(f"{title:>9}" for title in titles))
    first = None
    for name, system in SYSTEMS.items():
        if system.engine == "endpoint" and not base_url:
            continue
        row = Row(**_in_own_process(name, set_name, lines, base_url))
        first = first or row
        ratio = row.chars_per_second / first.chars_per_second
        speeds = f"{row.chars_per_second:9.1f}{ratio:9.2f}{row.load_seconds:9.1f}"
        print(f"{name:22}{speeds}{row.peak_gb:9.2f}{row.bleu:9.1f}{row.chrf:9.1f}", flush=True)
    if test_set.articles:
        print(brief_bench.BriefTimes(**_in_own_process(BRIEF, set_name)).lines())


def _in_own_process(
    name: str, set_name: str, lines: int | None = None, base_url: str | None = None
) -> dict[str, Any]:
    command = [sys.executable, "-m", "eval", "bench", "--only", name, "--set", set_name]
    command += ["--lines", str(lines)] if lines else []
    command += ["--base-url", base_url] if base_url else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        raise ModelError(f"{name} failed: {reason}")
    row: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return row


def _measure(name: str, test_set: TestSet, base_url: str | None) -> Row:
    system = SYSTEMS[name]
    started = time.monotonic()
    prompt = prompts.for_model("translate", models.DEFAULT)
    where = base_url if system.engine == "endpoint" else None
    engine = engines.load(system.engine, models.DEFAULT, prompt, base_url=where)
    loaded = time.monotonic()
    if system.pipeline:
        pipeline = Pipeline(Options(system.engine, decoding=system.decoding), engine)
        outputs = list(translate(test_set, pipeline).targets)
    else:
        outputs = [""] * len(test_set.sources)
        for index, candidates in engine.translate(test_set.sources, system.decoding):
            outputs[index] = candidates[0].text
    seconds = time.monotonic() - loaded
    # macOS counts in bytes, Linux in kilobytes.
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
    bleu, chrf = _scores(outputs, test_set)
    speed = sum(map(len, test_set.sources)) / seconds
    return Row(name, speed, loaded - started, peak, bleu, chrf)


def _scores(outputs: list[str], test_set: TestSet) -> tuple[float, float]:
    scored = metrics.evaluate(test_set, Output("bench", tuple(outputs)), ("bleu", "chrf"))
    return scored["bleu"].value, scored["chrf"].value
