"""Being asked to stop, in long work that can be gone on with."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """The signals that asked to stop, as they come.

    Python hears of one when native code comes back to it (a batch, a training step); after that,
    a second one has its usual effect.
    """
    seen: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, _: FrameType | None) -> None:
        seen.append(number)
        for one, handler in before.items():
            signal.signal(one, handler)

    for number in before:
        signal.signal(number, stop)
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
