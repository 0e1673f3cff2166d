"""Glossary: what is loaded and refused, what is matched, what is asked for in the target."""

from __future__ import annotations

from pathlib import Path

import pytest

from translator.errors import InputError
from translator.glossary import Glossary, Term, load

HEADER = "source\ttarget\tnote\n"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "terms.tsv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_load(tmp_path: Path, encoding: str, end: str) -> None:
    text = HEADER + "经开区\tdevelopment zone\twhy\n\n长三角\tYangtze River Delta\n"
    glossary = load(write(tmp_path, text.replace("\n", end), encoding))
    assert glossary.terms == (
        Term("经开区", "development zone", "why"),
        Term("长三角", "Yangtze River Delta"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1"),
        ("经开区\tdevelopment zone\t\n", "line 1"),
        (HEADER + "经开区 development zone\n", "line 2: 1 columns"),
        (HEADER + "经开区\ta\tb\tc\n", "line 2: 4 columns"),
        (HEADER + "\n\tdevelopment zone\t\n", "line 3: the source is empty"),
        (HEADER + "经开区\t \t\n", "line 2: the target is empty"),
        (HEADER + "经开区\t开发区\t\n", "line 2: the target '开发区' has Chinese"),
        (HEADER + "经开区\ta\t\n长三角\tb\t\n经开区\tc\t\n", "line 4: 经开区 .* line 2"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        load(write(tmp_path, text))
    assert "\n" not in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "none.tsv")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path)
    with pytest.raises(InputError, match="not UTF-8"):
        load(write(tmp_path, HEADER + "caf\xff\ta\t\n", "latin-1"))


def test_a_repeated_line_is_one_term(tmp_path: Path) -> None:
    assert len(load(write(tmp_path, HEADER + "经开区\ta\tx\n经开区\ta\ty\n")).terms) == 1


def test_the_hash_is_that_of_sources_and_targets() -> None:
    one, two = Term("经开区", "a"), Term("长三角", "b")
    plain = Glossary((one, two)).sha256
    assert plain == Glossary((two, Term("经开区", "a", "note"))).sha256
    assert plain != Glossary((one, Term("长三角", "c"))).sha256
    assert len(plain) == 64


DELTA = Term("长三角", "Yangtze River Delta")
CORRIDOR = Term("长三角G60科创走廊", "G60 Corridor")
ZONE = Term("经开区", "development zone")
MINISTRY = Term("商务部", "Ministry of Commerce")
G60 = Term("G60", "Route 60")
TERMS = Glossary((DELTA, CORRIDOR, ZONE, MINISTRY, G60))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("为长三角G60科创走廊", "为G60 Corridor"),
        ("长三角的经开区", "Yangtze River Delta的development zone"),
        ("Songjiang经开区", "Songjiang development zone"),
        ("2个经开区长三角", "2个development zone Yangtze River Delta"),
        ("商务部表示，商务部门表示", "Ministry of Commerce表示，商务部门表示"),
        ("长三角度假", "长三角度假"),
        ("G60与G600、AG60", "Route 60与G600、AG60"),
        ("没有", "没有"),
        ("", ""),
    ],
)
def test_substitute(text: str, expected: str) -> None:
    assert TERMS.substitute(text) == expected


def test_occurring_is_in_order_and_once() -> None:
    assert TERMS.occurring("经开区、长三角、经开区") == (ZONE, DELTA)


@pytest.mark.parametrize(
    ("english", "target", "rendered"),
    [
        ("new quality productive forces", "New Quality Productive Forces are here", True),
        ("new quality productive forces", "new quality\nproductive force", True),
        ("new quality productive forces", "new quality productivity", False),
        ("high-tech zone", "the High Tech Zones of", True),
        ("administrative committee", "the Administrative Committee's", True),
        ("administrative committee", "the committee", False),
        ("“little giant”", 'the "little giant" firms', True),
        ("People's Daily", "the People’s Daily", True),
        ("company", "two companies", True),
        ("A share", "A shareholder", False),
    ],
)
def test_missing(english: str, target: str, rendered: bool) -> None:
    term = Term("某词", english)
    assert Glossary((term,)).missing("这是某词。", target) == (() if rendered else (term,))


def test_the_shipped_glossary() -> None:
    glossary = load()
    assert len(glossary.terms) > 150
    english = {term.source: term.target for term in glossary.terms}
    assert english["新质生产力"] == "new quality productive forces"
    for term in glossary.terms:
        assert glossary.substitute(term.source) == term.target
        assert glossary.missing(term.source, glossary.substitute(term.source)) == ()
