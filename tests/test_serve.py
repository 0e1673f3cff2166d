"""`translator serve` as a process: its start, its end, its keys, and the README's examples."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from conftest import SEED

ROOT = Path(__file__).parent.parent
LONG = 120.0
TEXT = "公司今年投资3.27亿元建设新厂房。员工的生活越来越好。"


@dataclass
class Served:
    """A running `translator serve`."""

    process: subprocess.Popen[str]
    url: str
    log: list[str]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(LONG)


def environment(home: Path) -> dict[str, str]:
    own = {"TRANSLATOR_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **own}


@contextlib.contextmanager
def served(home: Path, *more: str, delay: float | None = None) -> Iterator[Served]:
    """The command on a free port; with a delay the engine takes its time for a sentence."""
    start = [sys.executable, "-m", "translator"]
    if delay is not None:
        script = Path(__file__).with_name("slow_echo.py")
        start = [sys.executable, str(script), str(delay), str(home / "asked.log")]
    process = subprocess.Popen(
        [*start, "serve", "--engine", "echo", "--model", "echo", "--port", "0", *more],
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(home),
        start_new_session=True,
    )
    log: list[str] = []
    found: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            log.append(line)
            if match := re.match(r"translator: (http://\S+) ", line):
                found.append(match[1])
                ready.set()
        ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert ready.wait(LONG)
        assert found, "".join(log)
        yield Served(process, found[0], log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(LONG)
        reader.join(LONG)


def get(url: str) -> httpx2.Response:
    return httpx2.get(url, timeout=LONG, trust_env=False)


def post(url: str, body: object, **headers: str) -> httpx2.Response:
    return httpx2.post(url, json=body, headers=headers, timeout=LONG, trust_env=False)


def test_an_end_saves_jobs_and_a_start_finds_them(tmp_path: Path) -> None:
    with served(tmp_path) as first:
        done = post(f"{first.url}/api/v1/brief", {"text": TEXT}, Prefer="wait=60")
        assert done.status_code == 200
        assert first.end() == 0
    assert "Traceback" not in "".join(first.log)
    with served(tmp_path) as second:
        kept = get(second.url + done.headers["content-location"])
        assert kept.json()["result"] == done.json()
        assert second.end(signal.SIGINT) == 0


def test_an_end_in_the_middle_of_a_job_is_told_and_kept(tmp_path: Path) -> None:
    text = "".join(f"公司建设第{number}座新厂房。" for number in range(2_000))  # none asked twice
    with served(tmp_path, delay=0.05) as server:
        job = post(f"{server.url}/api/v1/translate", {"text": text}, Prefer="respond-async")
        location = job.headers["location"]
        kinds: list[str] = []

        def follow() -> None:
            with httpx2.stream(
                "GET", f"{server.url}{location}/events", timeout=LONG, trust_env=False
            ) as stream:
                lines = (line for line in stream.iter_lines() if line.startswith("event: "))
                kinds.extend(line.removeprefix("event: ") for line in lines)

        follower = threading.Thread(target=follow)
        follower.start()
        end = time.monotonic() + LONG
        while "segment" not in kinds:
            assert time.monotonic() < end
            time.sleep(0.05)
        assert server.end() == 0  # the grace is 10 s, the job would take minutes
        follower.join(LONG)
        assert kinds[-1] == "stopped"
    with served(tmp_path) as again:
        found = get(again.url + location).json()
        assert found["state"] == "stopped"
        assert found["segments_done"] >= 1
        assert "send it again" in found["error"]
        again.end()


def test_addresses_that_cannot_be_had(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(tmp_path, "serve", "--engine", "echo", "--port", port)
    assert done.returncode == 2
    assert "choose another --port" in done.stderr
    assert done.stderr.count("\n") == 1
    done = run(tmp_path, "serve", "--engine", "echo", "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "translator keys add" in done.stderr


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "translator", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(home),
        timeout=LONG,
        check=False,
    )


def test_keys_are_made_listed_and_removed(tmp_path: Path) -> None:
    key = run(tmp_path, "keys", "add", "desk").stdout.strip()
    assert re.fullmatch(r"tr_[\w-]{43}", key)
    assert run(tmp_path, "keys", "list").stdout == "desk\n"
    with served(tmp_path, "--host", "0.0.0.0", "--log-json") as server:
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        assert post(f"{url}/api/v1/translate", {"text": TEXT}).status_code == 401
        good = {"Authorization": f"Bearer {key}"}
        answer = post(f"{url}/api/v1/translate", {"text": TEXT}, Prefer="wait=60", **good)
        assert answer.status_code == 200
        server.end()
    lines = [json.loads(line) for line in server.log if line.startswith("{")]
    asked = [line for line in lines if line.get("method") == "POST"]
    assert [line["status"] for line in asked] == [401, 200]
    assert asked[1]["client"] == "key desk"
    assert key not in "".join(server.log)
    assert "公司" not in "".join(server.log)
    assert run(tmp_path, "keys", "remove", "desk").returncode == 0
    assert run(tmp_path, "keys", "list").stdout == ""


def test_insecure_is_said_loudly(tmp_path: Path) -> None:
    with served(tmp_path, "--host", "0.0.0.0", "--insecure") as server:
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        answer = post(f"{url}/api/v1/translate", {"text": TEXT}, Prefer="wait=60")
        assert answer.status_code == 200
        server.end()
    assert any("INSECURE" in line for line in server.log)


def test_a_missing_extra_is_one_clear_line(tmp_path: Path) -> None:
    code = (
        "import sys; from importlib.abc import MetaPathFinder\n"
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'limits' else find(name, *a)\n"
        "from translator import cli; sys.argv = ['translator', 'serve']; cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 2
    assert 'pip install "translator[serve]"' in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_is_light(tmp_path: Path) -> None:
    code = (
        "import sys; from translator import cli; sys.argv = ['translator', 'serve', '--help']\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('fastapi', 'gradio', 'torch', 'pydantic', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        timeout=LONG,
        check=False,
    )
    assert done.stdout.endswith("[]\n")
    assert "--insecure" in done.stdout


def test_the_load_test_counts_what_it_was_answered(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "eval", "load", "--clients", "3", "--seconds", "1"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(tmp_path),
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = dict(line.split("  ", 1) for line in done.stdout.splitlines())
    count = int(rows["answers"].split()[0])
    assert count >= 3
    assert rows["by status"].strip() == f"200: {count}"
    assert rows["first answers"].count(":") == 3


def examples(language: str) -> list[str]:
    """The README's code blocks of a language that speak to the server."""
    readme = (ROOT / "README.md").read_text("utf-8")
    section = readme.split("**Serve the page and a REST API.**")[1].split("\n**")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.mark.skipif(os.name == "nt", reason="the examples are for a POSIX shell")
def test_the_examples_of_the_readme(tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(SEED.read_text("utf-8"), "utf-8")
    shell, python = examples("sh"), examples("python")
    assert shell
    assert python
    with served(tmp_path) as server:
        for language, code in [("sh", one) for one in shell] + [("py", one) for one in python]:
            script = code.replace("http://127.0.0.1:7860", server.url)
            command = ["sh", "-euc", script] if language == "sh" else [sys.executable, "-c", script]
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                encoding="utf-8",
                cwd=tmp_path,
                env=environment(tmp_path),
                timeout=LONG,
                check=False,
            )
            assert done.returncode == 0, (script, done.stderr)
            assert done.stdout.strip(), script
            assert '"error"' not in done.stdout
            assert "about:blank" not in done.stdout
        server.end()
    assert (tmp_path / "article.en.docx").read_bytes().startswith(b"PK")
