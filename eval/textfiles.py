"""Line-aligned text files: read strictly, because one stray line break shifts every score."""

from __future__ import annotations

import re
from pathlib import Path

from translator.errors import InputError

# What some reader on the way takes for a line break, and other characters nobody can see.
_FORBIDDEN = re.compile(
    "[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]"
)
_CONTROL = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]")


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, as it is.

    Raises:
        InputError: it cannot be read, is not UTF-8, or begins with a byte order mark.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    if text.startswith("\ufeff"):
        raise InputError(f"{path}, line 1: a byte order mark; save it as UTF-8 without one")
    return text


def read_lines(path: Path, *, empty: bool = False) -> tuple[str, ...]:
    """The lines of a file; only LF ends one.

    Args:
        path: a UTF-8 file.
        empty: whether a line may be empty, as a system's output may be.

    Raises:
        InputError: a line ends in CRLF, holds a control character or a Unicode line
            separator, or is empty; the message names it.
    """
    lines = tuple(read_text(path).removesuffix("\n").split("\n"))
    for number, line in enumerate(lines, 1):
        require_clean(line, f"{path}, line {number}", empty=empty)
    return lines


def require_clean(text: str, where: str, *, empty: bool = False) -> None:
    """Refuse a segment that a line-based tool would count differently.

    Raises:
        InputError: it is empty, or holds a line break or a control character.
    """
    if found := _FORBIDDEN.search(text):
        raise InputError(f"{where}: {_named(found[0])}; take it out")
    if not empty and not text.strip():
        raise InputError(f"{where}: it is empty; every segment needs a text")


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    if character == "\r":
        return "a carriage return (CRLF line ends?); save it with LF"
    if character in "\u2028\u2029\u0085":
        return f"{code}, a Unicode line separator"
    if _CONTROL.match(character):
        return f"{code}, a control character"
    return f"{code}, which is no character"
