"""Well-known places: found in the Chinese, looked for in the English, given where they are lost."""

from __future__ import annotations

import pytest
from fakes import ScriptedEngine, says
from hypothesis import given
from hypothesis import strategies as st

from translator import documents, well_known
from translator.checks import check
from translator.engines import Candidate, Decoding
from translator.lexicon import data_lines
from translator.names import Name
from translator.pipeline import Options, Pipeline

SCRIPTED = Options(engine="scripted", model="script", meaning=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("苏州一家企业与越南签约。", {"越南": "Vietnam", "苏州": "Suzhou"}),
        ("湖北省武汉市和武汉。", {"湖北省": "Hubei Province", "武汉市": "Wuhan", "武汉": "Wuhan"}),
        ("他能说德语，来自德国柏林。", {"德国": "Germany"}),
        ("英国广播公司的记者。", {}),  # the BBC
        ("头一班连六成都没装满。", {}),
        ("海南海参养殖。", {}),  # also a word
        ("昆山的企业。", {}),  # less known: a name by evidence, given to the engine
        ("香港和台湾的青年。", {"香港": "Hong Kong", "台湾": "Taiwan"}),
        (
            "2023成都大运会与吉林省吉林市。",
            {"成都": "Chengdu", "吉林省": "Jilin Province", "吉林市": "Jilin"},
        ),
        # words that hold one
        ("精英国际学校。", {}),
        ("近日本报记者获悉。", {}),
        ("依法国家赔偿，非法国际贸易。", {}),
        ("欧美国家的最美国道。", {}),
        ("跨越南海的古巴西部。", {}),
        ("炒荷兰豆。", {}),
        ("马上海选，今天津津有味，形成都市农业带。", {}),
        ("打造成都市型农业示范区。", {}),
        ("河南非公有制企业。", {}),  # in doubt none is asked for
        ("云南非遗传承人与宁波兰花。", {"宁波": "Ningbo"}),
    ],
)
def test_what_is_well_known(text: str, expected: dict[str, str]) -> None:
    assert {one.source: one.target for one in well_known.occurring(text)} == expected


@pytest.mark.parametrize(
    ("source", "english", "there"),
    [
        ("越南", "Vietnamese officials", True),
        ("美国", "the U.S. side", True),
        ("美国", "US-based", True),
        ("美国", "a letter for us", False),
        ("美国", "AMERICAN FIRM", True),
        ("印度", "an Indiana firm", False),
        ("波兰", "Polish farmers", True),
        ("波兰", "polish the lens", False),
        ("北京", "Peking University", True),
        ("北京", "BEIJING, May 4", True),
        ("上海", "the Shanghainese", True),
        ("苏州", "Siping", False),
        ("苏州", "丨Suzhou丨", True),
        ("湖北省", "in Hubei", True),
        ("湖南", "in Hubei", False),
        ("西安", "in Xi’an", True),
        ("香港", "Hong\n Kong's", True),
        ("朝鲜", "the South Korean side", False),
        ("韩国", "the North Korean side", False),
        ("朝鲜", "Korean dances", True),
        ("法国", "Franco-German", True),
    ],
)
def test_what_renders_a_place(source: str, english: str, there: bool) -> None:
    (place,) = well_known.occurring(f"他来自{source}。")
    assert place.is_in(english) is there


def test_a_place_before_a_name_goes_with_it() -> None:
    text = "合肥Weimang有限公司与越南Da Nang市，在合肥签约。"
    before = well_known.substitute(text, well_known.is_before_name)
    assert before == "Hefei Weimang有限公司与越南Da Nang市，在合肥签约。"
    every = well_known.substitute(text, lambda *_: True)
    assert every == "Hefei Weimang有限公司与Vietnam Da Nang市，在Hefei签约。"


