"""Glossary: what is loaded and refused, what is matched, what is asked for in the target."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator.errors import InputError
from translator.glossary import Glossary, Term, load
from translator.home import shipped

HEADER = "source\ttarget\tnote\n"


def write(folder: Path, text: str, encoding: str = "utf-8", name: str = "terms.tsv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


# Reading tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_load(tmp_path: Path, encoding: str, end: str) -> None:
    text = HEADER + "经开区\tdevelopment zone\twhy\n\n长三角\tYangtze River Delta\n"
    glossary = load(write(tmp_path, text.replace("\n", end), encoding))
    assert glossary.terms == (
        Term("经开区", "development zone", "why"),
        Term("长三角", "Yangtze River Delta"),
    )
    assert glossary.remarks == ()


def test_utf_16_big_endian(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_bytes(b"\xfe\xff" + (HEADER + "经开区\ta\t\n").encode("utf-16-be"))
    assert load(path).terms == (Term("经开区", "a"),)


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_columns_go_by_name(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["Note", "TARGET", "theme", "source", "pos", "case", "aliases"],
        ["why", "G60 Corridor", "zones", "科创走廊", "noun", "exact", "Corridor G60 | G60 |  "],
    ]
    text = "\n".join(delimiter.join(row) for row in rows)
    assert load(write(tmp_path, text)).terms == (
        Term("科创走廊", "G60 Corridor", "why", ("Corridor G60", "G60"), "exact", "noun"),
    )


def test_csv_quoting(tmp_path: Path) -> None:
    text = 'source,target\n"专精特新","refined, distinctive\nand ""innovative"""\n长三角,\n'
    with pytest.raises(InputError, match="line 4: the target is empty"):
        load(write(tmp_path, text, name="terms.csv"))
    glossary = load(write(tmp_path, text.replace("长三角,\n", ""), name="terms.csv"))
    assert glossary.terms == (Term("专精特新", 'refined, distinctive and "innovative"'),)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ('"one visit at most" reform', '"one visit at most" reform'),
        ('"little giant"', '"little giant"'),
        ('"""little giant"""', '"little giant"'),  # as Excel writes it
        ('"refined, distinctive"', "refined, distinctive"),
    ],
)
def test_quotation_marks_in_tsv(tmp_path: Path, cell: str, meant: str) -> None:
    assert load(write(tmp_path, f"{HEADER}某词汇\t{cell}\t\n")).terms[0].target == meant


def test_what_is_invisible_or_wide_is_folded(tmp_path: Path) -> None:
    glossary = load(write(tmp_path, HEADER + "\u200bＧ６０　走廊\ta  b\u00a0c\t\n"))
    assert glossary.terms == (Term("G60 走廊", "a b c"),)


def test_traditional_terms_become_simplified_as_articles_do(tmp_path: Path) -> None:
    glossary = load(write(tmp_path, HEADER + "長三角經濟區\ta\t\n商務部門\tb\t\n"))
    assert [term.source for term in glossary.terms] == ["长三角经济区", "商务部门"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column named source and none named target"),
        ("经开区\tdevelopment zone\t\n", "line 1: unknown column '经开区'"),
        ("source\ttarget\talias\n", "line 1: unknown column 'alias'; did you mean aliases"),
        ("source\tnote\n", "line 1: no column named target"),
        ("source\ttarget\tTarget\n", "line 1: there are two columns named target"),
        (HEADER + "经开区 development zone\n", "line 2: 1 columns"),
        (HEADER + "经开区\ta\tb\tc\n", "line 2: 4 columns"),
        (HEADER + "\n\tdevelopment zone\t\n", "line 3: the source is empty"),
        (HEADER + "经开区\t \t\n", "line 2: the target is empty"),
        (HEADER + "经开区\t开发区\t\n", "line 2: the target '开发区' has Chinese"),
        (HEADER + "经开区\ta，b\t\n", "line 2: the target 'a，b' has Chinese"),
        ("source\ttarget\taliases\n经开区\ta\tb | 区\n", "line 2: the alias '区' has Chinese"),
        ("source\ttarget\tcase\n经开区\ta\tupper\n", "line 2: the case is 'upper'"),
        (HEADER + "经开区\t" + "a" * 301 + "\t\n", "line 2: a term of over 300 characters"),
        (HEADER + "经开区\ta\t\n长三角\tb\t\n经开区\tc\t\n", "line 4: 经开区 .* line 2"),
        (HEADER + "某词\ta\t\n某词\tb\t\n某词\tc\t\n", r"line 3: .* \(and the same in line 4\)"),
        ("source,target\n\n经开区,a\n长三角,\n", "line 4: the target is empty"),
        ('source,target\n经开区,"a\n', "line 2: not CSV"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError, match=message) as error:
        load(path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "none.tsv")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path)
    for data in (b"source\ttarget\ncaf\xff\ta\n", b"\xff\xfea", b"PK\x03\x04\x00\x00\x81"):
        path = tmp_path / "terms.tsv"
        path.write_bytes(data)
        with pytest.raises(InputError, match="not UTF-8"):
            load(path)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translator.glossary.files._MAX_BYTES", 10)
    with pytest.raises(InputError, match="split it"):
        load(write(tmp_path, HEADER))


