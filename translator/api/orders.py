"""Requests into orders: the article read, the words put where the pipeline looks for them."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, TypeVar

import anyio
from anyio import CapacityLimiter
from fastapi import UploadFile

from translator import documents
from translator.api.schemas import Term, TranslateRequest
from translator.brief import BriefOptions
from translator.documents import Document, Limits
from translator.engines import QUALITIES, QUALITY, Quality
from translator.errors import InputError
from translator.name_list import Proposal
from translator.name_list import render as render_names
from translator.pipeline import Options
from translator.service import BusyError, Job, Order, Service
from translator.text import shown_name

_T = TypeVar("_T")
_READERS = 2  # files and pages that are read at once: each may start a process
_WAITING_READERS = 20
_LONGEST_NAME = 120  # characters of a file's name


class Desk:
    """Takes requests of one server to its service."""

    def __init__(self, service: Service, file_bytes: int) -> None:
        self._service, self._file_bytes = service, file_bytes
        self._readers = CapacityLimiter(_READERS)

    async def read(self, request: TranslateRequest) -> Document:
        """The article of a request.

        Raises:
            InputError: it cannot be read as one.
        """
        if request.url is not None:
            return await self.apart(_from_url, request.url)
        text = request.text or ""
        return await anyio.to_thread.run_sync(documents.from_text, text)

    async def read_file(self, file: UploadFile) -> Document:
        """The article of a file that was sent; nothing of it stays on the disk.

        Raises:
            InputError: it cannot be read as one.
        """
        try:
            data = await file.read(self._file_bytes + 1)
        finally:
            await file.close()
        limits = replace(Limits(), file_bytes=self._file_bytes)
        name = file_name(file.filename or "")
        return await self.apart(lambda: documents.from_bytes(data, name, limits=limits))

    async def submit(
        self,
        document: Document,
        *,
        client: str,
        engine: str | None = None,
        model: str | None = None,
        quality: Quality = QUALITY,
        glossary: Sequence[Term] = (),
        names: Sequence[Term] = (),
        brief: BriefOptions | None = None,
        keep: bool = True,
    ) -> Job:
        """The job of an article.

        Raises:
            TranslatorError: as Service.submit.
        """
        own = self._service.settings
        options = Options(engine or own.engine, model or own.model, QUALITIES[quality])

        def submit() -> Job:
            with words(glossary, names) as (glossary_file, names_file):
                given = replace(options, glossary=glossary_file, names=names_file)
                return self._service.submit(Order(document, given, brief, client, keep))

        return await anyio.to_thread.run_sync(submit)

    async def apart(self, work: Callable[..., _T], *values: Any) -> _T:
        """What some reading gives, in a thread: nobody else waits for it.

        Raises:
            BusyError: too much is being read already.
        """
        if self._readers.statistics().tasks_waiting >= _WAITING_READERS:
            raise BusyError("too many files are being read: try again in 5 s", 5)
        return await anyio.to_thread.run_sync(work, *values, limiter=self._readers)


@contextlib.contextmanager
def words(
    glossary: Sequence[Term], names: Sequence[Term]
) -> Iterator[tuple[Path | None, Path | None]]:
    """Terms and names as the files that the pipeline reads, for as long as it takes.

    Raises:
        InputError: from the caller's reading, in words that name no file.
    """
    if not glossary and not names:
        yield None, None
        return
    with tempfile.TemporaryDirectory(prefix="translator-") as folder:
        terms_file, names_file = Path(folder) / "glossary", Path(folder) / "names"
        rows = [f"{_cell(one.source)}\t{_cell(one.target)}" for one in glossary]
        terms_file.write_text("\n".join(("source\ttarget", *rows, "")), "utf-8")
        found = [Proposal(one.source, one.target, "", "") for one in names]  # type: ignore[arg-type]
        names_file.write_text(render_names(found), "utf-8")
        try:
            yield (terms_file if glossary else None), (names_file if names else None)
        except InputError as error:
            raise InputError(str(error).replace(f"{folder}/", "")) from error


def file_name(given: str) -> str:
    """A file's name without folders, characters that nobody sees, or excess."""
    last = PurePath(given.replace("\\", "/")).name
    clean = shown_name(last).strip()
    if not clean.strip("."):
        return "file"
    if len(clean) <= _LONGEST_NAME:
        return clean
    ending = PurePath(clean).suffix[:10]
    return clean[: _LONGEST_NAME - len(ending)] + ending


def _cell(text: str) -> str:
    return " ".join(text.split())


def _from_url(url: str) -> Document:
    if not re.match(r"https?://", url, re.IGNORECASE):
        raise InputError("the url must begin with http:// or https://")
    return documents.read(url)
