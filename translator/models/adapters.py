"""Adapters: small folders that change a model; what they must hold, where they lie.

adapter.json               what it was made for, of and how; written last, vouches for the weights
adapter_config.json        PEFT's settings
adapter_model.safetensors  the weights
README.md, loss.svg        the model card and the curve of the losses

An adapter is named by its folder's path, or by its name in `<models folder>/adapters` or among
those that ship with the package.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from translator.errors import ModelError, UsageError
from translator.home import shipped
from translator.models.storage import (
    FileRecord,
    Manifest,
    digest_of,
    flush,
    in_words,
    on_disk,
    record,
    sha256,
)

RECORD, CONFIG, WEIGHTS = "adapter.json", "adapter_config.json", "adapter_model.safetensors"
_FILES = (RECORD, CONFIG, WEIGHTS, "README.md", "loss.svg")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LARGEST = 4 << 30  # bytes of weights; a LoRA of rank 64 on a 70B model has 3 GB


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter on this machine, as its record has it and proved by it.

    `base` is the name of the model it was made for and `base_sha256` the identity of that;
    `sha256` stands for weights and settings together.
    """

    name: str
    folder: Path
    base: str
    base_sha256: str
    sha256: str
    record: dict[str, Any]

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(path.stat().st_size for path in _files(self.folder))

    def manifest(self, name: str) -> Manifest:
        """Its files as an archive lists them, under the name of the model that it makes."""
        files = record(self.folder, _files(self.folder))
        return Manifest(name, digest_of(files), files)

    def require_base(self, name: str, digest: str) -> None:
        """Raise ModelError unless it was made for the model of this SHA-256."""
        if digest != self.base_sha256:
            raise ModelError(
                f"the adapter {self.folder} was made for {self.base} (SHA-256 "
                f"{self.base_sha256[:12]}...), not for {name} ({digest[:12]}...): give its base"
            )


def find(name: str, models: Path) -> Adapter:
    """The adapter of a path or a name; `models` is the models folder.

    Raises:
        UsageError: there is none.
        ModelError: it is damaged.
    """
    try:
        path = Path(name).expanduser()
        if name and path.is_dir():
            return read(path)
    except (OSError, RuntimeError, ValueError):
        path = Path()
    if _NAME.fullmatch(name):
        for root in _roots(models):
            if (root / name).is_dir():
                return read(root / name)
    known = ", ".join(sorted({one.name for one in installed(models)})) or "none"
    raise UsageError(
        f"there is no adapter {name[:80]!r}: give a folder that exists, or a name "
        f"in {models / 'adapters'} (there: {known})"
    )


def read(folder: Path) -> Adapter:
    """The adapter in a folder.

    Raises:
        ModelError: a file is missing or not what the record says.
    """
    try:
        found = json.loads((folder / RECORD).read_bytes())
        base, weights = found["base"], found["weights_sha256"]
        texts = (base["name"], base["sha256"], weights)
        if found["schema"] != 1 or not all(isinstance(text, str) for text in texts):
            raise ValueError("it is of another version")
        if not _SHA256.fullmatch(texts[1]) or not texts[0].isprintable():
            raise ValueError("it names no base")
        if (folder / WEIGHTS).stat().st_size > _LARGEST:
            raise ValueError(f"the weights have over {in_words(_LARGEST)}")
        got = sha256(folder / WEIGHTS)
        settings = sha256(folder / CONFIG)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise ModelError(
            f"{folder} is no adapter of `translator adapt`, or is damaged ({RECORD}: {why[:120]})"
        ) from fault
    if got != weights:
        raise ModelError(
            f"the adapter {folder} is damaged: its weights are not those of its record"
        )
    files = (FileRecord(CONFIG, 0, settings), FileRecord(WEIGHTS, 0, got))
    return Adapter(folder.resolve().name, folder, texts[0], texts[1], digest_of(files), found)


def installed(models: Path) -> list[Adapter]:
    """The adapters that have a name, sorted by it; one in the models folder hides a shipped one."""
    found: dict[str, Adapter] = {}
    for root in reversed(_roots(models)):
        for folder in root.glob("*"):
            if _NAME.fullmatch(folder.name) and (folder / RECORD).is_file():
                try:
                    found[folder.name] = read(folder)
                except ModelError:  # whoever names it is told what is wrong
                    found.pop(folder.name, None)
    return [found[name] for name in sorted(found)]


def keep(folder: Path, name: str, models: Path) -> Adapter:
    """Copy the adapter in `folder` into the models folder under a name.

    Raises:
        UsageError: the name cannot be one, or another adapter has it.
        ModelError: the folder holds no sound adapter.
    """
    adapter, target = read(folder), models / "adapters" / name
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name[:80]!r} cannot be an adapter's name: use letters, digits and -")
    if target.exists():
        if read(target).sha256 != adapter.sha256:
            raise UsageError(f"there is another adapter named {name}: remove {target} first")
        return read(target)
    with on_disk(target.parent, adapter.size):
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
        try:
            for path in _files(folder):
                shutil.copyfile(path, work / path.name)
            flush(_files(work))
            work.chmod(0o755)
            work.replace(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return read(target)


def is_name(name: str) -> bool:
    """Whether an adapter can have this name."""
    return _NAME.fullmatch(name) is not None


def _roots(models: Path) -> tuple[Path, ...]:
    return models / "adapters", shipped("adapters")


def _files(folder: Path) -> Iterator[Path]:
    return (folder / name for name in _FILES if (folder / name).is_file())
