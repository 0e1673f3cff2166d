"""The endpoint engine and a real server: llama.cpp with the embedded model's GGUF file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import llama_server
import pytest

from translator import documents, models
from translator.engines import ChatEngine, Decoding, Message
from translator.errors import ModelError
from translator.pipeline import Options, Pipeline
from translator.text import han_count

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    pytest.importorskip("xllamacpp")
    try:
        path = models.pull("embedded")
    except ModelError as error:
        pytest.skip(f"the embedded model cannot be fetched: {error}")
    with llama_server.running(path) as url:
        yield url


@pytest.fixture(scope="module")
def pipeline(url: str) -> Pipeline:
    # llama.cpp serves with and without /v1; the one model that it has needs no name.
    return Pipeline.load(Options(engine="endpoint", base_url=url))


def test_an_article_is_translated(pipeline: Pipeline, url: str) -> None:
    article = documents.from_text("公司总部在北京，有300名员工。\n\n工厂在上海。")
    translation = pipeline.translate(article)
    first, second = translation.segments
    assert "Beijing" in first.target
    assert "300" in first.target
    assert "Shanghai" in second.target
    assert not any(han_count(segment.target) for segment in translation.segments)
    assert translation.run["engine"] == "endpoint"
    assert translation.run["model"] == "qwen-embedded"
    assert translation.run["base_url"] == url


def test_it_samples_chats_and_tells_its_context(pipeline: Pipeline) -> None:
    engine = pipeline.engine
    assert isinstance(engine, ChatEngine)
    assert engine.context_tokens == 1024  # what one of two slots has
    chat = [Message("user", "Name a city in China.")]
    [(_, found)] = engine.chat([chat], Decoding(candidates=2, repetition_penalty=1.1), 6)
    assert 1 <= len(found) <= 2
    assert all(one.text for one in found)
    with pytest.raises(ModelError, match="leaves no room"):
        list(engine.chat([[Message("user", "word " * 2000)]], Decoding(), 6))


def test_another_model_than_the_server_has(url: str) -> None:
    with pytest.raises(ModelError, match="has no model qwen3: it has qwen-embedded"):
        Pipeline.load(Options(engine="endpoint", model="qwen3", base_url=f"{url}/v1"))


def test_its_speed_is_measured_beside_the_engines_here(url: str) -> None:
    command = [sys.executable, "-m", "eval", "bench", "--only", "endpoint greedy", "--lines", "2"]
    done = subprocess.run(
        [*command, "--base-url", url], capture_output=True, text=True, check=True, timeout=300
    )
    row = json.loads(done.stdout)
    assert row["system"] == "endpoint greedy"
    assert row["chars_per_second"] > 0
    assert row["chrf"] > 10
