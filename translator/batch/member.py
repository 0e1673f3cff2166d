"""What a worker of a cluster does: it is asked again and again, and answers in small turns.

It shares no disk with whoever asks: articles, terms, names and approved segments are sent to it,
and outputs are sent back. Only the model and the memory of answers are its machine's own.
"""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from translator.batch.work import Piece, Step, Task, Worker, settings_of
from translator.errors import ModelError, TranslatorError
from translator.memory import ApprovedSegments
from translator.models import Progress, Report
from translator.pipeline import Options, Pipeline

_TURN = 0.25  # seconds; what a question and its answer cost is small beside it
_FILES = ("glossary", "names")  # the options that are files of the user's


@dataclass(frozen=True, slots=True)
class Orders:
    """What every worker is told first: the task, and what it needs of the user's machine.

    `files` are bytes by option, each with the file's name; `approved` are the segments that
    people approved, at that version.
    """

    task: Task
    settings: str
    version: str
    approved: ApprovedSegments
    files: Mapping[str, tuple[str, bytes]]

    @classmethod
    def of(cls, task: Task, settings: str, version: str, approved: ApprovedSegments) -> Orders:
        """The orders for a task, its files read. Raises OSError where one is gone."""
        paths = {name: getattr(task.options, name) for name in _FILES}
        files = {name: (path.name, path.read_bytes()) for name, path in paths.items() if path}
        return cls(task, settings, version, approved, files)


@dataclass(frozen=True, slots=True)
class Answer:
    """What happened in a turn; `ended`: the worker has nothing to do. `fault` ends the batch."""

    steps: Sequence[Step] = ()
    remarks: Sequence[Progress] = ()
    ended: bool = True
    fault: TranslatorError | None = None


class Member:
    """One worker: greeted first, then given windows, and asked until each has ended."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._steps: Iterator[Step] = iter(())
        self._remarks: list[Progress] = []

    def greet(self, orders: Orders) -> Answer:
        """Take the orders; a worker that would translate otherwise than asked says so."""
        try:
            task = replace(orders.task, options=_with_files(orders.task.options, orders.files))
            own = _settings(task, orders.version, self._remark)
            if own != orders.settings:
                raise ModelError(
                    f"{socket.gethostname()} has another version of this program or of the model "
                    "than this machine: install the same on all machines of the cluster"
                )
        except TranslatorError as fault:
            return self._answer([], fault=fault)
        self._worker = Worker(task, orders.settings, self._remark, orders.approved)
        return self._answer([])

    def work(self, window: Sequence[Piece] | None = None) -> Answer:
        """Begin a window, or go on with the one at hand, for about a quarter of a second."""
        assert self._worker is not None  # noqa: S101 - it was greeted
        if window is not None:
            self._steps = self._worker.run(window)
        end = time.monotonic() + _TURN
        steps: list[Step] = []
        try:
            for step in self._steps:
                steps.append(step)
                if time.monotonic() > end:
                    return self._answer(steps, ended=False)
        except TranslatorError as fault:
            return self._answer(steps, fault=fault)
        return self._answer(steps)

    def _remark(self, progress: Progress) -> None:
        if progress.note:
            self._remarks.append(progress)

    def _answer(self, steps: Sequence[Step], **changes: Any) -> Answer:
        remarks, self._remarks = self._remarks, []
        return Answer(steps, remarks, **changes)


def _settings(task: Task, version: str, report: Report) -> str:
    """What this machine makes of the task, its model fetched where it was not here."""
    try:
        return settings_of(task, version)
    except ModelError:
        Pipeline.load(task.options, report)
        return settings_of(task, version)


def _with_files(options: Options, files: Mapping[str, tuple[str, bytes]]) -> Options:
    """The options, with the files that were sent in the place of the user's."""
    if not files:
        return options
    folder = Path(tempfile.mkdtemp(prefix="translator-"))
    paths = {}
    for option, (name, data) in files.items():
        paths[option] = folder / option / name
        paths[option].parent.mkdir()
        paths[option].write_bytes(data)
    return replace(options, glossary=paths.get("glossary"), names=paths.get("names"))
