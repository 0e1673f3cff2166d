"""What `translator batch` costs: again, in small articles, in twice as many, in two processes.

Every batch is the command itself, in a data folder of its own that has this machine's models, so
start-up counts. What is compared was measured in one run: read the ratios, not the seconds.
"""

from __future__ import annotations

import json
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
        started = bench.run("start", [article(number)], "--no-memory").seconds
        print(f"{'one article alone, start-up included':44}{started:9.1f} s", flush=True)

        def net(batch: Batch) -> float:
            return max(batch.seconds - started, 1e-3)

        first = bench.run("first", short)
        print(f"{'the articles':44}{first.seconds:9.1f} s  {first.peak_gb:.2f} GB", flush=True)
        again = bench.run("again", short)
        _tell("the same again, into another folder", again, first.seconds / again.seconds)
        bare = bench.run("bare", short, "--no-memory")
        long = bench.run("long", ["".join(short)], "--no-memory")
        _tell("as one long article (short : long) *", long, net(bare) / net(long))
        double = bench.run("double", twice, "--no-memory")
        _tell("twice as many (twice : once) *", double, net(double) / net(bare))
        two = bench.run("two", short, "--no-memory", "--workers", "2")
        _tell("two processes (one : two) *", two, net(bare) / net(two))
    print("\n* the ratio is without what one article takes; sizes are of the first process")
    return 0


def _tell(what: str, batch: Batch, ratio: float) -> None:
    print(f"{what:44}{batch.seconds:9.1f} s  {batch.peak_gb:.2f} GB  {ratio:8.2f}", flush=True)


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
