"""Requests to the page that no browser makes: files of the server's disk named as uploads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gradio")

import httpx
from page_server import LONG, serving

from translator.service import Settings
from translator.web import uploads

SECRET = "秘密公司今年投资3.27亿元。"
ENDINGS = (".txt", ".tsv", ".toml")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    with (
        serving(Settings(engine="echo", model="echo")) as address,
        httpx.Client(base_url=address, timeout=LONG) as client,
    ):
        yield client


def test_paths_that_clients_make_up_are_not_read(page: Any, tmp_path: Path) -> None:
    for ending in ENDINGS:
        (tmp_path / f"own{ending}").write_text(f"source\ttarget\n{SECRET}\tsecret\n", "utf-8")
    config = page.get("/config").json()
    kinds = {one["id"]: one for one in config["components"]}
    asked = 0
    for event in config["dependencies"]:
        parts = [kinds.get(one, {"type": "state", "props": {}}) for one in event["inputs"]]
        if not any(part["type"] in ("file", "uploadbutton") for part in parts):
            continue
        asked += 1
        session = f"session{event['id']}"
        data = [_given(part, tmp_path) for part in parts]
        page.post(
            "/gradio_api/queue/join",
            json={"fn_index": event["id"], "data": data, "session_hash": session},
        ).raise_for_status()
        told = _answer(page, session)
        assert "was not uploaded by a user" in told or '"success":false' in told, told
        assert SECRET not in told
        assert "秘密" not in told.encode().decode("unicode_escape", errors="ignore")
    assert asked >= 5
    for ending in ENDINGS:
        assert (tmp_path / f"own{ending}").exists()
    assert not (tmp_path / "home" / "glossary.tsv").exists()


def test_uploads_do_not_fill_the_disk(
    page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "uploads"
    file = {"files": ("a.txt", SECRET.encode())}
    monkeypatch.setattr(uploads, "_MOST_BYTES", 100)
    for text in ("一", "二"):
        page.post("/gradio_api/upload", files={"files": ("a.txt", text * 20)}).raise_for_status()
    full = page.post("/gradio_api/upload", files=file)
    assert (full.status_code, full.headers["retry-after"]) == (503, "600")
    assert "too many files" in full.text
    monkeypatch.setattr(uploads, "_MOST_BYTES", 10_000)
    monkeypatch.setattr(uploads, "_MOST_FILES", 2)
    assert page.post("/gradio_api/upload", files=file).status_code == 503
    # What broke off is nobody's, and goes when its time is over.
    monkeypatch.setattr(uploads, "_MOST_FILES", 3)
    broken = folder / "tmpbroken"
    broken.write_text("half", "utf-8")
    assert page.post("/gradio_api/upload", files=file).status_code == 503
    os.utime(broken, (0, 0))
    page.post("/gradio_api/upload", files=file).raise_for_status()
    assert not broken.exists()


def test_files_are_taken_at_one_address_alone(
    page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    for path in ("component_server", "component_server/", "process_recording", "upload/"):
        answer = page.post(f"/gradio_api/{path}", files={"files": ("a.txt", SECRET.encode())})
        assert answer.status_code == 404, path
    assert list((tmp_path / "temporary").iterdir()) == []


def test_uploads_lie_where_nobody_else_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "/elsewhere")
    assert uploads.folder() == Path("/elsewhere")
    monkeypatch.delenv("GRADIO_TEMP_DIR")
    own = uploads.folder()
    assert own.stat().st_mode & 0o077 == 0
    assert uploads.folder() == own


def _given(part: Any, folder: Path) -> Any:
    """What a client sends as the value of a component: a path of its own making for a file."""
    if part["type"] not in ("file", "uploadbutton"):
        return "own" if part["type"] == "radio" else None
    types = part["props"].get("file_types") or [".txt"]
    ending = next(one for one in ENDINGS if one in types)
    file = {"path": str(folder / f"own{ending}"), "meta": {"_type": "gradio.FileData"}}
    return [file] if part["props"].get("file_count") == "multiple" else file


def _answer(page: Any, session: str) -> str:
    with page.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as lines:
        return next(line for line in lines.iter_lines() if '"process_completed"' in line)
