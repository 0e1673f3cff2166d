"""Engines by name, their batches, and the two sentences that every model must translate."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator import engines, prompts
from translator.engines import GREEDY, Candidate, ChatEngine, Decoding, check_canaries, hf
from translator.engines.base import EngineInfo, Results, answer_budget, batches
from translator.engines.prepared import ChatModel
from translator.errors import ModelError, UsageError

PROMPT = prompts.load("translate")


class Fixed:
    """An engine with one answer to everything."""

    def __init__(self, *answers: str) -> None:
        self.info = EngineInfo("fixed", "fixed", "0", "none", "cpu", 0, 1)
        self._answers = answers

    def fits(self, source: str) -> bool:
        return True

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        for index in reversed(range(len(sources))):
            yield index, tuple(Candidate(answer, 0.0, "stop") for answer in self._answers)


@pytest.mark.parametrize(
    "answers",
    [
        (),
        ("",),
        ("The head office is somewhere.",),
        ("Beijing 北京 and Shanghai",),
        ("Beijing Shanghai " * 20,),
    ],
    ids=["nothing", "empty", "elsewhere", "chinese", "endless"],
)
def test_models_that_cannot_translate_are_refused(answers: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match="fixed on fixed is broken") as caught:
        check_canaries(Fixed(*answers))
    assert "\n" not in str(caught.value)


def test_models_that_can_translate_pass() -> None:
    check_canaries(Fixed("He said so in Shanghai and Beijing today.", "x"))


def test_unknown_engines_are_named() -> None:
    with pytest.raises(UsageError, match="did you mean ctranslate2"):
        engines.load("ctranslate", "echo", PROMPT)
    with pytest.raises(UsageError, match="there are ctranslate2, transformers, endpoint, echo"):
        engines.load("nonsense", "echo", PROMPT)


def test_echo_needs_no_model_and_is_no_chat_engine() -> None:
    echo = engines.load("echo", "echo", PROMPT, canaries=False)
    assert not isinstance(echo, ChatEngine)
    first = list(echo.translate(["他今天在上海。", "300%", ""], GREEDY))
    assert [index for index, _ in first] == [0, 1, 2]
    assert first == list(echo.translate(["他今天在上海。", "300%", ""], GREEDY))
    assert first[1][1][0].text == "300%"


def test_the_engines_cost_nothing_until_one_is_loaded() -> None:
    code = "import sys, translator.engines; print(*sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    assert not {"torch", "transformers", "ctranslate2", "jinja2", "tokenizers"} & {
        *done.stdout.split()
    }


@given(
    st.lists(st.integers(0, 300), max_size=60),
    st.integers(1, 2000),
    st.none() | st.integers(1, 20),
)
def test_batches_hold_every_source_once_within_the_budget(
    lengths: list[int], batch_tokens: int, rows: int | None
) -> None:
    found = batches(lengths, batch_tokens, rows)
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    assert [min(batch) for batch in found] == sorted(min(batch) for batch in found)
    for batch in found:
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= batch_tokens
        assert len(batch) <= (rows or len(batch))
        outside = {length for i, length in enumerate(lengths) if i not in batch}
        low, high = min(lengths[i] for i in batch), max(lengths[i] for i in batch)
        assert not any(low < length < high for length in outside)


def test_answers_have_room_to_grow() -> None:
    assert answer_budget(0) > 0
    assert answer_budget(100) >= 200


def test_a_prepared_chat_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert not ChatModel.among(tmp_path)
    chat = ChatModel("{{ x }}", {"eos_token": "</s>"}, ["</s>"], ["中", "\ud800"[:0]], 4096)
    chat.save(tmp_path)
    assert ChatModel.among(tmp_path)
    assert ChatModel.load(tmp_path) == chat


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hf, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"needs torch.*pip install 'translator\[hf\]'"):
        hf.require("torch")


# ---- the canaries on true models


def test_a_random_model_is_refused_and_a_trained_one_passes(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    import tiny

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSLATOR_HOME", str(tmp_path / "home"))
        random = tiny.marian(tmp_path / "random")
        trained = tiny.trained_marian(tmp_path / "trained")
        for engine in ("ctranslate2", "transformers"):
            with pytest.raises(ModelError, match="is broken"):
                engines.load(engine, str(random), PROMPT)
            loaded: Any = engines.load(engine, str(trained), PROMPT)
            answers = dict(loaded.translate(tiny.CHINESE[:2], GREEDY))
            assert answers[0][0].text == tiny.ENGLISH[0]
            assert answers[0][0].finish == "stop"
