"""The routes of LibreTranslate, so that its clients work: /translate and what belongs to it.

They wait until a text is done. A sentence that a tag divides is translated in parts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl

import anyio
from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, ValidationError

from translator import decode, documents
from translator.api import waiting
from translator.api.context import Context, Parts, context
from translator.api.jobs import Format, file_of
from translator.api.markup import Pieces, lines, markup
from translator.api.problems import answer
from translator.api.schemas import LibreError
from translator.engines import QUALITIES, QUALITY, Quality
from translator.errors import ModelError, TranslatorError, UsageError
from translator.export import FORMATS
from translator.service import Job, TooLongError, UnknownJobError
from translator.text import han_count

_SOURCES = ("auto", "zh", "zh-Hans", "zh-CN", "zt", "zh-Hant", "zh-TW")
_FILES = {
    ".txt": "txt",
    ".md": "md",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".pdf": "docx",
}
_MOST_TEXTS = 1_000
# Other ways to search, for clients that ask for alternatives.
_SEARCHES = [quality for quality in QUALITIES if quality != QUALITY]

_Text = Annotated[str, Field(max_length=200_000)]
_Body = TypeVar("_Body", bound=BaseModel)


class TranslateBody(BaseModel):
    """What LibreTranslate's /translate takes."""

    q: _Text | Annotated[list[_Text], Field(max_length=_MOST_TEXTS)]
    source: str
    target: str
    format: Literal["text", "html"] = "text"
    alternatives: Annotated[int, Field(ge=0, le=10)] = 0
    api_key: str | None = None


class DetectBody(BaseModel):
    """What LibreTranslate's /detect takes."""

    q: _Text
    api_key: str | None = None


class TranslateAnswer(BaseModel):
    """The translation; lists where `q` was one."""

    translatedText: str | list[str]  # noqa: N815 - as LibreTranslate has it
    alternatives: list[Any] | None = None
    detectedLanguage: dict[str, Any] | list[dict[str, Any]] | None = None  # noqa: N815


class Detected(BaseModel):
    """A language and how sure that is, in per cent."""

    confidence: float
    language: str


class Language(BaseModel):
    """A language and those that it is translated into."""

    code: str
    name: str
    targets: list[str]


class FileAnswer(BaseModel):
    """Where the translated file is."""

    translatedFileUrl: str  # noqa: N815 - as LibreTranslate has it


class NotAllowedError(TranslatorError):
    """The key is missing or not good."""


ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {
        "model": LibreError,
        "description": "An error, with a sentence that says what to do",
    }
}
router = APIRouter(tags=["LibreTranslate"], responses=ERRORS)
_Context = Annotated[Context, Depends(context)]


def _takes(model: type[BaseModel]) -> dict[str, Any]:
    """The OpenAPI of a body that is JSON or a form."""
    content = {"schema": model.model_json_schema()}
    kinds = ("application/json", "application/x-www-form-urlencoded")
    return {"requestBody": {"required": True, "content": dict.fromkeys(kinds, content)}}


@router.post(
    "/translate",
    responses={200: {"model": TranslateAnswer}},
    response_class=JSONResponse,
    openapi_extra=_takes(TranslateBody),
)
async def translate(request: Request, server: _Context) -> Response:
    """Translate a text or several, plain or HTML."""
    body = await _body(request, TranslateBody)
    client = _client(request, server, body.api_key)
    _require_languages(body.source, body.target)
    texts = [body.q] if isinstance(body.q, str) else body.q
    if not any(text.strip() for text in texts):
        raise UsageError("there is no text: give it as q")
    most, length = server.service.settings.max_characters, sum(map(len, texts))
    if length > most:  # before any work is done on it
        raise TooLongError(f"the text has {length:,} characters, the limit is {most:,}: split it")
    cut = await server.desk.apart(_cut, texts, body.format == "html")
    found = await _translated(cut, client, QUALITY, request, server)
    others = [
        await _translated(cut, client, quality, request, server)
        for quality in _SEARCHES[: body.alternatives]
    ]
    result: dict[str, Any] = {"translatedText": found}
    if body.alternatives:
        result["alternatives"] = [
            [other[at] for other in others if other[at] != text] for at, text in enumerate(found)
        ]
    if body.source == "auto":
        result["detectedLanguage"] = await server.desk.apart(_detected, texts)
    if isinstance(body.q, str):
        result = {key: value[0] for key, value in result.items()}
    return JSONResponse(result)


