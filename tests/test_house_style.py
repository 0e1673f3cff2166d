"""Dates and times as a news agency writes them."""

from __future__ import annotations

import pytest

from translator import house_style


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("On April 9th, the plant opened.", "On April 9, the plant opened."),
        ("at 9:30 a.m. on May 12th, 2025", "at 9:30 a.m. on May 12, 2025"),
        ("On the afternoon of 17th, they met.", "On the afternoon of the 17th, they met."),
        ("on Monday, 18th, Baise signed", "on Monday, the 18th, Baise signed"),
        ("By 18 p.m. on July 10", "By 6 p.m. on July 10"),
        ("at 13:30 pm", "at 1:30 pm"),
        ("the 17th", "the 17th"),
        ("of 17th century poets", "of 17th century poets"),
        ("May 4th anniversary", "May 4th anniversary"),
        ("the May 4th Movement", "the May 4th Movement"),
        ("at 12 p.m. and 18:00", "at 12 p.m. and 18:00"),
        ("by 5th graders", "by 5th graders"),
    ],
)
def test_dates_and_times(text: str, expected: str) -> None:
    assert house_style.applied(text) == expected
    assert house_style.applied(expected) == expected
