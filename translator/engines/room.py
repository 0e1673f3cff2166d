"""How much goes into one batch of the transformers engine: what pays, and what fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# A step of a search takes a GPU about as long for one row as for two hundred (docs/gpu.md).
_ROWS = {"cpu": 32, "cuda": 256}  # on a GPU, those of all beams together
MOST_TOKENS = {"cpu": 8192, "cuda": 32_768}  # of prompts, padding included
_SHARE = 0.6  # of the free memory; the rest is for what a step computes with
_GROWTH = 4  # tokens of prompt and answer together, for each of the prompt, at most


@dataclass(frozen=True, slots=True)
class Room:
    """The most of one batch: tokens of its prompts, padding included, and rows."""

    tokens: int
    rows: int


def room(device: str, config: Any, beams: int) -> Room:
    """What one batch of a search with so many beams may have on a device, now."""
    if device != "cuda":
        return Room(MOST_TOKENS["cpu"], _ROWS["cpu"])
    return fitting(_free(), config, beams)


def fitting(free: int, config: Any, beams: int) -> Room:
    """What goes into so many bytes of a GPU's memory.

    A beam keeps keys and values of all its tokens and, in a search of more than one, the scores of
    the whole vocabulary at each step, from which the library takes the answers' scores at the end.
    """
    text = config.get_text_config()
    heads = getattr(text, "num_attention_heads", None) or text.decoder_attention_heads
    kept = getattr(text, "num_key_value_heads", None) or heads
    width = (getattr(text, "head_dim", None) or text.hidden_size // heads) * kept
    sides = 2 if config.is_encoder_decoder else 1  # its own tokens and the source's
    layers = getattr(text, "decoder_layers", None) or text.num_hidden_layers
    cached = 2 * 2 * sides * layers * width  # keys and values in 16 bits
    scored = 4 * text.vocab_size if beams > 1 else 0
    tokens = int(_SHARE * free / (beams * _GROWTH * (cached + scored)))
    return Room(max(min(tokens, MOST_TOKENS["cuda"]), 1), max(_ROWS["cuda"] // beams, 1))


def _free() -> int:
    """Bytes of the GPU that are free, or held by PyTorch for nothing."""
    import torch

    free, _ = torch.cuda.mem_get_info()
    return int(free + torch.cuda.memory_reserved() - torch.cuda.memory_allocated())
