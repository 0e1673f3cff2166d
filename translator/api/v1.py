"""/api/v1: translate, brief and check an article; the models."""

from __future__ import annotations

import re
from typing import Annotated, Any

import anyio
from anyio import CapacityLimiter
from fastapi import APIRouter, Depends, Form, Header, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from translator import glossary
from translator.api import orders, waiting
from translator.api.context import Context, context
from translator.api.jobs import location, status_of
from translator.api.schemas import (
    Article,
    BriefRequest,
    Checked,
    CheckRequest,
    JobStatus,
    Model,
    Models,
    Problem,
    TranslateRequest,
)
from translator.brief import BriefOptions, Length, Style
from translator.engines import QUALITY, Quality
from translator.errors import ModelError
from translator.export.data import to_record
from translator.review import Review, review_texts
from translator.service import BusyError, Job

_CHECKS_WAITING = 10

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "An error, with a sentence that says what to do",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
}
_WORK: dict[int | str, dict[str, Any]] = {
    200: {"model": Article, "description": "The article, done while the request waited"},
    202: {"model": JobStatus, "description": "The job, at its Location"},
}
_PREFER = Header(
    description="`wait=N`: wait up to N seconds for the article; `respond-async`: do not wait. "
    "Else 10 seconds are waited for a text of at most 1,000 characters, and none for a longer one."
)

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)
_Context = Annotated[Context, Depends(context)]
_Prefer = Annotated[str | None, _PREFER]


@router.post("/translate", responses=_WORK, response_class=JSONResponse)
async def translate(
    body: TranslateRequest, request: Request, server: _Context, prefer: _Prefer = None
) -> Response:
    """Translate an article."""
    document = await server.desk.read(body)
    job = await server.desk.submit(
        document,
        client=server.client,
        engine=body.engine,
        model=body.model,
        quality=body.quality,
        glossary=body.glossary,
        names=body.names,
    )
    return await _answer(job, request, server, prefer)


@router.post("/brief", responses=_WORK, response_class=JSONResponse)
async def brief(
    body: BriefRequest, request: Request, server: _Context, prefer: _Prefer = None
) -> Response:
    """Translate an article and write its brief."""
    document = await server.desk.read(body)
    job = await server.desk.submit(
        document,
        client=server.client,
        engine=body.engine,
        model=body.model,
        quality=body.quality,
        glossary=body.glossary,
        names=body.names,
        brief=BriefOptions(body.length, body.style, body.extractive),
    )
    return await _answer(job, request, server, prefer)


@router.post("/translate/file", responses=_WORK, response_class=JSONResponse)
async def translate_file(
    file: UploadFile,
    request: Request,
    server: _Context,
    quality: Annotated[Quality, Form()] = QUALITY,
    prefer: _Prefer = None,
) -> Response:
    """Translate a file: txt, md, docx, html, pdf."""
    document = await server.read_file(file)
    job = await server.desk.submit(document, client=server.client, quality=quality)
    return await _answer(job, request, server, prefer)


@router.post("/brief/file", responses=_WORK, response_class=JSONResponse)
async def brief_file(
    file: UploadFile,
    request: Request,
    server: _Context,
    quality: Annotated[Quality, Form()] = QUALITY,
    length: Annotated[Length, Form()] = "standard",
    style: Annotated[Style, Form()] = "press",
    prefer: _Prefer = None,
) -> Response:
    """Translate a file and write its brief."""
    document = await server.read_file(file)
    options = BriefOptions(length, style)
    job = await server.desk.submit(document, client=server.client, quality=quality, brief=options)
    return await _answer(job, request, server, prefer)


_checks = CapacityLimiter(1)


@router.post("/check", responses={200: {"model": Checked}}, response_class=JSONResponse)
async def check(body: CheckRequest) -> Response:
    """Check any translation of an article, whoever made it."""
    if _checks.statistics().tasks_waiting >= _CHECKS_WAITING:
        raise BusyError("too many translations are being checked: try again in 10 s", 10)
    found = await anyio.to_thread.run_sync(_review, body, limiter=_checks)
    return JSONResponse(found.record())


@router.get("/models", response_model=Models)
async def models(server: _Context) -> Models:
    """The engines and models that a request may name."""
    choices = await anyio.to_thread.run_sync(server.service.choices)
    rows = [
        Model(
            engine=one.engine,
            model=one.model,
            title=one.title,
            licence=one.licence,
            default=number == 0,
        )
        for number, one in enumerate(choices)
    ]
    return Models(models=rows)


def _review(body: CheckRequest) -> Review:
    with orders.words(body.glossary, ()) as (file, _):
        return review_texts(body.source, body.target, glossary.load_over(file))


async def _answer(job: Job, request: Request, server: Context, prefer: str | None) -> Response:
    """The article where it is done soon enough, else the job and where to ask for it."""
    seconds = _seconds(prefer, job, server)
    if seconds > 0:
        try:
            job = await waiting.until_over(server.service, job.id, seconds, request)
        except waiting.GoneError:
            server.service.forget(job.id)  # nobody knows its id
            return Response(status_code=499)
    if job.state == "failed":
        raise ModelError(job.error or "the engine failed")
    headers = {"Preference-Applied": f"wait={seconds:g}"} if prefer else {}
    if job.state == "done" and job.translation:
        headers["Content-Location"] = location(job)
        return JSONResponse(to_record(job.translation, job.brief), 200, headers)
    headers["Location"] = location(job)
    return JSONResponse(status_of(job), 202, headers)


def _seconds(prefer: str | None, job: Job, server: Context) -> float:
    """How long to wait: what the client prefers (RFC 7240), else for short texts alone."""
    given = prefer or ""
    if re.search(r"(?:^|[,;\s])respond-async\b", given, re.IGNORECASE):
        return 0.0
    if found := re.search(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,5})", given, re.IGNORECASE):
        return min(float(found[1]), server.settings.longest_wait)
    length = sum(len(block.text) for block in job.document.blocks)
    return server.settings.wait if length <= server.service.settings.short else 0.0
