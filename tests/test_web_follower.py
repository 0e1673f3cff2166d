"""A job followed for the page: its end is shown, however the looks fall."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from translator import documents
from translator.pipeline import Options
from translator.service import Job, Order, Service, Settings
from translator.service.store import Store
from translator.web import follower

LONG = 60.0  # seconds that nothing here takes, on a machine however slow


def test_a_look_between_the_end_and_its_event_shows_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))
    monkeypatch.setattr(follower, "_UNTOLD", 0.05)
    seen, save = threading.Event(), Store.save

    def slow_disk(self: Store, saved: object) -> bool:
        if saved.state == "done":  # type: ignore[attr-defined]
            assert seen.wait(LONG)  # the event of the end comes after the page has looked
        return save(self, saved)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "save", slow_disk)
    service = Service(Settings(engine="echo", model="echo", with_memory=False))
    service.start()

    async def followed() -> list[Job]:
        options = Options(engine="echo", model="echo")
        job = service.submit(Order(documents.from_text("公司建设新厂房。"), options, client="one"))
        return [one async for one in follower.Follower(service).follow("tab", job.id)]

    try:
        jobs = asyncio.run(asyncio.wait_for(followed(), LONG))
    finally:
        seen.set()
        service.stop()
    assert jobs[-1].is_over
    assert jobs[-1].segments_done == 1
