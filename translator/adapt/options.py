"""What decides a run of `translator adapt`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from translator import models
from translator.errors import UsageError


@dataclass(frozen=True, slots=True)
class Options:
    """How to train; `max_minutes` are those of the whole command, None for no limit.

    Of a `model` with an adapter, as `embedded+press`, that adapter is what learning begins with.
    `rank` is LoRA's r, with alpha twice that on every linear layer; `batch_tokens` what one step
    learns from, padding included, the prompt's fixed words not (about sixteen pairs);
    `held_out` how many pairs are kept for validation, of which `scored` are translated;
    `locked` and `hinted` the shares of pairs that show names, terms and numbers in English, in
    the source or in a hint, where the translation has them.
    """

    model: str = models.DEFAULT
    glossary: Path | None = None
    rank: int = 8
    learning_rate: float = 2e-4
    epochs: int = 2
    batch_tokens: int = 1024
    max_minutes: float | None = None
    held_out: int = 64
    scored: int = 32
    locked: float = 0.7
    hinted: float = 0.15
    seed: int = 1

    def require_sound(self) -> None:
        """Raise UsageError where a value is out of its range."""
        limits: dict[str, tuple[float, float]] = {
            "rank": (1, 256),
            "learning_rate": (1e-7, 1e-1),
            "epochs": (1, 1000),
            "batch_tokens": (64, 1_000_000),
            "held_out": (1, 10_000),
        }
        if self.max_minutes is not None:
            limits["max_minutes"] = (0.01, 100_000)
        for name, (least, most) in limits.items():
            if not least <= getattr(self, name) <= most:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} must be from {least:g} to {most:g}")

    def record(self) -> dict[str, Any]:
        """What decides the result, as JSON data; the time that is left does not."""
        found = asdict(self)
        found["glossary"] = str(self.glossary) if self.glossary else None
        del found["max_minutes"]
        return dict(json.loads(json.dumps(found)))
