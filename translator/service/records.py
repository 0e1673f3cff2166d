"""What the service takes and gives: immutable, so that any thread may hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from translator import models
from translator.brief import Brief, BriefOptions
from translator.checks import Finding
from translator.documents import Document
from translator.engines import DEFAULT
from translator.errors import InputError, TranslatorError, UsageError
from translator.ledger import TranslatedSegment, Translation
from translator.pipeline import Options

JobState = Literal["queued", "running", "done", "failed", "cancelled", "stopped"]
Stage = Literal["waiting", "loading", "translating", "briefing", "done"]
EventKind = Literal[
    "queued",
    "started",
    "segment",
    "briefing",
    "done",
    "failed",
    "cancelled",
    "stopped",
    "alive",
]
ServiceState = Literal["loading", "ready", "failed"]

OVER: frozenset[JobState] = frozenset(("done", "failed", "cancelled", "stopped"))


class BusyError(TranslatorError):
    """The queue is full; try again in `retry_after` seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnknownJobError(InputError):
    """There is no job of that id, or it has expired."""


class ConflictError(UsageError):
    """The job is not in a state in which that can be done."""


class TooLongError(InputError):
    """The text is longer than the service takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the service works and how much it takes.

    `model`, `engine` and `base_url` are the defaults, loaded at the start; of models that are not
    listed by `Service.choices` none is ever loaded for a client.
    """

    engine: str = DEFAULT
    model: str = models.DEFAULT
    base_url: str | None = None
    with_memory: bool = True
    max_queue: int = 200  # jobs that wait
    max_client: int = 100  # jobs of one client that wait
    max_active: int = 4  # texts, or groups of them, in turn; the last place is for short ones
    short: int = 1_000  # characters of source up to which a text is short
    together: int = 4_000  # characters of short texts that are translated in the same batches
    max_characters: int = 100_000  # of one document
    job_hours: float = 48.0  # that a job is kept after its end
    job_seconds: float = 3_600.0  # that a job may take once it has begun
    kept_in_memory: int = 64  # jobs that are over; more are on disk
    engines_kept: int = 2
    heartbeat: float = 10.0  # seconds without news after which an event says `alive`


@dataclass(frozen=True, slots=True)
class Order:
    """What a client asks for: a document that has been read, and how to translate it.

    Args:
        document: from `documents.from_text` or `documents.read`.
        options: the engine must be one of `Service.choices`; glossary, names and prompt are read
            and copied when the order is submitted, so the files may go afterwards.
        brief: None for the translation alone.
        client: who asks, for fairness: a key's name, a session, an address.
        keep: False for a job that is never written to disk.
    """

    document: Document
    options: Options
    brief: BriefOptions | None = None
    client: str = "local"
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine with a model that an order may name; the first one is the default."""

    engine: str
    model: str
    title: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """News of a job: numbers go up by one from 1; an `alive` has the number of the one before.

    `data` can be JSON: of a `segment` the fields `segment`, `findings`, `done` and `total`; of
    `failed` an `error`; of `queued` a `position`.
    """

    number: int
    kind: EventKind
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it was at one moment. Times are seconds since 1970.

    `segments` are those of `segmentation.split(document)` in their order, None for one that has no
    translation yet; a job that is being done again (other names) has its earlier ones until then.
    `position` counts from 1 while the job waits. `brief_is_stale`: text has changed since it was
    written.
    """

    id: str
    state: JobState
    stage: Stage
    created: float
    started: float | None
    finished: float | None
    position: int | None
    segments_done: int
    segments_total: int
    document: Document
    options: Options
    segments: tuple[TranslatedSegment | None, ...]
    findings: tuple[Finding, ...]
    translation: Translation | None
    brief: Brief | None
    brief_is_stale: bool
    error: str | None
    last_event: int

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens unless somebody asks for it."""
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts since the start; seconds are those in which something was translated."""

    queued: int
    active: int
    jobs: Mapping[str, int]  # by the state in which they ended
    sentences: int
    characters: int
    seconds: float
    findings: Mapping[tuple[str, str], int]  # by kind and severity
    memory_hits: int
