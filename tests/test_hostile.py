"""Files made to break their reader: each is read or refused, in one line, in bounded time."""

from __future__ import annotations

import functools
import io
import os
import struct
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import pytest

from translator import (
    bitext,
    decode,
    documents,
    english,
    fetch,
    glossary,
    isolated,
    name_list,
    names,
    quantities,
    readers,
    reflow,
    segmentation,
)
from translator.batch import sources, tables
from translator.brief import english as brief_english
from translator.checks import degenerate, negation
from translator.documents import Block, Document, Limits
from translator.errors import InputError
from translator.grounding import proper_words

TEXT = "上海辰竹仪表有限公司成功摘得松江区地块。"
QUICK = Limits(seconds=60.0, unpacked_bytes=5_000_000)


def refused(work: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        work()
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600


def saved(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(
        data.encode("utf-8", errors="surrogatepass") if isinstance(data, str) else data
    )
    return path


# Word files

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BODY = f'<w:document xmlns:w="{_W}"><w:body>{{}}</w:body></w:document>'
PARAGRAPH = f"<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>"
LATE = "<?xml version='1.0'?><!--" + " " * 9000 + "-->"  # past what a look at the start would see


def word_file(body: str | bytes | None = None, *more: tuple[str, bytes]) -> bytes:
    """A docx file with another body and parts added, the second of a name being a duplicate."""
    plain, out = io.BytesIO(), io.BytesIO()
    docx.Document().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data: str | bytes = old.read(name)
            if name == "word/document.xml" and body is not None:
                data = body
            new.writestr(name, data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, data in more:
                new.writestr(name, data)
    return out.getvalue()


def with_false_sizes(data: bytes, part: bytes) -> bytes:
    """The file with a part that says it unpacks to ten bytes, in both of the places that say so."""
    changed = bytearray(data)
    local, central = data.find(part) - 30, data.rfind(part) - 46
    changed[local + 22 : local + 26] = changed[central + 24 : central + 28] = struct.pack("<I", 10)
    return bytes(changed)


def with_shared_bytes(times: int) -> bytes:
    """A zip file many of whose entries are the same bytes."""
    out = io.BytesIO(word_file(BODY.format(PARAGRAPH), ("word/b0.xml", b"<a/>" + b" " * 1_000_000)))
    with zipfile.ZipFile(out, "a") as archive:
        first = archive.getinfo("word/b0.xml")
        for number in range(1, times):
            other = zipfile.ZipInfo(f"word/b{number}.xml")
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(other, name, getattr(first, name))
            archive.filelist.append(other)
        archive._didModify = True  # type: ignore[attr-defined]
    return out.getvalue()


WORD_FILES = {
    "a ratio of 1,000 to 1": (word_file(None, ("word/b.xml", b" " * 6_000_000)), "unpacks to"),
    "entries that share their bytes": (with_shared_bytes(9), "unpacks to"),
    "20,000 entries": (word_file(None, *((f"{n}", b"") for n in range(20_000))), "20,0.. parts"),
    "a size that is false": (
        with_false_sizes(word_file(None, ("word/b.xml", b" " * 4_000_000)), b"word/b.xml"),
        "damaged",
    ),
    "entities after a long comment": (
        word_file(LATE + f'<!DOCTYPE w [<!ENTITY a "{TEXT}">]>' + BODY.format(PARAGRAPH)),
        "document type",
    ),
    "another file as an entity": (
        word_file(
            LATE + '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + BODY.format("")
        ),
        "document type",
    ),
    "a default for an attribute of every element": (
        word_file(LATE + f'<!DOCTYPE w [<!ATTLIST p b CDATA "{"x" * 9000}">]>' + BODY.format("")),
        "document type",
    ),
    "a document type in UTF-7": (
        word_file("<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE w>" + BODY.format("")),
        "no XML in UTF-8",
    ),
    "a part that leads out of the file": (
        word_file(
            None,
            (
                "word/_rels/document.xml.rels",
                b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                b'<Relationship Id="r1" Type="x" Target="../../../../etc/passwd"/></Relationships>',
            ),
        ),
        "damaged",
    ),
}


@pytest.mark.parametrize("name", WORD_FILES)
def test_word_files(tmp_path: Path, name: str) -> None:
    data, said = WORD_FILES[name]
    path = saved(tmp_path, "a.docx", data)
    refused(lambda: documents.read(str(path), limits=QUICK), said)


def test_word_files_nested_deeply_are_read(tmp_path: Path) -> None:
    for opened, closed in [
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        ("<w:p><w:r><w:txbxContent>", "</w:txbxContent></w:r></w:p>"),
    ]:
        body = BODY.format(opened * 60 + PARAGRAPH + closed * 60)
        document = documents.read(str(saved(tmp_path, "a.docx", word_file(body))))
        assert [block.text for block in document.blocks] == [TEXT]


# XML of other tools

UNIT = (
    "<tu><tuv xml:lang='zh'><seg>中文</seg></tuv><tuv xml:lang='en'><seg>Chinese</seg></tuv></tu>"
)
TMX = "<tmx><body>{}</body></tmx>"
TERMS = "".join(f"<tig><term>中{{0}}{n}</term></tig>" for n in range(101))
XML_FILES = [
    ("a.tmx", TMX.format("<a/>" * 250_000), "over 200,000 elements with no tu complete"),
    ("a.tmx", TMX.format(f"<tu>{'<a/>' * 250_000}</tu>"), "over 200,000 elements"),
    ("a.tmx", f'<!DOCTYPE tmx [<!ATTLIST a b CDATA "x">]>{TMX.format(UNIT)}', "XML attributes"),
    ("a.tmx", "<?xml version='1.0' encoding='utf-7'?>" + TMX.format(UNIT), "is in 'utf-7'"),
    ("a.tmx", "<?xml version='1.0'?><tmx/>".encode("cp037"), "is not XML"),
    ("a.xlf", "<xliff>" + "<group>" * 5_000, "not well-formed"),
    ("a.tbx", f"<tbx>{'<a/>' * 250_000}</tbx>", "over 200,000 elements"),
    ("a.tbx", f'<!DOCTYPE tbx [<!ATTLIST a b CDATA "{"x" * 99}">]><tbx/>', "XML attributes"),
    (
        "a.tbx",
        f'<tbx><termEntry><langSet xml:lang="zh">{TERMS}</langSet><langSet xml:lang="en"><tig>'
        "<term>a</term></tig></langSet></termEntry></tbx>",
        "over 100 terms of one language",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "said"), XML_FILES, ids=range(len(XML_FILES)))
def test_xml_files(tmp_path: Path, name: str, data: str | bytes, said: str) -> None:
    path = saved(tmp_path, name, data)
    refused(lambda: glossary.load(path) if name.endswith("tbx") else bitext.read(path), said)


def test_xml_that_names_other_files_reads_none_of_them(tmp_path: Path) -> None:
    secret = saved(tmp_path, "secret.txt", "秘密").as_uri()
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{}"/>'
    data = f'<!DOCTYPE tmx SYSTEM "{secret}">' + TMX.format(include.format(secret) + UNIT)
    (pair,) = bitext.read(saved(tmp_path, "a.tmx", data))
    assert (pair.source, pair.target) == ("中文", "Chinese")


def test_what_is_read_of_a_large_file_does_not_stay_in_memory(tmp_path: Path) -> None:
    # Junk before each unit, in a parent of its own: a reader that drops siblings alone keeps it.
    data = TMX.format(f"<group>{'<a/>' * 500}{UNIT}</group>" * 400)
    assert len(bitext.read(saved(tmp_path, "a.tmx", data))) == 400


# pages and PDF files


def pdf(*objects: bytes) -> bytes:
    """A PDF file of these objects, the first being its root; no table says where they are."""
    numbered = (b"%d 0 obj\n%b\nendobj\n" % (at, body) for at, body in enumerate(objects, 1))
    return b"%PDF-1.4\n" + b"".join(numbered) + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


ROOT = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources 5 0 R >>"
FORM = b"<< /XObject << /A 4 0 R >> >>"
BOMB = zlib.compress(zlib.compress(b" " * 200_000_000))
PDF_FILES = {
    "10,000 pages": (
        pdf(ROOT, b"<< /Type /Pages /Kids [%b] /Count 10000 >>" % (b"3 0 R " * 10_000), PAGE,
            b"<< /Length 0 >>\nstream\n\nendstream", b"<< >>"),
        "pages, the limit is 200|only images",
    ),
    "pages that hold themselves": (
        pdf(ROOT, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"),
        "only images|damaged",
    ),
    "a stream as long as itself": (
        pdf(ROOT, ONE_PAGE, PAGE, b"<< /Length 4 0 R >>\nstream\nBT ET\nendstream", b"<< >>"),
        "only images|damaged",
    ),
    "a form that shows itself": (
        pdf(ROOT, ONE_PAGE, PAGE,
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 5 0 R /Length 6 >>\n"
            b"stream\n/A Do \nendstream", FORM),
        "only images|damaged|memory",
    ),
    "an image of a billion pixels a side": (
        pdf(ROOT, ONE_PAGE, PAGE.replace(b"4 0 R", b"6 0 R"),
            b"<< /Type /XObject /Subtype /Image /Width 999999999 /Height 999999999 /Length 3 "
            b"/BitsPerComponent 8 /ColorSpace /DeviceRGB >>\nstream\nabc\nendstream", FORM,
            b"<< /Length 6 >>\nstream\n/A Do \nendstream"),
        "only images",
    ),
    "a stream packed twice": (
        pdf(ROOT, ONE_PAGE, PAGE,
            b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream"
            % (len(BOMB), BOMB), b"<< >>"),
        "only images|memory|damaged|longer than",
    ),
    "arrays in arrays": (pdf(ROOT[:-2] + b"/X " + b"[" * 90_000), "damaged|only images|cannot be"),
}  # fmt: skip


@pytest.mark.parametrize("name", PDF_FILES)
def test_pdf_files(tmp_path: Path, name: str) -> None:
    data, said = PDF_FILES[name]
    path = saved(tmp_path, "a.pdf", data)
    refused(lambda: documents.read(str(path)), said)


def test_pages_with_scripts_entities_and_open_elements(tmp_path: Path) -> None:
    page = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body>'
        f"<article><h1>园区</h1><p>{TEXT * 5}<script>alert(1)</script>"
        f"<img src=x onerror=alert(2)>&x;</p><p>&lt;script&gt;{TEXT * 3}&lt;/script&gt;</p></article>"
    )
    text = " ".join(b.text for b in documents.read(str(saved(tmp_path, "a.html", page))).blocks)
    assert TEXT * 5 in text
    assert "alert" not in text
    assert "root:" not in text
    assert f"<script>{TEXT * 3}</script>" in text  # it is text here; who shows it escapes it


@pytest.mark.parametrize(
    "body", ["[" * 90_000, "*a_ " * 9_000, ">" * 90_000, "[a](<b" * 9_000, "|a" * 900 + "|\n" + "|-" * 900 + "|\n" + "|中|\n" * 900]
)  # fmt: skip
def test_markdown_made_to_take_long_is_stopped(tmp_path: Path, body: str) -> None:
    path = saved(tmp_path, "a.md", f"{TEXT * 3000}\n\n{body}")
    limits = Limits(seconds=3)
    started = time.monotonic()
    try:
        assert TEXT in documents.read(str(path), limits=limits).blocks[0].text
    except InputError as error:
        assert "took longer than 3 s to read as md" in str(error)  # noqa: PT017
    assert time.monotonic() - started < 60  # this process never does what takes long


def test_too_many_files_at_once_wait_and_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "_PROCESSES", isolated.threading.BoundedSemaphore(1))
    isolated._PROCESSES.acquire()
    call = lambda: isolated.call("x:y", b"", where="a.pdf", kind="pdf", to=0.05)  # noqa: E731
    refused(call, "a.pdf waited 0.05 s for other files")
    isolated._PROCESSES.release()
    refused(call, "a.pdf took longer than 0.05 s")
    assert isolated._PROCESSES.acquire(blocking=False)  # given back


# tables and lists


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.jsonl", "[" * 100_000, "nested too deeply"),
        ("a.jsonl", '{"a":' * 100_000, "nested too deeply"),
        ("a.jsonl", "{" + ",".join(f'"k\\n{n}": 1' for n in range(9_000)) + "}", "k 0, k 1, "),
        ("a.jsonl", '{"text": "' + TEXT + '", "id": ' + "9" * 10_000 + "}", "digits"),
        ("a.csv", "text,id\n\"" + "中" * 2_100_000, "cannot be read as a table"),
        ("a.csv", "a" + ",b\n\"" * 100 + ",x" * 100_000, "no column 'text'"),
    ],
    ids=range(6),
)  # fmt: skip
def test_tables_of_articles(tmp_path: Path, name: str, data: str, said: str) -> None:
    path, columns = str(saved(tmp_path, name, data)), tables.Columns()
    refused(lambda: [tables.text(path, row, columns) for row in tables.rows(path, columns)], said)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_table_with_no_line_break_in_gigabytes_is_refused(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path, name, "text\n" if name == "a.csv" else "")
    os.truncate(path, 8_000_000_000)  # a hole: it takes no room on the disk
    refused(lambda: list(tables.rows(str(path), tables.Columns())), "a line of over 16,000,000")


def test_ids_of_rows_stay_in_the_output_folder(tmp_path: Path) -> None:
    ids = ["../../../etc/passwd", "/etc/passwd", "..", ".", "a/../../b", "\U00020000" * 80, "-rf"]
    data = "text,id\n" + "".join(f"{TEXT},{one}\n" for one in ids)
    path = saved(tmp_path, "a.csv", data)
    for item in sources.expand([str(path)], tmp_path / "out", tables.Columns()):
        assert ".." not in Path(item.stem).parts
        assert not Path(item.stem).is_absolute()
        assert all(len(part.encode()) < 230 for part in Path(item.stem).parts)


def test_columns_without_end_and_a_cell_of_quotation_marks(tmp_path: Path) -> None:
    wide = "source\ttarget" + "\tx" * 200_000
    quotes = 'source\ttarget\n"' + '""' * 500_000 + '"\ta\n'
    refused(lambda: glossary.load(saved(tmp_path, "a.tsv", wide)), "unknown column 'x'")
    refused(lambda: glossary.load(saved(tmp_path, "a.tsv", quotes)), "over 300 characters")
    refused(lambda: bitext.read(saved(tmp_path, "b.tsv", wide)), "no Chinese text")
    assert len(bitext.read(saved(tmp_path, "b.tsv", quotes.replace("\ta", "中\ta")))) == 1
    refused(
        lambda: name_list.load(
            saved(tmp_path, "n.tsv", "source\ttarget\tkind\n中\ta" + "\tx" * 200_000)
        ),
        "200002 columns",
    )


def test_formulas_are_text(tmp_path: Path) -> None:
    data = 'source,target\n"=HYPERLINK(""http://x"",""中"")","=1+1|cmd"\n'
    (term,) = glossary.load(saved(tmp_path, "a.csv", data)).terms
    assert (term.source, term.target) == ('=HYPERLINK("http://x","中")', "=1+1|cmd")


def test_names_hold_no_control_or_direction_characters(tmp_path: Path) -> None:
    data = "source\ttarget\tkind\n中\x00\u202e国\t\x1b[31mChi\u200bna\u202e\tplace\n"
    (name,) = name_list.load(saved(tmp_path, "n.tsv", data)).names
    assert (name.source, name.target) == ("中国", "[31mChina")


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes and devices of POSIX")
@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device", "folder"])
def test_pipes_and_devices_are_refused_everywhere(tmp_path: Path, kind: str) -> None:
    def place(name: str) -> Path:
        path = tmp_path / name
        if kind == "pipe":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        else:
            path.symlink_to("/dev/zero")
        return path

    said = "not a regular file|is a folder"
    refused(lambda: documents.read(str(place("a.txt"))), said)
    refused(lambda: bitext.read(place("a.tmx")), said)
    refused(lambda: glossary.load(place("a.tsv")), said)
    refused(lambda: name_list.load(place("n.tsv")), said)
    refused(lambda: list(tables.rows(str(place("a.csv")), tables.Columns())), said)


def test_a_link_to_an_article_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(saved(tmp_path, "real.txt", TEXT))
    assert documents.read(str(tmp_path / "a.txt")).blocks[0].text == TEXT


# addresses


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://user:secret@news.example/", "without user or password"),
        ("http://user:secret@127.0.0.1:25/", "without user or password"),
        ("ftp://user:secret@news.example/", "not http or https"),
        ("http://user:secret@[::1/", "not a valid URL"),
        ("http://127.0.0.1:6379@news.example:22/", "without user or password"),
        ("http://news.example:22/", "names port 22"),
        ("https://news.example:465/", "names port 465"),
        ("http://news.example/" + "a" * 8_000, "longer than 8,000"),
        ("http://" + "\u4e2d" * 7_000 + "/", "not a valid URL"),
        ("http://news\r\n.example/\r\nX: y", "has control characters"),
        ("jar:http://127.0.0.1!/", "not http or https|does not exist"),
        ("gopher://127.0.0.1:70/_x", "not http or https"),
    ],
)
def test_addresses_that_are_refused_show_no_password(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        fetch.get(url, Limits(seconds=5))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


# text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"\u202e{TEXT}\u2066\u2069\u200f", TEXT),
        (TEXT + "\u200b" * 500_000, TEXT),
        ("\ud800" + TEXT + "\udfff", TEXT),
        (TEXT[:5] + "\x00" + TEXT[5:], TEXT),
        (f"{TEXT}{' ' * 1_000_000}{TEXT}", f"{TEXT} {TEXT}"),
    ],
    ids=["direction marks", "zero width", "lone surrogates", "NUL", "a megabyte of spaces"],
)
def test_what_is_invisible_goes(text: str, wanted: str) -> None:
    assert documents.from_text(text).blocks[0].text == wanted


