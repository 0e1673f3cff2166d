from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
import sample
from docx.oxml.ns import qn
from lxml import etree

from translator import bitext
from translator.export.word import to_docx


@pytest.fixture(scope="module")
def data() -> bytes:
    return to_docx(sample.translation(), sample.BRIEF)


@pytest.fixture
def document(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def texts(document: Any) -> list[tuple[str, str]]:
    return [(one.style.name, one.text) for one in document.paragraphs]


def test_the_brief_is_the_first_page_in_real_styles(document: Any) -> None:
    assert texts(document)[:8] == [
        ("Kicker", "English brief"),
        ("Title", "Jiangcheng starts building"),
        ("Subtitle", "江城新区开工"),
        ("Heading 2", "Summary"),
        ("Lead", "Work has begun in Jiangcheng.\u00a0s1 A plant is built.\u00a0s3\u00a0s4"),
        ("Heading 2", "Key points"),
        ("List Bullet", "It costs money.\u00a0s3"),
        ("List Bullet", "Business is good.\u00a0s7"),
    ]
    assert texts(document)[8:13] == [
        ("Heading 2", "Key figures"),
        ("Heading 2", "People and organisations"),
        ("List Bullet", "Li Ming, reporter\u00a0s2"),
        ("Heading 2", "In their words"),
        ("List Bullet", "“Business is good.” – Li Ming\u00a0s7"),
    ]
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows == [
        ["Figure", "What it measures", "Sentence"],
        ["327 million yuan", "invested in a plant", "s3"],
    ]
    assert "2 errors, 1 warning, 1 sentence not translated" in texts(document)[13][1]
    assert document.paragraphs[14].paragraph_format.page_break_before


def test_the_text_has_a_paragraph_a_block(document: Any) -> None:
    assert texts(document)[14:21] == [
        ("Heading 1", "Jiangcheng breaks ground"),
        ("Byline", "By Li Ming"),
        (
            "Body Text",
            f"It invests 3.27 billion yuan in a plant. He wrote: {sample.HOSTILE} & left.",
        ),
        ("Heading 2", "The future"),
        ("Body Text", "[s6 not translated: 员工的生活越来越好。] Business is good."),
        ("Caption", "The ceremony."),
        ("Heading 1", "Sentence by sentence"),
    ]


def test_findings_are_comments_on_the_words_they_are_about(document: Any) -> None:
    comments = {one.comment_id: one.text for one in document.comments}
    assert list(comments.values()) == [
        "Error: 3.27亿元 is given as 3.27 billion yuan; expected: 327 million yuan\n"
        "Chinese: 公司投资3.27亿元建设工厂。",
        "Error: there is no translation\nChinese: 员工的生活越来越好。",
        "Warning: 营商环境 is not rendered as business environment\nChinese: 营商环境好。",
    ]
    about = {}
    for number in comments:
        inside, words = False, ""
        for node in document.element.body.iter():
            if node.tag == qn("w:commentRangeStart") and node.get(qn("w:id")) == str(number):
                inside = True
            elif node.tag == qn("w:commentRangeEnd") and node.get(qn("w:id")) == str(number):
                inside = False
            elif inside and node.tag == qn("w:t"):
                words += node.text
        about[number] = words
    assert list(about.values()) == [
        *("3.27 billion yuan", "[s6 not translated: 员工的生活越来越好。]", "Business is good."),
    ]


def test_the_brief_links_to_sentences_that_are_there(document: Any) -> None:
    body = document.element.body
    links = [one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))]
    marks = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    assert links == ["s1", "s3", "s4", "s3", "s7", "s2", "s7"]
    assert marks == [f"s{number}" for number in range(1, 9)]
    ids = [one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkStart"))]
    assert ids == [one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkEnd"))]
    assert len(set(ids)) == 8


def test_fonts_for_both_scripts_are_named(document: Any) -> None:
    used = {one.style.name for one in document.paragraphs} | {"Cell", "Normal", "Footer"}
    for name in used:
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:ascii")) in ("Times New Roman", "Arial"), name
        assert fonts.get(qn("w:eastAsia")) in ("SimSun", "Microsoft YaHei"), name
        assert not [key for key in fonts.attrib if key.endswith("Theme")], name


def test_properties_say_what_it_is(document: Any, data: bytes) -> None:
    properties = document.core_properties
    assert properties.title == "Jiangcheng starts building"
    assert properties.subject == "江城新区开工"
    assert properties.language == "en"
    assert properties.comments.startswith("Machine translation")
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert not [name for name in names if "vba" in name.lower()]


def test_the_table_has_every_sentence(document: Any) -> None:
    _, table = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == ["No.", "Chinese", "English"]
    assert [row[0] for row in rows[1:]] == [f"s{number}" for number in range(1, 9)]
    assert rows[3][1:] == ["公司投资3.27亿元建设工厂。", "It invests 3.27 billion yuan in a plant."]
    assert rows[6][1:] == ["员工的生活越来越好。", ""]


def test_an_edited_table_is_read_back(document: Any, tmp_path: Path) -> None:
    cell = document.tables[1].rows[3].cells[2]
    cell.paragraphs[0].runs[0].text = "It invests 327 million yuan in a plant."
    document.save(str(tmp_path / "a.docx"))
    pairs = {pair.id: pair for pair in bitext.read(tmp_path / "a.docx")}
    assert list(pairs) == ["s1", "s2", "s3", "s4", "s5", "s7", "s8"]
    assert pairs["s3"].source == "公司投资3.27亿元建设工厂。"
    assert pairs["s3"].target == "It invests 327 million yuan in a plant."
    assert pairs["s4"].target == f"He wrote: {sample.HOSTILE} & left."


def test_without_a_brief_it_begins_with_the_text() -> None:
    document = docx.Document(io.BytesIO(to_docx(sample.clean())))
    assert texts(document)[0] == ("Heading 1", "Jiangcheng breaks ground")
    assert not document.paragraphs[0].paragraph_format.page_break_before
    assert document.core_properties.title == "Jiangcheng breaks ground"
    assert list(document.comments) == []


def test_a_long_article_takes_no_square_of_its_time() -> None:
    import time

    made = sample.clean()

    def taken(count: int) -> float:
        segments = tuple(replace(made.segments[0], id=f"s{number}") for number in range(count))
        started = time.process_time()
        to_docx(replace(made, segments=segments))
        return time.process_time() - started

    taken(10)
    assert taken(1600) < 8 * max(taken(400), 0.1)


_TBL_PR = ("tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook")


def test_the_table_keeps_the_order_that_word_insists_on(data: bytes) -> None:
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
    names = [one.tag.rpartition("}")[2] for one in next(root.iter(qn("w:tblPr")))]
    assert names == [name for name in _TBL_PR if name in names]
    assert {"tblBorders", "tblLayout", "tblCellMar"} <= set(names)


def test_libreoffice_opens_it(data: bytes, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no LibreOffice is installed")
    import pypdfium2

    (tmp_path / "a.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [
            office,
            "--headless",
            profile,
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            tmp_path / "a.docx",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    pages = [
        page.get_textpage().get_text_range()
        for page in pypdfium2.PdfDocument(str(tmp_path / "a.pdf"))
    ]
    assert len(pages) == 3
    assert "Jiangcheng starts building" in pages[0]
    assert "By Li Ming" in pages[1]
    assert "Page 2 of 3" in pages[1]
    assert "营商环境好。" in pages[2]
