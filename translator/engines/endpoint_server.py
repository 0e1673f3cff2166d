"""What an OpenAI-compatible server tells of itself: its models, and how much they can read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from translator import models
from translator.engines.endpoint_http import MissingError, NoApiError, Session
from translator.errors import ModelError, UsageError

DEFAULT_CONTEXT = 4096  # what Ollama gives a model unless told otherwise; others give more
# Names that servers give the longest prompt and answer of a listed model: vLLM and SGLang,
# OpenRouter and other gateways, Mistral.
_CONTEXT_KEYS = ("max_model_len", "context_length", "max_context_length", "context_window")
_NUM_CTX = re.compile(r"^num_ctx\s+(\d+)\s*$", re.MULTILINE)
_LISTED = 8  # models named in an error
UNNAMED = {models.DEFAULT, models.EMBEDDED}  # here for whatever the server has


@dataclass(frozen=True, slots=True)
class Served:
    """A model on a server: `base` is the URL its routes are under; `known` all models there."""

    base: str
    model: str
    context_tokens: int
    known: tuple[str, ...]


async def find(session: Session, base: str, model: str) -> Served:
    """The model asked for, or the only one where none was.

    A base URL without the `/v1` that it should end in is completed.

    Raises:
        UsageError: no model was named, and the server does not have exactly one.
        ModelError: the server is not there, or has one model, and it is another.
    """
    base, entries = await _entries(session, base)
    known = tuple(entry["id"] for entry in entries)
    name = _choose(model, known)
    entry = next((entry for entry in entries if entry["id"] == name), {})
    context = _first_number(entry, _CONTEXT_KEYS) or await _asked_context(session, base, name)
    return Served(base, name, context, known)


def listing(known: Sequence[str]) -> str:
    """The names of models for an error message."""
    shown = ", ".join(known[:_LISTED])
    return f"{shown} and {len(known) - _LISTED} more" if len(known) > _LISTED else shown


async def _entries(session: Session, base: str) -> tuple[str, list[dict[str, Any]]]:
    """The models that a server lists, and the base URL under which it does."""
    bases = [base] if base.endswith("/v1") else [base, f"{base}/v1"]
    page: NoApiError | None = None
    for candidate in bases:
        try:
            answer = await session.ask(f"{candidate}/models", waits_for_server=False)
        except NoApiError as error:
            page = page or error
            continue
        except MissingError:
            continue
        data = answer.get("data")
        found = data if isinstance(data, list) else []
        return candidate, [
            entry for entry in found if isinstance(entry, dict) and isinstance(entry.get("id"), str)
        ]
    if page:
        raise page
    # A few gateways list no models: whether this is one, the first translation will show.
    return base, []


def _choose(model: str, known: Sequence[str]) -> str:
    if model in UNNAMED and model not in known:
        if len(known) == 1:
            return known[0]
        there = f"the server has {listing(known)}" if known else "the server lists none"
        raise UsageError(f"name the model with --model: {there}")
    for name in (model, f"{model}:latest"):  # Ollama adds the tag
        if name in known:
            return name
    if len(known) == 1:
        raise ModelError(f"the server has no model {model}: it has {known[0]}")
    # Of many models a list may leave some out (deployments, variants): the server decides.
    return model


async def _asked_context(session: Session, base: str, model: str) -> int:
    """What llama.cpp or Ollama say by routes of their own; else a number that is safe anywhere."""
    root = base.removesuffix("/v1")
    try:
        props = await session.glance(f"{root}/props")
        settings = props.get("default_generation_settings")
        if number := _first_number(settings if isinstance(settings, dict) else {}, ("n_ctx",)):
            return number
    except ModelError:
        pass
    try:
        shown = await session.glance(f"{root}/api/show", {"model": model})
    except ModelError:
        return DEFAULT_CONTEXT
    if found := _NUM_CTX.search(str(shown.get("parameters", ""))):
        return int(found[1])
    trained = shown.get("model_info")
    lengths = trained if isinstance(trained, dict) else {}
    # A model may have been trained on more than Ollama gives it.
    keys = [key for key in lengths if key.endswith(".context_length")]
    return min(_first_number(lengths, keys) or DEFAULT_CONTEXT, DEFAULT_CONTEXT)


def _first_number(table: dict[str, Any], keys: Sequence[str]) -> int | None:
    for key in keys:
        value = table.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None
