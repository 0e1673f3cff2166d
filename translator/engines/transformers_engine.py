"""The reference engine: any seq2seq or instruct checkpoint, by transformers, on GPU or CPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translator import models
from translator.engines import allocator, hf, lora
from translator.engines.base import (
    Batched,
    Candidate,
    Decoding,
    EngineInfo,
    Message,
    Results,
    answer_budget,
    chat_of,
)
from translator.engines.base import batches as make_batches
from translator.engines.chat import NO_TURNS, ChatTemplate, check_room
from translator.engines.room import MOST_TOKENS, room
from translator.errors import ModelError

if TYPE_CHECKING:
    from translator.prompts import Prompt

_CONTEXT_TOKENS = 8192


def identity(model: str) -> str:
    """The SHA-256 of a model that is here."""
    return models.sha256_of(model)


def load(model: str, prompt: Prompt, report: models.Report) -> CausalEngine | Seq2SeqEngine:
    """The engine for a catalogue name, a Hub id, a folder or a GGUF file; an adapter is merged.

    Raises:
        ModelError: the model cannot be fetched or loaded.
    """
    hf.require("transformers", "torch", "sentencepiece")
    from transformers import AutoConfig

    path = models.pull(model, report=report)
    folder, options = (path, {}) if path.is_dir() else (path.parent, {"gguf_file": path.name})
    sha256, adapter = models.sha256_of(model), lora.of_model(model)
    if options:
        hf.silence_gguf()
    try:
        config = AutoConfig.from_pretrained(str(folder), **options)
        kind = Seq2SeqEngine if config.is_encoder_decoder else CausalEngine
        checkpoint = _Checkpoint(folder, options, config)
        if adapter:
            lora.merge(adapter, checkpoint.model)
        return kind(checkpoint, model, sha256, prompt)
    except (*hf.FAULTS, MemoryError) as error:
        raise ModelError(f"transformers cannot load {model}: {hf.first_line(error)}") from error


class _Checkpoint:
    """A model on its device, and what both kinds of it share."""

    def __init__(self, folder: Path, options: dict[str, str], config: Any) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, GenerationConfig

        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        if self.device == "cpu":
            allocator.map_large_blocks()
        # Translation models are small, and fp32 is as fast on a CPU without bf16 units; instruct
        # models are large and bound by memory, and were trained in bf16.
        small = config.is_encoder_decoder and self.device == "cpu"
        self.config = config
        self.tokenizer: Any = hf.load_tokenizer(folder, **options)
        auto: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
        model: Any = auto.from_pretrained(
            str(folder), dtype=torch.float32 if small else torch.bfloat16, **options
        )
        self.model = model.to(self.device).eval()
        # A checkpoint's own habits (sampling, penalties, a forced end) must not decide how we
        # search: of its settings we keep which tokens start and end.
        habits = self.model.generation_config
        self.ends = hf.end_ids(self.tokenizer, habits)
        pad = self.tokenizer.pad_token_id
        self.model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
            bos_token_id=habits.bos_token_id,
            eos_token_id=self.ends,
            pad_token_id=self.ends[0] if pad is None else pad,
            decoder_start_token_id=habits.decoder_start_token_id,
        )

    def info(self, model: str, sha256: str) -> EngineInfo:
        import torch

        return EngineInfo(
            engine="transformers",
            model=model,
            model_sha256=sha256,
            compute_type=str(self.model.dtype).removeprefix("torch."),
            device=self.device,
            batch_tokens=MOST_TOKENS[self.device],
            threads=torch.get_num_threads(),
        )

    def batches(self, lengths: Sequence[int], decoding: Decoding) -> list[list[int]]:
        """Indices of prompts of these lengths in tokens, grouped as the device has room."""
        most = room(self.device, self.config, decoding.beam_size)
        return make_batches(lengths, most.tokens, most.rows)

    def generate(
        self,
        sources: Sequence[list[int]],
        limit: int,
        decoding: Decoding,
        forbidden: list[int],
        prefix: Sequence[int] = (),
    ) -> Iterator[list[tuple[list[int], float]]]:
        """For each source of a batch its answers, best first: ids and mean log-probability.

        `prefix` is what every answer starts with: nothing, or the token of its language.
        """
        import torch
        from transformers import LogitsProcessorList

        inputs = self.tokenizer.pad({"input_ids": list(sources)}, return_tensors="pt")
        inputs = {name: tensor.to(self.device) for name, tensor in inputs.items()}
        # What an answer must not repeat is itself; the prompt holds the names it has to copy.
        start = 1 if self.config.is_encoder_decoder else inputs["input_ids"].shape[1]
        wanted = min(decoding.candidates, decoding.beam_size)
        is_greedy = decoding.beam_size == 1
        processors, said = _repetition(decoding, start), _said()
        with torch.inference_mode():
            output = self.model.generate(
                **inputs,
                min_new_tokens=1 + len(prefix),  # no empty translation
                max_new_tokens=limit,
                forced_bos_token_id=prefix[0] if prefix else None,
                num_beams=decoding.beam_size,
                num_return_sequences=wanted,
                length_penalty=decoding.length_penalty,
                early_stopping=not is_greedy,  # when as many have ended as beams
                suppress_tokens=forbidden or None,
                logits_processor=LogitsProcessorList(
                    [*processors, said] if is_greedy else processors
                ),
                renormalize_logits=True,  # scores are of what is allowed, as in CTranslate2
                return_dict_in_generate=True,
                output_scores=not is_greedy,
            )
        if is_greedy:
            steps = torch.stack(said.steps, dim=1)
        else:
            steps = self.model.compute_transition_scores(
                output.sequences, output.scores, output.beam_indices
            )
        answers = []
        for ids, scores in zip(output.sequences[:, start:].tolist(), steps.tolist(), strict=True):
            ended = (place + 1 for place, index in enumerate(ids) if index in self.ends)
            length = next(ended, len(ids))
            answers.append((ids[:length], sum(scores[:length]) / max(length, 1)))
        for first in range(0, len(answers), wanted):
            yield answers[first : first + wanted]

    def candidate(self, ids: list[int], score: float, text: str) -> Candidate:
        """One answer; it came to its end if it holds an end token."""
        return Candidate(text, score, "stop" if ids and ids[-1] in self.ends else "length")


def _repetition(decoding: Decoding, start: int) -> list[Any]:
    """Processors that hold repetition down in what is generated: columns from `start` on."""
    from transformers import (
        LogitsProcessor,
        NoRepeatNGramLogitsProcessor,
        RepetitionPenaltyLogitsProcessor,
    )

    class Generated(LogitsProcessor):
        def __init__(self, processor: Any) -> None:
            self.processor = processor

        def __call__(self, input_ids: Any, scores: Any) -> Any:
            return self.processor(input_ids[:, start:], scores)

    found: list[Any] = []
    if decoding.repetition_penalty != 1.0:
        found.append(Generated(RepetitionPenaltyLogitsProcessor(decoding.repetition_penalty)))
    if decoding.no_repeat_ngram:
        found.append(Generated(NoRepeatNGramLogitsProcessor(decoding.no_repeat_ngram)))
    return found


def _said() -> Any:
    """A processor that keeps the log-probability of what greedy search chooses at every step.

    The library can only keep the scores of all tokens: gigabytes for a batch of long sentences.
    """
    from transformers import LogitsProcessor

    class Said(LogitsProcessor):
        def __init__(self) -> None:
            self.steps: list[Any] = []

        def __call__(self, input_ids: Any, scores: Any) -> Any:  # noqa: ARG002  as called
            self.steps.append((scores.amax(-1) - scores.logsumexp(-1)).float())
            return scores

    return Said()


class CausalEngine(Batched):
    """An instruct model: each source becomes a chat, rendered by the translation prompt."""

    def __init__(self, checkpoint: _Checkpoint, model: str, sha256: str, prompt: Prompt) -> None:
        self._checkpoint = checkpoint
        tokenizer, config = checkpoint.tokenizer, checkpoint.config
        tokenizer.padding_side = "left"
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        self._template = ChatTemplate(
            hf.chat_template(tokenizer) if prompt.chat else NO_TURNS,
            hf.special_tokens(tokenizer),
            tokenizer.backend_tokenizer,
        )
        self._forbidden = hf.forbidden_ids(tokenizer, hf.vocabulary_size(config), checkpoint.ends)
        self._prompt = prompt
        self._info = checkpoint.info(model, sha256)
        self.context_tokens = min(_CONTEXT_TOKENS, hf.positions(tokenizer, config))

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""
        return self._info

    def count_tokens(self, text: str) -> int:
        """Length of a text in the model's tokens."""
        return len(self._checkpoint.tokenizer.encode(text, add_special_tokens=False))

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""
        return self.count_tokens(source) <= hf.SOURCE_TOKENS

    @property
    def model(self) -> Any:
        """The transformers model, for whoever trains it."""
        return self._checkpoint.model

    def answer_limit(self, source: str) -> int:
        """The most tokens that a translation of a source may have."""
        return answer_budget(self.count_tokens(source))

    def encode_pair(self, chat: Sequence[Message], target: str) -> tuple[list[int], list[int]]:
        """Ids of a chat's prompt, as `chat` feeds them, and of the answer with its end."""
        answer = self._template.encode_answer(target, self._checkpoint.ends)
        return self._template.encode(chat), answer

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first) for every source, as batches end."""
        chats = [chat_of(self._prompt, text=source) for source in sources]
        budgets = [self.answer_limit(source) for source in sources]
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
        checkpoint = self._checkpoint
        prompts = [self._template.encode(chat) for chat in chats]
        for prompt, budget in zip(prompts, budgets, strict=True):
            check_room(len(prompt), budget, self.context_tokens)
        for batch in checkpoint.batches([len(prompt) for prompt in prompts], decoding):
            found = checkpoint.generate(
                [prompts[index] for index in batch],
                max(budgets[index] for index in batch),
                decoding,
                self._forbidden,
            )
            for index, answers in self._one_by_one(batch, found):
                yield (
                    index,
                    tuple(
                        checkpoint.candidate(ids, score, self._text(ids)) for ids, score in answers
                    ),
                )

    def _text(self, ids: list[int]) -> str:
        return str(self._checkpoint.tokenizer.decode(ids, skip_special_tokens=True)).strip()


class Seq2SeqEngine(Batched):
    """A translation model of its own kind: Marian, NLLB, M2M100, mBART, T5."""

    def __init__(self, checkpoint: _Checkpoint, model: str, sha256: str, prompt: Prompt) -> None:
        del prompt  # these models take none
        self._checkpoint = checkpoint
        self._tokenizer = hf.Seq2SeqTokenizer(checkpoint.tokenizer, checkpoint.config)
        self.context_tokens = _CONTEXT_TOKENS  # of both sides; `fits` and `answer_limit` bind
        self._info = checkpoint.info(model, sha256)

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""
        return self._info

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""
        return len(self._tokenizer.encode(source)) <= self._tokenizer.limit

    @property
    def model(self) -> Any:
        """The transformers model, for whoever trains it."""
        return self._checkpoint.model

    def answer_limit(self, source: str) -> int:
        """The most tokens that a translation of a source may have."""
        return self._tokenizer.answer_limit(len(self._tokenizer.encode(source)))

    def encode_pair(self, source: str, target: str) -> tuple[list[int], list[int]]:
        """Ids of a source, as `translate` feeds them, and of its translation with its end."""
        return self._tokenizer.encode(source), self._tokenizer.encode_answer(target)

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first) for every source, as batches end.

        Raises:
            ModelError: a source does not fit.
        """
        checkpoint, tokenizer = self._checkpoint, self._tokenizer
        encoded = tokenizer.encode_all(sources)
        for batch in checkpoint.batches([len(ids) for ids in encoded], decoding):
            found = checkpoint.generate(
                [encoded[index] for index in batch],
                tokenizer.answer_limit(max(len(encoded[index]) for index in batch)),
                decoding,
                tokenizer.forbidden,
                tokenizer.prefix,
            )
            for index, answers in self._one_by_one(batch, found):
                yield (
                    index,
                    tuple(
                        checkpoint.candidate(ids, score, tokenizer.decode(ids))
                        for ids, score in answers
                    ),
                )
