"""Names of models: the default, and one with an adapter on it, as `embedded+press`."""

from __future__ import annotations

import re
from pathlib import Path

EMBEDDED = "embedded"  # the catalogue's own, which needs nothing from elsewhere
DEFAULT = f"{EMBEDDED}+press"  # unless the user says otherwise: with the adapter that ships


def split_adapter(name: str) -> tuple[str, str | None]:
    """The model's own name, and what follows the plus; None where no adapter is asked for.

    A path may hold a plus too: where something exists by the whole name, or by a part of it that
    ends before a plus, that is the model; else the first plus divides.
    """
    cuts = [found.start() for found in re.finditer(r"\+", name)]
    if not cuts or _exists(name):
        return name, None
    at = next((cut for cut in reversed(cuts) if _exists(name[:cut])), cuts[0])
    return name[:at], name[at + 1 :]


def _exists(path: str) -> bool:
    try:
        return bool(path) and Path(path).expanduser().exists()
    except (OSError, RuntimeError, ValueError):  # no name that a file can have
        return False
