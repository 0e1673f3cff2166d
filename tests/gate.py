"""An echo engine that answers when a test lets it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from translator.engines import Decoding, echo
from translator.engines.base import Results

LONG = 60.0


class Gate:
    """Lets the echo engine answer one sentence for every ticket; open, it answers all."""

    def __init__(self) -> None:
        self._tickets = threading.Semaphore(0)
        self.opened = False
        self.asked: list[str] = []

    def give(self, number: int = 1) -> None:
        """Let so many sentences pass."""
        self._tickets.release(number)

    def open(self) -> None:
        """Let all pass from now on."""
        self.opened = True
        self.give(1000)

    def close(self) -> None:
        """Stop all from now on."""
        self.opened = False
        self._tickets = threading.Semaphore(0)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand before the engine; what the service tries at its start passes."""
        answer: Callable[..., Results] = echo.EchoEngine.translate

        def slow(own: echo.EchoEngine, sources: Sequence[str], decoding: Decoding) -> Results:
            trial = any("总部在北京" in one or "7月5日" in one for one in sources)
            for index, candidates in answer(own, sources, decoding):
                if not trial:
                    self._wait(sources[index])
                yield index, candidates

        monkeypatch.setattr(echo.EchoEngine, "translate", slow)

    def _wait(self, source: str) -> None:
        self.asked.append(source)
        if not self.opened:
            self._tickets.acquire(timeout=LONG)