def test_a_repeated_term_is_one_term_and_is_reported(tmp_path: Path) -> None:
    text = "source\ttarget\taliases\n“经开”区\ta\tb\n\n「经开」区\ta\tc\n"
    glossary = load(write(tmp_path, text))
    assert glossary.terms == (Term("“经开”区", "a", "", ("b", "c")),)
    assert [remark.partition("tsv: ")[2] for remark in glossary.remarks] == [
        "repeated terms, read once: line 4 (“经开”区, as line 2)"
    ]


@given(st.binary(max_size=200))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "terms"
    path.write_bytes(data)
    with pytest.raises(InputError):
        load(path)


# Reading TBX

TBX2 = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">
<martif type="TBX" xml:lang="en"><text><body>
<termEntry id="c1"><note>why</note>
<langSet xml:lang="zh-CN"><tig><term>发改委</term><termNote type="partOfSpeech">noun</termNote></tig>
<tig><term>发展改革委</term></tig></langSet>
<langSet xml:lang="en"><ntig><termGrp><term>NDRC</term>
<termNote type="termType">acronym</termNote></termGrp></ntig>
<tig><term>reform <hi>commission</hi></term></tig>
<tig><term>planning commission</term>
<termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig></langSet>
<langSet xml:lang="fr"><tig><term>commission</term></tig></langSet></termEntry>
<termEntry id="c2"><langSet xml:lang="fr"><tig><term>rien</term></tig></langSet></termEntry>
</body></text></martif>
"""
TBX3 = """<tbx xmlns="urn:iso:std:iso:30042:ed-2" style="dca" type="TBX-Core" xml:lang="en"><text><body>
<conceptEntry id="c1"><langSec xml:lang="zh"><termSec><term>经开区</term></termSec></langSec>
<langSec xml:lang="en-US"><termSec><term>economic zone</term></termSec>
<termSec><term>development zone</term>
<termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termSec></langSec>
</conceptEntry>
{more}</body></text></tbx>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_tbx_version_2(tmp_path: Path, encoding: str) -> None:
    glossary = load(write(tmp_path, TBX2.format(encoding=encoding), encoding, "terms.tbx"))
    assert glossary.terms == (
        Term("发改委", "reform commission", "why", ("NDRC",), "any", "noun"),
        Term("发展改革委", "reform commission", "why", ("NDRC",)),
    )
    assert "1 entries without" in glossary.remarks[0]


def test_tbx_version_3(tmp_path: Path) -> None:
    glossary = load(write(tmp_path, TBX3.format(more="")))
    assert glossary.terms == (Term("经开区", "development zone", "", ("economic zone",)),)


