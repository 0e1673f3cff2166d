"""Metrics beyond the text: the product's checks, facts of briefs, COMET's process."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from eval import facts, fidelity, metrics, neural, seeds, testsets
from eval.annotations import Fact
from eval.outputs import Output
from eval.testsets import TestSet
from translator import checks
from translator.errors import ModelError

SOURCES = ["项目总投资3.27亿元。", "4月9日，公司成功摘地。", "员工的生活越来越好。"]
REFERENCE = [
    "The project costs 327 million yuan.",
    "On April 9, the company won the land.",
    "Employees live better and better.",
]


@pytest.fixture
def small() -> TestSet:
    return testsets.make("small", SOURCES, {"A": REFERENCE})


def value(test_set: TestSet, targets: list[str], name: str) -> float:
    return metrics.evaluate(test_set, Output("x", tuple(targets)), [name])[name].value


def test_every_kind_of_finding_is_a_metric() -> None:
    names = metrics.all_metrics()
    assert {f"finding.{kind}" for kind in get_args(checks.Kind)} <= set(names)


@pytest.mark.parametrize(
    ("at", "target", "name", "right"),
    [
        (0, "The project costs 3.27 billion yuan.", "quantity", 50.0),
        (2, "", "finding.empty", 100 / 3),
        (2, "Employees live 越来越好.", "finding.leftover", 100 / 3),
        (2, "Life is good and good and good and good and good.", "finding.loop", 100 / 3),
    ],
)
def test_one_error_moves_its_metric(
    small: TestSet, at: int, target: str, name: str, right: float
) -> None:
    clean = value(small, REFERENCE, name)
    assert clean == (100.0 if name == "quantity" else 0.0)
    found = value(small, [*REFERENCE[:at], target, *REFERENCE[at + 1 :]], name)
    # 3.27亿 is one of three values here: the sum, the month and the day; 9 is not asked for.
    assert found == pytest.approx(right)


def test_similarity_and_length(small: TestSet) -> None:
    assert value(small, REFERENCE, "length") == 1.0
    assert value(small, REFERENCE, "similarity") > 0.4
    turned = [REFERENCE[2], REFERENCE[0], ""]
    assert value(small, turned, "similarity") < 0.2


def test_a_metric_with_nothing_asked_is_no_number(small: TestSet) -> None:
    assert np.isnan(value(small, REFERENCE, "term"))


def test_a_reference_scores_as_a_reference_should() -> None:
    """A professional's translation against another one's: good everywhere, the same nowhere."""
    whole = seeds.load()
    one = replace(whole, references={"A": whole.references["A"]})
    human = Output("human", whole.references["B"])
    names = ["bleu", "chrf", "length", "quantity", "name", "finding.empty", "finding.leftover"]
    found = {name: scored.value for name, scored in metrics.evaluate(one, human, names).items()}
    assert 30 < found["bleu"] < 55
    assert 55 < found["chrf"] < 75
    assert 0.9 < found["length"] < 1.15
    assert found["quantity"] == 100
    assert found["name"] > 97
    assert found["finding.empty"] == found["finding.leftover"] == 0
    itself = metrics.evaluate(one, Output("itself", whole.references["A"]), ["bleu", "ter"])
    assert itself["bleu"].value == pytest.approx(100)
    assert itself["ter"].value == 0


def test_names_may_be_short_only_after_they_were_full() -> None:
    whole = seeds.load().pick(["songjiang-etdz"])
    at = next(n for n, source in enumerate(whole.sources) if "曾元千" in source)
    later = next(n for n in range(at + 1, len(whole)) if "曾元千" in whole.sources[n])
    full = Output("x", whole.references["A"])
    rows = fidelity.accuracy("name", whole, full)
    for place, loses in ((later, 0), (at, 1)):
        targets = list(full.targets)
        targets[place] = targets[place].replace("Zeng Yuanqian", "Zeng")
        short = fidelity.accuracy("name", whole, Output("x", tuple(targets)))
        assert rows[place, 0] - short[place, 0] == loses


def brief(*points: str, headline: str = "", summary: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        "headline": headline,
        "summary_sentences": [{"text": text, "segments": []} for text in summary],
        "points": [{"text": text, "segments": []} for text in points],
    }


FACT = Fact("Chenzhu invests 327 million yuan.", (("327 million",), ("Chenzhu", "the company")))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (brief("Chenzhu invests 327 million yuan."), True),
        (brief(headline="Chenzhu to Invest 327 Million Yuan"), True),
        (brief(summary=("Chenzhu has won land.", "It invests 327 million yuan.")), True),
        (brief("Chenzhu has won land.", "An investor spends 327 million yuan."), False),
        (brief("Chenzhu invests 3.27 billion yuan."), False),
        (brief("Chenzhu invests 1,327 million yuan."), False),
        (brief("The project costs 327 million yuan.", headline="Chenzhu wins land"), True),
        (brief("The project costs 3.27 million yuan.", headline="Chenzhu wins land"), False),
    ],
)
def test_a_fact_is_told_in_one_passage(given: dict[str, object], told: bool) -> None:
    assert facts.is_told(FACT, given) is told


SHARE = Fact("Houses were 96 percent full.", (("96 percent",), ("full", "sold")))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (brief("The houses were 96% full."), True),
        (brief("The houses were 9.6% full."), False),
        (brief("The houses were 69% full, with 96 shows."), False),
        (
            brief(headline="Houses full") | {"figures": [{"value": "96%", "measures": "seats"}]},
            True,
        ),
        (brief() | {"figures": [{"value": "96%", "measures": "seats sold"}]}, True),
        (brief() | {"figures": [{"value": "96%", "measures": "seats"}]}, False),
        (brief() | {"quotes": [{"text": "We were 96% full", "speaker": "Li"}]}, True),
    ],
)
def test_a_fact_may_be_told_in_another_form(given: dict[str, object], told: bool) -> None:
    assert facts.is_told(SHARE, given) is told


def test_an_invented_number_in_a_table_is_found() -> None:
    given = brief("All is well.") | {"figures": [{"value": "88%", "measures": "seats sold"}]}
    assert facts.strange_numbers(given, "All is well: 96% sold.", "") == ["88%"]


def test_strange_numbers_and_names() -> None:
    human = "Chenzhu of Songjiang invests 327 million yuan in 25 halls."
    given = brief(
        "Chenzhu, run by Wang Wei, invests 3.27 billion yuan in 25 halls.", headline="Wang Buys 25"
    )
    assert facts.strange_numbers(given, human, "3.27 billion") == ["3.27 billion yuan"]
    assert facts.strange_names(given, human, "") == ["Wang", "Wei"]
    assert facts.strange_names(given, human, "Wang Wei runs it.") == []


def test_a_missing_brief_tells_nothing() -> None:
    whole = seeds.load()
    output = Output(
        "x", whole.references["A"], {"enshi-flood-relief": brief("Rain fell on Enshi.")}
    )
    rows = facts.coverage(whole, output)
    assert rows.sum(axis=0).tolist() == [1, 8 * len(whole.documents)]


FAKE_COMET = """
class Model:
    def predict(self, data, batch_size, gpus, progress_bar):
        print("chatter of a library")
        return {"scores": [len(row["mt"]) / (len(row["mt"]) + len(row["ref"])) for row in data]}
def download_model(name): return name
def load_from_checkpoint(path): return Model()
"""


class TestComet:
    """A stand-in package in another process; the real one needs weights from a hub."""

    def test_scores_come_back_per_segment(
        self, small: TestSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "comet.py").write_text(FAKE_COMET, "utf-8")
        info = tmp_path / "unbabel_comet-9.9.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Name: unbabel-comet\nVersion: 9.9\n", "utf-8")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        found = neural.score(small, Output("x", tuple(REFERENCE)), sys.executable)
        assert found.each().tolist() == [50.0, 50.0, 50.0]
        assert found.metric.signature(small) == (
            f"comet:9.9|model:{neural.DEFAULT_MODEL}|refs:max of 1"
        )

    def test_an_environment_without_it(self, small: TestSet) -> None:
        with pytest.raises(ModelError, match="unbabel-comet is not installed there"):
            neural.score(small, Output("x", tuple(REFERENCE)), sys.executable)

    def test_an_interpreter_that_is_not_there(self, small: TestSet, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="cannot be started"):
            neural.score(small, Output("x", tuple(REFERENCE)), str(tmp_path / "python"))
