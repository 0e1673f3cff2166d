"""A tiny GGUF file with random weights, laid out as the embedded model's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import tiny
import torch
from transformers import Qwen2Config, Qwen2ForCausalLM


def write(path: Path, *, tied: bool = True, **fields: Any) -> Path:
    """Like the embedded model's file: Qwen2 in Q8_0, F16 and F32; `fields` override metadata."""
    torch.manual_seed(7)
    tokenizer = tiny.byte_level_tokenizer()
    tokens: Any = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    added = tokenizer.added_tokens_decoder
    control, user, normal, unused = 3, 4, 1, 5
    types = [
        (control if added[i].special else user) if i in added else normal
        for i in range(len(tokens))
    ]
    tokens += [f"[PAD{index}]" for index in range(len(tokens), len(tokens) + 3)]
    types += [unused] * 3
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    sizes = tiny.causal_sizes() | {"hidden_size": 64}
    config = Qwen2Config(vocab_size=len(tokens), tie_word_embeddings=tied, **sizes)
    weights = {
        name: weight.numpy()
        for name, weight in tiny.scaled(Qwen2ForCausalLM(config)).state_dict().items()
    }
    writer = gguf.GGUFWriter(path, fields.pop("architecture", "qwen2"))
    writer.add_context_length(1024)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(sizes["num_key_value_heads"])
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(merge) for merge in model["merges"]])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_chat_template(tiny.CHATML)
    for name, value in fields.items():
        writer.add_string(name.replace("__", "."), value)
    for name, weight in weights.items():
        if name == "lm_head.weight" and tied:
            continue
        # Matrices in Q8_0, the output in F16, vectors in F32.
        kind = gguf.GGMLQuantizationType.F32
        if weight.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q8_0
        if name == "lm_head.weight":
            kind = gguf.GGMLQuantizationType.F16
        writer.add_tensor(_gguf_name(name), gguf.quantize(weight, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _gguf_name(name: str) -> str:
    words = {
        "model.embed_tokens": "token_embd",
        "model.norm": "output_norm",
        "lm_head": "output",
        "model.layers": "blk",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }
    for long, short in words.items():
        name = name.replace(long, short)
    return name
