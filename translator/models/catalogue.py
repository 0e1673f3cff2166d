"""The model catalogue, and what a model's name may be: an entry, something local, a Hub id."""

from __future__ import annotations

import difflib
import functools
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from translator.errors import UsageError
from translator.model_name import split_adapter

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

# The Hub's own rule for ids, and git's for revisions, narrowed to what is safe in a folder's name.
_HUB_ID = re.compile(
    r"(?P<repo>[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95})(@(?P<rev>[\w./-]+))?", re.ASCII
)
_MODEL_FILES = ("config.json", "model.bin", "*.gguf")


@dataclass(frozen=True, slots=True)
class HubSource:
    """Where the Hugging Face Hub has the file; `revision` is a commit, so the bytes cannot move."""

    repo: str
    file: str
    revision: str


@dataclass(frozen=True, slots=True)
class Part:
    """One slice of the file: its size in bytes and its SHA-256 in hex."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Data-only wheels whose one data file each, joined in the order of `parts`, is the file.

    `distribution` and `member` (a glob inside the wheel) are format strings over n, from 1.
    """

    distribution: str
    version: str
    member: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One catalogue model: a single file pinned by `size` (bytes) and `sha256` (hex).

    `writes` is what of a brief it writes well enough to be asked for.
    """

    name: str
    title: str
    architecture: Literal["causal"]
    file: str
    size: int
    sha256: str
    licence: str
    hub: HubSource | None
    wheels: WheelSource | None
    writes: Literal["headline", "brief"] = "brief"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """What a model's name stands for: `entry` for the catalogue, `path` for something local.

    `adapter` is the path or name of one that is to change the model; `name` is without it.
    """

    kind: Literal["catalogue", "local", "hub"]
    name: str
    entry: ModelEntry | None = None
    path: Path | None = None
    adapter: str | None = None

    @property
    def repo(self) -> str:
        """The Hub id without its revision."""
        return self.name.partition("@")[0]

    @property
    def revision(self) -> str | None:
        """The revision asked for, if any."""
        return self.name.partition("@")[2] or None


@functools.cache
def catalogue() -> Mapping[str, ModelEntry]:
    """The catalogue that ships with the package, by name."""
    return load(Path(__file__).with_name("catalogue.toml").read_text(encoding="utf-8"))


def load(text: str) -> dict[str, ModelEntry]:
    """A catalogue from its TOML text.

    Raises KeyError, TypeError or ValueError where the text does not fit: it is our own data, and a
    test reads it.
    """
    return {name: _entry(name, table) for name, table in tomllib.loads(text)["models"].items()}


def _entry(name: str, table: dict[str, Any]) -> ModelEntry:
    fields = dict(table)
    hub, wheels = fields.pop("hub", None), fields.pop("wheels", None)
    if wheels:
        parts = tuple(Part(**part) for part in wheels["parts"])
        wheels = WheelSource(**{**wheels, "parts": parts})
        if sum(part.size for part in parts) != fields["size"]:
            raise ValueError(f"{name}: the parts do not add up to the size of the file")
    return ModelEntry(name=name, hub=HubSource(**hub) if hub else None, wheels=wheels, **fields)


def resolve(name: str, entries: Mapping[str, ModelEntry] | None = None) -> ModelRef:
    """What `name` stands for; nothing is fetched.

    A catalogue name comes first, then an existing model folder or .gguf file, then a Hub id
    ("owner/name" or "owner/name@revision"). Any of them may be followed by + and an adapter.
    Raises UsageError for anything else.
    """
    entries = catalogue() if entries is None else entries
    base, adapter = split_adapter(name)
    if adapter is not None:
        return replace(resolve(base, entries), adapter=adapter)
    if name in entries:
        return ModelRef("catalogue", name, entry=entries[name])
    try:
        path = Path(name).expanduser()
        if name and path.exists():
            return _local(name, path.resolve())
    except (OSError, RuntimeError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise UsageError(f"cannot look for the model {name[:80]!r}: {why}") from fault
    if is_hub_id(name):
        return ModelRef("hub", name)
    raise UsageError(_unknown(name, entries))


def is_hub_id(name: str) -> bool:
    """Whether `name` is "owner/name" or "owner/name@revision"; a .gguf ending means a file."""
    return bool(_HUB_ID.fullmatch(name)) and not re.search(r"--|\.\.|//|\.gguf$", name)


def _local(name: str, path: Path) -> ModelRef:
    if path.is_dir():
        if any(True for pattern in _MODEL_FILES for _ in path.glob(pattern)):
            return ModelRef("local", name, path=path)
        raise UsageError(
            f"{path} is a folder but no model: it holds none of {', '.join(_MODEL_FILES)}"
        )
    if path.suffix.lower() == ".gguf":
        return ModelRef("local", name, path=path)
    raise UsageError(f"{path} is no model: give a model folder or a .gguf file")


def _unknown(name: str, entries: Mapping[str, ModelEntry]) -> str:
    close = difflib.get_close_matches(name, entries, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return (
        f"unknown model {name[:80]!r}{hint}: give one of {', '.join(entries)}, the path of a model"
        " folder or .gguf file that exists, or a Hugging Face id as owner/name[@revision];"
        " +ADAPTER may follow"
    )
