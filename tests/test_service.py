"""The service core on echo, quick and slow: queue, fairness, events, cancel, desk, restart."""

from __future__ import annotations

import os
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
from translator.engines import Decoding, echo
from translator.engines.base import Results
from translator.errors import InputError, ModelError, UsageError
from translator.home import shipped
from translator.models import Report
from translator.pipeline import Options
from translator.prompts import Prompt
from translator.service import (
    BusyError,
    ConflictError,
    Job,
    Order,
    Service,
    Settings,
    TooLongError,
    UnknownJobError,
    desk,
)
from translator.service.entries import Saved
from translator.service.schedule import FullError, Queue, Waiting

ECHO = Options(engine="echo", model="echo")
SETTINGS = Settings(engine="echo", model="echo", with_memory=False)
TEXT = "公司今年投资建设新厂房。新厂房位于城市的西部地区。员工的生活越来越好。"
LONG = 60.0  # seconds that nothing here takes, on a machine however slow


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate before the echo engine."""
    found = Gate()
    found.install(monkeypatch)
    yield found
    found.open()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))
    return tmp_path


Start = Callable[..., Service]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts services that end with the test."""
    services = []

    def started(settings: Settings = SETTINGS) -> Service:
        services.append(Service(settings))
        services[-1].start()
        return services[-1]

    yield started
    for service in services:
        service.stop(0.0)


def order(text: str = TEXT, client: str = "one", **more: object) -> Order:
    return Order(documents.from_text(text), ECHO, client=client, **more)  # type: ignore[arg-type]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.005)


def done(service: Service, job: Job) -> Job:
    found = service.wait(job.id, LONG)
    assert found.state == "done", (found.state, found.error)
    return found


def test_a_job_from_order_to_brief(start: Start) -> None:
    service = start()
    queued = service.submit(order(brief=BriefOptions()))
    assert (queued.state, queued.position, queued.segments) in [
        ("queued", 1, (None, None, None)),
        ("running", None, (None, None, None)),
    ]
    job = done(service, queued)
    assert job.translation is not None
    assert job.brief is not None
    assert job.segments == job.translation.segments
    assert [segment.id for segment in job.translation.segments] == ["s1", "s2", "s3"]
    assert all(segment.target for segment in job.translation.segments)
    assert (job.segments_done, job.segments_total, job.stage) == (3, 3, "done")
    assert job.created <= (job.started or 0) <= (job.finished or 0)
    stats = service.stats()
    assert (stats.sentences, stats.jobs, stats.queued, stats.active) == (3, {"done": 1}, 0, 0)
    assert service.ready


def test_events_come_as_things_happen(start: Start, gate: Gate) -> None:
    service = start(replace(SETTINGS, heartbeat=0.02))
    job = service.submit(order("公司建设新厂房。员工的生活越来越好。", brief=BriefOptions()))
    until(lambda: bool(gate.asked))
    events = service.events(job.id)
    seen = [next(events), next(events)]
    assert [event.kind for event in seen] == ["queued", "started"]
    alive = next(events)
    assert (alive.kind, alive.number) == ("alive", 2)
    gate.open()
    rest = [event for event in events if event.kind != "alive"]
    assert [event.kind for event in rest] == ["segment", "segment", "briefing", "done"]
    assert [event.number for event in rest] == [3, 4, 5, 6]
    assert {event.data["segment"]["id"] for event in rest[:2]} == {"s1", "s2"}
    assert rest[1].data["done"] == rest[1].data["total"] == 2
    assert [event.number for event in service.events(job.id, after=4)] == [5, 6]
    assert list(service.events(job.id, after=6)) == []


