from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translator.checks import Pair, check, check_all, find_loop
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
        "Please translate into English: the company builds a plant and its staff live better.",
        "Translate the following text to English. The company builds a plant for its staff.",
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


PEOPLE = (
    Name("曾元千", "Zeng Yuanqian", "person"),
    Name("李红梅", "Li Hongmei", "person"),
    Name("松江区", "Songjiang District", "place"),
)


def severities(source: str, target: str, kind: str) -> list[str]:
    found = check("s1", source, target, known_names=PEOPLE)
    return [finding.severity for finding in found if finding.kind == kind]


@pytest.mark.parametrize(
    ("source", "target", "severity"),
    [
        ("曾元千走进教室。", "Tong Xiong walked into the classroom.", "error"),
        ("曾元千走进教室。", "Then He Weimin walked into the classroom.", "error"),
        ("工厂位于松江区。", "The plant is in Jiading District.", "error"),
        ("曾元千走进教室。", "He walked into the classroom.", "warning"),
        # a spelling of the same characters is a doubt
        ("曾元千走进教室。", "Ceng Yuanqian walked into the classroom.", "warning"),
        # 王伟 is in the source, though nobody told the checks
        ("曾元千和王伟走进教室。", "The teacher and Wang Wei walked in.", "warning"),
        ("工厂位于松江区。", "The plant is in the district.", "warning"),
    ],
)
def test_a_name_is_wrong_where_another_takes_its_place(
    source: str, target: str, severity: str
) -> None:
    assert severities(source, target, "name") == [severity]


def test_a_quote_in_another_mouth() -> None:
    source = "“我们会准时完工。”曾元千说。李红梅在一旁点头。"
    wrong = '"We will finish on time," Li Hongmei said, with Zeng Yuanqian nodding.'
    right = '"We will finish on time," said Zeng Yuanqian, with Li Hongmei nodding.'
    assert severities(source, wrong, "speaker") == ["error"]
    assert severities(source, right, "speaker") == []


def test_two_speakers_in_any_order() -> None:
    source = "曾元千说：“很好。”李红梅说：“是的。”"
    target = '"Very good," Zeng Yuanqian said. Li Hongmei said: "Yes."'
    assert severities(source, target, "speaker") == []


def test_full_width_marks_are_a_warning() -> None:
    assert severities(
        SOURCE, "The company builds a plant，and its staff live better。", "marks"
    ) == ["warning"]
    assert severities(SOURCE, "The company’s staff — “all of them” — live better…", "marks") == []


def test_pinyin_left_for_words() -> None:
    source = "全国人民走向共同富裕。"
    left = "The people of the country move toward gongtong fuyu together."
    found = [one for one in check("s1", source, left) if one.kind == "untranslated"]
    assert [(one.source_text, one.target_text) for one in found] == [("共同富裕", "gongtong fuyu")]
    assert severities(source, "The people move toward common prosperity.", "untranslated") == []


def test_english_words_that_look_like_pinyin_are_none() -> None:
    assert (
        severities(
            "女人们可以分享经验。", "Women can share a banana and gain more data.", "untranslated"
        )
        == []
    )


@pytest.mark.parametrize(
    ("source", "target", "count"),
    [
        ("公司与BYD合作。", "The company works with Tesla.", 1),
        ("公司与BYD合作。", "The company works with BYD.", 0),
        ("这款APP很受欢迎。", "This app is popular.", 0),
        ("CEO出席会议。", "The chief executive officer attended.", 0),
    ],
)
def test_latin_names_of_the_source(source: str, target: str, count: int) -> None:
    assert len(severities(source, target, "untranslated")) == count


def test_talk_that_opens_with_consent_is_no_commentary() -> None:
    assert (
        kinds("Okay, there is no need for a refund.", "那就好，不用退款了。")
        == kinds("Okay, there is no need for a refund.", "好，不用退款了。")
        == []
    )


LONG = "昨天上午，全市重点项目集中开工，三百多名工人走进工地。市长在仪式上讲话，要求各部门做好服务。当天下午，代表们参观了新建成的图书馆，听取了居民的意见。"
WHOLE = (
    "Key projects across the city broke ground together yesterday morning, and more than 300 workers "
    "entered the sites. The mayor spoke at the ceremony and asked all departments to provide good "
    "service. That afternoon, the delegates visited the newly built library and listened to the "
    "opinions of residents."
)


def test_an_omission_and_an_addition_are_found_by_meaning() -> None:
    cut = WHOLE.replace(
        "The mayor spoke at the ceremony and asked all departments to provide good service. ", ""
    )
    more = (
        WHOLE
        + " A football match between two schools ended in a draw after heavy rain had stopped play twice in the first half."
    )
    pairs = [
        Pair("a", LONG, WHOLE),
        Pair("b", LONG, cut),
        Pair("c", LONG, more),
        Pair(
            "d",
            LONG,
            "Cats sleep for most of the day, and nobody has found out why they like boxes so much. "
            * 2,
        ),
    ]
    whole, lost, added, strange = check_all(pairs)
    assert [one.kind for one in whole] == []
    assert "omission" in [one.kind for one in lost]
    assert "addition" in [one.kind for one in added]
    assert "football" in next(one.target_text for one in added if one.kind == "addition")
    assert "meaning" in [one.kind for one in strange]


def test_without_the_encoder_length_alone_warns() -> None:
    pairs = [Pair("a", LONG, WHOLE), Pair("b", LONG, WHOLE[:115])]
    whole, lost = check_all(pairs, meaning=False)
    assert "omission" not in [one.kind for one in whole]
    assert ("omission", "warning") in [(one.kind, one.severity) for one in lost]


def test_unusable_text_is_not_compared_in_meaning() -> None:
    assert [one.kind for one in check_all([Pair("a", LONG, "")])[0]] == ["empty"]


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="不没有无未非是会张李说：“”，。吗？ABCabc12 年月日万亿元", max_size=60),
    st.text(alphabet="notNLiZenghgam.,'\"“”’ 12%－，\nnn't", max_size=80),
)
def test_no_text_is_a_crash(source: str, target: str) -> None:
    check("s1", source, target, known_names=PEOPLE)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("不", "not "),
        ("没有，", "He "),
        ("曾元千说：“", "Zeng "),
        ("曾", "Xian Xian "),
        ("共同", "an"),
        ("非", "said Zeng said "),
        ("不是不", "don't "),
        ("A", "B-"),
        ("，", "，"),
    ],
)
def test_hostile_text_takes_linear_time(source: str, target: str) -> None:
    def seconds(times: int) -> float:
        started = time.process_time()
        check("s1", source * times, target * times, known_names=PEOPLE)
        return time.process_time() - started

    seconds(50)
    short, long = seconds(1000), seconds(4000)
    assert long < 12 * short + 0.3, (short, long)
