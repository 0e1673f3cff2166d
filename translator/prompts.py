"""Prompt files: strict TOML, `$name` variables, hashed for the run record.

A task has one plain prompt, `TASK.toml`, and may have `TASK-FAMILY.toml` files for families of
models that were trained on a wording of their own; those name their models by pattern.
"""

from __future__ import annotations

import hashlib
import re
import string
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from translator.errors import InputError
from translator.home import shipped
from translator.model_name import split_adapter

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TEXTS = ("id", "description", "system", "user")
_KEYS = {*_TEXTS, "version", "variables"}
_OPTIONAL = {"models", "chat"}
_MOST_BYTES = 8_000  # of a user's own: it stands before every sentence


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system and a user template; `sha256` is that of the file's bytes.

    `models` are patterns (`*`, `?`) of the model names it is for, in small letters; empty: for
    all that no other prompt is for. `chat` is False for models that continue a text and know no
    turns: they get the user text alone.
    """

    id: str
    version: int
    description: str
    system: str
    user: str
    variables: tuple[str, ...]
    sha256: str
    models: tuple[str, ...] = ()
    chat: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether it is for every model, not for a family of them."""
        return not self.models

    def render(self, **values: str) -> tuple[str, str]:
        """The system and user texts with every variable filled in.

        Values are data: a `$name` inside one is not looked at again.

        Raises:
            InputError: a variable is missing or not declared.
        """
        if set(values) != set(self.variables):
            raise InputError(
                f"prompt {self.id} takes the variables {', '.join(self.variables)}; "
                f"given: {', '.join(sorted(values)) or 'none'}"
            )
        return (
            string.Template(self.system).substitute(values),
            string.Template(self.user).substitute(values),
        )

    def record(self) -> dict[str, str | int]:
        """What the run record says of this prompt."""
        return {"id": self.id, "version": self.version, "sha256": self.sha256}


def load(name: str, folder: Path | None = None) -> Prompt:
    """The prompt `name` of `folder` (the shipped ones by default).

    Raises:
        InputError: there is no such prompt, or its file breaks a rule of the format.
    """
    folder = folder or shipped("prompts")
    path = folder / f"{name}.toml"
    try:
        data = path.read_bytes()
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in folder.glob("*.toml"))) or "none"
        raise InputError(f"there is no prompt file {path} (there: {known})") from error
    return parse(data, str(path))


def for_model(task: str, model: str, folder: Path | None = None) -> Prompt:
    """The prompt of a task for a model: its family's, else the plain one.

    Patterns are matched with the last part of the name, whatever its case:
    `org/HY-MT1.5-7B-GGUF:Q4_K_M` and `/models/hy-mt1.5-7b.gguf` are one family. An adapter does
    not change a model's prompt.

    Raises:
        InputError: as `load`.
    """
    folder = folder or shipped("prompts")
    base, _ = split_adapter(model)
    name = re.split(r"[/\\]", base.rstrip("/\\"))[-1].lower()
    for path in sorted(folder.glob(f"{task}-*.toml")):
        prompt = load(path.stem, folder)
        if any(fnmatchcase(name, pattern) for pattern in prompt.models):
            return prompt
    return load(task, folder)


def for_text(own: Path | None, model: str) -> Prompt:
    """The prompt that a model translates with: a user's own where there is one, else the shipped.

    Raises:
        InputError: the file cannot be read, or as `parse_own`.
    """
    if own is None:
        return for_model("translate", model)
    try:
        return parse_own(own.read_bytes(), str(own))
    except OSError as error:
        raise InputError(f"{own} cannot be read: {error.strerror or error}") from error


def parse_own(data: bytes, where: str) -> Prompt:
    """A user's own prompt for translating; `where` names its file in errors.

    Raises:
        InputError: it is too long, breaks a rule of the format, or does not take the text alone.
    """
    if len(data) > _MOST_BYTES:
        raise InputError(f"{where} has over {_MOST_BYTES:,} bytes: a prompt is shorter")
    prompt = parse(data, where)
    if prompt.variables != ("text",) or prompt.models:
        raise InputError(
            f'{where}: a prompt of your own has variables = ["text"] and names no models'
        )
    return prompt


def parse(data: bytes, where: str) -> Prompt:
    """A prompt from the bytes of its file; `where` names it in errors."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{where} is not a TOML file in UTF-8: {error}") from error
    if unknown := sorted(set(table) - _KEYS - _OPTIONAL):
        known = f"{_listed(_KEYS)} and may have {_listed(_OPTIONAL)}"
        raise InputError(f"{where}: unknown key {unknown[0]!r}; a prompt has {known}")
    if missing := sorted(_KEYS - set(table)):
        raise InputError(f"{where}: the key {missing[0]!r} is missing")
    for key in _TEXTS:
        if not isinstance(table[key], str):
            raise InputError(f"{where}: {key} must be a text")
    version, variables = table["version"], table["variables"]
    models, chat = table.get("models", []), table.get("chat", True)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"{where}: version must be a whole number from 1 on")
    if not isinstance(variables, list) or not all(isinstance(name, str) for name in variables):
        raise InputError(f"{where}: variables must be a list of names")
    if not isinstance(models, list) or not all(
        isinstance(name, str) and name == name.lower() for name in models
    ):
        raise InputError(f"{where}: models must be a list of patterns in small letters")
    if not isinstance(chat, bool):
        raise InputError(f"{where}: chat must be true or false")
    if not chat and table["system"]:
        raise InputError(f"{where}: a prompt with chat = false has an empty system text")
    used: set[str] = set()
    for key in ("system", "user"):
        for match in string.Template.pattern.finditer(table[key]):
            if match["invalid"] is not None:
                raise InputError(f"{where}: {key} holds a stray $; write $$ for a dollar sign")
            used |= {match["named"] or match["braced"]} - {None}
    if wrong := sorted(used ^ set(variables)):
        raise InputError(f"{where}: ${wrong[0]} must be both declared in variables and used")
    return Prompt(
        *(table["id"], version, table["description"], table["system"], table["user"]),
        variables=tuple(variables),
        sha256=hashlib.sha256(data).hexdigest(),
        models=tuple(models),
        chat=chat,
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
