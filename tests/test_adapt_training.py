"""`translator adapt` on tiny models: loss, plan, training, stop and resume."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")
pytest.importorskip("sacrebleu")

import tiny
import torch
from adapt_sample import PAIRS, SMALL, Heard, write

from translator import adapt, prompts
from translator.adapt import examples, result, schedule, state, training
from translator.adapt import learner as learning
from translator.adapt.learner import Learner
from translator.engines import lora, transformers_engine
from translator.errors import ModelError, UsageError
from translator.models.adapters import RECORD, WEIGHTS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("adapt")
    tiny.qwen2(found / "qwen2")
    write(found / "pairs.tsv", PAIRS)
    return found


@pytest.fixture(autouse=True)
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRANSLATOR_HOME", str(folder / "home"))
    return folder / "home"


@pytest.fixture(scope="module")
def trained(folder: Path) -> tuple[Path, adapt.Outcome, Heard]:
    """One finished run, for all tests that look at its result."""
    heard = Heard()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSLATOR_HOME", str(folder / "home"))
        patch.setattr(learning, "_has_bfloat16", lambda: False)  # it is slow for such sizes
        outcome = adapt.adapt(
            [str(folder / "pairs.tsv")],
            folder / "house",
            replace(SMALL, model=str(folder / "qwen2"), epochs=4, learning_rate=3e-2),
            heard,
            terms=["CC0 | ours"],
        )
    return folder / "house", outcome, heard


# ---- learning ----


@pytest.mark.parametrize("name", ["qwen2", "llama", "marian", "nllb", "m2m100", "mbart50"])
def test_the_loss_is_that_of_target_tokens_alone(tmp_path: Path, name: str) -> None:
    """Against the library's own loss, with labels for the target only, pair by pair."""
    getattr(tiny, name)(tmp_path / name)
    engine: Any = transformers_engine.load(
        str(tmp_path / name), prompts.load("translate"), lambda _: None
    )
    found = [examples.Example("plain", *pair) for pair in PAIRS[:3]]
    found.append(examples.Example("hinted", *PAIRS[3], "“公司”译为“company”"))
    encoded = examples.encode(found, engine, prompts.load("translate"))
    is_pair = engine.model.config.is_encoder_decoder
    assert [one.shared > 20 for one in encoded] == [not is_pair] * 4
    assert (encoded[3].shared != encoded[0].shared) is not is_pair
    learner = Learner(engine, SMALL)
    learner.model.float()
    total = 0.0
    for one in encoded:
        if is_pair:
            inputs = {"input_ids": [one.prompt], "labels": [one.answer]}
        else:
            labels = [-100] * len(one.prompt) + one.answer
            inputs = {"input_ids": [[*one.prompt, *one.answer]], "labels": [labels]}
        given = {key: torch.tensor(value) for key, value in inputs.items()}
        with torch.no_grad():
            total += engine.model(**given).loss.item() * len(one.answer)
    mean = total / sum(len(one.answer) for one in encoded)
    assert learner.loss(encoded) == pytest.approx(mean, rel=2e-3)
    first = learner.step(encoded, 1.0)
    for _ in range(5):
        last = learner.step(encoded, 1.0)
    assert last < first


def test_in_bfloat16_it_learns_and_translates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_has_bfloat16", lambda: True)
    tiny.qwen2(tmp_path / "half")
    engine: Any = transformers_engine.load(
        str(tmp_path / "half"), prompts.load("translate"), lambda _: None
    )
    engine.model.bfloat16()
    found = [examples.Example("plain", *pair) for pair in PAIRS[:3]]
    encoded = examples.encode(found, engine, prompts.load("translate"))
    learner = Learner(engine, SMALL)
    assert {one.dtype for one in engine.model.parameters()} == {torch.bfloat16, torch.float32}
    losses = [learner.step(encoded, 1.0) for _ in range(6)]
    assert losses[-1] < losses[0]
    assert len(learner.translate([PAIRS[0][0]])) == 1


def test_a_batch_without_a_number_teaches_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine: Any = transformers_engine.load(
        str(folder / "qwen2"), prompts.load("translate"), lambda _: None
    )
    found = [examples.Example("plain", *pair) for pair in PAIRS[:3]]
    encoded = examples.encode(found, engine, prompts.load("translate"))
    learner = Learner(engine, SMALL)
    assert learner.step(encoded, 1.0) is not None
    before, sound = learner.state()["weights"], learner._loss
    monkeypatch.setattr(learner, "_loss", lambda batch: sound(batch) * float("nan"))
    assert learner.step(encoded, 1.0) is None
    assert learner.step(encoded, 1.0) is None
    after = learner.state()["weights"]
    assert all(torch.equal(before[name], after[name]) for name in before)
    with pytest.raises(ModelError, match="lower --learning-rate"):
        learner.step(encoded, 1.0)
    monkeypatch.undo()
    loss = learner.step(encoded, 1.0)
    assert loss is not None
    assert loss < 20


