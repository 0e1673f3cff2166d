"""`translator adapt`: what is learnt from, its forms and tokens, wrong calls."""

from __future__ import annotations

import json
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
from adapt_sample import PAIRS, SMALL, Heard, write
from click.testing import CliRunner

from translator import adapt, glossary, prompts
from translator.adapt import Options, cleaning, examples, pairs, training
from translator.adapt.cleaning import Pair
from translator.cli import cli
from translator.engines import GREEDY, Message, transformers_engine
from translator.errors import InputError, TranslatorError, UsageError


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
        (["--model", "embedded+x"], 2, "there is no adapter 'x'"),
        (["--rank", "16"], 2, "press has rank 8, and what goes on from it has the same"),
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
