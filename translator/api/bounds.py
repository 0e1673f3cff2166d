"""What one client may take of a server: so often in a time, so many at once."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from translator.errors import UsageError

_WRONG_KEYS = "10/minute"  # of one address
_PARTS = 4  # a client holds at most one of so many parts of what there is
_SECONDS = 10  # after which to try again for what others hold


class RefusedError(Exception):
    """A request that reaches no route."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


class Limits:
    """How often a client may ask, by the moving window of the last minute or whatever is set."""

    def __init__(self, rate: str) -> None:
        try:
            self._items = parse_many(rate)
        except ValueError as error:
            raise UsageError(f"{rate!r} is no rate: give one as 300/minute") from error
        self._wrong = parse_many(_WRONG_KEYS)
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, client: str) -> None:
        """Count a request that cost work.

        Raises:
            RefusedError: there were too many.
        """
        self._hit(self._items, client, "too many requests")

    def wrong_key(self, address: str) -> None:
        """Count a key that was not good.

        Raises:
            RefusedError: there were too many.
        """
        self._hit(self._wrong, f"wrong key {address}", "too many wrong keys")

    def _hit(self, items: list[RateLimitItem], client: str, what: str) -> None:
        for item in items:
            if not self._windows.hit(item, client):
                free = self._windows.get_window_stats(item, client).reset_time
                seconds = max(math.ceil(free - time.time()), 1)
                detail = f"{what} (the limit is {item}): try again in {seconds} s"
                raise RefusedError(429, detail, {"Retry-After": str(seconds)})


class Shares:
    """Things that clients hold for a while: `most` in all, of one client a quarter of them.

    For the event loop alone.
    """

    def __init__(self, most: int, what: str) -> None:
        self._most, self._of_one = most, max(most // _PARTS, 1)
        self._what = what
        self._held: Counter[str] = Counter()

    def take(self, client: str) -> Callable[[], None]:
        """Let a client hold one more; what is returned gives it back, however often it is called.

        Raises:
            RefusedError: 429 where the client holds its share, 503 where all are held.
        """
        if self._held[client] >= self._of_one:
            status, whose = 429, f"you have {self._of_one} {self._what}"
        elif self._held.total() >= self._most:
            status, whose = 503, f"there are {self._most} {self._what}"
        else:
            self._held[client] += 1
            held = [client]

            def give_back() -> None:
                for one in held:
                    self._held[one] -= 1
                    if not self._held[one]:
                        del self._held[one]
                held.clear()

            return give_back
        detail = f"{whose} already: try again in {_SECONDS} s"
        raise RefusedError(status, detail, {"Retry-After": str(_SECONDS)})
