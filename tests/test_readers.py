"""Bytes and formats: every encoding and format in, every bad file refused in one clear line."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from translator import decode, documents, readers
from translator.documents import Limits
from translator.errors import InputError

HERE = Path(__file__).parent
SHORT = "上海辰竹仪表有限公司成功摘得松江区地块。"
LONG = (HERE.parent / "seeds" / "articles" / "songjiang-etdz.zh.txt").read_text("utf-8")
SHORT_TRADITIONAL = "臺灣與上海的企業簽署協議，將設立實驗室。"
LONG_TRADITIONAL = (
    "市政府昨天宣布，為協助中小企業升級轉型，將投入三億五千萬元，在未來兩年內設立八個服務中心。"
    "「過去企業要跑好幾個單位，現在一次就能辦好。」經濟發展局局長說，這項計畫預計讓兩千家廠商受惠。\n"
)


def rows(source: Path | str, limits: Limits | None = None) -> list[tuple[str, str]]:
    document = documents.read(str(source), limits=limits or Limits())
    return [(block.kind, block.text) for block in document.blocks]


def refused(source: Path | str, said: str, limits: Limits | None = None) -> None:
    with pytest.raises(InputError, match=said) as caught:
        documents.read(str(source), limits=limits or Limits())
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == 3


@pytest.mark.parametrize("text", [SHORT, "你好。", "4月9日，ABB与辰竹签约", LONG])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_simplified_text_decodes(text: str, encoding: str) -> None:
    assert decode.decode(text.encode(encoding), "here") == text


@pytest.mark.parametrize("text", [SHORT_TRADITIONAL, LONG_TRADITIONAL * 20])
@pytest.mark.parametrize("encoding", ["big5", "cp950", "big5hkscs", "gb18030", "utf-16-le"])
def test_traditional_text_decodes(text: str, encoding: str) -> None:
    assert decode.decode(text.encode(encoding), "here") == text


def test_every_sentence_of_an_article_decodes_alone() -> None:
    sentences = [part + "。" for part in LONG.split("。") if len(part.strip()) > 4]
    for encoding in ("gb18030", "utf-16-le", "utf-16-be"):
        for sentence in sentences:
            assert decode.decode(sentence.encode(encoding), "here") == sentence


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\x00" * 50, "empty"),
        (bytes(range(256)) * 8, "binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(200)), "binary"),
        (SHORT.encode("utf-8") * 9 + b"\xff" + SHORT.encode(), "byte 540 is damaged"),
        (b"\xff\xfe" + SHORT.encode("utf-16-le") + b"\x4e", "UTF-16 but byte .* damaged"),
        (
            "Компания подписала соглашение в Шанхае о сотрудничестве.".encode("cp1251"),
            "not Chinese",
        ),
        ("L’entreprise a signé un accord à Shanghaï, déclare-t-elle.".encode("cp1252"), "Chinese"),
    ],
)
def test_bytes_that_are_no_chinese_text_are_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    refused(path, said)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00\xd8")
@example(b"PK\x03\x04")
@example(b"\x81\x30\x81\x30")
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    said = ""
    try:
        documents.from_text(decode.decode(data, "here"))
    except InputError as exc:
        said = str(exc)
    assert "\n" not in said


def test_paths_that_are_no_article_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none.txt", "does not exist")
    refused(tmp_path, "is a folder")
    refused("a\x00b.txt", "cannot be read")
    refused("x" * 5000, "cannot be read")
    (tmp_path / "a.doc").write_text(SHORT, "utf-8")
    refused(tmp_path / "a.doc", r"unknown ending .doc: .*\.docx")
    (tmp_path / "a.txt").write_text(SHORT, "utf-8")
    refused(tmp_path / "a.txt" / "b.txt", "cannot be read")
    refused(tmp_path / "a.txt", "the limit is 9", Limits(text_bytes=9))
    refused(tmp_path / "a.txt", "larger than 9 bytes", Limits(file_bytes=9))


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes and file modes of POSIX")
def test_pipes_and_unreadable_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    refused(tmp_path / "pipe.txt", "not a regular file")
    (tmp_path / "a.txt").write_text(SHORT, "utf-8")

    def deny(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")  # what root would never be told

    monkeypatch.setattr(Path, "open", deny)
    refused(tmp_path / "a.txt", "may not be read")


@pytest.mark.parametrize("ending", ["", ".txt", ".TXT", ".text", ".md"])
def test_text_files_are_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"article{ending}"
    path.write_bytes(SHORT.encode("gb18030"))
    assert rows(path) == [("paragraph", SHORT)]


def test_standard_input_tells_its_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (SHORT.encode("gbk"), word_file(SHORT), pdf_file([[SHORT]])):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        document = documents.read("-")
        assert (document.source, document.blocks[0].text) == ("-", SHORT)


def test_markdown_keeps_headings_and_front_matter_title() -> None:
    text = (
        "---\ntitle: 园区启动建设\ndate: 2025-06-18\n---\n\n<!-- 注 -->\n"
        "## 一期\n\n共**五**个*项目*。\n"
    )
    assert [(line.text, line.role) for line in readers.markdown_lines(text)] == [
        ("园区启动建设", "title"),
        ("一期", "heading"),
        ("共五个项目。", "text"),
    ]


# docx


def word_file(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The docx file with parts replaced or added; `__` in a name stands for a slash."""
    out = io.BytesIO()
    changed = {name.replace("__", "/") + ".xml": part for name, part in parts.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, changed.pop(name, old.read(name)))
        for name, part in changed.items():
            new.writestr(name, part)
    return out.getvalue()


