"""An engine that asks the memory first, and loads its model only for what is not in there.

What is kept is what an engine answered to a text, not what the pipeline made of it: checks, the
choice of a candidate and the repair ladder run anew every time, so findings are always those of
today's checks and a better check can choose another kept candidate. The text an engine is given
holds the glossary terms, names and large numbers that hit, in English: a key of it changes with
those, and not with the rest of a glossary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from translator import engines
from translator.engines import Candidate, ChatEngine, Decoding, Engine, Message
from translator.engines.base import EngineInfo, Results, ready
from translator.errors import ModelError
from translator.memory.memory import Memory, key_of
from translator.prompts import Prompt

# To be raised when the same text, model, prompt and search can give another answer: a change in
# how engines render, batch, forbid tokens, set budgets or read what was generated.
CODE = 1

Load = Callable[[], Engine]
_T = TypeVar("_T")


def remembering(
    memory: Memory,
    engine: str,
    model: str,
    prompt: Prompt,
    load: Load,
    base_url: str | None = None,
) -> RememberingEngine:
    """An engine in front of the one that `load` loads when it is first needed.

    That is at once where this memory has never seen the model: only then is anything known of it.

    Raises:
        UsageError: there is no such engine or model name.
        ModelError: the model had to be loaded and cannot be.
    """
    try:
        sha256 = engines.identity(engine, model, base_url)
    except ModelError:  # not here yet
        sha256 = ""
    key = key_of("engine", CODE, engine, model, sha256)
    known: dict[str, Any] | None = memory.recall(key) if sha256 else None
    loaded = None
    if known is None:
        loaded = load()
        known = _described(loaded)
        if sha256:
            memory.keep(key, known)
    kind = RememberingEngine if known["context_tokens"] is None else RememberingChat
    return kind(memory, prompt, load, key, known, loaded, sha256)


class RememberingEngine:
    """Answers from memory where it can; the rest from its engine, kept as it comes."""

    def __init__(
        self,
        memory: Memory,
        prompt: Prompt,
        load: Load,
        key: bytes,
        known: dict[str, Any],
        loaded: Engine | None,
        identity: str,
    ) -> None:
        self._memory, self._prompt, self._identity = memory, prompt, identity
        self._load, self._key, self._known, self._loaded = load, key, known, loaded
        self.hits = 0  # answers that came from the memory

    @property
    def loaded(self) -> bool:
        """Whether the engine has been needed."""
        return self._loaded is not None

    @property
    def ready(self) -> int:
        """Answers of the engine that can be had without a wait for its next batch."""
        return ready(self._loaded) if self._loaded else 0

    @property
    def info(self) -> EngineInfo:
        """What the run record says of the engine; as it was when last loaded, until it is."""
        return EngineInfo(**self._known["info"])

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""
        key = self._key_of("fits", source)
        fits = self._memory.recall(key)
        if fits is None:
            fits = self._engine().fits(source)
            self._memory.keep(key, fits)
        return bool(fits)

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first): those that are known, then as batches end."""
        prompt, search = self._prompt.sha256, decoding.record()
        yield from self._answers(
            sources,
            lambda source: self._key_of("translate", prompt, search, source),
            lambda missing: self._engine().translate(missing, decoding),
        )

    def _answers(
        self, inputs: Sequence[_T], key: Callable[[_T], bytes], ask: Callable[[list[_T]], Results]
    ) -> Results:
        keys = [key(one) for one in inputs]
        kept = [self._memory.recall(one) for one in keys]
        if not all(kept) and self._engine_changed():
            keys = [key(one) for one in inputs]
            kept = [self._memory.recall(one) for one in keys]
        missing: dict[bytes, list[int]] = {}
        for index, answer in enumerate(kept):
            if answer:
                self.hits += 1
                yield index, tuple(Candidate(*candidate) for candidate in answer)
            else:
                missing.setdefault(keys[index], []).append(index)
        if not missing:
            return
        places = list(missing.values())
        for place, candidates in ask([inputs[same[0]] for same in places]):
            # No answer at all is a failure, which may be mended when asked again.
            if any(candidate.text for candidate in candidates):
                answer = [[one.text, one.score, one.finish] for one in candidates]
                self._memory.keep(keys[places[place][0]], answer)
            for index in places[place]:
                yield index, candidates

    def _engine_changed(self) -> bool:
        """Load the engine; whether it is another than the memory had it."""
        before = self._known
        self._engine()
        return self._known != before

    def _engine(self) -> Engine:
        if self._loaded is None:
            self._loaded = self._load()
            known = _described(self._loaded)
            if known != self._known:  # a GPU has come or gone, a library stores weights otherwise
                self._known = known
                self._memory.keep(self._key, known)
        return self._loaded

    def _key_of(self, kind: str, *parts: Any) -> bytes:
        # Threads and batch size are left out: they move the last digits of a score, and answers
        # must survive a move to another machine.
        info = self.info
        model = [info.model_sha256] if info.model_sha256 else [self._identity, info.model]
        return key_of(kind, CODE, info.engine, model, info.compute_type, info.device, *parts)


class RememberingChat(RememberingEngine):
    """The same for an engine whose model also follows instructions."""

    @property
    def context_tokens(self) -> int:
        """The most tokens of prompt and answer together."""
        return int(self._known["context_tokens"])

    def count_tokens(self, text: str) -> int:
        """Length of a text in the model's tokens."""
        key = self._key_of("tokens", text)
        count = self._memory.recall(key)
        if count is None:
            count = self._chat_engine().count_tokens(text)
            self._memory.keep(key, count)
        return int(count)

    def chat(
        self, chats: Sequence[Sequence[Message]], decoding: Decoding, max_tokens: int
    ) -> Results:
        """Yield (index, candidates, best first): those that are known, then as batches end."""
        search = decoding.record()
        yield from self._answers(
            chats,
            lambda chat: self._key_of("chat", [asdict(one) for one in chat], search, max_tokens),
            lambda missing: self._chat_engine().chat(missing, decoding, max_tokens),
        )

    def _chat_engine(self) -> ChatEngine:
        engine = self._engine()
        assert isinstance(engine, ChatEngine)  # noqa: S101 - as it was when it was described
        return engine


def _described(engine: Engine) -> dict[str, Any]:
    context = engine.context_tokens if isinstance(engine, ChatEngine) else None
    return {"info": engine.info.record(), "context_tokens": context}
