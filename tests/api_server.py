"""A real server on a port of its own, in a thread, for as long as a test needs it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
from fastapi import FastAPI

from translator.api.app import create_app
from translator.api.server import Server
from translator.api.settings import ServerSettings
from translator.service import Service, Settings

ECHO = Settings(engine="echo", model="echo", with_memory=False)
LONG = 60.0  # seconds that nothing here takes, on a machine however slow


@dataclass(frozen=True)
class Running:
    """A server and a client of it."""

    url: str
    port: int
    app: FastAPI
    http: httpx2.Client

    @property
    def service(self) -> Service:
        """The service inside."""
        service: Service = self.app.state.parts.service
        return service

    def raw(self, data: bytes, *, end: bool = False) -> bytes:
        """What comes back when these very bytes are sent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=LONG) as sock:
            with contextlib.suppress(ConnectionError):  # an answer may come before all is sent
                sock.sendall(data)
            if end:
                sock.shutdown(socket.SHUT_WR)
            parts = []
            with contextlib.suppress(ConnectionError):
                while part := sock.recv(65536):
                    parts.append(part)
            return b"".join(parts)


@contextlib.contextmanager
def serving(settings: ServerSettings) -> Iterator[Running]:
    """A server that answers; its queue, keys and limits are those of `settings`."""
    app = create_app(settings)
    server = Server(app, settings)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    end = time.monotonic() + LONG
    while not server.started:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.01)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx2.Client(base_url=url, timeout=LONG, trust_env=False) as http:
            yield Running(url, port, app, http)
    finally:
        server.should_exit = True
        thread.join(LONG)
        assert not thread.is_alive(), "the server did not end"