@router.post("/translate_file", responses={200: {"model": FileAnswer}}, response_class=JSONResponse)
async def translate_file(
    file: UploadFile,
    source: Annotated[str, Form()],
    target: Annotated[str, Form()],
    request: Request,
    server: _Context,
    api_key: Annotated[str | None, Form()] = None,
) -> Response:
    """Translate a file: txt, md, docx, html, pdf (which becomes docx)."""
    client = _client(request, server, api_key)
    _require_languages(source, target)
    document = await server.read_file(file)
    job = await server.desk.submit(document, client=client)
    job = await _done(job, request, server)
    name = PurePath(document.source)
    ending = _FILES.get(name.suffix.lower(), "txt")
    stem = re.sub(r"[^\w.-]", "_", name.stem)[:60] or "article"
    url = request.url_for("download_file", job_id=job.id, name=f"{stem}_en.{ending}")
    return JSONResponse({"translatedFileUrl": str(url)})


@router.get(
    "/download_file/{job_id}/{name}",
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The file"}},
    response_class=Response,
)
async def download_file(job_id: str, name: str, server: _Context) -> Response:
    """The file that /translate_file made."""
    kind = PurePath(name).suffix.lstrip(".").lower()
    if kind not in FORMATS:
        raise UnknownJobError("there is no such file")
    format_name: Format = kind  # type: ignore[assignment]
    job = await anyio.to_thread.run_sync(server.service.job, job_id)
    return await file_of(job, format_name)


@router.post(
    "/detect",
    responses={200: {"model": list[Detected]}},
    response_class=JSONResponse,
    openapi_extra=_takes(DetectBody),
)
async def detect(request: Request, server: _Context) -> Response:
    """The language of a text: Chinese, Traditional Chinese, or not Chinese, which is called en."""
    body = await _body(request, DetectBody)
    _client(request, server, body.api_key)
    if not body.q.strip():
        raise UsageError("there is no text: give it as q")
    return JSONResponse(await server.desk.apart(_detect, body.q))


@router.get("/languages", response_model=list[Language])
async def languages() -> list[Language]:
    """The languages."""
    return [
        Language(code="zh", name="Chinese", targets=["en"]),
        Language(code="zt", name="Chinese (traditional)", targets=["en"]),
        Language(code="en", name="English", targets=[]),
    ]


@router.get("/frontend/settings", response_model=dict[str, Any])
async def frontend_settings(server: _Context) -> dict[str, Any]:
    """What LibreTranslate's clients ask before they begin."""
    return {
        "apiKeys": server.settings.needs_keys,
        "keyRequired": server.settings.needs_keys,
        "charLimit": server.service.settings.max_characters,
        "frontendTimeout": 500,
        "filesTranslation": True,
        "supportedFilesFormat": sorted(_FILES),
        "suggestions": False,
        "language": {
            "source": {"code": "zh", "name": "Chinese"},
            "target": {"code": "en", "name": "English"},
        },
    }


async def _translated(
    cut: list[Pieces], client: str, quality: Quality, request: Request, server: Context
) -> list[str]:
    """Texts with their Chinese in English; one job for all of them, that nobody keeps."""
    texts = [text for pieces in cut for text in pieces.texts]
    if not texts:
        return [pieces.filled([]) for pieces in cut]
    document = await server.desk.apart(documents.from_paragraphs, texts)
    job = await server.desk.submit(document, client=client, quality=quality, keep=False)
    try:
        job = await _done(job, request, server)
    finally:
        server.service.forget(job.id)
    by_block: dict[str, list[str]] = {block.id: [] for block in document.blocks}
    for segment in job.translation.segments if job.translation else ():
        by_block[segment.block].append(segment.target or f"[untranslated: {segment.source}]")
    done = iter([" ".join(targets) for targets in by_block.values()])
    return [pieces.filled([next(done) for _ in pieces.texts]) for pieces in cut]


