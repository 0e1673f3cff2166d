"""Batches as a user runs them: processes, files, signals, resumes."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import random
import signal
import struct
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from translator.batch import Columns, Record, pool, report
from translator.batch.manifest import Manifest
from translator.batch.sources import expand
from translator.errors import InputError, ModelError, UsageError

HERE = Path(__file__).parent
SENTENCES = (
    "公司今年投资3.27亿元建设新厂房。",
    "新厂房位于城市的西部地区。",
    "员工的生活越来越好。",
    "大家都在努力工作，希望明天会更加美好。",
    "城市的面貌也越来越新。",
)


def article(number: int, sentences: int = 5) -> str:
    return "".join(
        f"第{number}篇文章的第{place}句话说：{SENTENCES[place % 5]}" for place in range(sentences)
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    for number in range(6):
        path = folder / ("a" if number < 3 else "b/c") / f"{number}.zh.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article(number), "utf-8")
    return folder


class Command:
    """`translator` in a process, with a slow echo engine that writes down what it is asked."""

    def __init__(self, home: Path, delay: float = 0.0) -> None:
        self.home, self.log, self.delay = home, home.with_suffix(".log"), delay

    def start(self, *arguments: object) -> subprocess.Popen[bytes]:
        env = {**os.environ, "TRANSLATOR_HOME": str(self.home), "TRANSLATOR_OFFLINE": "1"}
        command = [sys.executable, str(HERE / "slow_echo.py"), str(self.delay), str(self.log)]
        return subprocess.Popen(
            [*command, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**env, "PYTHONPATH": str(HERE.parent)},
        )

    def run(self, *arguments: object, stdin: str = "") -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(stdin.encode(), timeout=120)
        assert b"Traceback" not in err, err.decode()
        return process.returncode, out.decode(), err.decode()

    def batch(self, *arguments: object, stdin: str = "") -> tuple[int, str, str]:
        return self.run("batch", *arguments, "--engine", "echo", stdin=stdin)

    def asked(self) -> list[str]:
        """What engines were asked since the last time; `LOAD` for each that was loaded."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return ["LOAD" if line.startswith("LOAD") else line for line in lines]


@pytest.fixture
def command(home: Path) -> Command:
    return Command(home)


def tree(folder: Path, ending: str = ".md") -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob(f"*{ending}"))
    }


