"""Work on hostile bytes in a process of its own: it can neither hang this one nor fill its memory.

`python -m translator.isolated MODULE:FUNCTION SECONDS` calls a function of this package. Standard
input holds a line of JSON, the function's arguments, then the bytes. One JSON object comes back:
{"result": ...}, {"refused": message} for an InputError, or {"fault": what} for anything else.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import math
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from translator.errors import InputError

_MEMORY = 2 << 30
# So many at once, however many threads ask: their memory adds up.
_PROCESSES = threading.BoundedSemaphore(max(2, min(4, os.cpu_count() or 1)))


def call(function: str, data: bytes, *arguments: object, where: str, kind: str, to: float) -> Any:
    """What `function(data, *arguments)` returns, as JSON has it, from a process of its own.

    Args:
        function: MODULE:FUNCTION of this package.
        data: the untrusted bytes.
        arguments: what else the function gets; anything JSON holds.
        where: the file's name, for messages.
        kind: what the bytes are read as, for messages.
        to: seconds that the work may take.

    Raises:
        InputError: the function's own; or the work took too long, took too much memory (2 GB), or
            ended in any other way.
    """
    with _turn(where, to):
        try:
            child = subprocess.run(
                [
                    *(sys.executable, "-X", "utf8", "-W", "ignore", "-m", "translator.isolated"),
                    *(function, str(math.ceil(to))),
                ],
                input=json.dumps(arguments).encode() + b"\n" + data,
                capture_output=True,
                timeout=to,
                # Python looks for modules there first: never in the folder the user stands in.
                cwd=Path(__file__).resolve().parent.parent,
                check=False,
            )
        except subprocess.TimeoutExpired as exc:
            raise InputError(
                f"{where} took longer than {to:g} s to read as {kind}: save it as text"
            ) from exc
    try:
        answer = json.loads(child.stdout)
    except ValueError:
        fault = child.stderr.decode("utf-8", errors="replace").strip().split("\n")[-1]
        raise InputError(
            f"{where} cannot be read as {kind} ({fault[:200] or 'out of memory'}): save it as text"
        ) from None
    if "refused" in answer:
        raise InputError(answer["refused"])
    if "fault" in answer:
        raise InputError(f"{where} {answer['fault'].format(kind=kind)}")
    return answer["result"]


@contextlib.contextmanager
def _turn(where: str, seconds: float) -> Any:
    if not _PROCESSES.acquire(timeout=seconds):
        raise InputError(f"{where} waited {seconds:g} s for other files to be read: try it again")
    try:
        yield
    finally:
        _PROCESSES.release()


def main(argv: list[str]) -> None:
    """Do the work that `call` asks for, in this process; print the answer."""
    name, seconds = argv
    _bound(int(seconds))
    logging.disable(logging.CRITICAL)
    module, _, function = name.partition(":")
    arguments = json.loads(sys.stdin.buffer.readline())
    answer: dict[str, object]
    try:
        work = getattr(importlib.import_module(module), function)
        answer = {"result": work(sys.stdin.buffer.read(), *arguments)}
    except InputError as exc:
        answer = {"refused": str(exc)}
    except MemoryError:
        answer = {"fault": "needs too much memory to read as {kind}: save it as text"}
    except ImportError as exc:
        missing = str(exc).split("\n", maxsplit=1)[0].replace("{", "").replace("}", "")
        answer = {
            "fault": f"cannot be read, a library is missing ({missing}): reinstall translator"
        }
    except Exception as exc:  # noqa: BLE001 - whatever a parser makes of hostile bytes
        answer = {"fault": f"is damaged or not {{kind}} ({type(exc).__name__}): save it again"}
    sys.stdout.write(json.dumps(answer))


def _bound(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit alone holds there
        return
    # The parent counts the time on the clock; this ends a process whose parent was killed.
    for limit, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, seconds + 1)):
        _, hard = resource.getrlimit(limit)
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(limit, (most, hard))


if __name__ == "__main__":
    main(sys.argv[1:])