def test_encodings_mixed_in_one_file_are_refused(tmp_path: Path) -> None:
    data = TEXT.encode() * 50 + TEXT.encode("gbk") * 50 + TEXT.encode("utf-16-le") * 50
    refused(lambda: documents.read(str(saved(tmp_path, "a.txt", data))), "damaged|binary|is not")


def test_a_title_of_spaces_in_front_matter_is_read_at_once() -> None:
    started = time.process_time()
    title = readers.markdown_lines(f"---\ntitle: a{' ' * 200_000}b\n---\n{TEXT}")[0]
    assert title.text.startswith("a ")
    assert time.process_time() - started < 5


def document(text: str) -> Document:
    return Document("", "", "", (Block("b1", "paragraph", text),))


shipped = functools.cache(glossary.load)

LINEAR: dict[str, Callable[[str], object]] = {
    "normalise": decode.normalise,
    "reflow": lambda text: reflow.reflow(reflow.split_lines(text)),
    "segmentation": segmentation.sentence_spans,
    "quantities in Chinese": quantities.in_chinese,
    "quantities in English": quantities.in_english,
    "names": lambda text: names.find(document(text)),
    "English sentences": english.sentences,
    "sentences for briefs": brief_english.sentences,
    "clauses": brief_english.clauses,
    "tidy": brief_english.tidy,
    "headline": lambda text: brief_english.as_headline(text, 15),
    "proper words": proper_words,
    "glossary": lambda text: shipped().missing("国家统计局", text),
    "loops": degenerate.find_loop,
    "negation": lambda text: negation.compare("他不去", text),
}
PUMPS = (".", "!", " ", "\t", "\n", ",", "a", "A", "1", "1,", "中", "。", "，", "（", "“", "年", "一",
         "which, ", "(reporter ", "; ", "Aa", "(A", "[", "<!--", "记者王伟 ", "two hundred ", "万")  # fmt: skip


@pytest.mark.parametrize("name", LINEAR)
def test_time_grows_with_the_length_and_not_with_its_square(name: str) -> None:
    def seconds(pump: str, length: int) -> float:
        # An end that fits nothing makes a pattern look for other ways to read all before it.
        text = (pump * (length // len(pump) + 1))[:length] + "_"
        started = time.process_time()
        LINEAR[name](text)
        return time.process_time() - started

    seconds("a", 100)  # what is loaded once is loaded
    slow = []
    for pump in PUMPS:
        # Of eight times the text a square takes 64 times as long. What is quick needs no ratio,
        # and what a busy machine made slow is measured again.
        for _ in range(3):
            long = seconds(pump, 8_000)
            if long < 0.15 or long < 24 * seconds(pump, 1_000):
                break
        else:
            slow.append((pump, long))
    assert slow == []
