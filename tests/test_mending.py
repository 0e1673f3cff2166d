"""Wrong numbers are put right only where it is certain what stands for what."""

from __future__ import annotations

import pytest

from translator.mending import mend


@pytest.mark.parametrize(
    ("source", "target", "mended"),
    [
        ("服务了3500万人。", "It served 3500 million people.", "It served 35 million people."),
        ("4月19日开幕。", "It opened on April 9.", "It opened on April 19."),
        ("增长12.5%。", "It grew by 15.2%.", "It grew by 12.5%."),
        ("增长12.5%。", "It grew by 15.2 percent.", "It grew by 12.5 percent."),
        ("耗资300万美元。", "It cost 3 million yuan.", "It cost $3 million."),
        ("耗资六十点八亿元。", "It cost 608 million yuan.", "It cost 6.08 billion yuan."),
        ("投资3-5万元。", "An investment of 30,000 to 500,000 yuan.", None),
        (
            "投资3.27亿元，建设128家门店。",
            "It invests 3.27 billion yuan in 182 stores.",
            "It invests 327 million yuan in 128 stores.",
        ),
    ],
)
def test_what_is_certain_is_put_right(source: str, target: str, mended: str | None) -> None:
    found = mend(source, target)
    assert found is not None
    if mended:
        assert found[0] == mended
    assert [one.after in found[0] for one in found[1]] == [True] * len(found[1])


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("投资3.27亿元。", "It invests 327 million yuan."),  # right
        ("甲厂3亿元，乙厂5亿元。", "Plant A 3 billion yuan, plant B 5 billion yuan."),  # which?
        ("建成25平方米的房间。", "A 35-square-meter room was built."),  # an adjective
        ("2027年完成。", "It will be done."),  # nothing to put right
        ("数百家企业参加。", "12 companies took part."),  # the source names no number
        ("投资3.27亿元。", "It invests billions of yuan."),
    ],
)
def test_what_is_in_doubt_is_left_alone(source: str, target: str) -> None:
    assert mend(source, target) is None
