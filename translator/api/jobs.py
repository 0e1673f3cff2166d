"""/api/v1/jobs: how a job stands, its events, its end, its files."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import quote

import anyio
from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse

from translator import export
from translator.api import waiting
from translator.api.context import Context, context
from translator.api.schemas import JobStatus
from translator.export.data import to_record
from translator.service import ConflictError, Job

Format = Literal["md", "txt", "html", "docx", "json", "tmx", "xliff", "xliff2"]

_TYPES: dict[str, str] = {
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "tmx": "application/x-tmx+xml",
    "xliff": "application/x-xliff+xml",
    "xliff2": "application/xliff+xml",
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {
            kind.split(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for kind in _TYPES.values()
        },
    }
}
_ENDINGS = {"xliff2": "xlf", "xliff": "xlf"}

router = APIRouter(prefix="/api/v1/jobs")
_Context = Annotated[Context, Depends(context)]
_JobId = Annotated[str, Path(max_length=64, description="As the Location of the job has it.")]


@router.get("/{job_id}", responses={200: {"model": JobStatus}}, response_class=JSONResponse)
async def job(job_id: _JobId, server: _Context) -> Response:
    """How a job stands, and the article when it is translated."""
    return JSONResponse(status_of(await _job(server, job_id)))


@router.delete(
    "/{job_id}",
    responses={
        200: {"model": JobStatus, "description": "The job was under way, and is cancelled"},
        204: {"description": "The job was over, and is deleted"},
    },
    response_class=JSONResponse,
)
async def end(job_id: _JobId, server: _Context) -> Response:
    """Cancel a job that is under way; delete one that is over, with all that is kept of it."""
    if (await _job(server, job_id)).is_over:
        await anyio.to_thread.run_sync(server.service.forget, job_id)
        return Response(status_code=204)
    return JSONResponse(status_of(await anyio.to_thread.run_sync(server.service.cancel, job_id)))


@router.get(
    "/{job_id}/events",
    responses={200: {"content": {"text/event-stream": {}}, "description": "Until the job is over"}},
    response_class=StreamingResponse,
)
async def events(
    job_id: _JobId,
    server: _Context,
    after: Annotated[int, Query(ge=0, le=2**31, description="Only events later than this.")] = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """A job's events as they happen: queued, started, segment, briefing; done, failed, cancelled.

    The data of a `segment` is the sentence with its findings, and how many are done.
    """
    await _job(server, job_id)
    server.held.callback(server.streams.take(server.client))
    said = re.fullmatch("[0-9]{1,9}", last_event_id or "")
    seen = int(said[0]) if said else 0

    return StreamingResponse(
        waiting.stream(server.service, job_id, max(after, seen)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@router.get("/{job_id}/export/{format_name}", responses=_FILES, response_class=Response)
async def exported(job_id: _JobId, format_name: Format, server: _Context) -> Response:
    """The translation, with the brief that is shown, as a file."""
    return await file_of(await _job(server, job_id), format_name)


async def file_of(found: Job, format_name: Format) -> Response:
    """A job's translation as a file to be kept, never shown in this server's name.

    Raises:
        ConflictError: there is no translation, or not yet.
    """
    translation = found.translation
    if translation is None:
        raise ConflictError("this job has no whole translation: wait until it is done")
    content = await anyio.to_thread.run_sync(export.FORMATS[format_name], translation, found.brief)
    headers = {
        "Content-Disposition": _disposition(found, format_name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, 200, headers, _TYPES[format_name])


def location(found: Job) -> str:
    """Where a job is asked for."""
    return f"/api/v1/jobs/{found.id}"


def status_of(found: Job) -> dict[str, Any]:
    """A job as its JSON has it."""
    return {
        "id": found.id,
        "state": found.state,
        "stage": found.stage,
        "created": found.created,
        "started": found.started,
        "finished": found.finished,
        "position": found.position,
        "segments_done": found.segments_done,
        "segments_total": found.segments_total,
        "error": found.error,
        "result": to_record(found.translation, found.brief) if found.translation else None,
    }


async def _job(server: Context, job_id: str) -> Job:
    # One that is not in memory is read from disk.
    return await anyio.to_thread.run_sync(server.service.job, job_id)


def _disposition(found: Job, format_name: str) -> str:
    name = re.sub(r"[^\w一-鿿 -]", "", found.document.title).strip()[:60] or "translation"
    ending = _ENDINGS.get(format_name, format_name)
    return f"attachment; filename=\"translation.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
