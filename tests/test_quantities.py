from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator import quantities
from translator.quantities import Date, Quantity


def stated(text: str) -> list[str]:
    """Kinds and values of a Chinese text, in one string each."""
    return [
        f"{one.kind} {one.date or format(one.value, 'f')}" for one in quantities.in_chinese(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("超3.27亿元", "超327 million元"),
        ("近4万平方米", "近40,000平方米"),
        ("3-5万人", "30,000-50,000人"),
        ("三点五亿美元", "350 million美元"),
        ("两千余户", "2,000余户"),
        ("3亿5000万元", "350 million元"),
        ("20余万吨", "200,000余吨"),
        ("１２３亿元", "12.3 billion元"),
        ("50万千瓦", "500,000千瓦"),
        ("2252套", "2252套"),
        ("4月9日", "4月9日"),
        ("数百万人", "数百万人"),
        ("万达集团千方百计", "万达集团千方百计"),
        ("1.25万亿", "1.25 trillion"),
        # Whoever is an 80后 is not 80 years old: in Chinese, so that any engine understands it.
        ("他是个80后。", "他是个1980年代出生的人。"),
        ("90后、00后返乡", "1990年代出生的人、2000年代出生的人返乡"),
        ("一名95后女孩", "一名1995年后出生的女孩"),
        ("85后的厂长", "1985年后出生的厂长"),
        ("第80后天，80后天", "第80后天，80后天"),
        ("1980后", "1980后"),
    ],
)
def test_large_numbers_are_given_in_english(text: str, expected: str) -> None:
    assert quantities.substitute(text) == expected


@pytest.mark.parametrize(
    ("target", "problems"),
    [
        ("The manager was born in the 1980s.", []),
        ("The manager is of the post-80s generation.", []),
        ("The manager is 80 years old.", [("extra", True)]),
    ],
)
def test_a_generation_is_no_age(target: str, problems: list[tuple[str, bool]]) -> None:
    found = quantities.compare("经理是个80后。", target)
    assert [(one.problem, one.severe) for one in found] == problems
    assert quantities.compare("95后女孩李娜", "Li Na, a girl born after 1995") == []


def test_a_tiny_share_keeps_its_size() -> None:
    assert quantities.compare("约六千万分之一", "about one in 60 million") == []
    assert quantities.compare("约六千万分之一", "about one in 6 million")[0].severe


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.27亿元", "327 million yuan"),
        ("12亿美元", "$1.2 billion"),
        ("近4万平方米", "40,000 square meters"),
        ("百分之三十", "30 percent"),
        ("三分之二", "two-thirds"),
        ("六千万分之一", "one in 60 million"),
        ("一半", "half"),
        ("3个百分点", "3 percentage points"),
        ("4月9日", "April 9"),
        ("2024年7月", "July 2024"),
        ("2024年7月15日", "July 15, 2024"),
        ("2024年上半年", "the first half of 2024"),
        ("上世纪80年代", "the 1980s"),
        ("本世纪", "the 21st century"),
        ("晚上8时30分", "8:30 p.m."),
        ("第22届", "22nd"),
        ("三至五年", "3 to 5 years"),
        ("10~20亿元", "1 to 2 billion yuan"),
        ("八折", "20 percent off"),
        ("3500亩", "3,500 mu"),
        ("45岁", "45 years old"),
        ("2:1", "2-1"),
    ],
)
def test_house_style(text: str, expected: str) -> None:
    (one,) = quantities.in_chinese(text)
    assert quantities.rendering(one) == expected


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("总投资3500万元", "a total of 35 million yuan"),
        ("总投资3500万元", "a total of 35,000,000 yuan"),
        ("总投资3500万元", "a total of RMB 35m"),
        ("三成受访者", "three in ten respondents"),
        ("三成受访者", "30 percent of respondents"),
        ("销量翻一番", "sales doubled"),
        ("销量翻一番", "sales increased by 100 percent"),
        ("销量增长两倍", "sales tripled"),
        ("销量增长两倍", "sales rose 200 percent"),
        ("销量增长两倍", "sales rose threefold"),
        ("价格降了一半", "the price fell by 50 percent"),
        ("装机1万千瓦", "a capacity of 10 MW"),
        ("装机32万千瓦，年发电128万千瓦·时", "320,000 kW, 1.28 million kilowatt-hours a year"),
        ("装机32万千瓦，年发电128万kW·h", "320 MW, 1.28 GWh a year"),
        ("装机32万千瓦，年发电128万千瓦时", "320,000 kW, 1.28 million kW hours a year"),
        ("装机32万千瓦，年发电128万千瓦时", "320,000 kilowatts, 1.28 million kilowatts-hours"),
        ("装机320兆瓦，年发电1280兆瓦时", "320 MW and 1,280 MW-hr a year"),
        ("储能规模100兆瓦/200兆瓦时", "100 megawatts/200 megawatt-hours of storage"),
        ("储能规模20万千瓦/40万千瓦时", "200 MW/400 MWh of storage"),
        ("水库发电4.5亿度", "The plant generated 450 million kilowatt-hours."),
        ("一天用电300度", "It used 300 kWh in a day."),
        ("周转量2.5亿吨公里", "250 million tonne-kilometres of freight"),
        ("周转量1.2亿人公里", "120 million passenger-kilometres"),
        ("变压器50万千伏安", "a transformer of 500 MVA"),
        ("电池5000毫安时", "a battery of 5 Ah"),
        ("耕地3000亩", "200 hectares of farmland"),
        ("全长10公里", "6.2 miles long"),
        ("气温38℃", "a temperature of 100 degrees Fahrenheit"),
        ("4万人", "40 thousand people"),
        ("24小时营业", "open around the clock, 24 hours a day"),
        ("7月15日", "on the 15th of July"),
        ("15日", "on Friday"),
        ("2024年", "this year"),
        ("20日召开，20日闭幕", "It opened and closed on the 20th."),
        ("三家公司共5人", "the firms and their people"),
        ("一个书店，两个孩子", "a bookstore and a boy and a girl"),
        ("数百名志愿者", "volunteers came"),
        ("第一，要抓紧", "Be quick."),
        ("“十四五”期间", "during the period"),
        ("百年变局", "changes of the century"),
        ("去年", "in 2023"),
        ("半年", "six months"),
        ("2024年上半年", "in the first six months of 2024"),
        ("25:21获胜", "won 25-21"),
        ("近三年投资3亿元", "It invested 300 million yuan in the past three years."),
        ("成本不会超过300元", "It does not cost more than 300 yuan."),
        ("超过100万人", "as many as 1 million people"),
        ("逾5亿元", "at least 500 million yuan"),
        ("近80%", "close to 80%"),
        ("近80%，去年超过80%", "nearly 80%, after more than 80% last year"),
    ],
)
def test_right_renderings_give_no_error(source: str, target: str) -> None:
    assert quantities.missing(source, target) == []


