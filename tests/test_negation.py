from __future__ import annotations

import pytest

from translator.checks.negation import compare

LOST = [
    ("他不会参加明天的会议。", "He will attend tomorrow's meeting."),
    ("公司没有收到任何通知。", "The company received the notice."),
    ("双方未能就合同达成一致。", "The two sides reached agreement on the contract."),
    ("事故并非由天气造成。", "The accident was caused by the weather."),
    ("桥梁尚未通车。", "The bridge is open to traffic."),
    ("医生说暂时无法手术。", "The doctor said surgery was possible for now."),
    ("景区内严禁吸烟。", "Smoking is allowed in the scenic area."),
    ("没有批准，不能开工。", "Without approval, work can begin."),
]
KEPT = [
    ("他不会参加明天的会议。", "He will not attend tomorrow's meeting."),
    ("他不会参加明天的会议。", "He won’t attend tomorrow's meeting."),
    ("公司没有收到任何通知。", "The company never received a notice."),
    ("双方未能就合同达成一致。", "The two sides failed to agree on the contract."),
    ("事故并非由天气造成。", "The accident was caused by something other than weather, not by it."),
    ("桥梁尚未通车。", "The bridge has yet to open."),
    ("医生说暂时无法手术。", "Surgery was impossible for now, the doctor said."),
    ("景区内严禁吸烟。", "Smoking is prohibited in the scenic area."),
    # no negations at all
    ("生产规模不断扩大。", "Output grew steadily."),
    ("不少企业来到无锡。", "Many companies have come to Wuxi."),
    ("产品不仅质量好，而且便宜。", "The goods are of high quality and cheap."),
    ("无人机展示了非遗的未来。", "Drones showed the future of intangible heritage."),
    ("他不得不离开。", "He had to leave."),
    ("无一例外，大家都来了。", "Everybody came."),
    ("这是非常重要的一步。", "This is a very important step."),
    ("你有没有时间？", "Do you have time?"),
    ("不过，情况正在好转。", "However, things are getting better."),
    ("没有人不知道他。", "Everybody knows him."),
]


@pytest.mark.parametrize(("source", "target"), LOST)
def test_a_lost_negation_is_found(source: str, target: str) -> None:
    found = compare(source, target)
    assert found is not None
    assert (found.problem, found.sure) == ("lost", True)
    assert found.text in source


@pytest.mark.parametrize(("source", "target"), KEPT)
def test_a_negation_that_is_kept_or_none_is_no_finding(source: str, target: str) -> None:
    assert compare(source, target) is None


def test_an_added_negation_is_found() -> None:
    found = compare("公司今年盈利。", "The company did not make a profit this year.")
    assert found is not None
    assert (found.problem, found.text) == ("added", "not")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("地址：高新路5号。", "Address: No. 5, Gaoxin Road."),
        ("他拒绝出席。", "He would not attend."),
        ("产品质量不亚于进口货。", "The quality is no worse than that of imports."),
    ],
)
def test_a_natural_english_negative_is_not_added(source: str, target: str) -> None:
    assert compare(source, target) is None


def test_one_english_negative_may_stand_for_two() -> None:
    source = "我们没有拿规模换利润，也没有拿绿色当门面。"
    target = "We have not traded profit for scale or used green as a front."
    assert compare(source, target) is None


def test_one_of_two_lost_is_found() -> None:
    source = "公司没有收到通知，也不会参加会议。"
    found = compare(source, "The company has not been told and will attend the meeting.")
    assert found is not None
    assert found.problem == "lost"
