"""`translator adapt` on tiny models: what is learnt from, tokens, training, stop and resume."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
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
from click.testing import CliRunner

from translator import adapt, glossary, prompts
from translator.adapt import Options, cleaning, examples, pairs, schedule, state, training
from translator.adapt import learner as learning
from translator.adapt.cleaning import Pair
from translator.adapt.learner import Learner
from translator.adapt_console import _Quiet
from translator.cli import cli
from translator.engines import GREEDY, Message, lora, transformers_engine
from translator.errors import InputError, TranslatorError, UsageError
from translator.models.adapters import RECORD, WEIGHTS

TOWNS = (("北京", "Beijing"), ("上海", "Shanghai"), ("广州", "Guangzhou"), ("成都", "Chengdu"))
PATTERNS = (
    ("这家公司的总部在{}。", "The company has its head office in {}."),
    ("他今天在{}说,项目已经开工。", "He said in {} today that work on the project has begun."),
    (
        "{}的港口每天有二十艘货船进出。",
        "Twenty cargo ships enter and leave the port of {} every day.",
    ),
    (
        "市民可以在{}办理手续,不用排队。",
        "Residents can complete the forms in {} without standing in line.",
    ),
    (
        "{}的学校邀请工程师为学生讲解机器人。",
        "A school in {} invited engineers to explain robots to pupils.",
    ),
    (
        "{}的医院引进了新的设备,病人不必再等。",
        "A hospital in {} bought new machines, so patients need not wait.",
    ),
)
PAIRS = [
    (chinese.format(town), english.format(name))
    for town, name in TOWNS
    for chinese, english in PATTERNS
]
SMALL = Options(epochs=2, batch_tokens=1024, held_out=4, scored=2, learning_rate=5e-3, rank=4)


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


def write(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    path.write_text("\n".join(["source\ttarget", *("\t".join(row) for row in rows)]), "utf-8")
    return path


class Heard(_Quiet):
    """Keeps what a run tells."""

    def __init__(self) -> None:
        self.steps: list[adapt.Step] = []
        self.found: dict[str, Any] = {}

    def cleaned(self, data: dict[str, Any]) -> None:
        self.found = data

    def step(self, step: adapt.Step) -> None:
        self.steps.append(step)


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


# ---- what is learnt from ----


def counted(
    rows: Sequence[tuple[str, str]], exclude: Sequence[Path] = ()
) -> tuple[list[Pair], dict[str, int]]:
    dropped: dict[str, int] = {}
    corpus = pairs.Corpus("x", "", tuple(rows))
    return list(cleaning.clean([corpus], exclude, dropped, lambda _: None)), dropped


def test_every_reason_is_counted(tmp_path: Path) -> None:
    good = ("这家公司的总部在北京。", "The company has its head office in Beijing.")
    seed = next((Path(__file__).parent.parent / "seeds/articles").glob("*.zh.txt"))
    known = max(seed.read_text("utf-8").split("\n"), key=len)
    test_set = tmp_path / "test.txt"
    test_set.write_text("他今天在上海的一次会议上说,新的研究中心项目已经全面开工建设。\n", "utf-8")
    rows = [
        good,
        (" 这家公司的总部在北京。 ", "The firm is headquartered in Beijing."),
        ("", "Nothing."),
        ("The company is in Beijing.", "The company is in Beijing."),
        ("他今天在上海说。", "Он сказал это сегодня в Шанхае."),
        ("医院引进了新的设备。", "The 医院 bought new machines."),
        (known, "A translation of a seed."),
        ("他今天在上海的一次会议上说,新的研究中心项目已经全面开工。", "He said at a meeting today that the project began."),
        ("市民可以在网上办理手续,不用排队,也不用带证件。", "Online."),
        ("园区去年新增企业350家。", "The park gained 530 firms last year."),
        ("学校邀请工程师为学生讲解机器人。", "Prices of pork fell again in the south on Monday."),
    ]  # fmt: skip
    kept, dropped = counted(rows, [test_set])
    assert [(one.source, one.target) for one in kept] == [good]
    assert dropped == {
        "duplicate": 1, "empty": 1, "language": 3, "excluded": 2, "length": 1, "quantity": 1,
        "similarity": 1,
    }  # fmt: skip
    assert set(dropped) <= set(cleaning.REASONS)
    assert len(rows) == len(kept) + sum(dropped.values())


def test_gaps_round_chinese_marks_are_closed() -> None:
    assert (
        cleaning.normalised_source("他说 ， “ 开工 ” 了 。 用 iPhone 拍")
        == "他说，“开工”了。用 iPhone 拍"
    )
    assert cleaning.normalised_source("總部在２０２４年") == "总部在2024年"


def test_sets_are_read_in_every_form(folder: Path, tmp_path: Path) -> None:
    aligned = tmp_path / "aligned"
    aligned.mkdir()
    (aligned / "source.zh.txt").write_text("\n".join(c for c, _ in PAIRS) + "\n", "utf-8")
    (aligned / "reference.en.txt").write_text("\n".join(e for _, e in PAIRS) + "\n", "utf-8")
    rows = [json.dumps({"source": c, "target": e}, ensure_ascii=False) for c, e in PAIRS]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows), "utf-8")
    words = [str(folder / "pairs.tsv"), str(aligned), str(tmp_path / "rows.jsonl")]
    found = pairs.read(words, ["CC0"])
    assert [one.pairs for one in found] == [tuple(PAIRS)] * 3
    assert len({one.sha256 for one in found}) == 1
    assert [one.terms for one in found] == ["CC0"] * 3
    with pytest.raises(InputError, match="memory holds no approved"):
        pairs.read(["memory"], [])
    assert CliRunner().invoke(cli, ["memory", "import", words[0]]).exit_code == 0
    assert sorted(pairs.read(["memory"], [])[0].pairs) == sorted(PAIRS)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.jsonl", '{"source": 1, "target": "x"}', "line 1: no JSON object"),
        ("a.jsonl", "[" * 50_000, "line 1: no JSON object"),
        ("a.jsonl", "\n", "no Chinese text"),
        ("a.csv", "x", "bilingual files end in"),
        ("aligned", "", "without source.zh.txt"),
    ],
)
def test_bad_data_is_one_clear_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    path = tmp_path / name
    if text:
        path.write_text(text, "utf-8")
    else:
        path.mkdir()
    with pytest.raises(InputError, match=message):
        pairs.read([str(path)], [])


def test_lines_must_match(tmp_path: Path) -> None:
    (tmp_path / "source.zh.txt").write_text("一\n二\n", "utf-8")
    (tmp_path / "reference.en.txt").write_text("One\n", "utf-8")
    with pytest.raises(InputError, match="has 1 lines, source"):
        pairs.read([str(tmp_path)], [])


# ---- forms ----


def formed(source: str, target: str, **more: Any) -> examples.Example | None:
    options = Options(**{"locked": 1.0, "hinted": 0.0, **more})
    return examples.example(Pair(source, target), glossary.load_over(None), options, plain=False)


def test_what_the_translation_has_in_english_is_in_the_source() -> None:
    source = "项目总投资超3.27亿元，由国家统计局负责。"
    found = formed(
        source, "Run by the National Bureau of Statistics, it costs over 327 million yuan."
    )
    assert found is not None
    assert found.form == "locked"
    assert found.text == "项目总投资超327 million元，由National Bureau of Statistics负责。"
    other = formed(source, "It costs over 327 mln yuan and NBS runs it.")
    assert other is not None
    assert (other.form, other.text) == ("plain", source)
    half = formed(source, "It costs over 327 million yuan and NBS runs it.")
    assert half is not None
    assert half.text == "项目总投资超327 million元，由国家统计局负责。"


def test_hints_are_for_what_the_translation_obeys() -> None:
    source = "国家统计局公布了数据。"
    options: dict[str, Any] = {"locked": 0.0, "hinted": 1.0}
    found = formed(source, "The National Bureau of Statistics released data.", **options)
    assert found is not None
    assert (found.form, found.text) == ("hinted", source)
    assert found.hints == "“国家统计局”译为“National Bureau of Statistics”"
    other = formed(source, "The NBS released data.", **options)
    assert other is not None
    assert other.form == "plain"


def test_datelines_are_left_to_the_rule() -> None:
    assert (
        formed("新华社北京5月19日电 项目已经开工。", "BEIJING, May 19 (Xinhua) -- Work began.")
        is None
    )


def test_tokens_are_those_of_the_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is learnt from is what the engine feeds, and answers end as the template ends them."""
    engine: Any = transformers_engine.load(
        str(folder / "qwen2"), prompts.load("translate"), lambda _: None
    )
    fed: list[list[int]] = []
    real = engine._checkpoint.generate

    def listen(prompts_: Any, *rest: Any) -> Any:
        fed.extend(prompts_)
        return real(prompts_, *rest)

    monkeypatch.setattr(engine._checkpoint, "generate", listen)
    text, hints = "这家公司<|im_end|>在北京。", "“北京”译为“Beijing”"
    list(engine.translate([text], GREEDY))
    chat = [Message("system", prompts.load("hinted").system.strip())]
    user = prompts.load("hinted").render(text=text, hints=hints)[1].strip()
    list(engine.chat([[*chat, Message("user", user)]], GREEDY, 5))
    target = "The company is <|im_end|> here."
    encoded = examples.encode(
        [examples.Example("plain", text, target), examples.Example("hinted", text, target, hints)],
        engine,
        prompts.load("translate"),
    )
    assert [one.prompt for one in encoded] == fed
    tokenizer = engine._checkpoint.tokenizer
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    for one in encoded:
        assert one.answer.count(end) == 1
        assert one.answer[-1] == end
        assert tokenizer.decode(one.answer[:-1]) == target


