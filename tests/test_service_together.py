"""Short texts that wait are translated together: in the same batches, each for itself otherwise."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from gate import Gate

from translator import documents
from translator.brief import BriefOptions
from translator.engines import GREEDY, Decoding, echo
from translator.engines.base import Batched, Results
from translator.pipeline import Options
from translator.service import Job, Order, Service, Settings, worker
from translator.service.schedule import Queue, Waiting

ECHO = Options(engine="echo", model="echo")
SETTINGS = Settings(engine="echo", model="echo", with_memory=False, max_active=2, short=40)
FIRST = "公司建设新厂房。"
TEXTS = ("城市的西部地区建设新厂房。", "员工的生活越来越好。工厂很大。", "天气很好。")
LONG = 60.0


class Busy:
    """A service whose engine is held by a first job until `gate` opens."""

    def __init__(self, settings: Settings, gate: Gate) -> None:
        self.gate = gate
        self.calls: list[list[str]] = []
        self.service = Service(settings)
        self.service.start()
        self.first = self.submit(FIRST, "first")
        until(lambda: bool(gate.asked))

    def submit(self, text: str, client: str = "one", **more: object) -> Job:
        fields = {"options": ECHO, "client": client, **more}
        return self.service.submit(Order(documents.from_text(text), **fields))  # type: ignore[arg-type]

    def state(self, job: Job) -> str:
        return self.service.job(job.id).state

    def done(self, job: Job) -> Job:
        found = self.service.wait(job.id, LONG)
        assert found.state == "done", (found.state, found.error)
        return found


Begin = Callable[..., Busy]


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Starts a service that is busy, and notes what its engine is asked at once."""
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))
    gate, started = Gate(), []
    gate.install(monkeypatch)

    def begun(settings: Settings = SETTINGS) -> Busy:
        started.append(Busy(settings, gate))
        answer = echo.EchoEngine.translate

        def noted(own: echo.EchoEngine, sources: Sequence[str], decoding: Decoding) -> Results:
            started[-1].calls.append(list(sources))
            return answer(own, sources, decoding)

        monkeypatch.setattr(echo.EchoEngine, "translate", noted)
        return started[-1]

    yield begun
    gate.open()
    for one in started:
        one.service.stop(0.0)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.005)


def test_texts_that_wait_share_the_engines_batches(begin: Begin) -> None:
    busy = begin()
    jobs = [busy.submit(text, client) for text, client in zip(TEXTS, "aba", strict=True)]
    busy.gate.open()
    found = [busy.done(job) for job in jobs]
    # The first sentence of each, in the order of the turns, then the rest.
    assert busy.calls == [[TEXTS[0], "员工的生活越来越好。", TEXTS[2]], ["工厂很大。"]]
    for job, text in zip(found, TEXTS, strict=True):
        assert job.translation is not None
        assert "".join(one.source for one in job.translation.segments) == text
        assert (job.segments_done, job.segments_total) == (len(job.segments), len(job.segments))


@pytest.mark.parametrize(
    "other",
    [
        ("城市的西部地区建设新厂房。" * 4, {}),
        (TEXTS[0], {"options": replace(ECHO, decoding=GREEDY)}),
    ],
    ids=["long", "another search"],
)
def test_only_short_texts_with_the_same_options_go_together(
    begin: Begin, other: tuple[str, dict[str, object]]
) -> None:
    busy = begin()
    text, options = other
    jobs = [busy.submit(TEXTS[1]), busy.submit(text, **options), busy.submit(TEXTS[2])]
    busy.gate.open()
    for job in jobs:
        busy.done(job)
    assert ["员工的生活越来越好。", TEXTS[2]] in busy.calls


def test_together_they_are_not_more_than_is_allowed(begin: Begin) -> None:
    allowed = len(TEXTS[0]) * 2
    busy = begin(replace(SETTINGS, together=allowed))
    jobs = [busy.submit(TEXTS[0], str(number)) for number in range(5)]
    busy.gate.open()
    for job in jobs:
        busy.done(job)
    assert sorted(len(call) for call in busy.calls) == [1, 2, 2]


def test_together_they_are_few(begin: Begin) -> None:
    busy = begin()
    jobs = [busy.submit(TEXTS[2], str(number)) for number in range(10)]
    busy.gate.open()
    for job in jobs:
        busy.done(job)
    assert sorted(len(call) for call in busy.calls) == [2, 8]


def test_nobody_waits_for_the_others_once_the_own_text_is_whole(begin: Begin) -> None:
    busy = begin()
    short, brief = busy.submit(TEXTS[2], "a"), busy.submit(TEXTS[0], "b", brief=BriefOptions())
    other = busy.submit(TEXTS[1], "c")
    busy.gate.give(4)  # the first job, and the first sentence of each
    busy.done(short)
    assert busy.done(brief).brief is not None
    until(lambda: busy.service.job(other.id).segments_done == 1)
    assert busy.state(other) == "running"
    busy.gate.open()
    busy.done(other)
    assert busy.service.stats().active == 0


