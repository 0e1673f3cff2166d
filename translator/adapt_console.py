"""`translator adapt` at a terminal: what was left out, progress, scores, the last line."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translator import adapt, console
from translator.adapt import Evaluation, Options, Outcome, Step
from translator.adapt.cleaning import REASONS
from translator.model_name import split_adapter
from translator.models import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_LINE_SECONDS = 30.0  # between lines where there is no terminal


@dataclass(frozen=True, slots=True)
class Job:
    """One run of `adapt`."""

    pairs: Sequence[str]
    output: Path
    options: Options
    exclude: Sequence[Path]
    terms: Sequence[str]
    resume: bool
    force: bool
    quiet: bool


def run(job: Job) -> int:
    """Train and say how it went; the exit status."""
    with _display(job.quiet) as display:
        outcome = adapt.adapt(
            job.pairs,
            job.output,
            job.options,
            display,
            exclude=job.exclude,
            terms=job.terms,
            resume=job.resume,
            force=job.force,
        )
    if not job.quiet:
        _say_last(job, outcome)
    return 128 + outcome.stopped_by if outcome.stopped_by else 0


def _say_last(job: Job, outcome: Outcome) -> None:
    """Lines on standard output: what came of it, and how to use it or to go on."""
    course = outcome.course
    if outcome.stopped_by:
        print(
            f"stopped after {course.step} of {outcome.steps} steps: the same command with "
            "--resume goes on"
        )
        return
    before, base = course.evaluations[0], split_adapter(job.options.model)[0]
    after = next(one for one in course.evaluations if one.step == course.best)
    print(
        f"{job.output}: {course.step} steps, the best after {course.best}; held-out loss "
        f"{before.loss:.3f} -> {after.loss:.3f}, BLEU {before.bleu:.1f} -> {after.bleu:.1f}, "
        f"chrF++ {before.chrf:.1f} -> {after.chrf:.1f}"
    )
    print(f"use it: translator brief ARTICLE --model {base}+{job.output}")


class _Quiet:
    """Only what must be known."""

    def report(self, progress: Progress) -> None:
        """A remark worth keeping."""
        if progress.note:
            console.warn(progress)

    def cleaning(self, done: int, total: int) -> None:
        """Nothing."""

    def cleaned(self, data: dict[str, Any]) -> None:
        """Nothing."""

    def step(self, step: Step) -> None:
        """Nothing."""

    def evaluation(self, found: Evaluation) -> None:
        """Nothing."""


class _Lines(_Quiet):
    """Where there is no terminal: lines on standard error, one every half minute."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _LINE_SECONDS

    def say(self, line: str) -> None:
        """A line that stays."""
        print(line, file=sys.stderr, flush=True)

    def cleaning(self, done: int, total: int) -> None:
        """So many pairs were looked at."""
        self._now_and_then(f"{done:,} of {total:,} pairs looked at")

    def cleaned(self, data: dict[str, Any]) -> None:
        """What was read, kept and left out, a line a reason."""
        self.say(f"{data['read']:,} pairs read, {data['kept']:,} kept")
        for reason, count in data["dropped"].items():
            self.say(f"{count:>9,} left out: {REASONS[reason]}")
        forms = ", ".join(f"{count:,} {name}" for name, count in data["forms"].items())
        self.say(f"forms of the prompts: {forms}")

    def step(self, step: Step) -> None:
        """A step is done."""
        self._now_and_then(f"step {step.step} of {step.steps}, {_figures(step)}")

    def evaluation(self, found: Evaluation) -> None:
        """The held-out pairs were looked at."""
        self.say(
            f"after {found.step} steps: held-out loss {found.loss:.3f}, BLEU {found.bleu:.1f}, "
            f"chrF++ {found.chrf:.1f}"
        )

    def _now_and_then(self, line: str) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _LINE_SECONDS
            self.say(line)


class _Bars(_Lines):
    """On a terminal: a bar for what is being done."""

    def __init__(self, bars: Bar) -> None:
        super().__init__()
        self._bars = bars
        self._task: TaskID = bars.add_task("reading", total=None, figures="")

    def say(self, line: str) -> None:
        """A line that stays, above the bar."""
        self._bars.console.print(line, markup=False, highlight=False)

    def report(self, progress: Progress) -> None:
        """A download, a conversion, a remark."""
        if progress.note:
            self.say(progress.note)
        self._show(progress.stage, progress.done, progress.total, "")

    def cleaning(self, done: int, total: int) -> None:
        """So many pairs were looked at."""
        self._show("cleaning", done, total, f"{done:,} of {total:,} pairs")

    def step(self, step: Step) -> None:
        """A step is done."""
        figures = f"{step.step} of {step.steps} steps, {_figures(step)}"
        self._show("training", step.step, step.steps, figures)

    def _show(self, name: str, done: int, total: int, figures: str) -> None:
        self._bars.update(
            self._task, description=name, completed=done, total=total or None, figures=figures
        )


def _figures(step: Step) -> str:
    minutes = step.left / 60
    left = f"{minutes:.0f} min" if minutes >= 1 else f"{step.left:.0f} s"
    return f"loss {step.loss:.3f}, {step.speed:.0f} target tokens/s, {left} left"


@contextlib.contextmanager
def _display(quiet: bool) -> Iterator[_Quiet]:
    if quiet:
        yield _Quiet()
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _Lines()
    else:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[figures]}"),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
            yield _Bars(bars)
