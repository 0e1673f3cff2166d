"""What stands before every route: hosts, origins, sizes, keys, rates; headers and figures after.

Pure ASGI, since it also stands before the page's streams. Refusals name the route's own form of
an error.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import ExitStack
from urllib.parse import SplitResult, urlsplit

from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from translator.api import logs, problems
from translator.api.bounds import Limits, RefusedError, Shares
from translator.api.figures import Figures
from translator.api.keys import Keys, Sessions
from translator.api.settings import ServerSettings
from translator.errors import TranslatorError

COOKIE = "translator_session"

_API = ("/api/", "/download_file/")
_OWN = problems.LIBRETRANSLATE | {
    "/health",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/login",
    "/logout",
}
# What anybody may see: nothing in them is of an article or of a user.
_OPEN = frozenset(
    ("/health", "/docs", "/openapi.json", "/login", "/languages", "/frontend/settings")
)
_OPEN_UNDER = "/download_file/"  # the address holds the job's id, which nobody guesses
# Their clients send the key in the body, which only the route can read.
_KEY_IN_BODY = frozenset(("/translate", "/translate_file", "/detect"))
_READS = frozenset(("GET", "HEAD", "OPTIONS"))
_HEAD_BYTES = 32_768
_PAGE_STREAMS = ("/gradio_api/queue/data", "/gradio_api/heartbeat/")

_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_STRICT = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
# Gradio writes its settings into a script in the page, and styles everywhere.
_PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' blob: data:; worker-src 'self' blob:; media-src 'self' blob:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)


class Guard:
    """ASGI middleware; see the module."""

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        keys: Keys,
        sessions: Sessions,
        limits: Limits,
        figures: Figures,
    ) -> None:
        self._app, self._settings = app, settings
        self._keys, self._sessions = keys, sessions
        self._limits, self._figures = limits, figures
        self._uploads = Shares(settings.uploads, "uploads under way")
        self._page_streams = Shares(settings.page_streams, "open views of the page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks WebSocket
            await send({"type": "websocket.close", "code": 1008})
            return
        began = time.perf_counter()
        answer = _Answer(scope, send)
        held = ExitStack()
        try:
            self._check(scope, held)
            await self._app(scope, self._measured(scope, receive), answer.send)
        except RefusedError as refused:
            if not answer.status:
                path = scope["path"]
                response = self._response(path, refused)
                await response(scope, receive, answer.send)
        except TranslatorError as error:  # the file with the keys cannot be read
            if not answer.status:
                response = problems.of_error(scope["path"], error)
                await response(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - no traceback reaches a client
            response = problems.internal(_route(scope), error)
            if not answer.status:
                await response(scope, receive, answer.send)
        finally:
            held.close()
            self._note(scope, answer.status, time.perf_counter() - began)

    def _check(self, scope: Scope, held: ExitStack) -> None:
        """Refuse what must not reach a route; say who asks, and note what it holds till its end."""
        headers = _headers(scope)
        length = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if length > self._settings.url_bytes:
            raise RefusedError(414, f"the address has {length:,} bytes: send the text in the body")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > _HEAD_BYTES:
            raise RefusedError(431, f"the head of the request is over {_HEAD_BYTES:,} bytes")
        self._check_host(headers)
        self._check_origin(scope, headers)
        self._check_length(scope, headers)
        address = scope["client"][0] if scope.get("client") else "unknown"
        state = scope.setdefault("state", {})
        state["address"], state["held"] = address, held
        name = self._name(scope, headers, address)
        client = state["client"] = f"key {name}" if name else address
        state["known"] = bool(name) or not self._settings.needs_keys
        uploads = _is_upload(scope, headers)
        # Files and exports cost what no queue bounds: they are counted of those without a key too.
        counted = uploads or _is_export(scope)
        if counted or (is_costly(scope) and state["known"] and self._settings.needs_keys):
            self._limits.hit(client)
        state["read"] = held.callback(self._uploads.take(client)) if uploads else _nothing
        if scope["path"].startswith(_PAGE_STREAMS):
            held.callback(self._page_streams.take(client))
        if headers.get("x-forwarded-proto") == "https":
            # A proxy in front brings TLS. Whoever makes this up misleads nobody but themselves.
            scope["scheme"] = "https"

    def _check_host(self, headers: Mapping[str, str]) -> None:
        """A name that was made to lead here must not open this machine to a page elsewhere."""
        names = self._settings.names
        if names and _host(headers.get("host", "")) not in names:
            raise RefusedError(
                421,
                "this server does not go by that name: use 127.0.0.1 or localhost, or start it "
                "with --allow-host NAME",
            )

    def _check_origin(self, scope: Scope, headers: Mapping[str, str]) -> None:
        """A browser that shows somebody else's page must not act here in the user's name."""
        reads = scope["method"] in _READS
        site = headers.get("sec-fetch-site", "none")
        foreign = site not in ("same-origin", "none")
        if foreign and reads:
            foreign = headers.get("sec-fetch-mode") != "navigate"
        origin = headers.get("origin")
        if origin is not None and not reads:
            foreign = foreign or _netloc(origin) != headers.get("host", "").lower()
        if foreign:
            raise RefusedError(403, "requests from pages of other sites are not taken")

    def _check_length(self, scope: Scope, headers: Mapping[str, str]) -> None:
        if "content-length" in headers and "transfer-encoding" in headers:
            # What one server takes for a body, the next takes for a request.
            close = {"Connection": "close"}
            raise RefusedError(400, "the body has a length and is chunked: send one", close)
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length[:20]) > self._most(scope):
            raise RefusedError(413, f"the body is over {self._most(scope):,} bytes: send less")

    def _most(self, scope: Scope) -> int:
        path = scope["path"]
        if path.endswith(("/file", "/translate_file")) or not is_api(path):
            return self._settings.file_bytes
        return self._settings.json_bytes

    def _name(self, scope: Scope, headers: Mapping[str, str], address: str) -> str | None:
        """Whose key a request has; None where it needs none.

        Raises:
            RefusedError: it needs one and has none, or one that is not good.
        """
        path = scope["path"]
        if not self._settings.needs_keys:
            return None
        key = given_key(headers)
        if key is not None:
            name = self._keys.name_of(key)
            if name is None:
                self._limits.wrong_key(address)
                raise RefusedError(401, "this key is not good", _ASK)
            return name
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE)
        name = self._sessions.name_of(token) if token else None
        if name or path in _OPEN or path.startswith(_OPEN_UNDER) or path in _KEY_IN_BODY:
            return name
        if (
            not is_api(path)
            and scope["method"] == "GET"
            and "text/html" in headers.get("accept", "")
        ):
            raise RefusedError(303, "log in first", {"Location": "/login"})
        raise RefusedError(401, "this needs a key: send it as `Authorization: Bearer KEY`", _ASK)

    def _measured(self, scope: Scope, receive: Receive) -> Receive:
        """The body, which must neither be longer nor come later than is allowed."""
        most, seen, over = self._most(scope), 0, False
        end = time.monotonic() + self._settings.body_seconds

        async def measured() -> Message:
            nonlocal seen, over
            if over:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), max(end - time.monotonic(), 0.01))
            except asyncio.TimeoutError:
                seconds = self._settings.body_seconds
                raise HTTPException(408, f"the body took longer than {seconds:g} s") from None
            seen += len(message.get("body", b""))
            over = not message.get("more_body", False)
            if seen > most:
                raise HTTPException(413, f"the body is over {most:,} bytes: send less")
            return message

        return measured

    def _response(self, path: str, refused: RefusedError) -> Response:
        if refused.status == 303 and refused.headers:
            return RedirectResponse(refused.headers["Location"], 303)
        return problems.answer(path, refused.status, refused.detail, headers=refused.headers)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._figures.count(method, route, status, seconds)
        if not logs.requests.isEnabledFor(logging.INFO) or route == "page":
            return
        fields = {
            "method": method,
            "route": route,
            "status": status,
            "seconds": round(seconds, 4),
            "client": scope.get("state", {}).get("client", ""),
        }
        logs.requests.info("request", extra={"fields": fields})


class _Answer:
    """What goes back, with the headers that every answer has."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send, self.status = send, 0
        api = is_api(scope["path"])
        self._more = {**_HEADERS, "content-security-policy": _STRICT if api else _PAGE}
        if api:
            self._more["cache-control"] = "no-store"

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            there = {name.lower() for name, _ in message.get("headers", ())}
            new = [
                (name.encode(), value.encode())
                for name, value in self._more.items()
                if name.encode() not in there
            ]
            message = {**message, "headers": [*message.get("headers", ()), *new]}
        await self._send(message)


