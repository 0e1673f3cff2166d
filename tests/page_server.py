"""A server with the page, in this process, and an engine that a test can hold."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
import uvicorn
from fastapi import FastAPI

from translator import engines, web
from translator.engines import Decoding, echo
from translator.engines.base import Results
from translator.service import Service, Settings

LONG = 60.0  # seconds; nothing takes this long unless it never comes


class Gate:
    """Lets the echo engine through: all, or as many sentences as are given."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._left: float = float("inf")

    def open(self) -> None:
        self._set(float("inf"))

    def close(self) -> None:
        self._set(0)

    def give(self, count: int) -> None:
        with self._changed:
            self._left += count
            self._changed.notify_all()

    def take(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._left >= 1, LONG)
            self._left -= 1

    def _set(self, left: float) -> None:
        with self._changed:
            self._left = left
            self._changed.notify_all()


@contextlib.contextmanager
def gated(patch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """The echo engine behind a gate, which is open at first."""
    gate, answer = Gate(), echo.EchoEngine.translate
    trial = [source for source, _ in engines._CANARIES]

    def held(self: echo.EchoEngine, sources: Sequence[str], decoding: Decoding) -> Results:
        for index, candidates in answer(self, sources, decoding):
            if sources[index] not in trial:
                gate.take()
            yield index, candidates

    patch.setattr(echo.EchoEngine, "translate", held)
    try:
        yield gate
    finally:
        gate.open()


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address of a server with the page on a free port of this machine."""
    service = Service(settings)
    service.start()
    app = web.mount(FastAPI(), service)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + LONG
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True

        thread.join(LONG)
        service.stop(0.0)
