"""The one thread that translates: jobs in turn, a step of each at a time.

A step is what a pipeline does until its next sentence is final: with a neural engine a batch, so
that a short text is done while a long one is under way. A brief is one step.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator

from translator import documents
from translator.brief import write as write_brief
from translator.errors import TranslatorError
from translator.ledger import Translation
from translator.pipeline import Final, Options, Pipeline
from translator.service.entries import Entry, Task
from translator.service.records import JobState, ServiceState, Settings
from translator.service.schedule import Queue
from translator.service.shelf import Shelf
from translator.service.store import Store

_log = logging.getLogger(__name__)
_FIRST = "7月5日，上海市人民政府副市长张伟在会上表示，公司今年投资3.27亿元建设新厂房。"
_EXPIRE_EVERY = 600.0  # seconds


class Worker:
    """Takes jobs from the queue and works on them, until it is told to stop.

    Everything here but `run` is called with the service's lock held.
    """

    def __init__(
        self,
        settings: Settings,
        lock: threading.RLock,
        queue: Queue,
        shelf: Shelf,
        store: Store,
        entry: Callable[[str], Entry | None],
    ) -> None:
        self._settings, self._lock, self._queue = settings, lock, queue
        self._shelf, self._store, self._entry = shelf, store, entry
        self._wake = threading.Condition(lock)
        self._active: dict[str, tuple[Entry, Iterator[None]]] = {}
        self._deadline: float | None = None
        self.state: ServiceState = "loading"
        self.fault: str | None = None
        self.ended: Counter[str] = Counter()
        self.findings: Counter[tuple[str, str]] = Counter()
        self.sentences = self.characters = 0
        self.seconds = 0.0
        self._lasted = 1.0  # seconds a job, the recent ones most

    @property
    def active(self) -> int:
        """How many jobs are under way."""
        return len(self._active)

    @property
    def retry_after(self) -> int:
        """Seconds after which a place in a full queue should be free: a tenth of it is done."""
        return min(max(round(self._lasted * len(self._queue) / 10), 1), 60)

    def wake(self) -> None:
        """There is something to do."""
        self._wake.notify()

    def stop(self, grace: float) -> None:
        """Take no more jobs, and end when those under way are done or `grace` seconds are over."""
        self._deadline = time.monotonic() + grace
        self._wake.notify()

    def left_over(self) -> list[Entry]:
        """The jobs under way, which the worker must not touch any more."""
        entries = [entry for entry, _ in self._active.values()]
        self._active = {}
        return entries

    def run(self) -> None:
        """The thread: load the default engine, then work."""
        self._load()
        self._store.expire(self._settings.job_hours)
        expired = time.monotonic()
        while True:
            with self._lock:
                while not self._has_work():
                    if self._deadline is not None:
                        return
                    if not self._wake.wait(_EXPIRE_EVERY):
                        break
                if self._deadline is not None and time.monotonic() >= self._deadline:
                    return
                turn = list(self._active.values())
            for entry, work in turn:
                self._step(entry, work)
            if time.monotonic() - expired > _EXPIRE_EVERY:
                self._store.expire(self._settings.job_hours)
                expired = time.monotonic()

    def _load(self) -> None:
        own = self._settings
        try:
            pipeline = self._shelf.pipeline(Options(own.engine, own.model, base_url=own.base_url))
            # Dictionaries and the encoder are loaded at their first use: not with a user waiting.
            pipeline.translate(documents.from_text(_FIRST))
        except TranslatorError as error:
            self._set_state("failed", str(error))
        except Exception as error:  # noqa: BLE001 - the thread must live to answer its jobs
            _log.error("loading failed: %s", where(error))
            self._set_state("failed", f"internal error: {type(error).__name__}: please report it")
        else:
            self._set_state("ready", None)

    def _set_state(self, state: ServiceState, fault: str | None) -> None:
        with self._lock:
            self.state, self.fault = state, fault

    def _has_work(self) -> bool:
        """Admit as many jobs as there are places for; whether any is under way."""
        own = self._settings
        while len(self._active) < own.max_active and self._deadline is None:
            clients = Counter(entry.client for entry, _ in self._active.values())
            last = own.max_active > 1 and len(self._active) == own.max_active - 1
            found = self._queue.take(clients, only_short=last)
            entry = self._entry(found.job) if found else None
            if entry is None:
                break
            entry.state, entry.started = "running", time.time()
            entry.stage = "translating" if self._shelf.has(entry.task.options) else "loading"
            entry.emit("started")
            self._active[entry.id] = entry, self._work(entry)
        return bool(self._active)

    def _step(self, entry: Entry, work: Iterator[None]) -> None:
        """One step of a job; whatever it raises is the job's end."""
        began = time.monotonic()
        error: str | None = None
        over = True
        try:
            if entry.state == "running":  # it may have been cancelled meanwhile
                next(work)
                over = False
                if entry.started and time.time() - entry.started > self._settings.job_seconds:
                    over = True
                    error = f"this took longer than {self._settings.job_seconds:g} s: send less"
        except StopIteration:
            pass
        except TranslatorError as fault:
            error = str(fault)
        except Exception as fault:  # noqa: BLE001 - one job's fault is not the others'
            _log.error("job %s failed: %s", entry.id, where(fault))
            error = f"internal error: {type(fault).__name__}: please report it"
        with self._lock:
            self.seconds += time.monotonic() - began
            if not over and entry.state == "running":
                return
            if self._active.pop(entry.id, None) is None:
                return  # taken over by `left_over`
        work.close()  # type: ignore[attr-defined]
        self._end(entry, "failed" if error else "done", error)

    def _end(self, entry: Entry, state: JobState, error: str | None) -> None:
        with self._lock:
            if entry.state != "running":  # cancelled, and saved as that by whoever did so
                return
            entry.end(state, error)
            self.ended[state] += 1
            if entry.started and entry.finished:
                self._lasted += (entry.finished - entry.started - self._lasted) / 8
            saved = entry.saved() if entry.keep else None
        # What is told to be done is on disk.
        on_disk = saved is not None and self._store.save(saved)
        with self._lock:
            entry.on_disk = on_disk
            entry.emit(state, {"error": error} if error else None)  # type: ignore[arg-type]

    def _work(self, entry: Entry) -> Iterator[None]:
        """A job's task, step by step; the lock is held only to change the entry."""
        task = entry.task
        pipeline = self._shelf.pipeline(task.options)
        with self._lock:
            if task.options.engine == self._settings.engine:
                self.state, self.fault = "ready", None
            entry.stage = "translating"
        yield
        for found in _steps(pipeline, entry, task):
            with self._lock:
                if entry.state != "running":
                    return
                if isinstance(found, Final):
                    self._count(found)
                    entry.put_final(found)
                else:
                    entry.options = task.options
                    entry.put_translation(found)
                    continue
            yield
        if task.brief is None or entry.translation is None:
            return
        with self._lock:
            if entry.state != "running":
                return
            entry.stage = "briefing"
            translation, texts = entry.translation, entry.texts
            entry.emit("briefing")
        yield
        brief = write_brief(translation, pipeline.engine, task.brief)
        with self._lock:
            if entry.state == "running":
                entry.put_brief(task.brief, brief, texts)

    def _count(self, final: Final) -> None:
        self.sentences += 1
        self.characters += len(final.segment.source)
        self.findings.update((one.kind, one.severity) for one in final.findings)


def _steps(pipeline: Pipeline, entry: Entry, task: Task) -> Iterator[Final | Translation]:
    if task.segments is None:
        for _, found in pipeline.steps([entry.document], promptly=True):
            yield found
    elif task.segments and entry.translation is not None:
        yield from pipeline.again(entry.translation, task.segments)


def where(fault: Exception) -> str:
    """A fault for the log, without its message, which may hold text of the article."""
    lines = "".join(traceback.format_tb(fault.__traceback__))
    return f"{type(fault).__name__}\n{lines}"
