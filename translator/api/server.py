"""uvicorn round the app: one socket, heads that must come soon, and an end that keeps the jobs."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from translator.api.app import create_app
from translator.api.settings import ServerSettings
from translator.errors import InputError, UsageError
from translator.models import Report

_KEEP_ALIVE = 15  # seconds between two requests on a connection
_HEAD_BYTES = 65_536  # that are held while a head is not whole
_TASKS_GRACE = 5  # seconds that answers have to end once all jobs are over


def run(settings: ServerSettings, report: Report) -> None:
    """Serve until SIGTERM or SIGINT; jobs are then finished, or saved as they are.

    Raises:
        UsageError, InputError: as `create_app`; or the address cannot be had.
    """
    app = create_app(settings, report)
    with _listening(settings) as listener:
        server = Server(app, settings)
        server.run([listener])


class Server(uvicorn.Server):
    """A uvicorn that ends its jobs when it is told to end, so that nobody waits for them."""

    def __init__(self, app: FastAPI, settings: ServerSettings) -> None:
        class Protocol(_PromptProtocol):
            head_seconds = settings.header_seconds

        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # a client must not choose whom a limit counts
                limit_concurrency=settings.connections,
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=round(settings.grace) + _TASKS_GRACE,
                h11_max_incomplete_event_size=_HEAD_BYTES,
            )
        )
        self._service, self._grace = app.state.parts.service, settings.grace

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        await super().startup(sockets)
        for one in sockets or []:
            host, port = one.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host
            print(
                f"translator: http://{shown}:{port} (API: /docs); Ctrl-C ends it", file=sys.stderr
            )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections; end the jobs, which ends the streams that follow them."""
        stopping = asyncio.create_task(asyncio.to_thread(self._service.stop, self._grace))
        await super().shutdown(sockets)
        await stopping

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGINT and SIGTERM, and not by them: an end that was asked for is no failure."""
        before: dict[signal.Signals, Any] = {}
        with contextlib.suppress(ValueError):  # only the main thread hears signals
            for number in (signal.SIGINT, signal.SIGTERM):
                before[number] = signal.signal(number, self.handle_exit)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _PromptProtocol(H11Protocol):
    """HTTP/1.1 whose clients must send a request's head within some seconds."""

    head_seconds = 20.0
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unwatch()

    def _watch(self) -> None:
        """While a head is on its way the clock runs; that it began runs on."""
        if self.conn.their_state is not h11.IDLE:
            self._unwatch()
        elif self._clock is None:
            self._clock = self.loop.call_later(self.head_seconds, self.transport.close)

    def _unwatch(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None


def _listening(settings: ServerSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        where = f"{settings.host}:{settings.port}"
        if isinstance(error, socket.gaierror):
            raise InputError(f"{settings.host} is no address of this machine ({reason})") from error
        raise UsageError(f"{where} cannot be had ({reason}): choose another --port") from error
    return listener
