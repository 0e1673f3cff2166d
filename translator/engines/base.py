"""What an engine is: sources in, candidates out, the same number, nothing lost.

An engine yields results as its batches end, each with the index of its source, so that a
caller can show them at once. Engines hold one model, are safe to call from one thread at a
time, and never shorten a source: `fits` says beforehand whether one is within the budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from translator.prompts import Prompt

_Result = TypeVar("_Result")
Finish = Literal["stop", "length"]
Quality = Literal["fast", "best"]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to search for a translation.

    `length_penalty` divides a hypothesis's log-probability by its length to that power;
    `repetition_penalty` and `no_repeat_ngram` (0 is off) hold loops down.
    """

    beam_size: int = 4
    candidates: int = 4
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0

    def record(self) -> dict[str, Any]:
        """The settings as the run record and cache keys hold them."""
        return asdict(self)


GREEDY = Decoding(beam_size=1, candidates=1)
# How much a user waits for; docs/quality.md has what each of them gives.
QUALITIES: dict[Quality, Decoding] = {
    "fast": Decoding(beam_size=2, candidates=2),
    "best": Decoding(beam_size=4, candidates=4),
}
QUALITY: Quality = "fast"  # unless the user says otherwise


@dataclass(frozen=True, slots=True)
class Candidate:
    """One hypothesis: `score` is its mean log-probability a token, `finish` why it ended."""

    text: str
    score: float
    finish: Finish


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat: role is `system`, `user` or `assistant`; content is plain data."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What the run record says of an engine: numbers can depend on every field.

    `model_sha256` is None and `base_url` is set where the model is on a server.
    """

    engine: str
    model: str
    model_sha256: str | None
    compute_type: str
    device: str
    batch_tokens: int
    threads: int
    base_url: str | None = None

    def record(self) -> dict[str, Any]:
        """The fields as a plain dictionary; `base_url` only where there is one."""
        fields = asdict(self)
        if self.base_url is None:
            del fields["base_url"]
        return fields


Results = Iterator[tuple[int, tuple[Candidate, ...]]]


class Engine(Protocol):
    """Anything that translates Chinese sentences into English."""

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first) for every source, as batches end."""


@runtime_checkable
class ChatEngine(Engine, Protocol):
    """An engine whose model also follows instructions: it can write the brief."""

    def count_tokens(self, text: str) -> int:
        """Length of a text in the model's tokens."""

    @property
    def context_tokens(self) -> int:
        """The most tokens of prompt and answer together."""

    def chat(
        self, chats: Sequence[Sequence[Message]], decoding: Decoding, max_tokens: int
    ) -> Results:
        """Yield (index, candidates, best first) for every chat, as batches end."""


class Batched:
    """An engine that answers a batch at a time and tells how many of its answers are left."""

    ready = 0

    def _one_by_one(
        self, batch: Sequence[int], results: Iterable[_Result]
    ) -> Iterator[tuple[int, _Result]]:
        """The results of a batch with the indices of their sources."""
        try:
            for place, found in enumerate(zip(batch, results, strict=True), 1):
                self.ready = len(batch) - place
                yield found
        finally:
            self.ready = 0


def ready(engine: Engine) -> int:
    """Answers that can be had without a wait for the next batch, as far as the engine tells."""
    return int(getattr(engine, "ready", 0))


def chat_of(prompt: Prompt, **values: str) -> list[Message]:
    """The chat that a prompt makes, without white space round its texts or an empty system turn."""
    system, user = (text.strip() for text in prompt.render(**values))
    turns = [Message("system", system)] if system else []
    return [*turns, Message("user", user)]


def answer_budget(source_tokens: int) -> int:
    """Tokens an English translation may take: Chinese grows by a quarter to a half."""
    return 24 + 3 * source_tokens


def batches(
    lengths: Sequence[int], batch_tokens: int, rows: int | None = None, spread: int | None = None
) -> list[list[int]]:
    """Indices grouped into batches of like length, ordered by their earliest source.

    A batch's cost is its longest length times its size, because engines pad; it stays
    within `batch_tokens` (unless one source alone is longer) and `rows`, and its lengths
    differ by at most `spread`. Ordering the batches by their first source lets the start of
    an article appear first.
    """
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        # Sorted upwards, so this length is the longest of its batch so far.
        grown = len(groups[-1]) + 1 if groups else 0
        fits = lengths[index] * grown <= batch_tokens and grown <= (rows or grown)
        if (
            groups
            and fits
            and (spread is None or lengths[index] - lengths[groups[-1][0]] <= spread)
        ):
            groups[-1].append(index)
        else:
            groups.append([index])
    return sorted(groups, key=min)
