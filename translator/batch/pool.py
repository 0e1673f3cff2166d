"""Several processes, each with a pipeline of its own; their steps come back to the first one.

What lies between an engine's batches (checks, names) runs on one processor: other processes keep
the rest of them, or a server, busy meanwhile. Each needs the memory of an engine.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from translator import processors
from translator.batch.work import Piece, Step, Task, Worker
from translator.errors import ModelError, TranslatorError
from translator.models import Report

_POLL = 0.5  # seconds between looks at whether a process has died


def run(
    task: Task,
    settings: str,
    windows: Iterable[list[Piece]],
    workers: int,
    stopped: Callable[[], bool],
    report: Report,
) -> Iterator[Step]:
    """Do windows in `workers` processes; yield the steps of their articles, in no order.

    Raises:
        ModelError: no engine can be had, or a process died (out of memory, most likely).
    """
    context = multiprocessing.get_context("spawn")
    # Neither bounded nor waited for: where all processes have died, nobody takes what is in there.
    tasks: Any = context.Queue()
    tasks.cancel_join_thread()
    # A pipe each: one that dies while it writes ends its own pipe, and no other waits for it.
    pipes = [context.Pipe(duplex=False) for _ in range(workers)]
    stop = context.Event()
    share = str(max(processors.available() // workers, 1))
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = before or share
    try:
        processes = [
            context.Process(target=_work, args=(task, settings, tasks, sent, stop), daemon=True)
            for _, sent in pipes
        ]
        for process, (_, sent) in zip(processes, pipes, strict=True):
            process.start()
            sent.close()  # the process has its own
    finally:
        _restore("OMP_NUM_THREADS", before)
    try:
        answers: dict[Connection, BaseProcess] = {
            received: one for (received, _), one in zip(pipes, processes, strict=True)
        }
        yield from _collect(iter(windows), answers, tasks, stop, stopped, report)
    finally:
        stop.set()
        for received, _ in pipes:
            received.close()  # nobody reads any more: who writes must not wait for it
        for process in processes:
            process.join(timeout=None if stopped() else 0.1)
            if process.is_alive():
                process.terminate()


def _collect(
    windows: Iterator[list[Piece]],
    answers: dict[Connection, BaseProcess],
    tasks: Any,
    stop: Any,
    stopped: Callable[[], bool],
    report: Report,
) -> Iterator[Step]:
    given = ended = 0
    more = True
    while answers and (more or ended < given):
        if stopped():
            stop.set()
            more = False
        while more and given - ended < 2 * len(answers):
            window = next(windows, None)
            more = window is not None
            if window is not None:
                tasks.put(window)
                given += 1
        for answer in wait(list(answers), _POLL):
            assert isinstance(answer, Connection)  # noqa: S101  what was given
            try:
                kind, value = answer.recv()
            except (EOFError, OSError):  # it has ended, in the middle of a message perhaps
                _require_sound(answers.pop(answer))
                continue
            if kind == "step":
                yield value
            elif kind == "progress":
                report(value)
            elif kind == "error":
                raise value
            elif kind == "window":
                ended += 1


def _work(task: Task, settings: str, tasks: Any, answers: Connection, stop: Any) -> None:
    """What a process does: windows until it is told to stop."""
    # The terminal's Ctrl-C reaches every process: the first one decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def stopped() -> bool:  # by the user, or because the first process was killed
        return stop.is_set() or (parent is not None and not parent.is_alive())

    worker = Worker(task, settings, lambda progress: answers.send(("progress", progress)))
    while not stopped():
        try:
            window = tasks.get(timeout=_POLL)
        except queue.Empty:
            continue
        try:
            for step in worker.run(window):
                answers.send(("step", step))
                if stopped():
                    return
        except BrokenPipeError:
            return
        except TranslatorError as fault:
            answers.send(("error", fault))
            return
        except Exception as fault:  # noqa: BLE001 - told by the process that has a user
            answers.send(("error", ModelError(f"{type(fault).__name__}: {fault}")))
            return
        answers.send(("window", None))


def _require_sound(process: BaseProcess) -> None:
    process.join()  # its pipe is closed already
    if process.exitcode:
        raise ModelError(
            f"a worker process died (exit status {process.exitcode}), most likely for want of "
            "memory: run the same command again with fewer --workers"
        )


def _restore(name: str, value: str | None) -> None:
    if value is None:
        del os.environ[name]
    else:
        os.environ[name] = value
