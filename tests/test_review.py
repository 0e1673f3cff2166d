"""`translator check` on files of every kind."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from unittest import mock

import pytest
from docx import Document as Word

from translator.cli import main

PARAGRAPHS = [
    ("全市重点项目集中开工", "Key Projects Break Ground Across the City"),
    (
        "昨天上午，全市重点项目集中开工，总投资3.27亿元。三百多名工人走进工地，机器轰鸣。",
        "Key projects worth 327 million yuan broke ground across the city yesterday morning. More than 300 workers entered the sites as machines roared.",
    ),
    (
        "市长要求各部门做好服务，及时解决企业的困难。今年不会再增加收费项目。",
        "The mayor asked all departments to serve well and to solve companies' problems in time. No further charges will be added this year.",
    ),
    (
        "当天下午，代表们参观了新建成的图书馆，听取了居民的意见。",
        "That afternoon, the delegates visited the newly built library and listened to the opinions of residents.",
    ),
]
SOURCE = "\n\n".join(source for source, _ in PARAGRAPHS)
TARGET = "\n\n".join(target for _, target in PARAGRAPHS)


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["translator", "check", *arguments]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as stopped,
    ):
        main()
    return int(stopped.value.code or 0), out.getvalue(), err.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    source, target = tmp_path / "a.zh.txt", tmp_path / "a.en.txt"
    source.write_text(SOURCE, "utf-8")
    target.write_text(TARGET, "utf-8")
    return source, target


def found(source: Path, target: Path) -> tuple[int, list[tuple[str, str]], dict[str, object]]:
    status, out, err = run(str(source), str(target), "--format", "json")
    assert err == ""
    record = json.loads(out)
    return status, [(one["kind"], one["severity"]) for one in record["findings"]], record


def test_a_right_translation_passes(files: tuple[Path, Path]) -> None:
    status, findings, record = found(*files)
    assert (status, findings) == (0, [])
    assert record["schema"] == 1
    assert record["segments_checked"] == len(record["segments"]) == 6  # type: ignore[arg-type]
    assert list(record) == ["schema", "segments_checked", "findings", "segments"]


@pytest.mark.parametrize(
    ("right", "wrong", "kind"),
    [
        ("327 million", "3.27 billion", "quantity"),
        ("No further charges will be added", "Further charges will be added", "negation"),
        ("More than 300 workers entered the sites as machines roared.", "", "omission"),
    ],
)
def test_a_wrong_one_fails(files: tuple[Path, Path], right: str, wrong: str, kind: str) -> None:
    source, target = files
    target.write_text(TARGET.replace(right, wrong), "utf-8")
    status, findings, _ = found(source, target)
    assert status == 1
    assert (kind, "error") in findings


def test_a_missing_paragraph_and_an_added_one(files: tuple[Path, Path]) -> None:
    source, target = files
    parts = TARGET.split("\n\n")
    target.write_text("\n\n".join([*parts[:2], parts[3]]), "utf-8")
    assert ("omission", "error") in found(source, target)[1]
    added = (
        "The football match between the two schools was put off because of heavy rain in the north."
    )
    target.write_text("\n\n".join([*parts[:2], added, *parts[2:]]), "utf-8")
    assert ("addition", "error") in found(source, target)[1]


def test_whole_documents_are_aligned(files: tuple[Path, Path]) -> None:
    source, target = files
    source.write_text(SOURCE.replace("\n\n", "\n"), "utf-8")
    target.write_text(" ".join(TARGET.split("\n\n")[1:]), "utf-8")
    _, findings, record = found(source, target)
    assert [one for one in findings if one[0] != "omission"] == []
    pairs = {one["source"]: one["target"] for one in record["segments"]}  # type: ignore[attr-defined]
    assert pairs["今年不会再增加收费项目。"] == "No further charges will be added this year."


def test_markdown_and_word(files: tuple[Path, Path], tmp_path: Path) -> None:
    source, _ = files
    markdown = tmp_path / "a.md"
    parts = TARGET.split("\n\n")
    markdown.write_text("# " + "\n\n".join(parts).replace("yesterday", "*yesterday*"), "utf-8")
    assert found(source, markdown)[:2] == (0, [])
    word = Word()
    for part in parts:
        word.add_paragraph(part.replace("327", "32.7"))
    path = tmp_path / "a.docx"
    word.save(str(path))
    status, findings, _ = found(source, path)
    assert status == 1
    assert ("quantity", "error") in findings


def test_text_shows_errors_first(files: tuple[Path, Path]) -> None:
    source, target = files
    wrong = TARGET.replace("300 workers", "30 workers").replace("City", "City。")
    target.write_text(wrong, "utf-8")
    status, out, _ = run(str(source), str(target))
    assert status == 1
    assert out.index("error (quantity)") < out.index("warning (marks)")
    assert "三百多名工人" in out
    assert out.rstrip().splitlines()[-1].startswith("6 segments checked: 1 error, ")


@pytest.mark.parametrize(("level", "status"), [("error", 0), ("warning", 1), ("never", 0)])
def test_fail_on(files: tuple[Path, Path], level: str, status: int) -> None:
    source, target = files
    target.write_text(TARGET.replace("City", "City。"), "utf-8")
    assert run(str(source), str(target), "--fail-on", level)[0] == status


def test_own_terms(files: tuple[Path, Path], tmp_path: Path) -> None:
    terms = tmp_path / "terms.tsv"
    terms.write_text("source\ttarget\tnote\n图书馆\treading hall\t\n", "utf-8")
    _, out, _ = run(*map(str, files), "--glossary", str(terms))
    assert "reading hall" in out


def test_standard_input(files: tuple[Path, Path]) -> None:
    source, target = files
    assert run(str(source), "-", stdin=TARGET.encode())[0] == 0
    assert run("-", str(target), stdin=SOURCE.encode())[0] == 0


def test_bad_input_is_said_in_a_line(files: tuple[Path, Path], tmp_path: Path) -> None:
    source, target = map(str, files)
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    for arguments, status, said in (
        ((target, source), 3, "not Chinese"),
        ((source, source), 3, "not English"),
        ((source, str(empty)), 3, "empty"),
        ((source, "no-such.txt"), 3, "no-such.txt"),
        (("-", "-"), 3, "not both"),
        ((source,), 2, "TARGET"),
        ((source, target, "--format", "pdf"), 2, "pdf"),
        ((source, target, "--glossary", "no-such.tsv"), 3, "no-such.tsv"),
    ):
        code, out, err = run(*arguments)
        assert (code, out) == (status, ""), err
        assert said in err
        assert "Traceback" not in err
