"""Translations and briefs as files: one function a format, chosen by name or by ending."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from translator.brief import Brief
from translator.errors import InputError, UsageError
from translator.export.data import to_json
from translator.export.prose import to_markdown, to_text
from translator.pipeline import Translation

# Bytes are a format's own container, which a terminal cannot show.
Exporter = Callable[[Translation, "Brief | None"], "str | bytes"]


def _html(translation: Translation, brief: Brief | None) -> str:
    from translator.export.page import to_html

    return to_html(translation, brief)


def _docx(translation: Translation, brief: Brief | None) -> bytes:
    from translator.export.word import to_docx

    return to_docx(translation, brief)


def _tmx(translation: Translation, _: Brief | None) -> str:
    from translator.export.exchange import to_tmx

    return to_tmx(translation)


def _xliff(translation: Translation, _: Brief | None) -> str:
    from translator.export.exchange import to_xliff

    return to_xliff(translation)


def _xliff_2(translation: Translation, _: Brief | None) -> str:
    from translator.export.exchange import to_xliff_2

    return to_xliff_2(translation)


# XLIFF without a number is 1.2: it is what translation tools read, old and new, and its states
# have a word for a translation that needs review.
FORMATS: dict[str, Exporter] = {
    "md": to_markdown,
    "txt": to_text,
    "html": _html,
    "docx": _docx,
    "json": to_json,
    "tmx": _tmx,
    "xliff": _xliff,
    "xliff2": _xliff_2,
}
_ENDINGS = {
    ".md": "md",
    ".markdown": "md",
    ".txt": "txt",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".json": "json",
    ".tmx": "tmx",
    ".xliff": "xliff",
    ".xlf": "xliff",
}


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


def check_printable(name: str) -> None:
    """Refuse to print a format that a terminal cannot show, before any work is done for it.

    Raises:
        UsageError: standard output is a terminal and the format is not text.
    """
    if name == "docx" and sys.stdout.isatty():
        raise UsageError("docx is not text for a terminal; name a file with -o FILE.docx")


def write(path: Path, content: str | bytes) -> None:
    """Write a file in one step: a reader sees the old content or the new, never a part.

    Raises:
        InputError: the file cannot be written there.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            temporary = Path(file.name)
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
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
