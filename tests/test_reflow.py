"""Reflow and labels: what is joined, what stands alone, what each line shows itself to be."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translator import cues, decode, reflow
from translator.wrap import Line, display_width

GOLDEN = Path(__file__).parent / "golden" / "songjiang-etdz.blocks.json"
ROWS = [(row["kind"], row["text"]) for row in json.loads(GOLDEN.read_text("utf-8"))]


def blocks(text: str) -> list[str]:
    return [line.text for line in reflow.reflow(reflow.split_lines(decode.normalise(text)))]


def wrapped(text: str, chars: int, indent: int = 0) -> list[str]:
    """Lines as a page sets them: Latin words whole, no closing mark at the start of a line."""
    lines = [""]
    for word in re.findall(r"[A-Za-z0-9.%&'+-]+|.", text):
        room = 2 * chars - (indent if len(lines) == 1 else 0)
        if display_width(lines[-1] + word) > room and not re.match("[，。、；：！？”’）》,]", word):
            lines.append("")
        lines[-1] += word
    return lines


@pytest.mark.parametrize("chars", [12, 14, 16, 18, 20, 22, 24, 26, 28, 32, 36, 40])
@pytest.mark.parametrize("way", ["blank lines", "indents", "double-spaced"])
def test_a_wrapped_article_comes_back_whole_at_any_width(chars: int, way: str) -> None:
    # Spaces are left out: which of them fall on a line's end differs from width to width.
    want = [text.replace(" ", "") for _, text in ROWS]
    if way == "blank lines":
        page = "\n\n".join("\n".join(wrapped(text, chars)) for text in want)
    elif way == "double-spaced":
        page = "\n\n\n".join("\n\n".join(wrapped(text, chars)) for text in want)
    else:
        # Blank lines, since a headline that just fills its line reads on into the next.
        page = "\n".join(
            "　　" + "\n".join(wrapped(text, chars, 4))
            if kind in ("lead", "paragraph")
            else "\n" + "\n".join(wrapped(text, chars)) + "\n"
            for (kind, _), text in zip(ROWS, want, strict=True)
        )
    assert blocks(page) == want


@pytest.mark.parametrize(
    ("left", "right", "whole"),
    [
        ("Schneider", "Electric集团", "Schneider Electric集团"),
        ("与Siemens Co.,", "Ltd.签约", "与Siemens Co., Ltd.签约"),
        ("Johnson", "& Johnson", "Johnson & Johnson"),
        ("长三角G", "60科创走廊", "长三角G60科创走廊"),
        ("投产20", "24年", "投产2024年"),
        ("售价1", ".5万元", "售价1.5万元"),
        ("售价1.", "5万元", "售价1.5万元"),
        ("功率35", "kV", "功率35kV"),
        ("型号iPhone", "15发布", "型号iPhone 15发布"),
        ("聚焦“2", "+7”体系", "聚焦“2+7”体系"),
        ("勇立潮头,", "G60启航", "勇立潮头,G60启航"),
        ("增长9%", "of", "增长9%of"),
        ("state-", "owned", "state-owned"),
        ("孵", "化了", "孵化了"),
    ],
)
def test_a_space_goes_only_between_latin_words(left: str, right: str, whole: str) -> None:
    assert left + reflow.glue(left, right) + right == whole


LONG = "园区在属地政府支持下落地的上海市高端医疗装备创新中心产业化基地，去年孵"
REST = "化了多个上海理工大学的医工交叉项目。"
LEDE = "松江经开区今年新成立招商服务部，成效明显。"


@pytest.mark.parametrize(
    "between",
    [
        "",
        "本版均为受访者供图",
        "张三 摄",
        "图为基地外景。",
        "▲基地一角",
        "基地的洁净车间。\n\n图片由园区提供",
        "本报记者 李四 摄",
    ],
)
def test_a_cut_paragraph_is_joined_over_captions_and_credits(between: str) -> None:
    found = blocks(f"{LEDE}\n\n{LONG}\n\n{between}\n\n{REST}\n\n{LEDE}")
    assert found == [LEDE, LONG + REST, *[part for part in between.split("\n") if part], LEDE]


@pytest.mark.parametrize(
    "page",
    [
        "创新赋能企业新质生产力\n\n园区牵线搭桥。",  # heading
        f"{LEDE}\n\n人才与城市双向奔赴\n\n{LEDE}",  # heading between paragraphs
        f"{LEDE}\n他说：\n“项目一定能成。”",  # introduced quotation
        "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
        "床前明月光，\n\n疑是地上霜。\n\n举头望明月，\n\n低头思故乡。",
        "一、提高认识\n二、压实责任\n三、狠抓落实",
        "1. 牵头部门，\n2. 配合部门，\n3. 监督部门。",
        f"{LEDE}\n- 一批项目，\n- 两批项目。",
        "年份\t产值\n2023\t1.2亿元\n2024\t3.5亿元",
        "| 年份 | 产值 |\n| 2024 | 3.5亿元 |",
        "“我们支持。\n\n“我们参与。”",  # one quotation over two paragraphs
        "发件人：张三\n收件人：李四\n主题：安排",
        f"{LEDE}（完）\n\n{LEDE}",
        f"{LEDE}（记者 张三）\n\n{LEDE}",
        f"{LONG}\n\n未来可期\n\n{LEDE}",  # a heading never mends a cut sentence
    ],
)
def test_what_stands_alone_is_not_glued(page: str) -> None:
    assert blocks(page) == [line.strip() for line in page.split("\n") if line.strip()]


def test_a_dateline_that_fills_its_line_opens_the_paragraph() -> None:
    told = "记者从自治区商务厅获悉，今年一季度，广西外贸进出口总值1893.4亿元，同比增长12.1%。"
    line = "新华社南宁5月19日电（记者张莺 李明远）"
    page = "\n".join([line, *wrapped(told, 19)])
    assert blocks(f"{page}\n\n{page}") == [line + told] * 2
    assert blocks(f"新华社南宁5月19日电\n\n{told}") == ["新华社南宁5月19日电", told]


def test_spaces_before_closing_marks_hide_no_end() -> None:
    assert blocks(f"“{LEDE[:-1]} 。 ”\n\n{LEDE}") == [f"“{LEDE[:-1]} 。 ”", LEDE]


@pytest.mark.parametrize("mark", ["，", "。", "”", "）", "》", "；", ",", "%"])
def test_a_line_that_starts_with_a_closing_mark_goes_on(mark: str) -> None:
    assert blocks(f"松江经开区\n\n{mark}今年启动") == [f"松江经开区{mark}今年启动"]


@pytest.mark.parametrize("opener", ["（", "《", "“"])
def test_an_unclosed_bracket_or_quotation_goes_on(opener: str) -> None:
    assert blocks(f"{LEDE}\n\n记者查阅{opener}松江\n\n年鉴中记有此事。") == [
        LEDE,
        f"记者查阅{opener}松江年鉴中记有此事。",
    ]


def test_a_line_remembers_that_it_stood_apart() -> None:
    lines = reflow.reflow(reflow.split_lines(f"{LEDE}\n\n{LEDE}\n\n\n\n正泰智电港。\n\n{LEDE}"))
    assert [line.apart for line in lines] == [False, False, True, False]


BYLINES = [
    "青年报记者 陈泳均",
    "本报记者 张三 通讯员 李四 文/图",
    "新华社记者王五",
    "□ 本报记者 欧阳静 实习生 陈晨",
    "文/孙一帆",
    "（记者 周晓岚 通讯员 吴迪）",
    "作者：张三",
    "本报评论员",
    "记者 张莺 南宁报道",
    "2025年6月18日 记者 方舟",
    "本报首席记者 Michael Wang",
]
CREDITS = [
    "本版均为受访者供图",
    "张三 摄",
    "张三/摄",
    "新华社记者 张三 摄",
    "图片由松江区融媒体中心提供",
    "图片来源：视觉中国",
    "（责任编辑：黄静）",
    "责编 | 王芳",
    "来源：新华网",
    "受访者供图",
    "资料图",
]
CAPTIONS = [
    "图为辰竹仪表生产车间。",
    "▲园区夜景",
    "上图：园区夜景",
    "图①：签约现场",
    "签约仪式现场。张三 摄",
]
DATELINES = [
    "新华社南宁5月19日电",
    "本报上海6月3日讯（记者 周晓岚）",
    "2025-06-12 07:30 来源：申江日报",
    "2025年6月12日",
]
NONE = [
    "记者走进松江经开区",
    "记者调查",
    "松江摄影展开幕",
    "现场拍摄",
    "一图读懂产业政策",
    "记者从海关获悉，一季度出口增长。",
    "新华社南宁5月19日电（记者张莺）记者获悉，出口增长。",
    "编辑部的故事",
    "图书馆新馆开放",
    "来源于生活",
    "聚势招商打造“松江模式”",
    "2025年上海车展开幕",
]


@pytest.mark.parametrize(
    ("lines", "is_kind"),
    [
        (BYLINES, cues.is_byline),
        (CREDITS, cues.is_credit),
        (CAPTIONS, cues.is_caption),
        (DATELINES, cues.is_dateline),
    ],
)
def test_lines_show_what_they_are(lines: list[str], is_kind: object) -> None:
    assert callable(is_kind)
    assert [line for line in lines if not is_kind(line)] == []


def test_a_photographer_whose_name_holds_the_word_for_text() -> None:
    assert cues.is_credit("本报记者 陈文斌 摄")
    assert not cues.is_byline("本报记者 陈文斌 摄")


def test_headings_and_prose_with_the_same_words_are_not_taken_for_cues() -> None:
    assert [line for line in NONE if cues.stands_alone(line)] == []


PIECES = st.sampled_from(
    [
        *"的一是在不了有和人这中大为上个国我以要他，。、；：！？“”（）《》—…·,.:;!?%-&/",
        *["上海", "松江经开区", "招商服务部今年成立", "2024", "3.27", "G60", "ABB", "Schneider"],
        *["and", "1.", "一、", "（二）", "•", "图为", "记者", "张三", " 摄", "供图", "\t", " "],
        *["\n", "\n", "\n\n", "\n\n\n", "\n　　"],
    ]
)
PAGES = st.lists(PIECES, max_size=120).map("".join)


def ink(text: str) -> Counter[str]:
    return Counter(char for char in text if not char.isspace())


@settings(max_examples=300, deadline=None)
@given(PAGES)
def test_no_character_is_lost_or_doubled(page: str) -> None:
    assert ink("".join(blocks(page))) == ink(page)


@settings(max_examples=300, deadline=None)
@given(PAGES)
def test_reflowing_the_result_changes_nothing(page: str) -> None:
    once = blocks(page)
    assert blocks("\n\n".join(once)) == once


@pytest.mark.parametrize(
    "page",
    [
        "中,\n" * 10_000,
        "“\n" * 10_000,
        "中\n" * 10_000,
        "记者" * 10_000,
        f"{LONG}\n\n张三 摄\n\n" * 1000,
    ],
)
def test_hostile_pages_take_time_in_step_with_their_size(page: str) -> None:
    start = time.monotonic()
    found = blocks(page)
    assert time.monotonic() - start < 3
    assert ink("".join(found)) == ink(page)


def test_roles_from_a_format_are_never_joined() -> None:
    lines = [Line("松江经开区今年，", role="heading"), Line("成立招商服务部", role="item")]
    assert reflow.reflow([*lines, Line("共五个，", role="row"), Line("均已运行。")])[:2] == [
        Line("松江经开区今年，", 1, role="heading"),
        Line("成立招商服务部", 1, role="item"),
    ]
