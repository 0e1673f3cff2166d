"""The batch on a Ray cluster: windows out to its workers, outputs back, lost work done again.

Plain actors rather than Ray Data. That one retries a document that kills its worker for ever (or
gives up a block with all that is in it), hands results over block by block, wants the whole input
in its store first, loads the engines anew for every dataset, and cannot be stopped without losing
what is under way. Here this machine feeds the workers from its disk and asks each for what it has
done; so it knows of every article whether it has arrived, and nothing is done twice.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from translator import readers
from translator.batch import work
from translator.batch.member import Answer, Member, Orders
from translator.batch.work import Piece, Result, Step, Task
from translator.documents import Limits
from translator.errors import InputError, ModelError, UsageError
from translator.memory import ApprovedSegments, Memory
from translator.models import Progress, Report

_POLL = 0.5  # seconds between looks at whether the user wants to stop
_TRIES = 2  # workers that may die of an article alone before it is the article's fault
_PATIENCE = 60.0  # seconds without a worker before the user is told why
_STORE = 256_000_000  # bytes of shared memory for a cluster of our own; articles are small
# What decides how a server is asked, besides options. A key stays where it is: Ray shows these.
_VARIABLES = ("TRANSLATOR_BASE_URL", "TRANSLATOR_CONCURRENCY", "TRANSLATOR_OFFLINE")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Ray cluster: the address of its head, `auto`, or `local` for one of our own.

    `gpus` is what each worker reserves; a fraction lets workers share one.
    """

    address: str
    gpus: float = 0.0


def run(
    cluster: Cluster,
    task: Task,
    settings: str,
    windows: Iterable[list[Piece]],
    workers: int | None,
    stopped: Callable[[], bool],
    report: Report,
) -> Iterator[Step]:
    """Do windows on a cluster; yield the steps of their articles, in no order.

    `workers` is how many; None is one a machine, or as many as there are GPUs for.

    Raises:
        UsageError: Ray is not installed, or there is no such cluster.
        ModelError: no worker can have the engine, or one after another dies.
    """
    ray = _imported()
    if cluster.address not in ("auto", "local"):
        _check_reachable(cluster.address)
    memory = Memory(report=report) if task.with_memory else None
    approved = memory.approved() if memory else ApprovedSegments({})
    orders = Orders.of(task, settings, memory.approved_version() if memory else "", approved)
    with _connected(ray, cluster):
        count, processors = shares(ray.nodes(), workers, cluster.gpus)
        kind = ray.remote(
            num_cpus=processors, num_gpus=cluster.gpus, max_restarts=0, scheduling_strategy="SPREAD"
        )(Member)
        crew = _Crew(ray, kind, ray.put(orders), task, settings, report)
        yield from crew.run(iter(windows), count, stopped)


