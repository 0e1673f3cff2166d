"""Tiny checkpoints with random weights, laid out as real ones, for the tests of the engines.

Real tokenizer classes and files on invented sentences, real architectures with a few thousand
weights: what is loaded, converted and decoded here goes the way of a model from the Hub.
"""

from __future__ import annotations

import io
import json
import warnings
from pathlib import Path
from typing import Any

import pytest
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
from transformers.utils import logging

from translator import engines, prompts
from translator.engines import Engine, hf

torch.set_num_threads(1)  # threads cost these sizes more than they give
logging.disable_progress_bar()  # type: ignore[no-untyped-call]

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


def load(engine: str, model: Path, home: Path, *, exact: bool = False) -> Engine:
    """The engine on a checkpoint of ours, by the way that a user's goes.

    `exact` keeps CTranslate2's copy in float32, for comparisons with the reference.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSLATOR_HOME", str(home / ("float32" if exact else "int8")))
        patch.setenv("OMP_NUM_THREADS", "1")
        if exact:
            patch.setattr(hf, "QUANTIZATION", "float32")
        return engines.load(engine, str(model), prompts.load("translate"), canaries=False)


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


def scaled(model: Any) -> Any:
    """Make the choices of random weights clear-cut: logits far apart, whatever the engine."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 2 and "embed_positions" not in name:
                weight.normal_(0.0, 0.3 if "embed" in name or "shared" in name else 0.6)
            elif name.endswith("bias"):
                weight.normal_(0.0, 0.1)
    return model.eval()


def _seq2seq(**more: Any) -> dict[str, Any]:
    sizes: dict[str, Any] = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2}
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
    warnings.filterwarnings("ignore", "Recommended: pip install sacremoses", UserWarning)
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
    model = scaled(MarianMTModel(config))
    with torch.no_grad():
        model.get_input_embeddings().weight[pad].zero_()  # a Marian decoder starts from nothing
    # The habits that opus-mt checkpoints carry.
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
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
    return scaled(M2M100ForConditionalGeneration(config))


def _bpe(vocabulary_size: int, *, byte_fallback: bool, first: list[str]) -> dict[str, Any]:
    """Vocabulary and merges in the manner of SentencePiece's BPE: words start with a mark."""
    tokenizer = Tokenizer(token_models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)] if byte_fallback else []
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size, special_tokens=[*first, *bytes_], show_progress=False
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return {"vocab": model["vocab"], "merges": [tuple(merge) for merge in model["merges"]]}


