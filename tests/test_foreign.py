"""Foreign names by table: found where they stand, left alone in ordinary words, one rendering."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator import foreign
from translator.documents import Block, Document
from translator.lexicon import data_lines, lexicon
from translator.names import Name, find, missing, occurring, substitute

FOUND = [
    ("美国总统特朗普会见了来宾。", {"特朗普": "Trump"}),
    ("唐纳德·特朗普当选，特朗普政府上台。", {"唐纳德·特朗普": "Donald Trump", "特朗普": "Trump"}),
    ("国家主席马克龙说，合作重要。", {"马克龙": "Macron"}),
    ("企业家马斯克说，火箭能回收。", {"马斯克": "Musk"}),
    (
        "欧盟委员会主席冯德莱恩访华。",
        {"欧盟委员会": "European Commission", "冯德莱恩": "von der Leyen"},
    ),
    ("英伟达和台积电股价上涨。", {"英伟达": "Nvidia", "台积电": "TSMC"}),
    ("巴斯夫（广东）一体化基地投产。", {"巴斯夫": "BASF"}),
    ("据路透社和法新社报道。", {"路透社": "Reuters", "法新社": "AFP"}),
    ("阿斯利康与无锡签约。", {"阿斯利康": "AstraZeneca"}),
    ("《自然》杂志发表了论文。", {"《自然》": "Nature"}),
    ("他在林茨和根特工作过。", {"林茨": "Linz", "根特": "Ghent"}),
    ("北海道和多伦多的雪。", {"北海道": "Hokkaido", "多伦多": "Toronto"}),
    ("内华达州计票。", {"内华达州": "Nevada"}),
    ("卢森堡与斯洛文尼亚。", {"卢森堡": "Luxembourg", "斯洛文尼亚": "Slovenia"}),
    ("欧盟国家与东盟国家。", {"欧盟": "EU", "东盟": "ASEAN"}),
    ("消息来自白宫。", {"白宫": "White House"}),
    ("胡志明市民与胡志明市区。", {"胡志明市": "Ho Chi Minh City"}),
    ("芒街市与海阳省。", {"芒街市": "Mong Cai", "海阳省": "Hai Duong Province"}),
    # with context
    ("苹果公司发布新机，苹果股价上涨。", {"苹果公司": "Apple", "苹果": "Apple"}),
    ("谷歌、苹果、微软都来了。", {"谷歌": "Google", "苹果": "Apple", "微软": "Microsoft"}),
    ("副总统万斯到访。", {"万斯": "Vance"}),
    ("奔驰汽车降价。", {"奔驰": "Mercedes-Benz"}),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_foreign_names_are_found(text: str, expected: dict[str, str]) -> None:
    found = {name.source: name.target for name in find(article(text))}
    assert {source: found.get(source) for source in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "骏马奔驰，苹果丰收，大众喜爱，现代生活，宝马雕车。",
        "湖北约有五百人，河北约四百人。",
        "越南特色、海南特产、云南特别好。",
        "米兰达和里昂纳多都是人名。",
        "三星堆的三星级酒店，商业银行放贷。",
        "磁场只有三皮特斯拉和五微特斯拉。",
        "日产五百吨，标致的姑娘，雷诺阿的画。",
        "约翰·史密斯说，保罗·桑托斯也说。",
        "发言人克里斯托弗·加西亚说，不清楚。",
        "小特朗普与父亲同行。",
        "上海地区的大数据，适宜家庭，快乐高兴，赞美光明，大力拓展。",
        "数万斯里兰卡人。",
        "黄河内外，万象更新，海防与边防。",
        "高通胀与高通量。",
        "微软件不是一个词。",
        "总裁库克群岛之行。",
        "记者在京都看到，北京都市圈很大，书页镶着金边，增加纳税，便利马上，落实兑现，上海法院。",
        "巴林右旗的奇石。",
    ],
)
def test_ordinary_words_and_other_names_are_left_alone(text: str) -> None:
    wanted = ("Apple", "Mercedes-Benz", "BMW", "Volkswagen", "NATO", "Nantes", "Milan", "Lyon")
    wanted += ("Samsung", "Tesla", "Nissan", "Peugeot", "Renault", "Santos", "Kerry", "Trump")
    wanted += ("Haiti", "IKEA", "Lego", "Micron", "Rio Tinto", "Vance", "Hanoi", "Qualcomm")
    wanted += ("Microsoft", "Cook", "Kyoto", "Phnom Penh", "Ghana", "Lima", "Sittwe", "Haifa")
    wanted += ("Bahrain",)
    assert {name.target for name in find(article(text))} & set(wanted) == set()


@pytest.mark.parametrize("text", ["高平省级公路通车。", "海阳省级旅游度假区。"])
def test_what_is_of_a_province_s_level_names_none(text: str) -> None:
    assert [name for name in find(article(text)) if name.kind == "place"] == []


def test_known_countries_only_shadow() -> None:
    assert find(article("越南通过一项法律，美国、日本和德国反对。")) == ()


def test_no_chinese_name_is_inside_a_foreign_one() -> None:
    names = find(article("总统马克龙说，很好。记者王克龙说，不好。"))
    assert {name.target for name in names} == {"Macron", "Wang Kelong"}
    assert substitute("马克龙与王克龙", names) == "Macron与Wang Kelong"


def test_a_person_goes_by_any_part_of_the_name() -> None:
    (name,) = (one for one in find(article("唐纳德·特朗普到访。")) if "·" in one.source)
    assert missing("唐纳德·特朗普到访。", "Trump arrived.", [name]) == ()
    assert missing("唐纳德·特朗普到访。", "Tramp arrived.", [name]) == (name,)


@pytest.mark.parametrize("target", ["in Slovenia", "the Slovenian president", "Slovenians said"])
def test_a_country_may_become_an_adjective(target: str) -> None:
    name = Name("斯洛文尼亚", "Slovenia", "place")
    assert missing("斯洛文尼亚总统", target, [name]) == ()
    assert missing("斯洛文尼亚总统", "in Slovakia", [name]) == (name,)


def test_one_rendering_all_through_the_document() -> None:
    names = find(article("英伟达首席执行官黄仁勋到访。", "黄仁勋说，英伟达会来。", "英伟达股价"))
    for text in ("黄仁勋说，英伟达会来。", "英伟达股价"):
        assert "英伟达" not in substitute(text, names)
    assert len({name.target for name in names if name.source == "英伟达"}) == 1
    assert [name.target for name in occurring("黄仁勋说，英伟达会来。", names)] == [
        "Jensen Huang",
        "Nvidia",
    ]


def test_the_tables_are_sound() -> None:
    sources = []
    for line in data_lines("foreign_names.tsv"):
        source, target, kind, flag, *full = line.split("\t")
        assert kind in ("person", "organisation")
        assert flag in ("-", "context", "shadow")
        assert len(full) in (0, 2)
        assert target.isascii()
        assert source not in lexicon().known, source
        sources.append(source)
    for line in data_lines("foreign_places.tsv"):
        source, target = line.split("\t")
        assert target.isascii()
        sources.append(source)
    assert len(sources) > 3000
    assert all(len(source) > 1 for source in sources)
    assert not {source for source in sources if sources.count(source) > 1}


def test_nothing_without_context_is_an_ordinary_word() -> None:
    rows = [line.split("\t") for line in data_lines("foreign_names.tsv")]
    clear = {row[0] for row in rows if row[3] == "-"}
    # What the word list has as well, checked by hand: each means the name and nothing else.
    assert clear & lexicon().words <= SEEN


SEEN = {
    *(
        "东盟",
        "东芝",
        "丰田",
        "列宁",
        "北约",
        "哈佛",
        "微软",
        "戴尔",
        "普京",
        "欧盟",
        "歌德",
        "波音",
    ),
    *("牛顿", "玻尔", "甘地", "白宫", "盖茨", "福特", "穆迪", "索尼", "路透", "路透社"),
}


@given(
    st.text(
        st.sampled_from(list("特朗普奥巴马克龙·米兰达在说、苹果公司欧盟国家 a1\n")), max_size=80
    )
)
def test_find_survives_any_text(text: str) -> None:
    names = find(article(text))
    assert all(name.source in text and name.target for name in names)
    assert missing(text, substitute(text, names), names) == ()


@pytest.mark.parametrize("unit", ["特朗普", "米兰", "·特", "斯", "苹果、"])
def test_time_is_linear(unit: str) -> None:
    document = article((unit * 100_000)[:100_000])
    start = time.process_time()
    find(document)
    assert time.process_time() - start < 5


def test_an_article_takes_milliseconds() -> None:
    text = "美国总统特朗普会见了英伟达首席执行官黄仁勋，记者王小明在林茨报道。" * 75
    find(article(text))
    foreign.spans.cache_clear()
    start = time.process_time()
    find(article(text))
    assert time.process_time() - start < 0.1


def article(*texts: str) -> Document:
    blocks = tuple(Block(f"b{n}", "paragraph", text) for n, text in enumerate(texts))
    return Document("d", "", "-", blocks)
