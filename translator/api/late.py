"""The web page behind the API: imported, which takes seconds, once the server answers already."""

from __future__ import annotations

import asyncio
import logging
from importlib.util import find_spec

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from translator.api import problems
from translator.api.guard import is_api
from translator.service import Service
from translator.service.worker import where

_log = logging.getLogger("translator.api")

_WAIT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="1"><title>translator</title></head>
<body><p>The page is being prepared: it comes by itself in a few seconds.</p>
<p lang="zh">页面正在准备，几秒后自动出现。</p></body></html>
"""
_NONE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>translator</title></head>
<body><p>This server has no page; <a href="/docs">/docs</a> describes its API.</p></body></html>
"""


class LatePage:
    """An ASGI app that is the page as soon as there is one.

    `run` prepares the page and keeps it alive until it is cancelled.
    """

    def __init__(self, service: Service, *, wanted: bool) -> None:
        self._service = service
        self._page: ASGIApp | None = None
        self.comes = wanted and _is_there()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page, or say where it is."""
        if is_api(scope["path"]):
            sentence = "there is nothing at this address: /docs lists what there is"
            await problems.answer(scope["path"], 404, sentence)(scope, receive, send)
        elif self._page is not None:
            await self._page(scope, receive, send)
        elif self.comes:
            await HTMLResponse(_WAIT, 503, {"Retry-After": "1"})(scope, receive, send)
        else:
            status = 200 if scope["path"] == "/" else 404
            await HTMLResponse(_NONE, status)(scope, receive, send)

    async def run(self) -> None:
        """Import the page, start it, and wait."""
        if not self.comes:
            return
        try:
            page = await asyncio.to_thread(_mounted, self._service)
            async with page.router.lifespan_context(page):
                self._page = page
                await asyncio.Event().wait()
        except Exception as error:  # noqa: BLE001 - the API must live on without the page
            _log.error("the page cannot be shown: %s", where(error))
            self.comes = False
        finally:
            self._page = None


def _is_there() -> bool:
    return bool(find_spec("gradio")) and bool(find_spec("translator.web"))


def _mounted(service: Service) -> FastAPI:
    from translator import web

    app: FastAPI = web.mount(FastAPI(openapi_url=None), service)
    return app