CONFLICT = """<conceptEntry id="c9"><langSec xml:lang="zh"><termSec><term>经开区</term></termSec></langSec>
<langSec xml:lang="en"><termSec><term>{english}</term></termSec></langSec></conceptEntry>"""
BOMB = '<!DOCTYPE tbx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><tbx>&b;</tbx>'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            TBX3.format(more=CONFLICT.format(english="zone")),
            r"line 7 \(entry c9\): 经开区 is 'zone'",
        ),
        (TBX3.format(more=CONFLICT.format(english="区")), r"line 7 \(entry c9\): .* has Chinese"),
        (
            TBX3.format(more=CONFLICT.format(english=" ")),
            r"line 7 \(entry c9\): the target is empty",
        ),
        (TBX3.format(more="<conceptEntry>"), "line 7: not well-formed XML"),
        ("<html><p>经开区</p></html>", "XML but not TBX"),
        ("<tbx><conceptEntry/></tbx>", "no entry with both"),
        (BOMB, "declares XML entities"),
    ],
)
def test_what_is_wrong_in_tbx(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        load(write(tmp_path, text, name="terms.tbx"))
    assert "\n" not in str(error.value)


def test_tbx_reads_no_other_file(tmp_path: Path) -> None:
    write(tmp_path, "secret", name="secret.txt")
    dtd = f'<!DOCTYPE tbx SYSTEM "{(tmp_path / "none.dtd").as_uri()}">'
    glossary = load(write(tmp_path, dtd + TBX3.format(more=""), name="terms.tbx"))
    assert len(glossary.terms) == 1
    outside = f'<!DOCTYPE tbx [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    with pytest.raises(InputError, match="declares XML entities"):
        load(write(tmp_path, outside + TBX3.format(more=""), name="terms.tbx"))


# The glossary as a whole


def test_the_hash_is_that_of_what_can_change_a_translation() -> None:
    one, two = Term("经开区", "a"), Term("长三角", "b")
    plain = Glossary((one, two)).sha256
    assert plain == Glossary((two, Term("经开区", "a", "note", pos="noun"))).sha256
    for other in (
        Term("长三角", "c"),
        Term("长三角", "b", "", ("c",)),
        Term("长三角", "b", case="exact"),
    ):
        assert plain != Glossary((one, other)).sha256
    assert len(plain) == 64


def test_own_terms_take_the_place_of_others() -> None:
    one, two = Term("“经开”区", "a"), Term("长三角", "b")
    own = Glossary((Term('"经开"区', "c"),), ("remark",))
    both = Glossary((one, two)).overridden_by(own)
    assert both.terms == (Term('"经开"区', "c"), two)
    assert both.remarks == ("remark",)
    assert both.substitute("在“经开”区") == "在c"


# Matching

DELTA = Term("长三角", "Yangtze River Delta")
CORRIDOR = Term("长三角G60科创走廊", "G60 Corridor")
ZONE = Term("经开区", "development zone")
MINISTRY = Term("商务部", "Ministry of Commerce")
G60 = Term("G60", "Route 60")
YEAR = Term("同比", "year on year")
STATE = Term("央企", "central SOEs")
GIANT = Term("“小巨人”", "little giant")
TERMS = Glossary((DELTA, CORRIDOR, ZONE, MINISTRY, G60, YEAR, STATE, GIANT))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("为长三角G60科创走廊", "为G60 Corridor"),
        ("长三角G60科创", "Yangtze River Delta Route 60科创"),
        ("长三角的经开区", "Yangtze River Delta的development zone"),
        ("Songjiang经开区", "Songjiang development zone"),
        ("2个经开区长三角", "2个development zone Yangtze River Delta"),
        ("商务部表示，商务部门表示", "Ministry of Commerce表示，商务部门表示"),
        ("商务部部署，商务部署", "Ministry of Commerce部署，商务部署"),
        ("长三角度假", "长三角度假"),
        ("按不同比例、同比例、合同比对", "按不同比例、同比例、合同比对"),
        ("同比增长", "year on year增长"),
        ("中央企业、央企", "中央企业、central SOEs"),
        (
            '“小巨人”、「小巨人」、"小巨人"、小巨人',
            "little giant、little giant、little giant、小巨人",
        ),
        ("G60与G600、AG60", "Route 60与G600、AG60"),
        ("没有", "没有"),
        ("", ""),
    ],
)
def test_substitute(text: str, expected: str) -> None:
    assert TERMS.substitute(text) == expected