def shares(nodes: Sequence[Mapping[str, Any]], workers: int | None, gpus: float) -> tuple[int, int]:
    """How many workers a cluster gets, and how many processors each of them.

    As many processors as let all workers find room; one each where they do not, for more machines
    may come.
    """
    found = [node["Resources"] for node in nodes if node["Alive"]]
    sizes = [(int(one.get("CPU", 0)), one.get("GPU", 0.0)) for one in found]

    def room(processors: int) -> int:
        by_gpu = [int(gpu / gpus) if gpus else cpu for cpu, gpu in sizes]
        return sum(
            min(cpu // processors, most) for (cpu, _), most in zip(sizes, by_gpu, strict=True)
        )

    machines = sum(cpu > 0 for cpu, _ in sizes)
    count = workers or (room(1) if gpus else machines) or 1
    most = max((cpu for cpu, _ in sizes), default=1)
    return count, max((one for one in range(1, most + 1) if room(one) >= count), default=1)


@dataclass(slots=True, eq=False)
class _Member:
    """A worker as seen from here: its window's articles that have not arrived, by their stem."""

    actor: Any
    left: dict[str, Piece] = field(default_factory=dict)
    alone: bool = False  # the window is one article
    greeted: bool = False


class _Crew:
    """The workers, and what each of them has been asked."""

    def __init__(
        self, ray: Any, kind: Any, orders: Any, task: Task, settings: str, report: Report
    ) -> None:
        self._ray, self._kind, self._orders = ray, kind, orders
        self._task, self._settings, self._report = task, settings, report
        self._calls: dict[Any, _Member] = {}
        self._idle: list[_Member] = []
        self._again: deque[list[Piece]] = deque()  # of workers that died, one by one
        self._tries: Counter[str] = Counter()
        self._deaths = 0  # since the last result
        self._size = 0

    def run(
        self, windows: Iterator[list[Piece]], count: int, stopped: Callable[[], bool]
    ) -> Iterator[Step]:
        """Yield the steps of all windows; after a stop, those of the turns under way."""
        self._size = count
        for _ in range(count):
            self._hire()
        began, told = time.monotonic(), False
        more = True
        while True:
            while self._idle and more and not stopped():
                window = self._again.popleft() if self._again else next(windows, None)
                more = window is not None
                if window is not None:
                    yield from self._give(self._idle.pop(), window)
            busy = any(member.left for member in self._calls.values())
            if not busy and (stopped() or not more):
                return
            ready, _ = self._ray.wait(list(self._calls), timeout=_POLL)
            for call in ready:
                yield from self._heard(call, stopped)
                more = more or bool(self._again)
            if not told and not ready and time.monotonic() - began > _PATIENCE:
                told = True
                self._explain()

    def _hire(self) -> None:
        member = _Member(self._kind.remote())
        self._calls[member.actor.greet.remote(self._orders)] = member

    def _give(self, member: _Member, window: Sequence[Piece]) -> Iterator[Step]:
        """Send a window to a worker; what cannot be read has failed."""
        packed = []
        for piece in window:
            found = _packed(piece, self._task, self._settings)
            if isinstance(found, Piece):
                packed.append(found)
            else:
                yield found
        member.left = {piece.item.stem: piece for piece in packed}
        member.alone = len(packed) == 1
        if packed:
            self._calls[member.actor.work.remote(packed)] = member
        else:
            self._idle.append(member)

    def _heard(self, call: Any, stopped: Callable[[], bool]) -> Iterator[Step]:
        """Take a worker's answer, ask it to go on, and yield what it has done."""
        member = self._calls.pop(call)
        errors = self._ray.exceptions
        try:
            answer: Answer = self._ray.get(call)
        except errors.RayTaskError as fault:
            raise ModelError(f"a worker failed: {_last_line(fault)}") from fault
        except errors.RayError as fault:
            yield from self._lost(member, _last_line(fault))
            return
        for remark in answer.remarks:
            self._report(remark)
        member.greeted = True
        for step in answer.steps:
            if isinstance(step, Result):
                member.left.pop(step.record.stem)
                self._deaths = 0
        if answer.ended:
            self._idle.append(member)
        elif not stopped():
            self._calls[member.actor.work.remote()] = member
        yield from answer.steps
        if answer.fault:
            raise answer.fault

    def _lost(self, member: _Member, reason: str) -> Iterator[Step]:
        """Have another worker do what a dead one had not finished, one article at a time.

        So the article that a worker dies of is found, and the others are none the worse.
        """
        self._deaths += 1
        if self._deaths > 2 * (self._size + _TRIES):
            raise ModelError(
                f"one worker after another dies, most likely for want of memory ({reason}): run "
                "the same command again with fewer --workers, or on larger machines"
            )
        note = f"a worker died ({reason})"
        if member.left:
            note += f"; its articles are done again: {len(member.left)}"
        self._report(Progress("working", note=note))
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(member.actor)
        self._hire()
        for stem, piece in member.left.items():
            self._tries[stem] += member.alone
            if self._tries[stem] < _TRIES:
                self._again.append([piece])
            else:
                message = f"{piece.item.name}: {_TRIES} workers died of it, the last one: {reason}"
                yield work.failed(piece, self._settings, message)

    def _explain(self) -> None:
        """Say why nothing happens, where no worker has come up."""
        if not any(member.greeted for member in (*self._calls.values(), *self._idle)):
            have = self._ray.cluster_resources()
            note = (
                f"no worker has started yet: {self._size} are asked for, and the cluster has "
                f"{have.get('CPU', 0):.0f} processors and {have.get('GPU', 0):.0f} GPUs"
            )
            self._report(Progress("waiting for the cluster", note=note))


def _packed(piece: Piece, task: Task, settings: str) -> Piece | Result:
    """An article with what is needed to read it elsewhere, or that it cannot be read."""
    try:
        if piece.document is not None:
            return piece
        if piece.item.row is not None:
            return replace(piece, document=work.read(piece.item, task))
        return replace(piece, data=readers.file_bytes(Path(piece.item.path), Limits()))
    except InputError as fault:
        return work.failed(piece, settings, str(fault))


def _check_reachable(address: str) -> None:
    """Raise UsageError where nothing listens: Ray itself tries for some minutes."""
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal():
        raise UsageError(
            f"{address} is no address of a Ray cluster: give that of its head as HOST:6379, `auto` "
            "on one of its machines (as in `ray job submit`), or `local`"
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE / 6).close()
    except (OSError, OverflowError) as fault:
        raise UsageError(
            f"no Ray cluster answers at {address} ({fault}): check that its head runs and that its "
            "port can be reached from here"
        ) from fault


@contextlib.contextmanager
def _connected(ray: Any, cluster: Cluster) -> Iterator[None]:
    """Join the cluster, or start one of our own that ends with us."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing goes to anybody else
    own: dict[str, Any] = {}
    if cluster.address == "local":
        own = {"include_dashboard": False, "object_store_memory": _STORE}
    else:
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # we say in a line what is wrong
    variables = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        # Ray prints what befalls workers there; of that we tell what matters ourselves.
        try:
            with _signals_kept():
                ray.init(
                    cluster.address,
                    runtime_env={"env_vars": variables} if variables else None,
                    log_to_driver=False,
                    logging_level="ERROR",
                    **own,
                )
        except Exception as fault:  # of many kinds
            raise UsageError(
                f"the Ray cluster at {cluster.address} cannot be used ({_last_line(fault)}): give "
                "the address of its head as HOST:6379, `auto` on one of its machines, or `local`"
            ) from fault
        try:
            yield
        finally:
            ray.shutdown()


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """Take the handler of SIGTERM back, which Ray replaces by its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _last_line(fault: Exception) -> str:
    """What an error of Ray's comes down to."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(fault).__name__


def _imported() -> Any:
    try:
        import ray
    except ModuleNotFoundError as fault:
        raise UsageError(
            '--ray needs Ray, which is not installed: pip install "translator[ray]"'
        ) from fault
    return ray
