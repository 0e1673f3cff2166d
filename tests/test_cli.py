"""The command as a user runs it: a process, its output, its exit status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import docx
import pytest
from conftest import SEED

COMMAND = [sys.executable, "-m", "translator"]
HOME = Path(tempfile.mkdtemp())  # never the memory of whoever runs the tests


def run(*arguments: str, stdin: bytes = b"", home: Path | None = None) -> tuple[int, str, str]:
    env = {**os.environ, "TRANSLATOR_OFFLINE": "1", "PYTHONIOENCODING": "ascii"}
    env["TRANSLATOR_HOME"] = str(home or HOME)
    done = subprocess.run(
        [*COMMAND, *arguments], input=stdin, capture_output=True, env=env, timeout=120
    )
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def one_line(error: str) -> str:
    assert error.count("\n") == 1, error
    assert "Traceback" not in error
    return error


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    best = 9.0
    for _ in range(3):
        started = time.monotonic()
        status, out, _ = run("--help")
        best = min(best, time.monotonic() - started)
    assert status == 0
    assert "translate" in out
    assert best < 0.3
    code = (
        "import sys; from click.testing import CliRunner; from translator.cli import cli;"
        "CliRunner().invoke(cli, ['brief', '--help']);"
        "print([m for m in ('torch', 'gradio', 'transformers', 'ctranslate2', 'numpy')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_translate_a_file_to_standard_output() -> None:
    status, out, err = run("translate", str(SEED), "--engine", "echo")
    assert (status, err) == (0, "")
    assert out.startswith("# ")
    assert "*By Chen Yongjun, Youth Daily*" in out
    assert out.partition("## Check before")[0].count("\n## ") == 3  # pinyin is no translation


def test_streamed_and_written_text_are_the_same(tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    streamed = run("translate", str(SEED), "--engine", "echo")[1]
    assert run("translate", str(SEED), "--engine", "echo", "-o", str(target))[:2] == (0, "")
    assert target.read_text("utf-8").split() == streamed.split()


def test_a_word_file_goes_to_a_file_and_through_a_pipe_but_not_to_a_terminal(
    tmp_path: Path,
) -> None:
    article = tmp_path / "a.txt"
    article.write_text("江城新区开工\n\n4月9日，江城新区举行了开工仪式。\n", "utf-8")
    arguments = ["translate", str(article), "--engine", "echo", "-q"]
    assert run(*arguments, "-o", str(tmp_path / "a.docx")) == (0, "", "")
    done = subprocess.run(
        [*COMMAND, *arguments, "--format", "docx"], capture_output=True, check=True
    )
    for data in ((tmp_path / "a.docx").read_bytes(), done.stdout):
        document = docx.Document(io.BytesIO(data))
        assert document.tables[0].rows[1].cells[1].text == "江城新区开工"
    if sys.platform == "win32":
        return
    import pty

    screen, terminal = pty.openpty()
    refused = subprocess.run(
        [*COMMAND, *arguments, "--format", "docx"], stdout=terminal, stderr=subprocess.PIPE
    )
    os.close(terminal)
    os.close(screen)
    assert refused.returncode == 2
    assert "-o FILE.docx" in one_line(refused.stderr.decode())


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")
def test_progress_on_a_terminal_leaves_piped_output_alone() -> None:
    import pty

    screen, terminal = pty.openpty()
    arguments = [*COMMAND, "translate", str(SEED), "--engine", "echo"]
    env = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=terminal, env=env)
    out = process.communicate(timeout=60)[0]
    os.close(terminal)
    shown = os.read(screen, 65536).decode("utf-8", "replace")
    os.close(screen)
    assert process.returncode == 0
    assert out.decode("utf-8") == run("translate", str(SEED), "--engine", "echo")[1]
    assert "52 sentences" in shown
    assert "Chen Yongjun" not in shown


def test_brief_as_json_by_ending(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    assert run("brief", str(SEED), "--engine", "echo", "-o", str(target))[0] == 0
    record = json.loads(target.read_text("utf-8"))
    assert record["schema"] == 1
    assert record["run"]["engine"] == "echo"
    # Pinyin makes no sentences, so the brief has no points: that it is there is all.
    assert {"headline", "summary", "points", "figures", "people"} <= set(record["brief"])


SIMPLIFIED = "中国的城市越来越好，人民的生活也越来越好。我们都在努力工作，希望明天会更加美好。"
TRADITIONAL = "中國的城市越來越好，人民的生活也越來越好。我們都在努力工作，希望明天會更加美好。"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", SIMPLIFIED),
        ("gb18030", SIMPLIFIED),
        ("utf-16", SIMPLIFIED),
        ("big5", TRADITIONAL),
    ],
)
def test_standard_input_in_any_encoding(encoding: str, text: str) -> None:
    status, out, _ = run("translate", "-", "--engine", "echo", stdin=text.encode(encoding))
    assert status == 0
    assert "zhongguo" in out


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["translate"], 2, "SRC"),
        (["translate", "x.txt", "--engine", "eco"], 3, "x.txt"),
        (["translate", str(SEED), "--engine", "eco"], 2, "did you mean echo"),
        (["translate", str(SEED), "--format", "pdf"], 2, "pdf"),
        (["translate", str(SEED), "-o", "out.xyz"], 2, "xyz"),
        (["translate", str(SEED), "-o", "no/such/folder/out.md"], 3, "create it"),
        (["translate", str(SEED), "--model", "embeded"], 2, "did you mean"),
        (["translate", str(SEED), "--names", "no-such-names.tsv"], 3, "no-such-names.tsv"),
        (["names", "no-such-article.txt"], 3, "no-such-article.txt"),
        (["translate", "ftp://example.com/a"], 3, "http"),
        (["translate", "http://127.0.0.1:9/a"], 3, "127.0.0.1"),
        (["models", "import", "no-such-file.tar"], 3, "no-such-file.tar"),
        (["models", "pull", "embedded"], 4, "TRANSLATOR_OFFLINE"),
        (["translate", str(SEED)], 4, "TRANSLATOR_OFFLINE"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_every_mistake_is_said_and_has_its_status(
    arguments: list[str], status: int, said: str, tmp_path: Path
) -> None:
    code, out, err = run(*arguments, home=tmp_path)
    assert code == status, err
    assert said in err
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"This is an English text, not a Chinese one.", "Chinese"),
        (bytes(range(256)) * 20, "binary"),
        ("中文".encode() * 1_200_000, "limit"),
    ],
)
def test_unusable_input_is_refused(data: bytes, said: str) -> None:
    status, out, err = run("translate", "-", "--engine", "echo", stdin=data)
    assert status == 3
    assert said in one_line(err).lower() or said in err
    assert out == ""


def test_fail_on_counts_findings() -> None:
    fine = "公司投资了3.27亿元人民币建设工厂，员工都非常高兴，生活越来越好。".encode()
    assert run("translate", "-", "--engine", "echo", "--fail-on", "error", stdin=fine)[0] == 0
    looping = f"公司的员工说：{'哈' * 24}，这是非常高兴的一天。".encode()
    assert run("translate", "-", "--engine", "echo", stdin=looping)[0] == 0
    status, out, _ = run("translate", "-", "--engine", "echo", "--fail-on", "error", stdin=looping)
    assert status == 1
    assert "repeats itself" in out


def test_an_output_is_not_replaced_without_force(tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    target.write_text("mine")
    status, _, err = run("translate", str(SEED), "--engine", "echo", "-o", str(target))
    assert status == 2
    assert "--force" in one_line(err)
    assert target.read_text() == "mine"
    run("translate", str(SEED), "--engine", "echo", "-o", str(target), "--force")
    assert target.read_text("utf-8").startswith("# ")


def test_names_are_proposed_changed_and_used(tmp_path: Path) -> None:
    names = tmp_path / "names.tsv"
    assert run("names", str(SEED), "-o", str(names))[:2] == (0, "")
    status, out, _ = run("names", str(SEED))
    assert (status, out) == (0, names.read_text("utf-8"))
    assert out.startswith("source\ttarget\tkind\tcomment\n")
    assert "陈泳均\tChen Yongjun\tperson\t" in out
    changed = out.replace("Chen Yongjun", "Tony Chen").replace("Zeng Yuanqian", "-")
    names.write_text(changed, "utf-8-sig")
    target = tmp_path / "out.json"
    arguments = ["brief", str(SEED), "--engine", "echo", "--names", str(names), "-o", str(target)]
    assert run(*arguments)[0] == 0
    record = json.loads(target.read_text("utf-8"))
    text = " ".join(segment["target"] for segment in record["segments"])
    assert "Tony Chen" in text
    assert "Chen Yongjun" not in text
    assert "Zeng Yuanqian" not in text
    assert len(record["run"]["names_sha256"]) == 64


def test_names_load_no_model() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from translator.cli import cli;"
        f"print(CliRunner().invoke(cli, ['names', {str(SEED)!r}]).exit_code);"
        "print([m for m in ('torch', 'transformers', 'ctranslate2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["0", "[]"]


def test_a_mistake_in_a_names_file_names_its_line(tmp_path: Path) -> None:
    names = tmp_path / "names.tsv"
    names.write_text("source\ttarget\tkind\n陈泳均\tTony Chen\thuman\n", "utf-8")
    status, _, err = run("translate", str(SEED), "--engine", "echo", "--names", str(names))
    assert status == 3
    assert "names.tsv, line 2" in one_line(err)


def test_models_list_works_on_an_empty_home(tmp_path: Path) -> None:
    status, out, _ = run("models", "list", home=tmp_path)
    assert status == 0
    assert "embedded" in out
    assert "Apache-2.0" in out


def test_check_needs_no_model(tmp_path: Path) -> None:
    source, target = tmp_path / "a.txt", tmp_path / "b.txt"
    source.write_text("公司今年投资3.27亿元建设新的厂房。", "utf-8")
    target.write_text(
        "The company is investing 3.27 billion yuan in a new plant this year.", "utf-8"
    )
    status, out, err = run("check", str(source), str(target), home=tmp_path)
    assert (status, err) == (1, "")
    assert "expected: 327 million yuan" in out