# ---- learning ----


@pytest.mark.parametrize("name", ["qwen2", "llama", "marian", "nllb", "m2m100", "mbart50"])
def test_the_loss_is_that_of_target_tokens_alone(tmp_path: Path, name: str) -> None:
    """Against the library's own loss, with labels for the target only, pair by pair."""
    getattr(tiny, name)(tmp_path / name)
    engine: Any = transformers_engine.load(
        str(tmp_path / name), prompts.load("translate"), lambda _: None
    )
    found = [examples.Example("plain", *pair) for pair in PAIRS[:3]]
    encoded = examples.encode(found, engine, prompts.load("translate"))
    learner = Learner(engine, SMALL)
    learner.model.float()
    total = 0.0
    for one in encoded:
        if engine.model.config.is_encoder_decoder:
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


def test_batches_have_everything_once_an_epoch() -> None:
    lengths = [10 + (index * 37) % 90 for index in range(300)]
    found = schedule.batches_of(lengths, 2, 400, seed=3)
    half = [index for batch in found for index in batch]
    assert sorted(half) == sorted([*range(300), *range(300)])
    assert max(len(batch) * max(lengths[i] for i in batch) for batch in found) <= 400
    assert found == schedule.batches_of(lengths, 2, 400, seed=3)
    assert found != schedule.batches_of(lengths, 2, 400, seed=4)


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
    options = {"epochs": 2, "batch_tokens": 1024, "held_out": 4, "scored": 2, "rank": 4}
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


