"""An engine whose answers a test decides, and that remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from translator.engines import Candidate, Decoding, Message
from translator.engines.base import EngineInfo, Results

Answer = Callable[[str, Decoding], list[Candidate]]


def says(*texts: str, finish: str = "stop") -> list[Candidate]:
    """Candidates with falling scores."""
    return [Candidate(text, -0.1 * place, finish) for place, text in enumerate(texts)]  # type: ignore[arg-type]


class ScriptedEngine:
    """Translates by calling `answer`; batches come back in reverse order, as real ones may."""

    def __init__(self, answer: Answer, longest: int = 200) -> None:
        self._answer = answer
        self._longest = longest
        self.asked: list[tuple[str, Decoding]] = []

    @property
    def info(self) -> EngineInfo:
        return EngineInfo("scripted", "script", "0" * 64, "none", "cpu", 0, 1)

    def fits(self, source: str) -> bool:
        return len(source) <= self._longest

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        for index in reversed(range(len(sources))):
            self.asked.append((sources[index], decoding))
            yield index, tuple(self._answer(sources[index], decoding))


class ScriptedChat(ScriptedEngine):
    """Also writes briefs: one scripted answer a call, the last one again and again."""

    context_tokens = 4096

    def __init__(self, answer: Answer, briefs: Sequence[str]) -> None:
        super().__init__(answer)
        self._briefs = list(briefs)
        self.chats: list[Sequence[Message]] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def chat(
        self, chats: Sequence[Sequence[Message]], decoding: Decoding, max_tokens: int
    ) -> Results:
        for index, chat in enumerate(chats):
            self.chats.append(chat)
            text = self._briefs.pop(0) if len(self._briefs) > 1 else self._briefs[0]
            yield index, tuple(says(text))
