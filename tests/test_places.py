"""Places: which are found, which are no places, how they are written and where they stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator.documents import Block, Document
from translator.lexicon import data_lines
from translator.names import Name, find, missing, substitute

FOUND = [
    # full names
    ("上海市松江区召开会议。", {"松江区": "Songjiang District"}),
    ("江苏省昆山市发布政策。", {"昆山市": "Kunshan"}),
    ("浙江省嘉善县的企业。", {"嘉善县": "Jiashan County"}),
    ("浦东新区和雄安新区。", {"浦东新区": "Pudong New Area", "雄安新区": "Xiong'an New Area"}),
    ("广西壮族自治区政府。", {"广西壮族自治区": "Guangxi Zhuang Autonomous Region"}),
    ("内蒙古自治区政府。", {"内蒙古自治区": "Inner Mongolia Autonomous Region"}),
    (
        "恩施土家族苗族自治州与恩施州。",
        {
            "恩施土家族苗族自治州": "Enshi Tujia and Miao Autonomous Prefecture",
            "恩施州": "Enshi Prefecture",
        },
    ),
    ("莫力达瓦达斡尔族自治旗。", {"莫力达瓦达斡尔族自治旗": "Morin Dawa Daur Autonomous Banner"}),
    ("陕西省与陕西的不同。", {"陕西省": "Shaanxi Province", "陕西": "Shaanxi"}),
    ("河北省赵县的梨。", {"赵县": "Zhaoxian County"}),
    ("安徽省六安市金寨县。", {"六安市": "Lu'an", "金寨县": "Jinzhai County"}),
    # words that are places by their full names alone
    ("富裕县的农民富裕了。", {"富裕县": "Fuyu County"}),
    ("天津市和平区的和平。", {"和平区": "Heping District"}),
    ("朝阳区的朝阳产业。", {"朝阳区": "Chaoyang District"}),
    # bare names
    ("松江经开区今年新成立一个部门。", {"松江": "Songjiang"}),
    ("来自松江大学城的学生。", {"松江": "Songjiang"}),
    ("上海闵行的企业。", {"闵行": "Minhang"}),
    ("工厂位于昆山，离得不远。", {"昆山": "Kunshan"}),
    ("松江区很大。松江人都知道。", {"松江区": "Songjiang District", "松江": "Songjiang"}),
    ("昆山市委与昆山市场。松江区委。", {"昆山": "Kunshan", "松江": "Songjiang"}),
    ("漯河与蚌埠签约。", {"漯河": "Luohe", "蚌埠": "Bengbu"}),
    ("甘肃白银的白银。", {"白银": "Baiyin"}),
    ("禄劝县、寻甸和抚远。", {"禄劝县": "Luquan County", "寻甸": "Xundian"}),
    ("西藏和喀什。", {"西藏": "Xizang", "喀什": "Kashgar"}),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_places_are_found(text: str, expected: dict[str, str]) -> None:
    found = [name for name in find(article(text)) if name.kind == "place"]
    assert {name.source: name.target for name in found} == expected


@pytest.mark.parametrize(
    "text",
    [
        "北京、上海、江苏省和深圳市的企业。",  # the model knows them
        "和平与发展是开放时代的长安之道。",
        "绿水青山就是金山银山。",
        "区域发展要靠新城区和老城区的建设。",
        "各市和县都要落实。",
        "越南通过一项法律，公开封存证据，集中卫生资源。",
        "江西安全生产，国内江河水位，巩固原有成果。",
        "长江入海口的大理石。",
        "来宾们日照充足，大同小异。",
        "松江是鲈鱼的名字。",
        "康德宏大的体系，海滨州立公园。",
        "董事长李昆山到场，李昆山说，很好。",
        "",
    ],
)
def test_no_false_alarms(text: str) -> None:
    assert [name for name in find(article(text)) if name.kind == "place"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("松江区委和松江区政府", "Songjiang区委和Songjiang District政府"),
        ("昆山市市民在昆山市场", "Kunshan市民在Kunshan市场"),
        ("上海市松江区工业园", "上海市Songjiang District工业园"),
        ("江西宁都与西宁", "江西宁都与Xining"),
        ("越南通过，去南通过年", "越南通过，去Nantong过年"),
        ("松江昆山", "Songjiang Kunshan"),
    ],
)
def test_substitute(text: str, expected: str) -> None:
    names = [
        Name("松江区", "Songjiang District", "place"),
        Name("松江", "Songjiang", "place"),
        Name("昆山市", "Kunshan", "place"),
        Name("昆山", "Kunshan", "place"),
        Name("西宁", "Xining", "place"),
        Name("南通", "Nantong", "place"),
    ]
    assert substitute(text, names) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("浙江省嘉善县泓溪村的居民。", {"泓溪村": "Hongxi Village"}),
        ("岫溪乡的集市散了。", {"岫溪乡": "Xiuxi Township"}),
        ("昆山市锦溪镇的古街。", {"锦溪镇": "Jinxi Town"}),
        ("走进云岫村，满山茶园。", {"云岫村": "Yunxiu Village"}),
        ("松江区泗泾街道办事处。", {"泗泾街道": "Sijing Subdistrict"}),
        ("全村和各镇，城中村改造，新农村建设，地球村，度假村。", {}),
        ("该县乡村振兴，县城镇化，村民与乡亲，镇长和村支书。", {}),
        ("美丽乡村，自然村，行政村，贫困村，示范村。", {}),
        ("昆山市贫困村，松江区中心村。", {}),
    ],
)
def test_places_below_the_county(text: str, expected: dict[str, str]) -> None:
    kinds = ("Village", "Town", "Township", "Subdistrict")
    found = {name.source: name.target for name in find(article(text)) if name.kind == "place"}
    assert {s: t for s, t in found.items() if t.endswith(kinds)} == expected


def test_a_person_is_no_place() -> None:
    names = find(article("董事长李昆山在江苏省昆山市说，昆山很好。"))
    assert substitute("李昆山在昆山", names) == "李昆山在Kunshan"


@pytest.mark.parametrize(
    ("target", "rendered"),
    [
        ("in Songjiang District", True),
        ("in SONGJIANG", True),
        ("Shanghai's Songjiang district", True),
        ("in Songjiangshan", False),
        ("in Suzhou", False),
    ],
)
def test_missing_minds_the_name_and_not_the_kind(target: str, rendered: bool) -> None:
    name = Name("松江区", "Songjiang District", "place")
    assert missing("在松江区", target, [name]) == (() if rendered else (name,))


def test_the_table_is_sound() -> None:
    rows = [line.split("\t") for line in data_lines("divisions.tsv")]
    assert len(rows) > 3000
    for core, target, endings, flags in rows:
        assert core
        assert target[0].isupper()
        assert target.replace("ü", "u").isascii()
        assert set(flags) <= set("kpw-")
        assert endings


@given(st.text(st.sampled_from(list("松江昆山市区县委在上海南通过和平、 a1\n")), max_size=80))
def test_find_survives_any_text(text: str) -> None:
    names = find(article(text))
    assert all(name.source in text for name in names)
    assert missing(text, substitute(text, names), names) == ()


def test_an_article_takes_milliseconds() -> None:
    document = article("松江经开区今年新成立招商服务部，六安市与漯河的企业来了。" * 100)
    find(document)
    start = time.process_time()
    find(document)
    assert time.process_time() - start < 0.1


@pytest.mark.parametrize("unit", ["松江", "上海市松江区", "自治区", "和县", "中山大学"])
def test_time_is_linear(unit: str) -> None:
    document = article((unit * 100_000)[:100_000])
    start = time.process_time()
    find(document)
    assert time.process_time() - start < 5


def article(*texts: str) -> Document:
    blocks = tuple(Block(f"b{n}", "paragraph", text) for n, text in enumerate(texts))
    return Document("d", "", "-", blocks)
