"""A completion as an OpenAI-compatible server sends it, as candidates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from translator.engines.base import Candidate, Finish
from translator.engines.endpoint_http import FailedError

_THOUGHT_END = re.compile(r"</think(?:ing)?>")
_THOUGHT = re.compile(r"\s*<think(?:ing)?>")
_CUT = ("length", "max_tokens", "model_length")
_WITHHELD = "content_filter"


@dataclass(frozen=True, slots=True)
class Answers:
    """The candidates of one answer; whether the model thought first, and was cut off."""

    candidates: tuple[Candidate, ...]
    thought: bool
    cut: bool


def answers_of(answer: dict[str, Any], wanted: int) -> Answers:
    """The first `wanted` choices of a completion, chat or not; fewer where the server gave fewer.

    Thoughts are taken off. Scores are 0: the API's probabilities are not comparable between
    servers, and many give none.

    Raises:
        FailedError: there are no choices, or a filter of the server's withheld them all.
    """
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices or not all(map(_is_choice, choices)):
        raise FailedError("the server's answer holds no choices; is this the right API?")
    read = [
        _read(choice) for choice in choices[:wanted] if choice.get("finish_reason") != _WITHHELD
    ]
    if not read:
        raise FailedError("the server's content filter withheld the answer")
    return Answers(
        tuple(candidate for candidate, _ in read),
        any(thought for _, thought in read),
        any(candidate.finish == "length" for candidate, _ in read),
    )


def _is_choice(choice: Any) -> bool:
    return isinstance(choice, dict) and isinstance(choice.get("message", {}), dict)


def _read(choice: dict[str, Any]) -> tuple[Candidate, bool]:
    message = choice.get("message", {})
    text = _text(message.get("content", choice.get("text")))
    thought = bool(message.get("reasoning_content") or message.get("reasoning"))
    ends = list(_THOUGHT_END.finditer(text))
    if ends:  # the start may stand in the prompt
        text, thought = text[ends[-1].end() :], True
    elif _THOUGHT.match(text):
        text, thought = "", True
    reason = str(choice.get("finish_reason", "")).lower()
    finish: Finish = "length" if reason in _CUT else "stop"
    return Candidate(text.strip(), 0.0, finish), thought


def _text(content: Any) -> str:
    """A message's text: itself, or its parts of type text."""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type") == "text"]
        return "".join(str(part.get("text", "")) for part in parts)
    return content if isinstance(content, str) else ""
