"""The service: jobs in, snapshots and events out. Any number of threads may call it."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec

from translator import engines, glossary, home, models, name_list, prompts
from translator.brief import BriefOptions
from translator.errors import UsageError
from translator.memory import Memory
from translator.models import Report
from translator.pipeline import Options
from translator.service import desk
from translator.service.entries import Entry, Listener, Task
from translator.service.records import (
    BusyError,
    Choice,
    Event,
    Job,
    Order,
    ServiceState,
    Settings,
    Stats,
    TooLongError,
    UnknownJobError,
)
from translator.service.schedule import FullError, Queue, Waiting
from translator.service.shelf import Shelf
from translator.service.store import Store
from translator.service.worker import Worker

_ID_BYTES = 24  # that nobody guesses
_IS_ID = re.compile(r"[A-Za-z0-9_-]{32}")
_UNSAVED_SECONDS = 600.0  # that a job which is not on disk stays after its end
_LOCAL_ENGINES = (engines.DEFAULT, "transformers")
_STOPPED = "the server was stopped before this was done: send it again"


class Service:
    """Translates for many clients with one engine in one thread.

    Args:
        settings: sizes, limits, the default engine.
        report: gets the progress of downloads and conversions, and what is wrong with files.
    """

    def __init__(self, settings: Settings, report: Report = models.silent) -> None:
        self.settings = settings
        self.memory = Memory(report=report) if settings.with_memory else None
        self._lock = threading.RLock()
        self._queue = Queue(settings.max_queue, settings.max_client)
        self._store = Store(home.data_home() / "jobs", report)
        self._shelf = Shelf(self.memory, settings.engines_kept, report)
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._worker = Worker(
            settings, self._lock, self._queue, self._shelf, self._store, self._entries.get
        )
        self._thread = threading.Thread(target=self._worker.run, name="translator", daemon=True)
        self._desk = desk.Desk(self.memory, self._store)
        self._stopping = False

    def start(self) -> None:
        """Start the thread, which loads the default engine first."""
        self._thread.start()

    @property
    def state(self) -> ServiceState:
        """Of the default engine: it is loaded, is being loaded, or cannot be."""
        return self._worker.state

    @property
    def fault(self) -> str | None:
        """Why the state is `failed`."""
        return self._worker.fault

    @property
    def ready(self) -> bool:
        """Whether the default engine is loaded."""
        return self._worker.state == "ready"

    def choices(self) -> tuple[Choice, ...]:
        """The engines and models that an order may name: the default, and what is on this disk."""
        own = self.settings
        found = {
            (own.engine, own.model): Choice(own.engine, own.model, f"{own.model} ({own.engine})")
        }
        for row in models.installed():
            for engine in _LOCAL_ENGINES if row.state != "not here" else ():
                if engine == engines.DEFAULT or find_spec("torch"):
                    choice = Choice(engine, row.name, row.title, row.licence)
                    found[engine, row.name] = choice
        return tuple(found.values())

    def submit(self, order: Order) -> Job:
        """Put a job into the queue.

        Raises:
            TooLongError: the document is over the limit of characters.
            InputError: the glossary, the names file or the prompt cannot be used.
            UsageError: the engine or the model is not one of `choices`.
            BusyError: the queue is full, or the service is being stopped.
        """
        length = sum(len(block.text) for block in order.document.blocks)
        if length > self.settings.max_characters:
            raise TooLongError(
                f"the text has {length:,} characters, the limit is "
                f"{self.settings.max_characters:,}: split it"
            )
        options = self._with_copies(self._chosen(order.options))
        order = replace(order, options=options)
        entry = Entry.of(secrets.token_urlsafe(_ID_BYTES), order, self._lock)
        with self._lock:
            self._enqueue(entry, length)
            self._entries[entry.id] = entry
            self._let_go()
            return self._saved(entry)

    def job(self, job_id: str) -> Job:
        """A job as it is now.

        Raises:
            UnknownJobError: there is none of that id.
        """
        with self._lock:
            return self._snapshot(self._entry(job_id))

    def cancel(self, job_id: str) -> Job:
        """End a job that is not over; at once for whoever looks, whatever the engine still does.

        Raises:
            UnknownJobError: there is none of that id.
        """
        with self._lock:
            entry = self._entry(job_id)
            if entry.is_over:
                return self._snapshot(entry)
            self._queue.remove(job_id)
            entry.end("cancelled")
            self._worker.ended["cancelled"] += 1
            entry.emit("cancelled")
            return self._saved(entry)

    def forget(self, job_id: str) -> None:
        """Cancel a job and delete all there is of it.

        Raises:
            UnknownJobError: there is none of that id.
        """
        self.cancel(job_id)
        with self._lock:
            self._entries.pop(job_id, None)
        self._store.forget(job_id)

    def wait(self, job_id: str, timeout: float | None = None) -> Job:
        """The job when it is over, or as it is after `timeout` seconds.

        Raises:
            UnknownJobError: there is none of that id.
        """
        with self._lock:
            entry = self._entry(job_id)
            entry.changed.wait_for(lambda: entry.is_over, timeout)
            return self._snapshot(entry)

    def events(self, job_id: str, after: int = 0) -> Iterator[Event]:
        """The job's events later than a number, as they come, until the job is over.

        Blocks; an `alive` comes where there is no news. After a restart a job has its last only.

        Raises:
            UnknownJobError: there is none of that id.
        """
        with self._lock:
            entry = self._entry(job_id)
        return self._follow(entry, after)

    def events_now(self, job_id: str, after: int = 0) -> tuple[list[Event], bool]:
        """The events later than a number that there are, and whether no more will come.

        Raises:
            UnknownJobError: there is none of that id.
        """
        with self._lock:
            entry = self._entry(job_id)
            return entry.events_after(after), entry.is_told

    def listen(self, job_id: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every event, from another thread: it must return at once.

        Returns what ends it.

        Raises:
            UnknownJobError: there is none of that id.
        """
        with self._lock:
            entry = self._entry(job_id)
            entry.listeners.append(listener)

        def end() -> None:
            with self._lock:
                if listener in entry.listeners:
                    entry.listeners.remove(listener)

        return end

    def stats(self) -> Stats:
        """Counts since the start."""
        with self._lock:
            own = self._worker
            return Stats(
                len(self._queue),
                own.active,
                dict(own.ended),
                own.sentences,
                own.characters,
                own.seconds,
                dict(own.findings),
                self._shelf.memory_hits,
            )

    def stop(self, grace: float = 10.0) -> None:
        """Take no more jobs; those under way have `grace` seconds, what is left is saved."""
        with self._lock:
            self._stopping = True
            waiting = [self._entries[one.job] for one in list(self._queue)]
            for entry in waiting:
                self._queue.remove(entry.id)
            self._worker.stop(grace)
        self._stop_all(waiting)
        if self._thread.is_alive():
            self._thread.join(grace + 1.0)  # the engine may be within a long batch
        with self._lock:
            left = self._worker.left_over()
        self._stop_all(left)
        self._store.close()

    def edit(self, job_id: str, segment_id: str, target: str) -> Job:
        """Give a segment another translation; the checks look at it at once.

        Raises:
            UnknownJobError: there is none of that id.
            ConflictError: it has no such segment, or not yet, or is being worked on; or it has been
                changed too often.
            InputError: the text is too long for a sentence.
        """
        with self._lock:
            entry = self._entry(job_id)
            segment = self._desk.editable(entry, segment_id)
            options, document = entry.options, entry.document
            known = entry.translation.names if entry.translation else None
        final = self._desk.checked(segment, target, options, document, known)
        with self._lock:
            self._desk.editable(entry, segment_id)
            self._desk.count_change(entry)
            entry.put_by_hand(final)
            return self._saved(entry)

    def approve(self, job_id: str, segment_id: str) -> Job:
        """Put a segment's translation, as it is, into the memory.

        Raises:
            UnknownJobError: there is none of that id.
            ConflictError: it has no such segment, or not yet, or there is no memory; or it has been
                changed too often.
            InputError: the memory cannot be written.
        """
        with self._lock:
            entry = self._entry(job_id)
            segment = self._desk.editable(entry, segment_id)
            self._desk.count_change(entry)
        approved = self._desk.approve(segment, entry.document)
        with self._lock:
            if self._desk.editable(entry, segment_id) == segment:
                entry.put_by_hand(replace(entry.finals[segment_id], segment=approved))
            return self._saved(entry)

    def rename(self, job_id: str, names: Sequence[tuple[str, str]]) -> Job:
        """Call names and terms what the user wants, and translate anew what holds one of them.

        All other segments stay, edited ones too. The job goes back into the queue, and the brief
        that is shown is written anew.

        Args:
            job_id: the job.
            names: Chinese and English; an empty English, or `-`, says that it is no name.

        Raises:
            UnknownJobError: there is none of that id.
            ConflictError: the job is under way, has no translation, or has been changed too often.
            InputError: there are too many names or too long ones, or one has no Chinese, or
                Chinese in its English.
            BusyError: the queue is full.
        """
        given = desk.wanted(names)
        with self._lock:
            entry = self._entry(job_id)
            self._desk.require_over(entry)
            options, document = entry.options, entry.document
            known = entry.translation.names if entry.translation else ()
        task = self._desk.renaming(options, document, known, given)
        with self._lock:
            self._desk.require_over(entry)
            self._desk.count_change(entry)
            if not task.segments:
                entry.options = task.options
                return self._saved(entry)
            return self._again(entry, replace(task, brief=entry.shown))

    def brief(self, job_id: str, options: BriefOptions) -> Job:
        """Show another brief of the same translation: at once if it was written before.

        Raises:
            UnknownJobError: there is none of that id.
            ConflictError: the job is under way, or has no translation.
            BusyError: the queue is full.
        """
        with self._lock:
            entry = self._entry(job_id)
            task = self._desk.briefing(entry, options)
            return self._again(entry, task) if task else self._saved(entry)

    def _again(self, entry: Entry, task: Task) -> Job:
        """Put a job that is over back into the queue; the caller has the lock."""
        texts = [entry.finals[name].segment.source for name in task.segments or ()]
        self._enqueue(entry, sum(map(len, texts)), task)
        return self._saved(entry)

    def _enqueue(self, entry: Entry, length: int, task: Task | None = None) -> None:
        if self._stopping:
            raise BusyError("the server is being stopped: try again in a while", 30)
        short = length <= self.settings.short
        alike = entry.task.options if short and task is None else None
        waiting = Waiting(entry.id, entry.client, short, length, alike)
        try:
            self._queue.add(waiting)
        except FullError as full:
            seconds = self._worker.retry_after
            raise BusyError(f"{full}: try again in {seconds} s", seconds) from full
        if task:
            entry.begin(task)
        entry.emit("queued", {"position": self._queue.position(entry.id)})
        self._worker.wake()

    def _entry(self, job_id: str) -> Entry:
        """The caller has the lock."""
        entry = self._entries.get(job_id)
        if entry is None:
            saved = self._store.load(job_id) if _IS_ID.fullmatch(job_id) else None
            if saved is None:
                raise UnknownJobError("there is no such job: it has expired, or never was")
            entry = self._entries[job_id] = Entry.restored(saved, self._lock)
            self._let_go()
        self._entries.move_to_end(job_id)
        return entry

    def _let_go(self) -> None:
        """Hold no more jobs in memory than are wanted; the caller has the lock."""
        over = [entry for entry in self._entries.values() if entry.is_over]
        long_ago = time.time() - _UNSAVED_SECONDS
        for entry in over[: max(len(over) - self.settings.kept_in_memory, 0)]:
            if entry.on_disk or (entry.finished or 0.0) < long_ago:
                del self._entries[entry.id]

    def _snapshot(self, entry: Entry) -> Job:
        waits = entry.state == "queued"
        return entry.snapshot(self._queue.position(entry.id) if waits else None)

    def _saved(self, entry: Entry) -> Job:
        """Write the job, and return it; the caller has the lock."""
        if entry.keep:
            entry.on_disk = self._store.save(entry.saved())
        return self._snapshot(entry)

    def _stop_all(self, entries: Iterable[Entry]) -> None:
        with self._lock:
            for entry in entries:
                if not entry.is_over:
                    entry.end("stopped", _STOPPED)
                    entry.emit("stopped", {"error": _STOPPED})
                    self._saved(entry)

    def _follow(self, entry: Entry, after: int) -> Iterator[Event]:
        while True:
            with self._lock:
                news = entry.events_after(after)
                over = entry.is_told
                if not news and not over:
                    entry.changed.wait(self.settings.heartbeat)
                    news = entry.events_after(after) or [Event(after, "alive")]
                    over = False
            yield from news
            if over:
                return
            after = news[-1].number

    def _chosen(self, options: Options) -> Options:
        """The options, if their engine and model are among the choices."""
        own = self.settings
        if (options.engine, options.model) == (own.engine, own.model):
            return replace(options, base_url=own.base_url)
        choices = self.choices()
        if options.base_url or (options.engine, options.model) not in [
            (one.engine, one.model) for one in choices
        ]:
            known = ", ".join(f"{one.model} on {one.engine}" for one in choices)
            raise UsageError(
                f"{options.model[:80]!r} on {options.engine[:40]!r} is not offered here; "
                f"there is {known}"
            )
        return options

    def _with_copies(self, options: Options) -> Options:
        """The options with copies of their files, which have been read."""
        if options.glossary:
            glossary.load(options.glossary)
            copy = self._store.keep_file(options.glossary.read_bytes())
            options = replace(options, glossary=copy)
        if options.names:
            name_list.load(options.names)
            copy = self._store.keep_file(options.names.read_bytes())
            options = replace(options, names=copy)
        if options.prompt:
            prompts.for_text(options.prompt, options.model)
            copy = self._store.keep_file(options.prompt.read_bytes())
            options = replace(options, prompt=copy)
        return options
