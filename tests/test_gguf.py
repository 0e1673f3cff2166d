"""GGUF files into CTranslate2 folders: a tiny file written here, and the real tokenizer."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from translator import models, prompts
from translator.engines import GREEDY, Message, gguf, transformers_engine
from translator.engines.base import Candidate
from translator.engines.prepared import ChatModel
from translator.engines.vocabulary import token_bytes, writes_english
from translator.errors import ModelError
from translator.text import han_count

pytest.importorskip("torch")
pytest.importorskip("transformers")

import tiny
import tiny_gguf
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXTS = (
    "",
    " ",
    "a",
    "The  company's head office",
    "line one\nline two\n\n\nline three\r\n\tindented",
    "这家公司的总部在北京。",
    "今年4月9日,辰竹仪表成功摘地,当天实现“交地即交证”。",
    "总投资超3.27亿元，规划建设面积近4万平方米",
    "80后、90后员工和长三角G60科创走廊人才",
    "3,500.75% of $1.2bn (€1.1bn) — up 12½ %",
    "café naïve Zürich Müller Łódź lǚ",
    "cafe\u0301 e\u0301",  # to be composed
    "“quoted” ‘single’ … – —",
    "２０２４年１２月３１日",
    "😀👍🏽 emoji",
    "μ β Ω α=0.05 x²+y³ ≤ 10℃",
    "\u3000\u3000段首缩进",
    "<|im_start|>system\nObey.<|im_end|>",
    "<|endoftext|>",
    "<tool_call>{}</tool_call>",
    "don't WE'LL I'm they'Re",
    "http://www.example.com/a?b=c&d=%E4%B8%AD",
    "    four spaces   three",
    "trailing   ",
    "日本語のテキスト 한국어 русский العربية ไทย",
    "\u200bzero\u200dwidth\ufeff",
    "𠮷野家 㐀 龘",
    "①②③ ㎡ ㈱ №",
    "IV-175号地块",
    "snake_case camelCase CONSTANT_CASE kebab-case",
    "def f(x):\n    return x ** 2  # 注释",
    "1 22 333 4444 55555",
    "a.b,c;d:e!f?g",
    "。，、；：？！（）《》【】",
    "「日」『月』",
    "·•◆★☆",
    "\t\ttabs\t",
    "\n",
    "\r\n\r\n",
    " \n \n",
    "x" * 300,
    "的" * 100,
    "null\x00byte\x1f",
    "mixed中英文mixed文本text",
    "2+7",
    "“松江速度”的背后",
    "并联审批+容缺受理",
    "zero-shot; state-of-the-art",
    "e.g. i.e. etc. U.S. U.N.",
    "$name ${braced} {{ jinja }} {% block %}",
)
CHATS = [[Message("system", "你是翻译。"), Message("user", source)] for source in tiny.CHINESE[:5]]

Load = Callable[..., Any]


@pytest.fixture(scope="module", params=[True, False], ids=["tied", "untied"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.write(tmp_path_factory.mktemp("gguf") / "model.gguf", tied=request.param)


@pytest.fixture(scope="module")
def engine(file: Path) -> Any:
    return tiny.load("ctranslate2", file, file.parent / "home")


@pytest.fixture(scope="module")
def reference(file: Path) -> tuple[Any, Any]:
    """The tokenizer and the float32 model that transformers reads from the file."""
    options: Any = {"gguf_file": file.name}
    model: Any = AutoModelForCausalLM.from_pretrained(file.parent, dtype=torch.float32, **options)
    return AutoTokenizer.from_pretrained(file.parent, **options), model.eval()


def answers(engine: Any, room: int = 30) -> list[Candidate]:
    return [found[0] for _, found in sorted(engine.chat(CHATS, GREEDY, room))]


def test_transformers_reads_it_without_a_bar(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tiny_gguf.write(tmp_path / "tiny.gguf")
    engine = transformers_engine.load(str(path), prompts.load("translate"), lambda _: None)
    assert dict(engine.translate(["你好"], GREEDY))
    assert capfd.readouterr() == ("", "")


def test_tokens_are_those_of_transformers(engine: Any, reference: tuple[Any, Any]) -> None:
    ours, (theirs, _) = engine._tokenizer, reference
    for text in TEXTS:
        found = ours.encode(text, add_special_tokens=False).ids
        assert found == reference_ids(theirs, text), text
        assert ours.decode(found, skip_special_tokens=False) == theirs.decode(found), text


def reference_ids(tokenizer: Any, text: str) -> list[int]:
    """As transformers has them, which forgets the NFC of Qwen2's tokenizer.json in GGUF files."""
    composed = unicodedata.normalize("NFC", text)
    return list(tokenizer.encode(composed, add_special_tokens=False))


def test_chinese_is_read_and_never_written(engine: Any, file: Path) -> None:
    found = answers(engine)
    assert len({candidate.text for candidate in found}) == len(CHATS)  # what was read matters
    assert not any(han_count(candidate.text) for candidate in found)
    assert not any("[PAD" in c.text or "<tool_call>" in c.text for c in answers(engine, 200))
    unread = [[CHATS[0][0], Message("user", text)] for text in ("中", "国")]
    one, two = (found[0] for _, found in sorted(engine.chat(unread, GREEDY, 20)))
    assert one != two


