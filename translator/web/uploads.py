"""The folder of what readers upload: theirs alone, and never more in it than it may hold.

Gradio deletes what it took in whole; of an upload that broke off it knows nothing.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import anyio.to_thread
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_ROUTE = "/gradio_api/upload"
_MOST_FILES, _MOST_BYTES = 1_000, 1_000_000_000
_BROKEN_OFF = 600.0  # seconds after which a file that is still on its way never comes
_RETRY = 600  # seconds


def folder() -> Path:
    """Where Gradio puts uploads: where it was told to, else a folder that nobody else reads."""
    given = os.environ.get("GRADIO_TEMP_DIR")
    if not given:
        given = os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="translator-uploads-")
        atexit.register(shutil.rmtree, given, ignore_errors=True)
    return Path(given)


class Bounded:
    """ASGI middleware before the page: uploads go where there is room, and nowhere else."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app, self._folder = app, folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or say why not."""
        answer = self._app
        if scope["type"] == "http" and _brings_files(scope):
            if scope["path"] != _ROUTE:
                # Other routes of Gradio's write files that are nobody's and stay for ever.
                answer = PlainTextResponse("files are not taken at this address", 404)
            elif await anyio.to_thread.run_sync(is_full, self._folder):
                sentence = "too many files wait to be read here: try again in ten minutes"
                answer = PlainTextResponse(sentence, 503, {"Retry-After": str(_RETRY)})
        await answer(scope, receive, send)


def is_full(folder: Path) -> bool:
    """Whether a folder has no room for one more; what broke off long ago is deleted first."""
    files, size = 0, 0
    long_ago = time.time() - _BROKEN_OFF
    for path in folder.rglob("*"):
        # Files may go while they are looked at; a folder goes only when it is empty.
        with contextlib.suppress(OSError):
            found = path.stat()
            if path.is_dir():
                if found.st_mtime < long_ago:
                    path.rmdir()
            elif path.parent == folder and found.st_mtime < long_ago:
                path.unlink()
            else:
                files, size = files + 1, size + found.st_size
    return files >= _MOST_FILES or size >= _MOST_BYTES


def _brings_files(scope: Scope) -> bool:
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    return any(kind.strip().lower().startswith(b"multipart/") for kind in kinds)
