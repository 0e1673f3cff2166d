"""An engine without a model, for tests and demos: what it was asked, in Latin letters.

`辰竹仪表` becomes `Chenzhuyibiao.`-like pinyin words, so that everything after the engine
(ledger, checks, brief, export) has real text to work on, in microseconds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from translator import models
from translator.engines.base import Candidate, Decoding, EngineInfo, Results

if TYPE_CHECKING:
    from translator.prompts import Prompt

_SHA256 = hashlib.sha256(b"echo-2").hexdigest()
_SOURCE_CHARACTERS = 200
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_MARKS = str.maketrans("，。！？；：、“”‘’（）《》【】", ',.!?;:,""\'\'()""[]')


def identity(model: str) -> str:
    """The hash that stands for having no model."""
    del model
    return _SHA256


def load(model: str, prompt: Prompt, report: models.Report) -> EchoEngine:
    """The echo engine; it has one model, none."""
    del model, prompt, report
    return EchoEngine()


class EchoEngine:
    """Renders every source in pinyin, deterministically."""

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""
        return EngineInfo("echo", "echo", _SHA256, "none", "cpu", batch_tokens=0, threads=1)

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the budget of 200 characters."""
        return len(source) <= _SOURCE_CHARACTERS

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, one candidate) for every source, in order."""
        del decoding
        for index, source in enumerate(sources):
            yield index, (Candidate(_romanise(source), 0.0, "stop"),)


@lru_cache(maxsize=16384)
def _syllable(character: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(character))


def _romanise(source: str) -> str:
    def words(match: re.Match[str]) -> str:
        syllables = [_syllable(character) for character in match[0]]
        pairs = ["".join(syllables[i : i + 2]) for i in range(0, len(syllables), 2)]
        return f" {' '.join(pairs)} "

    text = _HAN.sub(words, source).translate(_MARKS)
    return re.sub(r" +([,.!?;:)\]])", r"\1", re.sub(r"\s+", " ", text)).strip()
