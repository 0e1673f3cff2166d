"""The model with its LoRA: the loss of a batch, answers, weights to save.

The LoRA (Hu et al., 2021) is put inside the engine's own model, so what is evaluated is what the
engine would say, and what is learnt is in the tokens that the engine feeds.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translator.adapt.examples import Encoded
from translator.adapt.options import Options
from translator.engines import GREEDY, allocator
from translator.errors import ModelError
from translator.models.adapters import CONFIG, WEIGHTS

if TYPE_CHECKING:
    import torch

    from translator.engines.transformers_engine import CausalEngine, Seq2SeqEngine

_LONGEST_GRADIENT = 1.0
_FAULTS = 3  # steps in a row without a number
# Tokens of one forward and backward pass: activations of the embedded model take 5 MB a token.
_AT_ONCE = {"cpu": 1024, "cuda": 8192}


class Learner:
    """An engine's model made trainable.

    A new one has learnt what the adapter in the folder `begun_from` had, or nothing.

    Raises:
        ModelError: the model has no linear layer, or others than that adapter is for.
    """

    def __init__(
        self,
        engine: CausalEngine | Seq2SeqEngine,
        options: Options,
        begun_from: Path | None = None,
    ) -> None:
        import peft
        import torch

        torch.manual_seed(options.seed)
        self._engine, self.model = engine, engine.model
        self.device = self.model.device.type
        self._is_pair = bool(self.model.config.is_encoder_decoder)
        if self.device == "cpu" and not _has_bfloat16():
            torch.nn.Module.float(self.model)  # a GGUF file's own method refuses, and need not
        config = peft.LoraConfig(
            task_type="SEQ_2_SEQ_LM" if self._is_pair else "CAUSAL_LM",
            r=options.rank,
            lora_alpha=2 * options.rank,
            target_modules="all-linear",
        )
        try:
            with warnings.catch_warnings():
                # PEFT asks the model by a name that transformers will drop.
                warnings.simplefilter("ignore", FutureWarning)
                self._peft: Any = peft.get_peft_model(self.model, config)
        except ValueError as error:  # no linear layer
            raise ModelError(f"{options.model} cannot take an adapter: {error}") from error
        if begun_from:
            self._begin_with(begun_from)
        self._weights = {
            name: weight for name, weight in self.model.named_parameters() if weight.requires_grad
        }
        self._optimizer = torch.optim.AdamW(self._weights.values(), options.learning_rate)
        self._highest = options.learning_rate
        self._faults = 0

    @property
    def size(self) -> int:
        """Weights that are learnt."""
        return sum(weight.numel() for weight in self._weights.values())

    @property
    def compute_type(self) -> str:
        """What the frozen weights are in."""
        return str(self.model.dtype).removeprefix("torch.")

    def step(self, batch: Sequence[Encoded], rate: float) -> float | None:
        """Learn from a batch, at a share of the learning rate; the mean loss a target token.

        None where loss or gradients are no numbers: nothing is learnt from such a batch, or the
        weights would be none either. On a GPU that was seen after 50 and after 170 sound steps.

        Raises:
            ModelError: it was so several times in a row.
        """
        import torch

        self.model.train()
        for group in self._optimizer.param_groups:
            group["lr"] = rate * self._highest
        tokens, total = sum(len(one.answer) for one in batch), 0.0
        with allocator.large_blocks_kept() if self.device == "cpu" else nullcontext():
            for part in self._parts(batch):
                loss = self._loss(part) / tokens
                loss.backward()  # type: ignore[no-untyped-call]
                total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(self._weights.values(), _LONGEST_GRADIENT)
        if sound := math.isfinite(total) and bool(norm.isfinite()):
            self._optimizer.step()
        self._optimizer.zero_grad()
        self._faults = 0 if sound else self._faults + 1
        if self._faults == _FAULTS:
            raise ModelError("the loss is no number any more: try a lower --learning-rate")
        return total if sound else None

    def loss(self, examples: Sequence[Encoded]) -> float:
        """The mean loss a target token, nothing learnt."""
        import torch

        self.model.eval()
        with torch.no_grad():
            total = sum(self._loss(part).item() for part in self._parts(examples))
        return total / sum(len(one.answer) for one in examples)

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Greedy translations, as the engine gives them."""
        self.model.eval()
        found = dict(self._engine.translate(texts, GREEDY))
        return [found[index][0].text if found[index] else "" for index in range(len(texts))]

    def state(self) -> dict[str, Any]:
        """All that decides how learning goes on."""
        import torch

        return {
            "weights": {name: weight.detach().clone() for name, weight in self._weights.items()},
            "optimizer": self._optimizer.state_dict(),
            "chance": torch.get_rng_state(),
            "chance_cuda": torch.cuda.get_rng_state_all(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state that `state` gave."""
        import torch

        with torch.no_grad():
            for name, weight in self._weights.items():
                weight.copy_(state["weights"][name])
        self._optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["chance"])
        if len(state["chance_cuda"]) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all(state["chance_cuda"])

    @contextmanager
    def as_saved(self) -> Iterator[None]:
        """The weights rounded as `save` writes them, for an evaluation of just these."""
        import torch

        exact = {name: weight.detach().clone() for name, weight in self._weights.items()}
        try:
            with torch.no_grad():
                for weight in self._weights.values():
                    weight.copy_(weight.bfloat16())
            yield
        finally:
            with torch.no_grad():
                for name, weight in self._weights.items():
                    weight.copy_(exact[name])

    def save(self, folder: Path, base: str) -> None:
        """Write PEFT's two files, the weights in bfloat16; `base` is the model's name in them."""
        import torch
        from peft import get_peft_model_state_dict
        from safetensors.torch import save_file

        weights = get_peft_model_state_dict(self._peft, save_embedding_layers=False)
        rounded = {
            name: weight.detach().to("cpu", torch.bfloat16).contiguous()
            for name, weight in weights.items()
        }
        save_file(rounded, folder / WEIGHTS)
        config = self._peft.peft_config["default"]
        config.base_model_name_or_path, config.inference_mode = base, True
        config.save_pretrained(str(folder))
        config.inference_mode = False
        assert (folder / CONFIG).is_file()  # noqa: S101  PEFT's own name for it

    def _begin_with(self, folder: Path) -> None:
        """Take the weights of an adapter that `save` wrote."""
        from peft import set_peft_model_state_dict
        from safetensors.torch import load_file

        weights = load_file(folder / WEIGHTS)
        expected = sum(weight.requires_grad for weight in self.model.parameters())
        found: Any = set_peft_model_state_dict(self._peft, weights)
        if found.unexpected_keys or len(weights) != expected:
            raise ModelError(f"the adapter {folder} is for other layers than this model has")

    def _parts(self, batch: Sequence[Encoded]) -> Iterator[Sequence[Encoded]]:
        """A batch in passes that fit into memory, each of prompts with the same beginning."""
        limit = _AT_ONCE.get(self.device, 1024)
        part: list[Encoded] = []
        for one in sorted(batch, key=lambda one: (one.shared, one.length)):
            too_long = one.own * (len(part) + 1) > limit
            if part and (too_long or one.shared != part[0].shared):
                yield part
                part = []
            part.append(one)
        yield part

    def _loss(self, batch: Sequence[Encoded]) -> torch.Tensor:
        """The summed loss of a batch's target tokens.

        The output layer, which is most of a small model's cost, sees the places of those tokens
        only, not the prompts.
        """
        import torch

        inputs, targeted, answers = self._tensors(batch)
        head = self.model.get_output_embeddings()
        with self._precision():
            start = self._start(batch)
            hook = head.register_forward_pre_hook(lambda _, given: (given[0][targeted], *given[1:]))
            try:
                logits = self.model(**inputs, **start).logits
            finally:
                hook.remove()
        return torch.nn.functional.cross_entropy(logits.float(), answers, reduction="sum")

    def _start(self, batch: Sequence[Encoded]) -> dict[str, Any]:
        """What the model is given of the tokens that all prompts begin with.

        They are read once for the whole batch. Nothing is learnt from how they are read, which
        spares a third of the work on sentences; the loss is the same.
        """
        import torch

        if not (shared := batch[0].shared):
            return {"use_cache": False}
        ids = torch.tensor([batch[0].prompt[:shared]], device=self.model.device)
        with torch.no_grad():
            # Without the output layer, which would cost more than all the others.
            cache = self.model.base_model(input_ids=ids, use_cache=True).past_key_values
        cache.batch_repeat_interleave(len(batch))
        return {"past_key_values": cache, "use_cache": True}

    def _tensors(
        self, batch: Sequence[Encoded]
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor, torch.Tensor]:
        """The model's inputs, a mask of the places that say a target token, and those tokens."""
        import torch

        if self._is_pair:
            config = self.model.generation_config
            start = config.decoder_start_token_id
            given, mask = self._padded([one.prompt for one in batch])
            said, spoken = self._padded([[start, *one.answer[:-1]] for one in batch])
            inputs = {"input_ids": given, "attention_mask": mask, "decoder_input_ids": said}
            targeted = spoken.bool()
        else:
            shared = batch[0].shared
            rows = [[*one.prompt[shared:], *one.answer[:-1]] for one in batch]
            given, mask = self._padded(rows)
            targeted = mask.bool().clone()
            for row, one in zip(targeted, batch, strict=True):
                row[: len(one.prompt) - shared - 1] = False
            before = mask.new_ones((len(batch), shared))
            inputs = {"input_ids": given, "attention_mask": torch.cat([before, mask], dim=1)}
        answers = [index for one in batch for index in one.answer]
        return inputs, targeted, torch.tensor(answers, device=self.model.device)

    def _padded(self, rows: Sequence[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows of ids padded at the right, and which places are not padding."""
        import torch

        width = max(len(row) for row in rows)
        padding = self.model.generation_config.pad_token_id
        ids = [[*row, *[padding] * (width - len(row))] for row in rows]
        mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        device = self.model.device
        return torch.tensor(ids, device=device), torch.tensor(mask, device=device)

    @contextmanager
    def _precision(self) -> Iterator[None]:
        """LoRA weights are float32; what they do is done in the model's own type.

        Autocast narrows what goes into them; PEFT would widen it before that, for nothing.
        """
        import torch

        half = self.model.dtype == torch.bfloat16
        casting = [one for one in self.model.modules() if hasattr(one, "cast_input_dtype_enabled")]
        try:
            for module in casting:
                module.cast_input_dtype_enabled = not half
            with torch.autocast(self.device, torch.bfloat16, enabled=half):
                yield
        finally:
            for module in casting:
                module.cast_input_dtype_enabled = True


def _has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 itself; without, float32 is many times faster."""
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
