"""Batches of the transformers engine: what a GPU's memory has room for."""

from __future__ import annotations

import pytest

pytest.importorskip("transformers")

from transformers import M2M100Config, MarianConfig, Qwen2Config, T5Config

from translator.engines import room
from translator.engines.room import Room

QWEN = Qwen2Config(
    vocab_size=151_936,
    hidden_size=1536,
    num_hidden_layers=28,
    num_attention_heads=12,
    num_key_value_heads=2,
)
GIGABYTE = 10**9


def test_a_processor_has_one_size_and_a_large_gpu_another() -> None:
    assert room.room("cpu", QWEN, beams=4) == Room(8192, 32)
    assert room.fitting(75 * GIGABYTE, QWEN, beams=1) == Room(32_768, 256)
    assert room.fitting(75 * GIGABYTE, QWEN, beams=2).rows == 128


def test_what_a_search_keeps_fits_into_the_memory() -> None:
    """Keys, values and scores of a batch as large as may be, by hand, for the embedded model."""
    for beams in (1, 2, 4):
        for free in (2 * GIGABYTE, 6 * GIGABYTE, 40 * GIGABYTE):
            tokens = room.fitting(free, QWEN, beams).tokens
            keys_and_values = 2 * 28 * 2 * 128 * 2
            scores = 151_936 * 4 if beams > 1 else 0
            assert tokens * 4 * beams * (keys_and_values + scores) <= 0.6 * free
            assert (
                tokens == 32_768 or tokens * 4.01 * beams * (keys_and_values + scores) > 0.59 * free
            )


@pytest.mark.parametrize("kind", [MarianConfig, M2M100Config, T5Config])
def test_models_with_two_sides_have_room_too(kind: type) -> None:
    small, large = (room.fitting(free * GIGABYTE, kind(), beams=4) for free in (2, 20))
    assert 0 < small.tokens < large.tokens
    assert small.rows == large.rows == 64


def test_no_memory_leaves_one_row() -> None:
    assert room.fitting(0, QWEN, beams=4) == Room(1, 64)


def test_a_gpu_is_asked_how_much_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_free", lambda: 6 * GIGABYTE)
    assert room.room("cuda", QWEN, beams=2) == room.fitting(6 * GIGABYTE, QWEN, beams=2)
