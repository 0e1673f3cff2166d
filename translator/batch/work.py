"""A window of articles through one pipeline, each written as soon as its last sentence is final."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from translator import documents, export, models
from translator.batch import tables
from translator.batch.manifest import Record, Status
from translator.batch.sources import Item
from translator.brief import Brief
from translator.brief import write as write_brief
from translator.documents import Document
from translator.errors import InputError, ModelError, TranslatorError
from translator.memory import Memory
from translator.models import Report
from translator.models.storage import sha256
from translator.pipeline import Options, Pipeline, TranslatedSegment, Translation

_PATIENCE = 3  # articles that an engine may fail on in a row before it is the engine's fault


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with every article."""

    output: Path
    formats: tuple[str, ...]
    options: Options
    columns: tables.Columns
    with_brief: bool = False
    with_memory: bool = True
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """An article to be done, with the hash of its content."""

    item: Item
    content: str
    document: Document | None = None  # of a URL, which had to be fetched for the hash


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """The user asked to stop, and the sentences under way are finished."""


OnSegment = Callable[[Item, TranslatedSegment], None]


class Worker:
    """A pipeline, made when the first article needs it, and what is written with it."""

    def __init__(
        self, task: Task, settings: str, stopped: Callable[[], bool], report: Report = models.silent
    ) -> None:
        self._task, self._settings = task, settings
        self._stopped, self._report = stopped, report
        self._made: Pipeline | None = None
        self._failures = 0
        self._since = 0.0

    def run(self, window: Sequence[Piece], on_segment: OnSegment) -> Iterator[Record]:
        """Translate and write a window's articles; yield what became of each.

        An article that cannot be read, translated or written fails alone.

        Raises:
            Stopped: as asked; what was yielded before is written.
            ModelError: the engine cannot be had, or fails on one article after another.
        """
        self._since = time.monotonic()
        pieces: list[tuple[Piece, Document]] = []
        for piece in window:
            document = self._read(piece)
            if isinstance(document, Document):
                pieces.append((piece, document))
            else:
                yield document
        done: set[int] = set()
        try:
            for index, record in self._translated(pieces, on_segment):
                done.add(index)
                yield record
            return
        except Stopped:
            raise
        except Exception:
            if not self._pipeline_loaded():
                raise
        # One of them is more than the engine can take: apart, the others are none the worse.
        for index, pair in enumerate(pieces):
            if index not in done:
                yield self._alone(pair, on_segment)

    def _alone(self, piece: tuple[Piece, Document], on_segment: OnSegment) -> Record:
        try:
            records = [record for _, record in self._translated([piece], on_segment)]
        except Stopped:
            raise
        except ModelError as fault:
            self._failures += 1
            if self._failures >= _PATIENCE:
                raise
            return self._failed(piece[0], str(fault))
        except Exception as fault:  # noqa: BLE001 - whatever it is, it concerns this article
            return self._failed(piece[0], f"internal error: {type(fault).__name__}: {fault}")
        return records[0]

    def _translated(
        self, pieces: Sequence[tuple[Piece, Document]], on_segment: OnSegment
    ) -> Iterator[tuple[int, Record]]:
        pipeline = self._pipeline()
        for index, found in pipeline.stream([document for _, document in pieces]):
            piece = pieces[index][0]
            if isinstance(found, Translation):
                self._failures = 0
                yield index, self._written(piece, found, pipeline)
            else:
                on_segment(piece.item, found)
            if self._stopped():
                raise Stopped

    def _written(self, piece: Piece, translation: Translation, pipeline: Pipeline) -> Record:
        """Brief and write an article; one that cannot be written has failed."""
        brief = write_brief(translation, pipeline.engine) if self._task.with_brief else None
        outputs = {}
        try:
            for name in self._task.formats:
                path = output_path(piece.item.stem, name)
                outputs[path] = _write(self._task.output / path, name, translation, brief)
        except InputError as fault:
            return self._failed(piece, str(fault))
        findings = [*translation.findings, *(brief.findings if brief else ())]
        errors = sum(finding.severity == "error" for finding in findings)
        return Record(
            file=piece.item.name,
            stem=piece.item.stem,
            outputs=outputs,
            status=_status(translation, errors),
            content=piece.content,
            settings=self._settings,
            seconds=self._seconds(),
            segments=len(translation.segments),
            errors=errors,
            warnings=len(findings) - errors,
            findings=tuple(_findings(translation, brief)),
        )

    def _failed(self, piece: Piece, message: str) -> Record:
        return Record(
            file=piece.item.name,
            stem=piece.item.stem,
            outputs={},
            status="failed",
            content=piece.content,
            settings=self._settings,
            seconds=self._seconds(),
            message=" ".join(message.split()),
        )

    def _seconds(self) -> float:
        """Since the last article: those of a window are translated together."""
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        return round(seconds, 3)

    def _read(self, piece: Piece) -> Document | Record:
        """The article, or the record that it cannot be read."""
        try:
            return piece.document or read(piece.item, self._task)
        except TranslatorError as fault:
            return self._failed(piece, str(fault))

    def _pipeline(self) -> Pipeline:
        if self._made is None:
            memory = Memory(report=self._report) if self._task.with_memory else None
            self._made = Pipeline.load(self._task.options, self._report, memory)
        return self._made

    def _pipeline_loaded(self) -> bool:
        """Whether there is an engine that could be asked again."""
        return self._made is not None and getattr(self._made.engine, "loaded", True)


def read(item: Item, task: Task) -> Document:
    """The article that an item stands for.

    Raises:
        InputError: it cannot be read.
    """
    if item.row is not None:
        return documents.from_text(tables.text(item.path, item.row, task.columns), item.name)
    return documents.read(item.path, allow_private=task.allow_private)


def piece_of(item: Item, task: Task) -> Piece:
    """An article and the hash of its content: a file's bytes, a row's text, a page's blocks.

    Raises:
        InputError: it cannot be read.
    """
    if item.is_url:
        document = read(item, task)
        return Piece(item, document.id, document)
    if item.row is not None:
        text = tables.text(item.path, item.row, task.columns)
        return Piece(item, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    try:
        return Piece(item, sha256(Path(item.path)))
    except OSError as error:
        raise InputError(f"{item.path} cannot be read: {error.strerror or error}") from error


def output_path(stem: str, name: str) -> str:
    """The path of an article in a format, in the output folder, with /."""
    return f"{stem}.{_ENDINGS.get(name, name)}"


_ENDINGS = {"xliff2": "2.xliff"}  # by which tools know it, and beside which 1.2 can lie


def _write(path: Path, name: str, translation: Translation, brief: Brief | None) -> str:
    """Write a format; the SHA-256 of what was written."""
    content = export.FORMATS[name](translation, brief)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path.parent} cannot be made: {error.strerror or error}") from error
    export.write(path, content)
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


def _status(translation: Translation, errors: int) -> Status:
    if not translation.segments or any(one.status == "failed" for one in translation.segments):
        return "gaps"
    return "flagged" if errors else "ok"


def _findings(translation: Translation, brief: Brief | None) -> Iterator[dict[str, Any]]:
    """The findings as the manifest has them, each with its sentence."""
    segments = {segment.id: segment for segment in translation.segments}
    for finding in (*translation.findings, *(brief.findings if brief else ())):
        segment = segments.get(finding.segment)
        sentence = {"source": segment.source, "target": segment.target} if segment else {}
        yield {**asdict(finding), **sentence}
