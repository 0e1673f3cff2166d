from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from translator import prompts
from translator.errors import InputError

GOOD = """
id = "t"
version = 1
description = "d"
variables = ["text"]
system = "Translate."
user = "$text"
"""


@pytest.mark.parametrize("name", ["translate", "brief"])
def test_the_shipped_prompts_are_sound(name: str) -> None:
    prompt = prompts.load(name)
    assert prompt.id == name
    assert all(prompt.render(**dict.fromkeys(prompt.variables, "x")))


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
