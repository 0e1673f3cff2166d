"""Adapters on both engines: named, proved, merged, kept, carried; the wrong base refused."""

from __future__ import annotations

import json
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import tiny
import tiny_gguf
import torch
from safetensors.numpy import save_file

from translator import engines, models, prompts
from translator.engines import GREEDY, Engine, gguf, hf, lora
from translator.errors import ModelError, TranslatorError, UsageError
from translator.model_name import split_adapter
from translator.models.adapters import CONFIG, RECORD, WEIGHTS
from translator.models.storage import sha256

pytestmark = pytest.mark.usefixtures("no_shipped_adapters")

LAYERS = (
    "self_attn.q_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.down_proj",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return tmp_path / "home"


def make(folder: Path, base: Path, shapes: dict[str, tuple[int, int]], **config: Any) -> Path:
    """An adapter as `adapt` writes one, large enough to change every answer."""
    random = np.random.default_rng(3)
    folder.mkdir(parents=True)
    weights = {}
    for module, (rows, columns) in shapes.items():
        for part, shape in (("A", (4, columns)), ("B", (rows, 4))):
            values = random.normal(0, 0.3, shape).astype(np.float32)
            weights[f"base_model.model.{module}.lora_{part}.weight"] = values
    save_file(weights, folder / WEIGHTS)
    settings = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "none"} | config
    (folder / CONFIG).write_text(json.dumps(settings), "utf-8")
    record = {
        "schema": 1,
        "created": "2026-11-26T12:00:00+00:00",
        "base": {"name": str(base), "sha256": models.sha256_of(str(base)), "licence": "CC0-1.0"},
        "weights_sha256": sha256(folder / WEIGHTS),
    }
    (folder / RECORD).write_text(json.dumps(record), "utf-8")
    return folder


def shapes_of(model: Any) -> dict[str, tuple[int, int]]:
    return {
        name: tuple(module.weight.shape)
        for name, module in model.named_modules()
        if name.endswith(LAYERS)
    }


def load(engine: str, name: str) -> Any:
    return engines.load(engine, name, prompts.load("translate"), canaries=False)


def answers(engine: Engine) -> list[str]:
    return [found[0].text for _, found in sorted(engine.translate(tiny.CHINESE[:5], GREEDY))]


def reference(folder: Path, **options: Any) -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32, **options)


def test_names_are_split_at_the_plus(tmp_path: Path) -> None:
    assert split_adapter("embedded") == ("embedded", None)
    assert split_adapter("embedded+press") == ("embedded", "press")
    assert split_adapter("owner/name@v1+/a/c++/press") == ("owner/name@v1", "/a/c++/press")
    (tmp_path / "c++").mkdir()
    inside = f"{tmp_path}/c++"
    assert split_adapter(inside) == (inside, None)
    assert split_adapter(f"{inside}+press") == (inside, "press")
    assert prompts.for_model("translate", "org/HY-MT1.5-7B+press").id == "translate-hy-mt"
    assert prompts.for_model("translate", "embedded+./hy-mt-like").id == "translate"


def test_both_engines_merge_a_checkpoint_alike(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float32, so that greedy choices are equal: CTranslate2's are those of the reference."""
    monkeypatch.setattr(hf, "QUANTIZATION", "float32")
    base = tiny.qwen2(tmp_path / "qwen2")
    adapter = make(tmp_path / "house", base, shapes_of(reference(base)))
    plain, merged = (load("transformers", name) for name in (str(base), f"{base}+{adapter}"))
    fast = load("ctranslate2", f"{base}+{adapter}")
    for engine in (plain, merged):
        torch.nn.Module.float(engine.model)
    assert answers(merged) != answers(plain)
    exact = lora_reference(reference(base), adapter)
    for name, weight in merged.model.named_parameters():
        assert torch.allclose(weight, exact.get_parameter(name), atol=0.02, rtol=0.01), name
    assert answers(fast) == answers(merged)
    assert fast.info.model_sha256 == merged.info.model_sha256 != plain.info.model_sha256


def lora_reference(model: Any, adapter: Path) -> Any:
    """The same merge in torch, from the files themselves."""
    from safetensors.torch import load_file

    weights = load_file(adapter / WEIGHTS)
    with torch.no_grad():
        for name, module in model.named_modules():
            key = f"base_model.model.{name}.lora_"
            if f"{key}A.weight" in weights:
                module.weight += 2.0 * weights[f"{key}B.weight"] @ weights[f"{key}A.weight"]
    return model


def test_a_gguf_file_is_merged_before_it_is_rounded(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tiny_gguf.write(tmp_path / "model.gguf")
    adapter = make(tmp_path / "house", file, shapes_of(reference(tmp_path, gguf_file=file.name)))
    name = f"{file}+{adapter}"
    rounded = load("ctranslate2", name)
    assert answers(rounded) != answers(load("ctranslate2", str(file)))

    def set_exact(spec: Any, weight: Any, bias: Any = None) -> None:
        spec.weight = weight
        if bias is not None:
            spec.bias = bias

    monkeypatch.setattr(gguf, "_set_int8", set_exact)
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path / "exact"))
    exact, slow = load("ctranslate2", name), load("transformers", name)
    merged = lora_reference(reference(tmp_path, gguf_file=file.name), adapter)
    # The file's rows without a token are dropped there, and only improbable here.
    vocabulary = slow._checkpoint.tokenizer.get_vocab()
    slow._forbidden += [index for token, index in vocabulary.items() if token.startswith("[PAD")]
    torch.nn.Module.float(slow.model).load_state_dict(merged.state_dict())
    assert answers(exact) == answers(slow)


