from __future__ import annotations

from pathlib import Path

import pytest

from eval import planted

TARGET = "It cost 3.27 million yuan on April 9, 2024, for 12,500 people."
SOURCE = "2024年4月9日，为1.25万人花费327万元。"


@pytest.mark.parametrize(
    ("sort", "wrong"),
    [
        ("wrong power of ten", "3.27 billion yuan"),
        ("wrong power of ten", "12,5000 people"),
        ("digit dropped", "for 1200 people"),
        ("date shifted", "on May 9, 2024"),
        ("date shifted", "April 9, 2023"),
        ("currency swapped", "3.27 million dollars"),
    ],
)
def test_errors_are_planted(sort: str, wrong: str) -> None:
    assert any(wrong in text for text in planted.PLANTERS[sort](TARGET))


def test_planted_errors_are_counted_and_found() -> None:
    counts, speed = planted.measure([(SOURCE, TARGET)])
    assert (counts["segments"], counts["with an error"]) == (1, 0)
    for sort in ("date shifted", "currency swapped"):
        assert counts[f"{sort}: planted"] == counts[f"{sort}: error"] > 0
    assert speed > 0


def test_every_reference_of_a_set_is_read(tmp_path: Path) -> None:
    (tmp_path / "source.zh.txt").write_text("一\n二\n", "utf-8")
    for letter in "AB":
        (tmp_path / f"reference.{letter}.en.txt").write_text("one\ntwo\n", "utf-8")
    assert planted.read(tmp_path) == [("一", "one"), ("二", "two")] * 2
