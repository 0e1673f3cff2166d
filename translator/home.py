"""Where data lies: what ships with the package, and what this user keeps."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_home() -> Path:
    """The user's data folder: TRANSLATOR_HOME, or the platform's usual place."""
    override = os.environ.get("TRANSLATOR_HOME")
    if override:
        return Path(override).expanduser().resolve()
    return Path(platformdirs.user_data_dir("translator", appauthor=False))


def shipped(name: str) -> Path:
    """A data folder that ships with the package (`adapters`, `prompts`, `seeds`).

    A wheel carries them under `translator/_data`; a checkout has the texts at the top level.
    """
    package = Path(__file__).resolve().parent
    packed = package / "_data" / name
    return packed if packed.is_dir() else package.parent / name
