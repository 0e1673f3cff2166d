from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator import quantities


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("总投资超3.27亿元", ["327000000"]),
        ("近4万平方米", ["40000"]),
        ("1.2万亿元", ["1200000000000"]),
        ("3500万人", ["35000000"]),
        ("1,234万", ["12340000"]),
        ("3-5万人", ["30000", "50000"]),
        ("10~20亿元", ["1000000000", "2000000000"]),
        ("2024年7月", ["2024", "7"]),
        ("4月9日", ["4", "9"]),
        ("12个月", ["12"]),
        ("近80%的出租率", ["80"]),
        ("2252套", ["2252"]),
        ("IV-175号地块在G60走廊", []),
        ("80后、90后员工", []),
        ("没有数字", []),
    ],
)
def test_figures_in_chinese(text: str, values: list[str]) -> None:
    assert [q.value for q in quantities.in_chinese(text)] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("over 327 million yuan", ["327000000"]),
        ("RMB 327m", ["327000000"]),
        ("$1.2 trillion", ["1200000000000"]),
        ("1.2bn", ["1200000000"]),
        ("nearly 40,000 square metres", ["40000"]),
        ("a 25-square-metre flat", ["25"]),
        ("on April 9, 2024", ["9", "2024"]),
        ("the G60 corridor", []),
        ("3.5 million-strong", ["3500000"]),
    ],
)
def test_figures_in_english(text: str, values: list[str]) -> None:
    assert [q.value for q in quantities.in_english(text)] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("超3.27亿元", "超327 million元"),
        ("近4万平方米", "近40,000平方米"),
        ("3-5万人", "30,000-50,000人"),
        ("2252套", "2252套"),
        ("4月9日", "4月9日"),
        ("1.25万亿", "1.25 trillion"),
    ],
)
def test_scales_are_given_in_english(text: str, expected: str) -> None:
    assert quantities.substitute(text) == expected


def test_a_wrong_power_of_ten_is_missing() -> None:
    (lost,) = quantities.missing("总投资3500万元", "a total of 3500 million yuan")
    assert (lost.text, quantities.rendering(lost)) == ("3500万", "35 million")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("总投资3500万元", "a total of 35 million yuan"),
        ("总投资3500万元", "a total of 35,000,000 yuan"),
        ("4月9日", "on Apr. 9"),
        ("4月9日", "9/4 in figures: 4 and 9"),
        ("三家公司共5人", "three companies, five people"),
    ],
)
def test_right_renderings_are_not_missing(source: str, target: str) -> None:
    assert quantities.missing(source, target) == []


def test_a_shifted_date_is_missing() -> None:
    assert [q.text for q in quantities.missing("7月15日", "on June 16")] == ["7月", "15"]


def test_numbers_that_the_source_does_not_state() -> None:
    found = quantities.unsupported("It cost 30 million, in 2 years.", "It cost 3 million.")
    assert [q.text for q in found] == ["30 million"]


@given(st.decimals(10_000, 10**14, places=2), st.sampled_from(["", "万", "亿"]))
def test_a_rendering_reads_back_as_the_same_value(number: Decimal, scale: str) -> None:
    (quantity,) = quantities.in_chinese(f"共{number:f}{scale}元")
    (back,) = quantities.in_english(quantities.rendering(quantity))
    assert back.value == quantity.value
