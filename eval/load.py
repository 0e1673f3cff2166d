"""Many clients at a real `translator serve` on loopback: answers, seconds, memory, fairness.

Server and clients are processes of this machine and share its processors: a loaded machine makes
every figure worse. Every text is another one, so that nothing comes from the memory.
"""

from __future__ import annotations

import http.client
import itertools
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.texts import article
from translator import home
from translator.errors import ModelError

_START_SECONDS = 300.0
_SHOWN = 20  # clients whose order is printed


@dataclass(frozen=True, slots=True)
class Answer:
    """One request: when it was sent and answered, in seconds since the start."""

    client: int
    sent: float
    done: float
    status: int


def run(engine: str, model: str, clients: int, seconds: float) -> int:
    """Measure and print; 1 where an answer was a 5xx or none at all."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # or the server would stay behind
    with _server(engine, model) as port:
        _ready(port)
        before = _used(port)
        answers = _load(port, clients, seconds)
        after = _used(port)
    _print(answers, clients, before, after)
    return int(any(answer.status >= 500 or not answer.status for answer in answers))


@contextmanager
def _server(engine: str, model: str) -> Iterator[int]:
    """A server with a data folder of its own, which borrows the user's models; its port."""
    with tempfile.TemporaryDirectory(prefix="translator-load-") as folder:
        models = home.data_home() / "models"
        if models.is_dir():
            (Path(folder) / "models").symlink_to(models)
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "translator", "serve", "--port", "0", "--quiet"),
                *("--engine", engine, "--model", model),
            ],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TRANSLATOR_HOME": folder},
            start_new_session=True,
        )
        try:
            yield _port(process)
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _port(process: subprocess.Popen[str]) -> int:
    said = []
    for line in process.stderr or ():
        said.append(line.strip())
        if found := re.search(r"http://127\.0\.0\.1:(\d+) ", line):
            # What it says later must not fill the pipe.
            threading.Thread(target=lambda: list(process.stderr or ()), daemon=True).start()
            return int(found[1])
    raise ModelError(f"the server did not start: {' '.join(said)[-500:]}")


def _ready(port: int) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        health = json.loads(_get(port, "/health"))
        if health["engine"] == "failed":
            raise ModelError(f"the server has no engine: {health['message']}")
        # The page is imported while the API answers already, which slows both down for a while.
        if health["engine"] == "ready" and _status(port, "/") != 503:
            return
        time.sleep(0.2)
    raise ModelError(f"the engine was not loaded after {_START_SECONDS:g} s")


def _load(port: int, clients: int, seconds: float) -> list[Answer]:
    """Every client asks again as soon as it is answered, until the time is over."""
    answers: list[Answer] = []
    start = time.monotonic()
    end = start + seconds

    def ask(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        for turn in itertools.count():
            sent = time.monotonic()
            if turn and sent >= end:
                break
            status = _post(connection, article(client * 1_000_003 + turn * 7_919))
            answers.append(Answer(client, sent - start, time.monotonic() - start, status))
        connection.close()

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _post(connection: http.client.HTTPConnection, text: str) -> int:
    """The status of the answer; 0 where there was none, 202 where the job ended otherwise."""
    headers = {"Content-Type": "application/json", "Prefer": "wait=60"}
    try:
        connection.request("POST", "/api/v1/translate", json.dumps({"text": text}), headers)
        answer = connection.getresponse()
        job = json.loads(answer.read())
        if answer.status != 202:
            return answer.status
        while job["state"] in ("queued", "running"):
            time.sleep(0.25)
            connection.request("GET", f"/api/v1/jobs/{job['id']}")
            job = json.loads(connection.getresponse().read())
    except (OSError, ValueError, KeyError, http.client.HTTPException):
        connection.close()
        return 0
    return 200 if job["state"] == "done" else 202


def _get(port: int, path: str) -> str:
    return _ask(port, path)[1]


def _status(port: int, path: str) -> int:
    return _ask(port, path)[0]


def _ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def _used(port: int) -> tuple[float, float]:
    """The server's resident memory in MB, and the processor seconds that it has had."""
    text = _get(port, "/metrics")
    found = [
        re.search(rf"^process_{name} (\S+)$", text, re.MULTILINE)
        for name in ("resident_memory_bytes", "cpu_seconds_total")
    ]
    memory, processor = (float(one[1]) if one else math.nan for one in found)
    return memory / 1e6, processor


def _print(
    answers: Sequence[Answer],
    clients: int,
    before: tuple[float, float],
    after: tuple[float, float],
) -> None:
    took = sorted(answer.done - answer.sent for answer in answers)
    span = max(answer.done for answer in answers)
    statuses = Counter(answer.status for answer in answers)
    counts = Counter(answer.client for answer in answers if answer.status == 200)
    served = [counts[client] for client in range(clients)]
    print(f"clients            {clients}")
    print(f"answers            {len(answers)} in {span:.1f} s, {len(answers) / span:.1f} a second")
    print("by status          " + ", ".join(f"{n}: {statuses[n]}" for n in sorted(statuses)))
    for share in (50, 95, 99, 100):
        print(f"p{share:<3} seconds       {_percentile(took, share):.3f}")
    print(f"memory             {before[0]:.0f} MB before, {after[0]:.0f} MB after")
    print(f"processor          {1000 * (after[1] - before[1]) / len(answers):.0f} ms an answer")
    print(f"answers a client   {min(served)} to {max(served)}")
    if clients <= _SHOWN:
        first: dict[int, Answer] = {}
        for answer in sorted(answers, key=lambda one: one.sent):
            first.setdefault(answer.client, answer)
        order = sorted(first.values(), key=lambda one: one.done)
        print("first answers      " + ", ".join(f"{one.client}: {one.done:.1f} s" for one in order))
        print(f"their spread       {order[-1].done - order[0].done:.1f} s")


def _percentile(values: Sequence[float], share: int) -> float:
    return values[max(math.ceil(len(values) * share / 100) - 1, 0)]