async def _done(job: Job, request: Request, server: Context) -> Job:
    seconds = server.settings.sync_seconds
    try:
        job = await waiting.until_over(server.service, job.id, seconds, request)
    except waiting.GoneError:
        server.service.cancel(job.id)
        raise
    if job.state == "done":
        return job
    if not job.is_over:
        server.service.cancel(job.id)
        raise ModelError(
            f"this took longer than {seconds:g} s: send less, or use /api/v1/translate"
        )
    raise ModelError(job.error or f"the job was {job.state}")


async def _body(request: Request, model: type[_Body]) -> _Body:
    """A body that is JSON or a form.

    Raises:
        UsageError: it is neither, or not what `model` says.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if kind == "application/json":
            return model.model_validate(json.loads(await request.body()), strict=True)
        if kind == "multipart/form-data":
            pairs: Sequence[tuple[str, Any]] = (await request.form()).multi_items()
        else:
            text = (await request.body()).decode("utf-8")
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_TEXTS + 20)
        return model.model_validate(_fields(pairs))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])[:100] or "the body"
        raise UsageError(f"{where}: {first['msg'][:200]}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError("the body is neither JSON nor a form: see /docs") from error


def _fields(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a form; `q` several times is a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name == "q" and "q" in found:
            before = found["q"]
            found["q"] = [*(before if isinstance(before, list) else [before]), value]
        else:
            found[name] = value
    return found


def _client(request: Request, server: Context, key: str | None) -> str:
    """Who asks: as the request's head says, or by the key in the body.

    Raises:
        NotAllowedError: there is no good key where one is needed.
        RefusedError: the key has been used too often.
    """
    if request.state.known:
        return server.client
    parts: Parts = request.app.state.parts
    name = parts.keys.name_of(key) if key else None
    if name is None:
        if key:
            parts.limits.wrong_key(request.state.address)
        raise NotAllowedError("this needs a key: send it as api_key")
    parts.limits.hit(f"key {name}")
    return f"key {name}"


def _require_languages(source: str, target: str) -> None:
    if source not in _SOURCES:
        raise UsageError(f"{source[:20]!r} is not translated: the source must be zh, zt or auto")
    if target != "en":
        raise UsageError(f"{target[:20]!r} is not written: the target must be en")


def _cut(texts: Sequence[str], is_html: bool) -> list[Pieces]:
    return [markup(text) if is_html else lines(text) for text in texts]


def _detected(texts: Sequence[str]) -> list[dict[str, Any]]:
    return [_detect(text)[0] for text in texts]


def _detect(text: str) -> list[dict[str, Any]]:
    """Languages with their share of a text's letters, as confidence in per cent."""
    chinese = han_count(text)
    words = len(re.findall(r"[^\W\d_]+", re.sub(f"[{decode.HAN}]", " ", text)))
    share = round(100 * chinese / max(chinese + words, 1), 1)
    code = "zt" if decode.to_simplified(text) != text else "zh"
    shares = sorted(((share, code), (round(100 - share, 1), "en")), reverse=True)
    return [{"confidence": one, "language": language} for one, language in shares if one]


async def not_allowed(request: Request, error: Exception) -> Response:
    """The answer to a missing key."""
    return answer(request.url.path, 403, str(error))


async def refused(request: Request, error: Exception) -> Response:
    """The answer to what the guard refuses once the body is known."""
    status, headers = getattr(error, "status", 403), getattr(error, "headers", None)
    return answer(request.url.path, status, str(error), headers=headers)


async def gone(_request: Request, _error: Exception) -> Response:
    """For the log alone: nobody reads this answer."""
    return Response(status_code=499)
