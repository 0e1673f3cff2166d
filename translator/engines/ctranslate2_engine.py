"""CTranslate2: the default engine, fast on a CPU, for instruct models and seq2seq models."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translator import models, processors
from translator.engines import allocator, gguf, hf, lora
from translator.engines.base import (
    Batched,
    Candidate,
    Decoding,
    EngineInfo,
    Finish,
    Message,
    Results,
    answer_budget,
    chat_of,
)
from translator.engines.base import batches as make_batches
from translator.engines.chat import ChatTemplate, check_room
from translator.engines.prepared import ChatModel
from translator.errors import ModelError

if TYPE_CHECKING:
    import ctranslate2
    from tokenizers import Tokenizer

    from translator.prompts import Prompt

# Memory and time follow tokens times beams: 26 hypotheses of 64 prompt tokens stay under
# 4 GB with the embedded model, and more of them are hardly faster on two cores.
_BATCH_TOKENS = 1664
_BATCH_HYPOTHESES = 32
# What a prompt has more than the shortest of its batch is fed token by token, a step each;
# greedy search on news was a fifth faster with prompts of like length together.
_GREEDY_SPREAD = 24
_CONTEXT_TOKENS = 8192  # a limit for the memory of one prompt and its answer


def thread_count() -> int:
    """Processors this process may use; OMP_NUM_THREADS overrides."""
    set_by_user = os.environ.get("OMP_NUM_THREADS", "")
    if set_by_user.isdigit() and int(set_by_user) > 0:
        return int(set_by_user)
    return processors.available()


def identity(model: str) -> str:
    """The SHA-256 of a model that is here."""
    return models.sha256_of(model)


def load(model: str, prompt: Prompt, report: models.Report) -> CausalEngine | Seq2SeqEngine:
    """The engine for a catalogue name, a Hub id or a folder, prepared on first use.

    An adapter is merged into the prepared copy.

    Raises:
        ModelError: the model cannot be fetched, converted or loaded.
    """
    reference = models.resolve(model)
    if reference.kind == "catalogue" or (reference.path and reference.path.suffix == ".gguf"):
        build = partial(_build, gguf.convert, model)
        folder = models.prepared(model, gguf.RECIPE, build, room=gguf.ROOM, report=report)
    else:
        build = partial(_build, hf.convert, model)
        folder = models.prepared(model, hf.RECIPE, build, report=report)
    sha256 = models.sha256_of(model)
    if ChatModel.among(folder):
        return CausalEngine(folder, model, sha256, prompt)
    return Seq2SeqEngine(folder, model, sha256)


def _build(convert: Callable[..., None], model: str, source: Path, folder: Path) -> None:
    convert(source, folder, lora.of_model(model))


def _open(kind: Any, folder: Path) -> Any:
    allocator.keep_large_blocks()
    try:
        return kind(str(folder), device="cpu", inter_threads=1, intra_threads=thread_count())
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            f"the prepared model in {folder} does not load ({error}); "
            "run `translator models verify` and try again"
        ) from error


def _info(model: str, sha256: str, compute_type: str) -> EngineInfo:
    return EngineInfo(
        engine="ctranslate2",
        model=model,
        model_sha256=sha256,
        compute_type=compute_type,
        device="cpu",
        batch_tokens=_BATCH_TOKENS,
        threads=thread_count(),
    )


def _batches(inputs: Sequence[list[str]], decoding: Decoding) -> list[list[int]]:
    lengths = [len(tokens) * decoding.beam_size for tokens in inputs]
    rows = max(_BATCH_HYPOTHESES // decoding.beam_size, 1)
    spread = _GREEDY_SPREAD if decoding.beam_size == 1 else None
    return make_batches(lengths, _BATCH_TOKENS, rows, spread)


def _alike(
    batches: Sequence[list[int]], prompts: Sequence[list[str]], decoding: Decoding
) -> Iterator[list[int]]:
    """Batches of prompts of one length where repetition is held down.

    CTranslate2 takes what a batch's longer prompts have more than its shortest as generated:
    it would penalise a source's own names, and differently in every batch.
    """
    for batch in batches:
        if decoding.repetition_penalty == 1.0 and not decoding.no_repeat_ngram:
            yield batch
            continue
        groups: dict[int, list[int]] = {}
        for index in batch:
            groups.setdefault(len(prompts[index]), []).append(index)
        yield from groups.values()


def _search(decoding: Decoding) -> dict[str, Any]:
    return {
        "beam_size": decoding.beam_size,
        "num_hypotheses": min(decoding.candidates, decoding.beam_size),
        "length_penalty": decoding.length_penalty,
        "repetition_penalty": decoding.repetition_penalty,
        "no_repeat_ngram_size": decoding.no_repeat_ngram,
        "return_scores": True,
        "max_batch_size": 0,
    }


class CausalEngine(Batched):
    """An instruct model: each source becomes a chat, rendered by the translation prompt."""

    def __init__(self, folder: Path, model: str, sha256: str, prompt: Prompt) -> None:
        import ctranslate2
        from tokenizers import Tokenizer

        settings = ChatModel.load(folder)
        self._generator: ctranslate2.Generator = _open(ctranslate2.Generator, folder)
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._template = ChatTemplate(settings.template, settings.special, self._tokenizer)
        self._ends = settings.ends
        self._suppress = [[token] for token in settings.forbidden] or None
        self._prompt = prompt
        self._info = _info(model, sha256, self._generator.compute_type)
        self.context_tokens = min(_CONTEXT_TOKENS, settings.positions)

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""
        return self._info

    def count_tokens(self, text: str) -> int:
        """Length of a text in the model's tokens."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""
        return self.count_tokens(source) <= hf.SOURCE_TOKENS

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first) for every source, as batches end."""
        chats = [chat_of(self._prompt, text=source) for source in sources]
        budgets = [answer_budget(self.count_tokens(source)) for source in sources]
        yield from self._generate(chats, budgets, decoding)

    def chat(
        self, chats: Sequence[Sequence[Message]], decoding: Decoding, max_tokens: int
    ) -> Results:
        """Yield (index, candidates, best first) for every chat, as batches end.

        Raises:
            ModelError: a prompt leaves no room for an answer of `max_tokens`.
        """
        yield from self._generate(chats, [max_tokens] * len(chats), decoding)

    def _generate(
        self, chats: Sequence[Sequence[Message]], budgets: Sequence[int], decoding: Decoding
    ) -> Results:
        prompts = [self._tokens(chat) for chat in chats]
        for prompt, budget in zip(prompts, budgets, strict=True):
            check_room(len(prompt), budget, self.context_tokens)
        for batch in _alike(_batches(prompts, decoding), prompts, decoding):
            results = self._generator.generate_batch(
                [prompts[index] for index in batch],
                min_length=1,
                max_length=max(budgets[index] for index in batch),
                include_prompt_in_result=False,
                return_end_token=True,
                end_token=self._ends,
                suppress_sequences=self._suppress,
                **_search(decoding),
            )
            allocator.trim()
            for index, result in self._one_by_one(batch, results):
                yield index, tuple(self._candidates(result, decoding))

    def _tokens(self, chat: Sequence[Message]) -> list[str]:
        return [self._tokenizer.id_to_token(index) or "" for index in self._template.encode(chat)]

    def _candidates(self, result: Any, decoding: Decoding) -> Iterator[Candidate]:
        for tokens, score in zip(result.sequences, result.scores, strict=True):
            finish: Finish = "stop" if tokens and tokens[-1] in self._ends else "length"
            ids = [self._tokenizer.token_to_id(token) or 0 for token in tokens]
            text = self._tokenizer.decode(ids, skip_special_tokens=True).strip()
            yield Candidate(text, _mean(score, len(tokens), decoding), finish)


class Seq2SeqEngine(Batched):
    """A translation model of its own kind: Marian, NLLB, M2M100, mBART, T5."""

    def __init__(self, folder: Path, model: str, sha256: str) -> None:
        import ctranslate2

        self._translator: ctranslate2.Translator = _open(ctranslate2.Translator, folder)
        self._tokenizer = hf.Seq2SeqTokenizer.load(folder)
        self._prefix = self._tokenizer.tokens(self._tokenizer.prefix)
        known = hf.target_vocabulary(folder)
        forbidden = self._tokenizer.tokens(self._tokenizer.forbidden)
        self._suppress = [[token] for token in forbidden if token in known]
        self._info = _info(model, sha256, self._translator.compute_type)

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""
        return self._info

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""
        return len(self._tokenizer.encode(source)) <= self._tokenizer.limit

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first) for every source, as batches end.

        Raises:
            ModelError: a source does not fit.
        """
        encoded = [self._tokenizer.tokens(ids) for ids in self._tokenizer.encode_all(sources)]
        for batch in _batches(encoded, decoding):
            longest = max(len(encoded[index]) for index in batch)
            results = self._translator.translate_batch(
                [encoded[index] for index in batch],
                target_prefix=[self._prefix] * len(batch),
                max_input_length=0,  # never shorten a source: `encode_all` has judged it
                min_decoding_length=1 + len(self._prefix),  # no empty translation
                max_decoding_length=self._tokenizer.answer_limit(longest),
                return_end_token=True,
                suppress_sequences=self._suppress,
                **_search(decoding),
            )
            allocator.trim()
            for index, result in self._one_by_one(batch, results):
                yield index, tuple(self._candidates(result, decoding))

    def _candidates(self, result: Any, decoding: Decoding) -> Iterator[Candidate]:
        for tokens, score in zip(result.hypotheses, result.scores, strict=True):
            ids = self._tokenizer.ids(tokens)
            finish: Finish = "stop" if ids and ids[-1] == self._tokenizer.end_id else "length"
            yield Candidate(
                self._tokenizer.decode(ids), _mean(score, len(tokens), decoding), finish
            )


def _mean(score: float, length: int, decoding: Decoding) -> float:
    """The mean log-probability a token: CTranslate2 divides by length ** length_penalty."""
    mean: float = score * max(length, 1) ** (decoding.length_penalty - 1.0)
    return mean