def test_batches_have_everything_once_an_epoch() -> None:
    lengths = [10 + (index * 37) % 90 for index in range(300)]
    kinds = [39 if index % 7 else 81 for index in range(300)]
    found = schedule.batches_of(lengths, kinds, 2, 400, seed=3)
    half = [index for batch in found for index in batch]
    assert sorted(half) == sorted([*range(300), *range(300)])
    assert max(len(batch) * max(lengths[i] for i in batch) for batch in found) <= 400
    assert all(len({kinds[index] for index in batch}) == 1 for batch in found)
    assert found == schedule.batches_of(lengths, kinds, 2, 400, seed=3)
    assert found != schedule.batches_of(lengths, kinds, 2, 400, seed=4)


def test_the_plan_fits_the_time() -> None:
    whole = schedule.fitted(600, 0, 0, schedule.Clock(None, 0, 0, 0))
    assert whole == schedule.Plan(600, schedule.EVALUATIONS)
    tight = schedule.fitted(600, 10, 0, schedule.Clock(1000, 100, 5.0, 30.0))
    assert tight.evaluations == 5
    assert tight.steps == 10 + (1000 - 100 - 5 * 30) // 5
    assert schedule.fitted(600, 50, 2, schedule.Clock(1000, 2000, 5.0, 30.0)).steps == 50
    rates = [whole.rate(step) for step in range(600)]
    assert rates[0] == pytest.approx(1 / 20)
    assert max(rates) == rates[20] == 1.0
    assert rates[20:] == sorted(rates[20:], reverse=True)
    assert rates[-1] < 1e-4


def test_a_run_learns_and_tells_what_it_did(trained: tuple[Path, adapt.Outcome, Heard]) -> None:
    folder, outcome, heard = trained
    course = outcome.course
    assert outcome.stopped_by == 0
    assert [one.step for one in heard.steps] == list(range(1, outcome.steps + 1))
    assert course.step == outcome.steps
    before, after = course.evaluations[0], course.evaluations[-1]
    assert (before.step, after.step) == (0, course.step)
    assert after.loss < before.loss - 0.2
    assert heard.found["read"] == heard.found["kept"] == len(PAIRS)
    assert not (folder / state.FOLDER).exists()
    record = json.loads((folder / RECORD).read_text("utf-8"))
    assert record["training"]["steps"] == course.step
    assert record["data"][0]["pairs"] == len(PAIRS)
    assert record["scores"]["signatures"]["chrF++"].startswith("nrefs:1|case:mixed")
    card = (folder / "README.md").read_text("utf-8")
    for told in ("CC0 \\| ours", record["base"]["sha256"], record["data"][0]["sha256"][:16]):
        assert told in card
    assert "went on from" not in card
    del record["begun_from"]  # as in a run that was begun before there was such a thing
    assert result.card(record) == card
    assert "<polyline" in (folder / "loss.svg").read_text("utf-8")


