from __future__ import annotations

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


def test_the_table_has_a_row_a_sort() -> None:
    lines = planted.table("one", [(SOURCE, TARGET)]).splitlines()
    assert lines[0].startswith("one: 1 human translations")
    assert [line.split("  ")[1] for line in lines[3:]] == list(planted.PLANTERS)
