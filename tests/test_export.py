from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import ScriptedEngine, says
from markdown_it import MarkdownIt

from translator import brief, cli, documents, export
from translator.engines import Candidate, Decoding
from translator.errors import InputError, UsageError
from translator.pipeline import Options, Pipeline, Translation

ARTICLE = """江城新区举行重点项目开工仪式

4月9日，江城新区举行了开工仪式。公司投资3.27亿元建设工厂。

员工的生活越来越好了。

文章最后一段是关于未来的发展。

另外一段说的是交通。

还有一段说的是学校的事情。
"""


def answer(source: str, _: Decoding) -> list[Candidate]:
    if "327" in source:
        return says("It invests a lot of money in a plant.")
    if "员工" in source:
        return []
    if "最后" in source:
        return says("# The *last* part <script>alert(1)</script> & [link](x) of it all.")
    if "交通" in source:
        return says("Another part is about the new roads and the buses.")
    if "学校" in source:
        return says("One more part is about the schools of the town.")
    return says("Jiangcheng held a ceremony on April 9 for it.")


@pytest.fixture
def translation() -> Translation:
    return Pipeline(Options(meaning=False), ScriptedEngine(answer)).translate(
        documents.from_text(ARTICLE)
    )


def test_markdown_shows_doubts_and_gaps(translation: Translation) -> None:
    text = export.FORMATS["md"](translation, None)
    assert "a lot of money in a plant. \\[s3\\]" in text
    assert "not translated: 员工的生活越来越好了。" in text
    assert "## Check before sending" in text
    assert "expected: 327 million" in text


def test_markdown_keeps_article_text_text(translation: Translation) -> None:
    html = MarkdownIt().render(export.FORMATS["md"](translation, None))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<a " not in html
    assert "<em>last</em>" not in html
    assert html.count("<h1>") == 1


def test_text_has_a_block_a_paragraph(translation: Translation) -> None:
    parts = export.FORMATS["txt"](translation, None).split("\n\n")
    assert parts[0] == "Jiangcheng held a ceremony on April 9 for it."
    assert "<script>alert(1)</script>" in parts[3]


def test_json_holds_the_contract(translation: Translation) -> None:
    written = brief.write(translation, ScriptedEngine(answer))
    record = json.loads(export.FORMATS["json"](translation, written))
    assert set(record) == {"schema", "document", "segments", "findings", "brief", "run"}
    assert record["schema"] == 1
    assert set(record["document"]) == {"id", "title", "source", "blocks"}
    assert set(record["document"]["blocks"][0]) == {"id", "kind", "text"}
    assert set(record["segments"][0]) == {
        *("id", "block", "source", "target", "status", "origin", "score"),
    }
    assert set(record["findings"][0]) == {
        *("segment", "kind", "severity", "message", "source_text", "target_text", "expected"),
    }
    assert {"headline", "summary", "points", "findings"} <= set(record["brief"])
    assert {"text", "segments"} == set(record["brief"]["points"][0])
    assert {
        *("version", "engine", "model", "model_sha256", "prompts", "glossary_sha256"),
        *("decoding", "seconds", "chars_per_second"),
    } <= set(record["run"])
    assert [one["id"] for one in record["run"]["prompts"]] == ["translate", "points", "brief"]
    statuses = [segment["status"] for segment in record["segments"]]
    assert statuses.count("failed") == 1


def test_the_brief_stands_on_top(translation: Translation) -> None:
    written = brief.write(translation, ScriptedEngine(answer))
    text = export.FORMATS["md"](translation, written)
    assert text.startswith(f"# {written.headline}\n")
    assert text.index("\n- ") < text.index("\n---\n") < text.index("Check before sending")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        *(("a.MD", "md"), ("a.html", "html"), ("a.HTM", "html"), ("a.docx", "docx")),
        *(("a.tmx", "tmx"), ("a.xliff", "xliff"), ("a.xlf", "xliff"), ("a.json", "json")),
    ],
)
def test_formats_by_ending(name: str, wanted: str) -> None:
    assert export.format_of(Path(name)) == wanted


def test_an_unknown_ending_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"\.md"):
        export.format_of(Path("a.xyz"))


def test_the_command_offers_every_format() -> None:
    assert tuple(export.FORMATS) == cli.FORMATS


def test_every_format_is_made_of_gaps_doubts_and_hostile_text(translation: Translation) -> None:
    written = brief.write(translation, ScriptedEngine(answer))
    for name, to_format in export.FORMATS.items():
        for made in (to_format(translation, written), to_format(translation, None)):
            assert isinstance(made, bytes) == (name == "docx")


def test_a_terminal_is_not_sent_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(UsageError, match=r"-o FILE\.docx"):
        export.check_printable("docx")
    export.check_printable("html")
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    export.check_printable("docx")


def test_an_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    target.write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        export.check_writable(target, force=False)
    export.check_writable(target, force=True)
    with pytest.raises(InputError, match="create it"):
        export.check_writable(tmp_path / "no" / "out.md", force=False)
    with pytest.raises(UsageError, match="folder"):
        export.check_writable(tmp_path, force=True)


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.md"
    target.write_text("old")

    def full(self: Path, other: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        export.write(target, "new")
    monkeypatch.undo()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
    export.write(target, "new")
    assert target.read_text() == "new"
    export.write(target, b"\x00new\r\n")
    assert target.read_bytes() == b"\x00new\r\n"