def test_no_terms() -> None:
    assert Glossary(()).substitute("经开区") == "经开区"
    assert Glossary(()).missing("经开区", "") == ()


def test_occurring_is_in_order_and_once() -> None:
    assert TERMS.occurring("经开区、长三角、经开区") == (ZONE, DELTA)


@pytest.mark.parametrize("hostile", ["(.*)+", "[", "\\", "a|b", "^$", "{1}", "(?i)x", "*经开区*"])
def test_hostile_terms_are_plain_text(tmp_path: Path, hostile: str) -> None:
    glossary = load(write(tmp_path, f"{HEADER}{hostile}\t{hostile.replace('经开区', 'z')}!\t\n"))
    (term,) = glossary.terms
    assert glossary.substitute(f"在{hostile}里") == f"在{term.target}里"
    assert glossary.substitute("经开区在这里") == "经开区在这里"
    assert glossary.missing(hostile, f"the {term.target} here") == ()
    assert glossary.missing(hostile, "anything") == (term,)


@given(
    st.lists(st.text("经开区商务部门G60", min_size=1, max_size=4)),
    st.text("经开区商务部门G60", max_size=20),
)
def test_the_longest_term_that_stands_wins(sources: list[str], text: str) -> None:
    glossary = Glossary(tuple(Term(source, f"<{source}>") for source in dict.fromkeys(sources)))
    rest, covered = text, set()
    for term in glossary.occurring(text):
        assert term.source in text
        covered.add(term.source)
    for source in covered:
        rest = rest.replace(source, "")
    assert glossary.substitute(text).replace("<", "").replace(">", "").replace(" ", "") == text


def test_100_000_terms(tmp_path: Path) -> None:
    chance = random.Random(1)
    han = [chr(code) for code in range(0x4E00, 0x5200)]
    sources = list({"".join(chance.choices(han, k=chance.randint(3, 9))) for _ in range(101_000)})
    lines = [
        f"{source}\tterm number {n}\tother {n}\n" for n, source in enumerate(sources[:100_000])
    ]
    path = write(tmp_path, "source\ttarget\taliases\n" + "".join(lines))
    text = "".join("的" + source for source in sources[:2_000])
    started = time.process_time()
    glossary = load(path)
    assert len(glossary.terms) == 100_000
    assert len(glossary.occurring(text)) > 1_500
    assert time.process_time() - started < 10  # 1.2 s on an idle machine


# What a translation lacks


@pytest.mark.parametrize(
    ("english", "target", "rendered"),
    [
        ("new quality productive forces", "New Quality Productive Forces are here", True),
        ("new quality productive forces", "new quality\nproductive force", True),
        ("new quality productive forces", "new quality productivity", False),
        ("high-tech zone", "the High Tech Zones of", True),
        ("administrative committee", "the Administrative Committee's", True),
        ("administrative committee", "the committee", False),
        ("secretary of the Party committee", "the secretaries of Party committees", True),
        ("vice chairman", "the vice chairmen", True),
        ("“little giant”", 'the "little giant" firms', True),
        ("People's Daily", "the People’s Daily", True),
        ("company", "two companies", True),
        ("companies", "a company", True),
        ("the State Council", "State Council", True),
        ("output above designated size", "output above the designated size", True),
        ("A share", "A shareholder", False),
        ("National Bureau of Statistics (NBS)", "the National Bureau of Statistics said", True),
        ("National Bureau of Statistics (NBS)", "the NBS said", True),
        ("National Bureau of Statistics (NBS)", "the nbs said", False),
        ("National Bureau of Statistics", "the National Bureau of Statistics (NBS) said", True),
        ("14th Five-Year Plan (2021-2025)", "the 14th Five-Year Plan", True),
        ("14th Five-Year Plan (2021-2025)", "in 2021-2025", False),
        ("Communist Party of China (CPC) Central Committee", "the CPC Central Committee", True),
        (
            "Communist Party of China Central Committee",
            "Communist Party of China (CPC) Central Committee",
            True,
        ),
        ("China (Shanghai) Pilot Free Trade Zone", "the China Pilot Free Trade Zone", False),
        ("WHO", "those who know", False),
        ("WHO", "the WHO said", True),
    ],
)
def test_missing(english: str, target: str, rendered: bool) -> None:
    term = Term("某词", english)
    assert Glossary((term,)).missing("这是某词。", target) == (() if rendered else (term,))


