from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from translator import bitext
from translator.bitext import Pair
from translator.errors import InputError

TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
  <header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en"
          srclang="zh-CN" datatype="plaintext"/>
  <body>
    <tu tuid="s1">
      <note>checked by Li</note>
      <tuv xml:lang="zh-CN"><prop type="x-state">final</prop><seg>他说：<bpt i="1">&lt;b&gt;</bpt>好<ept i="1">&lt;/b&gt;</ept>。</seg></tuv>
      <tuv xml:lang="de"><seg>Er sagte: gut.</seg></tuv>
      <tuv xml:lang="en-US"><seg>He said: <hi>good</hi> &amp; well.</seg></tuv>
    </tu>
    <tu tuid="s2"><tuv xml:lang="zh"><seg>没有译文</seg></tuv></tu>
  </body>
</tmx>
"""

XLIFF1 = """<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
 <file original="a" datatype="plaintext" source-language="zh-CN" target-language="en">
  <body>
   <group id="b1">
    <trans-unit id="s1"><source>一 <g id="1">二</g><x id="2"/>。</source>
     <target state="signed-off">One,
         <g id="1">two</g>.</target><note>n1</note><note>n2</note>
     <alt-trans><source>三</source><target>Three</target></alt-trans>
    </trans-unit>
    <trans-unit id="s2" approved="yes"><source>四。</source><target>Four.</target></trans-unit>
    <trans-unit id="s3"><source>五。</source><target state="needs-translation"/></trans-unit>
   </group>
  </body>
 </file>
</xliff>
"""

XLIFF2 = """<xliff version="2.0" srcLang="zh-CN" trgLang="en" xmlns="urn:oasis:names:tc:xliff:document:2.0">
 <file id="f">
  <unit id="s1"><notes><note>look</note></notes>
   <segment state="reviewed"><source>一<pc id="1">二</pc>。</source><target>One <pc id="1">two</pc>.</target></segment>
  </unit>
  <unit id="s2">
   <segment id="a"><source>三。</source><target>Three.</target></segment>
   <ignorable><source> </source></ignorable>
   <segment><source>四。</source><target>Four.</target></segment>
  </unit>
 </file>
