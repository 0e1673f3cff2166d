"""The models in one folder: pull, verify, prepare for an engine, export and import."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from translator.errors import ModelError, UsageError
from translator.models import acceptance, adapters, archive, download, hub
from translator.models.acceptance import pinned
from translator.models.adapters import Adapter
from translator.models.catalogue import ModelEntry, ModelRef, catalogue, is_hub_id, resolve
from translator.models.folder import FileCheck, ModelFolder, check_files, silent
from translator.models.storage import (
    FileRecord,
    Manifest,
    Meter,
    Progress,
    Report,
    digest_of,
    flush,
    matches,
    record,
)

Build = Callable[[Path, Path], None]


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A row of `models list`. `size` in bytes: on this disk, or to download where not here."""

    name: str
    title: str
    licence: str
    size: int
    state: str  # "not here", "pulled", "prepared" or "adapter"
    path: Path | None


class ModelStore:
    """The models in one folder. `entries` is the catalogue, `hub` another Hub's address.

    Methods take a name that `resolve` knows and raise UsageError for others. All may raise
    ModelError, and say through `report` when they wait for another process. A name with an
    adapter stands for the changed model: what is kept of it lies in the folder of its base.
    """

    def __init__(
        self,
        folder: Path,
        entries: Mapping[str, ModelEntry] | None = None,
        *,
        hub: str | None = None,
    ) -> None:
        self._folder, self._hub = folder, hub
        self._entries = catalogue() if entries is None else entries

    def pull(self, name: str, *, report: Report = silent) -> Path:
        """The model as published, proved: a file, or the folder of a Hub snapshot.

        Downloaded where it is not here; otherwise answered at once, without hashing again.
        """
        ref, place = self._find(name)
        if ref.path:
            return ref.path
        if not place.untouched():
            with place.held(report):
                self._pull(ref, place, report)
        return _original(ref, place)

    def prepared(
        self, name: str, recipe: str, build: Build, *, room: int = 0, report: Report = silent
    ) -> Path:
        """A folder with the model made ready for an engine: made once, then found in milliseconds.

        `recipe` names all that changes the result: engine, version, quantisation. `build` gets the
        original's path and an empty folder to fill; `room` is how many bytes it will need. What it
        raises passes through, and nothing of its work is left. The original is pulled only where
        the copy is not here yet, and not missed afterwards. With an adapter, `build` is to merge
        it: the copy is one of base and adapter together.
        """
        ref, place = self._find(name)
        if ref.adapter is not None:
            recipe = _with_adapter(recipe, adapters.find(ref.adapter, self._folder))
        source = self._known(ref, place)
        if source and (folder := place.ready(recipe, source)):
            return folder
        with place.held(report):
            source = self._known(ref, place)
            if source and (folder := place.ready(recipe, source)):
                return folder
            self._pull(ref, place, report)
            source = self._learn(ref, place, report)
            if folder := place.ready(recipe, source):
                return folder
            report(Progress(f"preparing {name}"))
            with place.workplace(room) as work:
                (made := work / "copy").mkdir()
                build(_original(ref, place), made)
                return place.keep(made, recipe, source, report)

    def verify(self, name: str, *, report: Report = silent) -> list[FileCheck]:
        """Hash every file again; a broken original, or a copy with a broken file, is removed.

        A model of the user's own is compared with what it was when first used, and left alone.
        """
        ref, place = self._find(name)
        with place.held(report):
            found: list[FileCheck] = []
            if ref.adapter is not None:
                adapter = adapters.find(ref.adapter, self._folder)
                found = check_files(adapter.folder, adapter.manifest(name), "", report)
            if ref.path:
                return found + self._verify_local(ref.path, place, report)
            published = _expected(ref, place)
            if published and place.original.is_dir():
                found += self._check_original(published, place, report)
            for folder, manifest in place.copies():
                checks = check_files(
                    folder, manifest, "the copy is made again when next needed", report
                )
                if not all(check.ok for check in checks):
                    shutil.rmtree(folder)
                found += checks
        if not any(check.path.is_relative_to(place.root) for check in found):
            raise _not_here(ref.name)
        return found

    def drop_original(self, name: str) -> int:
        """Remove the original of a model that has a prepared copy; the bytes set free."""
        ref, place = self._find(name)
        if ref.path:
            raise UsageError(f"{name} is a file or folder of yours: remove it yourself")
        with place.held(silent):
            published = place.published()
            if published is None or not place.original.is_dir():
                return 0
            if not any(matches(folder, manifest) for folder, manifest in place.copies()):
                raise ModelError(f"{name} has no prepared copy: without its original it is lost")
            shutil.rmtree(place.original)
            return published.size

    def sha256_of(self, name: str) -> str:
        """The SHA-256 that stands for the model in a run record.

        That of its one file; of several files, that of their `sha256sum` listing; with an adapter,
        that of a listing of both.
        """
        ref, place = self._find(name)
        if ref.adapter is not None:
            adapter = self.adapter(name)
            both = {"base": self.sha256_of(ref.name), "adapter": adapter.sha256 if adapter else ""}
            return digest_of(FileRecord(part, 0, digest) for part, digest in both.items())
        if known := self._known(ref, place):
            return known
        if ref.path is None:
            raise _not_here(name)
        with place.held(silent):
            return self._learn(ref, place, silent)

    def adapter(self, name: str) -> Adapter | None:
        """The adapter that a name asks for, proved to be made for its base, which is here."""
        ref = resolve(name, self._entries)
        if ref.adapter is None:
            return None
        adapter = adapters.find(ref.adapter, self._folder)
        adapter.require_base(ref.name, self.sha256_of(ref.name))
        return adapter

    def export(
        self, name: str, file: Path, *, force: bool = False, report: Report = silent
    ) -> Path:
        """Write the model to one file for `import_` on a machine without network; its path.

        The original where it is here, since any engine can be prepared from it; otherwise the
        prepared copies, which serve engines of the same recipe only. An adapter goes with its base.
        """
        ref, place = self._find(name)
        if ref.path:
            raise UsageError(f"{name} is a file or folder of yours: copy it as it is")
        if file.is_dir() or (file.exists() and not force):
            raise UsageError(f"{file} exists already: give another name or --force")
        adapter = self.adapter(name)
        with place.held(report):
            folders = place.exportable(_with_adapter("", adapter) if adapter else "")
            if not folders:
                raise _not_here(name)
            found = {place.root / folder.place: folder for folder in folders}
            if adapter:
                name = f"{ref.name}+{adapter.name}"
                found[adapter.folder] = archive.Folder("adapter", adapter.manifest(name))
            archive.write(file, name, found, report)
        return file

    def import_(self, file: Path, *, report: Report = silent) -> str:
        """Take in a file that `export` wrote, or an adapter's folder; the model's name.

        Everything is proved by hash before anything is moved into place, and a catalogue model
        must be the one that the catalogue pins.
        """
        if (file / adapters.RECORD).is_file():
            kept = adapters.keep(file, file.resolve().name, self._folder)
            return f"{kept.base}+{kept.name}"
        with contextlib.closing(archive.Reader(file)) as reader:
            acceptance.require_promised(file, reader, self._entries)
            base, _, adapter = reader.name.partition("+")
            place = self._place(base)
            with place.held(report), place.workplace(reader.size) as work:
                reader.extract(work, report)
                for folder in reader.folders:
                    if folder.place == "adapter":
                        adapters.keep(work / "adapter", adapter, self._folder)
                    else:
                        place.adopt(work, folder)
        return reader.name

    def installed(self) -> list[InstalledModel]:
        """The catalogue's models, then all others that are here, then the adapters."""
        rows = [self._row(entry.name, entry) for entry in self._entries.values()]
        for root in sorted(path for path in self._folder.glob("*") if path.is_dir()):
            place = ModelFolder(root, root.name)
            manifests = [place.published(), *(manifest for _, manifest in place.copies())]
            names = [manifest.name for manifest in manifests if manifest]
            if names and root.name not in self._entries:
                rows.append(self._row(names[0], None))
        rows = [row for row in rows if row.name in self._entries or row.state != "not here"]
        return [*rows, *map(_adapter_row, adapters.installed(self._folder))]

    def _find(self, name: str) -> tuple[ModelRef, ModelFolder]:
        ref = resolve(name, self._entries)
        return ref, self._place(str(ref.path) if ref.path else ref.name)

    def _place(self, name: str) -> ModelFolder:
        """Catalogue names have no slash, and Hub names no "--", so no two names share a folder."""
        if name in self._entries:
            return ModelFolder(self._folder / name, name)
        if is_hub_id(name):
            return ModelFolder(self._folder / name.replace("/", "--"), name)
        digest = hashlib.sha256(name.encode()).hexdigest()
        return ModelFolder(self._folder / f"local-{digest[:16]}", name)

    def _row(self, name: str, entry: ModelEntry | None) -> InstalledModel:
        place = self._place(name)
        copies = [(path, item) for path, item in place.copies() if matches(path, item)]
        published = place.published()
        here = [item.size for _, item in copies]
        path, state = (copies[0][0], "prepared") if copies else (None, "not here")
        if published and matches(place.original, published):
            here.append(published.size)
            path, state = place.original, "prepared" if copies else "pulled"
        size = sum(here) or (entry.size if entry else 0)
        if entry:
            return InstalledModel(name, entry.title, entry.licence, size, state, path)
        licence = published.licence if published else ""
        return InstalledModel(name, name, licence, size, state, path)

    def _known(self, ref: ModelRef, place: ModelFolder) -> str | None:
        """The original's SHA-256 if it can be told without hashing."""
        if ref.entry:
            return ref.entry.sha256
        published = place.published()
        if published is None or ref.path is None:
            return published.sha256 if published else None
        base, paths = _own_files(ref.path)
        same = {base / file.path for file in published.files} == set(paths)
        return published.sha256 if same and matches(base, published, times=True) else None

    def _learn(self, ref: ModelRef, place: ModelFolder, report: Report) -> str:
        """The original's SHA-256, hashed and recorded where the model is the user's own."""
        if known := self._known(ref, place):
            return known
        if ref.path is None:
            raise _not_here(ref.name)
        base, paths = _own_files(ref.path)
        size = sum(path.stat().st_size for path in paths)
        files = record(base, paths, Meter(report, f"hashing {ref.path.name}", size).add)
        digest = files[0].sha256 if len(files) == 1 else digest_of(files)
        place.vouch(Manifest(str(ref.path), digest, files), base)
        return digest

    def _pull(self, ref: ModelRef, place: ModelFolder, report: Report) -> None:
        """Make sure of the original; the lock is held."""
        if ref.path or place.untouched():
            return
        expected = _expected(ref, place)
        if expected and place.original.is_dir():
            checks = self._check_original(expected, place, report)
            broken = [check for check in checks if not check.ok]
            for check in broken:
                report(Progress("downloading", note=f"{check.path}: {check.message}"))
            if not broken:
                return
        if variable := download.offline():
            recipes = ", ".join(manifest.recipe for _, manifest in place.copies())
            here = f"here only as prepared for {recipes}" if recipes else "not here"
            raise ModelError(
                f"{ref.name} is {here} and {variable} forbids the network: export it on another"
                " machine and run `translator models import FILE`"
            )
        if ref.entry:
            self._pull_entry(ref.entry, place, report)
        else:
            self._pull_snapshot(ref, place, report)

    def _pull_entry(self, entry: ModelEntry, place: ModelFolder, report: Report) -> None:
        path = download.fetch(entry, place.download, report, self._hub)
        flush([path])
        place.original.mkdir(exist_ok=True)
        path.replace(place.original / entry.file)
        place.vouch(pinned(entry))
        shutil.rmtree(place.download, ignore_errors=True)

    def _pull_snapshot(self, ref: ModelRef, place: ModelFolder, report: Report) -> None:
        before = place.published()
        # Without a revision, a repository stays at the commit it was first pulled at.
        revision = ref.revision or (before.revision if before else None)
        commit, licence, paths = hub.snapshot(ref.repo, revision, place.original, report, self._hub)
        size = sum(path.stat().st_size for path in paths)
        files = record(place.original, paths, Meter(report, "hashing", size).add)
        flush(paths)
        place.vouch(Manifest(ref.name, digest_of(files), files, revision=commit, licence=licence))

    def _check_original(
        self, expected: Manifest, place: ModelFolder, report: Report
    ) -> list[FileCheck]:
        """Hash the original; vouch for it again, or remove what is broken."""
        checks = check_files(place.original, expected, "pull the model again", report)
        broken = [check for check in checks if not check.ok]
        for check in broken:
            check.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # only an empty folder goes
            place.original.rmdir()
        if not broken:
            place.vouch(expected)
        return checks

    def _verify_local(self, path: Path, place: ModelFolder, report: Report) -> list[FileCheck]:
        base, paths = _own_files(path)
        before = place.published()
        known = {file.path: file.sha256 for file in before.files} if before else {}
        meter = Meter(report, "checking", sum(item.stat().st_size for item in paths))
        checks = []
        for file in record(base, paths, meter.add):
            ok = known.get(file.path, file.sha256) == file.sha256
            message = "ok" if ok else "changed since it was first used"
            checks.append(FileCheck(base / file.path, ok, f"{message}, SHA-256 {file.sha256}"))
        return checks


