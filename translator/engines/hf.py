"""Hugging Face checkpoints: conversion for CTranslate2, tokenizers, languages.

Needs the `hf` extra. Code that comes with a checkpoint is never run.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from translator.engines.base import answer_budget
from translator.engines.lora import Lora, merge
from translator.engines.prepared import ChatModel
from translator.engines.vocabulary import is_marker, not_english
from translator.errors import ModelError

# Everything that changes the converted bytes; a new value makes a new folder.
RECIPE = "ctranslate2-int8-2"
QUANTIZATION = "int8"
SOURCE_TOKENS = 224  # the longest source unit: longer ones are split, never cut
_TOKENIZER = "tokenizer"  # its own folder: CTranslate2 and the tokenizer both have a config.json
# What loading a damaged or unknown checkpoint may raise in the libraries below us.
FAULTS = (OSError, ValueError, KeyError, RuntimeError, ImportError, AttributeError, TypeError)


def require(*modules: str) -> None:
    """Say which extra is missing where one of `modules` is not installed."""
    for module in modules:
        if find_spec(module) is None:
            raise ModelError(
                f"this model needs {module}, which is not installed: pip install 'translator[hf]'"
            )
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def silence_gguf() -> None:
    """Keep transformers from drawing a bar of its own while it reads a GGUF file."""
    from transformers import modeling_gguf_pytorch_utils as reading

    bar: Any = reading
    bar.tqdm = partial(bar.tqdm, disable=True)


def convert(source: Path, folder: Path, lora: Lora | None = None) -> None:
    """Write the CTranslate2 int8 form of the checkpoint folder `source` into `folder`.

    `lora` is added to the weights before they are rounded.

    Raises:
        ModelError: CTranslate2 has no converter for the architecture, files are missing, or the
            adapter does not fit.
    """
    require("transformers", "torch", "sentencepiece")
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(str(source))
        tokenizer = load_tokenizer(source)
        if config.is_encoder_decoder:
            _convert_weights(source, folder, config, lora)
            _complete_settings(folder, tokenizer, config)
            tokenizer.save_pretrained(str(folder / _TOKENIZER))
            config.save_pretrained(str(folder / _TOKENIZER))
        else:
            chat = _chat_model(source, tokenizer, config)  # refused before the long work
            _convert_weights(source, folder, config, lora)
            tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
            chat.save(folder)
    except FAULTS as error:
        raise ModelError(
            f"{source} cannot be converted for CTranslate2 ({first_line(error)}); "
            "try --engine transformers"
        ) from error


def _convert_weights(source: Path, folder: Path, config: Any, lora: Lora | None) -> None:
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]
        """Merges an adapter, and gives every row of the embeddings its token.

        CTranslate2 lists the tokens of `get_vocab` one after the other. M2M100 leaves its
        languages out there, others have rows without a token: all after a gap would be shifted.
        """

        def load_model(self, *args: Any, **options: Any) -> Any:
            model = super().load_model(*args, **options)
            if lora:
                merge(lora, model)
            return model

        def load_tokenizer(self, *_: Any, **__: Any) -> Any:
            tokenizer = load_tokenizer(source)
            names = token_names(tokenizer, vocabulary_size(config))
            tokenizer.get_vocab = lambda: {name: index for index, name in enumerate(names)}
            tokenizer.num_madeup_words = 0  # those of M2M100 are among the names
            return tokenizer

    Converter(str(source)).convert(str(folder), quantization=QUANTIZATION, force=True)


def _complete_settings(folder: Path, tokenizer: Any, config: Any) -> None:
    """State the tokens that the converter leaves out of its config.json for some mBART models.

    It knows an mBART-50, whose decoder starts with `</s>`, by the name of its tokenizer only;
    and CTranslate2 does not load a model without a `bos_token`, which mBART tokenizers lack.
    """
    path = folder / "config.json"
    settings = json.loads(path.read_text("utf-8"))
    ids = {"decoder_start_token": config.decoder_start_token_id, "bos_token": config.bos_token_id}
    for name, index in ids.items():
        if name in settings and settings[name] is None and index is not None:
            settings[name] = tokenizer.convert_ids_to_tokens(index)
    path.write_text(json.dumps(settings), "utf-8")


def target_vocabulary(folder: Path) -> set[str]:
    """The tokens of a converted seq2seq model: Marian's has no padding."""
    shared, own = folder / "shared_vocabulary.json", folder / "target_vocabulary.json"
    return set(json.loads((shared if shared.exists() else own).read_text("utf-8")))


