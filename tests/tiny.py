"""Tiny checkpoints with random weights, laid out as real ones, for the tests of the engines.

Real tokenizer classes and files on invented sentences, real architectures with a few thousand
weights: what is loaded, converted and decoded here goes the way of a model from the Hub.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from tokenizers import Tokenizer, decoders, pre_tokenizers, trainers
from tokenizers import models as token_models
from transformers import (
    AddedToken,
    GenerationConfig,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaTokenizer,
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    MBart50Tokenizer,
    MBartConfig,
    MBartForConditionalGeneration,
    NllbTokenizer,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen2Tokenizer,
)

CHINESE = (
    "这家公司的总部在北京。",
    "他今天在上海说,项目已经开工。",
    "园区去年新增企业三百家,产值增长百分之十二。",
    "记者从会上了解到,新的研究中心明年建成。",
    "李明表示,公司将继续投入研发和人才培养。",
    "这座城市的港口每天有二十艘货船进出。",
    "市民可以在网上办理手续,不用排队。",
    "专家认为,天气变化影响了今年的收成。",
    "学校邀请工程师为学生讲解机器人。",
    "医院引进了新的设备,病人不必再等。",
)
ENGLISH = (
    "The company has its head office in Beijing.",
    "He said in Shanghai today that work on the project has begun.",
    "The park gained three hundred firms last year and output rose by twelve percent.",
    "Reporters learned at the meeting that the new research centre opens next year.",
    "Li Ming said the company would go on investing in research and in people.",
    "Twenty cargo ships enter and leave the port of this city every day.",
    "Residents can complete the forms online without standing in line.",
    "Experts believe that the weather has changed this year's harvest.",
    "The school invited engineers to explain robots to the pupils.",
    "The hospital bought new machines, so patients need not wait any more.",
)
CHATML = (
    "{%- if messages[0]['role'] != 'system' %}"
    "{{- '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{%- endif %}"
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
INST = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}"
    "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}"
    "{% endfor %}"
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,;:!?'\"()-%$é€ü"


def _corpus() -> list[str]:
    # Repeated, so that words and whole Chinese words become tokens; every letter once.
    return [*CHINESE, *ENGLISH] * 4 + [" ".join(_LETTERS)]


def _sentencepiece(sentences: list[str], size: int, kind: str) -> bytes:
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences),
        model_writer=written,
        vocab_size=size,
        model_type=kind,
        character_coverage=1.0,
        hard_vocab_limit=False,
        minloglevel=2,
        num_threads=1,
    )
    return written.getvalue()


def _pieces(model: bytes) -> list[str]:
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [processor.id_to_piece(index) for index in range(processor.get_piece_size())]


def _scaled(model: Any) -> Any:
    """Make the choices of random weights clear-cut: logits far apart, whatever the engine."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 2 and "embed_positions" not in name:
                weight.normal_(0.0, 0.5 if "embed" in name or "shared" in name else 0.25)
            elif name.endswith("bias"):
                weight.normal_(0.0, 0.1)
    return model.eval()


def _seq2seq(**more: Any) -> dict[str, Any]:
    sizes = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2}
    sizes |= {"encoder_attention_heads": 4, "decoder_attention_heads": 4}
    sizes |= {"encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "dropout": 0.0}
    return sizes | {"attention_dropout": 0.0, "activation_dropout": 0.0} | more


def marian(folder: Path) -> Path:
    """Like opus-mt-zh-en: two SentencePiece models, one vocabulary, 128 positions."""
    torch.manual_seed(1)
    source = _sentencepiece([*CHINESE] * 4 + [" ".join(_LETTERS)], 250, "unigram")
    target = _sentencepiece([*ENGLISH] * 4 + [" ".join(_LETTERS)], 200, "unigram")
    folder.mkdir(parents=True)
    (folder / "source.spm").write_bytes(source)
    (folder / "target.spm").write_bytes(target)
    pieces = sorted({*_pieces(source), *_pieces(target)} - {"<unk>", "<s>", "</s>"})
    tokens = ["</s>", "<unk>", *pieces, "<pad>"]
    (folder / "vocab.json").write_text(
        json.dumps({token: index for index, token in enumerate(tokens)}), "utf-8"
    )
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"),
        str(folder / "target.spm"),
        str(folder / "vocab.json"),
        source_lang="zho",
        target_lang="eng",
        model_max_length=128,
    )
    tokenizer.save_pretrained(folder)
    pad = len(tokens) - 1
    config = MarianConfig(
        vocab_size=len(tokens),
        max_position_embeddings=128,
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=0,
        activation_function="swish",
        scale_embedding=True,
        **_seq2seq(),
    )
    model = _scaled(MarianMTModel(config))
    # The habits that opus-mt checkpoints carry.
    model.generation_config = GenerationConfig(
        num_beams=4,
        max_length=128,
        bad_words_ids=[[pad]],
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=0,
    )
    model.save_pretrained(folder)
    return folder


def m2m100(folder: Path) -> Path:
    """Like m2m100_418M: a SentencePiece model, `__xx__` languages, made-up words."""
    torch.manual_seed(2)
    folder.mkdir(parents=True)
    pieces = _sentencepiece(_corpus(), 400, "bpe")
    (folder / "sentencepiece.bpe.model").write_bytes(pieces)
    words = [piece for piece in _pieces(pieces) if piece not in ("<unk>", "<s>", "</s>")]
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *words]
    (folder / "vocab.json").write_text(
        json.dumps({token: index for index, token in enumerate(tokens)}), "utf-8"
    )
    tokenizer = M2M100Tokenizer(
        str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"), model_max_length=128
    )
    tokenizer.save_pretrained(folder)
    _m2m100_model(len(tokens) + len(tokenizer.lang_code_to_id) + 8).save_pretrained(folder)
    return folder


def _m2m100_model(vocabulary: int) -> Any:
    config = M2M100Config(
        vocab_size=vocabulary,
        max_position_embeddings=128,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        decoder_start_token_id=2,
        **_seq2seq(),
    )
    return _scaled(M2M100ForConditionalGeneration(config))
