"""What is only planned, due or wanted is not told as done."""

from __future__ import annotations

import pytest

from translator.brief.certainty import told_as_done

SCHOOL = "The school had to hire 40 teachers within a month. In the end only 12 came."
PORT = (
    "The company said the port will handle 3 million tons a year. It spent 90 million yuan on it."
)


@pytest.mark.parametrize(
    ("text", "source", "number"),
    [
        ("The school hired 40 teachers.", SCHOOL, "40"),
        ("School hires 40 teachers, only 12 came", SCHOOL, "40"),
        ("The school had to hire 40 teachers.", SCHOOL, None),
        ("School to hire 40 teachers", SCHOOL, None),
        ("Only 12 teachers came.", SCHOOL, None),
        ("Port handles 3 million tons", PORT, "3 million tons"),
        ("Port to handle 3 million tons", PORT, None),
        ("Planned port: 3 million tons a year", PORT, None),
        ("Port cost 90 million yuan", PORT, None),
        (
            "The line carries 9,000 people.",
            "It is expected to open, and it carries 9,000 people.",
            None,
        ),
        # What one sentence plans and another has is had.
        ("It has 50 beds.", "It will get 50 beds. It now has 50 beds.", None),
    ],
)
def test_told_as_done(text: str, source: str, number: str | None) -> None:
    assert told_as_done(text, [source]) == number
