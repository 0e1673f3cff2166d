"""The one thread that translates: short texts together, and all that is under way in turn.

A turn lasts until the engine has answered and all of its answers are shown: with a neural engine
one batch, so that a short text is done while a long one is under way. A brief is one turn.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from translator import documents
from translator.brief import write as write_brief
from translator.engines.base import ready
from translator.errors import TranslatorError
from translator.ledger import Translation
from translator.pipeline import Final, Options, Pipeline
from translator.service.entries import Entry
from translator.service.records import JobState, ServiceState, Settings
from translator.service.schedule import Queue
from translator.service.shelf import Shelf
from translator.service.store import Store

_log = logging.getLogger(__name__)
_FIRST = "7月5日，上海市人民政府副市长张伟在会上表示，公司今年投资3.27亿元建设新厂房。"
_EXPIRE_EVERY = 600.0  # seconds

# Yields a job whose translation is whole, which the work then has done with, or None.
_Steps = Generator["Entry | None", None, None]


@dataclass(eq=False)
class _Work:
    """Jobs that are worked on together; several only if their options are the same.

    `steps`: of the translation; None where briefs are to be written, one a turn. `joined`: several
    jobs were begun together. `briefs`: of those whose translation is whole.
    """

    entries: list[Entry]
    steps: _Steps | None = None
    pipeline: Pipeline | None = None
    joined: bool = False
    briefs: _Work | None = None

    def has(self, entry: Entry) -> bool:
        """Whether a job is still worked on here: it may be over, or have been begun anew since."""
        return entry.state == "running" and entry in self.entries

    @property
    def has_answers(self) -> bool:
        """Whether the engine has answered more than was taken from it."""
        return self.pipeline is not None and ready(self.pipeline.engine) > 0


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
        # Whose turn is next stands first.
        self._new: deque[_Work] = deque()
        self._begun: deque[_Work] = deque()
        self._last_was_new = False
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
        return sum(len(work.entries) for work in self._active)

    @property
    def _active(self) -> list[_Work]:
        return [*self._new, *self._begun]

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
        entries = [entry for work in self._active for entry in work.entries]
        self._new.clear()
        self._begun.clear()
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
                work = self._next()
            self._turn(work)
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
        while self._deadline is None:
            free = own.max_active - len(self._active)
            if free <= 0:
                break
            clients = Counter(entry.client for work in self._active for entry in work.entries)
            found = self._queue.take(clients, only_short=free == 1 < own.max_active)
            if found is None:
                break
            together = self._queue.take_alike(found, clients, own.together)
            entries = [self._entry(one.job) for one in (found, *together)]
            if admitted := [entry for entry in entries if entry]:
                self._admit(admitted)
        return bool(self._active)

    def _next(self) -> _Work:
        """The work whose turn it is; new work and the rest take turns.

        A new text's first sentence is quick, and somebody waits for it.
        """
        self._last_was_new = bool(self._new) and not (self._begun and self._last_was_new)
        work = (self._new if self._last_was_new else self._begun).popleft()
        self._begun.append(work)
        return work

    def _admit(self, entries: list[Entry]) -> None:
        for entry in entries:
            for work in self._active:  # one that was cancelled, and is wanted again
                if entry in work.entries:
                    work.entries.remove(entry)
            entry.state, entry.started = "running", time.time()
            entry.stage = "translating" if self._shelf.has(entry.task.options) else "loading"
            entry.emit("started")
        self._begin(entries)

    def _begin(self, entries: list[Entry]) -> None:
        work = _Work(entries, joined=len(entries) > 1)
        if entries[0].task.segments is None or entries[0].task.segments:
            work.steps = self._translating(work)
        self._new.append(work)

    def _turn(self, work: _Work) -> None:
        """Steps of a work until its engine would be asked again."""
        while self._step(work) and work.has_answers:
            pass

    def _step(self, work: _Work) -> bool:
        """One step of a work; whether there is another. What it raises ends its jobs."""
        began = time.monotonic()
        with self._lock:
            now = list(work.entries) if work.steps else work.entries[:1]
            late = [entry for entry in now if entry.seconds > self._settings.job_seconds]
        error: str | None = None
        whole: Entry | None = None
        over = True
        try:
            if any(entry.state == "running" for entry in now):  # or all were cancelled
                if work.steps:
                    whole = next(work.steps)
                    over = False
                else:
                    self._brief(work, now[0])
        except StopIteration:
            pass
        except TranslatorError as fault:
            error = str(fault)
        except Exception as fault:  # noqa: BLE001 - one job's fault is not the others'
            jobs = ", ".join(entry.id for entry in now)
            _log.error("job %s failed: %s", jobs, where(fault))
            error = f"internal error: {type(fault).__name__}: please report it"
        with self._lock:
            self.seconds += time.monotonic() - began
            if work not in self._begun:
                return False  # taken over by `left_over`
            ended = [entry for entry in (now if over else late) if entry in work.entries]
            if error and work.joined:
                self._separate(work.entries)
                ended, work.entries = [], []
            work.entries = [entry for entry in work.entries if entry not in ended]
            goes_on = bool(work.entries) and (not over or not work.steps)
            if not goes_on:
                self._begun.remove(work)
        said = f"this took longer than {self._settings.job_seconds:g} s: send less"
        why = error if over else said
        for entry in ended:
            self._end(entry, "failed" if why else "done", why)
        if whole and whole not in ended:
            self._go_on(work, whole)
        if not goes_on and work.steps:
            work.steps.close()
        return goes_on

    def _separate(self, entries: Sequence[Entry]) -> None:
        """Begin again with each job alone, so that only the one that is at fault fails."""
        for entry in entries:
            entry.done = 0
            self._begin([entry])

    def _go_on(self, work: _Work, entry: Entry) -> None:
        """A job's translation is whole: it waits no longer for the others of its work."""
        with self._lock:
            if not work.has(entry):
                return
            work.entries.remove(entry)
            if entry.task.brief is not None:
                briefs = work.briefs
                if briefs is None or briefs not in self._begun:
                    briefs = work.briefs = _Work([], pipeline=work.pipeline)
                    self._begun.append(briefs)
                briefs.entries.append(entry)
                return
        self._end(entry, "done", None)

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

    def _translating(self, work: _Work) -> _Steps:
        """The translation of a work's jobs; the lock is held only to change an entry."""
        entries, options = tuple(work.entries), work.entries[0].task.options
        pipeline = self._pipeline(work)
        with self._lock:
            for entry in entries:
                if work.has(entry):
                    entry.stage = "translating"
        for entry, found in _found(pipeline, entries):
            with self._lock:
                whole = None
                if not work.has(entry):
                    pass
                elif isinstance(found, Final):
                    self._count(found)
                    entry.put_final(found)
                else:
                    entry.options = options
                    entry.put_translation(found)
                    whole = entry
            yield whole

    def _brief(self, work: _Work, entry: Entry) -> None:
        """Write the brief of one of a work's jobs."""
        pipeline = self._pipeline(work)
        with self._lock:
            task, translation, texts = entry.task, entry.translation, entry.texts
            if not work.has(entry) or task.brief is None or translation is None:
                return
            entry.stage = "briefing"
            entry.emit("briefing")
        brief = write_brief(translation, pipeline.engine, task.brief)
        with self._lock:
            if work.has(entry):
                entry.put_brief(task.brief, brief, texts)

    def _pipeline(self, work: _Work) -> Pipeline:
        """The pipeline of a work, its engine loaded."""
        if work.pipeline is None:
            options = work.entries[0].task.options
            work.pipeline = self._shelf.pipeline(options)
            if options.engine == self._settings.engine:
                self._set_state("ready", None)
        return work.pipeline

    def _count(self, final: Final) -> None:
        self.sentences += 1
        self.characters += len(final.segment.source)
        self.findings.update((one.kind, one.severity) for one in final.findings)


def _found(
    pipeline: Pipeline, entries: Sequence[Entry]
) -> Iterator[tuple[Entry, Final | Translation]]:
    """What a pipeline finds for jobs: all of their texts, or some sentences of the only one."""
    first = entries[0]
    if first.task.segments is None:
        documents_ = [entry.document for entry in entries]
        for index, found in pipeline.steps(documents_, promptly=True):
            yield entries[index], found
    elif first.translation is not None:
        for again in pipeline.again(first.translation, first.task.segments):
            yield first, again


def where(fault: Exception) -> str:
    """A fault for the log, without its message, which may hold text of the article."""
    lines = "".join(traceback.format_tb(fault.__traceback__))
    return f"{type(fault).__name__}\n{lines}"
