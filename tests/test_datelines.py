"""Datelines and bylines in the forms that Chinese agencies and papers use."""

from __future__ import annotations

import pytest
from fakes import ScriptedEngine, says

from translator import documents
from translator.pipeline import Options, Pipeline

SCRIPTED = Options(meaning=False)
REST = "当地的企业去年新增了许多工作岗位。"
ENGLISH = "Local companies created many new jobs last year."
MORE = "\n\n第二段讲的是员工的生活。"


def translated(text: str) -> tuple[str, str, list[str]]:
    engine = ScriptedEngine(lambda source, _: says(ENGLISH))
    found = Pipeline(SCRIPTED, engine).translate(documents.from_text(text + MORE))
    first = found.segments[0]
    mine = [one.message for one in found.findings if one.segment == first.id]
    assert mine == []
    return first.target, first.origin, [asked for asked, _ in engine.asked]


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("新华社南宁5月19日电（记者张莺）", "NANNING, May 19 (Xinhua, by Zhang Ying) --"),
        (
            "新华社北京５月２０日电（黄小希 周珊珊）",
            "BEIJING, May 20 (Xinhua, by Huang Xiaoxi and Zhou Shanshan) --",
        ),
        (
            "新华社德黑兰12月11日电（记者高文成、王守宝、李娜）",
            "TEHRAN, Dec. 11 (Xinhua, by Gao Wencheng, Wang Shoubao and Li Na) --",
        ),
        ("中新社上海4月3日电 ", "SHANGHAI, April 3 (China News Service) --"),
        (
            "湖南日报12月10日讯（全媒体记者 龚柏威）",
            "Dec. 10 (Hunan Daily, by Gong Baiwei) --",
        ),
        ("本报南京9月3日电（记者 王建国）", "NANJING, Sept. 3 (by Wang Jianguo) --"),
        ("本报讯（记者 王建国 实习生 李晓红）", "(By Wang Jianguo and Li Xiaohong) --"),
        ("湖南日报讯 （通讯员 王建国）", "(Hunan Daily, by Wang Jianguo) --"),
        ("央视网消息：", "(CCTV.com) --"),
        ("本报讯 ", "Staff report --"),
    ],
)
def test_a_dateline_opens_the_first_sentence(chinese: str, english: str) -> None:
    target, origin, asked = translated(chinese + REST)
    assert target == f"{english} {ENGLISH}"
    assert origin == "scripted"
    assert REST in asked


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("新华社南宁5月19日电（记者张莺）", "NANNING, May 19 (Xinhua, by Zhang Ying)"),
        ("本报记者 陈明", "By Chen Ming"),
        ("记者 王建国 通讯员 李晓红", "By Wang Jianguo and Li Xiaohong"),
        ("青年报记者 陈泳均", "By Chen Yongjun, Youth Daily"),
    ],
)
def test_a_line_of_its_own_needs_no_engine(chinese: str, english: str) -> None:
    target, origin, asked = translated(chinese)
    assert (target, origin) == (english, "rule")
    assert len(asked) == 1  # the second paragraph


@pytest.mark.parametrize(
    "text",
    [
        "据新华社北京5月20日电，当地的企业新增了许多工作岗位。",  # said of another text
        "新华社北京13月20日电 当地的企业新增了许多工作岗位。",  # no date
        "新华社阿布拉卡5月20日电 当地的企业新增了许多工作岗位。",  # no place that is known
        "本报消息灵通人士说，当地的企业新增了许多工作岗位。",
        "记者在现场看到，当地的企业新增了许多工作岗位。",
    ],
)
def test_anything_else_is_the_engines(text: str) -> None:
    engine = ScriptedEngine(lambda source, _: says(ENGLISH))
    Pipeline(SCRIPTED, engine).translate(documents.from_text(text + MORE))
    first = next(asked for asked, _ in engine.asked if "当地的企业" in asked)
    assert not first.startswith("当地的企业")
