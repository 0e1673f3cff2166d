"""Translation models of their own kind on both engines: tiny ones, made here, random weights."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import tiny
import torch
from transformers import MarianMTModel, MBartForConditionalGeneration

from translator.engines import GREEDY, Decoding, Engine, hf
from translator.errors import ModelError
from translator.text import han_count

MODELS = ("marian", "m2m100", "nllb", "mbart50")
ENGINES = ("ctranslate2", "transformers")
BEAM = Decoding()
# Of many lengths, some twice; one holds no Chinese, one half-width marks and a name.
SOURCES = (*tiny.CHINESE[:4], "好。", tiny.CHINESE[0], "公司在上海,李明说。", "300%", "好。")

Load = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("seq2seq")


@pytest.fixture(scope="module")
def load(folder: Path) -> Load:
    """Load an engine on a tiny model; each once."""
    loaded: dict[tuple[str, str, bool], Engine] = {}

    def load(engine: str, model: str, *, exact: bool = False) -> Engine:
        checkpoint = folder / model
        if not checkpoint.exists():
            getattr(tiny, model)(checkpoint)
        key = (engine, model, exact)
        if key not in loaded:
            loaded[key] = tiny.load(engine, checkpoint, folder / "home", exact=exact)
        return loaded[key]

    return load


@pytest.fixture(params=[(engine, model) for model in MODELS for engine in ENGINES], ids="-".join)
def engine(request: pytest.FixtureRequest, load: Load) -> Any:
    return load(*request.param)


@pytest.fixture(params=ENGINES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def texts(engine: Engine, sources: Any, decoding: Decoding) -> list[list[str]]:
    results = sorted(engine.translate(sources, decoding))
    return [[candidate.text for candidate in candidates] for _, candidates in results]


@pytest.fixture
def decoded(engine: Any, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The ids of every hypothesis that the engine turns into text."""
    seen: list[list[int]] = []
    decode = engine._tokenizer.decode

    def spy(ids: list[int]) -> Any:
        seen.append(list(ids))
        return decode(ids)

    monkeypatch.setattr(engine._tokenizer, "decode", spy)
    return seen


def test_every_source_gets_its_own_answers(engine: Any) -> None:
    results = list(engine.translate(SOURCES, GREEDY))
    assert sorted(index for index, _ in results) == list(range(len(SOURCES)))
    assert all(len(candidates) == 1 for _, candidates in results)
    # A batch may give more room than one source alone, so only the starts are the same.
    together = texts(engine, SOURCES, GREEDY)
    for index, source in enumerate(SOURCES):
        assert together[index][0][:30] == texts(engine, [source], GREEDY)[0][0][:30]
    assert len({answer for (answer,) in together}) > 3
    assert list(engine.translate([], GREEDY)) == []


def test_candidates_are_sorted_finite_and_the_same_again(engine: Any) -> None:
    first = sorted(engine.translate(SOURCES, BEAM))
    for _, candidates in first:
        assert len(candidates) == 4
        scores = [candidate.score for candidate in candidates]
        assert all(math.isfinite(score) and score < 0 for score in scores)
        assert scores == sorted(scores, reverse=True)
    assert first == sorted(engine.translate(SOURCES, BEAM))
    fewer = sorted(engine.translate(SOURCES[:2], Decoding(beam_size=2, candidates=4)))
    assert [len(candidates) for _, candidates in fewer] == [2, 2]


