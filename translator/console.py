"""What the commands do at a terminal: progress on standard error, text on standard output."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from translator import documents, export, glossary, models, name_list, review, segmentation
from translator.brief import Brief, BriefOptions
from translator.brief import write as write_brief
from translator.documents import Document
from translator.export import findings, prose
from translator.memory import Memory
from translator.memory import files as memory_files
from translator.models import Progress
from translator.pipeline import Options, Pipeline, TranslatedSegment, Translation

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_LEFT_OUT_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Job:
    """One run of `translate` or `brief`."""

    source: str
    output: Path | None
    format_name: str
    options: Options
    fail_on: str
    allow_private: bool
    quiet: bool
    with_memory: bool = True
    brief: BriefOptions | None = None  # None: the translation alone


def run(job: Job) -> int:
    """Read, translate, brief, write; the exit status."""
    document = documents.read(job.source, allow_private=job.allow_private)
    streams = job.output is None and job.brief is None and job.format_name in ("md", "txt")
    with progress(job.quiet) as shown:
        memory = Memory(report=warn) if job.with_memory else None
        pipeline = Pipeline.load(job.options, shown.report, memory)
        total = len(segmentation.split(document))
        stream = _Stream(document, markdown=job.format_name == "md") if streams else None
        with shown.stage("translating", total) as advance:

            def on_segment(_: int, segment: TranslatedSegment) -> None:
                advance(segment.source)
                if stream:
                    stream.add(segment)

            translation = pipeline.translate(document, on_segment)
        brief = None
        if job.brief is not None:
            with shown.stage("writing the brief", None):
                brief = write_brief(translation, pipeline.engine, job.brief)
    if stream:
        stream.finish(translation)
    else:
        content = export.FORMATS[job.format_name](translation, brief)
        if job.output is not None:
            export.write(job.output, content)
        elif isinstance(content, bytes):
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content)
    _summarise(translation, quiet=job.quiet)
    return _status(translation, brief, job.fail_on)


def warn(progress: Progress) -> None:
    """Say what a user must know even where no progress is shown."""
    print(f"translator: {progress.note}", file=sys.stderr)


def propose_names(
    source: str, output: Path | None, terms: Path | None, *, allow_private: bool
) -> None:
    """Write the names of an article as a file that `--names` takes."""
    document = documents.read(source, allow_private=allow_private)
    text = name_list.render(name_list.propose(document, glossary.load_over(terms).targets))
    if output is None:
        sys.stdout.write(text)
    else:
        export.write(output, text)


def check(
    source: str,
    target: str,
    *,
    format_name: str,
    fail_on: str,
    glossary: Path | None,
    allow_private: bool,
    quiet: bool,
) -> int:
    """Compare a translation with its article and print what was found; the exit status."""
    with progress(quiet) as shown, shown.stage("comparing", None) as advance:
        found = review.review(
            source,
            target,
            glossary=glossary,
            allow_private=allow_private,
            report=lambda _: advance(""),
        )
    sys.stdout.write(findings.to_json(found) if format_name == "json" else findings.to_text(found))
    return int(found.fails(fail_on))


def _status(translation: Translation, brief: Brief | None, fail_on: str) -> int:
    failed = any(segment.status == "failed" for segment in translation.segments)
    found = [*translation.findings, *(brief.findings if brief else ())]
    levels = {"never": (), "error": ("error",), "warning": ("error", "warning")}[fail_on]
    return int(failed or any(finding.severity in levels for finding in found))


def _summarise(translation: Translation, *, quiet: bool) -> None:
    """One line on what was done and what to look at."""
    if quiet or not sys.stderr.isatty():
        return
    counts = {
        status: sum(segment.status == status for segment in translation.segments)
        for status in ("repaired", "flagged", "failed")
    }
    doubts = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    seconds = translation.run["seconds"]
    print(
        f"{len(translation.segments)} sentences in {seconds:.0f} s"
        f"{f' ({doubts})' if doubts else ', no doubts'}",
        file=sys.stderr,
    )


class _Stream:
    """Prints translated blocks in the article's order, each as soon as it is whole."""

    def __init__(self, document: Document, *, markdown: bool) -> None:
        self._waiting = {block.id: 0 for block in document.blocks}
        for segment in segmentation.split(document):
            self._waiting[segment.block] += 1
        self._blocks = list(document.blocks)
        self._done: dict[str, dict[str, TranslatedSegment]] = {
            block.id: {} for block in document.blocks
        }
        self._order = {segment.id: at for at, segment in enumerate(segmentation.split(document))}
        self._markdown = markdown

    def add(self, segment: TranslatedSegment) -> None:
        """Take a final segment; print what is now complete."""
        self._done[segment.block][segment.id] = segment
        while self._blocks:
            first = self._blocks[0]
            if len(self._done[first.id]) < self._waiting[first.id]:
                return
            del self._blocks[0]
            segments = sorted(self._done[first.id].values(), key=lambda one: self._order[one.id])
            text = prose.block(first.kind, segments, markdown=self._markdown)
            sys.stdout.write(f"{text}\n\n")
            sys.stdout.flush()

    def finish(self, translation: Translation) -> None:
        """Print what to check before sending."""
        sys.stdout.write(prose.doubts(translation, markdown=self._markdown))