def test_nobody_who_follows_a_job_misses_its_end(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = start()
    written = threading.Event()
    save = service._store.save

    def slow(saved: Saved) -> bool:
        if saved.state == "done":
            written.wait(LONG)
        return save(saved)

    monkeypatch.setattr(service._store, "save", slow)
    job = service.submit(order())
    until(lambda: service.job(job.id).is_over)  # and not yet on disk
    events, over = service.events_now(job.id)
    assert (events[-1].kind, over) == ("segment", False)
    threading.Timer(0.2, written.set).start()
    assert [one.kind for one in service.events(job.id)][-1] == "done"
    assert service.events_now(job.id)[1]


def test_a_listener_hears_every_event_until_it_ends(start: Start, gate: Gate) -> None:
    service = start()
    job = service.submit(order())
    heard: list[int] = []
    end = service.listen(job.id, lambda: heard.append(service.job(job.id).last_event))
    gate.give()
    until(lambda: len(heard) >= 2)
    end()
    count = len(heard)
    gate.open()
    done(service, job)
    assert heard == sorted(heard)
    assert len(heard) == count


def test_cancelling_shows_at_once_while_the_engine_is_busy(start: Start, gate: Gate) -> None:
    service = start()
    job = service.submit(order())
    until(lambda: bool(gate.asked))
    other = service.submit(order(client="two"))
    before = time.monotonic()
    assert service.cancel(job.id).state == "cancelled"
    assert time.monotonic() - before < 5.0
    assert [event.kind for event in service.events(job.id)][-1] == "cancelled"
    gate.open()
    done(service, other)
    assert service.job(job.id).state == "cancelled"
    assert service.cancel(job.id).state == "cancelled"
    assert service.stats().jobs == {"cancelled": 1, "done": 1}


def test_a_waiting_job_can_be_cancelled_and_forgotten(start: Start, gate: Gate) -> None:
    service = start(replace(SETTINGS, max_active=1))
    first = service.submit(order())
    until(lambda: bool(gate.asked))
    second, third = service.submit(order()), service.submit(order())
    assert (second.position, third.position) == (1, 2)
    service.cancel(second.id)
    assert service.job(third.id).position == 1
    service.forget(second.id)
    with pytest.raises(UnknownJobError):
        service.job(second.id)
    gate.open()
    done(service, first)
    done(service, third)


def test_a_full_queue_says_when_to_come_back(start: Start, gate: Gate) -> None:
    service = start(replace(SETTINGS, max_active=1, max_queue=3, max_client=2))
    service.submit(order())
    until(lambda: bool(gate.asked))
    service.submit(order())
    service.submit(order())
    with pytest.raises(BusyError, match="2 of your texts are waiting") as told:
        service.submit(order())
    assert told.value.retry_after >= 1
    service.submit(order(client="two"))
    with pytest.raises(BusyError, match="3 texts are waiting"):
        service.submit(order(client="three"))
    assert service.stats().queued == 3


def test_a_short_text_is_done_while_long_ones_are_under_way(start: Start, gate: Gate) -> None:
    service = start(replace(SETTINGS, max_active=2, short=100))
    long = "城市的西部地区建设新厂房。" * 40
    jobs = [service.submit(order(long, "one")), service.submit(order(long, "two"))]
    until(lambda: bool(gate.asked))
    short = service.submit(order("员工的生活越来越好。", "three"))
    end = time.monotonic() + LONG
    while service.job(short.id).state != "done":
        assert time.monotonic() < end
        gate.give()
        time.sleep(0.001)
    assert [service.job(job.id).state for job in jobs] == ["running", "queued"]


def test_clients_take_turns() -> None:
    queue = Queue(100, 100)
    for number in range(6):
        queue.add(Waiting(f"a{number}", "a", short=True))
    for client in "bc":
        for number in range(2):
            queue.add(Waiting(f"{client}{number}", client, short=True))
    places = {one.job: queue.position(one.job) for one in queue}
    taken = []
    while one := queue.take(Counter(), only_short=False):
        taken.append(one.job)
    assert taken == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "a3", "a4", "a5"]
    assert places == {job: place for place, job in enumerate(taken, 1)}


def test_clients_with_nothing_under_way_come_first() -> None:
    queue = Queue(4, 4)
    for job in ("a0", "b0", "b1"):
        queue.add(Waiting(job, job[0], short=job != "b0"))
    first = queue.take(Counter({"a": 1}), only_short=True)
    assert first is not None
    assert first.job == "b1"  # b0 is long
    queue.remove("a0")
    assert queue.take(Counter(), only_short=True) is None
    assert len(queue) == 1
    with pytest.raises(FullError):
        Queue(0, 1).add(first)


def test_orders_that_cannot_be_done_are_refused_at_once(start: Start, tmp_path: Path) -> None:
    service = start(replace(SETTINGS, max_characters=30))
    with pytest.raises(TooLongError, match="limit is 30"):
        service.submit(order())
    text = documents.from_text("员工的生活越来越好。")
    for options in (
        Options(engine="endpoint", model="m", base_url="http://127.0.0.1:9/v1"),
        Options(engine="transformers", model="/etc"),
    ):
        with pytest.raises(UsageError, match="not offered here"):
            service.submit(Order(text, options))
    bad = tmp_path / "g.tsv"
    bad.write_text("one column\n", "utf-8")
    with pytest.raises(InputError):
        service.submit(Order(text, replace(ECHO, glossary=bad)))
    assert service.stats().queued == 0
    for unknown in ("x" * 32, "\ud800", "../../etc/passwd"):
        with pytest.raises(UnknownJobError):
            service.job(unknown)


