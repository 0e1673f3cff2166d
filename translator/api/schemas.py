"""What bodies hold, for the routes and for the OpenAPI page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import Self

from translator.brief import Length, Style
from translator.engines import QUALITY as DEFAULT_QUALITY
from translator.engines import Quality

_Name = Annotated[str, Field(min_length=1, max_length=200)]

QUALITY = (
    "`best` searches with four beams and lets the checks choose; `fast`, with two, takes about "
    "half as long."
)


class Strict(BaseModel):
    """A body in which everything must be as it says."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Term(Strict):
    """A Chinese term or name and its English."""

    source: Annotated[str, Field(min_length=1, max_length=100)]
    target: Annotated[str, Field(max_length=200)]


class TranslateRequest(Strict):
    """An article, as text or as the address of a page, and how to translate it."""

    text: Annotated[
        str | None,
        Field(min_length=1, max_length=500_000, examples=["公司今年投资3.27亿元建设新厂房。"]),
    ] = None
    url: Annotated[str | None, Field(min_length=1, max_length=2_000)] = None
    engine: Annotated[_Name | None, Field(description="Of /api/v1/models; else the default.")] = (
        None
    )
    model: Annotated[_Name | None, Field(description="Of /api/v1/models; else the default.")] = None
    quality: Annotated[Quality, Field(description=QUALITY)] = DEFAULT_QUALITY
    glossary: Annotated[
        list[Term], Field(max_length=5_000, description="Terms that win over the shipped ones.")
    ] = []
    names: Annotated[
        list[Term],
        Field(max_length=1_000, description="Names as you want them; no English: not a name."),
    ] = []

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.text is None) == (self.url is None):
            raise ValueError("give either text or url")
        return self


class BriefRequest(TranslateRequest):
    """The same, and what brief to write."""

    length: Length = "standard"
    style: Style = "press"
    extractive: Annotated[
        bool, Field(description="Sentences of the translation; no model writes.")
    ] = False


class CheckRequest(Strict):
    """An article and any translation of it."""

    source: Annotated[str, Field(min_length=1, max_length=30_000)]
    target: Annotated[str, Field(min_length=1, max_length=100_000)]
    glossary: Annotated[list[Term], Field(max_length=5_000)] = []


class JobStatus(BaseModel):
    """Where a job stands; times are seconds since 1970."""

    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled", "stopped"]
    stage: Literal["waiting", "loading", "translating", "briefing", "done"]
    created: float
    started: float | None
    finished: float | None
    position: Annotated[int | None, Field(description="In the queue, from 1.")]
    segments_done: int
    segments_total: int
    error: str | None
    result: Annotated[
        dict[str, Any] | None, Field(description="The article's JSON, when it is translated.")
    ]


class Block(BaseModel):
    """A block of the article."""

    id: str
    kind: str
    text: str


class DocumentRecord(BaseModel):
    """The article as it was read."""

    id: str
    title: str
    source: str
    blocks: list[Block]


class SegmentRecord(BaseModel):
    """A sentence and its translation."""

    id: str
    block: str
    source: str
    target: str
    status: Literal["ok", "repaired", "flagged", "failed"]
    origin: str
    score: float | None


class FindingRecord(BaseModel):
    """A doubt about a sentence."""

    segment: str
    kind: str
    severity: Literal["error", "warning"]
    message: str
    source_text: str
    target_text: str
    expected: str


class Article(BaseModel):
    """A translation, and a brief where one was asked for: the JSON of `translator brief`."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    document: DocumentRecord
    segments: list[SegmentRecord]
    findings: list[FindingRecord]
    offers: list[dict[str, Any]] = []
    brief: dict[str, Any] | None = None
    run: dict[str, Any]


class Checked(BaseModel):
    """What the checks found."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    segments_checked: int
    findings: list[FindingRecord]
    segments: list[dict[str, Any]]


class Model(BaseModel):
    """An engine with a model that a request may name."""

    engine: str
    model: str
    title: str
    licence: str
    default: bool


class Models(BaseModel):
    """What may be named, the default first."""

    models: list[Model]


class Health(BaseModel):
    """How the server is."""

    status: Literal["ok", "failed"]
    engine: Literal["loading", "ready", "failed"]
    message: str
    version: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


class LibreError(BaseModel):
    """An error, as LibreTranslate has it."""

    error: str
