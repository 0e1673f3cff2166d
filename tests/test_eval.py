from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eval import testsets
from translator.errors import InputError


def test_the_seeds_are_aligned() -> None:
    seeds = testsets.load(None)
    assert len(seeds.sources) >= 50
    assert all(len(reference) == len(seeds.sources) for reference in seeds.references)
    assert all(line.strip() for reference in seeds.references for line in reference)
    assert len(seeds.head(3).sources) == len(seeds.head(3).references[0]) == 3


def test_a_folder_with_two_references(tmp_path: Path) -> None:
    (tmp_path / "source.zh.txt").write_text("一\u2028二\n三\n", "utf-8")
    for name in "AB":
        (tmp_path / f"reference.{name}.en.txt").write_text(f"one {name}\nthree\n", "utf-8")
    loaded = testsets.load(tmp_path)
    assert loaded.sources == ("一\u2028二", "三")
    assert loaded.references == (("one A", "three"), ("one B", "three"))


def test_unequal_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "source.zh.txt").write_text("一\n二\n", "utf-8")
    with pytest.raises(InputError, match="no reference"):
        testsets.load(tmp_path)
    (tmp_path / "reference.A.en.txt").write_text("one\n", "utf-8")
    with pytest.raises(InputError, match="1 lines for 2"):
        testsets.load(tmp_path)


def test_bad_data_and_names_have_their_exit_status(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "eval", "bench"]
    root = Path(__file__).parent.parent
    wrong = subprocess.run([*command, "--set", str(tmp_path)], capture_output=True, cwd=root)
    assert (wrong.returncode, b"Traceback" in wrong.stderr) == (3, False)
    unknown = subprocess.run([*command, "--only", "x"], capture_output=True, cwd=root)
    assert unknown.returncode == 2
