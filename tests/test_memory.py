"""The memory as a file of many processes, and the engine behind it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from fakes import ScriptedChat, ScriptedEngine, says
from hypothesis import given
from hypothesis import strategies as st

from translator import documents, memory, prompts
from translator.engines import GREEDY, Candidate, ChatEngine, Decoding, Engine, Message
from translator.errors import InputError, ModelError, UsageError
from translator.memory import Approved, Memory, remembering, store
from translator.memory.approved import ApprovedSegments, folded
from translator.models import Progress
from translator.pipeline import Options, Pipeline

PROMPT = prompts.load("translate")


@pytest.fixture
def kept(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "memory.sqlite")


def answer(source: str, _: Decoding) -> list[Candidate]:
    return says(f"A sentence of {len(source)} signs.", "Another one.")


class Loader:
    """Loads an engine and counts how often."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.loads = engine, 0

    def __call__(self) -> Engine:
        self.loads += 1
        return self.engine


def asked(engine: ScriptedEngine) -> list[str]:
    return [source for source, _ in engine.asked]


# The file


def test_what_is_kept_is_there_for_another_process(kept: Memory) -> None:
    kept.keep(b"key", [["text", -0.5, "stop"]])
    code = (
        "import sys; from pathlib import Path; from translator.memory import Memory;"
        "print(Memory(Path(sys.argv[1])).recall(b'key'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(kept.path)], capture_output=True, text=True
    )
    assert done.stdout.strip() == "[['text', -0.5, 'stop']]"


_WRITER = """
import sys, time
from pathlib import Path
from translator.memory import Memory
kept, name = Memory(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    kept.keep(f"{name}-{number}".encode(), number)
    assert kept.recall(f"{name}-{number}".encode()) == number
print("done", flush=True)
"""


def writers(path: Path, processes: int, count: int) -> list[subprocess.Popen[str]]:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path), f"p{number}", str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for one in started:
        assert one.stdout
        assert one.stdin
        assert one.stdout.readline() == "ready\n"
    for one in started:
        one.stdin.write("\n")  # type: ignore[union-attr]
        one.stdin.flush()  # type: ignore[union-attr]
    return started


def test_many_processes_make_and_fill_one_file(kept: Memory) -> None:
    for one in writers(kept.path, processes=6, count=200):
        out, err = one.communicate(timeout=60)
        assert (one.returncode, out, err) == (0, "done\n", "")
    assert kept.stats().answers == 1200
    assert kept.recall(b"p5-199") == 199


def test_a_killed_process_loses_nothing_that_was_kept(kept: Memory) -> None:
    (writer,) = writers(kept.path, processes=1, count=1_000_000)
    deadline = time.monotonic() + 20
    while kept.stats().answers < 50 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    count = kept.stats().answers
    assert count >= 50
    assert [kept.recall(f"p0-{number}".encode()) for number in range(count)] == list(range(count))


def test_threads_share_one_memory(kept: Memory) -> None:
    def work(name: str) -> None:
        for number in range(50):
            kept.keep(f"{name}{number}".encode(), number)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert kept.stats().answers == 200


