"""A model behind an OpenAI-compatible API: vLLM, SGLang, llama.cpp, Ollama, a commercial one.

endpoint            the engine
endpoint_http       requests, limits, retries, faults
endpoint_server     which models the server has, and their context windows
endpoint_answers    a server's JSON as candidates

Article text goes to the base URL that was named and nowhere else. How the API's knobs stand for
ours: a plain search is one answer at temperature 0, as beams and scores are not in the API. A
search that holds repetition down, which the repair ladder asks for after a fault, samples all
its candidates, so that the checks have something to choose from.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal

from translator import models, prompts
from translator.engines import hf
from translator.engines.base import (
    Candidate,
    Decoding,
    EngineInfo,
    Message,
    Results,
    answer_budget,
    chat_of,
)
from translator.engines.chat import check_room
from translator.engines.endpoint_answers import Answers, answers_of
from translator.engines.endpoint_http import (
    FailedError,
    Limits,
    MissingError,
    NoApiError,
    RefusedError,
    Server,
    Session,
    checked_url,
    key_from_environment,
)
from translator.engines.endpoint_server import UNNAMED, Served, find, listing
from translator.errors import ModelError, UsageError
from translator.prompts import Prompt
from translator.text import han_count

URL_VARIABLE = "TRANSLATOR_BASE_URL"
CONCURRENCY_VARIABLE = "TRANSLATOR_CONCURRENCY"
_CONCURRENCY = 8
_PROMPT_TOKENS = 160  # what a translation prompt has besides its text, at most
_THINKING_TOKENS = 4096  # for models that cannot be told not to think first
_PATIENCE = 3  # requests that fail one after the other before the whole run does
_WARM = 0.5
# What servers may refuse to take: it is left out then, once and for all.
_DISPENSABLE = ("chat_template_kwargs", "frequency_penalty", "seed", "temperature")
# OpenAI's newer models: servers name both when a prompt is too long, but recommend one.
_NEWER_NAME = re.compile(r"\buse .?max_completion_tokens\b", re.IGNORECASE)
# What servers would take for the end of a turn: chat markers of the usual models.
_MARKER = re.compile(r"<(?=[|｜]|/?[A-Za-z_]+>)|\[(?=/?INST\])")

_log = logging.getLogger(__name__)


def identity(model: str, base_url: str | None = None) -> str:
    """The hash of a server's address and the name of a model there: no server tells more."""
    return hashlib.sha256(f"{_address(base_url)}\n{model}".encode()).hexdigest()


def load(
    model: str, prompt: Prompt, report: models.Report, base_url: str | None = None
) -> EndpointEngine:
    """The engine for a model on the server at `base_url`, or else at TRANSLATOR_BASE_URL.

    Raises:
        UsageError: there is no base URL or it cannot be used, or no model was named.
        ModelError: the server or the model is not there.
    """
    del report
    key = key_from_environment()
    address = checked_url(_address(base_url), has_key=key is not None)
    return connect(address, model, prompt, Server(key, Limits(), _concurrency()))


def _address(base_url: str | None) -> str:
    address = base_url or os.environ.get(URL_VARIABLE, "")
    if not address.strip():
        raise UsageError(
            f"--engine endpoint needs --base-url or {URL_VARIABLE}, "
            "for example http://127.0.0.1:8000/v1"
        )
    return address


def connect(address: str, model: str, prompt: Prompt, server: Server) -> EndpointEngine:
    """The engine on a server whose URL has been checked; see `load`."""
    with _open(server) as (portal, session):
        served = portal.call(find, session, address, model)
    # Where the server chose the model, its family is known only now; a user's own prompt stays.
    if model in UNNAMED and prompt == prompts.for_model("translate", model):
        prompt = prompts.for_model("translate", served.model)
    return EndpointEngine(server, served, prompt)


def _concurrency() -> int:
    text = os.environ.get(CONCURRENCY_VARIABLE, str(_CONCURRENCY))
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise UsageError(f"{CONCURRENCY_VARIABLE} must be a whole number from 1 to 1024")
    return int(text)


