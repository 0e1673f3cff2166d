"""One model's folder on this machine, and the rules that keep it whole.

<name>.lock            held by whoever changes anything below
<name>/original/       the file as published, or a Hub snapshot
<name>/original.json   its manifest: written last, so it vouches for the rest
<name>/prepared/<...>/ an engine's copy, made in tmp/ and renamed, with a manifest of its own
<name>/download/       an unfinished download, kept for the next try
<name>/tmp/            other unfinished work, of no use to anyone after its process died
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from translator.errors import ModelError
from translator.models.archive import Folder
from translator.models.storage import (
    Manifest,
    Meter,
    Progress,
    Report,
    flush,
    locked,
    matches,
    on_disk,
    read_manifest,
    record,
    sha256,
    write_manifest,
)

_MANIFEST = "translator-manifest.json"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What `verify` found of one file; `message` says what was wrong and what was done."""

    path: Path
    ok: bool
    message: str


def check_files(folder: Path, manifest: Manifest, fate: str, report: Report) -> list[FileCheck]:
    """Hash every file of a manifest again; `fate` says what becomes of a broken one."""
    meter = Meter(report, f"checking {manifest.name}", manifest.size)
    checks = []
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            checks.append(FileCheck(path, False, f"missing; {fate}"))
        elif (got := sha256(path, meter.add)) == file.sha256:
            checks.append(FileCheck(path, True, "ok"))
        else:
            wrong = f"damaged, removed: SHA-256 {file.sha256} expected, {got} found; {fate}"
            checks.append(FileCheck(path, False, wrong))
    return checks


def silent(_: Progress) -> None:
    """The report of a caller who wants none."""


def copy_name(recipe: str, source: str) -> str:
    """The folder name of the copy that `recipe` makes of the original with SHA-256 `source`."""
    words = re.sub(r"[^a-z0-9._]+", "-", recipe.lower()).strip("-._")[:60] or "copy"
    return f"{words}-{hashlib.sha256(f'{recipe}|{source}'.encode()).hexdigest()[:12]}"


class ModelFolder:
    """The folder `root` of the model called `name`."""

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.name = root, name
        self.original = root / "original"
        self.download = root / "download"
        self._record = root / "original.json"

    @contextlib.contextmanager
    def held(self, report: Report) -> Iterator[None]:
        """Hold the lock, with what killed processes left in tmp/ swept away."""
        lock = self.root.with_name(self.root.name + ".lock")
        # The folder itself is made under the lock, since whoever held it may have left it empty.
        with on_disk(lock.parent), locked(lock, report, self.name), on_disk(self.root):
            shutil.rmtree(self.root / "tmp", ignore_errors=True)
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    (self.root / "tmp").rmdir()
                with contextlib.suppress(OSError):
                    self.root.rmdir()

    @contextlib.contextmanager
    def workplace(self, room: int) -> Iterator[Path]:
        """An empty folder on the same disk, with `room` bytes free; gone afterwards."""
        with on_disk(self.root / "tmp", room):
            path = Path(tempfile.mkdtemp(dir=self.root / "tmp"))
            try:
                yield path
            finally:
                shutil.rmtree(path, ignore_errors=True)

    def published(self) -> Manifest | None:
        """The manifest of the original, which may have been dropped since; None if never here."""
        return read_manifest(self._record)

    def untouched(self) -> bool:
        """Whether the original is here and no file changed since it was hashed."""
        manifest = self.published()
        return bool(manifest and matches(self.original, manifest, times=True))

    def vouch(self, manifest: Manifest, base: Path | None = None) -> None:
        """Write that the files just hashed, under `base` or original/, are what they must be."""
        write_manifest(self._record, _timed(base or self.original, manifest))

    def copies(self) -> list[tuple[Path, Manifest]]:
        """The prepared copies that have a manifest."""
        paths = sorted(self.root.glob(f"prepared/*/{_MANIFEST}"))
        return [(path.parent, found) for path in paths if (found := read_manifest(path))]

    def ready(self, recipe: str, source: str) -> Path | None:
        """The copy `recipe` made of `source`, if every file is there in its size."""
        folder = self.root / "prepared" / copy_name(recipe, source)
        manifest = read_manifest(folder / _MANIFEST)
        return folder if manifest and matches(folder, manifest) else None

    def keep(self, work: Path, recipe: str, source: str, report: Report) -> Path:
        """Hash the copy made in `work`, write its manifest and rename it into its place."""
        paths = [path for path in work.rglob("*") if path.is_file()]
        if not paths:
            raise ModelError(f"preparing {self.name} ({recipe}) wrote no file")
        size = sum(path.stat().st_size for path in paths)
        meter = Meter(report, "recording the prepared copy", size)
        manifest = Manifest(self.name, source, record(work, paths, meter.add), recipe)
        target = self.root / "prepared" / copy_name(recipe, source)
        self._move(work, target, manifest)
        return target

    def exportable(self, adapter: str = "") -> list[Folder]:
        """The original if it is here, else the prepared copies.

        Copies with an adapter merged in, whose recipes end in +..., only where it is `adapter`.
        """
        manifest = self.published()
        if manifest and matches(self.original, manifest):
            return [Folder("original", manifest)]
        return [
            Folder(f"prepared/{folder.name}", manifest)
            for folder, manifest in self.copies()
            if matches(folder, manifest)
            and manifest.recipe[len(manifest.recipe.partition("+")[0]) :] in ("", adapter)
        ]

    def adopt(self, work: Path, folder: Folder) -> None:
        """Move a folder read from an archive, already proved, from `work` into its place."""
        manifest = folder.manifest
        if folder.place != "original":
            self._move(work / folder.place, self.root / folder.place, manifest)
            return
        flush(work / "original" / file.path for file in manifest.files)
        _replace(work / "original", self.original)
        self.vouch(manifest)

    def _move(self, work: Path, target: Path, manifest: Manifest) -> None:
        flush(work / file.path for file in manifest.files)
        write_manifest(work / _MANIFEST, _timed(work, manifest))
        _replace(work, target)


def _replace(work: Path, target: Path) -> None:
    if target.exists():
        shutil.rmtree(target)
    target.parent.mkdir(exist_ok=True)
    work.replace(target)


def _timed(folder: Path, manifest: Manifest) -> Manifest:
    files = tuple(
        dataclasses.replace(file, mtime_ns=(folder / file.path).stat().st_mtime_ns)
        for file in manifest.files
    )
    return dataclasses.replace(manifest, files=files)
