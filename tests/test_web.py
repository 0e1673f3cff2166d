"""What the page shows, without a browser: strings, sheets, comparisons, the house glossary."""

from __future__ import annotations

import random
import re
import string
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st

from translator import documents, glossary, segmentation
from translator.checks import Finding, Kind
from translator.documents import BlockKind
from translator.errors import InputError
from translator.glossary import Term
from translator.home import shipped
from translator.memory import Memory
from translator.pipeline import Options
from translator.service import Job
from translator.text import shown_name
from translator.web import articles, evaluating, sheet, stores, strings
from translator.web.articles import Article
from translator.web.comparing import differences, rows
from translator.web.desk import trouble
from translator.web.house import House, uploaded_terms
from translator.web.names import Proposed
from translator.web.settings import Setting, uploaded_prompt


def job(**more: Any) -> Job:
    """A job that is done, of a translation with everything that may meet a page."""
    translation = sample.translation()
    given: dict[str, Any] = {
        "id": "abc",
        "state": "done",
        "stage": "done",
        "created": 0.0,
        "started": 0.0,
        "finished": 1.0,
        "position": None,
        "segments_done": len(translation.segments),
        "segments_total": len(translation.segments),
        "document": translation.document,
        "options": Options(engine="echo", model="echo"),
        "segments": translation.segments,
        "findings": translation.findings,
        "translation": translation,
        "brief": sample.BRIEF,
        "brief_is_stale": False,
        "error": None,
        "last_event": 9,
        **more,
    }
    return Job(**given)


@pytest.fixture(autouse=True)
def _segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample's segments are written by hand: its sheet shows those."""
    made = sample.translation()
    kept = [
        segmentation.Segment(one.id, one.block, 0, len(one.source), one.source)
        for one in made.segments
    ]
    split = segmentation.split
    monkeypatch.setattr(
        segmentation, "split", lambda one: kept if one == made.document else split(one)
    )


def test_both_languages_fill_in_the_same() -> None:
    english, chinese = strings.table("en"), strings.table("zh")
    assert all(english.values())
    assert all(chinese.values())
    for key, text in english.items():
        names = [
            {part[1] for part in string.Formatter().parse(one) if part[1]}
            for one in (text, chinese[key])
        ]
        assert names[0] == names[1], key


