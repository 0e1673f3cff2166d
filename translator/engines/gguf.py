"""A Qwen2 GGUF file into a CTranslate2 folder, tensor by tensor: no torch, little memory.

The folder holds what `prepared` describes, the weights in int8. The output layer is cut to
the tokens that English can hold: the ids are permuted so that those come first and the rows
after them are dropped. Decoding is faster (a third of the rows go) and cannot write Chinese,
while the input keeps every token.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from translator.engines.lora import Lora
from translator.engines.prepared import ChatModel
from translator.engines.vocabulary import not_english
from translator.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Everything that changes the converted bytes; a new value makes a new folder.
RECIPE = "ctranslate2-int8-english-2"
ROOM = 1_800_000_000  # bytes that the converted model takes on the disk

# How Qwen2 splits text before byte-pair merges, from its published tokenizer.json.
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_NORMAL, _CONTROL, _USER_DEFINED = 1, 3, 4  # GGUF token types
# The matrices that an adapter may change: their names in the file and in transformers.
_MODULES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_MATRIX = re.compile(rf"blk\.(\d+)\.({'|'.join(_MODULES)})\.weight")


def convert(source: Path, folder: Path, lora: Lora | None = None) -> None:
    """Write the CTranslate2 form of the GGUF file `source` into the existing `folder`.

    Needs about the size of the result in memory, plus one tensor in float32. `lora` is added to
    each tensor before it is rounded.

    Raises:
        ModelError: the file is damaged, or not a Qwen2 GGUF with a byte-level vocabulary, or the
            adapter does not fit it.
    """
    file = _GgufFile(source, lora)
    try:
        chat = _chat_model(file)
        _write_tokenizer(file, folder / "tokenizer.json")
        _write_model(file, folder)
    except (ValueError, TypeError, LookupError, NotImplementedError) as error:
        # Fields or tensors of another kind or shape than the format says.
        raise ModelError(
            f"{source} is no complete Qwen2 GGUF file ({error}); pull or copy it again"
        ) from error
    chat.save(folder)


class _GgufFile:
    """The fields and tensors of a GGUF file, read where they lie, with an adapter's changes."""

    def __init__(self, path: Path, lora: Lora | None = None) -> None:
        import gguf

        try:
            self._reader = gguf.GGUFReader(str(path))
        except (ValueError, OSError, LookupError, TypeError, MemoryError) as error:
            raise ModelError(
                f"{path} is not a readable GGUF file ({error}); pull or copy it again"
            ) from error
        self._path = path
        self._tensors = {tensor.name: tensor for tensor in self._reader.tensors}
        kind = [self.field("general.architecture"), self.field("tokenizer.ggml.model")]
        # Older files do not name their splitter; scaled positions would be read as plain ones.
        kind.append(self.field("tokenizer.ggml.pre", "qwen2"))
        kind.append(self.field("qwen2.rope.scaling.type", "none"))
        if kind != ["qwen2", "gpt2", "qwen2", "none"]:
            raise ModelError(
                f"{path} is a GGUF file of another kind ({', '.join(map(str, kind))}); only plain "
                "qwen2 files are converted here: use --engine transformers for it"
            )
        self._lora = lora
        if lora:
            lora.require_modules({_module(name) for name in self._tensors}.__contains__)

    def field(self, name: str, default: Any = None) -> Any:
        entry = self._reader.fields.get(name)
        if entry is None and default is None:
            raise ModelError(f"{self._path} cannot be converted: the GGUF file has no field {name}")
        return default if entry is None else entry.contents()

    def number(self, name: str) -> int:
        return int(self.field(f"qwen2.{name}"))

    def has(self, name: str) -> bool:
        return name in self._tensors

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor in float32, shaped (rows, columns) or (columns,)."""
        import gguf
        import numpy as np

        entry = self._tensors.get(name)
        if entry is None:
            raise ModelError(f"{self._path} cannot be converted: it has no tensor {name}")
        values = gguf.dequantize(entry.data, entry.tensor_type).astype(np.float32, copy=False)
        values = values.reshape([int(size) for size in reversed(entry.shape)])
        return self._lora.merged(_module(name), values) if self._lora else values

    def vocabulary(self) -> tuple[list[str], set[str]]:
        """All tokens by id, and those of them that are markers, not text."""
        tokens: list[str] = self.field("tokenizer.ggml.tokens")
        types: list[int] = self.field("tokenizer.ggml.token_type")
        markers = {token for token, kind in zip(tokens, types, strict=True) if kind != _NORMAL}
        return tokens, markers

    def end_and_padding(self) -> tuple[str, str]:
        """The tokens that end a turn and pad a batch; Qwen2 ends a text by the second."""
        tokens: list[str] = self.field("tokenizer.ggml.tokens")
        end = int(self.field("tokenizer.ggml.eos_token_id"))
        padding = int(self.field("tokenizer.ggml.padding_token_id", end))
        return tokens[end], tokens[padding]


def _module(tensor: str) -> str:
    """The name in transformers of the module whose weights a tensor holds; empty for others."""
    found = _MATRIX.fullmatch(tensor)
    return f"model.layers.{found[1]}.{_MODULES[found[2]]}" if found else ""


def _write_tokenizer(file: _GgufFile, path: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
    from tokenizers import pre_tokenizers as splitters

    tokens: list[str] = file.field("tokenizer.ggml.tokens")
    types: list[int] = file.field("tokenizer.ggml.token_type")
    merges: list[str] = file.field("tokenizer.ggml.merges")
    normal = {
        token: index
        for index, (token, kind) in enumerate(zip(tokens, types, strict=True))
        if kind == _NORMAL
    }
    first, second = zip(*(merge.split(" ") for merge in merges), strict=True)
    tokenizer = Tokenizer(models.BPE(vocab=normal, merges=list(zip(first, second, strict=True))))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = splitters.Sequence(
        [
            splitters.Split(Regex(_SPLIT), "isolated"),
            splitters.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [
            AddedToken(token, normalized=False, special=True)
            for token, kind in zip(tokens, types, strict=True)
            if kind in (_CONTROL, _USER_DEFINED)
        ]
    )
    tokenizer.save(str(path))


def _chat_model(file: _GgufFile) -> ChatModel:
    end, padding = file.end_and_padding()
    return ChatModel(
        template=file.field("tokenizer.chat_template"),
        special={"bos_token": padding, "eos_token": end, "pad_token": padding},
        ends=list(dict.fromkeys((end, padding))),
        forbidden=[],  # the output layer has no row for them
        positions=file.number("context_length"),
    )


def _write_model(file: _GgufFile, folder: Path) -> None:
    import numpy as np
    from ctranslate2.specs import common_spec, transformer_spec

    tokens, markers = file.vocabulary()
    end, padding = file.end_and_padding()
    dropped = set(not_english(tokens, markers, byte_level=True))
    dropped |= {index for index, token in enumerate(tokens) if token in markers - {end, padding}}
    order = [index for index in range(len(tokens)) if index not in dropped]
    rows = len(order)
    order += sorted(dropped)

    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        file.number("block_count"),
        file.number("attention.head_count"),
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=False,
        rotary_base=float(file.field("qwen2.rope.freq_base")),
        num_heads_kv=file.number("attention.head_count_kv"),
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    embeddings = file.tensor("token_embd.weight")
    _set_int8(decoder.embeddings, embeddings[order])
    if file.has("output.weight"):  # absent where the output is tied to the embeddings
        embeddings = file.tensor("output.weight")
    _set_int8(decoder.projection, embeddings[order[:rows]])
    del embeddings
    decoder.layer_norm.gamma = file.tensor("output_norm.weight")
    for index, layer in enumerate(decoder.layer):
        _set_layer(layer, file, f"blk.{index}.")
    spec.register_vocabulary([tokens[index] for index in order])
    spec.config.bos_token = padding
    spec.config.eos_token = end
    spec.config.unk_token = padding
    spec.config.layer_norm_epsilon = float(
        np.float32(file.field("qwen2.attention.layer_norm_rms_epsilon"))
    )
    spec.validate()
    spec.save(str(folder))


def _set_layer(layer: Any, file: _GgufFile, prefix: str) -> None:
    import numpy as np

    attention = [f"{prefix}attn_{part}" for part in "qkv"]
    layer.self_attention.layer_norm.gamma = file.tensor(f"{prefix}attn_norm.weight")
    _set_int8(
        layer.self_attention.linear[0],
        np.concatenate([file.tensor(f"{name}.weight") for name in attention]),
        np.concatenate([file.tensor(f"{name}.bias") for name in attention]),
    )
    _set_int8(layer.self_attention.linear[1], file.tensor(f"{prefix}attn_output.weight"))
    layer.ffn.layer_norm.gamma = file.tensor(f"{prefix}ffn_norm.weight")
    _set_int8(layer.ffn.linear_0, file.tensor(f"{prefix}ffn_gate.weight"))
    _set_int8(layer.ffn.linear_0_noact, file.tensor(f"{prefix}ffn_up.weight"))
    _set_int8(layer.ffn.linear_1, file.tensor(f"{prefix}ffn_down.weight"))


def _set_int8(
    spec: Any, weight: NDArray[np.float32], bias: NDArray[np.float32] | None = None
) -> None:
    """Store a matrix as CTranslate2 does: one scale a row, 127 / the row's largest value."""
    import numpy as np

    largest = np.abs(weight).max(axis=1)
    largest[largest == 0] = 127.0
    scale = (127.0 / largest).astype(np.float32)
    spec.weight = np.rint(weight * scale[:, None]).astype(np.int8)
    spec.weight_scale = scale
    if bias is not None:
        spec.bias = bias