def records(folder: Path) -> list[dict[str, object]]:
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_folder_is_mirrored_in_every_format(command: Command, news: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    status, said, err = command.batch(news, "-o", out, "--format", "md,json")
    assert (status, said) == (0, "6 articles: 6 ok\n")
    names = [*(f"a/{n}.en" for n in range(3)), *(f"b/c/{n}.en" for n in range(3, 6))]
    assert list(tree(out)) == [f"{name}.md" for name in names]
    assert list(tree(out, ".en.json")) == [f"{name}.json" for name in names]
    assert err.count("\n") == 6
    kept = records(out)
    assert [record["status"] for record in kept] == ["ok"] * 6
    assert kept[0]["file"] == str(news / "a" / "0.zh.txt")
    assert all(len(str(record["content"])) == 64 for record in kept)
    assert kept[0]["segments"] == 5
    assert command.asked().count("LOAD") == 1


def test_what_is_done_is_not_done_again(command: Command, news: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command.batch(news, "-o", out)
    first = tree(out)
    command.asked()
    status, said, _ = command.batch(news, "-o", out)
    assert (status, said) == (0, "6 articles: 6 ok, 6 of them done before\n")
    assert command.asked() == []
    assert tree(out) == first


def test_the_memory_serves_another_folder_without_an_engine(
    command: Command, news: Path, tmp_path: Path
) -> None:
    command.batch(news, "-o", tmp_path / "one")
    assert command.asked()
    command.batch(news, "-o", tmp_path / "two")
    assert command.asked() == []
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_one_changed_sentence_costs_one_sentence(
    command: Command, news: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command.batch(news, "-o", out)
    command.asked()
    changed = news / "a" / "1.zh.txt"
    changed.write_text(changed.read_text("utf-8").replace("西部地区", "东部地区"), "utf-8")
    status, said, _ = command.batch(news, "-o", out)
    assert (status, said) == (0, "6 articles: 6 ok, 5 of them done before\n")
    load, *sentences = command.asked()
    assert load == "LOAD"
    assert len(sentences) == 1
    assert "东部" in sentences[0]


def test_without_the_memory_everything_is_asked(
    command: Command, news: Path, tmp_path: Path
) -> None:
    command.batch(news, "-o", tmp_path / "one", "--no-memory")
    first = command.asked()
    command.batch(news, "-o", tmp_path / "two", "--no-memory")
    assert command.asked() == first
    assert not (command.home / "memory.sqlite").exists()


def test_other_settings_are_other_work(command: Command, news: Path, tmp_path: Path) -> None:
    out, terms = tmp_path / "out", tmp_path / "terms.csv"
    terms.write_text("source,target\n新厂房,new works\n", "utf-8")
    command.batch(news, "-o", out)
    said = command.batch(news, "-o", out, "--glossary", terms)[1]
    assert "done before" not in said
    assert all("new works" in text for text in tree(out).values())


def test_what_people_approve_reaches_a_batch_that_was_done(
    command: Command, news: Path, tmp_path: Path
) -> None:
    out, approved = tmp_path / "out", tmp_path / "approved.tsv"
    command.batch(news, "-o", out)
    source = f"第2篇文章的第1句话说：{SENTENCES[1]}"
    approved.write_text(f"source\ttarget\n{source}\tApproved by hand.\n", "utf-8")
    assert command.run("memory", "import", approved)[:2] == (
        0,
        f"{approved}: 1 new, 0 changed, 0 as before, 0 left out\n",
    )
    command.asked()
    command.batch(news, "-o", out)
    assert "Approved by hand." in tree(out)["a/2.en.md"]
    assert command.asked() == []


def test_documents_share_the_batches_of_the_engine(
    home: Path, news: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from translator import batch
    from translator.batch import Task
    from translator.batch_console import _Quiet
    from translator.engines.echo import EchoEngine
    from translator.pipeline import Options

    sizes: list[int] = []
    translate = EchoEngine.translate

    def counted(self, sources, decoding):  # type: ignore[no-untyped-def]
        sizes.append(len(sources))
        return translate(self, sources, decoding)

    monkeypatch.setattr(EchoEngine, "translate", counted)
    task = Task(tmp_path / "out", ("md",), Options(engine="echo"), Columns(), with_memory=False)
    with batch.held(task.output):
        plan = batch.plan([str(news)], task, batch.settings_of(task, ""), force=False)
        assert batch.run(plan, _Quiet()).counts == {"ok": 6, "pending": 0}
    assert 30 in sizes  # the sentences of all six articles at once


def test_one_bad_file_never_stops_the_rest(command: Command, news: Path, tmp_path: Path) -> None:
    (news / "a" / "1.zh.txt").write_bytes(bytes(range(256)) * 20)
    (news / "a" / "3.pdf").write_bytes(b"%PDF-1.4 nothing of the kind")
    (news / "b" / "empty.txt").write_text("")
    (news / "b" / "locked.docx").write_bytes((HERE / "fixtures" / "locked.pdf").read_bytes())
    out = tmp_path / "out"
    status, said, err = command.batch(news, "-o", out)
    assert (status, said) == (1, "9 articles: 5 ok, 4 failed\n")
    assert len(tree(out)) == 5
    failed = {str(r["file"]): r["message"] for r in records(out) if r["status"] == "failed"}
    assert len(failed) == 4
    assert "binary" in str(failed[str(news / "a" / "1.zh.txt")])
    assert "failed" in err
    command.asked()
    assert (
        command.batch(news, "-o", out)[1] == "9 articles: 5 ok, 4 failed, 5 of them done before\n"
    )


def test_fail_on_counts_all_articles(command: Command, tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text(f"公司的员工说：{'哈' * 24}，这是非常高兴的一天。", "utf-8")
    out = tmp_path / "out"
    assert command.batch(bad, "-o", out)[:2] == (0, "1 articles: 1 flagged\n")
    assert command.batch(bad, "-o", out, "--fail-on", "error")[0] == 1


def test_rows_of_tables_are_articles(command: Command, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    lines = [{"id": "../../etc/x", "text": article(1)}, {"id": 7, "text": article(2)}]
    rows.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        + '\n\nnot json\n{"id": "no text"}\n',
        "utf-8",
    )
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(f'id,正文\nx,"{article(3)}\n\n第二段，也是中文的。"\n'.encode("gb18030"))
    out = tmp_path / "out"
    status, said, _ = command.batch(rows, "-o", out)
    assert (status, said) == (1, "4 articles: 2 ok, 2 failed\n")
    assert sorted(tree(out)) == ["rows/7.en.md", "rows/etc-x.en.md"]
    messages = [str(record["message"]) for record in records(out)]
    assert any("line 4" in one for one in messages)
    assert any("'text'" in one and "id" in one for one in messages)
    status, _, err = command.batch(sheet, "-o", tmp_path / "other")
    assert status == 3
    assert "--text-column" in err
    status, said, _ = command.batch(sheet, "-o", tmp_path / "other", "--text-column", "正文")
    assert (status, said) == (0, "1 articles: 1 ok\n")
    assert "dier duan" in tree(tmp_path / "other")["sheet/x.en.md"].lower()


def test_a_list_on_standard_input(command: Command, news: Path, tmp_path: Path) -> None:
    listed = "\n".join(str(path) for path in sorted(news.rglob("*.txt"))[:2])
    status, said, _ = command.batch("-", "-o", tmp_path / "out", stdin=f"{listed}\nnone.txt\n")
    assert (status, said) == (1, "3 articles: 2 ok, 1 failed\n")
    assert len(tree(tmp_path / "out")) == 2


def test_a_dry_run_writes_nothing(command: Command, news: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    status, said, _ = command.batch(news, "-o", out, "--dry-run")
    assert status == 0
    assert said.splitlines()[0] == f"translate\t{news / 'a' / '0.zh.txt'}\ta/0.en.md"
    assert said.splitlines()[-1] == "6 articles: 6 to translate, 0 done already"
    assert not out.exists()
    command.batch(news / "a", "-o", out)
    command.asked()
    assert command.batch(news / "a", "-o", out, "--dry-run")[1].startswith("done\t")
    assert command.asked() == []


def test_what_is_not_ours_is_never_replaced(command: Command, news: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "a").mkdir(parents=True)
    mine = out / "a" / "0.en.md"
    mine.write_text("mine")
    status, _, err = command.batch(news, "-o", out)
    assert status == 2
    assert "--force" in err
    assert mine.read_text() == "mine"
    assert list(tree(out)) == ["a/0.en.md"]
    assert command.batch(news, "-o", out, "--force")[0] == 0
    assert mine.read_text("utf-8") != "mine"


def test_what_someone_worked_on_is_not_replaced(
    command: Command, news: Path, tmp_path: Path
) -> None:
    out, terms = tmp_path / "out", tmp_path / "terms.csv"
    command.batch(news, "-o", out)
    edited = out / "a" / "0.en.md"
    edited.write_text("corrected by hand", "utf-8")
    terms.write_text("source,target\n新厂房,new works\n", "utf-8")
    status, said, err = command.batch(news, "-o", out, "--glossary", terms)
    assert (status, said) == (1, "6 articles: 5 ok, 1 failed\n")
    assert "was changed since it was written" in err
    assert edited.read_text("utf-8") == "corrected by hand"
    assert command.batch(news, "-o", out, "--glossary", terms, "--force")[0] == 0
    assert "new works" in edited.read_text("utf-8")


def test_two_batches_in_one_folder(
    command: Command, home: Path, news: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = Command(home, delay=0.5).start("batch", news, "-o", out, "--engine", "echo")
    deadline = time.monotonic() + 20
    while not (out / "manifest.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    status, _, err = command.batch(news, "-o", out)
    first.kill()
    first.communicate()
    assert status == 2
    assert "another batch" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_and_says_how_to_go_on(
    home: Path, news: Path, tmp_path: Path, number: signal.Signals
) -> None:
    out = tmp_path / "out"
    slow = Command(home, delay=0.15)
    process = slow.start("batch", news, "-o", out, "--engine", "echo")
    deadline = time.monotonic() + 120
    # Four sentences: the log also has a line that says that the engine was loaded.
    while len(slow.log.read_text().splitlines() if slow.log.exists() else []) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(number)
    said, err = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert "run the same command again" in said.decode(), err
    assert b"Traceback" not in err
    assert {record["status"] for record in records(out)} <= {"ok", "pending"}
    before = [line for line in slow.asked() if line != "LOAD"]
    assert 4 <= len(before) < 30
    status, line, _ = slow.batch(news, "-o", out)
    assert status == 0
    assert line.startswith("6 articles: 6 ok")
    after = [line for line in slow.asked() if line != "LOAD"]
    assert not set(before) & set(after)  # nothing is asked twice
    assert len(before) + len(after) == 30


KILLS = int(os.environ.get("TRANSLATOR_TEST_KILLS", "8"))


def test_killed_again_and_again_the_output_is_the_same(
    home: Path, news: Path, tmp_path: Path
) -> None:
    Command(tmp_path / "undisturbed").batch(news, "-o", tmp_path / "wanted")
    wanted = tree(tmp_path / "wanted")
    chance = random.Random(6)
    slow = Command(home, delay=0.02)
    for number in range(KILLS):
        out = tmp_path / f"out{number}"
        process = slow.start("batch", news, "-o", out, "--engine", "echo", "-q")
        time.sleep(chance.uniform(0.2, 1.6))
        process.kill()
        process.communicate()
        asked = [line for line in slow.asked() if line != "LOAD"]
        status, _, err = slow.batch(news, "-o", out)
        again = [line for line in slow.asked() if line != "LOAD"]
        assert status == 0, err
        assert tree(out) == wanted
        # At most the sentence that was under way is asked twice.
        assert len(set(asked) & set(again)) <= 1
        assert [record["status"] for record in records(out)] == ["ok"] * 6
        (home / "memory.sqlite").unlink(missing_ok=True)
        for ending in ("-wal", "-shm"):
            Path(f"{home / 'memory.sqlite'}{ending}").unlink(missing_ok=True)


def test_several_processes_do_the_same_work(command: Command, news: Path, tmp_path: Path) -> None:
    for number, path in enumerate(sorted(news.rglob("*.txt"))):  # more than a window holds
        path.write_text(article(number, 150), "utf-8")
    command.batch(news, "-o", tmp_path / "one")
    status, said, _ = command.batch(news, "-o", tmp_path / "two", "--workers", 2, "--no-memory")
    assert (status, said) == (0, "6 articles: 6 ok\n")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert [record["status"] for record in records(tmp_path / "two")] == ["ok"] * 6


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_a_worker_that_dies_is_told_and_nothing_is_lost(
    command: Command, news: Path, tmp_path: Path
) -> None:
    for number, path in enumerate(sorted(news.rglob("*.txt"))):
        path.write_text(article(number, 150), "utf-8")
    out = tmp_path / "out"
    process = command.start("batch", news, "-o", out, "--engine", "echo", "--workers", 2)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 60
    while len(found := children.read_text().split()) < 3:  # and multiprocessing's own
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for child in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGKILL)
    _, err = process.communicate(timeout=180)
    assert process.returncode == 4
    assert b"fewer --workers" in err
    assert command.batch(news, "-o", out, "-q")[0] == 0
    assert len(tree(out)) == 6


def _dies_writing(sent: Connection) -> None:
    os.write(sent.fileno(), struct.pack("!i", 1_000) + b"the first part of it")
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_in_the_middle_of_a_message_is_not_waited_for() -> None:
    context = multiprocessing.get_context("spawn")
    received, sent = context.Pipe(duplex=False)
    process = context.Process(target=_dies_writing, args=(sent,))
    process.start()
    sent.close()
    work = pool._collect(
        iter([[]]),
        {received: process},
        context.Queue(),
        context.Event(),
        lambda: False,
        lambda _: None,
    )
    with pytest.raises(ModelError, match="a worker process died"):
        list(work)


def test_progress_on_a_terminal(home: Path, news: Path, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    screen, terminal = pty.openpty()
    env = {**os.environ, "TRANSLATOR_HOME": str(home), "TERM": "xterm-256color"}
    arguments = ["batch", str(news), "-o", str(tmp_path / "out"), "--engine", "echo"]
    process = subprocess.Popen(
        [sys.executable, "-m", "translator", *arguments],
        stdout=subprocess.PIPE,
        stderr=terminal,
        env=env,
    )
    os.close(terminal)
    shown = b""
    with contextlib.suppress(OSError):  # how Linux says that nobody writes any more
        while piece := os.read(screen, 65536):
            shown += piece
    os.close(screen)
    out = process.communicate(timeout=180)[0]
    assert out == b"6 articles: 6 ok\n"
    assert b"6 of 6" in shown
    assert b"sentences" in shown


# Where outputs go


def stems(sources: list[Path | str], out: Path) -> list[str]:
    return [item.stem for item in expand(map(str, sources), out, Columns())]


def test_two_articles_never_share_an_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x/a.txt", "x/a.html", "x/b.txt", "y/a.txt", "y/A.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("中文")
    out = tmp_path / "out"
    assert stems(["x"], out) == ["a.html.en", "a.txt.en", "b.en"]
    assert stems(["y"], out) == ["A.md.en", "a.txt.en"]
    assert stems(["x/a.txt", "y/a.txt"], out) == ["x/a.en", "y/a.en"]
    assert stems(["x/a.txt", "x/a.html"], out) == ["x/a.txt.en", "x/a.html.en"]
    assert stems(["*/a.txt"], out) == ["x/a.en", "y/a.en"]
    assert stems(["x", "x/b.txt", "./x/b.txt"], out) == ["a.html.en", "a.txt.en", "b.en"]
    with pytest.raises(UsageError, match=r"x/a\.txt and y/a\.txt"):
        stems(["x", "y/"], out)


def test_an_output_folder_inside_its_source_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.en.md").write_text("English")
    (tmp_path / "a.txt").write_text("中文")
    (tmp_path / ".hidden.txt").write_text("中文")
    assert stems([tmp_path], tmp_path / "out") == ["a.en"]


@pytest.mark.parametrize(
    ("source", "error"),
    [("none.txt", "does not exist"), ("no*.txt", "no file fits"), ("empty", "no article")],
)
def test_sources_that_are_nothing(tmp_path: Path, source: str, error: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=error):
        stems([tmp_path / source], tmp_path / "out")


# The manifest


def record(stem: str, **changes: object) -> Record:
    values = {"file": f"{stem}.txt", "stem": stem, "outputs": {f"{stem}.md": "0"}, "status": "ok"}
    return Record(**{**values, **changes})  # type: ignore[arg-type]


def test_a_manifest_survives_a_line_that_was_cut_off(tmp_path: Path) -> None:
    manifest = Manifest(tmp_path)
    manifest.begin([record("a", status="pending"), record("b", status="pending")])
    manifest.add(record("a"))
    with manifest.path.open("ab") as file:
        file.write(b'{"file": "b.txt", "st')
    again = Manifest(tmp_path)
    assert [again.known(stem).status for stem in "ab"] == ["ok", "pending"]  # type: ignore[union-attr]
    again.begin([record("b", status="pending")])
    again.add(record("b", findings=({"kind": "term"},)))
    again.finish()
    assert [one.stem for one in Manifest(tmp_path).records()] == ["a", "b"]
    assert [len(one.findings) for one in Manifest(tmp_path).records()] == [0, 1]


def test_another_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "manifest.jsonl").write_text('{"name": "mine"}\n')
    with pytest.raises(UsageError, match="no manifest of this program"):
        Manifest(tmp_path)
    assert (tmp_path / "manifest.jsonl").read_text() == '{"name": "mine"}\n'


# The report


def test_the_report_escapes_and_puts_the_worst_first(tmp_path: Path) -> None:
    finding = {
        "segment": "s1",
        "kind": "quantity",
        "severity": "error",
        "message": "<script>alert(1)</script>",
        "expected": "",
        "source": "<b>中文</b>",
        "target": "a & b",
        "target_text": "",
    }
    page = report.render(
        [
            record("fine"),
            record("<img src=x>", status="flagged", errors=1, findings=(finding,)),
            record("broken", status="failed", message="it is empty"),
        ],
        "3 articles",
    )
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;b&gt;中文&lt;/b&gt;" in page
    table = page[page.index("<table>") :]
    places = [table.index(name) for name in ("broken", "&lt;img src=x&gt;", "fine")]
    assert places == sorted(places)
    assert "http" not in page.replace("http-equiv", "")


def test_the_report_of_a_run(command: Command, news: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    command.batch(news, "-o", tmp_path / "out", "--summary", page)
    command.batch(news, "-o", tmp_path / "out", "--summary", page)  # of what was done before, too
    assert page.read_text("utf-8").count(".zh.txt") >= 6
