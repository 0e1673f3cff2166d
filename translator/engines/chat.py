"""Chats as tokens, made safe: an article's text can never become a chat marker.

The template is rendered once around placeholders. Its markers are looked for in that text, which
holds no data; the messages then take their places, and everything between two markers is
tokenised as plain text. An article that holds `<|im_end|>` gives a few ordinary tokens, and
cannot end its turn. For texts without markers the tokens are those of transformers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from translator.engines.base import Message
from translator.engines.vocabulary import is_marker
from translator.errors import ModelError

if TYPE_CHECKING:
    from jinja2.parser import Parser
    from tokenizers import Tokenizer

NO_TURNS = "{{ bos_token }}{{ messages[0].content }}"  # for models that continue a text

_PLACEHOLDER = "\ue000{}\ue001"  # private use: in no template
_PLACEHOLDERS = re.compile("\ue000(\\d+)\ue001")
_FIRST_SPACE = re.compile(r'"prepend_scheme":\s*"first"')


class ChatTemplate:
    """A Jinja chat template as Hugging Face tokenizers carry it, run in a sandbox.

    `special` holds the tokenizer's named tokens (`bos_token`, `eos_token`, `unk_token` ...),
    which templates may print. The tokenizer is taken over: it must not be set otherwise later.

    Raises:
        ModelError: the template is no Jinja.
    """

    def __init__(self, template: str, special: dict[str, str], tokenizer: Tokenizer) -> None:
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, _Generation]
        )
        environment.globals["raise_exception"] = _refuse
        environment.globals["strftime_now"] = _no_date
        try:
            self._template = environment.from_string(template)
        except TemplateError as error:
            raise ModelError(f"the model's chat template cannot be read: {error}") from error
        self._special = special
        self._tokenizer = tokenizer
        # A tokenizer.json may ask for truncation: nothing may be cut without a word.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._later = _without_first_space(tokenizer)
        added = tokenizer.get_added_tokens_decoder()
        unknown = tokenizer.token_to_id(special.get("unk_token", ""))
        self._markers = {
            index
            for index, token in added.items()
            if is_marker(token.content, special=token.special) and index != unknown
        }

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """Token ids of a chat's prompt, up to where the assistant's answer starts.

        White space round a message is dropped, as most templates do themselves.

        Raises:
            ModelError: the template takes no such chat.
        """
        rendered = self._render(messages)
        if rendered is None and len(messages) > 1 and messages[0].role == "system":
            # Some templates refuse the system role: its text then opens the user's turn.
            system, user, *rest = messages
            joined = Message("user", f"{system.content.strip()}\n\n{user.content.strip()}")
            messages = [joined, *rest]
            rendered = self._render(messages)
        if rendered is None:
            raise ModelError("the model's chat template refuses this chat; use an instruct model")
        contents = [message.content.strip() for message in messages]
        return list(self._ids(rendered, contents))

    def encode_answer(self, text: str, ends: Sequence[int]) -> list[int]:
        """Token ids of an answer to such a prompt, with the one of `ends` that closes a turn."""
        return [*self._plain(text.strip(), self._later), self._closing(ends)]

    def _closing(self, ends: Sequence[int]) -> int:
        """The end token that the template writes after an answer; the first where it has none."""
        chat = [Message("user", ""), Message("assistant", "")]
        after = (self._render(chat, answered=True) or "").rpartition("\ue001")[2]
        written = self._tokenizer.encode(after, add_special_tokens=False).ids
        return next((index for index in written if index in ends), ends[0])

    def _render(self, messages: Sequence[Message], *, answered: bool = False) -> str | None:
        """The template around one placeholder a message; None where it refuses or drops one."""
        chat = [
            {"role": message.role, "content": _PLACEHOLDER.format(index)}
            for index, message in enumerate(messages)
        ]
        try:
            text = self._template.render(
                messages=chat,
                add_generation_prompt=not answered,
                enable_thinking=False,
                tools=None,
                documents=None,
                **self._special,
            )
        except (TemplateError, TypeError, ValueError):
            return None
        found = sorted(int(match[1]) for match in _PLACEHOLDERS.finditer(text))
        return text if found == list(range(len(messages))) else None

    def _ids(self, rendered: str, contents: Sequence[str]) -> Iterator[int]:
        """Ids of the rendered template: markers where it has them, plain text between."""
        encoding = self._tokenizer.encode(rendered, add_special_tokens=False)
        position = 0
        for index, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            if index in self._markers:
                yield from self._run(rendered, position, start, contents)
                yield index
                position = end
        yield from self._run(rendered, position, len(rendered), contents)

    def _run(self, rendered: str, start: int, end: int, contents: Sequence[str]) -> list[int]:
        text = _PLACEHOLDERS.sub(lambda match: contents[int(match[1])], rendered[start:end])
        return self._plain(text, self._later if start else self._tokenizer)

    def _plain(self, text: str, tokenizer: Tokenizer) -> list[int]:
        """Ids of a text, spelled so that none is a marker."""
        encoding = tokenizer.encode(text, add_special_tokens=False)
        # Take each marker that the text spells apart, in its middle: it may hold white space.
        cuts = {
            (start + end) // 2
            for index, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
            if index in self._markers and end - start > 1
        }
        if not cuts:
            return [index for index in encoding.ids if index not in self._markers]
        bounds = pairwise([0, *sorted(cuts), len(text)])
        return [
            index for start, end in bounds for index in self._plain(text[start:end], self._later)
        ]


def _without_first_space(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer for text that is not the first of its prompt.

    SentencePiece vocabularies may put a space before the first word of a text; we encode the
    text after a marker apart, where there must be none.
    """
    splitter = tokenizer.pre_tokenizer  # its state is JSON, and small; the tokenizer's is not
    if splitter is None or not _FIRST_SPACE.search(splitter.__getstate__().decode()):
        return tokenizer
    later = _FIRST_SPACE.sub('"prepend_scheme":"never"', tokenizer.to_str())
    return type(tokenizer).from_str(later)


class _Generation(Extension):
    """`{% generation %}`, by which templates mark what a model was trained on: nothing to us."""

    tags = {"generation"}  # noqa: RUF012  (jinja2's own declaration)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _refuse(reason: str) -> None:
    raise TemplateError(reason)


def _no_date(pattern: str) -> Any:
    """The date that some templates print: always the same, so that results can be repeated."""
    from datetime import date

    return date(2025, 1, 1).strftime(pattern)


def check_room(prompt: int, answer: int, context: int) -> None:
    """Refuse a prompt that leaves no room for its answer; all three are counts of tokens.

    Raises:
        ModelError: it does.
    """
    if prompt + answer > context:
        raise ModelError(
            f"a prompt of {prompt} tokens leaves no room for {answer} in the model's {context}: "
            "shorten the text"
        )