def test_word_files_are_read_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "第1页"
    document.add_heading("松江经开区聚链成势", 0)
    document.add_paragraph("青年报记者 陈泳均")
    document.add_paragraph("松江经开区今年新成立招商服务部，成效明显。")
    document.add_heading("聚势招商", 1)
    table = document.add_table(2, 2)
    for cell, text in zip(
        [*table.rows[0].cells, *table.rows[1].cells],
        ["年份", "产值", "2024", "3.27亿元"],
        strict=True,
    ):
        cell.text = text
    document.add_paragraph("建设园区", style="List Bullet")
    document.add_paragraph("园区牵线搭桥，帮助团队获得设备融资租赁，孵")
    document.add_paragraph("化了多个项目。")
    document.save(str(tmp_path / "a.docx"))
    assert rows(tmp_path / "a.docx") == [
        ("headline", "松江经开区聚链成势"),
        ("byline", "青年报记者 陈泳均"),
        ("lead", "松江经开区今年新成立招商服务部，成效明显。"),
        ("heading", "聚势招商"),
        ("paragraph", "年份\t产值"),
        ("paragraph", "2024\t3.27亿元"),
        ("paragraph", "建设园区"),
        ("paragraph", "园区牵线搭桥，帮助团队获得设备融资租赁，孵化了多个项目。"),
    ]


