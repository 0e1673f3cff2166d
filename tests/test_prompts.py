from __future__ import annotations

import hashlib
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from translator import prompts
from translator.errors import InputError
from translator.home import shipped

GOOD = """
id = "t"
version = 1
description = "d"
variables = ["text"]
system = "Translate."
user = "$text"
"""


SHIPPED = sorted(path.stem for path in shipped("prompts").glob("*.toml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_prompts_are_sound(name: str) -> None:
    prompt = prompts.load(name)
    assert prompt.id == name
    system, user = prompt.render(**dict.fromkeys(prompt.variables, "x"))
    assert user
    assert bool(system) != bool(prompt.models)


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        ("embedded", "translate"),
        ("Qwen/Qwen3-8B", "translate"),
        ("google/gemma-3-4b-it", "translate"),
        ("hy-mt-fans/Qwen3-8B", "translate"),  # an owner's name is no family
        ("tencent/HY-MT1.5-7B", "translate-hy-mt"),
        ("tencent/Hy-MT2-1.8B-GGUF:Q4_K_M", "translate-hy-mt"),
        ("tencent/Hunyuan-MT-7B-fp8", "translate-hy-mt"),
        ("/models/HY-MT1.5-1.8B-Q4_K_M.gguf", "translate-hy-mt"),
        ("C:\\models\\Seed-X-PPO-7B\\", "translate-seed-x"),
        ("ByteDance-Seed/Seed-X-Instruct-7B", "translate-seed-x"),
        ("Unbabel/TowerInstruct-Mistral-7B-v0.2", "translate-tower"),
        ("google/translategemma-12b-it", "translate-gemma"),
        ("translategemma:4b", "translate-gemma"),
        ("qwen-mt-flash", "translate-qwen-mt"),
    ],
)
def test_models_are_asked_as_their_family_was_trained(model: str, prompt: str) -> None:
    assert prompts.for_model("translate", model).id == prompt


def test_no_model_belongs_to_two_families() -> None:
    families = [prompts.load(name) for name in SHIPPED if name.startswith("translate-")]
    patterns = [pattern for family in families for pattern in family.models]
    for pattern in patterns:
        name = pattern.replace("*", "")
        assert sum(fnmatchcase(name, other) for other in patterns) == 1


def test_a_value_is_data() -> None:
    prompt = prompts.parse(GOOD.encode(), "t.toml")
    assert prompt.render(text="$text $$ ${user}")[1] == "$text $$ ${user}"
    assert prompt.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "t"', "", "'id' is missing"),
        ("version = 1", "version = 0", "version"),
        ("version = 1", "version = true", "version"),
        ('description = "d"', "description = 3", "description must be a text"),
        ('variables = ["text"]', 'variables = "text"', "list of names"),
        ('variables = ["text"]', 'variables = ["text", "tone"]', "$tone"),
        ('variables = ["text"]', "variables = []", "$text"),
        ('user = "$text"', 'user = "costs 5$ $text"', "stray $"),
        ('user = "$text"', 'user = "$text"\ntemperature = 1', "unknown key 'temperature'"),
        ('user = "$text"', 'user = "$text"\nmodels = "m*"', "models must be a list"),
        ('user = "$text"', 'user = "$text"\nmodels = ["M*"]', "patterns in small letters"),
        ('user = "$text"', 'user = "$text"\nchat = 1', "chat must be true or false"),
        ('user = "$text"', 'user = "$text"\nchat = false', "empty system text"),
        ('user = "$text"', 'user = "$text', "not a TOML file"),
    ],
)
def test_a_broken_rule_is_named_with_the_file(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        prompts.parse(GOOD.replace(old, new).encode(), "t.toml")
    assert said in str(error.value)
    assert "t.toml" in str(error.value)


def test_missing_variables_and_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="text"):
        prompts.parse(GOOD.encode(), "t.toml").render(tone="x")
    (tmp_path / "other.toml").write_text(GOOD)
    with pytest.raises(InputError, match="other"):
        prompts.load("missing", tmp_path)


def test_a_prompt_of_ones_own_takes_the_text_alone(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(GOOD, "utf-8")
    assert prompts.for_text(file, "tencent/HY-MT1.5-7B").system == "Translate."
    assert prompts.for_text(None, "tencent/HY-MT1.5-7B").id == "translate-hy-mt"
    with pytest.raises(InputError, match="cannot be read"):
        prompts.for_text(tmp_path / "none.toml", "embedded")
    for wrong, words in (
        (GOOD.replace('["text"]', '["text", "hints"]').replace("$text", "$text $hints"), "of your"),
        (GOOD + 'models = ["*qwen*"]\n', "names no models"),
        (GOOD + "# " + "x" * 8_000, "over 8,000 bytes"),
        ("id = 1", "is missing"),
        ("[", "not a TOML file"),
    ):
        with pytest.raises(InputError, match=words):
            prompts.parse_own(wrong.encode(), "own.toml")
