"""What tests share: the embedded model, loaded once, or the reason why it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from translator import documents, models
from translator.documents import Document
from translator.engines import ChatEngine
from translator.errors import ModelError
from translator.pipeline import Options, Pipeline

SEED = Path(__file__).parent.parent / "seeds" / "articles" / "songjiang-etdz.zh.txt"


@pytest.fixture(scope="session")
def embedded_pipeline() -> Pipeline:
    """The default pipeline; tests that use it are skipped where the model cannot be had."""
    try:
        models.pull()
    except ModelError as error:
        pytest.skip(f"the embedded model cannot be fetched: {error}")
    return Pipeline.load(Options())


@pytest.fixture(scope="session")
def embedded(embedded_pipeline: Pipeline) -> ChatEngine:
    """The embedded model on its default engine."""
    engine = embedded_pipeline.engine
    assert isinstance(engine, ChatEngine)
    return engine


@pytest.fixture(scope="session")
def seed() -> Document:
    """The first seed article."""
    return documents.read(str(SEED))


@pytest.fixture
def no_shipped_adapters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No adapter but a test's own."""
    monkeypatch.setattr("translator.models.adapters.shipped", lambda _: tmp_path / "none shipped")