def test_word_insertions_and_text_boxes_are_kept_and_deletions_are_not(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(word_file("园区开工。"))) as archive:
        body = archive.read("word/document.xml").decode()
    change = (
        '<w:p><w:ins w:id="1"><w:r><w:t>今年</w:t></w:r></w:ins><w:del w:id="2"><w:r>'
        "<w:delText>去年</w:delText></w:r></w:del><w:r><w:t>完工。</w:t></w:r><w:r><w:pict>"
        "<w:txbxContent><w:p><w:r><w:t>图为园区外景。</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>明年投产。</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    body = body.replace("<w:sectPr", change + "<w:sectPr", 1)
    (tmp_path / "a.docx").write_bytes(repacked(word_file("x"), word__document=body.encode()))
    assert [text for _, text in rows(tmp_path / "a.docx")] == [
        "园区开工。",
        "今年完工。",
        "图为园区外景。",
        "明年投产。",
    ]


def test_bad_word_files_are_refused(tmp_path: Path) -> None:
    good = word_file(SHORT)
    bomb = b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 99 + b'">]><a>&b;</a>'
    files = {
        "unpacks to": (
            repacked(good, word__bomb=b" " * 3_000_000),
            Limits(unpacked_bytes=2_000_000),
        ),
        "document type": (repacked(good, word__document=bomb), None),
        "not a Word document": (b"PK\x05\x06" + b"\x00" * 18, None),
        "encrypted or old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, None),
        "not a docx file": (SHORT.encode(), None),
        "damaged": (good[: len(good) // 2], None),
        "is empty": (word_file(""), None),
        "the limit is 30": (word_file(SHORT), Limits(text_bytes=30)),
    }
    for said, (data, limits) in files.items():
        (tmp_path / "a.docx").write_bytes(data)
        refused(tmp_path / "a.docx", said if said != "not a Word document" else "docx", limits)


# html

PAGE = """<html><head><meta charset="{charset}"><title>园区聚链成势_申江网</title></head><body>
<nav><a href="/">首页</a> <a href="/news">新闻</a></nav><article><h1>园区聚链成势</h1>
<p>青年报记者 陈泳均</p><p>　　松江经开区今年新成立招商服务部，囍事不断。</p><h2>聚势招商</h2>
<p>园区牵线搭桥，帮助团队获得设备融资租赁，孵</p><p>化了多个项目。</p>
<ul><li>一项工程<ul><li>内含一项</li></ul></li><li>两项工程</li></ul>
<table><tr><td>年份</td><td>产值</td></tr><tr><td>2024</td><td>3亿元</td></tr></table>
</article><footer>版权所有 沪ICP备123号</footer></body></html>"""
PAGE_ROWS = [
    ("headline", "园区聚链成势"),
    ("byline", "青年报记者 陈泳均"),
    ("lead", "松江经开区今年新成立招商服务部，囍事不断。"),
    ("heading", "聚势招商"),
    ("paragraph", "园区牵线搭桥，帮助团队获得设备融资租赁，孵化了多个项目。"),
    ("paragraph", "一项工程"),
    ("paragraph", "内含一项"),
    ("paragraph", "两项工程"),
    ("paragraph", "年份\t产值"),
    ("paragraph", "2024\t3亿元"),
]


@pytest.mark.parametrize(
    ("said", "encoding"),
    [("utf-8", "utf-8"), ("gb2312", "gb18030"), ("nonsense", "gbk"), ("utf-8", "gb18030")],
)
def test_web_pages_give_their_article(tmp_path: Path, said: str, encoding: str) -> None:
    (tmp_path / "a.html").write_bytes(PAGE.format(charset=said).encode(encoding))
    assert rows(tmp_path / "a.html") == PAGE_ROWS


def test_an_epaper_set_in_tables_gives_its_article(tmp_path: Path) -> None:
    page = (
        "<html><head><title>申江日报·第A01版：要闻</title></head><body><table>"
        "<tr><td><strong>园区聚链成势 松江再谱新篇</strong></td></tr>"
        "<tr><td><x-content><P>　　松江经开区今年新成立招商服务部，精准锚定产业赛道。</P>"
        "<P>　　园区牵线搭桥，帮助团队获得设备融资租赁。</P></x-content></td></tr></table>"
        "<div><a href='1'>上一篇</a> <a href='2'>下一篇</a></div></body></html>"
    )
    (tmp_path / "a.htm").write_text(page, "utf-8")
    assert rows(tmp_path / "a.htm") == [
        ("headline", "园区聚链成势 松江再谱新篇"),
        ("lead", "松江经开区今年新成立招商服务部，精准锚定产业赛道。"),
        ("paragraph", "园区牵线搭桥，帮助团队获得设备融资租赁。"),
    ]


def test_one_damaged_byte_does_not_lose_a_page(tmp_path: Path) -> None:
    page = PAGE.format(charset="gb2312").replace("新闻</a>", "新闻@@</a>" + "　" * 2000)
    data = page.encode("gb18030").replace(b"@@", b"\xff")
    (tmp_path / "a.html").write_bytes(data)
    assert rows(tmp_path / "a.html") == PAGE_ROWS


def test_bad_web_pages_are_refused(tmp_path: Path) -> None:
    deep = f"<html><body>{'<div>' * 60_000}{SHORT}</body></html>"
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE html [<!ENTITY a0 "中">{entities}]><html><body><p>&a8;</p></body></html>'
    for page, said in [
        ("<html><head><title>x</title></head><body></body></html>", "no article text"),
        (
            "<html><body><p>The park signed a deal today in Shanghai.</p></body></html>",
            "not Chinese",
        ),
        (deep, "damaged|no article|too much|longer|not Chinese|cannot be read"),
        (bomb, "not Chinese|no article|damaged|no words"),
    ]:
        (tmp_path / "a.html").write_text(page, "utf-8")
        refused(tmp_path / "a.html", said)


# pdf


def pdf_file(pages: list[list[str]], x: int = 72) -> bytes:
    """A PDF with a Chinese font that readers know by name, a line of text every 20 points.

    A line that starts with an ideographic space is set in by two characters; an empty one
    leaves a gap.
    """
    streams = []
    for lines in pages:
        marks = []
        for row, line in enumerate(lines):
            shift = 24 if line.startswith("\u3000") else 0
            text = line.strip().encode("utf-16-be").hex()
            marks.append(f"BT /F1 12 Tf {x + shift} {760 - 16 * row} Td <{text}> Tj ET")
        streams.append("\n".join(marks))
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        " /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /Ascent 880 /Descent -120 >>",
    ]
    for number, stream in enumerate(streams):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R"
            f" >> >> /Contents {7 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return (out + f"startxref\n{out.index('xref')}\n%%EOF\n").encode("latin-1")


def test_pdf_text_is_read_over_lines_and_pages(tmp_path: Path) -> None:
    first = [
        "园区聚链成势",
        "",
        "青年报记者 陈泳均",
        "",
        "　　松江经开区今年新成立招商服务部，精准锚定产业赛",
    ]
    first += ["道，链动集群发展。", "　　园区牵线搭桥，帮助团队获得设备融资租赁，孵", "- 1 -"]
    (tmp_path / "a.pdf").write_bytes(pdf_file([first, ["化了多个项目。", "2"]]))
    assert rows(tmp_path / "a.pdf") == [
        ("headline", "园区聚链成势"),
        ("byline", "青年报记者 陈泳均"),
        ("lead", "松江经开区今年新成立招商服务部，精准锚定产业赛道，链动集群发展。"),
        ("paragraph", "园区牵线搭桥，帮助团队获得设备融资租赁，孵化了多个项目。"),
    ]


def test_bad_pdf_files_are_refused(tmp_path: Path) -> None:
    good = pdf_file([[SHORT], [SHORT]])
    (tmp_path / "locked.pdf").write_bytes((HERE / "fixtures" / "locked.pdf").read_bytes())
    refused(tmp_path / "locked.pdf", "is encrypted")
    for data, said, limits in [
        (pdf_file([[]]), "only images", None),
        (good, "has 2 pages, the limit is 1", Limits(pages=1)),
        (good, "the limit is 30", Limits(text_bytes=30)),
        (b"%PDF-1.4\n" + b"\x00\xff" * 200, "damaged|cannot be read|only images", None),
        (SHORT.encode(), "not a pdf", None),
    ]:
        (tmp_path / "a.pdf").write_bytes(data)
        refused(tmp_path / "a.pdf", said, limits)


def test_a_parser_that_runs_on_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_file([[SHORT]]))
    refused(tmp_path / "a.pdf", "longer than 0.01 s", Limits(seconds=0.01))


def test_a_text_named_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(pdf_file([[SHORT]]))
    refused(tmp_path / "a.txt", "named as text but is pdf")
