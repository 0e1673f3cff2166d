"""The queue: bounded, first come first served for a client, in turn between clients."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

# Jobs at once: enough for full batches; the last of more would wait for nothing where the engine is
# quick, or all is in the memory.
_TOGETHER = 8


class FullError(Exception):
    """There is no room; the message says whose."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job in the queue: `characters` of source, which may be translated with what is `alike`."""

    job: str
    client: str
    short: bool
    characters: int = 0
    alike: Hashable = None  # None: with nothing


class Queue:
    """Jobs that wait. Not for use by two threads at once.

    Args:
        most: jobs in all.
        most_of_one: jobs of one client.
    """

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        # Whose turn comes first stands first; a client without a waiting job is not here.
        self._clients: OrderedDict[str, deque[Waiting]] = OrderedDict()

    def __len__(self) -> int:
        return sum(len(jobs) for jobs in self._clients.values())

    def __iter__(self) -> Iterator[Waiting]:
        return (one for jobs in self._clients.values() for one in jobs)

    def add(self, waiting: Waiting) -> None:
        """Put a job at the end of its client's jobs.

        Raises:
            FullError: the queue, or the client's part of it, has no room.
        """
        own = self._clients.get(waiting.client, ())
        if len(self) >= self._most:
            raise FullError(f"{self._most} texts are waiting already")
        if len(own) >= self._most_of_one:
            raise FullError(f"{self._most_of_one} of your texts are waiting already")
        self._clients.setdefault(waiting.client, deque()).append(waiting)

    def remove(self, job: str) -> None:
        """Take a job out, if it is there."""
        for client, jobs in self._clients.items():
            for one in jobs:
                if one.job == job:
                    jobs.remove(one)
                    if not jobs:
                        del self._clients[client]
                    return

    def take(self, active: Counter[str], *, only_short: bool) -> Waiting | None:
        """The job whose turn it is, taken out; None where there is none.

        Clients with the fewest active jobs come first, then whoever was served longest ago.
        """
        return self._take(active, lambda one: one.short or not only_short)

    def take_alike(self, first: Waiting, active: Counter[str], most: int) -> list[Waiting]:
        """Jobs to be translated with one that was taken, `most` characters in all, taken out.

        In turn between clients, as far as those whose turn it is fit.
        """
        taken: list[Waiting] = []
        clients, room = active + Counter([first.client]), most - first.characters

        def suits(one: Waiting) -> bool:
            left = room - sum(other.characters for other in taken)
            return one.alike == first.alike and one.characters <= left

        while first.alike is not None and len(taken) < _TOGETHER - 1:
            found = self._take(clients, suits)
            if found is None:
                break
            taken.append(found)
            clients[found.client] += 1
        return taken

    def _take(self, active: Counter[str], suits: Callable[[Waiting], bool]) -> Waiting | None:
        for client in sorted(self._clients, key=lambda name: active[name]):
            jobs = self._clients[client]
            found = next((one for one in jobs if suits(one)), None)
            if found:
                jobs.remove(found)
                self._clients.move_to_end(client)
                if not jobs:
                    del self._clients[client]
                return found
        return None

    def position(self, job: str) -> int | None:
        """How many turns there are until this job's, its own included, if all take one job."""
        for place, jobs in enumerate(self._clients.values()):
            for own, one in enumerate(jobs):
                if one.job == job:
                    others = enumerate(self._clients.values())
                    return 1 + sum(
                        min(len(theirs), own + (at < place)) if at != place else own
                        for at, theirs in others
                    )
        return None