def test_every_key_that_the_page_asks_for_is_there() -> None:
    known = strings.table("en")
    folder = Path(strings.__file__).parent
    sources = "".join(path.read_text("utf-8") for path in folder.iterdir() if path.is_file())
    asked = set(re.findall(r'(?:say\((?:speaking, |language, )?|i18n\()"(\w+)"[,)]', sources))
    assert len(asked) > 60
    assert asked <= set(known)
    assert set(re.findall(r"words\.(\w+)", sources)) <= {*known, "language"}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_finding_has_chinese_words(kind: Kind) -> None:
    finding = Finding("s1", kind, "error", "message", "三亿", "3 billion", "300 million")
    assert strings.label("zh", finding)
    said = strings.explanation("zh", finding)
    assert all(part in said for part in ("三亿", "3 billion", "300 million"))
    assert strings.explanation("en", finding) == "message; expected: 300 million"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr, zh-Hans;q=0.5, en;q=0.4", "zh"),
        ("en;q=0.1, zh;q=0.2", "zh"),
        ("zh;q=0, en", "en"),
        ("de", "en"),
        ("zh;q=nonsense", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_follows_the_browser(accepted: str | None, language: str) -> None:
    assert strings.language_of(accepted) == language


def test_a_sheet_escapes_what_is_not_ours() -> None:
    hostile = replace(
        sample.BRIEF,
        headline=sample.HOSTILE,
        findings=(replace(sample.FINDINGS[0], message=sample.HOSTILE),),
    )
    shown = sheet.value(
        job(brief=hostile, error=sample.HOSTILE),
        "en",
        [Proposed(sample.HOSTILE, sample.HOSTILE, "term")],
    )
    fragments = [*shown["rows"].values(), *(shown[part] for part in ("head", "brief", "checks"))]
    fragments += [shown["names"], shown["notice"]]
    assert not re.search("<(?:script|img)", "".join(fragments))
    assert shown["rows"]["s4"].count("&lt;script&gt;") == 2  # source and target


def test_a_sheet_has_a_row_a_segment_and_says_what_is_wrong() -> None:
    shown = sheet.value(job(), "en", [])
    assert list(shown["rows"]) == [f"s{number}" for number in range(1, 9)]
    assert [kind for kind, _ in shown["blocks"]][:2] == ["headline", "byline"]
    assert '<h3 class="target">' in shown["rows"]["s1"]
    assert 'class="error' in shown["rows"]["s3"]
    assert "3.27 billion yuan</mark>" in shown["rows"]["s3"]
    assert "Not translated" in shown["rows"]["s6"]
    assert "2 errors" in shown["head"]
    assert "1 warning" in shown["head"]
    assert shown["checks"].index("s3") < shown["checks"].index("s7")  # errors first
    assert 'data-jump="s3"' in shown["brief"]


def test_a_sheet_that_is_under_way_shows_the_chinese_and_how_far_it_is() -> None:
    made = sample.translation()
    some = (*made.segments[:3], *[None] * 5)
    running = job(
        state="running",
        stage="translating",
        segments=some,
        segments_done=3,
        translation=None,
        brief=None,
        findings=(),
    )
    shown = sheet.value(running, "zh", [])
    assert "正在翻译：3 / 8 句" in shown["head"]
    assert "data-cancel" in shown["head"]
    assert "data-download" not in shown["head"]
    assert "营商环境好。" in shown["rows"]["s7"]
    assert "data-edit" not in shown["rows"]["s7"]
    assert not shown["over"]


def test_a_row_is_rendered_once() -> None:
    first, second = (sheet.value(job(), "en", [])["rows"]["s1"] for _ in range(2))
    assert first is second


@given(st.text(), st.text())
def test_compared_pieces_are_the_texts(first: str, second: str) -> None:
    cut = differences(first, second)
    for text, pieces in zip((first, second), cut, strict=True):
        assert "".join(piece.text for piece in pieces) == text
    same = ["".join(piece.text for piece in pieces if not piece.differs) for pieces in cut]
    assert same[0] == same[1]


def test_only_what_differs_is_marked() -> None:
    left, right = differences("It cost 3 billion yuan.", "It cost 3.27 billion yuan.")
    assert [piece.text for piece in left if piece.differs] == ["3"]
    assert [piece.text for piece in right if piece.differs] == ["3.27"]


def test_texts_without_an_end_are_compared_at_once() -> None:
    words = ["the", "of", "a", ",", "3"]
    first, second = (
        " ".join(random.Random(seed).choices(words, k=20_000)) for seed in (1, 2)
    )  # twelve minutes, word by word
    before = time.monotonic()
    cut = differences(f"It says: {first} end.", f"It says: {second} end.")
    assert time.monotonic() - before < 5.0
    for text, pieces in zip((first, second), cut, strict=True):
        assert [piece.differs for piece in pieces] == [False, True, False]
        assert "".join(piece.text for piece in pieces) == f"It says: {text} end."
    same = differences(first, first)[0]
    assert not any(piece.differs for piece in same)
    assert "".join(piece.text for piece in same) == first
    longer = differences(first, f"{first} more")[1]
    assert [piece.text for piece in longer if piece.differs] == [" more"]


def test_compared_jobs_say_which_sentences_differ() -> None:
    made = sample.translation()
    other = tuple(
        replace(one, target="Changed.") if one.id == "s1" else one for one in made.segments
    )
    found = rows(job(), job(segments=other))
    assert [row.id for row in found if row.differs] == ["s1", "s6"]  # s6 has no translation
    assert found[2].sides[0].findings == (made.findings[1],)


@pytest.mark.parametrize(
    "article",
    [
        Article("text", " \n", None, None, None),
        Article("file", "公司", None, None, None),
        Article("url", None, None, "/etc/passwd", None),
        Article("url", None, None, "file:///etc/passwd", None),
        Article("url", None, None, "-", None),
        Article("sample", None, None, None, "../../README"),
    ],
)
def test_an_article_that_is_not_there_is_asked_for(article: Article) -> None:
    with pytest.raises(InputError, match=r"yet|还没有"):
        article.read("en")


def test_an_article_comes_from_where_the_form_says() -> None:
    file = documents.from_text("天气很好，大家都很高兴。", "weather.txt")
    given = Article("file", "公司建设新厂房。", file, "https://x", "songjiang-etdz")
    assert given.read("en") is file
    assert replace(given, origin="text").read("en").blocks[0].text == "公司建设新厂房。"
    assert "松江" in replace(given, origin="sample").read("en").title


def test_a_setting_is_the_engine_and_the_search() -> None:
    options = Setting("transformers ./my model", "fast").options(None)
    assert (options.engine, options.model) == ("transformers", "./my model")
    assert options.decoding.beam_size == 2
    assert Setting("echo echo", "best").options(None).decoding.beam_size == 4


def test_a_prompt_of_the_readers_own_is_read_and_deleted(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    text = (shipped("prompts") / "translate.toml").read_bytes()
    good.write_bytes(text)
    bad.write_text("id = 1", "utf-8")
    own = uploaded_prompt(str(good))
    with pytest.raises(InputError, match=r"^bad\.toml: the key"):
        uploaded_prompt(str(bad))
    assert list(tmp_path.iterdir()) == []
    options = Setting("echo echo", "best", own).options(None, tmp_path)
    assert options.prompt is not None
    assert options.prompt.read_bytes() == text
    assert Setting("echo echo", "best").options(None, tmp_path).prompt is None


def test_the_house_glossary_keeps_changes_and_loses_none(tmp_path: Path) -> None:
    house = House(tmp_path / "new" / "glossary.tsv")
    assert house.glossary().terms == ()
    house.put("新质生产力", "new quality productive forces", "of 2023")
    house.put(" “一带一路” ", '"Belt, Road"', "")
    house.put("新质生产力", "new productive forces", "")
    assert [(one.source, one.target, one.note) for one in house.glossary().terms] == [
        ("新质生产力", "new productive forces", ""),
        ("“一带一路”", '"Belt, Road"', ""),
    ]
    again = tmp_path / "again.tsv"
    again.write_text(house.text(), "utf-8")
    assert glossary.load(again).terms == house.glossary().terms
    house.remove("新质生产力")
    assert [one.source for one in house.glossary().terms] == ["“一带一路”"]
    with pytest.raises(InputError, match="Chinese"):
        house.put("公司", "公司", "")


def test_a_term_keeps_its_aliases_when_its_english_changes(tmp_path: Path) -> None:
    house = House(tmp_path / "glossary.tsv")
    house.take_in(glossary.Glossary((Term("比亚迪", "BYD", "", ("BYD Auto", "Byd"), "exact"),)))
    house.put("比亚迪", "BYD Auto", "")
    (term,) = house.glossary().terms
    assert (term.target, term.aliases, term.case) == ("BYD Auto", ("Byd",), "exact")


def test_a_house_glossary_stays_small_enough_for_every_article(tmp_path: Path) -> None:
    house = House(tmp_path / "glossary.tsv")
    many = glossary.Glossary(tuple(Term(f"词{at}", f"word {at}") for at in range(20_001)))
    with pytest.raises(InputError, match=r"at most 20,000 terms, with these it would have 20,001"):
        house.take_in(many)
    assert not house.path.exists()
    house.take_in(replace(many, terms=many.terms[1:]))
    with pytest.raises(InputError, match="20,001"):
        house.put("词", "word", "")
    house.put("词1", "another word", "")


def test_what_the_page_keeps_is_no_longer_than_a_long_sentence(tmp_path: Path) -> None:
    store = stores._MemoryStore(Memory(tmp_path / "memory.sqlite"))
    for data in (
        {"source": "公" * 10_001, "target": "a"},
        {"source": "公", "target": "a" * 10_001},
        {"source": "公", "target": "a", "note": "n" * 1_001},
    ):
        with pytest.raises(InputError, match="shorten it"):
            store._put(data, "en")
    store._put({"source": "公" * 10_000, "target": "a", "note": "n"}, "en")
    assert store.entries("")[1] == 1


def test_more_systems_than_a_page_scores_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at most 8 systems"):
        evaluating.evaluated(None, [str(tmp_path / "a.txt")] * 9, "en")


def test_an_article_has_the_terms_of_the_house_and_its_own(tmp_path: Path) -> None:
    house = House(tmp_path / "glossary.tsv")
    with house.with_terms(None) as path:
        assert path is None
    house.put("公司", "house", "")
    house.put("员工", "staff", "")
    with house.with_terms(glossary.Glossary((Term("公司", "company"),))) as path:
        assert path is not None
        assert glossary.load(path).targets == {"公司": "company", "员工": "staff"}
    assert not path.exists()


def test_an_uploaded_glossary_is_deleted_whether_it_is_good_or_not(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("source,target\n公司,company\n", "utf-8")
    bad.write_text("chinese,english\n公司,company\n", "utf-8")
    assert uploaded_terms(str(good)).targets == {"公司": "company"}
    with pytest.raises(InputError, match=r"^bad\.csv") as caught:
        uploaded_terms(str(bad))
    assert str(tmp_path) not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_without_the_evaluation_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "eval", None)
    for name in [name for name in sys.modules if name.startswith("eval.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(InputError, match="not installed here"):
        evaluating.evaluated(None, ["a.txt"], "en")


def test_files_of_an_evaluation_are_named_without_their_folder(tmp_path: Path) -> None:
    system = tmp_path / "mine.txt"
    system.write_text("one line\n", "utf-8")
    with pytest.raises(InputError, match=r"^mine\.txt has 1 segments"):
        evaluating.evaluated(None, [str(system)], "en")


def test_names_of_files_hide_and_turn_nothing(tmp_path: Path) -> None:
    for name in ("a\u202ecod.txt", "a\u2066b\u200b.txt"):
        file = tmp_path / name
        file.write_text("", "utf-8")
        with pytest.raises(InputError) as caught:
            articles._uploaded(str(file))
        assert str(caught.value).startswith(shown_name(name))
        file.write_text("一\n", "utf-8")
        assert articles._uploaded(str(file)).source == shown_name(name)
        file.write_text("one line\n", "utf-8")
        with pytest.raises(InputError) as caught:
            evaluating.evaluated(None, [str(file)], "en")
        assert str(caught.value).startswith(shown_name(name))
    assert shown_name("a\u202e\u2066\u2069\u200b\ufeff\n\r\t\x00\u2028新.txt") == "a新.txt"
    assert evaluating._apart(["a\u200b", "a"]) == ["a", "a (2)"]


def test_a_fault_is_a_sentence_and_never_a_traceback() -> None:
    assert trouble(InputError("it is empty: give text"), "en") == "It is empty: give text."
    said = trouble(ZeroDivisionError("division by zero"), "en")
    assert "division" not in said
    assert said == strings.say("en", "fault")


def test_every_kind_of_block_has_a_name() -> None:
    assert all(f"kind_{kind}" in strings.table("en") for kind in get_args(BlockKind))