def test_a_lost_place_is_a_doubt_and_another_in_its_place_an_error() -> None:
    source = "苏州一家企业今年投产。"
    assert check("s1", source, "A company in Suzhou goes into operation this year.") == []
    (lost,) = check("s1", source, "A company goes into operation this year.")
    assert (lost.kind, lost.severity, lost.expected) == ("name", "warning", "Suzhou")
    assert lost.message == "苏州 is not rendered as Suzhou"
    (wrong,) = check("s1", source, "A company in Siping goes into operation this year.")
    assert (wrong.severity, wrong.message) == ("error", "苏州 is given as Siping, not as Suzhou")


def test_a_name_of_the_users_own_is_asked_for_in_its_place() -> None:
    own = (Name("苏州", "Soochow", "place"), Name("南京路", "", "place"))
    source = "苏州的南京路很热闹。"
    assert check("s1", source, "Soochow's Main Street is busy.", known_names=own) == []


def test_a_lost_place_is_given_to_the_next_search() -> None:
    def answer(source: str, _: Decoding) -> list[Candidate]:
        where = "Suzhou" if "Suzhou" in source else "Siping"
        return says(f"The company in {where} goes into operation this year.")

    engine = ScriptedEngine(answer)
    text = "苏州一家企业今年投产。"
    (segment,) = Pipeline(SCRIPTED, engine).translate(documents.from_text(text)).segments
    assert [asked for asked, _ in engine.asked] == [text, text.replace("苏州", "Suzhou")]
    assert engine.asked[0][1] == engine.asked[1][1]  # the search itself is the same
    assert segment.target == "The company in Suzhou goes into operation this year."
    assert segment.status == "repaired"


def test_what_no_search_brings_back_stays_a_doubt() -> None:
    engine = ScriptedEngine(lambda *_: says("A company goes into operation this year."))
    document = documents.from_text("苏州一家企业今年投产。")
    translation = Pipeline(SCRIPTED, engine).translate(document)
    assert len(engine.asked) == 2  # and is not translated in pieces for it
    assert [finding.message for finding in translation.findings] == [
        "苏州 is not rendered as Suzhou"
    ]


def test_a_place_that_stays_wrong_ends_its_document_once() -> None:
    def answer(source: str, decoding: Decoding) -> list[Candidate]:
        if "台" not in source:
            return says("A company in Siping goes into operation this year.")
        return says("It made 3,000 machines." if decoding.no_repeat_ngram else "It made many.")

    document = documents.from_text("苏州一家企业今年投产。它生产了三千台机器。")
    pipeline = Pipeline(SCRIPTED, ScriptedEngine(answer))
    steps = [found for _, found in pipeline.steps([document])]
    assert [type(one).__name__ for one in steps] == ["Final", "Final", "Translation"]
    assert [one.status for one in steps[-1].segments] == ["flagged", "repaired"]  # type: ignore[union-attr]


def test_only_the_lost_place_is_given() -> None:
    engine = ScriptedEngine(lambda *_: says("A company of Beijing goes into operation."))
    Pipeline(SCRIPTED, engine).translate(documents.from_text("北京企业在苏州投产。"))
    assert [asked for asked, _ in engine.asked][1] == "北京企业在Suzhou投产。"


def test_the_table_is_sound() -> None:
    rows = [line.split("\t") for line in data_lines("well_known_places.tsv")]
    assert len({row[0] for row in rows}) == len(rows) > 60
    for source, target, forms in rows:
        (place,) = well_known.occurring(f"他来自{source}。")
        assert (place.source, place.target) == (source, target)
        assert all(forms.split("|")), source


@given(st.text(alphabet="苏州北京河南非遗宁波兰花越美国际在A B。·", max_size=40))
def test_places_do_not_overlap(text: str) -> None:
    found = list(well_known._found(text))
    taken = [at + step for at, place in found for step in range(len(place.source))]
    assert len(taken) == len(set(taken))
    assert all(text.startswith(place.source, at) for at, place in found)
    assert well_known.substitute(text, lambda *_: False) == text
