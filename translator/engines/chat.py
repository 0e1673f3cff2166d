"""Chat templates made safe: an article's text can never become a chat marker.

The template is rendered once around placeholders; what stands between them is tokenised
with the model's markers, the messages' own text without. An article that holds
`<|im_end|>` is therefore five ordinary tokens, and cannot end its turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from translator.engines.base import Message
from translator.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_PLACEHOLDER = "\ue000{}\ue001"  # private use: in no template, and cleaned from documents
_PLACEHOLDERS = re.compile("\ue000(\\d+)\ue001")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of prompt text: the template's own markup, or data."""

    text: str
    markup: bool


class ChatTemplate:
    """A Jinja chat template as Hugging Face tokenizers carry it, run in a sandbox."""

    def __init__(self, template: str, special: dict[str, str]) -> None:
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self._special = special
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        try:
            self._template = environment.from_string(template)
        except TemplateError as error:
            raise ModelError(f"the model's chat template cannot be read: {error}") from error

    def pieces(self, messages: Sequence[Message]) -> list[Piece]:
        """The prompt of a chat, up to where the assistant's answer starts."""
        rendered = self._render(messages)
        if rendered is None and messages and messages[0].role == "system":
            # Some templates refuse the system role: its text then opens the user's turn.
            system, user, *rest = messages
            joined = Message("user", f"{system.content}\n\n{user.content}")
            messages = [joined, *rest]
            rendered = self._render(messages)
        if rendered is None:
            raise ModelError("the model's chat template refuses this chat; use an instruct model")
        return list(_split(rendered, messages))

    def _render(self, messages: Sequence[Message]) -> str | None:
        """The template around one placeholder a message; None where it refuses or drops one."""
        from jinja2 import TemplateError

        chat = [
            {"role": message.role, "content": _PLACEHOLDER.format(index)}
            for index, message in enumerate(messages)
        ]

        def refuse(reason: str) -> None:
            raise TemplateError(reason)

        try:
            text = self._template.render(
                messages=chat,
                add_generation_prompt=True,
                enable_thinking=False,
                raise_exception=refuse,
                **self._special,
            )
        except TemplateError:
            return None
        found = [int(match[1]) for match in _PLACEHOLDERS.finditer(text)]
        return text if found == list(range(len(messages))) else None


def _split(rendered: str, messages: Sequence[Message]) -> Iterator[Piece]:
    position = 0
    for match in _PLACEHOLDERS.finditer(rendered):
        yield Piece(rendered[position : match.start()], markup=True)
        yield Piece(messages[int(match[1])].content, markup=False)
        position = match.end()
    yield Piece(rendered[position:], markup=True)


def encode(tokenizer: Tokenizer, pieces: Sequence[Piece]) -> list[int]:
    """Token ids of a prompt: markers count as markers in the markup only."""
    ids: list[int] = []
    for piece in pieces:
        if piece.text:
            tokenizer.encode_special_tokens = not piece.markup
            ids += tokenizer.encode(piece.text, add_special_tokens=False).ids
    tokenizer.encode_special_tokens = False
    return ids
