from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest

from eval import metrics, significance, testsets
from eval.outputs import Output
from eval.significance import Resampling
from eval.testsets import TestSet

NAMES = ("bleu", "chrf", "ter")
HOW = Resampling("segment", samples=200, trials=300)


@pytest.fixture(scope="module")
def test_set() -> TestSet:
    """The seeds with the first reference only, the second one being a system."""
    from eval import seeds

    whole = seeds.load()
    documents = [
        (span.domain, span.id) for span in whole.documents for _ in range(span.start, span.end)
    ]
    return testsets.make("one", whole.sources, {"A": whole.references["A"]}, documents)


@pytest.fixture(scope="module")
def human(test_set: TestSet) -> Output:
    from eval import seeds

    return Output("human", seeds.load().references["B"])


@pytest.fixture(scope="module")
def worse(human: Output) -> Output:
    """Every other sentence without its last third."""
    targets = [
        " ".join(words[: len(words) * 2 // 3] if at % 2 else words)
        for at, words in enumerate(target.split() for target in human.targets)
    ]
    return Output("worse", tuple(targets))


def test_p_values_and_intervals_are_those_of_sacrebleu(
    test_set: TestSet, human: Output, worse: Output
) -> None:
    named = [(one.system, list(one.targets)) for one in (human, worse)]
    references = [list(test_set.references["A"])]
    makers = {"bleu": BLEU, "chrf": lambda: CHRF(word_order=2)}
    for name, make in makers.items():
        first = metrics.evaluate(test_set, human, [name])[name]
        second = metrics.evaluate(test_set, worse, [name])[name]
        ours = significance.compare(first, second, test_set, HOW)
        for kind, samples, p in (
            ("bs", HOW.samples, ours.p_bootstrap),
            ("ar", HOW.trials, ours.p_randomisation),
        ):
            test = PairedTest(named, {name: make()}, references, kind, samples, n_jobs=1)
            scores = next(iter(value for key, value in test()[1].items() if key != "System"))
            assert scores[1].score == pytest.approx(second.value, abs=1e-9)
            assert scores[1].p_value == p
            if kind == "bs":
                width = significance.interval(second, test_set, HOW).half_width
                assert scores[1].ci == pytest.approx(width, abs=1e-6)


def test_a_real_loss_is_significant_whatever_is_resampled(
    test_set: TestSet, human: Output, worse: Output
) -> None:
    for unit in ("segment", "document"):
        how = Resampling(unit, samples=200, trials=300)  # type: ignore[arg-type]
        for name in NAMES:
            first = metrics.evaluate(test_set, human, [name])[name]
            found = significance.compare(
                first, metrics.evaluate(test_set, worse, [name])[name], test_set, how
            )
            assert found.is_significant(0.05)
            assert (found.difference < 0) == (name != "ter")
            assert found.interval.low <= found.difference <= found.interval.high
            assert 0 < found.smallest < abs(found.difference)


def test_identical_outputs_are_unchanged(test_set: TestSet, human: Output) -> None:
    again = Output("again", human.targets)
    for name in NAMES:
        first = metrics.evaluate(test_set, human, [name])[name]
        second = metrics.evaluate(test_set, again, [name])[name]
        found = significance.compare(first, second, test_set, HOW)
        assert found.unchanged
        assert not found.is_significant(0.05)
        assert found.p_bootstrap is None
        assert found.smallest > 0


def test_one_document_that_differs_proves_nothing(test_set: TestSet, human: Output) -> None:
    """Sacrebleu's strict comparison would give this p = 1 / (trials + 1)."""
    targets = list(human.targets)
    targets[3] = "Nothing."
    how = Resampling("document", samples=200, trials=300)
    first = metrics.evaluate(test_set, human, ["chrf"])["chrf"]
    second = metrics.evaluate(test_set, Output("other", tuple(targets)), ["chrf"])["chrf"]
    found = significance.compare(first, second, test_set, how)
    assert found.p_randomisation == 1.0
    assert not found.is_significant(0.05)


def test_documents_are_resampled_whole(test_set: TestSet, human: Output) -> None:
    """With one document doing all the harm, the honest interval is the wider one."""
    span = test_set.documents[0]
    targets = list(human.targets)
    targets[span.start : span.end] = ["Nothing."] * (span.end - span.start)
    second = metrics.evaluate(test_set, Output("other", tuple(targets)), ["chrf"])["chrf"]
    widths = [
        significance.interval(second, test_set, Resampling(unit, samples=400)).half_width
        for unit in ("segment", "document")
    ]
    assert widths[1] > 1.5 * widths[0]


def test_what_is_resampled(test_set: TestSet) -> None:
    assert significance.unit_for(test_set) == "document"
    assert significance.unit_for(test_set.pick(["enshi-flood-relief"])) == "segment"
    lumpy = [("d", "one")] * (len(test_set) - 12) + [("d", str(at)) for at in range(12)]
    made = testsets.make("lumpy", test_set.sources, test_set.references, lumpy)
    assert significance.unit_for(made) == "segment"


@pytest.mark.parametrize("references", [1, 2])
def test_scores_are_those_of_the_sacrebleu_command(
    references: int, human: Output, worse: Output, tmp_path: Path
) -> None:
    from eval import seeds

    whole = seeds.load()
    chosen = dict(list(whole.references.items())[:references])
    made = testsets.make("some", whole.sources, chosen)
    paths = []
    for name, lines in [("hypothesis", worse.targets), *chosen.items()]:
        paths.append(tmp_path / name)
        paths[-1].write_text("\n".join(lines) + "\n", "utf-8")
    command = [sys.executable, "-m", "sacrebleu", *map(str, paths[1:]), "-i", str(paths[0])]
    command += ["-m", "bleu", "chrf", "ter", "--chrf-word-order", "2", "-w", "12", "-f", "text"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line, name in zip(printed.strip().splitlines(), NAMES, strict=True):
        found = metrics.evaluate(made, worse, [name])[name]
        label, _, rest = line.partition(" = ")
        assert f"{found.value:.12f}" == rest.split()[0]
        assert label.partition("|")[2] == found.metric.signature(made)


def test_sums_of_rows_are_the_score(test_set: TestSet, worse: Output) -> None:
    """Domain and document scores come from the same rows as the whole."""
    for name, one in metrics.evaluate(test_set, worse, NAMES).items():
        assert one.of(range(len(test_set))) == one.value, name
        assert len(one.each()) == len(test_set)
        assert np.isfinite(one.each()).all()
