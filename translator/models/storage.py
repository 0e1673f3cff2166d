"""Large files that must be right: room checked first, hashed, recorded, locked, moved in whole."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from translator.errors import ModelError

CHUNK = 1 << 20
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR})
_REMEDY = "set TRANSLATOR_HOME to a folder on another disk"
_UNSAFE = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_TEXTS = ("name", "sha256", "recipe", "revision", "licence")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long step is: `done` of `total` bytes (0: not known), `speed` in bytes a second.

    `note` is a line worth keeping on the screen, such as why the Hub was left for the wheels.
    """

    stage: str
    done: int = 0
    total: int = 0
    speed: float = 0.0
    note: str = ""


Report = Callable[[Progress], None]


class Meter:
    """Counts the bytes of one stage and reports them, at most ten times a second."""

    def __init__(self, report: Report, stage: str, total: int, done: int = 0) -> None:
        self._report, self._stage, self._total = report, stage, total
        self._first = self._done = done
        self._start = time.monotonic()
        self._next = 0.0
        self.at(done)

    def add(self, count: int) -> None:
        """`count` more bytes are done."""
        self.at(self._done + count)

    def at(self, done: int) -> None:
        """`done` bytes are done, all told."""
        self._done = max(self._done, min(done, self._total))
        now = time.monotonic()
        if now < self._next and self._done < self._total:
            return
        self._next = now + 0.1
        speed = max(0, self._done - self._first) / max(now - self._start, 1e-3)
        self._report(Progress(self._stage, self._done, self._total, speed))


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file under a folder: relative path with /, size in bytes, SHA-256, mtime when hashed."""

    path: str
    size: int
    sha256: str
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder must hold. `sha256` stands for the model it came from, `recipe` for how."""

    name: str
    sha256: str
    files: tuple[FileRecord, ...]
    recipe: str = ""
    revision: str = ""
    licence: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def data(self) -> dict[str, Any]:
        """As JSON data; `parse` is the way back."""
        return {"schema": 1, **asdict(self)}


def parse(data: Any) -> Manifest:
    """A manifest from JSON data that nobody vouches for.

    Raises ValueError for a wrong field, and for a path that would leave its folder.
    """
    if not isinstance(data, dict) or data.get("schema") != 1 or not isinstance(data["files"], list):
        raise ValueError("not a manifest of schema 1")
    files = tuple(_file(item) for item in data["files"])
    if not files or len({file.path.casefold() for file in files}) != len(files):
        raise ValueError("it lists no file, or one twice")
    texts = [data.get(key, "") for key in _TEXTS]
    if not all(
        isinstance(text, str) and text.isprintable() for text in texts
    ) or not _SHA256.fullmatch(texts[1]):
        raise ValueError("a field of the manifest has the wrong form")
    return Manifest(**dict(zip(_TEXTS, texts, strict=True)), files=files)


def _file(item: Any) -> FileRecord:
    if not isinstance(item, dict) or not isinstance(item.get("path"), str):
        raise ValueError("a file of the manifest has the wrong form")
    size, mtime, sha = item.get("size"), item.get("mtime_ns", 0), item.get("sha256")
    if not is_inside(item["path"]):
        raise ValueError(f"the path {item['path'][:80]!r} is not allowed")
    if type(size) is not int or size < 0 or type(mtime) is not int:
        raise ValueError(f"{item['path']} has no proper size")
    if not isinstance(sha, str) or not _SHA256.fullmatch(sha):
        raise ValueError(f"{item['path']} has no proper SHA-256")
    return FileRecord(item["path"], size, sha, mtime)


def is_inside(path: str) -> bool:
    """Whether a relative path with / stays in its folder and can be written on every system."""
    return (
        0 < len(path) <= 200
        and not _UNSAFE.search(path)
        and all(part.strip(" ") and part.rstrip(". ") == part for part in path.split("/"))
    )


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file; None where there is none or it is damaged: its folder is unproved."""
    try:
        return parse(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError):
        return None


def write_manifest(path: Path, manifest: Manifest) -> None:
    """Write `manifest` so that a reader sees all of it or none, whenever the power fails."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(manifest.data(), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def matches(folder: Path, manifest: Manifest, *, times: bool = False) -> bool:
    """Whether every file is there in its size and, with `times`, untouched since it was hashed."""
    try:
        for file in manifest.files:
            state = (folder / file.path).stat()
            if state.st_size != file.size or (times and state.st_mtime_ns != file.mtime_ns):
                return False
    except OSError:
        return False
    return True


def record(
    folder: Path, paths: Iterable[Path], step: Callable[[int], None] | None = None
) -> tuple[FileRecord, ...]:
    """Hash `paths`, all under `folder`, in the order of their names."""
    found = []
    for path in sorted(paths):
        # mtime before the bytes: a file that changes meanwhile then shows as touched.
        state = path.stat()
        found.append(
            FileRecord(
                path.relative_to(folder).as_posix(),
                state.st_size,
                sha256(path, step),
                state.st_mtime_ns,
            )
        )
    return tuple(found)


def sha256(path: Path, step: Callable[[int], None] | None = None) -> str:
    """SHA-256 of a file in hex, read in pieces of a mebibyte; `step` hears of each."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
            if step:
                step(len(piece))
    return digest.hexdigest()


def digest_of(files: Iterable[FileRecord]) -> str:
    """One SHA-256 for many files: that of their `sha256sum` listing, sorted by path."""
    lines = sorted((file.path, file.sha256) for file in files)
    return hashlib.sha256("".join(f"{sha}  {path}\n" for path, sha in lines).encode()).hexdigest()


def flush(paths: Iterable[Path]) -> None:
    """Have the disk keep `paths` for good before anything vouches for them."""
    for path in paths:
        handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def bytes_in(folder: Path) -> int:
    """Bytes on disk under `folder`, where files may vanish meanwhile or be laid out ahead."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                state = Path(parent, name).stat()
                blocks = getattr(state, "st_blocks", None)
                total += state.st_size if blocks is None else min(state.st_size, blocks * 512)
    return total


def wrong_bytes(sender: str, expected: str, got: str) -> str:
    """What to say of bytes that are not those of the catalogue."""
    return f"wrong bytes from {sender}, removed: SHA-256 {expected} expected, {got} received"


@contextlib.contextmanager
def locked(path: Path, report: Report, name: str) -> Iterator[None]:
    """Hold the lock file `path`; while another process has it, say so once and wait.

    The system frees the lock of a process that was killed.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(Progress(f"waiting for another process that is working on the model {name}"))
        lock.acquire(poll_interval=0.2)
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def on_disk(folder: Path, need: int = 0, remedy: str = _REMEDY) -> Iterator[None]:
    """Make `folder` and see that `need` bytes fit; what the disk refuses becomes a ModelError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if free < need:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield
    except OSError as fault:
        if fault.errno in FULL:
            raise _full(folder, need, remedy) from fault
        if fault.errno in _DENIED:
            raise ModelError(
                f"cannot use {fault.filename or folder}: {fault.strerror}; {remedy}"
            ) from fault
        raise


def _full(folder: Path, need: int, remedy: str) -> ModelError:
    wanted = f"{in_words(need)} are needed" if need else "more room is needed"
    free = in_words(shutil.disk_usage(folder).free)
    return ModelError(
        f"the disk is full: {wanted} in {folder} and {free} are free; make room, or {remedy}"
    )


def in_words(count: int) -> str:
    """A number of bytes as people read it: 1.1 GB."""
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
