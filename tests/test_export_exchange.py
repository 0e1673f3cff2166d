from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sample
from lxml import etree

from translator import bitext
from translator.export import exchange
from translator.pipeline import Translation

SCHEMAS = Path(__file__).parent / "fixtures" / "schemas"
Exporter = Callable[[Translation], str]


class _Local(etree.Resolver):
    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        if url.endswith("/xml.xsd"):  # they name it by its place on the network
            return self.resolve_filename(str(SCHEMAS / "xml.xsd"), context)
        return None


def schema(name: str) -> Any:
    if name.endswith(".dtd"):
        return etree.DTD(str(SCHEMAS / name))
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local())
    return etree.XMLSchema(etree.parse(str(SCHEMAS / name), parser))


FORMATS: list[tuple[Exporter, str, str]] = [
    (exchange.to_tmx, "tmx14.dtd", "a.tmx"),
    (exchange.to_xliff, "xliff-core-1.2-strict.xsd", "a.xliff"),
    (exchange.to_xliff_2, "xliff-core-2.0.xsd", "a.xlf"),
]


@pytest.mark.parametrize(("to_format", "name", "_"), FORMATS)
@pytest.mark.parametrize("make", [sample.translation, sample.clean])
def test_files_are_valid(
    to_format: Exporter, name: str, _: str, make: Callable[[], Translation]
) -> None:
    validator = schema(name)
    tree = etree.fromstring(to_format(make()).encode())
    assert validator.validate(tree), validator.error_log
    broken = etree.fromstring(to_format(make()).encode())
    broken.append(etree.Element("{urn:x}unknown"))
    broken[0].set("unknown", "1")
    assert not validator.validate(broken)


@pytest.mark.parametrize(("to_format", "_", "file"), FORMATS)
def test_an_edited_file_is_read_back(
    to_format: Exporter, _: str, file: str, tmp_path: Path
) -> None:
    made = sample.translation()
    text = to_format(made).replace("Business is good", "The business environment is good")
    (tmp_path / file).write_text(text, "utf-8")
    pairs = {pair.id: pair for pair in bitext.read(tmp_path / file)}
    assert list(pairs) == ["s1", "s2", "s3", "s4", "s5", "s7", "s8"]  # s6 has no translation
    for segment in made.segments:
        if segment.id not in ("s4", "s6", "s7"):
            assert (pairs[segment.id].source, pairs[segment.id].target) == (
                segment.source,
                segment.target,
            )
    assert pairs["s4"].source == f"他写道：{sample.HOSTILE}。"
    assert pairs["s4"].target == f"He wrote: {sample.HOSTILE} & left."  # without the control sign
    assert pairs["s7"].target == "The business environment is good."
    assert pairs["s3"].note == (
        "error: 3.27亿元 is given as 3.27 billion yuan; expected: 327 million yuan"
    )
    assert pairs["s1"].note is None


@pytest.mark.parametrize(("to_format", "_", "file"), FORMATS[:2])
def test_states_say_what_needs_review(
    to_format: Exporter, _: str, file: str, tmp_path: Path
) -> None:
    (tmp_path / file).write_text(to_format(sample.translation()), "utf-8")
    states = {pair.id: pair.state for pair in bitext.read(tmp_path / file)}
    assert states["s3"] == "needs-review-translation"
    assert {states[name] for name in ("s1", "s7", "s8")} == {"translated"}


def test_xliff_keeps_gaps_and_blocks() -> None:
    root = etree.fromstring(exchange.to_xliff(sample.translation()).encode())
    spaces = {"x": "urn:oasis:names:tc:xliff:document:1.2"}
    gap = root.find(".//x:trans-unit[@id='s6']", spaces)
    assert gap.find("x:target", spaces).get("state") == "needs-translation"
    assert [group.get("restype") for group in root.iterfind(".//x:group", spaces)] == [
        *("x-headline", "x-byline", "x-paragraph", "x-heading", "x-paragraph", "x-caption"),
    ]
    file = root.find("x:file", spaces)
    assert (file.get("source-language"), file.get("target-language")) == ("zh-CN", "en")
    assert file.get("original") == "a&b.txt"


def test_xliff_2_keeps_gaps_and_says_what_needs_review() -> None:
    root = etree.fromstring(exchange.to_xliff_2(sample.translation()).encode())
    spaces = {"x": "urn:oasis:names:tc:xliff:document:2.0"}
    gap = root.find(".//x:unit[@id='s6']/x:segment", spaces)
    assert (gap.get("state"), gap.find("x:target", spaces)) == ("initial", None)
    flagged = root.find(".//x:unit[@id='s3']/x:segment", spaces)
    assert flagged.get("subState") == "translator:needs-review-translation"


def test_a_translation_tool_reads_them() -> None:
    pytest.importorskip("translate", reason="translate-toolkit needs Python 3.11")
    from translate.storage import tmx, xliff, xliff2

    made = sample.translation()
    memory = tmx.tmxfile.parsestring(exchange.to_tmx(made).encode())
    assert memory.translate("江城新区开工") == "Jiangcheng breaks ground"
    assert len(memory.units) == 7
    store = xliff.xlifffile.parsestring(exchange.to_xliff(made).encode())
    units = {unit.getid().rpartition("\x04")[2]: unit for unit in store.units}
    assert [unit.source for unit in store.units] == [segment.source for segment in made.segments]
    assert units["s3"].isreview()
    assert not units["s1"].isreview()
    assert not any(unit.isapproved() for unit in store.units)  # no person has read them yet
    assert units["s1"].target == "Jiangcheng breaks ground"
    assert not units["s6"].target
    assert "expected: 327 million yuan" in units["s3"].getnotes()
    second = xliff2.Xliff2File.parsestring(exchange.to_xliff_2(made).encode())
    assert [unit.source for unit in second.units] == [segment.source for segment in made.segments]
    assert second.units[0].target == "Jiangcheng breaks ground"
