"""Batches on a Ray cluster of two nodes: workers die, documents are bad, runs are stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tenacity

from translator.batch import Cluster, Columns, Task
from translator.batch.cluster import run, shares
from translator.errors import UsageError
from translator.pipeline import Options

HERE = Path(__file__).parent
SENTENCES = ("员工的生活越来越好。", "大家都在努力工作。", "城市的面貌也越来越新。")
DELAY = 0.01  # of the echo engine, a sentence


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ray")


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[str]:
    """The address of two nodes with a processor each; their workers have the slow echo engine."""
    pytest.importorskip("ray")
    from ray import cluster_utils

    changes = {
        "PYTHONPATH": os.pathsep.join(map(str, (HERE / "ray_workers", HERE, HERE.parent))),
        "TRANSLATOR_HOME": str(folder / "home"),
        "TRANSLATOR_TEST_ECHO": f"{DELAY} {folder / 'asked.log'}",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    node = {"num_cpus": 1, "object_store_memory": 80_000_000, "include_dashboard": False}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in changes.items():
            patch.setenv(name, value)
        nodes = cluster_utils.Cluster()
        try:
            for _ in range(2):
                _add(nodes, node)
            yield nodes.address
        finally:
            nodes.shutdown()


@tenacity.retry(
    retry=tenacity.retry_if_exception_message(match=".*timed out during startup"),
    stop=tenacity.stop_after_attempt(5),
    reraise=True,
)
def _add(nodes: Any, node: dict[str, Any]) -> None:
    """Start a node; Ray waits 30 s for one, which is little on a busy machine."""
    nodes.add_node(**node)


class Runs:
    """Batches in a folder of their own, on the cluster."""

    def __init__(self, address: str, folder: Path, log: Path) -> None:
        self.address, self.log = address, log
        self.news, self.out = folder / "news", folder / "out"
        self.home = folder / "home"
        self.news.mkdir()

    def article(self, name: str, sentences: int = 6, word: str = "") -> None:
        text = "".join(
            f"{name}的第{place}句话说{word}：{SENTENCES[place % 3]}" for place in range(sentences)
        )
        (self.news / f"{name}.txt").write_text(text, "utf-8")

    def start(self, *arguments: object, ray: bool = True) -> subprocess.Popen[str]:
        where = ("--ray", self.address) if ray else ()
        given = ("batch", self.news, "-o", self.out, "--engine", "echo", *where, *arguments)
        env = {**os.environ, "PYTHONPATH": str(HERE.parent), "TRANSLATOR_HOME": str(self.home)}
        return subprocess.Popen(
            [sys.executable, "-m", "translator", *map(str, given)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=env,
        )

    def run(self, *arguments: object, ray: bool = True) -> tuple[int, str, str]:
        process = self.start(*arguments, ray=ray)
        out, err = process.communicate(timeout=300)
        assert "Traceback" not in err, err
        return process.returncode, out, err

    def plain(self, *arguments: object) -> dict[str, str]:
        """What a run without Ray makes of the same articles."""
        self.out = self.out.with_name("plain")
        self.run("--no-memory", *arguments, ray=False)
        try:
            return self.outputs()
        finally:
            self.out = self.out.with_name("out")

    def outputs(self) -> dict[str, str]:
        return {path.name: path.read_text("utf-8") for path in sorted(self.out.glob("*.md"))}

    def records(self) -> list[dict[str, Any]]:
        lines = (self.out / "manifest.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def asked(self) -> list[str]:
        """The sentences that engines on the cluster were asked since the last time."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line for line in lines if not line.startswith("LOAD")]

    def workers(self) -> set[int]:
        """The processes that have loaded an engine since the last look at `asked`."""
        lines = self.log.read_text("utf-8").splitlines() if self.log.exists() else []
        return {int(line.split()[1]) for line in lines if line.startswith("LOAD")}

    def until(self, condition: str, process: subprocess.Popen[str], check: Any) -> None:
        deadline = time.monotonic() + 240
        while not check():
            assert process.poll() is None, f"ended before {condition}: {process.communicate()}"
            assert time.monotonic() < deadline, condition
            time.sleep(0.02)


@pytest.fixture
def runs(cluster: str, folder: Path, tmp_path: Path) -> Runs:
    made = Runs(cluster, tmp_path, folder / "asked.log")
    made.asked()
    return made


def test_a_worker_is_killed_in_the_middle(runs: Runs, tmp_path: Path) -> None:
    for number in range(30):
        runs.article(f"稿件{number}", 20)
    terms = tmp_path / "terms.csv"
    terms.write_text("source,target\n城市,metropolis\n", "utf-8")
    hold = Path(f"{runs.log}.hold")
    hold.touch()
    process = runs.start("--no-memory", "--glossary", terms)
    runs.until("two workers are at it", process, lambda: len(runs.workers()) == 2)
    hold.unlink()
    runs.until("an article is done", process, lambda: list(runs.out.glob("*.md")))
    victim = min(runs.workers())
    os.kill(victim, signal.SIGKILL)
    said, err = process.communicate(timeout=300)
    assert (process.returncode, said) == (0, "30 articles: 30 ok\n")
    assert "Traceback" not in err
    assert "a worker died" in err
    assert err.count("] ok") == 30  # each article is told once
    assert len(runs.workers()) == 3  # another one came
    assert [record["status"] for record in runs.records()] == ["ok"] * 30
    assert len({record["stem"] for record in runs.records()}) == 30
    outputs = runs.outputs()
    assert "metropolis" in outputs["稿件0.en.md"]
    assert outputs == runs.plain("--glossary", terms)


