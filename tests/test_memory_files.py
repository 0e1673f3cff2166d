"""Approved segments in and out of files, by the command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import ScriptedEngine, says

from translator import bitext, documents, export
from translator.errors import UsageError
from translator.memory import Approved, Memory, files
from translator.pipeline import Options, Pipeline

SEGMENTS = [
    Approved("新厂房<b>位于</b>西部。", 'The "new" plant & its <west>.', "checked by Wang"),
    Approved("员工的生活越来越好。", "Life gets better for the staff."),
]


def command(home: Path, *arguments: object) -> tuple[int, str, str]:
    env = {**os.environ, "TRANSLATOR_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-m", "translator", "memory", *map(str, arguments)],
        capture_output=True,
        env=env,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize("name", ["tmx", "tsv"])
def test_what_goes_out_comes_back(tmp_path: Path, name: str) -> None:
    first, second = Memory(tmp_path / "one.sqlite"), Memory(tmp_path / "two.sqlite")
    assert first.add(SEGMENTS) == (2, 0)
    file = tmp_path / f"approved.{name}"
    file.write_text(files.render(first.approved().by_source.values(), name), "utf-8")
    assert files.import_(second, file) == files.Imported(2, 0, 0, ())
    ours, theirs = first.approved().by_source, second.approved().by_source
    assert {key: (one.target, one.note) for key, one in ours.items()} == {
        key: (one.target, one.note) for key, one in theirs.items()
    }
    assert files.import_(second, file) == files.Imported(0, 0, 2, ())
    assert {one.file for one in theirs.values()} == {file.name}


def test_a_corrected_export_is_approved_work(tmp_path: Path) -> None:
    """Translate, correct the Word file, import it: the next run has the correction."""
    pytest.importorskip("docx")
    kept = Memory(tmp_path / "memory.sqlite")
    document = documents.from_text("新厂房位于西部地区。\n\n员工的生活越来越好。")
    engine = ScriptedEngine(lambda *_: says("A plain sentence in English about it."))
    translation = Pipeline(Options(), engine, memory=kept).translate(document)
    tsv = "Chinese\tEnglish\n" + "".join(
        f"{one.source}\tCorrected {one.id}.\n" for one in translation.segments
    )
    file = tmp_path / "corrected.tsv"
    file.write_text(tsv, "utf-8")
    assert files.import_(kept, file).new == 2
    engine.asked.clear()
    again = Pipeline(Options(), engine, memory=kept).translate(document)
    assert [one.target for one in again.segments] == ["Corrected s1.", "Corrected s2."]
    assert {one.origin for one in again.segments} == {"memory"}
    assert engine.asked == []


def test_what_nobody_has_reviewed_is_left_out(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "memory.sqlite")
    document = documents.from_text("新厂房位于西部地区。\n\n员工的生活越来越好。")
    engine = ScriptedEngine(lambda *_: says("A plain sentence in English about it."))
    translation = Pipeline(Options(), engine).translate(document)
    text = export.FORMATS["xliff"](translation, None)
    assert isinstance(text, str)
    file = tmp_path / "article.xliff"
    file.write_text(text, "utf-8")
    states = {pair.state for pair in bitext.read(file)}
    found = files.import_(kept, file)
    assert found.new == 0, states
    assert all("nobody has reviewed it" in line for line in found.left)
    assert files.import_(kept, file, unreviewed=True).new == 2
    file.write_text(text.replace('state="translated"', 'state="final"'), "utf-8")
    other = Memory(tmp_path / "other.sqlite")
    assert files.import_(other, file).new == 2


def test_pairs_that_are_none_are_left_out_and_named(tmp_path: Path) -> None:
    file = tmp_path / "mixed.tsv"
    file.write_text(
        "id\tsource\ttarget\nx1\tNo Chinese\tNone\nx2\t中文的句子在这里\t译文 has 中文\nx3\t好的\tGood\n",
        "utf-8",
    )
    status, out, err = command(tmp_path / "home", "import", file)
    assert status == 1
    assert out == f"{file}: 1 new, 0 changed, 0 as before, 2 left out\n"
    assert "x1: there is no Chinese in its source" in err
    assert "x2: there is Chinese in its target" in err


def test_the_commands(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "in.tsv"
    file.write_text("source\ttarget\n新厂房。\tA new plant.\n", "utf-8")
    assert command(home, "import", file)[0] == 0
    status, out, _ = command(home, "stats")
    assert status == 0
    assert "1 segments approved by people" in out
    target = tmp_path / "out.tmx"
    assert command(home, "export", target)[:2] == (0, f"1 approved segments in {target}\n")
    status, _, err = command(home, "export", target)
    assert status == 2
    assert "--force" in err
    assert command(home, "export", tmp_path / "out.docx")[0] == 2
    assert command(home, "clear", "--approved")[0] == 130  # nobody said yes
    assert "1 segments" in command(home, "stats")[1]
    assert command(home, "clear", "--approved", "--yes")[1] == "1 approved segments forgotten\n"
    assert command(home, "clear")[1] == "0 answers forgotten\n"
    status, _, err = command(home, "import", tmp_path / "none.tmx")
    assert status == 3
    assert "Traceback" not in err


def test_other_endings_are_refused() -> None:
    with pytest.raises(UsageError, match=r"\.tmx or \.tsv"):
        files.format_of(Path("memory.xlsx"))