def _chat_model(source: Path, tokenizer: Any, config: Any) -> ChatModel:
    from transformers import GenerationConfig

    try:
        ends = end_ids(tokenizer, GenerationConfig.from_pretrained(str(source)))
    except OSError:  # there is no generation_config.json
        ends = end_ids(tokenizer, config)
    names = token_names(tokenizer, vocabulary_size(config))
    return ChatModel(
        template=chat_template(tokenizer),
        special=special_tokens(tokenizer),
        ends=[names[index] for index in ends],
        forbidden=[names[index] for index in forbidden_ids(tokenizer, len(names), ends)],
        positions=positions(tokenizer, config),
    )


def load_tokenizer(folder: Path, **options: Any) -> Any:
    """The tokenizer of a checkpoint folder."""
    from transformers import AutoTokenizer

    with warnings.catch_warnings():
        # Marian's asks for a package that normalises punctuation in a method nobody calls.
        warnings.simplefilter("ignore", UserWarning)
        return AutoTokenizer.from_pretrained(str(folder), **options)


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


def special_tokens(tokenizer: Any) -> dict[str, str]:
    """A tokenizer's special tokens by name (`eos_token` ...), as chat templates print them."""
    return {name: str(token) for name, token in tokenizer.special_tokens_map.items()}


def end_ids(tokenizer: Any, settings: Any) -> list[int]:
    """Ids of the tokens that end an answer: chat models often have more than one.

    `settings` is the model's generation configuration, or its configuration.
    """
    named = settings.eos_token_id
    found = named if isinstance(named, list) else [named]
    return list(dict.fromkeys(i for i in (tokenizer.eos_token_id, *found) if i is not None))


def vocabulary_size(config: Any) -> int:
    """Rows of the embeddings, which may be more than the tokenizer has tokens."""
    return int(config.get_text_config().vocab_size)


def positions(tokenizer: Any, config: Any) -> int:
    """The most tokens that a model takes, as its settings say; a huge number where they do not."""
    most = getattr(config.get_text_config(), "max_position_embeddings", None) or 1_000_000
    return int(min(most, tokenizer.model_max_length))


def token_names(tokenizer: Any, size: int) -> list[str]:
    """A name for each of the first `size` ids; ids without a token get one of ours."""
    names = {index: f"<row {index}>" for index in range(size)}
    names |= {index: token for token, index in tokenizer.get_vocab().items() if index < size}
    names |= _language_names(tokenizer)
    return [names[index] for index in range(size)]


def _language_names(tokenizer: Any) -> dict[int, str]:
    """M2M100's languages: its tokenizer counts them neither as vocabulary nor as special."""
    return dict(getattr(tokenizer, "id_to_lang_token", {}))


def _marker_ids(tokenizer: Any, size: int) -> set[int]:
    added = tokenizer.added_tokens_decoder.items()
    markers = {index for index, token in added if is_marker(token.content, special=token.special)}
    without_token = set(range(size)) - set(tokenizer.get_vocab().values())
    return {*markers, *tokenizer.all_special_ids, *without_token, *_language_names(tokenizer)}


def forbidden_ids(tokenizer: Any, size: int, allowed: Collection[int]) -> list[int]:
    """Ids that no English answer holds: other scripts and, but for `allowed`, all markers."""
    names = token_names(tokenizer, size)
    markers = _marker_ids(tokenizer, size)
    special = {names[index] for index in markers if index < size}
    foreign = not_english(names, special, byte_level=_byte_level(tokenizer))
    return sorted({*foreign, *(index for index in markers if index < size)} - {*allowed})


def _byte_level(tokenizer: Any) -> bool:
    """Whether the vocabulary spells bytes by GPT-2's stand-ins; else it is SentencePiece."""
    if not tokenizer.is_fast or tokenizer.backend_tokenizer.decoder is None:
        return False
    return b'"ByteLevel"' in tokenizer.backend_tokenizer.decoder.__getstate__()


