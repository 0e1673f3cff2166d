"""A job as the service holds it; its lock is the service's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from translator import segmentation
from translator.brief import Brief, BriefOptions
from translator.checks import Finding
from translator.documents import Document
from translator.ledger import TranslatedSegment, Translation
from translator.pipeline import Final, Options
from translator.service.records import OVER, Event, EventKind, Job, JobState, Order, Stage

Listener = Callable[[], object]

_ENDED = "the server ended before this was done: send it again"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done next for a job.

    `segments`: None to translate all; ids to translate these anew, none for a brief alone.
    """

    options: Options
    segments: Collection[str] | None
    brief: BriefOptions | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A job as it lies on disk."""

    id: str
    saves: int
    client: str
    state: JobState
    created: float
    started: float | None
    finished: float | None
    error: str | None
    last_event: int
    document: Document
    options: Options
    segments: tuple[TranslatedSegment | None, ...]
    findings: tuple[Finding, ...]
    translation: Translation | None
    briefs: tuple[tuple[BriefOptions, Brief], ...]
    shown: BriefOptions | None
    brief_is_stale: bool
    changes: int = 0


@dataclass
class Entry:
    """The state of one job. Whoever reads or changes it holds the service's lock."""

    id: str
    client: str
    keep: bool
    document: Document
    options: Options
    task: Task
    changed: threading.Condition
    created: float = field(default_factory=time.time)
    state: JobState = "queued"
    stage: Stage = "waiting"
    started: float | None = None
    finished: float | None = None
    error: str | None = None
    translation: Translation | None = None
    briefs: dict[BriefOptions, Brief] = field(default_factory=dict)
    shown: BriefOptions | None = None
    brief_is_stale: bool = False
    on_disk: bool = False
    saves: int = 0
    texts: int = 0  # how often a text has changed
    changes: int = 0  # how often somebody has changed something by hand
    done: int = 0
    total: int = 0
    events: list[Event] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    by_hand: dict[str, Final] = field(default_factory=dict)  # edits of a job that still runs

    def __post_init__(self) -> None:
        self.ids = [segment.id for segment in segmentation.split(self.document)]
        self.finals: dict[str, Final] = {}
        self.total = len(self.ids)

    @classmethod
    def of(cls, job_id: str, order: Order, lock: threading.RLock) -> Entry:
        """The entry of a new job."""
        return cls(
            job_id,
            order.client,
            order.keep,
            order.document,
            order.options,
            Task(order.options, None, order.brief),
            threading.Condition(lock),
        )

    @classmethod
    def restored(cls, saved: Saved, lock: threading.RLock) -> Entry:
        """A job from disk; one that was under way when its server ended has stopped."""
        ended = saved.state in OVER
        entry = cls(
            saved.id,
            saved.client,
            keep=True,
            document=saved.document,
            options=saved.options,
            task=Task(saved.options, None, None),
            changed=threading.Condition(lock),
            created=saved.created,
            state=saved.state if ended else "stopped",
            stage="done",
            started=saved.started,
            finished=saved.finished,
            error=saved.error
            if ended
            else "the server ended before the job was done: send it again",
            translation=saved.translation,
            briefs=dict(saved.briefs),
            shown=saved.shown,
            brief_is_stale=saved.brief_is_stale,
            changes=saved.changes,
        )
        entry.on_disk, entry.saves = True, saved.saves
        for segment in filter(None, saved.segments):
            own = tuple(one for one in saved.findings if one.segment == segment.id)
            entry.finals[segment.id] = Final(segment, own)
        entry.done = len(entry.finals)
        # The news themselves are not kept: what there is to say is how it ended.
        data = {"error": entry.error} if entry.error else {}
        number = max(saved.last_event, 1) + (not ended)
        entry.events.append(Event(number, entry.state, data))  # type: ignore[arg-type]
        return entry

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way."""
        return self.state in OVER

    @property
    def seconds(self) -> float:
        """Since it was begun; 0 before."""
        return time.time() - self.started if self.started else 0.0

    @property
    def is_told(self) -> bool:
        """Whether the job is over and its last event, which comes once it is on disk, says so."""
        return self.is_over and bool(self.events) and self.events[-1].kind in OVER

    @property
    def last_event(self) -> int:
        """The number of the last event."""
        return self.events[-1].number if self.events else 0

    def begin(self, task: Task) -> None:
        """Put the job back among those that wait, for another task."""
        self.task, self.state, self.stage = task, "queued", "waiting"
        self.started = self.finished = self.error = None
        self.done, self.total = 0, len(self.ids if task.segments is None else task.segments)

    def end(self, state: JobState, error: str | None = None) -> None:
        """The job is over."""
        self.state, self.stage, self.error = state, "done", error
        self.finished = time.time()

    def put_final(self, final: Final) -> None:
        """A segment from the worker; of a text that is done again it counts with all others."""
        self.done += 1
        if self.task.segments is None:
            self.finals[final.segment.id] = final
        self._emit_segment(final)

    def put_translation(self, translation: Translation) -> None:
        """The whole translation from the worker, with what was edited meanwhile."""
        found: dict[str, list[Finding]] = {name: [] for name in self.ids}
        for finding in translation.findings:
            found[finding.segment].append(finding)
        self.finals = {
            segment.id: Final(segment, tuple(found[segment.id])) for segment in translation.segments
        } | self.by_hand
        self.by_hand = {}
        self.translation = replace(
            translation, segments=self._segments(), findings=self._findings()
        )
        self._text_changed()

    def put_by_hand(self, final: Final) -> None:
        """A segment that somebody edited or approved."""
        before = self.finals[final.segment.id].segment.target
        self.finals[final.segment.id] = final
        if self.translation is None:
            self.by_hand[final.segment.id] = final
        else:
            self.translation = replace(
                self.translation, segments=self._segments(), findings=self._findings()
            )
        if final.segment.target != before:
            self._text_changed()
        if not self.is_over:
            self._emit_segment(final)

    def _text_changed(self) -> None:
        """Keep only the brief that is shown, and know that it is of an earlier text."""
        self.texts += 1
        self.briefs = {key: brief for key, brief in self.briefs.items() if key == self.shown}
        self.brief_is_stale = bool(self.briefs)

    def put_brief(self, options: BriefOptions, brief: Brief, texts: int) -> None:
        """A brief of the text as it was when it had changed `texts` times."""
        if self.brief_is_stale:
            self.briefs = {}
        self.briefs[options] = brief
        self.shown, self.brief_is_stale = options, texts != self.texts

    def emit(self, kind: EventKind, data: Mapping[str, Any] | None = None) -> None:
        """Tell everybody who follows the job."""
        self.events.append(Event(self.last_event + 1, kind, data or {}))
        self.changed.notify_all()
        for listener in tuple(self.listeners):
            listener()

    def events_after(self, number: int) -> list[Event]:
        """The events that came later than one; a job from disk has only its last."""
        first = self.events[0].number if self.events else 1
        return self.events[max(number + 1 - first, 0) :]

    def snapshot(self, position: int | None) -> Job:
        """The job as it is now."""
        return Job(
            self.id,
            self.state,
            self.stage,
            self.created,
            self.started,
            self.finished,
            position,
            self.done,
            self.total,
            self.document,
            self.options,
            tuple(self._segment(name) for name in self.ids),
            self._findings(),
            self.translation,
            self.briefs.get(self.shown) if self.shown else None,
            self.brief_is_stale,
            self.error,
            self.last_event,
        )

    def saved(self) -> Saved:
        """The job as it is to lie on disk, newer than all before."""
        self.saves += 1
        return Saved(
            self.id,
            self.saves,
            self.client,
            self.state,
            self.created,
            self.started,
            self.finished,
            self.error,
            self.last_event,
            self.document,
            self.options,
            tuple(self._segment(name) for name in self.ids),
            self._findings(),
            self.translation,
            tuple(self.briefs.items()),
            self.shown,
            self.brief_is_stale,
            self.changes,
        )

    def _emit_segment(self, final: Final) -> None:
        data = {
            "segment": asdict(final.segment),
            "findings": [finding.record() for finding in final.findings],
            "done": self.done,
            "total": self.total,
        }
        self.emit("segment", data)

    def _segment(self, name: str) -> TranslatedSegment | None:
        final = self.finals.get(name)
        return final.segment if final else None

    def _segments(self) -> tuple[TranslatedSegment, ...]:
        return tuple(self.finals[name].segment for name in self.ids)

    def _findings(self) -> tuple[Finding, ...]:
        return tuple(
            finding
            for name in self.ids
            if name in self.finals
            for finding in self.finals[name].findings
        )