def test_the_merged_copy_is_made_once_for_each_adapter(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tiny_gguf.write(tmp_path / "model.gguf")
    shapes = shapes_of(reference(tmp_path, gguf_file=file.name))
    house = make(tmp_path / "house", file, shapes)
    other = make(tmp_path / "other", file, dict(list(shapes.items())[:2]))
    calls: list[Any] = []
    real = gguf.convert
    monkeypatch.setattr(gguf, "convert", lambda *given: (calls.append(given), real(*given)))
    for adapter in (house, other, house):
        load("ctranslate2", f"{file}+{adapter}")
    assert len(calls) == 2
    assert models.sha256_of(f"{file}+{house}") != models.sha256_of(f"{file}+{other}")


@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_a_wrong_base_is_refused(home: Path, tmp_path: Path, engine: str) -> None:
    base, wrong = tiny.qwen2(tmp_path / "qwen2"), tiny.qwen2(tmp_path / "wrong", tied=False)
    adapter = make(tmp_path / "house", base, {"model.layers.0.mlp.up_proj": (64, 32)})
    with pytest.raises(ModelError, match=r"was made for .*qwen2 .*, not for .*wrong") as found:
        load(engine, f"{wrong}+{adapter}")
    assert "\n" not in str(found.value)
    assert not list((home / "models").glob("*/prepared"))


@pytest.mark.parametrize(
    ("shapes", "config", "message"),
    [
        ({"model.layers.7.mlp.up_proj": (64, 32)}, {}, "this model has no model.layers.7"),
        ({"model.layers.0.mlp.up_proj": (63, 32)}, {}, "another shape"),
        ({"model.layers.0.mlp.up_proj": (64, 32)}, {"use_dora": True}, "use_dora"),
        ({"model.layers.0.mlp.up_proj": (64, 32)}, {"peft_type": "IA3"}, "no plain LoRA"),
        ({"model.layers.0.mlp.up_proj": (64, 32)}, {"r": 0}, "rank"),
    ],
)
def test_what_cannot_be_merged_is_refused(
    home: Path, tmp_path: Path, shapes: dict[str, tuple[int, int]], config: Any, message: str
) -> None:
    base = tiny.qwen2(tmp_path / "qwen2")
    adapter = make(tmp_path / "house", base, shapes, **config)
    with pytest.raises(ModelError, match=message):
        load("ctranslate2", f"{base}+{adapter}")


def test_damaged_adapters_are_refused(home: Path, tmp_path: Path) -> None:
    base = tiny.qwen2(tmp_path / "qwen2")
    adapter = make(tmp_path / "house", base, {"model.layers.0.mlp.up_proj": (64, 32)})
    name = f"{base}+{adapter}"
    data = (adapter / WEIGHTS).read_bytes()
    (adapter / WEIGHTS).write_bytes(data[:-1] + b"\0")
    with pytest.raises(ModelError, match="damaged: its weights are not those of its record"):
        models.sha256_of(name)
    (adapter / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="is no adapter of `translator adapt`, or is damaged"):
        models.sha256_of(name)
    with pytest.raises(UsageError, match=r"there is no adapter 'press'.*there: none"):
        models.sha256_of(f"{base}+press")
    with pytest.raises(UsageError, match="there is no adapter ''"):
        models.sha256_of(f"{base}+")


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff" * 40, (9).to_bytes(8, "little") + b"{}       ", b"\0" * 8],
    ids=["empty", "huge header", "no tensor", "nothing"],
)
def test_hostile_weights_are_one_clear_line(tmp_path: Path, data: bytes) -> None:
    (tmp_path / WEIGHTS).write_bytes(data)
    (tmp_path / CONFIG).write_text('{"peft_type": "LORA", "r": 1, "lora_alpha": 1}', "utf-8")
    with pytest.raises(ModelError, match="cannot be used: it"):
        lora.Lora.load(tmp_path)