def test_peft_reads_it_and_merging_is_peft_s(
    trained: tuple[Path, adapt.Outcome, Heard], folder: Path
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    def base() -> Any:
        return AutoModelForCausalLM.from_pretrained(folder / "qwen2", dtype=torch.float32)

    theirs = PeftModel.from_pretrained(base(), str(trained[0])).merge_and_unload()
    ours = base()
    untouched = {name: weight.clone() for name, weight in ours.named_parameters()}
    lora.merge(lora.Lora.load(trained[0]), ours)
    changed = 0
    for name, weight in theirs.named_parameters():
        assert torch.allclose(ours.get_parameter(name), weight, atol=1e-5), name
        changed += not torch.equal(untouched[name], weight)
    assert changed == 2 * 7  # every linear layer of two blocks


def test_nothing_better_three_times_is_the_end() -> None:
    course = state.Course(losses=[1.0] * 50)
    run: Any = training._Run.__new__(training._Run)
    run._course = course
    for step, (loss, chrf) in enumerate([(3, 10), (2, 20), (2.1, 19), (2.2, 19)]):
        course.evaluations.append(adapt.Evaluation(step, loss, 1.0, chrf))
        assert not run._is_stale()
    course.evaluations.append(adapt.Evaluation(5, 2.3, 1.0, 18))
    assert run._is_stale()
    course.evaluations[-1] = adapt.Evaluation(5, 1.9, 1.0, 18)
    assert not run._is_stale()


def test_learning_goes_on_from_an_adapter(
    trained: tuple[Path, adapt.Outcome, Heard],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It begins where the first one ended, and one adapter, on the same base, stands for both."""
    monkeypatch.setattr(learning, "_has_bfloat16", lambda: False)
    first, before, _ = trained
    model = f"{folder / 'qwen2'}+{first}"
    options, words = replace(SMALL, model=model), [str(folder / "pairs.tsv")]
    second = adapt.adapt(words, tmp_path / "second", options, Heard(), terms=["ours too"])
    begun = second.course.evaluations[0]
    best = next(one for one in before.course.evaluations if one.step == before.course.best)
    assert (begun.loss, begun.bleu, begun.chrf) == (best.loss, best.bleu, best.chrf)
    assert begun.loss > second.course.evaluations[-1].loss
    record = json.loads((tmp_path / "second" / RECORD).read_text("utf-8"))
    assert record["base"]["name"] == str(folder / "qwen2")
    assert record["begun_from"]["steps"] == before.course.best
    card = (tmp_path / "second" / "README.md").read_text("utf-8")
    assert "went on from the adapter house" in card
    assert ("CC0 \\| ours" in card, "ours too" in card) == (True, True)
    third = replace(options, model=f"{folder / 'qwen2'}+{tmp_path / 'second'}", rank=2)
    with pytest.raises(UsageError, match="second has rank 4, and what goes on from it"):
        adapt.adapt(words, tmp_path / "third", third, Heard())


# ---- stopped and gone on with ----

CHILD = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from translator import adapt
from translator.adapt import Options, training
from translator.adapt import learner
from translator.adapt_console import _Quiet

training.SAVE_SECONDS = 0.0
learner._has_bfloat16 = lambda: False
at, number, resume = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "resume"

class Killed(_Quiet):
    def step(self, step):
        if step.step == at:
            os.kill(os.getpid(), number)

outcome = adapt.adapt(
    [sys.argv[4]], Path(sys.argv[5]), Options(**eval(sys.argv[6])), Killed(), resume=resume
)
print(outcome.course.step, outcome.stopped_by)
"""


def child(
    folder: Path, output: Path, at: int, number: int, how: str
) -> subprocess.CompletedProcess[str]:
    options = {"epochs": 2, "batch_tokens": 512, "held_out": 4, "scored": 2, "rank": 4}
    options |= {"learning_rate": 5e-3, "model": str(folder / "qwen2")}  # type: ignore[dict-item]
    words = [str(at), str(number), how, str(folder / "pairs.tsv"), str(output), repr(options)]
    return subprocess.run(
        [sys.executable, "-c", CHILD, *words],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_killed_and_resumed_is_the_same_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_has_bfloat16", lambda: False)
    options = replace(SMALL, model=str(folder / "qwen2"))
    words = [str(folder / "pairs.tsv")]
    whole = adapt.adapt(words, tmp_path / "whole", options, Heard()).course
    killed = child(folder, tmp_path / "cut", 3, signal.SIGKILL, "new")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / "cut" / state.FOLDER / "state.pt").is_file()
    stopped = child(folder, tmp_path / "cut", 5, signal.SIGTERM, "resume")
    assert stopped.stdout.split() == ["5", str(int(signal.SIGTERM))], stopped.stderr
    with pytest.raises(UsageError, match="unfinished run: go on with it by --resume"):
        adapt.adapt(words, tmp_path / "cut", options, Heard())
    with pytest.raises(UsageError, match="begun with another rank"):
        adapt.adapt(words, tmp_path / "cut", replace(options, rank=2), Heard(), resume=True)
    other = write(tmp_path / "other.tsv", PAIRS[:20])
    with pytest.raises(UsageError, match="begun with another data"):
        adapt.adapt([str(other)], tmp_path / "cut", options, Heard(), resume=True)
    heard = Heard()
    ended = adapt.adapt(words, tmp_path / "cut", options, heard, resume=True).course
    assert heard.steps[0].step == 6
    assert ended.step == whole.step
    assert ended.losses == pytest.approx(whole.losses, abs=2e-3)
    assert ended.evaluations[-1].loss == pytest.approx(whole.evaluations[-1].loss, abs=2e-3)
    assert (tmp_path / "cut" / WEIGHTS).is_file()
    assert not (tmp_path / "cut" / state.FOLDER).exists()


def test_time_ends_a_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "_has_bfloat16", lambda: False)
    options = replace(SMALL, model=str(folder / "qwen2"), epochs=1000, max_minutes=0.15)
    outcome = adapt.adapt([str(folder / "pairs.tsv")], tmp_path / "out", options, Heard())
    assert 0 < outcome.course.step < 10_000
    assert (tmp_path / "out" / RECORD).is_file()