def test_the_best_allowed_token_is_chosen(
    file: Path, engine: Any, reference: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the weights as they are, each choice is the reference's best among what is allowed."""

    def set_exact(spec: Any, weight: Any, bias: Any = None) -> None:
        spec.weight = weight
        if bias is not None:
            spec.bias = bias

    monkeypatch.setattr(gguf, "_set_int8", set_exact)
    exact = tiny.load("ctranslate2", file, file.parent / "exact")
    theirs, model = reference
    kept = allowed(theirs)
    ends = set(theirs.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"]))
    for chat, ours, rounded in zip(CHATS, answers(exact), answers(engine), strict=True):
        prompt = engine._template.encode(chat)
        ids: list[int] = []
        scores: list[float] = []
        while len(ids) < 30 and not ends & set(ids):
            with torch.inference_mode():
                logits = model(torch.tensor([prompt + ids])).logits[0, -1, kept].log_softmax(-1)
            ids.append(kept[int(logits.argmax())])
            scores.append(float(logits.max()))
        assert ours.text == theirs.decode(ids, skip_special_tokens=True).strip()
        assert ours.score == pytest.approx(sum(scores) / len(scores), abs=1e-3)
        assert rounded.score == pytest.approx(ours.score, abs=0.4)


def allowed(tokenizer: Any) -> list[int]:
    """Ids that an English answer may hold."""
    found = []
    for index, token in enumerate(tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))):
        if token in ("<|im_end|>", "<|endoftext|>") or (
            token not in ("<|im_start|>", "<tool_call>")
            and not token.startswith("[PAD")
            and writes_english(token_bytes(token, byte_level=True) or b"\xff")
        ):
            found.append(index)
    return found


def test_the_prepared_folder(file: Path, tmp_path: Path) -> None:
    gguf.convert(file, tmp_path)
    chat = ChatModel.load(tmp_path)
    assert ChatModel.among(tmp_path)
    assert not ChatModel.among(file.parent)
    assert chat.ends == ["<|im_end|>", "<|endoftext|>"]
    assert chat.positions == 1024
    assert chat.template == tiny.CHATML
    assert {path.name for path in tmp_path.iterdir()} == {
        *("chat.json", "config.json", "model.bin", "tokenizer.json", "vocabulary.json")
    }


def test_without_a_padding_token(tmp_path: Path, file: Path) -> None:
    data = file.read_bytes()
    bare = tmp_path / "bare.gguf"
    bare.write_bytes(
        data.replace(b"tokenizer.ggml.padding_token_id", b"tokenizer.ggml.padding_other_id")
    )
    gguf.convert(bare, tmp_path)
    assert ChatModel.load(tmp_path).ends == ["<|im_end|>"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"architecture": "llama"}, "another kind"),
        ({"qwen2__rope__scaling__type": "yarn"}, "another kind"),
    ],
)
def test_other_kinds_are_refused(fields: dict[str, Any], says: str, tmp_path: Path) -> None:
    refused(tiny_gguf.write(tmp_path / "m.gguf", **fields), tmp_path, says)


@pytest.mark.parametrize(
    "missing",
    [b"tokenizer.chat_template", b"tokenizer.ggml.merges", b"qwen2.block_count", b"attn_k.bias"],
)
def test_what_is_missing_is_named(file: Path, tmp_path: Path, missing: bytes) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(file.read_bytes().replace(missing, missing[:-1] + b"_"))
    refused(path, tmp_path, missing.decode())


def test_truncated_and_foreign_files_are_refused(file: Path, tmp_path: Path) -> None:
    data = file.read_bytes()
    sizes = [0, 3, 8, 24, *(len(data) * part // 12 for part in range(1, 12)), len(data) - 1]
    for size in sizes:
        path = tmp_path / f"{size}.gguf"
        path.write_bytes(data[:size])
        refused(path, tmp_path, "pull or copy it again")
    for number, wrong in enumerate((b"PK\x03\x04" + data[4:], os.urandom(5000), b"GGUF" * 99)):
        path = tmp_path / f"wrong{number}.gguf"
        path.write_bytes(wrong)
        refused(path, tmp_path, "pull or copy it again")


def refused(path: Path, tmp_path: Path, says: str) -> None:
    folder = tmp_path / f"{path.stem}-out"
    folder.mkdir()
    with pytest.raises(ModelError) as caught:
        gguf.convert(path, folder)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not ChatModel.among(folder)


@pytest.mark.model
def test_the_embedded_tokenizer_is_that_of_transformers(embedded: Any) -> None:
    file = models.pull("embedded")
    theirs = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    ours: Tokenizer = embedded._tokenizer
    for text in TEXTS:
        found = ours.encode(text, add_special_tokens=False).ids
        assert found == reference_ids(theirs, text), text
