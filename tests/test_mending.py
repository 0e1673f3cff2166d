"""Numbers of a translation held against its Chinese: put right where sure, marked elsewhere."""

from __future__ import annotations

import pytest

from translator.mending import Reading, read, read_all


def last(*pairs: tuple[str, str]) -> Reading:
    """The last of the segments, read after those before it."""
    return read_all(pairs)[-1]


LEAD = ("6月18日，论坛闭幕。", "The forum closed on June 18.")


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        (
            [("总投资2400余万元。", "It cost 2400 million yuan.")],
            "It cost more than 24 million yuan.",
        ),
        ([("完成1.5亿元融资。", "It raised $150 million.")], "It raised 150 million yuan."),
        ([("占地800亩。", "An 800-acre garden.")], "An 800-mu garden."),
        ([LEAD, ("19日返程。", "They left on September 19.")], "They left on June 19."),
        ([LEAD, ("3日返程。", "They left on September 3.")], "They left on the 3rd."),
        ([("3日返程。", "The September 3 train left.")], "The 3rd train left."),
        ([("8月28日披露。", "On August 28, 2018, it reported.")], "On August 28, it reported."),
        ([("计划明年开工。", "Work will start in 2021.")], "Work will start next year."),
        ([("去年7月启动。", "It began in July 2018.")], "It began in July last year."),
    ],
)
def test_what_is_sure_is_put_right(pairs: list[tuple[str, str]], text: str) -> None:
    found = last(*pairs)
    assert found.text == text
    assert found.wrong == ()
    assert found.mended


@pytest.mark.parametrize(
    ("source", "target", "wrong"),
    [
        ("由千分之三点八降到千分之二点九。", "It fell from 3.8% to 2.9%.", {"3.8%", "2.9%"}),
        ("入秋前下了雨。", "It rained in September.", {"September"}),
        ("车程三个半小时。", "A two-and-a-half-hour ride.", {"half-hour"}),
        ("公司有200个人。", "The company has 5 partners.", {"5"}),
        ("90后姑娘小王。", "Ms. Wang, a 90-year-old girl.", {"90-year-old"}),
        ("住户多为80后、90后员工。", "Most are 80s and 90s staff.", {"80s", "90s"}),
        ("620个车位没有验收。", "Only 620 of the 1,000 spaces.", {"1,000"}),
    ],
)
def test_what_is_not_sure_is_marked(source: str, target: str, wrong: set[str]) -> None:
    found = read(source, target)
    assert {one.text for one in found.wrong} == wrong
    assert found.text == target
    assert not any(one in found.sound() for one in wrong)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("截至6月末，资产增长。", "As of June 30, assets had grown."),
        ("比上届翻了一番还多。", "More than twice as much as before."),
        ("2002年成立，投资3.27亿元。", "Founded in 2002, it invested 327 million yuan."),
        ("8月28日发布半年报。", "It published its half-year report on August 28."),
        ("上世纪90年代以来。", "Since the 1990s."),
    ],
)
def test_what_is_right_stays(source: str, target: str) -> None:
    assert read(source, target) == Reading(target)


@pytest.mark.parametrize(
    ("source", "target", "mended"),
    [
        ("服务了3500万人。", "It served 3500 million people.", "It served 35 million people."),
        ("增长12.5%。", "It grew by 15.2%.", "It grew by 12.5%."),
        ("增长12.5%。", "It grew by 15.2 percent.", "It grew by 12.5 percent."),
        ("耗资300万美元。", "It cost 3 million yuan.", "It cost $3 million."),
        ("出租率近80%。", "More than 80% is let.", "Nearly 80% is let."),
        (
            "耗资不超过300万元。",
            "It cost over 3 million yuan.",
            "It cost no more than 3 million yuan.",
        ),
        ("耗资六十点八亿元。", "It cost 608 million yuan.", "It cost 6.08 billion yuan."),
        (
            "投资3.27亿元，建设128家门店。",
            "It invests 3.27 billion yuan in 182 stores.",
            "It invests 327 million yuan in 128 stores.",
        ),
        (
            "建成25平方米的房间。",
            "A 35-square-meter room was built.",
            "A 25-square-meter room was built.",
        ),
    ],
)
def test_numbers_of_every_kind(source: str, target: str, mended: str) -> None:
    assert read(source, target).text == mended


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("甲厂3亿元，乙厂5亿元。", "Plant A 4 billion yuan, plant B 6 billion yuan."),  # which?
        ("2027年完成。", "It will be done."),  # nothing to put right
        ("数百家企业参加。", "12 companies took part."),  # the source names no number
        ("投资3.27亿元。", "It invests billions of yuan."),
        ("出租率近80%。", "The share that is let exceeded 80%."),  # the verb would have to go
    ],
)
def test_what_is_in_doubt_is_left_alone(source: str, target: str) -> None:
    assert read(source, target).text == target
