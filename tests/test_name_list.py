"""The names file: read strictly, proposed for an article, winning over what is found."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from fakes import ScriptedEngine, says
from hypothesis import given
from hypothesis import strategies as st

from translator import documents, name_list
from translator.documents import Block, Document
from translator.engines import Candidate, Decoding
from translator.errors import InputError
from translator.glossary import Glossary, Term
from translator.name_list import NameList, Proposal
from translator.names import Name, find, missing, occurring, settled, substitute
from translator.pipeline import Options, Pipeline

HEAD = "source\ttarget\tkind\n"
ARTICLE = "上海辰竹仪表有限公司董事长邵国森说，项目已获批。\n\n邵国森介绍，辰竹仪表将在松江区建厂。\n\n林茨的客户也到了辰竹。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "邵国森\tSam Shao\tperson\n", (Name("邵国森", "Sam Shao", "person"),)),
        ("\ufeff" + HEAD + "辰竹\tTrend\torganisation\n", (Name("辰竹", "Trend", "organisation"),)),
        (
            "source\ttarget\tkind\tcomment\r\n辰竹\t-\torganisation\tnot a name\r\n",
            (Name("辰竹", "", "organisation"),),
        ),
        (HEAD + "辰竹\t\tplace\n\n", (Name("辰竹", "", "place"),)),
        (HEAD + "邵国森\tShao Guosen\t\n辰竹\tTrend\n", (
            Name("邵国森", "Shao Guosen", "person"), Name("辰竹", "Trend", "organisation"))),
        (HEAD, ()),
    ],
)  # fmt: skip
def test_load(text: str, expected: tuple[Name, ...], tmp_path: Path) -> None:
    assert name_list.load(written(tmp_path, text)).names == expected


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "columns"),
        ("source\ttarget\n", 1, "source, target, kind"),
        (HEAD + "辰竹\n", 2, "1 columns"),
        (HEAD + "辰竹\tA\tplace\tb\tc\n", 2, "5 columns"),
        (HEAD + "\n\tTrend\tplace\n", 3, "source is empty"),
        (HEAD + "Trend\tTrend\tplace\n", 2, "no Chinese"),
        (HEAD + "辰竹\t辰竹公司\tplace\n", 2, "Chinese in it"),
        (HEAD + "辰竹\tTrend\tfirm\n", 2, "person, organisation, place"),
        (HEAD + "辰竹\tTrend\tplace\n辰竹\tTrends\tplace\n", 3, "line 2"),
    ],
)
def test_mistakes_name_file_and_line(text: str, line: int, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as error:
        name_list.load(path)
    assert f"{path}, line {line}" in str(error.value)
    assert said in str(error.value)


def test_unreadable_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        name_list.load(tmp_path / "none.tsv")
    (tmp_path / "latin.tsv").write_bytes(HEAD.encode() + b"\xff\xfe\n")
    with pytest.raises(InputError, match="UTF-8"):
        name_list.load(tmp_path / "latin.tsv")


@given(st.text(st.sampled_from(list("source\ttarget\tkind\n辰竹-A person\ufeff\r")), max_size=60))
def test_load_reads_or_refuses_any_text(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(InputError):
        assert isinstance(name_list.load(written(Path(folder), HEAD + text)), NameList)


def test_own_names_win_over_found_ones() -> None:
    document = documents.from_text(ARTICLE)
    own = NameList(
        (
            Name("邵国森", "Sam Shao", "person"),
            Name("辰竹", "", "organisation"),
            Name("客户", "the Client", "organisation"),
        )
    )
    names = own.over(find(document))
    assert substitute("邵国森在松江区对辰竹的客户说", names) == (
        "Sam Shao在Songjiang District对辰竹的the Client说"
    )
    assert missing("邵国森说", "Shao said so.", names) == ()
    assert missing("邵国森说", "Zhao said so.", names) == (own.names[0],)


def test_what_is_no_name_has_no_name_inside() -> None:
    names = NameList((Name("松江区大厦", "", "organisation"),)).over(
        (Name("松江区", "Songjiang District", "place"),)
    )
    assert substitute("松江区大厦在松江区", names) == "松江区大厦在Songjiang District"
    assert [name.source for name in occurring("松江区大厦在松江区", names)] == ["松江区"]


def test_the_last_part_of_a_foreign_name_goes_with_the_whole() -> None:
    own = NameList((Name("雅各布·布赖特", "Jakob Breit", "person"),))
    assert substitute("雅各布·布赖特说。布赖特又说。", own.over(())) == "Jakob Breit说。Breit又说。"


def test_the_order_of_a_file_does_not_change_its_hash() -> None:
    one, two = Name("辰竹", "Trend", "organisation"), Name("邵国森", "", "person")
    assert NameList((one, two)).sha256 == NameList((two, one)).sha256
    assert NameList((one,)).sha256 != NameList((one, two)).sha256


def test_proposals_are_a_file_that_load_reads(tmp_path: Path) -> None:
    document = documents.from_text(
        "董事长邵国森说，好。\n\n经理马丁·布赖特也来了。\n\n越南工贸部副部长阮文明坦言，不易。\n\n据路透社报道。"
    )
    proposals = name_list.propose(document, {"路透社": "Reuters news agency"})
    assert [(one.source, one.target, one.kind) for one in proposals] == [
        ("邵国森", "Shao Guosen", "person"),
        ("马丁·布赖特", "", "person"),
        ("阮文明", "", "person"),
        ("路透社", "Reuters news agency", "organisation"),
    ]
    assert "董事长邵国森说" in proposals[0].comment
    assert "not sure" in proposals[1].comment
    own = name_list.load(written(tmp_path, name_list.render(proposals)))
    assert [name.source for name in own.names] == [one.source for one in proposals]


@given(st.text(st.sampled_from(list("记者王小明说马丁·布赖特，经理\t\n")), min_size=1, max_size=60))
def test_propose_survives_any_text(text: str) -> None:
    document = Document("d", "", "-", (Block("b1", "paragraph", text),))
    for one in name_list.propose(document, {}):
        assert isinstance(one, Proposal)
        assert one.source in text


# The glossary


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        # a term that is the name
        ({"辰竹": "Trend"}, {"辰竹": "Trend"}),
        # the full name, and what the document goes on to call the company
        (
            {"上海辰竹仪表有限公司": "Trend Instruments Co., Ltd."},
            {"辰竹": "Trend Instruments", "辰竹仪表": "Trend Instruments"},
        ),
        # another company's
        ({"上海辰竹园林有限公司": "Garden Co., Ltd."}, {"辰竹": "Chenzhu"}),
        ({"邵国森": "Sam Shao"}, {"邵国森": "Sam Shao"}),
    ],
)
def test_the_glossary_wins_over_names_found(
    terms: dict[str, str], expected: dict[str, str]
) -> None:
    document = documents.from_text(ARTICLE)
    names = {name.source: name.target for name in settled(find(document), terms, document)}
    assert {source: names.get(source) for source in expected} == expected


def test_own_names_win_over_terms() -> None:
    terms = Glossary((Term("辰竹", "Trend"), Term("松江", "Sungkiang")))
    own = NameList((Name("辰竹", "Chenzhu", "organisation"), Name("松江港", "Port", "place")))
    assert own.over_terms(terms).substitute("辰竹在松江港和松江") == "Chenzhu在Port和Sungkiang"


# In the pipeline


def test_the_pipeline_asks_and_checks_with_own_names(tmp_path: Path) -> None:
    def answer(source: str, _: Decoding) -> list[Candidate]:
        return says("Sam Shao of Trend spoke about it at some length to the press here.")

    path = written(
        tmp_path, HEAD + "邵国森\tSam Shao\tperson\n辰竹\tTrend\torganisation\n林茨\t-\tplace\n"
    )
    engine = ScriptedEngine(answer)
    translation = Pipeline(Options(names=path), engine).translate(documents.from_text(ARTICLE))
    asked = " ".join(source for source, _ in engine.asked)
    assert "Sam Shao" in asked
    assert "Trend" in asked
    assert "Linz" not in asked
    assert "Shao Guosen" not in asked
    targets = {name.source: name.target for name in translation.names}
    assert targets["邵国森"] == "Sam Shao"
    assert "林茨" not in targets
    names = [finding for finding in translation.findings if finding.kind == "name"]
    assert {finding.expected for finding in names} == {"Songjiang District", "Shanghai"}
    assert translation.run["names_sha256"] == name_list.load(path).sha256


def test_a_run_without_a_names_file_says_so() -> None:
    engine = ScriptedEngine(lambda source, _: says("A plain sentence about it all."))
    run = Pipeline(Options(), engine).translate(documents.from_text(ARTICLE)).run
    assert run["names_sha256"] is None


def written(folder: Path, text: str) -> Path:
    path = folder / "names.tsv"
    path.write_bytes(text.encode("utf-8"))
    return path
