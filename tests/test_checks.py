from __future__ import annotations

import pytest

from translator.checks import check, find_loop
from translator.names import Name

SOURCE = "公司今年投资建设新的厂房，员工的生活越来越好。"


def kinds(target: str, source: str = SOURCE, **known: object) -> list[str]:
    return [finding.kind for finding in check("s1", source, target, **known)]  # type: ignore[arg-type]


def test_a_plain_translation_has_no_finding() -> None:
    assert kinds("The company is building a new plant this year, and its staff live better.") == []


@pytest.mark.parametrize("target", ["", "  ", "\n"])
def test_empty(target: str) -> None:
    assert kinds(target) == ["empty"]


def test_leftover_chinese() -> None:
    assert "leftover" in kinds("The company is building a new 厂房 this year for its staff.")


@pytest.mark.parametrize(
    "target",
    [
        "Here is the translation: the company builds a plant this year for its staff.",
        "Sure, the company builds a new plant this year for its staff to live better.",
        "Translation: the company builds a new plant this year and its staff live better.",
    ],
)
def test_commentary(target: str) -> None:
    assert "commentary" in kinds(target)


@pytest.mark.parametrize(
    "target",
    [
        "Here is a company that builds a new plant this year so that its staff live better.",
        "Surely the company builds a new plant this year, and its staff live better.",
    ],
)
def test_news_that_opens_like_commentary(target: str) -> None:
    assert kinds(target) == []


def test_absurd_lengths() -> None:
    assert kinds("It builds.", SOURCE * 3) == ["length"]
    assert "length" in kinds(" ".join(f"word{n}" for n in range(120)))


def test_a_length_stop_is_a_cut() -> None:
    cut = "The company is building a new plant this year, and its staff live"
    assert kinds(cut, finish="length") == ["cut"]


def test_a_missing_quantity_is_an_error_with_what_was_expected() -> None:
    (finding,) = check("s1", "项目总投资3.27亿元。", "The project costs 3.27 billion yuan.")
    assert (finding.kind, finding.severity, finding.expected) == (
        "quantity",
        "error",
        "327 million yuan",
    )


def test_a_missing_name_is_a_warning() -> None:
    names = (Name("曾元千", "Zeng Yuanqian", "person"),)
    (finding,) = check("s1", "曾元千说得很好。", "The engineer put it well.", known_names=names)
    assert (finding.kind, finding.severity, finding.expected) == (
        "name",
        "warning",
        "Zeng Yuanqian",
    )
    assert kinds("Zeng Yuanqian put it well.", "曾元千说得很好。", known_names=names) == []


@pytest.mark.parametrize(
    "text",
    [
        "and so on and so on and so on and so on",
        "the the the the the",
        "stay in Songjiang, stay in Songjiang, stay in Songjiang, stay in Songjiang,",
        "It aims to build a good park with a good park and to build a good park with a good park and "
        "to build a good park with a good park and more",
    ],
)
def test_loops(text: str) -> None:
    assert find_loop(text)


@pytest.mark.parametrize(
    "text",
    [
        "It was a very, very long day for all of them, day after day after day.",
        "One by one, two by two, they came and they went, and then they came again.",
        "Reform, reform and reform again: that is what the city wants.",
    ],
)
def test_repetition_that_is_no_loop(text: str) -> None:
    assert find_loop(text) is None
