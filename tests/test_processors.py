"""Processors are those of the container, not of its host."""

from __future__ import annotations

from pathlib import Path

import pytest

from translator import processors


def laid(root: Path, group: str, files: dict[str, str]) -> tuple[Path, Path]:
    own = root / "own"
    own.write_text(group, "ascii")
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "ascii")
    return root, own


@pytest.mark.parametrize(
    ("group", "files", "quota"),
    [
        ("0::/\n", {"cpu.max": "200000 100000\n"}, 2.0),
        ("0::/\n", {"cpu.max": "max 100000\n"}, float("inf")),
        ("0::/\n", {}, float("inf")),
        # The smallest on the way up counts, and a path of the host's is no obstacle.
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n"}, 1.5),
        ("0::/../of/the/host\n", {"cpu.max": "50000 100000\n"}, 0.5),
        (
            "3:cpuset:/x\n2:cpu,cpuacct:/x\n",
            {"cpu/x/cpu.cfs_quota_us": "400000\n", "cpu/x/cpu.cfs_period_us": "100000\n"},
            4.0,
        ),
        (
            "2:cpu,cpuacct:/\n",
            {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
            float("inf"),
        ),
        ("nonsense", {"cpu.max": "100000\n"}, float("inf")),
    ],
)
def test_quota(tmp_path: Path, group: str, files: dict[str, str], quota: float) -> None:
    assert processors._quota(*laid(tmp_path, group, files)) == quota


def test_a_small_quota_is_one_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, own = laid(tmp_path, "0::/\n", {"cpu.max": "10000 100000\n"})
    monkeypatch.setattr(processors, "_CONTROL_GROUPS", root)
    monkeypatch.setattr(processors, "_OWN_GROUP", own)
    assert processors.available() == 1
    own.unlink()
    (root / "cpu.max").unlink()
    assert processors.available() >= 1