@pytest.mark.parametrize(
    ("source", "target", "problem", "severe"),
    [
        ("总投资3500万元", "3500 million yuan in all", "contradicted", True),
        ("总投资3500万元", "35 million dollars in all", "currency", True),
        ("总投资3500万元", "a large sum", "missing", True),
        ("收入3.27亿元", "an income of 330 million yuan", "rounded", False),
        ("收入3.27亿元", "an income of 320 million yuan", "contradicted", True),
        ("7月15日开幕", "opened on July 16", "contradicted", True),
        ("7月15日开幕", "opened on June 15", "contradicted", True),
        ("3月2日开会，6日闭会", "met on March 2 and closed on May 6", "contradicted", True),
        ("2024年", "in 2025", "contradicted", True),
        ("上午10时", "at 9 a.m.", "contradicted", True),
        ("增长8.6%", "up 6.8 percent", "contradicted", True),
        ("增长两倍", "up fourfold", "contradicted", True),
        ("年发电128万千瓦·时", "1.28 million kilowatts a year", "contradicted", True),
        ("年发电128万千瓦时", "12.8 million kW hours a year", "contradicted", True),
        ("周转量2.5亿吨公里", "250 million tonnes of freight", "contradicted", True),
        ("耕地3000亩", "3,000 hectares", "contradicted", True),
        ("数百人", "thousands of people", "vague", False),
        ("公司成立", "founded with 500 million yuan", "extra", False),
        ("年初以来新增的贷款", "loans issued in the first quarter", "extra", False),
        ("12月10日讯，10日", "On December 10, and on January 10", "contradicted", True),
        ("1.2万人", "12,000 people and 120,000 people", "contradicted", True),
        ("出租率近80%", "the occupancy rate is more than 80%", "reversed", True),
        ("投资逾5亿元", "an investment of nearly 500 million yuan", "reversed", True),
        ("至少20人受伤", "fewer than 20 people were hurt", "reversed", True),
        ("费用不会超过300元", "the fee is over 300 yuan", "reversed", True),
        ("不到一半", "more than half", "reversed", True),
    ],
)
def test_differences(source: str, target: str, problem: str, severe: bool) -> None:
    first = quantities.compare(source, target)[0]
    assert (first.problem, first.severe) == (problem, severe)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("公司成立", "one of the first companies"),
        ("公司成立", "founded in two months"),
        ("去年成立", "founded in 2023"),
        ("昨日成立", "founded on July 4"),
        ("ATP500赛", "the ATP 500 event"),
        ("头三个月的贷款", "loans of the first quarter"),
        ("5亿元", "500 million yuan (about 70 million U.S. dollars)"),
    ],
)
def test_ordinary_words_and_context_are_not_extra(source: str, target: str) -> None:
    assert quantities.extra(source, target) == []


def test_extra_and_missing_name_the_texts() -> None:
    (lost,) = quantities.missing("总投资3500万元", "3500 million yuan in all")
    (more,) = quantities.extra("总投资3500万元", "3500 million yuan in all")
    assert (lost.text, more.text) == ("3500万元", "3500 million yuan")


