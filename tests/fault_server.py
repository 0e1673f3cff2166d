"""An OpenAI-compatible server on loopback that answers, and fails, as a test tells it to."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What to send; `promised` is a Content-Length that the body may fall short of."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    seconds: float = 0.0
    promised: int | None = None
    hangs_up: bool = False


@dataclass(frozen=True)
class Request:
    """What a client asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """The text to translate, wherever the request has it."""
        return str(self.body.get("prompt") or self.body["messages"][-1]["content"])


# Says how to answer a completion, from the request and how many of its text came before.
Script = Callable[[Request, int], Reply]


def completion(*texts: str, finish: str | None = "stop", **message: Any) -> Reply:
    """A chat completion with these choices."""
    choices = [
        {"index": i, "message": {"content": text, **message}, "finish_reason": finish}
        for i, text in enumerate(texts)
    ]
    return Reply({"object": "chat.completion", "choices": choices})


def error(status: int, message: str, **headers: str) -> Reply:
    """An error as OpenAI's API words it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply({"error": {"message": message}}, status, named)


MODELS = Reply({"object": "list", "data": [{"id": "m-1", "max_model_len": 4000}]})


class FaultServer:
    """The server as a test sees it: `script` and `routes` say what it does, `asked` what came."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.url = f"{self.root}/v1"
        self.routes: dict[str, Reply] = {"/v1/models": MODELS}
        self.script: Script = lambda request, _: completion(f"Answer to {request.text}")
        self.asked: list[Request] = []
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()

    @property
    def completions(self) -> list[Request]:
        """The completions asked for, in their order."""
        return [request for request in self.asked if request.path.endswith("completions")]

    def answer(self, request: Request) -> Reply:
        """What to send for a request."""
        with self._lock:
            before = sum(
                one.path == request.path
                and one.body.get("messages") == request.body.get("messages")
                for one in self.asked
            )
            self.asked.append(request)
        if reply := self.routes.get(request.path):
            return reply
        if request.path.endswith("completions"):
            return self.script(request, before)
        return error(404, "Not Found")

    def enter(self) -> None:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)

    def leave(self) -> None:
        with self._lock:
            self._now -= 1


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # a client that hangs up is no news
            super().handle_error(request, client_address)


@contextmanager
def running() -> Iterator[FaultServer]:
    """A server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve({})

        def do_POST(self) -> None:
            self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _serve(self, body: dict[str, Any]) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.enter()
            try:
                self._send(server.answer(Request(self.command, self.path, headers, body)))
            except OSError:  # the client has gone
                self.close_connection = True
            finally:
                server.leave()

        def _send(self, reply: Reply) -> None:
            time.sleep(reply.seconds)
            if reply.hangs_up:
                self.close_connection = True
                return
            data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            length = len(data) if reply.promised is None else reply.promised
            self.send_header("Content-Length", str(length))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
            self.close_connection = length != len(data)

        def log_message(self, *_: Any) -> None:
            pass

    http = _Quiet(("127.0.0.1", 0), Handler)
    server = FaultServer(http.server_address[1])
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
