"""What a route needs of its server, and who asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from fastapi import Request, UploadFile

from translator.api.bounds import Limits, Shares
from translator.api.figures import Figures
from translator.api.keys import Keys, Sessions
from translator.api.orders import Desk
from translator.api.settings import ServerSettings
from translator.documents import Document
from translator.service import Service


@dataclass(frozen=True, slots=True)
class Parts:
    """What one server consists of."""

    settings: ServerSettings
    service: Service
    desk: Desk
    keys: Keys
    sessions: Sessions
    limits: Limits
    figures: Figures
    streams: Shares


@dataclass(frozen=True, slots=True)
class Context:
    """A request's server and client, and what the request holds until its end (or `read`)."""

    settings: ServerSettings
    service: Service
    desk: Desk
    streams: Shares
    client: str
    held: ExitStack
    read: Callable[[], None]

    async def read_file(self, file: UploadFile) -> Document:
        """The article of a file that was sent; once it is read, it is no upload any more.

        Raises:
            TranslatorError: as Desk.read_file.
        """
        try:
            return await self.desk.read_file(file)
        finally:
            self.read()


async def context(request: Request) -> Context:
    """The context of a request."""
    parts: Parts = request.app.state.parts
    state = request.state
    return Context(
        parts.settings,
        parts.service,
        parts.desk,
        parts.streams,
        state.client,
        state.held,
        state.read,
    )
