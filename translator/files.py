"""Files that a user names: regular ones, read whole, up to a size."""

from __future__ import annotations

import stat
from pathlib import Path

from translator.errors import InputError


def read(path: Path, most: int, name: str) -> bytes:
    """The bytes of a file; `name` is what messages call it.

    Raises:
        InputError: it is missing, may not be read, is a folder, a pipe or a device, or has more
            than `most` bytes.
    """
    require_regular(path, name)
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}") from error
    if len(data) > most:
        raise InputError(f"{name} is over {most // 1_000_000} MB: split it")
    return data


def require_regular(path: Path, name: str) -> None:
    """Raise InputError unless `path` is a file or a link to one: a pipe or device never ends."""
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in the path
        raise InputError(f"{str(path)[:200]!r} cannot be read: {error}; check the path") from error
    if not regular:
        raise InputError(f"{name} cannot be read: it is not a regular file; give a file")