def test_a_glossary_may_go_once_the_order_is_in(start: Start, tmp_path: Path, gate: Gate) -> None:
    service = start()
    file = tmp_path / "own.tsv"
    file.write_text("source\ttarget\n新厂房\tthe Big Works\n", "utf-8")
    job = service.submit(replace(order(), options=replace(ECHO, glossary=file)))
    file.unlink()
    gate.open()
    translation = done(service, job).translation
    assert translation is not None
    assert "Big Works" in translation.segments[0].target


def test_a_prompt_of_ones_own_is_asked_with_and_kept(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    load = echo.load

    def told(model: str, prompt: Prompt, report: Report) -> echo.EchoEngine:
        asked.append(prompt.id)
        return load(model, prompt, report)

    monkeypatch.setattr(echo, "load", told)
    service = start()
    file = tmp_path / "own.toml"
    text = (shipped("prompts") / "translate.toml").read_text("utf-8")
    file.write_text(text.replace('id = "translate"', 'id = "mine"'), "utf-8")
    jobs = [
        service.submit(replace(order(), options=options))
        for options in (replace(ECHO, prompt=file), ECHO)
    ]
    file.unlink()
    used = [done(service, job).translation for job in jobs]
    ids = [one.run["prompts"][0]["id"] for one in used if one]
    assert ids == ["mine", "translate"]
    assert sorted(asked) == ["mine", "translate"]  # each has an engine of its own
    # The copy stays as long as its job does.
    copy = service.job(jobs[0].id).options.prompt
    assert copy is not None
    os.utime(copy, (0, 0))
    service._store.expire(1.0)
    assert copy.exists()
    file.write_text("id = 1", "utf-8")
    with pytest.raises(InputError, match="is missing"):
        service.submit(replace(order(), options=replace(ECHO, prompt=file)))


def test_editing_checks_at_once_and_makes_the_brief_stale(start: Start) -> None:
    service = start()
    text = "公司今年投资3.27亿元建设新厂房。员工的生活越来越好。"
    job = done(service, service.submit(order(text, brief=BriefOptions())))
    edited = service.edit(job.id, "s1", "The company invests 32.7 million yuan in a plant.")
    first = edited.segments[0]
    assert first is not None
    assert (first.status, first.origin) == ("flagged", "edited")
    assert any(one.segment == "s1" and one.kind == "quantity" for one in edited.findings)
    assert edited.brief_is_stale
    assert edited.brief == job.brief
    mended = service.edit(job.id, "s1", "The company invests 327 million\nyuan in a plant.")
    first = mended.segments[0]
    assert first is not None
    assert (first.status, first.target) == (
        "ok",
        "The company invests 327 million yuan in a plant.",
    )
    assert not any(one.segment == "s1" and one.severity == "error" for one in mended.findings)
    again = done(service, service.brief(job.id, BriefOptions()))
    assert not again.brief_is_stale
    assert again.brief != job.brief
    with pytest.raises(ConflictError, match="no sentence"):
        service.edit(job.id, "s99", "x")
    with pytest.raises(InputError, match="shorten"):
        service.edit(job.id, "s1", "x" * 10_001)


def test_an_edit_during_the_work_is_in_the_translation(start: Start, gate: Gate) -> None:
    service = start()
    job = service.submit(order("公司建设新厂房。" * 20))
    with pytest.raises(ConflictError, match="no translation yet"):
        service.edit(job.id, "s1", "Early.")
    until(lambda: bool(gate.give()) or service.job(job.id).segments_done > 0)
    ready = next(segment for segment in service.job(job.id).segments if segment)
    service.edit(job.id, ready.id, "The company builds a new plant.")
    gate.open()
    translation = done(service, job).translation
    assert translation is not None
    kept = next(segment for segment in translation.segments if segment.id == ready.id)
    assert (kept.target, kept.origin) == ("The company builds a new plant.", "edited")


def test_an_approved_sentence_is_used_from_then_on(start: Start) -> None:
    service = start(replace(SETTINGS, with_memory=True))
    job = done(service, service.submit(order()))
    service.edit(job.id, "s3", "The staff live better and better.")
    approved = service.approve(job.id, "s3").segments[2]
    assert approved is not None
    assert approved.origin == "approved"
    again = done(service, service.submit(order()))
    last = again.segments[2]
    assert last is not None
    assert (last.target, last.origin) == ("The staff live better and better.", "memory")
    assert service.stats().memory_hits >= 2
    other = start()
    job = done(other, other.submit(order()))
    with pytest.raises(ConflictError, match="no memory"):
        other.approve(job.id, "s1")


def test_renaming_translates_only_what_holds_the_name(start: Start, gate: Gate) -> None:
    gate.open()
    service = start()
    text = "江城新区今天举行会议。员工的生活越来越好。江城新区的面貌越来越新。"
    job = done(service, service.submit(order(text, brief=BriefOptions())))
    service.edit(job.id, "s2", "Life is good.")
    asked = len(gate.asked)
    renamed = done(service, service.rename(job.id, [("江城新区", "Rivertown New Area")]))
    assert renamed.translation is not None
    first, second, third = renamed.translation.segments
    assert "Rivertown New Area" in first.target
    assert second.target == "Life is good."
    assert "Rivertown New Area" in third.target
    assert all("员工" not in source for source in gate.asked[asked:])
    assert not renamed.brief_is_stale
    assert renamed.options.names is not None
    kinds = [event.kind for event in service.events(job.id)]
    assert kinds.count("segment") == 3 + 2
    # Names given before stay.
    more = done(service, service.rename(job.id, [("面貌", "looks")]))
    assert more.translation is not None
    assert "Rivertown New Area" in more.translation.segments[2].target
    for names in ([], [("plain", "x")], [("江城", "江城")]):
        with pytest.raises(InputError):
            service.rename(job.id, names)


def test_a_place_that_is_none_is_asked_for_no_more(start: Start) -> None:
    service = start()
    job = done(service, service.submit(order("湖南米粉很好吃。员工的生活越来越好。")))
    assert [one.source_text for one in job.findings if one.kind == "name"] == []
    service.edit(job.id, "s1", "The noodles are very good.")
    lost = [one for one in service.job(job.id).findings if one.kind == "name"]
    assert [one.message for one in lost] == ["湖南 is not rendered as Hunan"]
    job = done(service, service.rename(job.id, [("湖南米粉", "")]))
    assert [one for one in job.findings if one.kind == "name"] == []


def test_names_and_changes_have_bounds(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_MOST_NAMES", 3)
    monkeypatch.setattr(desk, "_MOST_CHANGES", 4)
    service = start()
    job = done(service, service.submit(order()))
    too_many = [(f"{one}城", "Town") for one in "甲乙丙丁"]
    for names, words in (
        (too_many, "3 names of your own"),
        ([("江" * 101, "River")], "shorten it"),
        ([("江城", "R" * 201)], "shorten it"),
    ):
        with pytest.raises(InputError, match=words):
            service.rename(job.id, names)
    done(service, service.rename(job.id, too_many[:2]))
    with pytest.raises(InputError, match="3 names of your own"):  # with those given before
        service.rename(job.id, too_many[2:])
    done(service, service.rename(job.id, too_many[1:3]))
    service.edit(job.id, "s1", "One.")
    service.edit(job.id, "s1", "Two.")
    service.stop()
    service = start()  # the count is kept with the job
    for change in (
        lambda: service.edit(job.id, "s1", "Three."),
        lambda: service.approve(job.id, "s1"),
        lambda: service.rename(job.id, too_many[:1]),
    ):
        with pytest.raises(ConflictError, match="changed 4 times"):
            change()


def test_another_brief_without_another_translation(start: Start, gate: Gate) -> None:
    gate.open()
    service = start()
    job = done(service, service.submit(order(brief=BriefOptions())))
    asked = len(gate.asked)
    social = done(service, service.brief(job.id, BriefOptions("short", "social")))
    assert social.brief is not None
    assert (social.brief.style, social.brief.length) == ("social", "short")
    back = service.brief(job.id, BriefOptions())
    assert (back.state, back.brief) == ("done", job.brief)
    assert len(gate.asked) == asked


def test_what_is_under_way_cannot_be_worked_on(start: Start, gate: Gate) -> None:
    service = start()
    job = service.submit(order())
    until(lambda: bool(gate.asked))
    with pytest.raises(ConflictError, match="worked on"):
        service.brief(job.id, BriefOptions())
    with pytest.raises(ConflictError, match="worked on"):
        service.rename(job.id, [("城市", "Town")])
    service.cancel(job.id)
    with pytest.raises(ConflictError, match="no whole translation"):
        service.brief(job.id, BriefOptions())


def test_jobs_survive_a_restart(start: Start) -> None:
    first = start()
    job = done(first, first.submit(order(brief=BriefOptions())))
    gone = done(first, first.submit(order(keep=False)))
    first.stop(0.0)
    second = start()
    back = second.job(job.id)
    assert replace(back, last_event=job.last_event) == job
    assert [event.kind for event in second.events(job.id)] == ["done"]
    with pytest.raises(UnknownJobError):
        second.job(gone.id)
    edited = second.edit(job.id, "s1", "The company builds a plant.")
    assert edited.segments[0] is not None
    assert edited.segments[0].origin == "edited"
    assert done(second, second.brief(job.id, BriefOptions("long"))).brief is not None


def test_stopping_saves_what_there_is(start: Start, gate: Gate) -> None:
    first = start(replace(SETTINGS, max_active=1))
    running = first.submit(order("公司建设新厂房。" * 50))
    until(lambda: bool(gate.asked))
    waiting = first.submit(order())
    ends: list[str] = []
    follower = threading.Thread(
        target=lambda: ends.extend(event.kind for event in first.events(running.id))
    )
    follower.start()
    gate.give()
    until(lambda: bool(gate.give()) or first.job(running.id).segments_done > 0)
    stopper = threading.Thread(target=first.stop, args=(0.0,))
    stopper.start()
    stopper.join(LONG)
    follower.join(LONG)
    assert ends[-1] == "stopped"
    with pytest.raises(BusyError):
        first.submit(order())
    second = start()
    for job in (running, waiting):
        back = second.job(job.id)
        assert (back.state, back.error) == ("stopped", first.job(job.id).error)
    assert any(second.job(running.id).segments)


def test_stopping_lets_jobs_finish_within_the_grace(start: Start, gate: Gate) -> None:
    service = start()
    job = service.submit(order())
    until(lambda: bool(gate.asked))
    gate.open()
    service.stop(LONG)
    assert service.job(job.id).state == "done"


def test_a_killed_server_leaves_jobs_that_say_so(start: Start, gate: Gate) -> None:
    first = start()
    job = first.submit(order())
    second = start()
    back = second.job(job.id)
    assert back.state == "stopped"
    assert "send it again" in (back.error or "")


def test_jobs_expire(start: Start) -> None:
    service = start()
    job = done(service, service.submit(order()))
    service.stop(0.0)
    later = start(replace(SETTINGS, job_hours=0.0))
    until(lambda: later.ready)

    def is_gone() -> bool:
        try:
            later.job(job.id)
        except UnknownJobError:
            return True
        later._entries.clear()  # what was looked up before it expired
        return False

    until(is_gone)


def test_a_damaged_store_is_set_aside(start: Start, home: Path) -> None:
    (home / "jobs").mkdir()
    (home / "jobs" / "jobs.sqlite").write_bytes(b"this is no database" * 100)
    service = start()
    job = done(service, service.submit(order()))
    service.stop(0.0)
    assert len(list((home / "jobs").glob("*.corrupt-*"))) == 1
    assert start().job(job.id).state == "done"


def test_few_finished_jobs_stay_in_memory(start: Start) -> None:
    service = start(replace(SETTINGS, kept_in_memory=2))
    jobs = [done(service, service.submit(order())) for _ in range(4)]
    assert len(service._entries) <= 3
    assert all(service.job(job.id).state == "done" for job in jobs)


def test_an_engine_that_cannot_be_loaded(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ModelError("the model is not here: pull it")

    load = echo.load
    monkeypatch.setattr(echo, "load", fails)
    service = start()
    until(lambda: service.state == "failed")
    assert service.fault == "the model is not here: pull it"
    job = service.wait(service.submit(order()).id, LONG)
    assert (job.state, job.error) == ("failed", "the model is not here: pull it")
    monkeypatch.setattr(echo, "load", load)  # it has been pulled
    done(service, service.submit(order()))
    assert service.ready


def test_a_fault_ends_one_job_and_is_logged_without_its_text(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer = echo.EchoEngine.translate

    def breaks(self: echo.EchoEngine, sources: Sequence[str], decoding: Decoding) -> Results:
        if any("秘密" in source for source in sources):
            raise RuntimeError(f"cannot do {sources}")
        return answer(self, sources, decoding)

    monkeypatch.setattr(echo.EchoEngine, "translate", breaks)
    service = start()
    job = service.wait(service.submit(order("这是一个秘密的消息。")).id, LONG)
    assert job.state == "failed"
    assert job.error == "internal error: RuntimeError: please report it"
    assert "RuntimeError" in caplog.text
    assert "秘密" not in caplog.text
    done(service, service.submit(order()))


def test_a_job_that_takes_too_long_fails(start: Start) -> None:
    service = start(replace(SETTINGS, job_seconds=0.0))
    job = service.wait(service.submit(order()).id, LONG)
    assert job.state == "failed"
    assert "longer than 0 s" in (job.error or "")
