"""Test sets: the seeds, every file format, and every fault that would shift a score."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from eval import annotations, formats, outputs, seeds, testsets
from eval.annotations import states
from eval.outputs import Output
from translator.errors import InputError, UsageError
from translator.home import shipped
from translator.text import han_count

SOURCES = ["项目总投资3.27亿元。", "他说：“很好。”", "四月开工。"]
REFERENCES = {
    "A": ["The project costs 327 million yuan.", 'He said: "Very good."', "Work starts in April."],
    "B": ["Investment totals 327 million yuan.", '"Very good," he said.', "It begins in April."],
}
DOCUMENTS = [("press", "one"), ("press", "one"), ("other", "two")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set as a folder of text files."""
    path = tmp_path / "small"
    formats.write(testsets.make("small", SOURCES, REFERENCES, DOCUMENTS), path)
    return path


def lines_of(path: Path, *, lines: list[str], end: str = "\n") -> None:
    path.write_bytes((end.join(lines) + end).encode())


class TestSeeds:
    def test_there_are_enough_of_them(self) -> None:
        found = seeds.load()
        assert len(found.documents) >= 12
        assert len(found) >= 250
        assert len(found.domains) >= 11
        assert set(found.references) == {"A", "B"}
        assert set(found.annotations) == {span.id for span in found.documents}

    def test_references_are_careful_and_differ(self) -> None:
        found = seeds.load()
        for lines in found.references.values():
            for line in lines:
                assert not han_count(line)
                assert line == " ".join(line.split())
        same = sum(a == b for a, b in zip(*found.references.values(), strict=True))
        assert same < len(found) / 20

    def test_both_references_carry_what_the_annotations_ask_for(self) -> None:
        """A gold that its own references break would measure nothing."""
        found = seeds.load()
        for span in found.documents:
            gold = found.annotations[span.id]
            for lines in found.references.values():
                own = lines[span.start : span.end]
                for quantity in gold.quantities:
                    assert states(own[quantity.segment], quantity.english), (span.id, quantity)
                for fact in gold.facts:
                    for anchor in fact.anchors:
                        assert states(" ".join(own), anchor), (span.id, anchor)

    def test_briefs_have_the_length_that_is_asked_of_the_product(self) -> None:
        for name, gold in seeds.load().annotations.items():
            assert len(gold.headline.split()) <= 14, name
            assert 45 <= len(gold.summary.split()) <= 90, name
            assert 3 <= len(gold.points) <= 6, name

    def test_a_changed_file_is_refused(self, tmp_path: Path) -> None:
        copy = tmp_path / "seeds"
        shutil.copytree(shipped("seeds"), copy)
        path = copy / "references" / "enshi-flood-relief.A.en.txt"
        path.write_text(path.read_text("utf-8").replace("168.4", "1,684"), "utf-8")
        with pytest.raises(InputError, match="not the file that the manifest names"):
            seeds.load(copy)

    def test_the_digest_sees_every_part(self) -> None:
        found = seeds.load()
        assert found.pick(["enshi-flood-relief"]).sha256 != found.sha256
        assert seeds.load().sha256 == found.sha256


