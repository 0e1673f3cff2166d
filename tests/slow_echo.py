"""The command with an echo engine that takes its time and writes down what it is asked.

python slow_echo.py SECONDS LOG ARGUMENTS...
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from translator import cli, engines
from translator.engines import Decoding, echo
from translator.engines.base import Results


def main() -> None:
    patch(float(sys.argv[1]), sys.argv[2])
    sys.argv = ["translator", *sys.argv[3:]]
    cli.main()


def patch(delay: float, log: str) -> None:
    """Make the echo engine of this process slow, and have it write into a file what it is asked."""
    trial = [source for source, _ in engines._CANARIES]
    load, translate = echo.load, echo.EchoEngine.translate

    def note(line: str) -> None:
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123 - appended in one write
            file.write(line + "\n")

    def slow_load(*arguments):  # type: ignore[no-untyped-def]
        note(f"LOAD {os.getpid()}")
        return load(*arguments)

    def slow(self: echo.EchoEngine, sources: Sequence[str], decoding: Decoding) -> Results:
        for index, candidates in translate(self, sources, decoding):
            if sources[index] not in trial:
                time.sleep(delay)
                note(sources[index])
            yield index, candidates

    echo.load = slow_load
    echo.EchoEngine.translate = slow  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