def test_an_office_may_stand_before_its_field() -> None:
    term = Term("招商服务部", "investment promotion and services department")
    words = Glossary((term,))
    for right in ("the department of investment promotion and services", "Departments of the "
                  "Investment Promotion and Services"):  # fmt: skip
        assert words.missing("招商服务部", right) == ()
    assert words.missing("招商服务部", "the department of services") == (term,)


def test_missing_accepts_aliases() -> None:
    term = Term("央企", "centrally administered SOEs", aliases=("central SOEs", "SASAC firms"))
    glossary = Glossary((term,))
    assert glossary.missing("央企", "Central SOEs and others") == ()
    assert glossary.missing("央企", "a SASAC firm") == ()
    assert glossary.missing("央企", "central enterprises") == (term,)


def test_missing_with_exact_case() -> None:
    term = Term("澎湃新闻", "The Paper", aliases=("Pengpai News",), case="exact")
    glossary = Glossary((term,))
    assert glossary.missing("澎湃新闻", "told The Paper that") == ()
    assert glossary.missing("澎湃新闻", "told the paper that") == (term,)
    assert glossary.missing("澎湃新闻", "pengpai news") == (term,)


# What ships


def test_the_shipped_glossary() -> None:
    glossary = load()
    assert len(glossary.terms) >= 1_300
    assert glossary.remarks == ()
    english = {term.source: term.target for term in glossary.terms}
    assert english["新质生产力"] == "new quality productive forces"
    for term in glossary.terms:
        assert len(term.source) > 1
        assert "(" not in term.source
        sentence = f"记者从{term.source}了解到，情况良好。"
        assert glossary.occurring(sentence) == (term,)
        translation = glossary.substitute(sentence)
        assert term.target in translation
        assert glossary.missing(sentence, translation) == ()
        for alias in term.aliases:
            assert glossary.missing(sentence, f"In the {alias} all is well.") == ()


def test_every_shipped_term_says_where_its_english_is_used() -> None:
    with (shipped("seeds") / "glossary.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert all(row["theme"] and row["note"] for row in rows)
    themes = [row["theme"] for row in rows]
    assert themes == sorted(themes, key=themes.index)  # one theme after another


@pytest.mark.parametrize(
    "text",
    [
        "按不同比例分担",
        "与合同比对",
        "中央行政机关",
        "商务部门、教育部门、公安部队",
        "教育部署、财政部署",
        "科创板块、创业板块",
        "市委常委会议",
        "新华社会见",
        "国务委员会",
        "政协委员会",
        "加强党建设",
        "双创新",
    ],
)
def test_shipped_terms_are_not_found_across_words(text: str) -> None:
    assert load().occurring(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中央企业", "centrally administered state-owned enterprises"),
        ("美国财政部", "US Treasury Department"),
        ("美国国务院", "US State Department"),
        ("外交部长", "foreign minister"),
        ("省委书记许昆林", "provincial Party secretary许昆林"),
        ("江苏省委书记", "江苏省委书记"),
        ("南京市发改委", "南京市development and reform commission"),
        ("会同市发改委", "会同municipal development and reform commission"),
        ("启动Ⅳ级应急响应", "启动Level-IV emergency response"),
    ],
)
def test_shipped_terms_in_their_neighbourhood(text: str, expected: str) -> None:
    assert load().substitute(text) == expected
