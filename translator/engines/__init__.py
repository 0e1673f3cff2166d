"""Engines by name, loaded late, and refused when they do not translate.

base                  the protocol and its records
ctranslate2_engine    default: fast on a CPU
transformers_engine   the reference: any checkpoint, GPU where there is one
endpoint              a model on a server, by the OpenAI API
echo                  no model: tests and demos
gguf, hf              preparation of models for the engines
chat, vocabulary      prompts as tokens; the tokens of English
"""

from __future__ import annotations

import difflib
from importlib import import_module
from types import ModuleType
from typing import cast

from translator import models
from translator.engines.base import (
    GREEDY,
    QUALITIES,
    QUALITY,
    Candidate,
    ChatEngine,
    Decoding,
    Engine,
    Message,
    Quality,
)
from translator.errors import ModelError, UsageError
from translator.prompts import Prompt
from translator.text import han_count

__all__ = [
    "DEFAULT",
    "ENGINES",
    "GREEDY",
    "QUALITIES",
    "QUALITY",
    "Candidate",
    "ChatEngine",
    "Decoding",
    "Engine",
    "Message",
    "Quality",
    "check_canaries",
    "identity",
    "load",
]

DEFAULT = "ctranslate2"
ENGINES = {
    "ctranslate2": "translator.engines.ctranslate2_engine",
    "transformers": "translator.engines.transformers_engine",
    "endpoint": "translator.engines.endpoint",
    "echo": "translator.engines.echo",
}

# Known answers: Marian models have turned to garbage after library upgrades, without an
# error (transformers#24991, #26216, #26271, #45005).
_CANARIES = (("这家公司的总部在北京。", "beijing"), ("他今天在上海说。", "shanghai"))


def load(
    engine: str,
    model: str,
    prompt: Prompt,
    *,
    report: models.Report = models.silent,
    canaries: bool = True,
    base_url: str | None = None,
) -> Engine:
    """The engine, its model loaded and tried on two sentences.

    Args:
        engine: a name in ENGINES.
        model: a catalogue name, a Hub id or a local path; for `endpoint` the server's name of it.
        prompt: the translation prompt; instruct models use it.
        report: gets the progress of a download or conversion.
        canaries: False skips the trial, for models that are known to know nothing.
        base_url: where the server of `endpoint` is; TRANSLATOR_BASE_URL where not given.

    Raises:
        UsageError: there is no engine of that name, or the base URL cannot be used.
        ModelError: the model cannot be had, or fails the trial.
    """
    module, where = _module(engine, base_url)
    loaded = cast(Engine, module.load(model, prompt, report, *where))
    if canaries:
        check_canaries(loaded)
    return loaded


def identity(engine: str, model: str, base_url: str | None = None) -> str:
    """The SHA-256 of the model that an engine would load, without loading it.

    For `endpoint`, which knows none, that of where the model is and what it is called.

    Raises:
        UsageError: there is no engine or no model of that name, or no base URL.
        ModelError: the model is not here, so nothing can be said of it.
    """
    module, where = _module(engine, base_url)
    return cast(str, module.identity(model, *where))


def _module(engine: str, base_url: str | None) -> tuple[ModuleType, tuple[str, ...]]:
    """An engine's module, and what its functions take of a base URL."""
    if engine not in ENGINES:
        close = difflib.get_close_matches(engine, ENGINES, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise UsageError(f"there is no engine {engine!r} (there are {', '.join(ENGINES)}){hint}")
    if base_url and engine != "endpoint":
        raise UsageError(f"a base URL is for --engine endpoint, not for {engine}")
    return import_module(ENGINES[engine]), (base_url,) if base_url else ()


def check_canaries(engine: Engine) -> None:
    """Translate two plain sentences and refuse an engine that cannot.

    Raises:
        ModelError: an answer is empty, Chinese, endless or about something else.
    """
    sources = [source for source, _ in _CANARIES]
    for index, candidates in engine.translate(sources, GREEDY):
        source, word = _CANARIES[index]
        answer = candidates[0].text if candidates else ""
        if word not in answer.lower() or han_count(answer) or len(answer) > 8 * len(source):
            raise ModelError(
                f"{engine.info.model} on {engine.info.engine} is broken: {source} became "
                f"{answer[:60]!r}; verify the model (`translator models verify`) or use another"
            )