@pytest.mark.parametrize("damage", ["header", "pages", "text"])
def test_a_damaged_file_is_set_aside_and_its_segments_saved(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "memory.sqlite"
    first = Memory(path)
    first.add([Approved(f"第{number}句话。", f"Sentence {number}.") for number in range(50)])
    for number in range(2000):
        first.keep(str(number).encode(), "x" * 100)
    first.close()
    data = bytearray(path.read_bytes())
    assert not Path(f"{path}-wal").exists()
    if damage == "header":
        data[:16] = b"no database here"
    elif damage == "pages":  # in the middle: the answers
        data[len(data) // 2 :] = os.urandom(len(data) - len(data) // 2)
    else:
        data[:] = b"someone saved a text here\n" * 100
    path.write_bytes(data)
    notes: list[str] = []
    second = Memory(path, lambda progress: notes.append(progress.note))
    for number in range(2000):
        second.recall(str(number).encode())
    second.keep(b"new", 1)
    assert second.recall(b"new") == 1
    (aside,) = tmp_path.glob("memory.sqlite.corrupt-*")
    assert aside.read_bytes() == bytes(data)
    assert len(notes) == 1
    assert aside.name in notes[0]
    if damage == "pages":
        assert "50 approved segments" in notes[0]
        assert second.approved().exact("第7句话。") == Approved("第7句话。", "Sentence 7.")


def test_a_file_is_set_aside_once_by_many_processes(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    path.write_bytes(b"damaged" * 1000)
    for one in writers(path, processes=4, count=50):
        assert one.communicate(timeout=60)[0] == "done\n"
    assert len(list(tmp_path.glob("*.corrupt-*"))) == 1
    assert Memory(path).stats().answers == 200


def test_older_files_are_brought_up_to_date(kept: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.keep(b"key", "value")
    kept.add([Approved("一句话。", "A sentence.")])
    kept.close()
    added = "ALTER TABLE approved ADD COLUMN domain TEXT NOT NULL DEFAULT ''; CREATE TABLE more (x)"
    monkeypatch.setattr(store, "MIGRATIONS", (*store.MIGRATIONS, added))
    again = Memory(kept.path)
    assert again.recall(b"key") == "value"
    assert again.approved().exact("一句话。")
    again.close()
    with sqlite3.connect(kept.path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        assert db.execute("SELECT domain FROM approved").fetchall() == [("",)]


def test_a_newer_file_is_left_alone(kept: Memory) -> None:
    kept.keep(b"key", "value")
    kept.close()
    with sqlite3.connect(kept.path) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(UsageError, match=r"newer version.*--no-memory"):
        Memory(kept.path).recall(b"key")


def test_an_unusable_place_stops_no_translation(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    notes: list[str] = []
    broken = Memory(tmp_path / "file" / "m.sqlite", lambda progress: notes.append(progress.note))
    broken.keep(b"key", 1)
    assert broken.recall(b"key") is None
    assert len(notes) == 1
    assert "going on without it" in notes[0]
    with pytest.raises(InputError, match="--no-memory"):
        broken.approved()


def test_clearing_keeps_what_people_approved(kept: Memory) -> None:
    kept.add([Approved("一句话。", "A sentence.")])
    kept.keep(b"key", 1)
    kept.clear(approved=False)
    assert (kept.stats().answers, kept.stats().approved) == (0, 1)
    kept.clear(approved=True)
    assert kept.stats().approved == 0
    assert kept.approved().exact("一句话。") is None


# The engine behind it


def remembered(kept: Memory, load: Loader, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(memory.engine.engines, "identity", lambda *_: "0" * 64)
    return remembering(kept, "scripted", "script", PROMPT, load)


def test_the_second_run_loads_no_engine(kept: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["第一句话。", "第二句话。", "第一句话。"]
    first = ScriptedEngine(answer)
    engine = remembered(kept, Loader(first), monkeypatch)
    expected = dict(engine.translate(texts, GREEDY))
    assert engine.fits("很长" * 200) is False
    assert sorted(asked(first)) == ["第一句话。", "第二句话。"]  # the same text is asked once
    again = Loader(ScriptedEngine(answer))
    engine = remembered(Memory(kept.path), again, monkeypatch)
    assert dict(engine.translate(texts, GREEDY)) == expected
    assert engine.fits("很长" * 200) is False
    assert engine.info == first.info
    assert again.loads == 0


def test_only_what_is_new_is_asked(kept: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    load = Loader(ScriptedEngine(answer))
    list(remembered(kept, load, monkeypatch).translate(["第一句话。", "第二句话。"], GREEDY))
    second = ScriptedEngine(answer)
    engine = remembered(kept, Loader(second), monkeypatch)
    got = dict(engine.translate(["第一句话。", "第三句新的话。", "第二句话。"], GREEDY))
    assert set(got) == {0, 1, 2}
    assert asked(second) == ["第三句新的话。"]


def test_every_setting_that_changes_the_text_changes_the_key(
    kept: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = ScriptedEngine(answer)
    load = Loader(scripted)
    engine = remembered(kept, load, monkeypatch)

    def count(engine: Engine, decoding: Decoding = GREEDY) -> int:
        before = len(scripted.asked)
        list(engine.translate(["一句话。"], decoding))
        return len(scripted.asked) - before

    assert count(engine) == 1
    assert count(engine) == 0
    assert count(engine, Decoding(beam_size=2)) == 1
    assert count(engine, Decoding(beam_size=2, repetition_penalty=1.1)) == 1
    other = prompts.parse(
        b'id="t"\nversion=2\ndescription=""\nsystem="x"\nuser="$text"\nvariables=["text"]', "test"
    )
    assert count(remembering(kept, "scripted", "script", other, load)) == 1
    monkeypatch.setattr(memory.engine, "CODE", 99)
    assert count(remembered(kept, load, monkeypatch)) == 1
    monkeypatch.undo()
    info = scripted.info
    for changed in ({"model_sha256": "1" * 64}, {"compute_type": "fp16"}, {"device": "cuda"}):
        record = {**info.record(), **changed}
        monkeypatch.setattr(ScriptedEngine, "info", type(info)(**record))
        monkeypatch.setattr(memory.engine.engines, "identity", lambda *_, r=record: str(r))
        assert count(remembering(kept, "scripted", "script", PROMPT, load)) == 1, changed
    assert count(remembering(kept, "scripted", "script", PROMPT, load)) == 0


def test_an_engine_that_has_changed_is_not_mixed_with_what_it_was(
    kept: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(
        remembered(kept, Loader(ScriptedEngine(answer)), monkeypatch).translate(
            ["旧的话。"], GREEDY
        )
    )
    on_gpu = ScriptedEngine(answer)
    record = {**on_gpu.info.record(), "device": "cuda"}
    monkeypatch.setattr(ScriptedEngine, "info", type(on_gpu.info)(**record))
    engine = remembered(kept, Loader(on_gpu), monkeypatch)
    list(engine.translate(["旧的话。", "新的话。"], GREEDY))
    assert sorted(asked(on_gpu)) == ["新的话。", "旧的话。"]
    assert engine.info.device == "cuda"


@pytest.mark.parametrize("nothing", [[], says("")])
def test_no_answer_is_asked_for_again(
    kept: Memory, monkeypatch: pytest.MonkeyPatch, nothing: list[Candidate]
) -> None:
    scripted = ScriptedEngine(lambda *_: nothing)
    engine = remembered(kept, Loader(scripted), monkeypatch)
    for _ in range(2):
        assert list(engine.translate(["一句话。"], GREEDY)) == [(0, tuple(nothing))]
    assert len(scripted.asked) == 2


def test_a_killed_run_keeps_what_was_answered(
    kept: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dies(ScriptedEngine):
        def translate(self, sources: Sequence[str], decoding: Decoding):  # type: ignore[no-untyped-def]
            for done, found in enumerate(super().translate(sources, decoding)):
                if done == 2:
                    raise ModelError("out of memory")
                yield found

    engine = remembered(kept, Loader(Dies(answer)), monkeypatch)
    texts = [f"第{number}句话。" for number in "一二三四"]
    with pytest.raises(ModelError):
        list(engine.translate(texts, GREEDY))
    second = ScriptedEngine(answer)
    list(remembered(kept, Loader(second), monkeypatch).translate(texts, GREEDY))
    assert len(second.asked) == 2


def test_chats_are_remembered_and_known_for_chats(
    kept: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = [[Message("system", "Write."), Message("user", "About it.")]]
    first = ScriptedChat(answer, ["An answer."])
    engine = remembered(kept, Loader(first), monkeypatch)
    assert isinstance(engine, ChatEngine)
    expected = list(engine.chat(chats, GREEDY, 100))
    assert engine.count_tokens("one two") == 2
    load = Loader(ScriptedChat(answer, ["Another."]))
    again = remembered(kept, load, monkeypatch)
    assert isinstance(again, ChatEngine)
    assert list(again.chat(chats, GREEDY, 100)) == expected
    assert (again.context_tokens, again.count_tokens("one two")) == (4096, 2)
    assert load.loads == 0
    assert list(again.chat(chats, GREEDY, 99)) != expected


def test_an_engine_for_translation_alone_is_no_chat(
    kept: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        engine = remembered(kept, Loader(ScriptedEngine(answer)), monkeypatch)
        assert not isinstance(engine, ChatEngine)


def test_wrong_names_are_told_before_any_work(kept: Memory) -> None:
    with pytest.raises(UsageError, match="did you mean echo"):
        Pipeline.load(Options(engine="eco"), memory=kept)
    with pytest.raises(UsageError, match="did you mean"):
        Pipeline.load(Options(model="embeded"), memory=kept)


# The pipeline in front of both


def test_a_glossary_changes_only_the_sentences_that_have_its_terms(
    kept: Memory, tmp_path: Path
) -> None:
    text = "代表们讨论了甲乙方案。\n\n大家的生活都越来越好。"
    document = documents.from_text(text)
    Pipeline.load(Options(engine="echo"), memory=kept).translate(document)
    before = kept.stats().answers
    own = tmp_path / "own.csv"
    own.write_text("source,target\n甲乙方案,Plan Alpha\n丙丁方案,Plan Beta\n", "utf-8")
    translation = Pipeline.load(Options(engine="echo", glossary=own), memory=kept).translate(
        document
    )
    assert "Plan Alpha" in translation.segments[0].target
    # One text that the engine had not seen: whether it fits, and its answer.
    assert kept.stats().answers == before + 2


def test_findings_are_those_of_the_checks_of_today(
    kept: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from translator import checks

    document = documents.from_text("公司今年投资3.27亿元建设新厂房。")
    options = Options(engine="echo")
    first = Pipeline.load(options, memory=kept).translate(document)
    doubt = checks.Finding("s1", "length", "error", "a new check finds this")
    monkeypatch.setattr(checks, "check", lambda *_, **__: [doubt])
    second = Pipeline.load(options, memory=kept).translate(document)
    assert first.segments[0].status == "ok"
    assert [one.message for one in second.findings] == ["a new check finds this"]


def test_approved_segments_win_over_the_engine(kept: Memory) -> None:
    kept.add(
        [Approved("新厂房位于城市的西部地区。", "The new plant lies in the west of the city.")]
    )
    document = documents.from_text("新厂房位于城市的西部地区。\n\n员工的生活越来越好。")
    engine = ScriptedEngine(answer)
    translation = Pipeline(Options(), engine, memory=kept).translate(document)
    first, second = translation.segments
    assert (first.target, first.origin, first.score, first.status) == (
        "The new plant lies in the west of the city.",
        "memory",
        None,
        "ok",
    )
    assert second.origin == "scripted"
    assert asked(engine) == ["员工的生活越来越好。"]


def test_approved_segments_are_checked_too(kept: Memory) -> None:
    kept.add([Approved("公司投资3.27亿元建设厂房。", "It invests 3.27 billion yuan in a plant.")])
    translation = Pipeline(Options(), ScriptedEngine(answer), memory=kept).translate(
        documents.from_text("公司投资3.27亿元建设厂房。")
    )
    assert translation.segments[0].status == "flagged"
    assert translation.findings[0].kind == "quantity"


def test_a_near_match_is_offered_with_its_score(kept: Memory) -> None:
    kept.add([Approved("公司去年投资1.5亿元建设新厂房。", "It invested 150 million yuan.", "ok")])
    document = documents.from_text("公司今年投资3.27亿元建设新厂房。\n\n员工的生活越来越好。")
    translation = Pipeline(Options(), ScriptedEngine(answer), memory=kept).translate(document)
    (offer,) = translation.offers
    assert (offer.segment, offer.target, offer.note) == (
        "s1",
        "It invested 150 million yuan.",
        "ok",
    )
    assert 85 <= offer.score < 100
    assert translation.record()["offers"] == [
        {
            "segment": "s1",
            "score": offer.score,
            "source": "公司去年投资1.5亿元建设新厂房。",
            "target": "It invested 150 million yuan.",
            "note": "ok",
        }
    ]


def test_other_numbers_alone_make_a_near_match_of_99() -> None:
    segments = ApprovedSegments({"收入增长8.5%。": Approved("收入增长8.5%。", "Up 8.5%.")})
    offer = segments.nearest("s1", "收入增长百分之十。")
    assert offer is None or offer.score < 99
    offer = segments.nearest("s1", "收入增长12%。")
    assert offer is not None
    assert offer.score == 99
    assert segments.nearest("s1", "天气很好，大家都很高兴。") is None


def test_sources_are_compared_as_articles_are_read() -> None:
    assert folded(" 中國的城市，\n2025年 ") == folded("中国的城市，２０２５年".replace("，", "， "))


@given(st.text(max_size=60))
def test_folding_is_done_once_and_for_all(text: str) -> None:
    once = folded(text)
    assert folded(once) == once


def test_another_process_sees_what_was_approved(kept: Memory) -> None:
    assert kept.approved().by_source == {}
    other = Memory(kept.path)
    other.add([Approved("一句话。", "A sentence.")])
    assert kept.approved().exact("一句话。") is not None
    version = kept.approved_version()
    other.add([Approved("一句话。", "One sentence.")])
    assert kept.approved_version() != version
    assert kept.approved().exact("一句话。") == Approved("一句话。", "One sentence.")


def test_json_has_offers_only_where_there_are_some(kept: Memory) -> None:
    document = documents.from_text("员工的生活越来越好。")
    record = Pipeline(Options(), ScriptedEngine(answer), memory=kept).translate(document).record()
    assert "offers" not in json.loads(json.dumps(record))


def test_progress_is_only_what_it_is(kept: Memory) -> None:
    seen: list[Progress] = []
    Pipeline.load(Options(engine="echo"), seen.append, kept)
    assert seen == []
