"""The gate stops what it should, and only that, with the exit status it should."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from eval import gate, metrics, outputs, seeds
from eval.gate import Verdict
from eval.outputs import Output
from eval.testsets import TestSet
from translator.errors import InputError, UsageError

CONFIG = """
set = "seeds"
[hard]
"finding.empty" = 0.0
"finding.leftover" = 0.0
quantity = 97.0
"brief.unsupported_quantities" = 0
[floors]
bleu = 0.0
chrf = 0.0
"brief.facts" = 0.0
[margins]
bleu = 1.0
chrf = 1.0
quantity = 1.0
[test]
samples = 200
trials = 500
"""


@pytest.fixture(scope="module")
def test_set() -> TestSet:
    return seeds.load()


@pytest.fixture(scope="module")
def good(test_set: TestSet) -> Output:
    """A system between the two references, with the reference briefs."""
    targets = [
        pair[at % 2] for at, pair in enumerate(zip(*test_set.references.values(), strict=True))
    ]
    briefs = {
        name: {
            "headline": gold.headline,
            "summary_sentences": [{"text": gold.summary, "segments": []}],
            "points": [{"text": point, "segments": []} for point in gold.points],
        }
        for name, gold in test_set.annotations.items()
    }
    return Output("good", tuple(targets), briefs)


Judge = Callable[[Output], Verdict]


@pytest.fixture
def folder(tmp_path: Path, good: Output, test_set: TestSet) -> Path:
    """A gate of its own with `good` pinned."""
    (tmp_path / "gate.toml").write_text(CONFIG, "utf-8")
    outputs.save(good, test_set, tmp_path / "good.json")
    gate.pin(tmp_path / "gate.toml", tmp_path / "good.json", allow_regression=False)
    return tmp_path


@pytest.fixture
def judge(folder: Path, test_set: TestSet) -> Judge:
    def judge(output: Output) -> Verdict:
        path = folder / "new.json"
        outputs.save(output, test_set, path)
        return gate.judge(folder / "gate.toml", path).verdict

    return judge


def without_the_end(target: str) -> str:
    words = target.split()
    return " ".join(words[: max(len(words) * 3 // 4, 1)])


def test_the_same_output_is_unchanged(judge: Judge, good: Output) -> None:
    verdict = judge(good)
    assert (verdict.outcome, verdict.exit_status) == ("pass", 0)
    assert sum(check.message.endswith("is unchanged") for check in verdict.checks) == 3


def test_a_planted_drop_fails(judge: Judge, good: Output) -> None:
    targets = tuple(
        without_the_end(target) if at % 3 == 0 else target for at, target in enumerate(good.targets)
    )
    verdict = judge(replace(good, targets=targets))
    assert (verdict.outcome, verdict.exit_status) == ("quality", 1)
    failed = {(check.stage, check.name) for check in verdict.failures}
    assert {("floor", "bleu"), ("baseline", "bleu"), ("baseline", "chrf")} <= failed


def test_a_drop_within_the_margin_passes(judge: Judge, good: Output, test_set: TestSet) -> None:
    targets = list(good.targets)
    for at in range(0, len(targets), 60):
        targets[at] = without_the_end(targets[at])
    worse = replace(good, targets=tuple(targets))
    before, now = (metrics.evaluate(test_set, one, ["bleu"])["bleu"].value for one in (good, worse))
    assert 0 < before - now < 1
    assert judge(worse).outcome == "pass"


def test_a_power_of_ten_fails_the_quantity_limit_while_bleu_hardly_moves(
    judge: Judge, good: Output, test_set: TestSet
) -> None:
    targets = [
        re.sub(
            r"\b(million|billion)\b",
            lambda m: {"million": "billion", "billion": "million"}[m[0]],
            target,
        )
        for target in good.targets
    ]
    assert sum(a != b for a, b in zip(targets, good.targets, strict=True)) >= 20
    wrong = replace(good, targets=tuple(targets))
    before, now = (metrics.evaluate(test_set, one, ["bleu", "quantity"]) for one in (good, wrong))
    assert before["bleu"].value - now["bleu"].value < 1
    assert now["quantity"].value < 95 < before["quantity"].value
    verdict = judge(wrong)
    assert verdict.exit_status == 1
    assert ("hard", "quantity") in {(check.stage, check.name) for check in verdict.failures}
    assert not any(check.name == "bleu" for check in verdict.failures)


@pytest.mark.parametrize(
    ("target", "name"), [("", "finding.empty"), ("This is 中文 text.", "finding.leftover")]
)
def test_one_broken_segment_fails(judge: Judge, good: Output, target: str, name: str) -> None:
    verdict = judge(replace(good, targets=(*good.targets[:-1], target)))
    assert [check.name for check in verdict.failures if check.stage == "hard"] == [name]


def test_an_invented_number_in_a_brief_fails(judge: Judge, good: Output) -> None:
    name, brief = next(iter(good.briefs.items()))
    points = [*brief["points"], {"text": "It will hire 7,654 people.", "segments": []}]
    briefs = {**good.briefs, name: {**brief, "points": points}}
    verdict = judge(replace(good, briefs=briefs))
    assert [check.name for check in verdict.failures] == ["brief.unsupported_quantities"]


def test_an_output_without_briefs_fails_where_briefs_are_asked_for(
    judge: Judge, good: Output
) -> None:
    verdict = judge(replace(good, briefs={}))
    assert verdict.exit_status == 1
    assert "has no briefs" in verdict.sentence


def test_a_better_output_passes_and_raises_the_floors(
    folder: Path, good: Output, test_set: TestSet
) -> None:
    better = replace(good, system="better", targets=test_set.references["A"])
    worse = replace(good, targets=tuple(map(without_the_end, good.targets)))
    outputs.save(better, test_set, folder / "better.json")
    outputs.save(worse, test_set, folder / "worse.json")
    before = gate.read_config(folder / "gate.toml").floors["brief.facts"].bound
    assert before > 50
    with pytest.raises(UsageError, match=r"BLEU .* is asked for.* --allow-regression"):
        gate.pin(folder / "gate.toml", folder / "worse.json", allow_regression=False)
    assert gate.judge(folder / "gate.toml", folder / "better.json").verdict.exit_status == 0
    said = gate.pin(folder / "gate.toml", folder / "better.json", allow_regression=False)
    assert said.startswith("better is pinned")
    gate.pin(folder / "gate.toml", folder / "worse.json", allow_regression=True)
    assert gate.read_config(folder / "gate.toml").floors["bleu"].bound < 90


def test_a_floor_stays_where_a_sound_output_is_a_little_worse(
    folder: Path, good: Output, test_set: TestSet
) -> None:
    before = gate.read_config(folder / "gate.toml").floors
    a_little = [without_the_end(one) if at < 3 else one for at, one in enumerate(good.targets)]
    outputs.save(replace(good, targets=tuple(a_little)), test_set, folder / "little.json")
    gate.pin(folder / "gate.toml", folder / "little.json", allow_regression=False)
    assert gate.read_config(folder / "gate.toml").floors == before
    verdict = gate.judge(folder / "gate.toml", folder / "little.json").verdict
    assert verdict.exit_status == 0


def test_pinning_keeps_the_comments_of_the_file(folder: Path) -> None:
    path = folder / "gate.toml"
    path.write_text("# why\n" + path.read_text("utf-8"), "utf-8")
    gate.pin(path, folder / "good.json", allow_regression=False)
    assert path.read_text("utf-8").startswith("# why\n")


class TestData:
    """What is not what it was gives 3, before any score is looked at."""

    def outcome(self, folder: Path) -> tuple[str, int, str]:
        verdict = gate.judge(folder / "gate.toml", folder / "good.json").verdict
        return verdict.outcome, verdict.exit_status, verdict.sentence

    def test_a_baseline_changed_by_hand(self, folder: Path) -> None:
        path = folder / "baseline" / "output.json"
        path.write_text(path.read_text("utf-8").replace("million", "billion"), "utf-8")
        outcome, status, sentence = self.outcome(folder)
        assert (outcome, status) == ("data", 3)
        assert "was changed after it was pinned" in sentence

    def test_another_state_of_the_test_set(self, folder: Path) -> None:
        path = folder / "baseline" / "scores.json"
        record = json.loads(path.read_text("utf-8"))
        record["set"]["sha256"] = "0" * 64
        path.write_text(json.dumps(record), "utf-8")
        assert self.outcome(folder)[:2] == ("data", 3)

    @pytest.mark.parametrize(("key", "value"), [("signature", "nrefs:1"), ("value", 12.3)])
    def test_another_tokenizer_or_score(self, folder: Path, key: str, value: object) -> None:
        path = folder / "baseline" / "scores.json"
        record = json.loads(path.read_text("utf-8"))
        record["scores"]["bleu"][key] = value
        path.write_text(json.dumps(record), "utf-8")
        outcome, status, sentence = self.outcome(folder)
        assert (outcome, status) == ("data", 3)
        assert "pin again" in sentence

    def test_an_output_that_is_not_there(self, folder: Path) -> None:
        (folder / "good.json").unlink()
        assert self.outcome(folder)[:2] == ("data", 3)

    def test_nothing_pinned(self, folder: Path) -> None:
        shutil.rmtree(folder / "baseline")
        outcome, status, sentence = self.outcome(folder)
        assert (outcome, status) == ("usage", 2)
        assert "eval pin" in sentence


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("[hard]\nblue = 1.0", UsageError, "no metric 'blue'"),
        ("[hard]\nbleu = 'x'", UsageError, "hard.bleu must be a number"),
        ("[limits]\n", UsageError, "unknown key 'limits'"),
        ("[test]\nshuffles = 3", UsageError, "shuffles"),
        ("[hard", InputError, "not a TOML file"),
    ],
)
def test_configurations_that_are_refused(
    tmp_path: Path, text: str, error: type[Exception], says: str
) -> None:
    path = tmp_path / "gate.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(error, match=re.escape(says)):
        gate.read_config(path)


def test_sentence_record_and_junit_say_the_same(judge: Judge, good: Output) -> None:
    verdict = judge(replace(good, targets=("", *good.targets[1:])))
    record = verdict.record()
    assert record["sentence"] == verdict.sentence
    assert record["sentence"].startswith("FAIL: ")
    assert record["exit_status"] == verdict.exit_status == 1
    suite = ET.fromstring(verdict.junit())
    assert int(suite.attrib["tests"]) == len(verdict.checks)
    failed = [case.attrib["name"] for case in suite if case.find("failure") is not None]
    assert failed == [check.name for check in verdict.failures]
    assert int(suite.attrib["failures"]) == len(failed)
