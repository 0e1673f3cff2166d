"""LoRA adapters as numbers: W + scale * B A, one matrix at a time, without torch or PEFT.

Hu et al., 2021. The files are PEFT's: adapter_config.json and adapter_model.safetensors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translator import models
from translator.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEY = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<part>[AB])\.weight")
# What PEFT can do besides and this cannot: each must be off, or an adapter would be half applied.
_OFF = (
    "use_dora", "use_qalora", "fan_in_fan_out", "lora_bias", "modules_to_save", "rank_pattern",
    "alpha_pattern", "target_parameters", "trainable_token_indices", "megatron_config",
)  # fmt: skip


class Lora:
    """The changes of an adapter, by the name of the module in the transformers model."""

    def __init__(self, parts: dict[str, dict[str, NDArray[np.float32]]], scale: float) -> None:
        self._parts, self._scale = parts, scale

    @classmethod
    def load(cls, folder: Path) -> Lora:
        """The adapter in a folder.

        Raises:
            ModelError: it is damaged, or of a kind that cannot be merged here.
        """
        try:
            scale = _scale(json.loads((folder / "adapter_config.json").read_bytes()))
            return cls(_parts((folder / "adapter_model.safetensors").read_bytes()), scale)
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ModelError(f"the adapter {folder} cannot be used: {error}") from error

    @property
    def modules(self) -> list[str]:
        """The modules that are changed."""
        return sorted(self._parts)

    def merged(self, module: str, weight: NDArray[np.float32]) -> NDArray[np.float32]:
        """A module's weights (rows, columns) with the change; as they were where there is none.

        Raises:
            ModelError: the shapes differ.
        """
        parts = self._parts.get(module)
        if parts is None:
            return weight
        if weight.shape != (parts["B"].shape[0], parts["A"].shape[1]):
            raise ModelError(f"the adapter does not fit: {module} has another shape in this model")
        merged: NDArray[np.float32] = weight + self._scale * (parts["B"] @ parts["A"])
        return merged

    def require_modules(self, known: Callable[[str], bool]) -> None:
        """Raise ModelError where the model lacks a module that the adapter changes."""
        for module in self.modules:
            if not known(module):
                raise ModelError(f"the adapter does not fit: this model has no {module}")


def of_model(model: str) -> Lora | None:
    """The adapter that a model's name asks for, proved to be made for its base.

    Raises:
        UsageError: there is no such adapter.
        ModelError: it is damaged, or was made for another model.
    """
    adapter = models.adapter_of(model)
    return Lora.load(adapter.folder) if adapter else None


def merge(lora: Lora, model: Any) -> None:
    """Add an adapter to the weights of a loaded transformers model, a matrix at a time.

    Raises:
        ModelError: it does not fit.
    """
    import torch

    modules = dict(model.named_modules())
    lora.require_modules(lambda name: name in modules)
    with torch.no_grad():
        for name in lora.modules:
            weight = modules[name].weight
            merged = lora.merged(name, weight.float().cpu().numpy())
            weight.copy_(torch.from_numpy(merged))


def _scale(config: Any) -> float:
    """Alpha / r, or alpha / sqrt(r) (rsLoRA)."""
    if config["peft_type"] != "LORA" or config.get("bias", "none") != "none":
        raise ValueError("it is no plain LoRA")
    if used := [name for name in _OFF if config.get(name)]:
        raise ValueError(f"it is a LoRA with {used[0]}, which cannot be merged here")
    rank, alpha = int(config["r"]), float(config["lora_alpha"])
    if rank < 1:
        raise ValueError("its rank is not a number from 1 on")
    return alpha / (rank**0.5 if config.get("use_rslora") else rank)


def _parts(data: bytes) -> dict[str, dict[str, NDArray[np.float32]]]:
    from safetensors import SafetensorError, deserialize

    try:
        tensors = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise ValueError(f"its weights are damaged ({error})") from error
    found: dict[str, dict[str, NDArray[np.float32]]] = {}
    for name, tensor in tensors:
        key = _KEY.fullmatch(name)
        if key is None or len(tensor["shape"]) != 2:
            raise ValueError(f"it holds {name[:80]}, which is no LoRA matrix")
        found.setdefault(key["module"], {})[key["part"]] = _float32(tensor)
    for module, pair in found.items():
        if set(pair) != {"A", "B"} or pair["A"].shape[0] != pair["B"].shape[1]:
            raise ValueError(f"its matrices for {module} do not fit together")
    if not found:
        raise ValueError("it holds no matrix")
    return found


def _float32(tensor: dict[str, Any]) -> NDArray[np.float32]:
    """A tensor's bytes as float32; numpy has no bfloat16, whose bits are float32's upper half."""
    import numpy as np

    data, kind = tensor["data"], tensor["dtype"]
    if kind == "BF16":
        values = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    elif kind in ("F16", "F32"):
        values = np.frombuffer(data, {"F16": "<f2", "F32": "<f4"}[kind]).astype(np.float32)
    else:
        raise ValueError(f"its weights are {kind}, not floating-point numbers")
    if not np.isfinite(values).all():
        raise ValueError("its weights are not all numbers")
    return values.reshape(tensor["shape"])
