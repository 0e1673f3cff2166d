"""Which tokens English can hold: golden cases, and properties on real tokenizers."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translator.engines.vocabulary import is_marker, not_english, token_bytes, writes_english

ENGLISH = [
    "word",
    " the",
    "\n\n",
    "é",
    "ü",
    "ß",
    "č",
    "ǚ",
    "α",
    "μ",
    "“",
    "”",
    "’",
    "—",
    "…",
    "€",
    "²",
    "½",
    "£",
    "™",
    "℃",
    "→",
    "≥",
]
FOREIGN = [
    "中",
    "上海",
    "々",
    "〇",
    "。",
    "，",
    "（",
    "１",
    "！",
    "あ",
    "한",
    "я",
    "א",
    "€中",
    "😀",
    "\ufffd",
]
PIECES = [
    (b"\xe4", False),  # begins 中
    (b"\xe4\xb8", False),
    (b"\xb8\xad", True),  # ends many characters, and begins none
    (b"\xad", True),
    (b"\xb8\xad\xe5", False),  # the end of one, then the start of a Chinese one
    (b"\xef\xbc", False),  # full-width marks
    (b"\xe3\x80", False),  # ideographic marks
    (b"\xf0\x9f", False),  # emoji
    (b"\x9f\x98\x80", False),  # three: only a four-byte character ends so
    (b"\xe2\x80", True),  # curly quotes and dashes
    (b"\xe2\xba", False),  # radicals
    (b"\xe2", True),
    (b"\xc3", True),
    (b"\xa9 ", True),
    (b"caf\xc3", True),
    (b"\xc3\xe4", False),  # no UTF-8, and a Chinese lead byte all the same
    (b"\xd0", False),  # Cyrillic
    (b"", True),
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_characters(text: str) -> None:
    assert writes_english(text.encode())


@pytest.mark.parametrize("text", FOREIGN)
def test_foreign_characters(text: str) -> None:
    assert not writes_english(text.encode())


@pytest.mark.parametrize(("raw", "english"), PIECES)
def test_pieces_of_characters(raw: bytes, english: bool) -> None:
    assert writes_english(raw) is english


def test_bytes_of_tokens() -> None:
    assert token_bytes("ä¸Ń", byte_level=True) == "中".encode()
    assert token_bytes("Ġthe", byte_level=True) == b" the"
    assert token_bytes("Ċ", byte_level=True) == b"\n"
    assert token_bytes("中", byte_level=True) is None
    assert token_bytes("▁the", byte_level=False) == b" the"
    assert token_bytes("<0xE4>", byte_level=False) == b"\xe4"
    assert token_bytes("<0xe4", byte_level=False) == b"<0xe4"


def test_markers_are_left_to_the_caller() -> None:
    tokens = ["<中>", "▁中", "▁the", "<0xE4>", "<0x41>", "。"]
    assert not_english(tokens, {"<中>"}, byte_level=False) == [1, 3, 5]


def test_added_tokens_that_are_text() -> None:
    assert is_marker("<|im_end|>", special=True)
    assert is_marker("<tool_call>", special=False)
    assert is_marker("  ", special=True)
    assert not is_marker("    ", special=False)
    assert not is_marker("\n\n", special=False)
    assert not is_marker("▁▁", special=False)


@pytest.fixture(scope="module")
def tokenizers() -> list[tuple[Any, set[int]]]:
    """Byte-level and SentencePiece-like ones, with the ids that English does not hold."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    import tiny

    found = []
    for tokenizer, byte_level in (
        (tiny.byte_level_tokenizer(), True),
        (tiny.llama_tokenizer(), False),
    ):
        tokens = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        special = set(tokenizer.all_special_tokens)
        forbidden = set(not_english(tokens, special, byte_level=byte_level))
        assert 20 < len(forbidden) < len(tokens)
        found.append((tokenizer, forbidden))
    return found


_LETTERS = st.one_of(
    st.characters(min_codepoint=0x20, max_codepoint=0x7E),
    st.characters(min_codepoint=0xA0, max_codepoint=0x24F),
    st.characters(min_codepoint=0x391, max_codepoint=0x3C9, categories=["Ll", "Lu"]),
    st.sampled_from("ü“”‘’–—…€²™½≥→ \n\t"),
)


@settings(deadline=None)
@given(text=st.text(_LETTERS, max_size=40))
def test_any_english_text_can_be_written(tokenizers: Any, text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    for tokenizer, forbidden in tokenizers:
        ids = tokenizer.encode(text, add_special_tokens=False)
        assert not [tokenizer.convert_ids_to_tokens(index) for index in ids if index in forbidden]


@settings(deadline=None)
@given(
    before=st.text(_LETTERS, max_size=10),
    han=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    after=st.text(_LETTERS, max_size=10),
)
def test_no_text_with_chinese_can_be_written(
    tokenizers: Any, before: str, han: str, after: str
) -> None:
    for tokenizer, forbidden in tokenizers:
        assert forbidden & set(tokenizer.encode(before + han + after, add_special_tokens=False))