class Seq2SeqTokenizer:
    """The tokenizer of a translation model, set to Chinese in and English out.

    `forbidden` are the ids that no translation holds; `prefix` those that every one starts with.
    `limit` is the most tokens of a source, the model's own marks included: half of its
    positions at most, so that there is room for a translation twice as long.
    """

    def __init__(self, tokenizer: Any, config: Any) -> None:
        self._tokenizer = tokenizer
        mark, self.prefix = _set_languages(tokenizer)
        # What stands before and after every source: a language, the end.
        whole, bare = tokenizer.encode("a"), tokenizer.encode("a", add_special_tokens=False)
        start = next(i for i in range(len(whole)) if whole[i : i + len(bare)] == bare)
        self._before, self._after = [*mark, *whole[:start]], whole[start + len(bare) :]
        self._positions = positions(tokenizer, config)
        self.limit = min(SOURCE_TOKENS, self._positions // 2)
        size = vocabulary_size(config)
        self._markers = _marker_ids(tokenizer, size) - {tokenizer.unk_token_id}
        self.forbidden = forbidden_ids(tokenizer, size, {tokenizer.eos_token_id, *self.prefix})
        self._names = token_names(tokenizer, size)

    @classmethod
    def load(cls, folder: Path) -> Seq2SeqTokenizer:
        """The tokenizer that `convert` saved beside a model.

        Raises:
            ModelError: a package is missing, or the files are not what they were.
        """
        require("transformers", "sentencepiece")
        from transformers import AutoConfig

        path = folder / _TOKENIZER
        try:
            return cls(load_tokenizer(path), AutoConfig.from_pretrained(str(path)))
        except FAULTS as error:
            raise ModelError(
                f"the tokenizer in {path} does not load: {first_line(error)}"
            ) from error

    def encode(self, source: str) -> list[int]:
        """Ids of a source with the marks that the model expects; the text itself gives none."""
        text = self._tokenizer.encode(source, add_special_tokens=False, split_special_tokens=True)
        # Unigram vocabularies list their markers as words, so a text can still spell one.
        body = [index for index in text if index not in self._markers]
        return [*self._before, *body, *self._after]

    def encode_answer(self, target: str) -> list[int]:
        """Ids of a translation as the model is to write it: its language, the text, the end."""
        if hasattr(self._tokenizer, "spm_target"):  # Marian's, which has a vocabulary a side
            encoded = self._tokenizer(text_target=target, add_special_tokens=False)
        else:
            encoded = self._tokenizer(target, add_special_tokens=False)
        body = [index for index in encoded["input_ids"] if index not in self._markers]
        return [*self.prefix, *body, self.end_id]

    def encode_all(self, sources: Sequence[str]) -> list[list[int]]:
        """Ids of all sources.

        Raises:
            ModelError: one is longer than `limit`: it must be split, and is not cut.
        """
        encoded = [self.encode(source) for source in sources]
        for source, ids in zip(sources, encoded, strict=True):
            if len(ids) > self.limit:
                raise ModelError(
                    f"a source of {len(ids)} tokens is over the model's {self.limit}: split it "
                    f"({source[:20]}...)"
                )
        return encoded

    def answer_limit(self, longest: int) -> int:
        """The most tokens of a translation, where the longest source of the batch has `longest`."""
        return min(answer_budget(longest), self._positions)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of a translation, without its markers."""
        text = [index for index in ids if index not in self._markers]
        return str(self._tokenizer.decode(text, skip_special_tokens=True)).strip()

    def tokens(self, ids: Sequence[int]) -> list[str]:
        """The names of ids, as the converted model's vocabulary has them."""
        return [self._names[index] for index in ids]

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """The ids of names that `tokens` gave."""
        return [int(index) for index in self._tokenizer.convert_tokens_to_ids(list(tokens))]

    @property
    def end_id(self) -> int:
        """The id that ends a translation."""
        return int(self._tokenizer.eos_token_id)


def _set_languages(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Set a tokenizer to Chinese; the ids before every source, and those before every target.

    NLLB and mBART name languages by tokens, M2M100 by `__xx__`, Marian's multi-target
    models by `>>eng<<` and MADLAD by `<2en>` before the source; plain pairs need nothing.
    """
    pairs = (("zho_Hans", "eng_Latn"), ("zh_CN", "en_XX"), ("__zh__", "__en__"))
    for source, target in pairs:
        english = _id(tokenizer, target)
        if _id(tokenizer, source) is not None and english is not None:
            tokenizer.src_lang = source.strip("_")
            return [], [english]
    for mark in (">>eng<<", "<2en>"):
        if (index := _id(tokenizer, mark)) is not None:
            return [index], []
    return [], []


def _id(tokenizer: Any, token: str) -> int | None:
    index = tokenizer.convert_tokens_to_ids(token)
    return None if index in (None, tokenizer.unk_token_id) else int(index)


def first_line(error: BaseException) -> str:
    """What an error of a library says, in one line."""
    return str(error).strip().split("\n", 1)[0] or type(error).__name__
