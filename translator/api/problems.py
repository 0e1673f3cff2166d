"""Errors as JSON: RFC 9457 for this API, `{"error": ...}` for LibreTranslate's clients.

Every one has a sentence that says what to do, and none repeats what was sent.
"""

from __future__ import annotations

import http
import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from translator.errors import InputError, ModelError, TranslatorError, UsageError
from translator.service import BusyError, ConflictError, TooLongError, UnknownJobError
from translator.service.worker import where

_log = logging.getLogger("translator.api")

LIBRETRANSLATE = frozenset(
    ("/translate", "/translate_file", "/detect", "/languages", "/frontend/settings")
)
# The first that an error is an instance of.
_STATUS: tuple[tuple[type[TranslatorError], int], ...] = (
    (BusyError, 503),
    (UnknownJobError, 404),
    (ConflictError, 409),
    (TooLongError, 413),
    (UsageError, 400),
    (InputError, 422),
    (ModelError, 503),
)
_SENTENCES = {
    404: "there is nothing at this address: /docs lists what there is",
    405: "this address does not take that method: /docs lists what it takes",
}


def answer(
    path: str,
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """An error in the form that the path's clients know."""
    if path in LIBRETRANSLATE or path.startswith("/download_file/"):
        return JSONResponse({"error": detail}, status, headers)
    body = {
        "type": "about:blank",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def of_error(path: str, error: TranslatorError) -> Response:
    """The answer to an error of ours."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, BusyError) else None
    return answer(path, status, str(error), headers=headers)


def install(app: FastAPI) -> None:
    """Answer all errors of an app."""
    app.add_exception_handler(TranslatorError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def internal(path: str, error: Exception) -> Response:
    """The answer to what nobody foresaw, which goes to the log without its message."""
    _log.error("%s failed: %s", path, where(error))
    return answer(path, 500, "this should not have happened: please report it with the time")


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, TranslatorError)  # noqa: S101 - it is registered for these
    return of_error(request.url.path, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these
    found = [
        {"where": ".".join(str(part) for part in one["loc"])[:200], "what": one["msg"][:200]}
        for one in error.errors()[:20]
    ]
    detail = "; ".join(f"{one['where']}: {one['what']}" for one in found[:3])
    path = request.url.path
    return answer(path, 422, f"the request is not valid: {detail}", errors=found)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for these
    detail = _SENTENCES.get(error.status_code, "")
    if not detail or error.detail != http.HTTPStatus(error.status_code).phrase:
        detail = error.detail or detail
    headers = dict(error.headers or {})
    if error.status_code == 405:
        # The router names the methods of the first route that fits alone.
        route = getattr(request.scope.get("route"), "path", "")
        methods = request.app.openapi()["paths"].get(route)
        if methods:
            headers["Allow"] = ", ".join(sorted(method.upper() for method in methods))
    return answer(request.url.path, error.status_code, detail, headers=headers)
