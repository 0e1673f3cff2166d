"""Translations and briefs as files: one function a format, chosen by name or by ending."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from translator.brief import Brief
from translator.errors import InputError, UsageError
from translator.export.data import to_json
from translator.export.prose import to_markdown, to_text
from translator.pipeline import Translation

Exporter = Callable[[Translation, "Brief | None"], str]

FORMATS: dict[str, Exporter] = {"md": to_markdown, "txt": to_text, "json": to_json}
_ENDINGS = {".md": "md", ".markdown": "md", ".txt": "txt", ".json": "json"}


def format_of(path: Path) -> str:
    """The format that a file's ending stands for.

    Raises:
        UsageError: no format has that ending.
    """
    name = _ENDINGS.get(path.suffix.lower())
    if name is None:
        known = ", ".join(_ENDINGS)
        raise UsageError(f"{path}: no format ends like this (known: {known}); add --format")
    return name


def check_writable(path: Path, *, force: bool) -> None:
    """Refuse a target before any work is done for it.

    Raises:
        UsageError: the file is there already and `force` is not set.
        InputError: its folder is not there.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file")
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; add --force to replace it")
    if not path.parent.is_dir():
        raise InputError(f"the folder {path.parent} is not there; create it first")


def write(path: Path, text: str) -> None:
    """Write a file in one step: a reader sees the old content or the new, never a part.

    Raises:
        InputError: the file cannot be written there.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(text)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
