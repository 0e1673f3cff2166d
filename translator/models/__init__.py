"""Models on this machine: list, pull, verify, prepare for an engine, export and import.

These functions work on the user's data home (`<data home>/models`); ModelStore does the same on
any folder, catalogue and Hub.

    __init__, store     what callers use
    catalogue(.toml)    the models that have a name of ours, as data; what a name may be
    adapters            small folders that change a model
    folder              one model on disk, and what keeps it whole
    download, hub, wheels   where bytes come from
    acceptance          whether such a file holds what it says
    archive             one file that carries a model to a machine without network
    storage             progress, hashes, manifests, locks, room on the disk
"""

from __future__ import annotations

from pathlib import Path

from translator import home
from translator.model_name import DEFAULT, EMBEDDED, split_adapter
from translator.models.adapters import Adapter
from translator.models.catalogue import ModelEntry, ModelRef, catalogue, resolve
from translator.models.folder import FileCheck, silent
from translator.models.storage import Progress, Report
from translator.models.store import Build, InstalledModel, ModelStore

__all__ = [
    "DEFAULT",
    "EMBEDDED",
    "Adapter",
    "Build",
    "FileCheck",
    "InstalledModel",
    "ModelEntry",
    "ModelRef",
    "ModelStore",
    "Progress",
    "Report",
    "adapter_of",
    "catalogue",
    "drop_original",
    "export",
    "import_",
    "installed",
    "prepared",
    "pull",
    "resolve",
    "sha256_of",
    "silent",
    "verify",
    "writes_summaries",
]


def writes_summaries(name: str) -> bool:
    """Whether a model, with an adapter or without, is to write briefs and not headlines alone."""
    entry = catalogue().get(split_adapter(name)[0])
    return entry is None or entry.writes == "brief"


def pull(name: str = EMBEDDED, *, report: Report = silent) -> Path:
    """See ModelStore.pull."""
    return _store().pull(name, report=report)


def verify(name: str = EMBEDDED, *, report: Report = silent) -> list[FileCheck]:
    """See ModelStore.verify."""
    return _store().verify(name, report=report)


def prepared(
    name: str, recipe: str, build: Build, *, room: int = 0, report: Report = silent
) -> Path:
    """See ModelStore.prepared."""
    return _store().prepared(name, recipe, build, room=room, report=report)


def drop_original(name: str = EMBEDDED) -> int:
    """See ModelStore.drop_original."""
    return _store().drop_original(name)


def sha256_of(name: str = EMBEDDED) -> str:
    """See ModelStore.sha256_of."""
    return _store().sha256_of(name)


def adapter_of(name: str) -> Adapter | None:
    """See ModelStore.adapter."""
    return _store().adapter(name)


def export(name: str, file: Path, *, force: bool = False, report: Report = silent) -> Path:
    """See ModelStore.export."""
    return _store().export(name, file, force=force, report=report)


def import_(file: Path, *, report: Report = silent) -> str:
    """See ModelStore.import_."""
    return _store().import_(file, report=report)


def installed() -> list[InstalledModel]:
    """See ModelStore.installed."""
    return _store().installed()


def _store() -> ModelStore:
    return ModelStore(home.data_home() / "models")
