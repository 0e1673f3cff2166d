from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator.english import paragraphs, require_english, sentences
from translator.errors import InputError
from translator.wrap import Line


@pytest.mark.parametrize(
    "parts",
    [
        ["It rained.", "Nobody came!", "Why?"],
        [
            "Mr. Zeng of Jiading Co. Ltd. signed at No. 5.",
            "He left at 5 p.m.",
            "The deal is worth $1.5 million.",
        ],
        ['"We are ready."', '"Then go," said J. K. Li.'],
        ["The U.S. Senate voted.", "It passed."],
        ["“Good.”", "She smiled."],
        ["Wait... and see.", "Now."],
        ["On Jan. 5 it opened.", "3.27 million people came."],
    ],
)
def test_sentences(parts: list[str]) -> None:
    assert sentences(" ".join(parts)) == parts


@given(st.text(alphabet='Ab. !?"”’Mr1…\n', max_size=80))
def test_sentences_lose_nothing(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_sentences_are_linear() -> None:
    started = time.process_time()
    sentences('A. B? "C Mr. ' * 20_000)
    assert time.process_time() - started < 3


def test_wrapped_lines_are_one_paragraph() -> None:
    lines = [
        Line("A Heading Without a Mark"),
        Line("The company said on Monday that it would build a new", gap=1),
        Line("plant in the west of the city and hire 300 people."),
        Line("A new paragraph begins here.", gap=1),
    ]
    assert paragraphs(lines) == [
        "A Heading Without a Mark",
        "The company said on Monday that it would build a new plant in the west of the city and hire 300 people.",
        "A new paragraph begins here.",
    ]


@pytest.mark.parametrize("text", ["", "   ", "全是中文，没有英文。", "12 345"])
def test_what_is_not_english_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"out\.txt"):
        require_english([text], "out.txt")


def test_some_chinese_left_is_for_the_checks() -> None:
    require_english(["The company 建设 a new 厂房 this year."], "out.txt")