def test_many_briefs_of_one_client_do_not_hold_up_another(begin: Begin) -> None:
    busy = begin(replace(SETTINGS, max_active=3))
    jobs = [busy.submit(TEXTS[2], "a") for _ in range(8)]
    busy.gate.open()
    for job in jobs:
        busy.done(job)
    order: list[str] = []
    held = threading.Event()
    write = worker.write_brief

    def slow(*given: object) -> object:
        held.wait(LONG)
        order.append("brief")
        return write(*given)  # type: ignore[arg-type]

    worker.write_brief = slow  # type: ignore[assignment]
    try:
        for job in jobs:
            busy.service.brief(job.id, BriefOptions())
        other = busy.submit(TEXTS[0], "b")
        held.set()
        busy.done(other)
        assert len(order) <= 3
        for job in jobs:
            busy.done(job)
    finally:
        worker.write_brief = write


def test_one_that_is_cancelled_leaves_the_others(begin: Begin) -> None:
    busy = begin()
    jobs = [busy.submit(text, client) for text, client in zip(TEXTS, "abc", strict=True)]
    busy.gate.give(2)
    until(lambda: busy.service.job(jobs[0].id).segments_done == 1)
    busy.service.cancel(jobs[1].id)
    busy.gate.open()
    busy.done(jobs[0])
    busy.done(jobs[2])
    assert busy.state(jobs[1]) == "cancelled"
    assert not any(busy.service.job(jobs[1].id).segments)


def test_one_that_cannot_be_done_fails_alone(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = begin()
    answer = echo.EchoEngine.translate

    def breaks(own: echo.EchoEngine, sources: Sequence[str], decoding: Decoding) -> Results:
        for index, found in answer(own, sources, decoding):
            if "工厂" in sources[index]:
                raise RuntimeError("cannot do this")
            yield index, found

    monkeypatch.setattr(echo.EchoEngine, "translate", breaks)
    jobs = [busy.submit(text, client) for text, client in zip(TEXTS, "abc", strict=True)]
    busy.gate.open()
    ends = [busy.service.wait(job.id, LONG) for job in jobs]
    assert [job.state for job in ends] == ["done", "failed", "done"]
    assert ends[1].error == "internal error: RuntimeError: please report it"
    assert (ends[1].segments_done, ends[1].segments_total) == (1, 2)
    kinds = [event.kind for event in busy.service.events(jobs[2].id)]
    assert kinds == ["queued", "started", "segment", "done"]


def test_a_job_begun_anew_is_not_ended_by_what_it_was_cancelled_in(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = begin()
    held, goes = threading.Event(), threading.Event()
    write = worker.write_brief

    def slow(*given: object) -> object:
        held.set()
        goes.wait(LONG)
        return write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "write_brief", slow)
    job = busy.submit(TEXTS[0], brief=BriefOptions())
    busy.gate.open()
    held.wait(LONG)
    busy.service.cancel(job.id)
    wanted = BriefOptions("short", "social")
    assert busy.service.brief(job.id, wanted).state == "queued"
    goes.set()
    found = busy.done(job)
    assert found.brief is not None
    assert (found.brief.style, found.brief.length) == ("social", "short")


def test_who_is_taken_together() -> None:
    queue = Queue(100, 100)
    for number in range(4):
        queue.add(Waiting(f"a{number}", "a", short=True, characters=10, alike="x"))
    queue.add(Waiting("b0", "b", short=True, characters=10, alike="y"))
    queue.add(Waiting("b1", "b", short=True, characters=10, alike="x"))
    queue.add(Waiting("c0", "c", short=True, characters=11, alike="x"))
    queue.add(Waiting("d0", "d", short=False, characters=10))
    first = queue.take(Counter(), only_short=False)
    assert first is not None
    taken = queue.take_alike(first, Counter(), 40)
    # In turn between clients; c's does not fit any more when its turn has come.
    assert [one.job for one in (first, *taken)] == ["a0", "b1", "c0"]
    assert [one.job for one in queue] == ["d0", "a1", "a2", "a3", "b0"]
    alone = Waiting("e", "e", short=False, characters=1)
    assert queue.take_alike(alone, Counter(), 40) == []


def test_an_engine_tells_how_many_answers_are_left() -> None:
    class Two(Batched):
        def translate(self) -> Iterator[tuple[int, str]]:
            yield from self._one_by_one([3, 1], iter("ab"))
            yield from self._one_by_one([2], "c")

    engine = Two()
    seen = [(*found, engine.ready) for found in engine.translate()]
    assert seen == [(3, "a", 1), (1, "b", 0), (2, "c", 0)]
    answers = engine.translate()
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert engine.ready == 0
