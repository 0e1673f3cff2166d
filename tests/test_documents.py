"""Articles to Documents: the seed, and invented articles of other shapes, against golden blocks."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from translator import documents
from translator.errors import InputError

HERE = Path(__file__).parent
SEED = HERE.parent / "seeds" / "articles" / "songjiang-etdz.zh.txt"
ARTICLES = HERE / "fixtures" / "articles"
NAMES = sorted(path.name.removesuffix(".blocks.tsv") for path in ARTICLES.glob("*.blocks.tsv"))
SENTENCE = "上海市松江区今年新成立招商服务部，为企业提供一站式服务。"


def rows(document: documents.Document) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in document.blocks]


def test_the_seed_article_has_its_blocks() -> None:
    golden = json.loads((HERE / "golden" / "songjiang-etdz.blocks.json").read_text("utf-8"))
    document = documents.read(str(SEED))
    assert rows(document) == [(row["kind"], row["text"]) for row in golden]
    assert document.title == "松江经开区在新征程上开新局谋新篇 聚链打造新质生产力新高地"
    assert document.source == str(SEED)


@pytest.mark.parametrize("name", NAMES)
def test_articles_of_other_shapes_have_their_blocks(name: str) -> None:
    lines = (ARTICLES / f"{name}.blocks.tsv").read_text("utf-8").splitlines()
    assert rows(documents.read(str(ARTICLES / name))) == [
        tuple(line.split("\t", 1)) for line in lines
    ]


@pytest.mark.parametrize(
    "path", [SEED, *sorted(ARTICLES.glob("*.txt"))], ids=lambda path: path.name
)
def test_reading_the_blocks_again_gives_the_same_texts(path: Path) -> None:
    texts = [block.text for block in documents.read(str(path)).blocks]
    again = documents.from_text("\n\n".join(texts))
    assert [block.text for block in again.blocks] == texts


def test_ids_follow_the_text_and_nothing_else() -> None:
    first, second = documents.from_text(SENTENCE, "a"), documents.from_text(SENTENCE, "b")
    assert first.id == second.id == hashlib.sha256(f"paragraph\n{SENTENCE}\n".encode()).hexdigest()
    assert documents.from_text(f"{SENTENCE}{SENTENCE}").id != first.id
    many = documents.from_text("\n\n".join([SENTENCE] * 3))
    assert [block.id for block in many.blocks] == ["b1", "b2", "b3"]


def test_one_sentence_is_a_paragraph_and_no_title() -> None:
    document = documents.from_text(SENTENCE)
    assert rows(document) == [("paragraph", SENTENCE)]
    assert document.title == ""


def test_full_width_digits_and_letters_become_half_width_and_marks_stay() -> None:
    text = "松江Ｇ６０走廊，总投资３．２７亿元,增长８％；“２＋７”体系：４月９日（周三）开工。"
    want = "松江G60走廊，总投资3.27亿元,增长8％；“2＋7”体系：4月9日（周三）开工。"
    assert documents.from_text(text).blocks[0].text == want


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_every_line_break_breaks_lines(line_break: str) -> None:
    found = documents.from_text(f"{SENTENCE}{line_break}{SENTENCE}")
    assert [block.text for block in found.blocks] == [SENTENCE, SENTENCE]


@pytest.mark.parametrize("char", ["\x00", "\x07", "\u200b", "\ufeff", "\u202e", "\u00ad", "\ud800"])
def test_invisible_characters_go(char: str) -> None:
    assert documents.from_text(f"{SENTENCE[:9]}{char}{SENTENCE[9:]}").blocks[0].text == SENTENCE


def test_odd_spaces_become_one_plain_space() -> None:
    text = (
        documents.from_text("青年报记者\u3000\u3000陈泳均\u00a0今天报道，园区开工。").blocks[0].text
    )
    assert text == "青年报记者 陈泳均 今天报道，园区开工。"


def test_kangxi_radicals_become_characters() -> None:
    assert documents.from_text("⼯业园区⼈才会集，⾼质量发展。").blocks[0].text == (
        "工业园区人才会集，高质量发展。"
    )


TRADITIONAL = "臺灣與上海的企業簽署協議，將在臨港設立實驗室，後續還會擴大投資。"


def test_traditional_text_becomes_simplified() -> None:
    assert documents.from_text(TRADITIONAL).blocks[0].text == (
        "台湾与上海的企业签署协议，将在临港设立实验室，后续还会扩大投资。"
    )


@pytest.mark.parametrize(
    "text", ["瓊寓国际指导组建的兴趣社团。", "他为《國語》作注，用时三个月，读者很欢迎。"]
)
def test_a_stray_traditional_character_stays(text: str) -> None:
    assert documents.from_text(text).blocks[0].text == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n\u3000\n", "is empty"),
        ("\u200b\x00", "is empty"),
        ("3.27 % -- 2024", "no words"),
        ("The park signed a deal with ABB on April 9 in Shanghai.", "not Chinese.*Latin"),
        ("Компания подписала соглашение в Шанхае.", "not Chinese.*Cyrillic"),
        ("東京都は新しい産業政策を発表しました。企業の成長を支えるためです。", "not Chinese.*kana"),
        ("서울시는 새로운 산업 정책을 발표했다.", "not Chinese.*Korean"),
        ("园区" * 400_000, "2,400,000 bytes of text, the limit is 2,000,000"),
    ],
)
def test_what_is_no_chinese_article_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        documents.from_text(text, "pasted text")
    assert str(caught.value).startswith("pasted text")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["ABB与Schneider Electric签约。", "5月19日，G60启动。", "华为Mate 60 Pro开售"]
)
def test_chinese_with_foreign_names_is_chinese(text: str) -> None:
    assert documents.from_text(text).blocks[0].text == text


HAN_PAGES = st.lists(
    st.one_of(
        st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=40),
        st.sampled_from(
            ["，", "。", "“", "”", "\n", "\n\n", "　", "G60", "Co.", "1.", "—", "\r\n"]
        ),
    ),
    max_size=30,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(HAN_PAGES)
def test_reading_twice_is_reading_once(page: str) -> None:
    try:
        once = [block.text for block in documents.from_text(page).blocks]
    except InputError:
        return
    assert [block.text for block in documents.from_text("\n\n".join(once)).blocks] == once


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
@example("〇")
@example("。\n。")
@example("一、\n二")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = documents.from_text(text)
    except InputError as exc:
        said = str(exc)
    else:
        said = document.title
        assert all(block.text.strip() and "\n" not in block.text for block in document.blocks)
    assert "\n" not in said
