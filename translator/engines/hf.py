"""Hugging Face checkpoints: conversion for CTranslate2, tokenizers, languages.

Needs the `hf` extra. Code that comes with a checkpoint is never run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from translator.engines.vocabulary import not_english
from translator.errors import ModelError

# Everything that changes the converted bytes; a new value makes a new folder.
RECIPE = "ctranslate2-int8-1"
_TOKENIZER = "tokenizer"  # its own folder: CTranslate2 and the tokenizer both have a config.json


def require() -> None:
    """Say which extra is missing where transformers or torch is not installed."""
    try:
        import torch  # noqa: F401
        import transformers  # noqa: F401
    except ImportError as error:
        raise ModelError(
            f"this model needs {error.name}, which is not installed: pip install 'translator[hf]'"
        ) from error


def convert(source: Path, folder: Path) -> None:
    """Write the CTranslate2 int8 form of the checkpoint folder `source` into `folder`.

    Raises:
        ModelError: CTranslate2 has no converter for the architecture, or files are missing.
    """
    require()
    from ctranslate2.converters import TransformersConverter
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(str(source))
        tokenizer = _tokenizer(source)
        TransformersConverter(str(source)).convert(str(folder), quantization="int8", force=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise ModelError(
            f"{source} cannot be converted for CTranslate2 ({_first_line(error)}); "
            "try --engine transformers"
        ) from error
    if config.is_encoder_decoder:
        tokenizer.save_pretrained(str(folder / _TOKENIZER))
    else:
        _write_causal_files(tokenizer, folder)


def _write_causal_files(tokenizer: Any, folder: Path) -> None:
    """What CausalEngine reads: it needs neither transformers nor torch."""
    template = chat_template(tokenizer)
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    (folder / "forbidden.json").write_text(
        json.dumps(forbidden_tokens(tokenizer), ensure_ascii=False), "utf-8"
    )


def chat_template(tokenizer: Any) -> str:
    """The chat template of an instruct model.

    Raises:
        ModelError: there is none: a base model cannot follow the translation prompt.
    """
    if not isinstance(tokenizer.chat_template, str) or not tokenizer.is_fast:
        raise ModelError(
            f"{tokenizer.name_or_path} has no chat template: "
            "choose an instruct model or a translation model"
        )
    return tokenizer.chat_template


def _tokenizer(folder: Path, **options: Any) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(folder), **options)


@dataclass(frozen=True, slots=True)
class Languages:
    """How a multilingual model is told: Chinese in, English out."""

    source_prefix: str = ""
    target_prefix: tuple[str, ...] = ()

    def source_text(self, source: str) -> str:
        """The source with the mark that the model expects before it, if any."""
        return self.source_prefix + source


def seq2seq_tokenizer(folder: Path) -> tuple[Any, Languages]:
    """The tokenizer saved by `convert`, set to Chinese, and how to ask for English."""
    require()
    path = folder / _TOKENIZER
    tokenizer = _tokenizer(path if path.is_dir() else folder)
    return tokenizer, set_languages(tokenizer)


def set_languages(tokenizer: Any) -> Languages:
    """Set a seq2seq tokenizer to Chinese and say how its model is asked for English.

    NLLB and mBART name languages by tokens, M2M100 by `__xx__`, Marian's multi-target
    models by `>>eng<<` and MADLAD by `<2en>` before the source; plain pairs need nothing.
    """
    vocabulary = tokenizer.get_vocab()
    for source, target in (("zho_Hans", "eng_Latn"), ("zh_CN", "en_XX")):
        if source in vocabulary and target in vocabulary:
            tokenizer.src_lang = source
            return Languages(target_prefix=(target,))
    if "__zh__" in vocabulary and "__en__" in vocabulary:
        tokenizer.src_lang = "zh"
        return Languages(target_prefix=("__en__",))
    for mark in (">>eng<<", "<2en>"):
        if mark in vocabulary:
            return Languages(source_prefix=f"{mark} ")
    return Languages()


def forbidden_tokens(tokenizer: Any) -> list[str]:
    """The tokens of a vocabulary that no English text holds; markers excepted."""
    tokens, ids = _forbidden(tokenizer)
    return [tokens[index] for index in ids]


def forbidden_ids(tokenizer: Any) -> list[int]:
    """The ids of `forbidden_tokens`."""
    return _forbidden(tokenizer)[1]


def _forbidden(tokenizer: Any) -> tuple[list[str], list[int]]:
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    tokens = [""] * (max(vocabulary.values()) + 1)
    for token, index in vocabulary.items():
        tokens[index] = token
    special = {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab(), ""}
    return tokens, not_english(tokens, special, byte_level=_byte_level(tokenizer))


def _byte_level(tokenizer: Any) -> bool:
    """Whether the vocabulary spells bytes by GPT-2's stand-ins; else it is SentencePiece."""
    if not getattr(tokenizer, "is_fast", False):
        return False
    return "ByteLevel" in json.dumps(json.loads(tokenizer.backend_tokenizer.to_str())["decoder"])


def source_limit(tokenizer: Any, wanted: int) -> int:
    """Tokens a source may have: `wanted`, or less where the model has fewer positions."""
    positions = int(min(tokenizer.model_max_length, 1_000_000))
    return min(wanted, positions)


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0] or type(error).__name__