@contextmanager
def _open(server: Server) -> Iterator[tuple[BlockingPortal, Session]]:
    """An event loop in a thread of its own, so that any caller can be in one himself."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(server.session()) as session,
    ):
        yield portal, session


class EndpointEngine:
    """A model on a server; results come as the server ends them, not in order.

    A request that fails after its retries gives no candidates, so that the repair ladder tries
    again; when nothing was ever answered, or three fail one after the other, it is an error.
    """

    def __init__(self, server: Server, served: Served, prompt: Prompt) -> None:
        self._server = server
        self._served = served
        self._prompt = prompt
        self.context_tokens = served.context_tokens
        self._left_out: set[str] = set()
        self._takes_n = True
        self._thinks = False
        self._answered = False
        self._failed = 0

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""
        return EngineInfo(
            engine="endpoint",
            model=self._served.model,
            model_sha256=None,
            compute_type="remote",
            device="remote",
            batch_tokens=0,
            threads=0,
            base_url=self._served.base,
        )

    def count_tokens(self, text: str) -> int:
        """An estimate on the safe side: one a Chinese character, one for three others."""
        chinese = han_count(text)
        return chinese + (len(text) - chinese + 2) // 3

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""
        tokens = self.count_tokens(source)
        room = _PROMPT_TOKENS + tokens + answer_budget(tokens)
        return tokens <= hf.SOURCE_TOKENS and room <= self.context_tokens

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first) for every source, as the server ends them.

        Raises:
            ModelError: the server, the key or the model does not work (any more).
        """
        chats = [chat_of(self._prompt, text=_plain(source)) for source in sources]
        budgets = [answer_budget(self.count_tokens(source)) for source in sources]
        path = "chat/completions" if self._prompt.chat else "completions"
        yield from self._run(path, chats, budgets, decoding)

    def chat(
        self, chats: Sequence[Sequence[Message]], decoding: Decoding, max_tokens: int
    ) -> Results:
        """Yield (index, candidates, best first) for every chat, as the server ends them.

        Raises:
            ModelError: a prompt leaves no room for an answer of `max_tokens`, or as `translate`.
        """
        plain = [[Message(turn.role, _plain(turn.content)) for turn in chat] for chat in chats]
        for chat in plain:
            check_room(self._length(chat), max_tokens, self.context_tokens)
        yield from self._run("chat/completions", plain, [max_tokens] * len(plain), decoding)

    def _length(self, chat: Sequence[Message]) -> int:
        return sum(self.count_tokens(turn.content) + 8 for turn in chat)

    def _run(
        self,
        path: str,
        chats: Sequence[Sequence[Message]],
        budgets: Sequence[int],
        decoding: Decoding,
    ) -> Results:
        if not chats:
            return
        with _open(self._server) as (portal, session):

            def start(chat: Sequence[Message], budget: int) -> Future[tuple[Candidate, ...]]:
                return portal.start_task_soon(self._answer, session, path, chat, budget, decoding)

            places = {
                start(chat, budget): place
                for place, (chat, budget) in enumerate(zip(chats, budgets, strict=True))
            }
            try:
                for future in as_completed(places):
                    yield places[future], future.result()
            finally:  # an error, or a caller who has seen enough: call back what is under way
                for future in places:
                    future.cancel()

    async def _answer(
        self,
        session: Session,
        path: str,
        chat: Sequence[Message],
        budget: int,
        decoding: Decoding,
    ) -> tuple[Candidate, ...]:
        """The candidates for one chat; none where only this request fails."""

        async def ask(extra: dict[str, Any]) -> Answers:
            body = _conversation(path, chat) | {"model": self._served.model} | extra
            return await self._post(session, path, body, chat, budget)

        try:
            found = await self._sampled(ask, decoding)
        except NoApiError:
            raise
        except MissingError as error:
            raise self._unknown(error) from error
        except FailedError as error:
            # A refusal is about the text; the others are about the server.
            self._failed += not isinstance(error, RefusedError)
            if not self._answered or self._failed >= _PATIENCE:
                raise
            _log.warning("one request failed: %s", error)
            return ()
        self._answered, self._failed = True, 0
        return tuple(dict.fromkeys(found))

    async def _sampled(self, ask: Callable[..., Any], decoding: Decoding) -> list[Candidate]:
        if decoding.repetition_penalty == 1.0:
            return list((await ask({"temperature": 0})).candidates)
        # The API's counterpart adds up with every repetition, so a little of it is enough.
        penalty = round(2 * (decoding.repetition_penalty - 1), 2)
        extra = {"temperature": _WARM, "frequency_penalty": penalty}
        wanted = decoding.candidates
        found: list[Candidate] = []
        results: list[Answers] = []
        if wanted > 1 and self._takes_n:
            with suppress(RefusedError):
                found.extend((await ask(extra | {"seed": 1, "n": wanted})).candidates)
            if len(found) == wanted:
                return found

        async def once(seed: int) -> None:
            results.append(await ask(extra | {"seed": seed}))

        await _together([partial(once, seed) for seed in range(len(found) + 1, wanted + 1)])
        self._takes_n = self._takes_n and wanted == 1
        return [*found, *(one for result in results for one in result.candidates)][:wanted]

    async def _post(
        self,
        session: Session,
        path: str,
        body: dict[str, Any],
        chat: Sequence[Message],
        budget: int,
    ) -> Answers:
        """One request, again without what the server refuses, or with room for its thoughts."""
        if path.startswith("chat"):
            body["chat_template_kwargs"] = {"enable_thinking": False}
        while True:
            thinking = self._thinks
            room = self.context_tokens - self._length(chat)
            wanted = budget + (_THINKING_TOKENS if thinking else 0)
            body["max_tokens"] = max(min(wanted, room), 1)
            sent = {name: value for name, value in body.items() if name not in self._left_out}
            if "max_tokens" in self._left_out:
                sent["max_completion_tokens"] = body["max_tokens"]
            try:
                answer = await session.ask(f"{self._served.base}/{path}", sent)
            except RefusedError as error:
                if not self._leave_out(sent, error.said):
                    raise
                continue
            answers = answers_of(answer, body.get("n", 1))
            self._thinks = self._thinks or answers.thought
            if not (answers.thought and answers.cut and not thinking):
                return answers

    def _leave_out(self, sent: dict[str, Any], said: str) -> bool:
        """Whether a refusal names something that we can do without; it is left out from now on."""
        for name in _DISPENSABLE:
            if name in sent and re.search(rf"\b{name}\b", said):
                self._left_out.add(name)
                return True
        if "max_tokens" in sent and _NEWER_NAME.search(said):
            self._left_out.add("max_tokens")
            return True
        return False

    def _unknown(self, error: MissingError) -> ModelError:
        there = f"; the server has {listing(self._served.known)}" if self._served.known else ""
        return ModelError(
            f"{error}; check the model's name ({self._served.model}) and the base URL, "
            f"which usually ends in /v1{there}"
        )


def _plain(text: str) -> str:
    """Text in which a server finds no chat markers: we cannot tokenise for it."""
    return _MARKER.sub(lambda match: f"{match[0]} ", text)


def _conversation(path: str, chat: Sequence[Message]) -> dict[str, Any]:
    if path == "completions":
        return {"prompt": chat[-1].content}
    return {"messages": [{"role": turn.role, "content": turn.content} for turn in chat]}


async def _together(calls: Sequence[Callable[[], Any]]) -> None:
    """Await all calls at once; the first error stops them and is raised as itself."""
    errors: list[ModelError] = []

    async def run(call: Callable[[], Any], scope: anyio.CancelScope) -> None:
        try:
            await call()
        except ModelError as error:
            errors.append(error)
            scope.cancel()

    async with anyio.create_task_group() as group:
        for call in calls:
            group.start_soon(run, call, group.cancel_scope)
    if errors:
        raise errors[0]