def _with_adapter(recipe: str, adapter: Adapter) -> str:
    """The recipe of a copy with an adapter merged in; ModelFolder.exportable tells it by the +."""
    return f"{recipe}+{adapter.sha256}"


def _adapter_row(adapter: Adapter) -> InstalledModel:
    base, made = adapter.record["base"], str(adapter.record.get("created", ""))[:10]
    name, licence = f"{adapter.base}+{adapter.name}", str(base.get("licence", ""))
    title = f"adapter made {made} for {adapter.base}; terms of its data: README.md"
    return InstalledModel(name, title, licence, adapter.size, "adapter", adapter.folder)


def _original(ref: ModelRef, place: ModelFolder) -> Path:
    if ref.path:
        return ref.path
    return place.original / ref.entry.file if ref.entry else place.original


def _expected(ref: ModelRef, place: ModelFolder) -> Manifest | None:
    """What the original must be: as pinned, or as it was when it came."""
    return pinned(ref.entry) if ref.entry else place.published()


def _own_files(path: Path) -> tuple[Path, list[Path]]:
    """The files of a model of the user's own, and the folder that they lie in."""
    if path.is_file():
        return path.parent, [path]
    return path, [file for file in path.iterdir() if file.is_file() and file.name[0] != "."]


def _not_here(name: str) -> ModelError:
    return ModelError(f"{name} is not here: run `translator models pull {name}`")
