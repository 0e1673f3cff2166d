"""On the path of Ray's workers in tests: they get the slow echo engine, too.

TRANSLATOR_TEST_ECHO is its delay in seconds and its log; a source that holds 毒 kills its worker,
and while there is a file LOG.hold, each waits with its first sentence.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path


def _patch(given: str) -> None:
    import slow_echo

    from translator.engines import echo

    delay, _, log = given.partition(" ")
    slow_echo.patch(float(delay), log)
    romanise = echo._romanise

    def poisoned(source: str) -> str:
        while Path(f"{log}.hold").exists():
            time.sleep(0.02)
        if "毒" in source:
            os.kill(os.getpid(), signal.SIGKILL)
        return romanise(source)

    echo._romanise = poisoned


if any(argument.endswith("default_worker.py") for argument in sys.orig_argv):
    _patch(os.environ["TRANSLATOR_TEST_ECHO"])
