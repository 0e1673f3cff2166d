"""The app: service, routes, page, errors and guard, put together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import anyio
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from translator import __version__, models
from translator.api import jobs, libretranslate, pages, problems, v1, waiting
from translator.api.bounds import Limits, RefusedError, Shares
from translator.api.context import Parts
from translator.api.figures import Figures
from translator.api.guard import Guard
from translator.api.keys import Keys, Sessions
from translator.api.late import LatePage
from translator.api.libretranslate import NotAllowedError
from translator.api.orders import Desk
from translator.api.schemas import Health
from translator.api.settings import ServerSettings
from translator.errors import UsageError
from translator.models import Report
from translator.service import Service

_DESCRIPTION = (
    "Chinese press articles into English: translation, brief, and what to check. Long work is a "
    "job: its events are at its Location. Errors have a sentence that says what to do."
)

_router = APIRouter()


def create_app(settings: ServerSettings, report: Report = models.silent) -> FastAPI:
    """The whole server as an ASGI app; its lifespan starts and stops the service.

    Raises:
        UsageError: keys are needed and there is none, or the rate cannot be read.
        InputError: the file with the keys cannot be used.
    """
    keys = Keys()
    if settings.needs_keys and not keys:
        raise UsageError(
            "others than this machine can ask this server, and there is no key: make one with "
            "`translator keys add NAME`, or let everybody in with --insecure"
        )
    service = Service(settings.service, report)
    figures, limits, sessions = Figures(service), Limits(settings.rate), Sessions(keys)
    desk = Desk(service, settings.file_bytes)
    page = LatePage(service, wanted=settings.page)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        prepared = asyncio.create_task(page.run())
        try:
            yield
        finally:
            prepared.cancel()
            await anyio.to_thread.run_sync(service.stop, settings.grace)

    app = FastAPI(
        title="translator",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    streams = Shares(settings.streams, "streams of events")
    app.state.parts = Parts(settings, service, desk, keys, sessions, limits, figures, streams)
    for router in (_router, v1.router, libretranslate.router, pages.router):
        app.include_router(router)
    app.include_router(jobs.router, responses=v1.PROBLEMS)
    app.router.default = page
    problems.install(app)
    app.add_exception_handler(NotAllowedError, libretranslate.not_allowed)
    app.add_exception_handler(RefusedError, libretranslate.refused)
    app.add_exception_handler(waiting.GoneError, libretranslate.gone)
    app.add_exception_handler(ClientDisconnect, libretranslate.gone)
    app.add_middleware(
        Guard, settings=settings, keys=keys, sessions=sessions, limits=limits, figures=figures
    )
    if settings.needs_keys:
        _declare_keys(app)
    return app


@_router.get(
    "/health",
    responses={200: {"model": Health}, 503: {"model": Health, "description": "No engine"}},
    response_class=JSONResponse,
)
async def health(request: Request) -> Response:
    """Whether the server works; the engine may still be loading."""
    service = request.app.state.parts.service
    failed = service.state == "failed"
    body = Health(
        status="failed" if failed else "ok",
        engine=service.state,
        message=service.fault or "",
        version=__version__,
    )
    return JSONResponse(body.model_dump(), 503 if failed else 200)


@_router.get(
    "/metrics",
    responses={200: {"content": {"text/plain": {}}}, **v1.PROBLEMS},
    response_class=Response,
)
async def metrics(request: Request) -> Response:
    """Figures for Prometheus."""
    text = request.app.state.parts.figures.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _declare_keys(app: FastAPI) -> None:
    """Say in the schema that a key is needed."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        schema = plain()
        schemes = schema.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["key"] = {"type": "http", "scheme": "bearer"}
        schema["security"] = [{"key": []}]
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