class _Shown:
    """Progress on a terminal, or nothing."""

    def __init__(self, bar: Bar | None) -> None:
        self._bar = bar
        self._task: int | None = None
        self._note = ""

    def report(self, progress: Progress) -> None:
        """Show a download or a conversion."""
        if self._bar is None:
            return
        if progress.note and progress.note != self._note:
            self._note = progress.note
            self._bar.console.print(progress.note)
        if self._task is None:
            self._task = self._bar.add_task(progress.stage, total=None)
        speed = f"{progress.speed / 1e6:.1f} MB/s" if progress.speed else ""
        self._bar.update(
            self._task,  # type: ignore[arg-type]
            description=progress.stage,
            completed=progress.done,
            total=progress.total or None,
            speed=f"{progress.done / 1e6:,.0f} MB  {speed}" if progress.total else "",
        )

    @contextlib.contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Callable[[str], None]]:
        """A stage of the work; what it yields is called with each finished sentence."""
        if self._bar is None:
            yield lambda _: None
            return
        if self._task is not None:
            self._bar.remove_task(self._task)  # type: ignore[arg-type]
            self._task = None
        task = self._bar.add_task(name, total=total, speed="")
        bar, started, sentences, characters = self._bar, self._bar.get_time(), 0, 0

        def advance(source: str) -> None:
            nonlocal sentences, characters
            sentences += 1
            characters += len(source)
            speed = characters / max(bar.get_time() - started, 0.001)
            bar.update(
                task,
                completed=sentences,
                speed=f"{sentences} of {total} sentences, {speed:.0f} characters/s",
            )

        yield advance
        self._bar.remove_task(task)


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[_Shown]:
    """A progress display on standard error where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield _Shown(None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    # The display may take standard output over only where both are one terminal: text that
    # goes to a file or a pipe must arrive there.
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        yield _Shown(bar)


def list_models() -> None:
    """Print what is known and what is here, a line a model."""
    for row in models.installed():
        size = f"{row.size / 1e9:.2f} GB" if row.size else ""
        print(f"{row.name:12} {row.state:10} {size:>8}  {row.licence:12} {row.title}")
        if row.path:
            print(f"{'':12} {row.path}")


def pull(name: str, *, quiet: bool) -> None:
    """Download and verify a model."""
    with progress(quiet) as shown:
        path = models.pull(name, report=shown.report)
    print(path)


def verify(name: str, *, quiet: bool) -> int:
    """Re-hash a model; 4 where a file is broken."""
    with progress(quiet) as shown:
        checked = models.verify(name, report=shown.report)
    for file in checked:
        print(f"{'ok' if file.ok else 'BROKEN'}  {file.path}  {file.message}".rstrip())
    return 0 if all(file.ok for file in checked) else 4


def export_model(name: str, file: Path, *, force: bool, quiet: bool) -> None:
    """Write a model into one file."""
    with progress(quiet) as shown:
        print(models.export(name, file, force=force, report=shown.report))


def import_model(file: Path, *, quiet: bool) -> None:
    """Bring in an exported model."""
    with progress(quiet) as shown:
        print(f"{models.import_(file, report=shown.report)} is here and verified")


def prune(name: str) -> None:
    """Drop a model's download."""
    print(f"{models.drop_original(name) / 1e9:.2f} GB freed")


def memory_stats() -> None:
    """Print what the memory holds."""
    stats = Memory(report=warn).stats()
    print(f"{stats.path}  {stats.size / 1e6:.1f} MB")
    print(f"{stats.approved:9,} segments approved by people")
    print(f"{stats.answers:9,} answers of engines kept")


def memory_import(files: Sequence[Path], *, unreviewed: bool) -> int:
    """Take in bilingual files; 1 where a pair was left out."""
    memory, left = Memory(report=warn), 0
    for file in files:
        found = memory_files.import_(memory, file, unreviewed=unreviewed)
        for line in found.left[:_LEFT_OUT_SHOWN]:
            print(f"{file}: left out {line}", file=sys.stderr)
        left += len(found.left)
        print(
            f"{file}: {found.new} new, {found.changed} changed, {found.same} as before, "
            f"{len(found.left)} left out"
        )
    return int(left > 0)


def memory_export(file: Path, *, force: bool) -> None:
    """Write the approved segments."""
    name = memory_files.format_of(file)
    export.check_writable(file, force=force)
    segments = Memory(report=warn).approved().by_source.values()
    export.write(file, memory_files.render(segments, name))
    print(f"{len(segments)} approved segments in {file}")


def memory_clear(*, approved: bool) -> None:
    """Forget what engines said, or what people approved."""
    memory = Memory(report=warn)
    before = memory.stats()
    memory.clear(approved=approved)
    what = f"{before.approved} approved segments" if approved else f"{before.answers} answers"
    print(f"{what} forgotten")
