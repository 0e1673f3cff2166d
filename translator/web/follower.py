"""Jobs followed to their end, without a thread for each reader."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator

import anyio.to_thread

from translator.service import Job, Service

_SOON = 3  # updates that go out at once
_PACE = 0.33  # seconds between the others
_LONG = 400  # sentences from which on there are fewer
_UNTOLD = 2.0  # seconds after which to look again: a place in the queue moves without an event
_SESSIONS_KEPT = 4096


class Follower:
    """Follows one job a browser tab: whoever follows another ends the first."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._shown: OrderedDict[str, str] = OrderedDict()  # by session

    async def follow(self, session: str, job_id: str) -> AsyncIterator[Job]:
        """The job now and after news, in reasonable batches, until it is over.

        Raises:
            UnknownJob: there is none of that id.
        """
        self._show(session, job_id)
        news, loop = asyncio.Event(), asyncio.get_running_loop()

        def tell() -> None:  # from the service's thread
            loop.call_soon_threadsafe(news.set)

        stop = self._service.listen(job_id, tell)
        try:
            seen: tuple[int, int | None] | None = None
            count = 0
            while self._shown.get(session) == job_id:
                news.clear()
                job = await anyio.to_thread.run_sync(self._service.job, job_id)
                # A job is over a moment before its last event, which waits for the disk.
                if job.is_over or (job.last_event, job.position) != seen:
                    seen, count = (job.last_event, job.position), count + 1
                    yield job
                if job.is_over:
                    return
                if count > _SOON:
                    await asyncio.sleep(_PACE * (3 if job.segments_total > _LONG else 1))
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(news.wait(), _UNTOLD)
        finally:
            stop()

    def _show(self, session: str, job_id: str) -> None:
        self._shown[session] = job_id
        self._shown.move_to_end(session)
        while len(self._shown) > _SESSIONS_KEPT:
            self._shown.popitem(last=False)
