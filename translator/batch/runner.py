"""The batch itself: plan, claim, translate window by window, resume, count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from translator.batch import cluster as spread
from translator.batch import pool, sources, work
from translator.batch.cluster import Cluster
from translator.batch.manifest import Manifest, Record
from translator.batch.sources import Item
from translator.batch.work import Piece, Result, Sentence, Step, Task, Worker
from translator.errors import InputError, UsageError
from translator.models import Progress, Report
from translator.models.storage import sha256
from translator.signals import stop_signals

# Articles whose sentences go to the engine together: so many that its batches are full and of like
# length, so few that a long run needs no more memory than a short one. Articles of a window end
# near its end, so the first windows are small: there is something to read soon.
_FIRST_WINDOW_BYTES = 10_000
_WINDOW_BYTES = 40_000
_WINDOW_ARTICLES = 128
_UNKNOWN_BYTES = 6_000  # a usual article; Word, PDF and HTML files do not tell by their size
_PLAIN = (".txt", ".text", ".md", ".markdown", "")


class Display(Protocol):
    """What a batch tells while it runs."""

    def report(self, progress: Progress, /) -> None:
        """A download, a conversion, a remark."""

    def begin(self, articles: int) -> None:
        """So many articles there are."""

    def sentence(self, sentence: Sentence) -> None:
        """A sentence of an article is final."""

    def article(self, record: Record, *, again: bool) -> None:
        """An article is done, or was (`again`) in an earlier run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many articles ended how; `skipped` were done before, `stopped_by` is a signal or 0."""

    articles: int
    counts: Mapping[str, int]
    skipped: int
    errors: int
    warnings: int
    stopped_by: int = 0

    def status(self, fail_on: str) -> int:
        """The exit status of a batch."""
        if self.stopped_by:
            return 128 + self.stopped_by
        levels = {"never": 0, "error": self.errors, "warning": self.errors + self.warnings}
        return int(bool(self.counts.get("failed") or self.counts.get("gaps") or levels[fail_on]))


@dataclass(frozen=True)
class Plan:
    """The articles of a batch and what the manifest has of them."""

    task: Task
    items: Sequence[Item]
    settings: str
    known: Manifest
    force: bool

    def done(self, piece: Piece) -> Record | None:
        """The record of an earlier run that wrote all that this one would write."""
        record = self.known.known(piece.item.stem)
        same = (
            record is not None
            and record.status in ("ok", "flagged")
            and (record.content, record.settings) == (piece.content, self.settings)
            and all((self.task.output / path).is_file() for path in self.outputs(piece.item))
        )
        return record if same else None

    def done_already(self, item: Item) -> bool:
        """The same for a dry run: an article that cannot be read is still to be done."""
        try:
            return not item.is_url and self.done(work.piece_of(item, self.task)) is not None
        except InputError:
            return False

    def outputs(self, item: Item) -> list[str]:
        """The output paths of an article."""
        return [work.output_path(item.stem, name) for name in self.task.formats]

    def check_unchanged(self, item: Item) -> None:
        """Raise InputError where someone has worked on an output since it was written."""
        record = None if self.force else self.known.known(item.stem)
        for path, written in record.outputs.items() if record else ():
            file = self.task.output / path
            if written and path in self.outputs(item) and file.exists() and sha256(file) != written:
                raise InputError(
                    f"{file} was changed since it was written: move it away, or add --force"
                )


def plan(given: Iterable[str], task: Task, settings: str, *, force: bool) -> Plan:
    """What a batch will do; nothing is written.

    Raises:
        InputError: a source is not there.
        UsageError: two articles have one output, or an output is there that is not ours.
    """
    items = sources.expand(given, task.output, task.columns)
    known = Manifest(task.output)
    found = Plan(task, items, settings, known, force)
    if not force:
        ours = known.outputs
        paths = (path for item in items for path in found.outputs(item) if path not in ours)
        foreign = [path for path in paths if (task.output / path).exists()]
        if foreign:
            more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
            raise UsageError(
                f"{task.output / foreign[0]}{more} would be overwritten: add --force, or choose "
                "another output folder"
            )
    return found


def run(
    found: Plan,
    display: Display,
    workers: int | None = None,
    cluster: Cluster | None = None,
) -> Outcome:
    """Do what was planned. The caller holds the output folder (`manifest.held`).

    SIGINT and SIGTERM finish the sentences under way and end it. `workers` is how many processes
    do the work, or how many workers of the cluster: one a machine there where it is not given.

    Raises:
        UsageError: the cluster cannot be used.
        ModelError: the engine cannot be had, or fails on one article after another; what was done
            until then is written.
    """
    display.begin(len(found.items))
    found.known.begin(
        Record(item.name, item.stem, dict.fromkeys(found.outputs(item), "")) for item in found.items
    )
    tally = _Tally(found.known, display)
    with stop_signals() as signals:
        stopped = partial(bool, signals)
        windows = _windows(_todo(found, tally))
        common = found.task, found.settings, windows
        if cluster is not None:
            steps = spread.run(cluster, *common, workers, stopped, display.report)
        elif workers is not None and workers > 1:
            steps = pool.run(*common, workers, stopped, display.report)
        else:
            steps = _here(*common, stopped, display.report)
        try:
            for step in steps:
                if isinstance(step, Result):
                    tally.add(work.write(step, found.task.output))
                else:
                    display.sentence(step)
        finally:
            found.known.finish()
    return tally.outcome(len(found.items), signals[0] if signals else 0)


def _here(
    task: Task,
    settings: str,
    windows: Iterable[list[Piece]],
    stopped: Callable[[], bool],
    report: Report,
) -> Iterator[Step]:
    """Do windows in this process."""
    worker = Worker(task, settings, report)
    for window in windows:
        if stopped():
            return
        for step in worker.run(window):
            yield step
            if stopped():
                return


class _Tally:
    """Puts records down and counts them."""

    def __init__(self, known: Manifest, display: Display) -> None:
        self._known, self._display = known, display
        self._counts: Counter[str] = Counter()
        self._errors = self._warnings = self._skipped = 0

    def add(self, record: Record) -> None:
        """An article of this run."""
        self._known.add(record)
        self._count(record, again=False)

    def skip(self, record: Record) -> None:
        """An article that an earlier run has done."""
        self._skipped += 1
        self._count(record, again=True)

    def outcome(self, articles: int, stopped_by: int) -> Outcome:
        """How it went; a signal that came when all was done changes nothing."""
        left = articles - self._counts.total()
        counts = {**self._counts, "pending": left}
        return Outcome(
            articles,
            counts,
            self._skipped,
            self._errors,
            self._warnings,
            stopped_by if left else 0,
        )

    def _count(self, record: Record, *, again: bool) -> None:
        self._counts[record.status] += 1
        self._errors += record.errors
        self._warnings += record.warnings
        self._display.article(record, again=again)


def _todo(found: Plan, tally: _Tally) -> Iterator[Piece]:
    """The articles that no earlier run has done, their outputs claimed."""
    for item in found.items:
        try:
            piece = work.piece_of(item, found.task)
            if known := found.done(piece):
                tally.skip(known)
                continue
            found.check_unchanged(item)
        except InputError as fault:
            message = " ".join(str(fault).split())
            tally.add(Record(item.name, item.stem, {}, "failed", message=message))
            continue
        if old := found.known.known(item.stem):
            # Until it is done anew, what lies there may be old or new: it is ours in either case.
            found.known.add(replace(old, outputs=dict.fromkeys(old.outputs, ""), status="pending"))
        yield piece


def _windows(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Articles in groups of about as many bytes of text as a window has, doubled up to the most."""
    window: list[Piece] = []
    size, enough = 0, _FIRST_WINDOW_BYTES
    for piece in pieces:
        window.append(piece)
        size += _size(piece.item)
        if size >= enough or len(window) == _WINDOW_ARTICLES:
            yield window
            window, size = [], 0
            enough = min(2 * enough, _WINDOW_BYTES)
    if window:
        yield window


def _size(item: Item) -> int:
    """About how many bytes of text an article has."""
    if item.row is not None or item.is_url or Path(item.path).suffix.lower() not in _PLAIN:
        return _UNKNOWN_BYTES
    return Path(item.path).stat().st_size
