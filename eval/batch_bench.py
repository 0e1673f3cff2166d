"""What `translator batch` costs: again, changed, in small articles, twice as many, two processes.

Every batch is the command itself, in a data folder of its own that has this machine's models, so
start-up counts. What is compared was measured in one run: read the ratios, not the seconds.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.texts import article
from translator.errors import ModelError
from translator.home import data_home

_LEAST = 0.5  # of what one sentence takes: less beyond it says nothing


@dataclass(frozen=True, slots=True)
class Batch:
    """One run of the command: seconds, and the largest resident size of its process in GB."""

    seconds: float
    peak_gb: float


def run(engine: str, model: str, number: int) -> int:
    """Measure and print, a line as soon as it is known."""
    short = [article(at) for at in range(number)]
    twice = [article(at) for at in range(2 * number)]
    characters = sum(map(len, short))
    print(f"{engine}: {number} articles of 5 sentences, {characters} characters\n", flush=True)
    with tempfile.TemporaryDirectory() as work:
        bench = _Bench(Path(work), engine, model)
        # The first one may have a model to prepare, and reads it from the disk.
        short_one = f"{article(number).partition('。')[0]}。"
        alone = [bench.run(f"start{turn}", [short_one], "--no-memory") for turn in range(2)]
        started = min(one.seconds for one in alone)
        print(f"{'one sentence alone, start-up included':44}{started:9.1f} s", flush=True)

        def ratio(one: Batch, other: Batch) -> float:
            """Of what both took beyond one sentence; not a number where that is lost in noise."""
            beyond = [batch.seconds - started for batch in (one, other)]
            return beyond[0] / beyond[1] if min(beyond) > _LEAST * started else math.nan

        first = bench.run("first", short)
        print(f"{'the articles':44}{first.seconds:9.1f} s  {first.peak_gb:.2f} GB", flush=True)
        again = bench.run("again", short)
        _tell("the same again, into another folder", again, first.seconds / again.seconds)
        changed = bench.run("changed", [*short[:-1], _with_another_sentence(short[-1])])
        _tell("the same, one sentence changed", changed, first.seconds / changed.seconds)
        bare = bench.run("bare", short, "--no-memory")
        long = bench.run("long", ["".join(short)], "--no-memory")
        ratios = [_tell("as one long article (short : long) *", long, ratio(bare, long))]
        double = bench.run("double", twice, "--no-memory")
        ratios += [_tell("twice as many (twice : once) *", double, ratio(double, bare))]
        two = bench.run("two", short, "--no-memory", "--workers", "2")
        ratios += [_tell("two processes (one : two) *", two, ratio(bare, two))]
    print("\n* the ratio is without what one sentence takes; sizes are of the first process")
    if any(map(math.isnan, ratios)):
        print("nan: a batch took hardly longer than one sentence: take more, on a quiet machine")
    return 0


def _with_another_sentence(text: str) -> str:
    """An article whose last sentence is another one."""
    return f"{text.rstrip('。').rpartition('。')[0]}。开发区明年将再建两座学校。"


def _tell(what: str, batch: Batch, ratio: float) -> float:
    print(f"{what:44}{batch.seconds:9.1f} s  {batch.peak_gb:.2f} GB  {ratio:8.2f}", flush=True)
    return ratio


class _Bench:
    """Batches in one data folder."""

    def __init__(self, folder: Path, engine: str, model: str) -> None:
        self._folder = folder
        self._options = ("--engine", engine, "--model", model, "-q")
        home = folder / "home"
        home.mkdir()
        (home / "models").symlink_to(data_home() / "models")
        self._environment = {**os.environ, "TRANSLATOR_HOME": str(home)}

    def run(self, name: str, articles: Sequence[str], *options: str) -> Batch:
        """One run of the command over the articles, as rows of a file."""
        rows = self._folder / f"{name}.jsonl"
        lines = (json.dumps({"id": f"a{at}", "text": text}) for at, text in enumerate(articles))
        rows.write_text("\n".join(lines), "utf-8")
        command = ["batch", str(rows), "-o", str(self._folder / name), *self._options, *options]
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, *command],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        if done.returncode:
            raise ModelError(f"the batch failed: {done.stderr.strip().rpartition(chr(10))[2]}")
        return Batch(seconds, float(done.stdout.rpartition("\n")[2]))


# The command as a user runs it, and then the largest size it had.
_MEASURED = """
import resource, sys
from translator.cli import main
try:
    main()
except SystemExit as end:
    status = end.code
else:
    status = 0
unit = 1 if sys.platform == "darwin" else 1024
print(end="\\n%.3f" % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9))
sys.exit(status)
"""