# ---- kept by name, listed, carried ----


@pytest.fixture
def named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """A catalogue model whose original is here, and an adapter of it in a folder."""
    from translator.models import store as stores
    from translator.models.catalogue import ModelEntry
    from translator.models.folder import ModelFolder
    from translator.models.storage import FileRecord, Manifest

    file = tiny_gguf.write(tmp_path / "tiny.gguf")
    digest, size = sha256(file), file.stat().st_size
    entry = ModelEntry("tiny", "Tiny", "causal", "tiny.gguf", size, digest, "CC0-1.0", None, None)
    monkeypatch.setattr(stores, "catalogue", lambda: {"tiny": entry})
    module = import_module("translator.models.catalogue")  # the package has a function named so
    monkeypatch.setattr(module, "catalogue", lambda: {"tiny": entry})
    place = ModelFolder(home / "models" / "tiny", "tiny")
    place.original.mkdir(parents=True)
    shutil.copyfile(file, place.original / "tiny.gguf")
    place.vouch(Manifest("tiny", digest, (FileRecord("tiny.gguf", size, digest),)))
    shapes = shapes_of(reference(tmp_path, gguf_file=file.name))
    adapter = make(tmp_path / "press", file, shapes)
    record = json.loads((adapter / RECORD).read_text("utf-8"))
    record["base"]["name"] = "tiny"
    (adapter / RECORD).write_text(json.dumps(record), "utf-8")
    return "tiny", adapter


def test_an_adapter_gets_a_name_and_is_listed(named: tuple[str, Path], home: Path) -> None:
    base, adapter = named
    by_path = models.sha256_of(f"{base}+{adapter}")
    assert models.import_(adapter) == "tiny+press"
    assert models.import_(adapter) == "tiny+press"  # the same again changes nothing
    assert models.sha256_of("tiny+press") == by_path
    row = models.installed()[-1]
    assert (row.name, row.state, row.licence) == ("tiny+press", "adapter", "CC0-1.0")
    assert row.path == home / "models" / "adapters" / "press"
    assert all(check.ok for check in models.verify("tiny+press"))
    shutil.copytree(adapter, adapter.parent / "other" / "press")
    config = adapter.parent / "other" / "press" / CONFIG
    config.write_text(config.read_text("utf-8").replace("8", "16"), "utf-8")
    with pytest.raises(UsageError, match="another adapter named press"):
        models.import_(adapter.parent / "other" / "press")


@pytest.mark.parametrize("pruned", [False, True], ids=["original", "copies"])
def test_export_carries_base_and_adapter(
    named: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pruned: bool
) -> None:
    base, adapter = named
    name = f"{base}+{adapter}"
    before = answers(load("ctranslate2", name))
    if pruned:
        models.drop_original(base)
    file = models.export(name, tmp_path / "carried.tar")
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path / "elsewhere"))
    assert models.import_(file) == "tiny+press"
    assert answers(load("ctranslate2", "tiny+press")) == before
    assert models.installed()[-1].name == "tiny+press"


def test_a_base_is_exported_without_what_was_merged(
    named: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, adapter = named
    load("ctranslate2", base)
    load("ctranslate2", f"{base}+{adapter}")
    models.drop_original(base)
    file = models.export(base, tmp_path / "base.tar")
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path / "elsewhere"))
    assert models.import_(file) == base
    assert len(list((tmp_path / "elsewhere/models/tiny/prepared").iterdir())) == 1


def test_an_archive_with_another_base_is_refused(
    named: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, adapter = named
    file = models.export(f"{base}+{adapter}", tmp_path / "carried.tar")
    data = file.read_bytes().replace(b'"name": "tiny+press"', b'"name": "tiny+other"', 1)
    file.write_bytes(data)
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(TranslatorError, match="was not imported"):
        models.import_(file)
    assert models.installed()[-1].state == "not here"
