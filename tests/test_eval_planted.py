from __future__ import annotations

from pathlib import Path

import pytest

from eval import commands, planted, planters, testsets
from eval.planted import Case, Settings
from translator.names import Name

TARGET = "It cost 3.27 million yuan on April 9, 2024, for 12,500 people."
SOURCE = "2024年4月9日，为1.25万人花费327万元。"
PERSON = Name("曾元千", "Zeng Yuanqian", "person")
QUICK = Settings(meaning=False)


@pytest.mark.parametrize(
    ("sort", "wrong"),
    [
        ("wrong power of ten", "3.27 billion yuan"),
        ("wrong power of ten", "12,5000 people"),
        ("digit dropped", "for 1200 people"),
        ("date shifted", "on May 9, 2024"),
        ("date shifted", "April 9, 2023"),
        ("currency swapped", "3.27 million dollars"),
    ],
)
def test_errors_are_planted(sort: str, wrong: str) -> None:
    assert any(wrong in text for text in planters.PLANTERS[sort](TARGET))


def test_a_name_is_changed_with_the_surname_that_follows() -> None:
    (wrong,) = planters.name_changed("Zeng Yuanqian came. Zeng spoke.", [PERSON])
    assert "Zeng" not in wrong
    assert list(planters.name_changed("The engineer came.", [PERSON])) == []


def test_a_negation_is_dropped_only_where_the_source_has_one() -> None:
    assert list(planters.negation_dropped("他不会来。", "He will not come.")) == ["He will come."]
    assert list(planters.negation_dropped("他不断努力。", "He does not rest.")) == []
    assert list(planters.negation_dropped("他会不会来？", "Will he not come?")) == []


def test_a_clause_is_cut_but_never_the_first() -> None:
    text = (
        "The city opened a new park today, the mayor said at noon, and many people came to see it."
    )
    (wrong,) = planters.clause_cut(text)
    assert wrong.startswith("The city opened")
    assert 0.4 <= len(wrong.split()) / len(text.split()) <= 0.75


def test_planted_errors_are_counted_and_found() -> None:
    counts, speed = planted.measure([Case(SOURCE, TARGET, ())], QUICK)
    assert (counts["segments"], counts["with an error"]) == (1, 0)
    for sort in ("date shifted", "currency swapped"):
        assert counts[f"{sort}: planted"] == counts[f"{sort}: error"] > 0
    assert speed > 0


def test_the_names_of_a_document_are_asked_for_in_its_segments(tmp_path: Path) -> None:
    (tmp_path / "source.zh.txt").write_text("记者曾元千报道。\n曾元千说很好。\n", "utf-8")
    (tmp_path / "reference.A.en.txt").write_text(
        "By Zeng Yuanqian.\nHe said it was good.\n", "utf-8"
    )
    test_set = testsets.load(str(tmp_path))
    cases = planted.cases(test_set, test_set.references["A"])
    assert [[name.target for name in case.known] for case in cases] == [["Zeng Yuanqian"]] * 2


def test_systems_are_rated_beside_the_references(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "source.zh.txt").write_text("公司投资3.27亿元建设新的现代化厂房。\n", "utf-8")
    right = "The company invests 327 million yuan in a modern new plant.\n"
    (tmp_path / "reference.A.en.txt").write_text(right, "utf-8")
    wrong = tmp_path / "bad.en.txt"
    wrong.write_text("The company invests 3.27 billion yuan in a modern new plant.\n", "utf-8")
    assert commands.planted(str(tmp_path), [wrong], 0, 0, meaning=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2].split()[:5] == ["reference", "A", "0.0", "%", "0.0"]
    assert lines[-1].split()[:5] == ["bad", "100.0", "%", "100.0", "%"]
