from __future__ import annotations

from dataclasses import replace

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st

from translator.checks import Finding
from translator.export import marks


def finding(quoted: str, severity: str = "error") -> Finding:
    return Finding("s1", "quantity", severity, "wrong", target_text=quoted)  # type: ignore[arg-type]


@given(st.text("ab1. 亿", max_size=30), st.lists(st.text("ab1. 亿", max_size=4), max_size=5))
def test_runs_joined_are_the_text(text: str, quotes: list[str]) -> None:
    findings = [finding(quote) for quote in quotes]
    cut = marks.runs(text, findings, "target")
    assert "".join(run.text for run in cut) == text
    assert all(run.text for run in cut)
    for one in findings:
        covered = "".join(run.text for run in cut if any(one is other for other in run.findings))
        assert covered in ("", one.target_text.strip())


@pytest.mark.parametrize(
    ("text", "quoted", "before"),
    [
        ("In 13 or 3 towns", "3", "In 13 or "),
        ("It is 3.5, not 3 tons", "3", "It is 3.5, not "),
        ("13.5 and 3.5", "3.5", "13.5 and "),
        ("1,300 of 300", "300", "1,300 of "),
        ("He ends with 3.", "3", "He ends with "),
    ],
)
def test_a_number_is_not_found_inside_another(text: str, quoted: str, before: str) -> None:
    cut = marks.runs(text, [finding(quoted)], "target")
    assert cut[0] == marks.Run(before)
    assert cut[1].text == quoted
    assert cut[1].severity == "error"


def test_overlapping_findings_share_their_words() -> None:
    cut = marks.runs("a b c", [finding("a b"), finding("b c", "warning")], "target")
    assert [(run.text, run.severity) for run in cut] == [
        *(("a ", "error"), ("b", "error"), (" c", "warning")),
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("/home/li/secret/a.txt", "a.txt"),
        ("C:\\Users\\li\\a.txt", "a.txt"),
        ("https://li:word@example.org/a?b=c", "https://example.org/a?b=c"),
        ("-", ""),
        ("/home/li/a\u202etxt.exe\u200b\n", "atxt.exe"),
    ],
)
def test_a_file_that_is_sent_on_tells_no_folders(source: str, shown: str) -> None:
    made = sample.translation()
    assert marks.source_name(replace(made.document, source=source)) == shown
