"""Whether an exported model is what its name promises: looked at before anything is unpacked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from translator.errors import ModelError
from translator.models import archive
from translator.models.adapters import is_name
from translator.models.catalogue import ModelEntry, is_hub_id
from translator.models.folder import copy_name
from translator.models.storage import FileRecord, Manifest, digest_of


def require_promised(file: Path, reader: archive.Reader, entries: Mapping[str, ModelEntry]) -> None:
    """Refuse an archive whose contents are not what its name promises."""
    base, plus, adapter = reader.name.partition("+")
    entry = entries.get(base)
    places = {folder.place for folder in reader.folders}
    known = entry is not None or is_hub_id(base)
    if not known or bool(plus) != ("adapter" in places) or (plus and not is_name(adapter)):
        raise ModelError(
            f"{file} was not imported: this version knows no model {reader.name[:80]!r}"
        )
    for folder in reader.folders:
        manifest = folder.manifest
        wanted_name = base
        if folder.place == "adapter":
            wanted_name = reader.name
            right = manifest.sha256 == digest_of(manifest.files)
        elif folder.place == "original":
            wanted = pinned(entry) if entry else manifest
            digest = entry.sha256 if entry else digest_of(manifest.files)
            right = _listing(manifest) == _listing(wanted) and manifest.sha256 == digest
        else:
            name = copy_name(manifest.recipe, manifest.sha256)
            digest = entry.sha256 if entry else manifest.sha256
            right = folder.place == f"prepared/{name}" and manifest.sha256 == digest
        if not right or manifest.name != wanted_name:
            raise ModelError(
                f"{file} was not imported: its {folder.place} is not the model {reader.name}"
            )


def pinned(entry: ModelEntry) -> Manifest:
    """The manifest that a catalogue model's original must have."""
    return Manifest(entry.name, entry.sha256, (FileRecord(entry.file, entry.size, entry.sha256),))


def _listing(manifest: Manifest) -> set[tuple[str, int, str]]:
    return {(file.path, file.size, file.sha256) for file in manifest.files}
