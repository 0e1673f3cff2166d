"""A model in one file: an uncompressed tar that begins with a manifest of all that follows.

    manifest.json                   {"kind", "schema", "name", "folders": [{"place", ...manifest}]}
    0001-<name>, 0002-<name> ...    the files of those folders, in the manifest's order

Reading trusts nothing: member names are never used as paths, only plain files in the announced
order are accepted, and every byte is hashed before anything is moved into place.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from translator.errors import InputError, ModelError, UsageError
from translator.models.storage import (
    CHUNK,
    FileRecord,
    Manifest,
    Meter,
    Report,
    on_disk,
    parse,
)

_KIND = "translator-model"
_FIRST = "manifest.json"
_MANIFEST_LIMIT = 4 << 20
_BLOCK = tarfile.BLOCKSIZE
_PLACE = re.compile(r"original|adapter|prepared/[a-z0-9][a-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of a model: `place` is "original", "adapter" or "prepared/<its name>"."""

    place: str
    manifest: Manifest


def write(file: Path, name: str, found: Mapping[Path, Folder], report: Report) -> None:
    """Write folders, by where they lie, to `file`; it appears only when it is whole.

    Raises ModelError where the disk is full, or a file is not what its manifest says.
    """
    folders = list(found.values())
    where = {folder.place: path for path, folder in found.items()}
    size = sum(folder.manifest.size for folder in folders)
    temporary = file.with_name(file.name + ".partial")
    meter = Meter(report, f"writing {file.name}", size)
    try:
        with (
            on_disk(file.parent, size, "write it to another disk"),
            tarfile.open(temporary, "w", format=tarfile.GNU_FORMAT) as tar,
        ):
            head = _header(name, folders)
            tar.addfile(_member(_FIRST, len(head)), io.BytesIO(head))
            for number, (folder, item) in enumerate(_files(folders), 1):
                path = where[folder.place] / item.path
                with path.open("rb") as source:
                    reader = _Hashing(source, meter)
                    tar.addfile(_member(_member_name(number, item), item.size), reader)
                if reader.digest.hexdigest() != item.sha256:
                    raise ModelError(
                        f"{path} is damaged: run `translator models verify {name}` and pull again"
                    )
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


class Reader:
    """An exported model being read: its name and folders at once, its files by `extract`."""

    def __init__(self, file: Path) -> None:
        """Open `file` and check its manifest. Raises UsageError or ModelError."""
        self._path = file
        if not file.is_file():  # opening a pipe would wait for a writer
            raise InputError(f"cannot read {file}: it is not there, or no file")
        try:
            self._file = file.open("rb")
            self._size = file.stat().st_size
        except OSError as fault:
            raise UsageError(f"cannot read {file}: {fault.strerror}") from fault
        try:
            self.name, self.folders = self._manifest()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes of all files that `extract` writes."""
        return sum(folder.manifest.size for folder in self.folders)

    def extract(self, into: Path, report: Report) -> None:
        """Write every file under `into` and prove it. Raises ModelError at the first doubt."""
        meter = Meter(report, f"reading {self._path.name}", self.size)
        for number, (folder, item) in enumerate(_files(self.folders), 1):
            if self._next() != (_member_name(number, item), item.size):
                raise self._refused(f"{item.path} is not where the manifest says")
            target = into / folder.place / item.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as sink:
                got = self._copy(item.size, sink, meter)
            if got != item.sha256:
                raise self._refused(
                    f"{item.path} is damaged: SHA-256 {item.sha256} expected, {got} read"
                )
        if self._next() is not None:
            raise self._refused("it holds more than its manifest says")

    def _manifest(self) -> tuple[str, list[Folder]]:
        name, size = self._next() or ("", 0)
        if name != _FIRST or size > _MANIFEST_LIMIT:
            raise self._refused("it does not begin with a manifest")
        data = io.BytesIO()
        self._copy(size, data, None)
        try:
            content = json.loads(data.getvalue())
            if content["kind"] != _KIND or not isinstance(content["name"], str):
                raise ValueError("it was not made by `translator models export`")
            folders = [_folder(item) for item in content["folders"]]
            if not folders or len({folder.place for folder in folders}) != len(folders):
                raise ValueError("its folders are wrong")
        except (ValueError, KeyError, TypeError, RecursionError) as fault:
            raise self._refused(str(fault)[:200] or "its manifest is wrong") from fault
        if self._file.tell() + sum(folder.manifest.size for folder in folders) > self._size:
            raise self._refused("it is cut short: copy it again")
        return content["name"], folders

    def _next(self) -> tuple[str, int] | None:
        """Name and size of the next member; None at the end.

        Headers are read one block at a time, not by tarfile.open: long-name and pax headers,
        links and devices are then simply refused, and none can make us hold gigabytes.
        """
        block = self._file.read(_BLOCK)
        if not block.strip(b"\0"):
            return None
        try:
            member = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as fault:
            raise self._refused("it is no tar file, or it is damaged") from fault
        if member.type != tarfile.REGTYPE or member.size < 0:
            raise self._refused(f"{member.name[:80]!r} is not a plain file")
        return member.name, member.size

    def _copy(self, size: int, sink: IO[bytes], meter: Meter | None) -> str:
        digest = hashlib.sha256()
        left = size
        while left:
            piece = self._file.read(min(CHUNK, left))
            if not piece:
                raise self._refused("it is cut short: copy it again")
            left -= len(piece)
            digest.update(piece)
            sink.write(piece)
            if meter:
                meter.add(len(piece))
        self._file.read(-size % _BLOCK)
        return digest.hexdigest()

    def _refused(self, why: str) -> ModelError:
        return ModelError(f"{self._path} was not imported: {why}")


def _header(name: str, folders: list[Folder]) -> bytes:
    places = [{"place": folder.place, **folder.manifest.data()} for folder in folders]
    content = {"kind": _KIND, "schema": 1, "name": name, "folders": places}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _folder(item: Any) -> Folder:
    manifest = parse(item)
    if not _PLACE.fullmatch(item["place"]):
        raise ValueError(f"the place {item['place'][:80]!r} is not allowed")
    return Folder(item["place"], manifest)


def _files(folders: list[Folder]) -> Iterator[tuple[Folder, FileRecord]]:
    for folder in folders:
        for item in folder.manifest.files:
            yield folder, item


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    return member


def _member_name(number: int, item: FileRecord) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", item.path.rpartition("/")[2])
    return f"{number:04d}-{plain[-60:]}"


class _Hashing(io.RawIOBase):
    """A file that hashes what is read from it."""

    def __init__(self, source: IO[bytes], meter: Meter) -> None:
        self._source, self._meter = source, meter
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._source.read(size)
        self.digest.update(piece)
        self._meter.add(len(piece))
        return piece
