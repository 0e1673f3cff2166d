"""The reference engine: any seq2seq or instruct checkpoint, by transformers, on GPU or CPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translator import models
from translator.engines import hf
from translator.engines.base import Candidate, Decoding, EngineInfo, Message, Results, answer_budget
from translator.engines.base import batches as make_batches
from translator.engines.chat import ChatTemplate, encode
from translator.errors import ModelError

if TYPE_CHECKING:
    from translator.prompts import Prompt

BATCH_ROWS = 32
_BATCH_TOKENS = 8192
_SOURCE_TOKENS = 224
_CONTEXT_TOKENS = 8192


def load(model: str, prompt: Prompt, report: models.Report) -> CausalEngine | Seq2SeqEngine:
    """The engine for a catalogue name, a Hub id, a folder or a GGUF file.

    Raises:
        ModelError: the model cannot be fetched or loaded.
    """
    hf.require()
    from transformers import AutoConfig
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    path = models.pull(model, report=report)
    folder, options = (path, {}) if path.is_dir() else (path.parent, {"gguf_file": path.name})
    try:
        config = AutoConfig.from_pretrained(str(folder), **options)
        kind = Seq2SeqEngine if config.is_encoder_decoder else CausalEngine
        return kind(folder, options, model, models.sha256_of(model), prompt)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise ModelError(f"transformers cannot load {model}: {reason}") from error


class _Checkpoint:
    """A model on its device, and what both kinds of it share."""

    def __init__(self, auto: Any, folder: Path, options: dict[str, str]) -> None:
        import torch
        from transformers import AutoTokenizer

        cuda = torch.cuda.is_available()
        self.device = "cuda" if cuda else "cpu"
        self.tokenizer: Any = AutoTokenizer.from_pretrained(str(folder), **options)
        self.model: Any = auto.from_pretrained(str(folder), dtype=torch.bfloat16, **options)
        self.model.to(self.device).eval()
        # A checkpoint's own sampling habits must not decide how we search.
        self.model.generation_config.do_sample = False
        for habit in ("temperature", "top_k", "top_p"):
            setattr(self.model.generation_config, habit, None)
        self.suppress = hf.forbidden_ids(self.tokenizer)

    def info(self, model: str, sha256: str) -> EngineInfo:
        import torch

        return EngineInfo(
            engine="transformers",
            model=model,
            model_sha256=sha256,
            compute_type=str(self.model.dtype).removeprefix("torch."),
            device=self.device,
            batch_tokens=_BATCH_TOKENS,
            threads=torch.get_num_threads(),
        )

    def generate(
        self, inputs: dict[str, Any], limit: int, decoding: Decoding, **options: Any
    ) -> Any:
        """`model.generate` without gradients, its search set from `decoding`."""
        import torch

        wanted = min(decoding.candidates, decoding.beam_size)
        with torch.inference_mode():
            return self.model.generate(
                **{name: tensor.to(self.device) for name, tensor in inputs.items()},
                max_new_tokens=limit,
                num_beams=decoding.beam_size,
                num_return_sequences=wanted,
                length_penalty=decoding.length_penalty,
                repetition_penalty=decoding.repetition_penalty,
                no_repeat_ngram_size=decoding.no_repeat_ngram,
                suppress_tokens=self.suppress or None,
                return_dict_in_generate=True,
                output_scores=True,
                **options,
            )

    def candidates(
        self, output: Any, start: int, rows: int, decoding: Decoding
    ) -> Iterator[tuple[Candidate, ...]]:
        """The candidates of each source of a batch; answers begin at column `start`."""
        import torch

        beams = output.beam_indices if decoding.beam_size > 1 else None
        steps = self.model.compute_transition_scores(
            output.sequences, output.scores, beams, normalize_logits=decoding.beam_size == 1
        )
        ends = set(_as_list(self.model.generation_config.eos_token_id))
        wanted = len(output.sequences) // rows
        for first in range(0, len(output.sequences), wanted):
            found = []
            for row in range(first, first + wanted):
                ids = output.sequences[row, start:].tolist()
                length = next((i + 1 for i, index in enumerate(ids) if index in ends), len(ids))
                scores = steps[row, :length]
                scores = scores[torch.isfinite(scores)]
                found.append(
                    Candidate(
                        self.tokenizer.decode(ids[:length], skip_special_tokens=True).strip(),
                        float(scores.mean()) if len(scores) else 0.0,
                        "stop" if length and ids[length - 1] in ends else "length",
                    )
                )
            yield tuple(found)


class CausalEngine:
    """An instruct model: each source becomes a chat, rendered by the translation prompt."""

    context_tokens = _CONTEXT_TOKENS

    def __init__(
        self, folder: Path, options: dict[str, str], model: str, sha256: str, prompt: Prompt
    ) -> None:
        from transformers import AutoModelForCausalLM

        self._checkpoint = _Checkpoint(AutoModelForCausalLM, folder, options)
        tokenizer = self._checkpoint.tokenizer
        tokenizer.padding_side = "left"
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        special = {name: str(token) for name, token in tokenizer.special_tokens_map.items()}
        self._template = ChatTemplate(hf.chat_template(tokenizer), special)
        self._prompt = prompt
        self._info = self._checkpoint.info(model, sha256)

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""
        return self._info

    def count_tokens(self, text: str) -> int:
        """Length of a text in the model's tokens."""
        return len(self._checkpoint.tokenizer.encode(text, add_special_tokens=False))

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""
        return self.count_tokens(source) <= _SOURCE_TOKENS

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first) for every source, as batches end."""
        chats = []
        for source in sources:
            system, user = self._prompt.render(text=source)
            chats.append([Message("system", system), Message("user", user)])
        budgets = [answer_budget(self.count_tokens(source)) for source in sources]
        yield from self._generate(chats, budgets, decoding)

    def chat(
        self, chats: Sequence[Sequence[Message]], decoding: Decoding, max_tokens: int
    ) -> Results:
        """Yield (index, candidates, best first) for every chat, as batches end."""
        yield from self._generate(chats, [max_tokens] * len(chats), decoding)

    def _generate(
        self, chats: Sequence[Sequence[Message]], budgets: Sequence[int], decoding: Decoding
    ) -> Results:
        tokenizer = self._checkpoint.tokenizer
        backend = tokenizer.backend_tokenizer
        prompts = [encode(backend, self._template.pieces(chat)) for chat in chats]
        for batch in make_batches([len(prompt) for prompt in prompts], _BATCH_TOKENS, BATCH_ROWS):
            inputs = tokenizer.pad(
                {"input_ids": [prompts[index] for index in batch]}, return_tensors="pt"
            )
            limit = max(budgets[index] for index in batch)
            output = self._checkpoint.generate(
                dict(inputs), limit, decoding, pad_token_id=tokenizer.pad_token_id
            )
            start = inputs["input_ids"].shape[1]
            found = self._checkpoint.candidates(output, start, len(batch), decoding)
            yield from zip(batch, found, strict=True)


class Seq2SeqEngine:
    """A translation model of its own kind: Marian, NLLB, M2M100, mBART, T5."""

    def __init__(
        self, folder: Path, options: dict[str, str], model: str, sha256: str, prompt: Prompt
    ) -> None:
        del prompt  # these models take none
        from transformers import AutoModelForSeq2SeqLM

        self._checkpoint = _Checkpoint(AutoModelForSeq2SeqLM, folder, options)
        self._languages = hf.set_languages(self._checkpoint.tokenizer)
        self._limit = hf.source_limit(self._checkpoint.tokenizer, _SOURCE_TOKENS)
        self._info = self._checkpoint.info(model, sha256)

    @property
    def info(self) -> EngineInfo:
        """What the run record says of this engine."""
        return self._info

    def fits(self, source: str) -> bool:
        """Whether one source unit is within the input and output budget."""
        return len(self._encode(source)) <= self._limit

    def translate(self, sources: Sequence[str], decoding: Decoding) -> Results:
        """Yield (index, candidates, best first) for every source, as batches end."""
        tokenizer = self._checkpoint.tokenizer
        encoded = [self._encode(source) for source in sources]
        options = {}
        if self._languages.target_prefix:
            first = tokenizer.convert_tokens_to_ids(self._languages.target_prefix[0])
            options["forced_bos_token_id"] = first
        for batch in make_batches([len(ids) for ids in encoded], _BATCH_TOKENS, BATCH_ROWS):
            inputs = tokenizer.pad(
                {"input_ids": [encoded[index] for index in batch]}, return_tensors="pt"
            )
            limit = answer_budget(max(len(encoded[index]) for index in batch))
            output = self._checkpoint.generate(dict(inputs), limit, decoding, **options)
            found = self._checkpoint.candidates(output, 1, len(batch), decoding)
            yield from zip(batch, found, strict=True)

    def _encode(self, source: str) -> list[int]:
        ids: list[int] = self._checkpoint.tokenizer.encode(self._languages.source_text(source))
        return ids


def _as_list(value: int | list[int] | None) -> list[int]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