</xliff>
"""


def save(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def word_file(header: list[str], *rows: list[str]) -> bytes:
    document = docx.Document()
    table = document.add_table(rows=0, cols=len(header))
    for row in (header, *rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_tmx(tmp_path: Path) -> None:
    assert bitext.read(save(tmp_path, "a.tmx", TMX)) == [
        Pair("他说：好。", "He said: good & well.", "s1", "final", "checked by Li")
    ]


def test_xliff_1(tmp_path: Path) -> None:
    assert bitext.read(save(tmp_path, "a.xlf", XLIFF1)) == [
        Pair("一 二。", "One, two.", "s1", "signed-off", "n1\nn2"),
        Pair("四。", "Four.", "s2", "final", None),
    ]


def test_xliff_2(tmp_path: Path) -> None:
    assert bitext.read(save(tmp_path, "a.xliff", XLIFF2)) == [
        Pair("一二。", "One two.", "s1", "reviewed", "look"),
        Pair("三。", "Three.", "s2.a", None, None),
        Pair("四。", "Four.", "s2.2", None, None),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_tsv_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    text = (
        "id\ttarget\tsource\tnote\r\n"
        's1\tHe said "no" and went.\t他说不，走了。\t\r\n'
        's2\t"He said ""no"" and went."\t他们说不，都走了。\tsure\r\n'
        "s3\t\t还没有译文。\t\r\n"
    )
    assert bitext.read(save(tmp_path, "a.tsv", text.encode(encoding))) == [
        Pair("他说不，走了。", 'He said "no" and went.', "s1", None, None),
        Pair("他们说不，都走了。", 'He said "no" and went.', "s2", None, "sure"),
    ]


def test_tsv_of_two_columns_needs_no_header(tmp_path: Path) -> None:
    file = save(tmp_path, "a.tsv", "天气很好。\tThe weather is fine.\n")
    assert bitext.read(file) == [Pair("天气很好。", "The weather is fine.")]


def test_docx_with_tracked_changes(tmp_path: Path) -> None:
    document = docx.Document(
        io.BytesIO(word_file(["No.", "Chinese", "English"], ["s1", "三人。", "Three people"]))
    )
    cell = document.tables[0].rows[1].cells[2]
    comment = document.add_comment(cell.paragraphs[0].runs, text="sure?", author="Li")
    assert comment.text == "sure?"
    paragraph = cell.paragraphs[0]._p
    for tag, child, text in (("w:ins", "w:t", " came."), ("w:del", "w:delText", " went.")):
        change, run, piece = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(child)
        piece.text = text
        piece.set(qn("xml:space"), "preserve")
        run.append(piece)
        change.append(run)
        paragraph.append(change)
    document.save(str(tmp_path / "a.docx"))
    assert bitext.read(tmp_path / "a.docx") == [
        Pair("三人。", "Three people came.", "s1", None, "sure?")
    ]


BOMB = '<!DOCTYPE tmx [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><tmx><body/></tmx>'
EXTERNAL = '<!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/passwd">]><tmx><body>&a;</body></tmx>'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tmx", BOMB, r"a\.tmx declares XML entities"),
        ("a.tmx", BOMB.encode("utf-16"), r"a\.tmx declares XML entities"),
        ("a.xlf", EXTERNAL, r"a\.xlf declares XML entities"),
        ("a.tmx", TMX.replace("well.", "&well;"), r"a\.tmx, line 7: an XML entity"),
        ("a.tmx", TMX[:-40], r"a\.tmx, line \d+: not well-formed"),
        ("a.tmx", TMX.encode("gb18030"), r"a\.tmx, line \d+: not well-formed"),
        ("a.tmx", XLIFF1, "not TMX: it starts with xliff"),
        ("a.xlf", TMX, "not XLIFF: it starts with tmx"),
        ("a.tmx", TMX.replace('"en-US"', '"fr"'), r"languages: de, fr, zh, zh-CN"),
        ("a.xlf", XLIFF1.replace("zh-CN", "ja"), "line 2: source-language is 'ja'"),
        ("a.xlf", XLIFF2.replace('trgLang="en"', 'trgLang="fr"'), "line 1: target-language is 'fr'"),
        ("a.xlf", "<xliff><file><body/></file></xliff>", "no Chinese text with its English"),
        ("a.tsv", "source\ttranslation\n天气\tweather\n", "line 1: no columns named"),
        ("a.tsv", "天气\tweather\t3\n", "line 1: no columns named"),
        ("a.tsv", "source\ttarget\n天气\tweather\n天气很好\n", "line 3: 1 columns where"),
        ("a.tsv", "source\ttarget\nweather\t天气\n", "line 2: the Chinese stands in"),
        ("a.tsv", b"\x00\x01\x02\x03" * 9, "binary data"),
        ("a.tsv", b"PK\x03\x04rest", "workbook"),
        ("a.tsv", b"", "empty"),
        ("a.docx", b"PK\x03\x04rest", "damaged docx"),
        ("a.docx", b"\xd0\xcf\x11\xe0rest", "password"),
        ("a.docx", word_file(["One", "Two"], ["天", "sky"]), "no table whose first row"),
        ("a.docx", word_file(["Chinese", "English"], ["sky", "天"]), "table 1, row 2: the Chinese"),
        ("a.csv", "source,target\n", r"end in \.tmx, "),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        bitext.read(save(tmp_path, name, content))
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


def test_a_docx_with_a_document_type_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(word_file(["Chinese", "English"])))
    with zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "word/document.xml":
                data = data.replace(b"<w:document", b'<!DOCTYPE a [<!ENTITY b "c">]><w:document')
            new.writestr(part, data)
    with pytest.raises(InputError, match="document type"):
        bitext.read(save(tmp_path, "a.docx", out.getvalue()))


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        bitext.read(tmp_path / "no.tmx")
    (tmp_path / "folder.tmx").mkdir()
    with pytest.raises(InputError, match="not a regular file"):
        bitext.read(tmp_path / "folder.tmx")


def test_too_large_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitext, "_MAX_BYTES", 100)
    with pytest.raises(InputError, match="split it"):
        bitext.read(save(tmp_path, "a.tmx", TMX))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = TMX.replace("<hi>good</hi>", "<hi>" * 5000 + "good" + "</hi>" * 5000)
    with pytest.raises(InputError, match="not well-formed"):
        bitext.read(save(tmp_path, "a.tmx", deep))


@pytest.mark.parametrize("make", [TMX, XLIFF1, XLIFF2])
def test_a_cut_file_never_gives_a_traceback(tmp_path: Path, make: str) -> None:
    name = "a.tmx" if "<tmx" in make else "a.xlf"
    for end in range(0, len(make) - 2, 17):
        with pytest.raises(InputError):
            bitext.read(save(tmp_path, name, make.encode()[:end]))


def _damaged(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(broken))
        kind = chance.random()
        if kind < 0.4:
            broken[at] = chance.randrange(256)
        elif kind < 0.6 and len(broken) > 60:
            del broken[at : at + chance.randint(1, 40)]
        else:
            broken[at:at] = chance.choice([b"<", b"&", b"</", b"\0", b"<!--", b"\xff", b"\n", b'"'])
    return bytes(broken)


def _damaged_part(data: bytes, chance: random.Random) -> bytes:
    """A Word file that is whole as a zip file, one of its parts damaged or lost."""
    out = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(data))
    victim = chance.choice([name for name in old.namelist() if name.endswith((".xml", ".rels"))])
    lost = chance.random() < 0.15
    with zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != victim:
                new.writestr(name, old.read(name))
            elif not lost:
                new.writestr(name, _damaged(old.read(name), chance))
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.tmx", "a.xlf", "b.xlf", "a.tsv", "a.docx", "b.docx"])
def test_damaged_files_are_read_or_refused_in_one_line(tmp_path: Path, name: str) -> None:
    word = word_file(["No.", "Chinese", "English"], ["s1", "三人。", "Three people"])
    table = "source\ttarget\n天气很好。\tThe weather is fine.\n"
    good = {"a.tmx": TMX, "a.xlf": XLIFF1, "b.xlf": XLIFF2, "a.tsv": table}.get(name, word)
    good = good.encode() if isinstance(good, str) else good
    chance = random.Random(name)
    refused = []
    for _ in range(5 if good is word else 60):  # a Word file is read by a process of its own
        spoil = _damaged_part if name == "b.docx" else _damaged
        file = save(tmp_path, name, spoil(good, chance))
        try:
            bitext.read(file)
        except InputError as error:
            refused.append(str(error))
    assert refused
    assert [one for one in refused if "\n" in one or str(tmp_path / name) not in one] == []