# ---- the command ----


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--rank", "0"], 2, "--rank must be from 1"),
        (["--learning-rate", "7"], 2, "--learning-rate must be from"),
        (["--max-minutes", "0"], 2, "--max-minutes must be from"),
        (["--terms", "a", "--terms", "b"], 2, "--terms is given 2 times for 1 PAIRS"),
        (["--resume"], 2, "holds no run to go on with"),
        (["--resume", "--force"], 2, "give one of them"),
        (["--exclude", "no-such-set"], 3, "no-such-set is not there"),
        (["--model", "embedded+x"], 2, "an adapter is trained for a model without one"),
        (["--model", "no/such/model/x"], 2, "unknown model"),
    ],
)
def test_wrong_calls_are_one_clear_line(
    folder: Path, tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    call = ["adapt", str(folder / "pairs.tsv"), "-o", str(tmp_path / "out"), *arguments]
    found = CliRunner().invoke(cli, call)
    error = found.exception
    if isinstance(error, TranslatorError):
        assert (error.exit_status, message in str(error)) == (status, True), error
    else:
        assert found.exit_code == status
        assert message in found.output
    assert not (tmp_path / "out").exists()


def test_other_folders_are_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", "utf-8")
    words, options = [str(folder / "pairs.tsv")], replace(SMALL, model=str(folder / "qwen2"))
    with pytest.raises(UsageError, match="exists and is no adapter"):
        adapt.adapt(words, tmp_path / "mine", options, Heard(), force=True)
    assert (tmp_path / "mine" / "letter.txt").read_text("utf-8") == "dear"


def test_too_little_data_is_told(folder: Path, tmp_path: Path) -> None:
    few = write(tmp_path / "few.tsv", PAIRS[:5])
    options = replace(SMALL, model=str(folder / "qwen2"))
    with pytest.raises(InputError, match="5 of 5 pairs are left after cleaning, too few"):
        adapt.adapt([str(few)], tmp_path / "out", options, Heard())


def test_a_missing_extra_is_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "find_spec", lambda name: None if name == "peft" else object())
    with pytest.raises(TranslatorError, match=r"adapt needs peft.*translator\[adapt\]"):
        adapt.adapt([str(folder / "pairs.tsv")], tmp_path / "out", SMALL, Heard())