def test_numbers_that_the_source_does_not_state() -> None:
    found = quantities.unsupported("It cost 30 million, in 2 years.", "It cost 3 million.")
    assert [q.text for q in found] == ["30 million"]
    assert quantities.unsupported("Half opened in May.", "50 percent opened on May 3.") == []


def test_dates_read_as_they_are_written() -> None:
    dates = [Date(2024, 7, 15), Date(2024, 7), Date(2024), Date(0, 4, 9), Date(0, 0, 9)]
    assert [str(date) for date in dates] == ["2024-07-15", "2024-07", "2024", "?-04-09", "?-?-09"]


def test_impossible_dates_are_none() -> None:
    assert "date ?-02-30" not in stated("2月30日")
    assert stated("13月") == ["count 13"]


KINDS = ("元", "美元", "平方米", "公里", "吨", "%", "个百分点", "岁", "年", "个月", "人", "倍")


@given(st.decimals(1, 10**14, places=2), st.sampled_from(["", "万", "亿"]), st.sampled_from(KINDS))
def test_a_rendering_reads_back_as_the_same_quantity(
    number: Decimal, scale: str, unit: str
) -> None:
    found = quantities.in_chinese(f"共有{number:f}{scale}{unit}。")
    (one,) = found
    (back,) = quantities.in_english(quantities.rendering(one))
    assert (back.kind, back.value, back.unit) == (one.kind, one.value, one.unit)
    assert quantities.compare(f"共{one.text}", f"It is {quantities.rendering(one)}.") == []


def test_tiny_fractions_are_parts_and_go_to_the_engine_whole() -> None:
    (one,) = quantities.in_chinese("误差在百万分之三左右。")
    assert quantities.rendering(one) == "3 parts per million"
    assert quantities.compare("误差为百万分之三。", "The error is 3 parts per million.") == []
    assert quantities.substitute("百万分之三，3.27亿元") == "百万分之三，327 million元"


@given(st.dates())
def test_dates_read_back(day: object) -> None:
    year, month, number = (int(part) for part in str(day).split("-"))
    if 1000 <= year < 2200:
        (one,) = quantities.in_chinese(f"{year}年{month}月{number}日")
        (back,) = quantities.in_english(quantities.rendering(one))
        assert one.date == back.date == Date(year, month, number)


CHINESE_WORDS = (
    "2024年 平方米 翻一番 百分之 季度 世纪 第 届 大精神 号线 比 上午 晚 1/5 年代 岁 来 年 月 日 时 分 点 元 "
    "万 亿 千 百 十 零 一 二 两 三 五 多 余 几 数 近 超 上 半 倍 成 度 个 至 人民币 之 亿立方米 万千瓦 折 载"
)
ENGLISH_BITS = (
    "in their twenties|Q1|century|quarter|o'clock|dozen|s of|first|half|doubled|fold|aged 4|Feb.|'s"
    "|the 1980s|May|April 9|a|and|to|percent|years|p.m.|th|one|two|hundred|million|third|point|between"
    "|yuan|US$|or|in ten|second|square meters|-year-old|more than|2024|9:30|-|%|$|basis points|noon"
)
MARKS = [*"0123456789.,-:/%~ '"]


def texts(words: list[str]) -> st.SearchStrategy[str]:
    bits = st.sampled_from(words) | st.sampled_from(MARKS)
    return st.lists(bits, max_size=30).map("".join) | st.lists(bits, max_size=30).map(" ".join)


@given(
    texts(CHINESE_WORDS.split()) | st.text(),
    texts(ENGLISH_BITS.split("|")) | st.text(),
)
def test_nothing_raises_and_offsets_are_exact(source: str, target: str) -> None:
    quantities.compare(source, target)
    quantities.unsupported(target, target)
    quantities.substitute(source)
    for text, found in (
        (source, quantities.in_chinese(source)),
        (target, quantities.in_english(target)),
    ):
        assert [one.text for one in found] == [text[one.start : one.end] for one in found]
        assert all(one.start < one.end for one in found)
        ends = [0, *(one.end for one in found)]
        assert all(one.start >= end for one, end in zip(found, ends, strict=False))
        for one in found:
            assert isinstance(quantities.rendering(one), str)


HOSTILE = [
    *("9", "九", "万", "1,", "1.", "1-", "三分之", "百分之", "第", "年", "1年", "上午", "(", "0 "),
    *("one ", "half a ", "hundred-", "a ", "first ", "1/", "$", "May ", "1 to ", "9:", "-", "A1-"),
]


@pytest.mark.parametrize("bit", HOSTILE)
def test_time_is_linear(bit: str) -> None:
    text = bit * (30_000 // len(bit))
    started = time.process_time()
    for parse in (quantities.in_chinese, quantities.in_english):
        found: list[Quantity] = parse(text)
        assert all(one.text for one in found)
    # Seconds where it is linear, also on a busy machine; minutes where it is not.
    assert time.process_time() - started < 25