class TestFormats:
    @pytest.mark.parametrize("name", ["set", "set.tsv", "set.jsonl"])
    def test_what_is_written_is_read(self, folder: Path, tmp_path: Path, name: str) -> None:
        first = testsets.load(str(folder))
        formats.write(first, tmp_path / name)
        again = testsets.load(str(tmp_path / name))
        assert again.sources == first.sources == tuple(SOURCES)
        assert again.references == first.references
        assert again.documents == first.documents
        assert again.sha256 == first.sha256

    def test_the_seeds_can_be_converted(self, tmp_path: Path) -> None:
        formats.write(seeds.load(), tmp_path / "seeds.jsonl")
        assert len(testsets.load(str(tmp_path / "seeds.jsonl"))) == len(seeds.load())

    def test_nothing_is_written_over(self, folder: Path) -> None:
        with pytest.raises(UsageError, match="is there already"):
            formats.write(testsets.load(str(folder)), folder)

    def test_wmt_xml(self, tmp_path: Path) -> None:
        path = tmp_path / "test.xml"
        path.write_text(
            """<?xml version="1.0" encoding="utf-8"?><dataset id="t">
<doc origlang="zh" id="d1" domain="news"><src lang="zh"><p><seg id="1">你好，世界。</seg>
<seg id="2">四月开工。</seg></p></src>
<ref lang="en" translator="A"><p><seg id="1">Hello, world.</seg><seg id="2">In April.</seg></p></ref>
<ref lang="en" translator="B"><p><seg id="1">Hi.</seg><seg id="2">From April.</seg></p></ref></doc>
<doc testsuite="x" id="d2"><src lang="zh"><p><seg id="1">别的。</seg></p></src></doc></dataset>""",
            "utf-8",
        )
        found = testsets.load(str(path))
        assert found.sources == ("你好，世界。", "四月开工。")
        assert found.references["B"] == ("Hi.", "From April.")
        assert [(span.id, span.domain) for span in found.documents] == [("d1", "news")]

    def test_xml_entities_are_not_expanded(self, tmp_path: Path) -> None:
        path = tmp_path / "bad.xml"
        path.write_text(
            '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d><doc id="1"><src><seg id="1">'
            '中文&e;</seg></src><ref translator="A"><seg id="1">x&e;</seg></ref></doc></d>',
            "utf-8",
        )
        assert "root:" not in str(testsets.load(str(path)))

    @pytest.mark.parametrize("name", ["nothing", "nothing.tsv", "nothing.xml", "sacrebleu:x/zh-en"])
    def test_what_is_not_there(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(InputError):
            testsets.load(name if ":" in name else str(tmp_path / name))


class TestFaults:
    @pytest.mark.parametrize(
        ("damage", "says"),
        [
            ("\r", "line 2: a carriage return"),
            ("\u2028", "line 2: U\\+2028, a Unicode line separator"),
            ("\u0085", "line 2: U\\+0085, a Unicode line separator"),
            ("\x00", "line 2: U\\+0000, a control character"),
            ("\x0b", "line 2: U\\+000B, a control character"),
        ],
    )
    def test_characters_that_shift_lines(self, folder: Path, damage: str, says: str) -> None:
        lines_of(folder / "reference.A.en.txt", lines=["One.", f"Two.{damage}", "Three."])
        with pytest.raises(InputError, match=f"reference.A.en.txt, {says}"):
            testsets.load(str(folder))

    def test_crlf(self, folder: Path) -> None:
        lines_of(folder / "source.zh.txt", lines=SOURCES, end="\r\n")
        with pytest.raises(InputError, match=r"source\.zh\.txt, line 1: a carriage return"):
            testsets.load(str(folder))

    def test_an_empty_line(self, folder: Path) -> None:
        lines_of(folder / "reference.B.en.txt", lines=["One.", "", "Three."])
        with pytest.raises(InputError, match=r"reference\.B\.en\.txt, line 2: it is empty"):
            testsets.load(str(folder))

    def test_a_short_file(self, folder: Path) -> None:
        lines_of(folder / "reference.B.en.txt", lines=["One.", "Two."])
        with pytest.raises(InputError, match="2 lines for 3 source segments"):
            testsets.load(str(folder))

    def test_a_byte_order_mark(self, folder: Path) -> None:
        (folder / "source.zh.txt").write_text("\ufeff" + "\n".join(SOURCES) + "\n", "utf-8")
        with pytest.raises(InputError, match="line 1: a byte order mark"):
            testsets.load(str(folder))

    def test_another_encoding(self, folder: Path) -> None:
        (folder / "source.zh.txt").write_bytes("\n".join(SOURCES).encode("gbk"))
        with pytest.raises(InputError, match="not UTF-8"):
            testsets.load(str(folder))

    def test_source_and_reference_swapped(self, folder: Path) -> None:
        source, reference = folder / "source.zh.txt", folder / "reference.A.en.txt"
        texts = source.read_bytes(), reference.read_bytes()
        reference.write_bytes(texts[0])
        source.write_bytes(texts[1])
        with pytest.raises(InputError, match="are source and reference swapped"):
            testsets.load(str(folder))

    def test_transposed_references(self) -> None:
        transposed = {
            str(at): list(pair) for at, pair in enumerate(zip(*REFERENCES.values(), strict=True))
        }
        with pytest.raises(InputError, match="look transposed"):
            testsets.make("set", SOURCES, transposed)

    def test_a_reference_that_is_one_text(self) -> None:
        with pytest.raises(InputError, match="is one text"):
            testsets.make("set", SOURCES, {"A": "abc"})

    def test_segments_of_a_document_apart(self) -> None:
        with pytest.raises(InputError, match=r"one are not together \(again at segment 3\)"):
            testsets.make("set", SOURCES, REFERENCES, [("d", "one"), ("d", "two"), ("d", "one")])

    def test_references_that_come_and_go_in_jsonl(self, tmp_path: Path) -> None:
        rows = [
            {"source": SOURCES[0], "references": ["One.", "First."]},
            {"source": SOURCES[1], "references": ["Two."]},
        ]
        path = tmp_path / "set.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        with pytest.raises(InputError, match=r"line 2: 1 references .* where line 1 has 2"):
            testsets.load(str(path))

    def test_a_row_with_too_many_columns(self, tmp_path: Path) -> None:
        path = tmp_path / "set.tsv"
        path.write_text("source\treference\n四月\tApril\tMay\n", "utf-8")
        with pytest.raises(InputError, match="line 2: 3 columns where the header has 2"):
            testsets.load(str(path))


class TestOutputs:
    def test_a_saved_run_comes_back(self, folder: Path, tmp_path: Path) -> None:
        found = testsets.load(str(folder))
        output = Output("mine", ("a", "", "c"), {}, ("ok", "failed", "ok"), {"engine": "echo"})
        outputs.save(output, found, tmp_path / "output.json")
        assert outputs.load(tmp_path / "output.json", found) == output

    def test_one_made_on_another_state_of_the_set(self, folder: Path, tmp_path: Path) -> None:
        found = testsets.load(str(folder))
        outputs.save(Output("mine", ("a", "b", "c")), found, tmp_path / "output.json")
        lines_of(folder / "reference.A.en.txt", lines=["One.", "Two.", "Three."])
        with pytest.raises(InputError, match="made on another state of small"):
            outputs.load(tmp_path / "output.json", testsets.load(str(folder)))

    def test_a_short_text(self, folder: Path, tmp_path: Path) -> None:
        lines_of(tmp_path / "short.en.txt", lines=["a", "b"])
        with pytest.raises(InputError, match="has 2 segments, small has 3"):
            outputs.load(tmp_path / "short.en.txt", testsets.load(str(folder)))

    @pytest.mark.parametrize("text", ["", "{}", '{"schema": 9}', "[1]", '{"schema": 1, "set": 3}'])
    def test_what_is_no_saved_run(self, folder: Path, tmp_path: Path, text: str) -> None:
        (tmp_path / "output.json").write_text(text, "utf-8")
        with pytest.raises(InputError):
            outputs.load(tmp_path / "output.json", testsets.load(str(folder)))


def test_picking_documents(folder: Path) -> None:
    found = testsets.load(str(folder))
    picked = found.pick(["two"])
    assert picked.sources == (SOURCES[2],)
    assert picked.references["B"] == ("It begins in April.",)
    assert [(span.start, span.end) for span in picked.documents] == [(0, 1)]
    assert found.pick([]) is found
    with pytest.raises(UsageError, match="no document 'three'"):
        found.pick(["three"])


def test_cutting_a_set() -> None:
    cut = seeds.load().head(30)
    assert len(cut) == len(cut.references["A"]) == 30
    assert cut.documents[-1].end == 30
    assert len(cut.annotations) == 1


@pytest.mark.parametrize(
    ("text", "spelling", "found"),
    [
        ("It cost 327 million yuan.", "327 million", True),
        ("It cost 1,327 million yuan.", "327 million", False),
        ("It cost 3.27 billion.", "27 billion", False),
        ("A 25-square-meter room", "25 square meter", True),
        ("two-fold", "Two fold", True),
        ("800,000 kilowatts of power", "800,000 kilowatt", True),
        ("They came in 2,300 buses.", "2", False),
        ("They paid 3.", "3", True),
        ("Xi’an", "xi'an", True),
    ],
)
def test_spellings_are_whole_words(text: str, spelling: str, found: bool) -> None:
    assert states(text, [spelling]) is found


def test_an_annotation_needs_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('id = "a"\n', "utf-8")
    with pytest.raises(InputError, match="'brief'"):
        annotations.load(path)
    path.write_text("id = ", "utf-8")
    with pytest.raises(InputError, match="not a TOML file"):
        annotations.load(path)
