"""A window of articles through one pipeline, each rendered as soon as its last sentence is final.

Where the work is done may be another process or machine: what it yields can be sent, and whoever
holds the output folder writes it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from translator import documents, export, models, segmentation
from translator.batch import tables
from translator.batch.manifest import Record, Status
from translator.batch.sources import Item
from translator.brief import Brief
from translator.brief import write as write_brief
from translator.documents import Document
from translator.errors import InputError, ModelError, TranslatorError
from translator.memory import ApprovedSegments, Memory
from translator.models import Report
from translator.models.storage import sha256
from translator.pipeline import Options, Pipeline, Translation, signature

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
    """An article to be done, with the hash of its content.

    What was read for the hash goes along where it cannot be read again: `document` is that of a
    URL, `data` a file's bytes for a worker that may not share the disk.
    """

    item: Item
    content: str
    document: Document | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an article, and its outputs by their path, which are yet to be written."""

    record: Record
    contents: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article is final: so many characters, number `done` of `total`."""

    item: Item
    characters: int
    done: int
    total: int


Step = Result | Sentence


class Worker:
    """A pipeline, made when the first article needs it, and what is rendered with it.

    `approved` are the approved segments to go by where they are not those of this machine.
    """

    def __init__(
        self,
        task: Task,
        settings: str,
        report: Report = models.silent,
        approved: ApprovedSegments | None = None,
    ) -> None:
        self._task, self._settings, self._report = task, settings, report
        self._approved = approved
        self._made: Pipeline | None = None
        self._failures = 0
        self._since = 0.0

    def run(self, window: Sequence[Piece]) -> Iterator[Step]:
        """Translate and render a window's articles; yield each sentence, and what became of each.

        An article that cannot be read, translated or rendered fails alone. To stop, ask no more:
        between two steps nothing is under way.

        Raises:
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
            for index, step in self._translated(pieces):
                if isinstance(step, Result):
                    done.add(index)
                yield step
            return
        except Exception:
            if not self._pipeline_loaded():
                raise
        # One of them is more than the engine can take: apart, the others are none the worse.
        for index, pair in enumerate(pieces):
            if index not in done:
                yield from self._alone(pair)

    def _alone(self, piece: tuple[Piece, Document]) -> Iterator[Step]:
        try:
            for _, step in self._translated([piece]):
                yield step
        except ModelError as fault:
            self._failures += 1
            if self._failures >= _PATIENCE:
                raise
            yield self._failed(piece[0], str(fault))
        except Exception as fault:  # noqa: BLE001 - whatever it is, it concerns this article
            yield self._failed(piece[0], f"internal error: {type(fault).__name__}: {fault}")

    def _translated(self, pieces: Sequence[tuple[Piece, Document]]) -> Iterator[tuple[int, Step]]:
        pipeline = self._pipeline()
        done = [0] * len(pieces)
        totals = [len(segmentation.split(document)) for _, document in pieces]
        for index, found in pipeline.stream([document for _, document in pieces]):
            piece = pieces[index][0]
            if isinstance(found, Translation):
                self._failures = 0
                yield index, self._rendered(piece, found, pipeline)
            else:
                done[index] += 1
                yield (
                    index,
                    Sentence(piece.item, len(found.source), done[index], totals[index]),
                )

    def _rendered(self, piece: Piece, translation: Translation, pipeline: Pipeline) -> Result:
        """Brief and render an article; one that cannot be rendered has failed."""
        brief = write_brief(translation, pipeline.engine) if self._task.with_brief else None
        contents = {}
        try:
            for name in self._task.formats:
                content = export.FORMATS[name](translation, brief)
                data = content.encode() if isinstance(content, str) else content
                contents[output_path(piece.item.stem, name)] = data
        except InputError as fault:
            return self._failed(piece, str(fault))
        findings = [*translation.findings, *(brief.findings if brief else ())]
        errors = sum(finding.severity == "error" for finding in findings)
        record = Record(
            file=piece.item.name,
            stem=piece.item.stem,
            outputs={path: hashlib.sha256(data).hexdigest() for path, data in contents.items()},
            status=_status(translation, errors),
            content=piece.content,
            settings=self._settings,
            seconds=self._seconds(),
            segments=len(translation.segments),
            errors=errors,
            warnings=len(findings) - errors,
            findings=tuple(_findings(translation, brief)),
        )
        return Result(record, contents)

    def _failed(self, piece: Piece, message: str) -> Result:
        result = failed(piece, self._settings, message)
        return replace(result, record=replace(result.record, seconds=self._seconds()))

    def _seconds(self) -> float:
        """Since the last article: those of a window are translated together."""
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        return round(seconds, 3)

    def _read(self, piece: Piece) -> Document | Result:
        """The article, or that it cannot be read."""
        try:
            if piece.data is not None:
                return documents.from_bytes(piece.data, piece.item.path)
            return piece.document or read(piece.item, self._task)
        except TranslatorError as fault:
            return self._failed(piece, str(fault))

    def _pipeline(self) -> Pipeline:
        if self._made is None:
            memory = None
            if self._task.with_memory:
                memory = Memory(report=self._report, approved=self._approved)
            self._made = Pipeline.load(self._task.options, self._report, memory)
        return self._made

    def _pipeline_loaded(self) -> bool:
        """Whether there is an engine that could be asked again."""
        return self._made is not None and getattr(self._made.engine, "loaded", True)


def failed(piece: Piece, settings: str, message: str) -> Result:
    """An article that has no outputs, for the reason given."""
    record = Record(
        file=piece.item.name,
        stem=piece.item.stem,
        outputs={},
        status="failed",
        content=piece.content,
        settings=settings,
        message=" ".join(message.split()),
    )
    return Result(record)


def write(result: Result, folder: Path) -> Record:
    """Write an article's outputs into the output folder; what became of it then."""
    record = result.record
    try:
        for name, data in result.contents.items():
            path = folder / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                reason = error.strerror or error
                raise InputError(f"{path.parent} cannot be made: {reason}") from error
            export.write(path, data)
    except InputError as fault:
        return replace(record, outputs={}, status="failed", message=" ".join(str(fault).split()))
    return record


def settings_of(task: Task, approved: str) -> str:
    """One SHA-256 for all that decides an article's outputs, besides its text.

    `approved` is the version of the memory's approved segments.
    """
    wanted = [signature(task.options), task.with_brief, approved]
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


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
