"""What became of every article of an output folder: manifest.jsonl, a line an article.

While a batch runs, lines are appended, the last of an article counting; at the start and at the
end the file is replaced in one step by one line an article. Whenever a process is killed, every
whole line holds, and a last one that is cut off is left out.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal, get_args

from translator.errors import UsageError

FILE = "manifest.jsonl"

# pending: not begun, or stopped; gaps: some sentences have no translation; failed: no output
Status = Literal["pending", "ok", "flagged", "gaps", "failed"]


@dataclass(frozen=True, slots=True)
class Record:
    """An article: `content` and `settings` are SHA-256; `outputs` are paths in the output folder.

    Each output has the SHA-256 that it was written with, or nothing while it may be written: what
    differs from that has been changed by someone else. `findings` are those of the checks, each
    with its sentence and translation; `message` says why an article failed.
    """

    file: str
    stem: str
    outputs: dict[str, str]
    status: Status = "pending"
    content: str = ""
    settings: str = ""
    seconds: float = 0.0
    segments: int = 0
    errors: int = 0
    warnings: int = 0
    message: str = ""
    findings: tuple[dict[str, Any], ...] = field(default=(), compare=False)


class Manifest:
    """The manifest of a folder; findings stay on disk, for there may be many.

    Raises:
        UsageError: the folder has another file of that name.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._index: dict[str, tuple[int, Record]] = {}
        self._file: IO[bytes] | None = None
        self._load()

    def known(self, stem: str) -> Record | None:
        """What became of an article, without its findings."""
        found = self._index.get(stem)
        return found[1] if found else None

    @property
    def outputs(self) -> set[str]:
        """Every output path that is ours."""
        return {path for _, record in self._index.values() for path in record.outputs}

    def begin(self, articles: Iterable[Record]) -> None:
        """Claim the outputs of articles before any is written, and open for `add`."""
        claims = {record.stem: self._with_old(record) for record in articles}
        kept = (self._line(at) for stem, (at, _) in self._index.items() if stem not in claims)
        self._replace(chain(kept, map(_encoded, claims.values())))
        self._file = self.path.open("ab")

    def add(self, record: Record) -> None:
        """Put down what became of an article; a process killed after this has not lost it."""
        assert self._file is not None  # noqa: S101 - `begin` comes first
        old = self.known(record.stem)
        merged = replace(record, outputs={**(old.outputs if old else {}), **record.outputs})
        at = self._file.tell()
        self._file.write(_encoded(merged))
        self._file.flush()
        self._index[record.stem] = (at, replace(merged, findings=()))

    def _with_old(self, record: Record) -> Record:
        """A claim; what is known of the article stays, as do outputs of other formats."""
        found = self._index.get(record.stem)
        if found is None:
            return record
        old = _decoded(self._line(found[0]))
        return replace(old, file=record.file, outputs={**record.outputs, **old.outputs})

    def finish(self) -> None:
        """Leave one line an article, in the order in which they were first seen."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        self._replace(self._line(at) for at, _ in self._index.values())

    def records(self) -> Iterator[Record]:
        """Every article with its findings, read from disk one by one."""
        for at, _ in list(self._index.values()):
            yield _decoded(self._line(at))

    def _load(self) -> None:
        if not self.path.exists():
            return
        at = 0
        with self.path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):  # else it was cut off by a power failure
                    try:
                        record = _decoded(line)
                    except (ValueError, KeyError, TypeError) as fault:
                        raise UsageError(
                            f"{self.path} is no manifest of this program ({fault}): choose another "
                            "output folder, or remove the file"
                        ) from fault
                    self._index[record.stem] = (at, replace(record, findings=()))
                at += len(line)

    def _line(self, at: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(at)
            return file.readline()

    def _replace(self, lines: Iterable[bytes]) -> None:
        temporary = self.path.with_name(f".{FILE}.tmp")
        with temporary.open("wb") as file:
            index = {}
            for line in lines:
                record = _decoded(line)
                index[record.stem] = (file.tell(), replace(record, findings=()))
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.path)
        self._index = index


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder and keep other batches out of it.

    Raises:
        UsageError: another one is at work there, or the folder cannot be made.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{FILE}.lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(
            f"another batch is writing into {folder}: wait for it, or choose another folder"
        ) from error
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def _encoded(record: Record) -> bytes:
    return (json.dumps(asdict(record), ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _decoded(line: bytes) -> Record:
    data = json.loads(line)
    if data["status"] not in get_args(Status):
        raise ValueError(f"no status is {data['status']!r}")
    return Record(**{**data, "findings": tuple(data["findings"])})
