"""Prompt files: strict TOML, `$name` variables, hashed for the run record."""

from __future__ import annotations

import hashlib
import string
import sys
from dataclasses import dataclass
from pathlib import Path

from translator.errors import InputError
from translator.home import shipped

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TEXTS = ("id", "description", "system", "user")
_KEYS = {*_TEXTS, "version", "variables"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system and a user template; `sha256` is that of the file's bytes."""

    id: str
    version: int
    description: str
    system: str
    user: str
    variables: tuple[str, ...]
    sha256: str

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


def parse(data: bytes, where: str) -> Prompt:
    """A prompt from the bytes of its file; `where` names it in errors."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{where} is not a TOML file in UTF-8: {error}") from error
    if unknown := sorted(set(table) - _KEYS):
        raise InputError(f"{where}: unknown key {unknown[0]!r}; a prompt has {_listed(_KEYS)}")
    if missing := sorted(_KEYS - set(table)):
        raise InputError(f"{where}: the key {missing[0]!r} is missing")
    for key in _TEXTS:
        if not isinstance(table[key], str):
            raise InputError(f"{where}: {key} must be a text")
    version, variables = table["version"], table["variables"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"{where}: version must be a whole number from 1 on")
    if not isinstance(variables, list) or not all(isinstance(name, str) for name in variables):
        raise InputError(f"{where}: variables must be a list of names")
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
    )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
