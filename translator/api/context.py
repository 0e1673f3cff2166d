"""What a route needs of its server, and who asks."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from translator.api.figures import Figures
from translator.api.guard import Limits
from translator.api.keys import Keys, Sessions
from translator.api.orders import Desk
from translator.api.settings import ServerSettings
from translator.service import Service


class Streams:
    """How many clients follow a job now; entered by each of them."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> None:
        self.count += 1

    def __exit__(self, *_: object) -> None:
        self.count -= 1


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
    streams: Streams


@dataclass(frozen=True, slots=True)
class Context:
    """A request's server and client."""

    settings: ServerSettings
    service: Service
    desk: Desk
    streams: Streams
    client: str


async def context(request: Request) -> Context:
    """The context of a request."""
    parts: Parts = request.app.state.parts
    return Context(parts.settings, parts.service, parts.desk, parts.streams, request.state.client)