_ASK = {"WWW-Authenticate": "Bearer"}
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def is_api(path: str) -> bool:
    """Whether a path is one of this API's, and not the page's."""
    return path in _OWN or path.startswith(_API)


def is_costly(scope: Scope) -> bool:
    """Whether a request makes the server work."""
    return scope["method"] == "POST" and is_api(scope["path"]) and scope["path"] != "/login"


def _is_upload(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether a request brings files, which lie on the disk until they are read."""
    kind = headers.get("content-type", "").strip().lower()
    return scope["method"] not in _READS and kind.startswith("multipart/")


def _is_export(scope: Scope) -> bool:
    """Whether a request asks for a file that is made when it is asked for."""
    path = scope["path"]
    return path.startswith(_OPEN_UNDER) or (path.startswith("/api/v1/jobs/") and "/export/" in path)


def _nothing() -> None:
    """What a request gives back that holds nothing."""


def given_key(headers: Mapping[str, str]) -> str | None:
    """The key in a request's headers, whichever of the usual places it is in."""
    kind, _, key = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and key.strip():
        return key.strip()
    return headers.get("x-api-key")


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _host(value: str) -> str:
    """The name in a Host header, without its port."""
    return (_split("//" + value).hostname or "").lower()


def _netloc(origin: str) -> str:
    return _split(origin).netloc.lower()


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _route(scope: Scope) -> str:
    """The pattern of a request's path: ids of jobs are secrets, and patterns are few."""
    if not is_api(scope["path"]):
        return "page"
    return str(getattr(scope.get("route"), "path", None) or "none")