def test_bad_documents_are_rows(runs: Runs) -> None:
    for number in range(5):
        runs.article(f"稿件{number}", 3)
    runs.article("毒药", 3, "毒")  # kills whatever translates it
    (runs.news / "binary.txt").write_bytes(bytes(range(256)) * 20)
    status, said, _ = runs.run()
    assert (status, said) == (1, "7 articles: 5 ok, 2 failed\n")
    failed = {r["stem"]: r["message"] for r in runs.records() if r["status"] == "failed"}
    assert "2 workers died of it" in failed["毒药.en"]
    assert "binary" in failed["binary.en"]
    assert len(runs.outputs()) == 5
    (runs.news / "毒药.txt").unlink()
    (runs.news / "binary.txt").unlink()
    assert runs.outputs() == runs.plain()


def test_stopped_and_gone_on_with(runs: Runs) -> None:
    approved = runs.news.with_name("approved.tsv")
    approved.write_text(f"source\ttarget\n稿件1的第0句话说：{SENTENCES[0]}\tApproved.\n", "utf-8")
    command = [sys.executable, "-m", "translator", "memory", "import", str(approved)]
    env = {**os.environ, "PYTHONPATH": str(HERE.parent), "TRANSLATOR_HOME": str(runs.home)}
    subprocess.run(command, env=env, check=True, capture_output=True)
    for number in range(30):
        runs.article(f"稿件{number}", 20)
    process = runs.start()
    runs.until("an article is done", process, lambda: list(runs.out.glob("*.md")))
    process.send_signal(signal.SIGTERM)
    said, err = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM, err
    assert "run the same command again" in said
    assert "Traceback" not in err
    done = [record for record in runs.records() if record["status"] != "pending"]
    assert 0 < len(done) < 30
    before = runs.asked()
    status, said, _ = runs.run()
    assert status == 0
    assert said.endswith(f", {len(done)} of them done before\n")
    assert not set(before) & set(runs.asked())  # what was asked was kept where it was asked
    outputs = runs.outputs()
    assert "Approved." in outputs["稿件1.en.md"]  # which the workers' own memory does not have
    assert len(outputs) == 30


def test_without_a_cluster_one_line_says_so(runs: Runs, tmp_path: Path) -> None:
    runs.article("稿件")
    (tmp_path / "ray.py").write_text("raise ModuleNotFoundError('ray')", "utf-8")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{HERE.parent}"}
    command = [sys.executable, "-m", "translator", "batch", str(runs.news), "-o", str(runs.out)]
    done = subprocess.run(
        [*command, "--engine", "echo", "--ray", "local"], env=env, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert 'pip install "translator[ray]"' in done.stderr


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:9", "no Ray cluster answers"),
        ("ray://head:10001", "no address"),
        ("x", "no add"),
    ],
)
def test_where_there_is_no_cluster(address: str, said: str, tmp_path: Path) -> None:
    cluster, task = Cluster(address), Task(tmp_path, ("md",), Options(engine="echo"), Columns())
    with pytest.raises(UsageError, match=said):
        next(run(cluster, task, "", [], None, bool, lambda _: None))


def nodes(*sizes: tuple[float, float], alive: bool = True) -> list[dict[str, Any]]:
    return [{"Alive": alive, "Resources": {"CPU": cpu, "GPU": gpu}} for cpu, gpu in sizes]


@pytest.mark.parametrize(
    ("sizes", "workers", "gpus", "wanted"),
    [
        ([(8, 0), (8, 0)], None, 0, (2, 8)),  # one a machine, with all of it
        ([(0, 0), (8, 0)], None, 0, (1, 8)),  # a head that takes no work
        ([(8, 0), (8, 0)], 4, 0, (4, 4)),
        ([(64, 0), (2, 0)], None, 0, (2, 32)),
        ([(16, 4), (16, 0)], None, 1, (4, 4)),
        ([(16, 1)], None, 0.5, (2, 8)),
        ([(2, 0)], 5, 0, (5, 1)),  # more machines may come
        ([], None, 1, (1, 1)),
    ],
)
def test_how_a_cluster_is_shared(
    sizes: list[tuple[float, float]],
    workers: int | None,
    gpus: float,
    wanted: tuple[int, int],
) -> None:
    gone = nodes((99, 99), alive=False)
    assert shares([*nodes(*sizes), *gone], workers, gpus) == wanted
