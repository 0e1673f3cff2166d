"""Waiting for jobs in the event loop: no thread sits there for a client."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from fastapi import Request

from translator.service import Event, Job, Service


class GoneError(Exception):
    """The client has closed its connection."""


async def until_over(service: Service, job_id: str, seconds: float, request: Request) -> Job:
    """The job when it is over, or as it is after some seconds.

    Raises:
        GoneError: nobody waits any more.
    """
    gone = asyncio.create_task(_disconnected(request))
    end = time.monotonic() + seconds
    news = _News(service, job_id)
    try:
        while not service.events_now(job_id, news.seen)[1]:
            left = end - time.monotonic()
            if left <= 0:
                break
            if not await news.wait(left, gone) and gone.done():
                raise GoneError
    finally:
        news.end()
        gone.cancel()
    return service.job(job_id)


async def stream(service: Service, job_id: str, after: int) -> AsyncIterator[str]:
    """A job's events later than a number as server-sent events, until it is over."""
    news = _News(service, job_id)
    try:
        while True:
            events, over = service.events_now(job_id, after)
            for event in events:
                after = event.number
                yield _sent(event)
            if over:
                return
            if not await news.wait(service.settings.heartbeat):
                yield ": alive\n\n"
    finally:
        news.end()


class _News:
    """Wakes the loop when something happens to a job."""

    def __init__(self, service: Service, job_id: str) -> None:
        self.seen = service.job(job_id).last_event
        self._changed = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.end = service.listen(job_id, lambda: loop.call_soon_threadsafe(self._changed.set))

    async def wait(self, seconds: float, gone: asyncio.Task[None] | None = None) -> bool:
        """Whether there is news, before `seconds` are over or the client is gone."""
        changed = asyncio.create_task(self._changed.wait())
        tasks = {changed} if gone is None else {changed, gone}
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            heard = changed.done()
        finally:
            changed.cancel()
        self._changed.clear()
        return heard


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _sent(event: Event) -> str:
    data = json.dumps(dict(event.data), ensure_ascii=False)
    return f"id: {event.number}\nevent: {event.kind}\ndata: {data}\n\n"
