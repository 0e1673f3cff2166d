"""`translator batch` at a terminal: progress, a line an article, the last line with the counts."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from translator import batch, console, export
from translator.batch import Cluster, Outcome, Plan, Record, Sentence, Task, report
from translator.engines import identity
from translator.errors import InputError, ModelError, UsageError
from translator.memory import Memory
from translator.models import Progress
from translator.pipeline import Pipeline

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


@dataclass(frozen=True, slots=True)
class Job:
    """One run of `batch`."""

    sources: Sequence[str]
    task: Task
    workers: int | None
    cluster: Cluster | None
    fail_on: str
    force: bool
    dry_run: bool
    summary: Path | None
    quiet: bool


def formats(given: str) -> tuple[str, ...]:
    """The names of output formats in a list with commas.

    Raises:
        UsageError: one is none.
    """
    names = tuple(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))
    for name in names:
        if name not in export.FORMATS:
            raise UsageError(f"there is no format {name!r} (there are {', '.join(export.FORMATS)})")
    if not names:
        raise UsageError("--format names no format")
    return names


def run(job: Job) -> int:
    """Plan, translate, report; the exit status."""
    if job.summary and (job.summary.is_dir() or not job.summary.parent.is_dir()):
        raise InputError(f"{job.summary} cannot be written: name a file in a folder that is there")
    if job.dry_run:
        return _dry_run(_planned(job))
    with batch.held(job.task.output):
        plan = _planned(job)
        with _display(job.quiet) as display:
            outcome = batch.run(plan, display, job.workers, job.cluster)
        if job.summary:
            title = f"{outcome.articles} articles"
            export.write(job.summary, report.render(plan.known.records(), title))
    _say_last(job, outcome)
    return outcome.status(job.fail_on)


def _planned(job: Job) -> Plan:
    approved = Memory(report=console.warn).approved_version() if job.task.with_memory else ""
    return batch.plan(job.sources, job.task, _settings(job, approved), force=job.force)


def _settings(job: Job, approved: str) -> str:
    options = job.task.options
    try:
        identity(options.engine, options.model, options.base_url)
    except ModelError:
        if job.dry_run:
            return "nothing is done with a model that is not here"
        with console.progress(job.quiet) as shown:  # fetches it, so that it has a hash
            Pipeline.load(options, shown.report)
    return batch.settings_of(job.task, approved)


def _dry_run(plan: Plan) -> int:
    """Print what would be done, a line an article."""
    done = 0
    for item in plan.items:
        known = plan.done_already(item)
        done += known
        outputs = ", ".join(plan.outputs(item))
        print(f"{'done' if known else 'translate'}\t{item.name}\t{outputs}")
    print(f"{len(plan.items)} articles: {len(plan.items) - done} to translate, {done} done already")
    return 0


def _say_last(job: Job, outcome: Outcome) -> None:
    """One line on standard output: how many articles ended how, and how to go on."""
    if job.quiet:
        return
    said = {"ok": "ok", "flagged": "flagged", "gaps": "with gaps", "failed": "failed"}
    parts = [
        f"{outcome.counts[name]} {text}" for name, text in said.items() if outcome.counts.get(name)
    ]
    if outcome.skipped:
        parts.append(f"{outcome.skipped} of them done before")
    if left := outcome.counts.get("pending"):
        parts.append(f"{left} left")
    line = f"{outcome.articles} articles: {', '.join(parts)}"
    if outcome.stopped_by:
        line += "; stopped: run the same command again to go on"
    print(line)


class _Lines:
    """Where there is no terminal: a line an article on standard error."""

    def __init__(self) -> None:
        self._articles = self._done = 0

    def report(self, progress: Progress) -> None:
        """A remark worth keeping."""
        if progress.note:
            console.warn(progress)

    def begin(self, articles: int) -> None:
        """So many articles there are."""
        self._articles = articles

    def sentence(self, sentence: Sentence) -> None:
        """Nothing: an article is soon enough."""

    def article(self, record: Record, *, again: bool) -> None:
        """An article is done."""
        self._done += 1
        if not again:
            print(f"[{self._done}/{self._articles}] {_line(record)}", file=sys.stderr, flush=True)


class _Quiet(_Lines):
    """Only what failed."""

    def article(self, record: Record, *, again: bool) -> None:
        """An article is done, and only its failure is told."""
        if record.status == "failed" and not again:
            print(f"translator: {_line(record)}", file=sys.stderr)


class _Bars(_Lines):
    """On a terminal: a bar for the whole run, a line for the article at hand."""

    def __init__(self, bars: Bar) -> None:
        super().__init__()
        self._bars = bars
        self._whole: TaskID = bars.add_task("articles", total=None, speed="")
        self._now: TaskID = bars.add_task("loading the engine", total=None, speed="")
        self._characters = 0
        self._begun: float | None = None

    def report(self, progress: Progress) -> None:
        """A download, a conversion, a remark."""
        if progress.note:
            self._bars.console.print(progress.note, markup=False, highlight=False)
        self._bars.update(
            self._now,
            description=progress.stage,
            completed=progress.done,
            total=progress.total or None,
        )

    def begin(self, articles: int) -> None:
        """So many articles there are."""
        self._articles = articles
        self._bars.update(self._whole, total=articles, speed=f"0 of {articles}")

    def sentence(self, sentence: Sentence) -> None:
        """A sentence of an article is final."""
        now = self._bars.get_time()
        self._begun = self._begun or now
        self._characters += sentence.characters
        speed = self._characters / max(now - self._begun, 0.1)
        self._bars.update(
            self._now,
            description=_short(sentence.item.name),
            completed=sentence.done,
            total=sentence.total,
            speed=f"{sentence.done} of {sentence.total} sentences, {speed:.0f} characters/s",
        )

    def article(self, record: Record, *, again: bool) -> None:
        """An article is done."""
        self._done += 1
        self._bars.update(
            self._whole, completed=self._done, speed=f"{self._done} of {self._articles}"
        )
        if record.status in ("failed", "gaps") and not again:
            self._bars.console.print(_line(record), markup=False, highlight=False)


def _line(record: Record) -> str:
    doubts = f" ({record.errors} errors, {record.warnings} warnings)" if record.errors else ""
    return f"{record.status}{doubts}  {record.message or record.file}"


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"…{name[-39:]}"


@contextlib.contextmanager
def _display(quiet: bool) -> Iterator[_Lines]:
    if quiet:
        yield _Quiet()
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _Lines()
    else:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            yield _Bars(bars)
