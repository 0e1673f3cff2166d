"""Export and import: the round trip, and every way a file may lie."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from fake_models import COMMIT, DATA, entry, sha

from translator.errors import InputError, ModelError, UsageError
from translator.models import ModelStore, storage
from translator.models.folder import copy_name
from translator.models.storage import FileRecord, Manifest, digest_of, write_manifest

pytestmark = pytest.mark.usefixtures("no_shipped_adapters")

RECIPE = "engine 1.0"
ENTRIES = {"tiny": entry()}


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSLATOR_OFFLINE", "1")


@pytest.fixture
def sender(tmp_path: Path) -> ModelStore:
    folder = tmp_path / "sender" / "tiny" / "original"
    folder.mkdir(parents=True)
    (folder / "tiny.gguf").write_bytes(DATA)
    store = ModelStore(tmp_path / "sender", ENTRIES)
    store.pull("tiny")
    return store


@pytest.fixture
def receiver(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "receiver", ENTRIES)


def build(original: Path, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "model.bin").write_bytes(original.read_bytes()[::-1])


def never(original: Path, folder: Path) -> None:
    raise AssertionError("built again")


def test_the_original_travels_and_serves_offline(
    sender: ModelStore, receiver: ModelStore, tmp_path: Path
) -> None:
    sender.prepared("tiny", RECIPE, build)
    file = sender.export("tiny", tmp_path / "tiny.tar")
    assert file.stat().st_size < len(DATA) + 20_000
    assert receiver.import_(file) == "tiny"
    assert receiver.pull("tiny").read_bytes() == DATA
    assert (receiver.prepared("tiny", RECIPE, build) / "sub/model.bin").exists()
    # Once more, over what is there.
    receiver.import_(file)
    assert [check.ok for check in receiver.verify("tiny")] == [True, True]
    with tarfile.open(file) as tar:
        assert [member.name for member in tar] == ["manifest.json", "0001-tiny.gguf"]


def test_prepared_copies_travel_where_the_original_was_dropped(
    sender: ModelStore, receiver: ModelStore, tmp_path: Path
) -> None:
    sender.prepared("tiny", RECIPE, build)
    sender.drop_original("tiny")
    receiver.import_(sender.export("tiny", tmp_path / "tiny.tar"))
    folder = receiver.prepared("tiny", RECIPE, never)
    assert (folder / "sub" / "model.bin").read_bytes() == DATA[::-1]
    with pytest.raises(ModelError, match="here only as prepared"):
        receiver.prepared("tiny", "engine 2.0", never)


def test_a_hub_model_travels_with_its_commit(tmp_path: Path, receiver: ModelStore) -> None:
    root = tmp_path / "sender" / "some--model"
    (root / "original").mkdir(parents=True)
    (root / "original" / "config.json").write_bytes(b"{}")
    files = (FileRecord("config.json", 2, sha(b"{}")),)
    manifest = Manifest("some/model", digest_of(files), files, revision=COMMIT, licence="mit")
    write_manifest(root / "original.json", manifest)
    store = ModelStore(tmp_path / "sender", ENTRIES)
    assert receiver.import_(store.export("some/model", tmp_path / "m.tar")) == "some/model"
    assert (receiver.pull("some/model") / "config.json").read_bytes() == b"{}"
    assert receiver.sha256_of("some/model") == manifest.sha256
    assert [row.licence for row in receiver.installed()] == ["CC0-1.0", "mit"]


def test_export_does_not_overwrite_unless_forced(sender: ModelStore, tmp_path: Path) -> None:
    file = tmp_path / "tiny.tar"
    file.write_text("precious")
    with pytest.raises(UsageError, match="exists already"):
        sender.export("tiny", file)
    assert file.read_text() == "precious"
    sender.export("tiny", file, force=True)
    assert file.stat().st_size > len(DATA)


def test_a_damaged_original_is_not_exported(sender: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "sender/tiny/original/tiny.gguf").write_bytes(bytes(len(DATA)))
    with pytest.raises(ModelError, match="is damaged"):
        sender.export("tiny", tmp_path / "tiny.tar")
    assert not list(tmp_path.glob("tiny.tar*"))


def test_export_to_a_full_disk_is_said(
    sender: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = storage.shutil.disk_usage(tmp_path)._replace(free=1)
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(ModelError, match=r"disk is full.*write it to another disk"):
        sender.export("tiny", tmp_path / "tiny.tar")


# ---- files that lie


def head(**changes: Any) -> dict[str, Any]:
    """The header of an honest export, then bent."""
    file = {"path": "tiny.gguf", "size": len(DATA), "sha256": sha(DATA)}
    folder = {"schema": 1, "place": "original", "name": "tiny", "sha256": sha(DATA)}
    folder |= {"files": [file | changes.pop("file", {})]} | changes.pop("folder", {})
    return {"kind": "translator-model", "name": "tiny", "folders": [folder], **changes}


def archive_of(
    path: Path, header: Any, members: list[tuple[tarfile.TarInfo, bytes]] | None = None
) -> Path:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for member, content in [(plain("manifest.json"), data), *(members or [honest()])]:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def plain(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = "/etc/passwd" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    return member


def honest() -> tuple[tarfile.TarInfo, bytes]:
    return plain("0001-tiny.gguf"), DATA


def refuse(receiver: ModelStore, file: Path, said: str) -> None:
    """`file` is refused in one line, and nothing of it is left."""
    root = file.parent / "receiver"
    with pytest.raises(ModelError, match=said) as caught:
        receiver.import_(file)
    assert "was not imported" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not [path for path in root.rglob("*") if path.suffix != ".lock"]
    assert receiver.installed()[0].state == "not here"


def test_the_honest_form_is_accepted(receiver: ModelStore, tmp_path: Path) -> None:
    """Otherwise the refusals below would prove nothing."""
    assert receiver.import_(archive_of(tmp_path / "a.tar", head())) == "tiny"


@pytest.mark.parametrize(
    "path",
    ["../tiny.gguf", "/etc/tiny.gguf", "a/../../x", "C:tiny", "a\\..\\b", "a//b", ".", "x\0y", ""],
)
def test_paths_that_leave_the_folder_are_refused(
    receiver: ModelStore, tmp_path: Path, path: str
) -> None:
    header = head(file={"path": path})
    refuse(receiver, archive_of(tmp_path / "a.tar", header), "is not allowed")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (head(folder={"place": "../original"}), "place"),
        (head(folder={"place": "prepared/../../x"}), "place"),
        (head(folder={"place": ["original"]}), "manifest|expected"),
        (head(folder={"place": "prepared/x"}), "its prepared/x is not the model tiny"),
        (head(folder={"sha256": sha(b"")}), "its original is not the model tiny"),
        (head(folder={"name": "other"}), "its original is not the model tiny"),
        (head(folder={"name": "t\x1b[31m"}), "wrong form"),
        (head(folder={"files": []}), "lists no file"),
        (head(folder={"schema": 2}), "schema 1"),
        (head(file={"size": -1}), "size"),
        (head(file={"size": True}), "size"),
        (head(file={"size": 10**15}), "cut short"),
        (head(file={"sha256": "x"}), "SHA-256"),
        (head(name="unknown"), "knows no model"),
        (head(name="../x"), "knows no model"),
        (head(kind="other"), "translator models export"),
        (head(folders=[]), "folders"),
        (b"[" * 100_000, "not imported"),
        (b"\xff", "not imported"),
        (b"null", "not imported"),
    ],
)
def test_headers_that_lie_are_refused(
    receiver: ModelStore, tmp_path: Path, header: Any, said: str
) -> None:
    refuse(receiver, archive_of(tmp_path / "a.tar", header), said)


def test_other_bytes_under_the_name_of_a_catalogue_model_are_refused(
    receiver: ModelStore, tmp_path: Path
) -> None:
    other = DATA[::-1]
    header = head(file={"sha256": sha(other)}, folder={})
    members = [(plain("0001-tiny.gguf"), other)]
    refuse(receiver, archive_of(tmp_path / "a.tar", header, members), "not the model tiny")


def test_a_copy_of_another_original_is_refused(receiver: ModelStore, tmp_path: Path) -> None:
    folder = {"place": f"prepared/{copy_name(RECIPE, sha(b''))}", "recipe": RECIPE}
    header = head(folder=folder | {"sha256": sha(b"")})
    refuse(receiver, archive_of(tmp_path / "a.tar", header), "not the model tiny")


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([(plain("0001-tiny.gguf"), bytes(len(DATA)))], "tiny.gguf is damaged: SHA-256"),
        ([(plain("0001-tiny.gguf"), DATA[:-1])], "not where the manifest says"),
        ([(plain("0002-tiny.gguf"), DATA)], "not where the manifest says"),
        ([(plain("../../tiny.gguf"), DATA)], "not where the manifest says"),
        ([(plain("0001-tiny.gguf", tarfile.SYMTYPE), b"")], "not a plain file"),
        ([(plain("0001-tiny.gguf", tarfile.LNKTYPE), b"")], "not a plain file"),
        ([(plain("0001-tiny.gguf", tarfile.CHRTYPE), b"")], "not a plain file"),
        ([(plain("0001-tiny.gguf", tarfile.FIFOTYPE), b"")], "not a plain file"),
        ([(plain("0001-tiny.gguf", tarfile.DIRTYPE), b"")], "not a plain file"),
        ([(plain("x" * 200), DATA)], "not a plain file"),
        ([honest(), honest()], "more than its manifest says"),
    ],
)
def test_members_that_lie_are_refused(
    receiver: ModelStore, tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]], said: str
) -> None:
    file = archive_of(tmp_path / "a.tar", head(), members)
    with file.open("ab") as more:
        more.write(bytes(len(DATA)))  # not refused merely for being short
    refuse(receiver, file, said)


@pytest.mark.parametrize("kept", [0, 100, 600, 3000, 5000])
def test_a_file_cut_short_is_refused(
    sender: ModelStore, receiver: ModelStore, tmp_path: Path, kept: int
) -> None:
    file = sender.export("tiny", tmp_path / "tiny.tar")
    file.write_bytes(file.read_bytes()[:kept])
    refuse(receiver, file, "cut short|manifest|no tar file")


def test_a_flipped_bit_is_found(sender: ModelStore, receiver: ModelStore, tmp_path: Path) -> None:
    file = sender.export("tiny", tmp_path / "tiny.tar")
    data = bytearray(file.read_bytes())
    data[data.index(DATA) + len(DATA) // 2] ^= 1
    file.write_bytes(data)
    refuse(receiver, file, "damaged")


def test_other_files_are_refused(receiver: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"GGUF" * 1000)
    refuse(receiver, tmp_path / "a.gguf", "no tar file")
    with pytest.raises(InputError, match="cannot read"):
        receiver.import_(tmp_path / "none.tar")
    with pytest.raises(InputError, match="cannot read"):
        receiver.import_(tmp_path)


def test_a_refused_import_leaves_what_is_there(sender: ModelStore, tmp_path: Path) -> None:
    members = [(plain("0001-tiny.gguf"), bytes(len(DATA)))]
    with pytest.raises(ModelError, match="damaged"):
        sender.import_(archive_of(tmp_path / "a.tar", head(), members))
    assert sender.pull("tiny").read_bytes() == DATA
