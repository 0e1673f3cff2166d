"""What an instruct model prepared for CTranslate2 has beside its weights.

The folder holds model.bin, vocabulary.json and config.json, which CTranslate2 reads, and
tokenizer.json and chat.json, which we read: no transformers and no torch once it is there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

_FILE = "chat.json"


@dataclass(frozen=True, slots=True)
class ChatModel:
    """How to talk to an instruct model: what chat.json holds.

    `template` is its Jinja chat template and `special` the tokens by name that templates print;
    `ends` are the tokens that end an answer, `forbidden` those that no answer may hold, and
    `positions` is the most tokens of prompt and answer together.
    """

    template: str
    special: dict[str, str]
    ends: list[str]
    forbidden: list[str]
    positions: int

    def save(self, folder: Path) -> None:
        """Write chat.json into a prepared folder."""
        (folder / _FILE).write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> ChatModel:
        """Read a prepared folder's chat.json."""
        return cls(**json.loads((folder / _FILE).read_text("utf-8")))

    @staticmethod
    def among(folder: Path) -> bool:
        """Whether a prepared folder holds an instruct model."""
        return (folder / _FILE).exists()