def nllb(folder: Path) -> Path:
    """Like nllb-200: byte-pair merges, languages as special tokens."""
    torch.manual_seed(3)
    parts = _bpe(400, byte_fallback=False, first=["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer = NllbTokenizer(**parts, model_max_length=128)
    tokenizer.save_pretrained(folder)
    _m2m100_model(len(tokenizer)).save_pretrained(folder)
    return folder


def mbart50(folder: Path) -> Path:
    """Like mbart-large-50: unigrams, languages as special tokens, `</s>` starts the decoder."""
    torch.manual_seed(4)
    model = sentencepiece.SentencePieceProcessor(
        model_proto=_sentencepiece(_corpus(), 400, "unigram")
    )
    pieces = [(model.id_to_piece(i), model.get_score(i)) for i in range(model.get_piece_size())]
    tokenizer = MBart50Tokenizer(vocab=pieces, model_max_length=128)
    tokenizer.save_pretrained(folder)
    settings: Any = MBartConfig  # whose signature lacks two fields of the real config.json
    config = settings(
        vocab_size=len(tokenizer),
        max_position_embeddings=128,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        decoder_start_token_id=2,
        forced_eos_token_id=2,
        normalize_before=True,
        scale_embedding=True,
        tokenizer_class="MBart50Tokenizer",
        **_seq2seq(),
    )
    scaled(MBartForConditionalGeneration(config)).save_pretrained(folder)
    return folder


def causal_sizes() -> dict[str, Any]:
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    return sizes | {"num_attention_heads": 4, "num_key_value_heads": 2}


def byte_level_tokenizer() -> Qwen2Tokenizer:
    """Like Qwen2.5's: byte-level merges, some of them whole Chinese words, ChatML markers."""
    trained = Tokenizer(token_models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trained.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    trained.train_from_iterator(_corpus(), trainer)
    model = json.loads(trained.to_str())["model"]
    kind: Any = Qwen2Tokenizer
    tokenizer: Qwen2Tokenizer = kind(
        vocab=model["vocab"],
        merges=[tuple(merge) for merge in model["merges"]],
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        unk_token=None,
    )
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>"]})
    tokenizer.add_tokens([AddedToken("<tool_call>", special=False, normalized=False)])
    tokenizer.chat_template = CHATML
    return tokenizer


def qwen2(folder: Path, *, tied: bool = True) -> Path:
    """Like Qwen2.5-Instruct; more rows than tokens, as the real ones have."""
    torch.manual_seed(5)
    tokenizer = byte_level_tokenizer()
    tokenizer.save_pretrained(folder)
    ids: Any = tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"])
    end, stop = ids
    config = Qwen2Config(
        vocab_size=len(tokenizer) + 11,
        max_position_embeddings=1024,
        tie_word_embeddings=tied,
        eos_token_id=end,
        bos_token_id=stop,
        **causal_sizes(),
    )
    model = scaled(Qwen2ForCausalLM(config)).to(torch.bfloat16)
    with torch.no_grad():
        model.lm_head.weight[end] *= 1.7  # some answers end
    # The habits that Qwen2.5 checkpoints carry.
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        eos_token_id=[end, stop],
        pad_token_id=stop,
        do_sample=True,
        temperature=0.7,
        top_k=20,
        top_p=0.8,
        repetition_penalty=1.1,
    )
    model.save_pretrained(folder)
    return folder


def llama_tokenizer() -> PreTrainedTokenizerFast:
    """Like Mistral's: SentencePiece merges with byte fallback, `[INST]` as plain text."""
    parts = _bpe(700, byte_fallback=True, first=["<unk>", "<s>", "</s>"])
    tokenizer = LlamaTokenizer(**parts, model_max_length=1024)
    tokenizer.chat_template = INST
    return tokenizer


def llama(folder: Path) -> Path:
    """Like Llama 2 and Mistral: a system role refused, untied output, byte fallback."""
    torch.manual_seed(6)
    tokenizer = llama_tokenizer()
    tokenizer.save_pretrained(folder)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=1024,
        bos_token_id=1,
        eos_token_id=2,
        **causal_sizes(),
    )
    scaled(LlamaForCausalLM(config)).to(torch.bfloat16).save_pretrained(folder)
    return folder


def trained_marian(folder: Path) -> Path:
    """A Marian that has learnt its few sentences by heart, in a few seconds."""
    marian(folder)
    model: Any = MarianMTModel.from_pretrained(folder)
    tokenizer: Any = MarianTokenizer.from_pretrained(folder)
    torch.manual_seed(8)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() == 2 and "embed_positions" not in name:
                weight.normal_(0.0, 0.1)
        model.get_input_embeddings().weight[model.config.pad_token_id].zero_()
    chinese = [*CHINESE, "他今天在上海说。"]
    english = [*ENGLISH, "He said so in Shanghai today."]
    inputs = tokenizer(chinese, return_tensors="pt", padding=True)
    labels = tokenizer(text_target=english, return_tensors="pt", padding=True)["input_ids"]
    labels[labels == model.config.pad_token_id] = -100
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    model.train()
    for _ in range(300):
        loss = model(**inputs, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():  # the output layer shares this row, and would move it
            model.get_input_embeddings().weight[model.config.pad_token_id].zero_()
        if loss.item() < 0.01:
            break
    model.eval().save_pretrained(folder)
    return folder