@pytest.mark.parametrize("model", MODELS)
def test_no_chinese_is_written(
    load: Load,
    name: str,
    model: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = texts(load(name, model), tiny.CHINESE, BEAM)
    assert not any(han_count(text) for answers in held for text in answers)
    # Random weights write Chinese freely where nothing forbids it: the test above can fail.
    monkeypatch.setattr(hf, "not_english", lambda *args, **options: [])
    free = texts(tiny.load(name, folder / model, tmp_path), tiny.CHINESE, BEAM)
    assert any(han_count(text) for answers in free for text in answers)


def test_answers_start_in_english(engine: Any, decoded: list[list[int]]) -> None:
    answers = texts(engine, SOURCES, BEAM)
    prefix = engine._tokenizer.prefix
    assert decoded
    assert all(ids[: len(prefix)] == prefix for ids in decoded)
    for marker in ("__", "_Latn", "_XX", "</s>", "<pad>", "madeup", "<row"):
        assert not any(marker in text for found in answers for text in found)


def test_the_languages_are_those_of_the_model(load: Load, name: str) -> None:
    wanted = {
        "marian": ([], "</s>", []),
        "m2m100": (["__zh__"], "</s>", ["__en__"]),
        "nllb": (["zho_Hans"], "</s>", ["eng_Latn"]),
        "mbart50": (["zh_CN"], "</s>", ["en_XX"]),
    }
    for model, (before, after, prefix) in wanted.items():
        tokenizer = load(name, model)._tokenizer
        tokens = tokenizer.tokens(tokenizer.encode("今天"))
        assert tokens[: len(before)] == before
        assert tokens[-1] == after
        assert tokenizer.tokens(tokenizer.prefix) == prefix


def test_a_source_spells_no_marker(engine: Any) -> None:
    tokenizer = engine._tokenizer
    marks = tokenizer.encode("")
    assert 1 <= len(marks) <= 2
    for text in ("</s>", "<pad>", "<s>", "__en__", "eng_Latn", "en_XX", "<mask>", "今</s>天"):
        ids = tokenizer.encode(f"今天{text}上海")
        assert [index for index in ids if index in tokenizer._markers] == marks, text
        assert ids[-1] == marks[-1]


@pytest.mark.parametrize("model", ["marian", "m2m100", "nllb"])
def test_what_looks_like_a_marker_is_read_as_text(load: Load, name: str, model: str) -> None:
    tokenizer = load(name, model)._tokenizer
    assert len(tokenizer.encode("今天</s>上海")) > len(tokenizer.encode("今天上海")) + 1


def test_length_stops_are_told(load: Load, name: str, folder: Path, tmp_path: Path) -> None:
    # A Marian checkpoint asks for an end at its own maximum: that is no end of the sentence.
    for _, candidates in load(name, "marian").translate(tiny.CHINESE[:3], GREEDY):
        assert candidates[0].finish == "length"
    eager = _eager(MarianMTModel, folder / "marian", tmp_path / "eager", 0)
    found = sorted(tiny.load(name, eager, tmp_path).translate(tiny.CHINESE, BEAM))
    assert all(candidate.finish == "stop" for _, answers in found for candidate in answers)
    assert len({answers[0].text for _, answers in found}) > 1


def _eager(kind: Any, source: Path, folder: Path, end: int) -> Path:
    """A copy of a checkpoint that ends its sentences as soon as it may."""
    shutil.copytree(source, folder)
    model = kind.from_pretrained(source)
    model.final_logits_bias[0, end] = 30.0
    model.save_pretrained(folder)
    return folder


def test_no_translation_is_empty(load: Load, name: str, folder: Path, tmp_path: Path) -> None:
    """opus-mt models answer some headlines with their end token alone."""
    load(name, "marian"), load(name, "mbart50")
    kinds = {"marian": (MarianMTModel, 0), "mbart50": (MBartForConditionalGeneration, 2)}
    for model, (kind, end) in kinds.items():
        eager = tiny.load(name, _eager(kind, folder / model, tmp_path / model, end), tmp_path)
        for decoding in (GREEDY, BEAM):
            assert all(text for answers in texts(eager, SOURCES, decoding) for text in answers)


def test_long_sources_are_refused_and_never_cut(engine: Any) -> None:
    limit = engine._tokenizer.limit
    assert limit == 64  # half of the model's 128 positions, its own marks included
    first = engine._tokenizer.encode("在" * 60)
    bare = "在" * (60 + limit - len(first))
    assert len(engine._tokenizer.encode(bare)) == limit
    assert engine.fits(bare)
    assert not engine.fits(bare + "在")
    with pytest.raises(ModelError, match="split it"):
        list(engine.translate(["今天。", bare + "在"], GREEDY))
    # The last word of the longest source still counts; the answer stays within 128 positions.
    other = bare[:-1] + "京"
    (_, one), (_, two) = sorted(engine.translate([bare, other], GREEDY))
    assert one[0].score != two[0].score


def test_repetition_is_held_down(engine: Any, decoded: list[list[int]]) -> None:
    plain = texts(engine, SOURCES[:4], GREEDY)
    loops = [ids for ids in decoded if _repeats(ids, 3)]
    assert loops
    decoded.clear()
    texts(engine, SOURCES[:4], Decoding(1, 1, no_repeat_ngram=3))
    assert not any(_repeats(ids, 3) for ids in decoded)
    assert texts(engine, SOURCES[:4], Decoding(1, 1, repetition_penalty=1.5)) != plain


def _repeats(ids: list[int], size: int) -> bool:
    grams = [tuple(ids[i : i + size]) for i in range(len(ids) - size + 1)]
    return len(grams) != len(set(grams))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "decoding",
    [GREEDY, BEAM, Decoding(4, 4, length_penalty=0.5), Decoding(2, 2, no_repeat_ngram=3)],
    ids=["greedy", "beam", "length-penalty", "no-repeat"],
)
def test_both_engines_search_alike(load: Load, model: str, decoding: Decoding) -> None:
    """In float32 they agree on every hypothesis and score: one is the reference for the other."""
    sources = tiny.CHINESE[:8]  # one batch of either
    ours = sorted(load("ctranslate2", model, exact=True).translate(sources, decoding))
    reference = sorted(load("transformers", model).translate(sources, decoding))
    for (_, mine), (_, theirs) in zip(ours, reference, strict=True):
        assert [(c.text, c.finish) for c in mine] == [(c.text, c.finish) for c in theirs]
        assert [c.score for c in mine] == pytest.approx([c.score for c in theirs], abs=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_int8_scores_stay_near(load: Load, model: str) -> None:
    ours = sorted(load("ctranslate2", model).translate(tiny.CHINESE[:8], GREEDY))
    exact = sorted(load("ctranslate2", model, exact=True).translate(tiny.CHINESE[:8], GREEDY))
    gaps = [abs(a[0].score - b[0].score) for (_, a), (_, b) in zip(ours, exact, strict=True)]
    assert 0 < sum(gaps) / len(gaps) < 0.5


def test_compute_types(load: Load) -> None:
    assert load("ctranslate2", "marian").info.compute_type.startswith("int8")
    small = "bfloat16" if torch.cuda.is_available() else "float32"
    assert load("transformers", "marian").info.compute_type == small


def test_every_row_keeps_its_token(load: Load, folder: Path, tmp_path: Path) -> None:
    """M2M100 leaves its languages out of its vocabulary; the converter must not shift them."""
    tokenizer = load("transformers", "m2m100")._checkpoint.tokenizer
    hf.convert(folder / "m2m100", tmp_path)
    names = json.loads((tmp_path / "shared_vocabulary.json").read_text("utf-8"))
    for token in ("</s>", "__en__", "__zh__", "__zu__"):
        assert names.index(token) == tokenizer.convert_tokens_to_ids(token)
    assert len(names) == len(set(names))


def test_broken_checkpoints_are_refused(
    folder: Path, load: Load, tmp_path: Path, name: str
) -> None:
    load(name, "marian")
    for victim in ("model.safetensors", "source.spm", "config.json"):
        broken = shutil.copytree(folder / "marian", tmp_path / victim)
        if victim == "config.json":
            (broken / victim).write_text('{"model_type": "marian"')
        else:
            (broken / victim).unlink()
        with pytest.raises(ModelError) as caught:
            tiny.load(name, broken, tmp_path)
        assert "\n" not in str(caught.value)
