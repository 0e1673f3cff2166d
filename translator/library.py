"""The package as a library: `from translator import Translator`.

One engine a process, however many Translators ask for it; any number of threads may use them.
"""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, TypeVar

from translator import documents, models, prompts, segmentation
from translator.brief import Brief
from translator.brief import write as write_brief
from translator.documents import Document
from translator.engines import DEFAULT, QUALITIES, QUALITY, Decoding, Engine, Quality
from translator.engines import load as load_engine
from translator.errors import UsageError
from translator.memory import Memory
from translator.models import Report
from translator.pipeline import Options, Pipeline, TranslatedSegment, Translation

_T = TypeVar("_T")


class Translator:
    """Chinese press articles into English, in this process.

    An article is its text (`str`), a file (`Path`), or a Document of `documents.read`, which takes
    URLs too. The engine is loaded when it is first needed and shared by all Translators that name
    the same one; calls from several threads take turns at it.

    Args:
        engine, model, base_url, glossary, names, quality: as the command's options.
        decoding: how to search, instead of as `quality` has it.
        memory: False for none; a Memory for one that is not the user's own.
        report: gets the progress of downloads and conversions.

    Raises:
        InputError: the glossary or the names file cannot be used.
        UsageError, ModelError: the engine or the model cannot be had.
    """

    def __init__(
        self,
        *,
        engine: str = DEFAULT,
        model: str = models.DEFAULT,
        base_url: str | None = None,
        glossary: Path | None = None,
        names: Path | None = None,
        quality: Quality = QUALITY,
        decoding: Decoding | None = None,
        memory: Memory | bool = True,
        report: Report = models.silent,
    ) -> None:
        if quality not in QUALITIES:
            raise UsageError(f"there is no quality {quality!r} (there are {', '.join(QUALITIES)})")
        options = Options(
            engine=engine,
            model=model,
            base_url=base_url,
            glossary=glossary,
            names=names,
            decoding=decoding or QUALITIES[quality],
        )
        kept = memory if isinstance(memory, Memory) else Memory(report=report) if memory else None
        self._shared = _shared(engine, model, base_url)
        with self._shared.lock:
            self._pipeline = Pipeline.load(
                options, report, kept, lambda: self._shared.engine(report)
            )

    def translate(self, article: str | Path | Document) -> Translation:
        """The translation of an article.

        Raises:
            InputError: the article cannot be read.
            ModelError: the engine failed.
        """
        document = _document(article)
        for _, found in self._steps(self._pipeline.stream([document])):
            if isinstance(found, Translation):
                return found
        raise AssertionError("a pipeline ends with a translation")

    def stream(self, article: str | Path | Document) -> Iterator[TranslatedSegment]:
        """Yield the segments of an article in its order, each as soon as it can be.

        Other threads may translate while the caller looks at a segment. Closing the generator
        ends the work.
        """
        document = _document(article)
        ready: dict[str, TranslatedSegment] = {}
        order = [segment.id for segment in segmentation.split(document)]
        at = 0
        for _, found in self._steps(self._pipeline.stream([document], promptly=True)):
            if isinstance(found, TranslatedSegment):
                ready[found.id] = found
            while at < len(order) and order[at] in ready:
                yield ready.pop(order[at])
                at += 1

    def brief(self, article: str | Path | Document | Translation) -> Brief:
        """The brief of an article, or of a translation that is there already.

        Raises:
            InputError: the article cannot be read.
            ModelError: the engine failed.
        """
        translation = article if isinstance(article, Translation) else self.translate(article)
        with self._shared.lock:
            return write_brief(translation, self._pipeline.engine)

    def _steps(self, work: Generator[_T, Any, Any]) -> Iterator[_T]:
        """The steps of some work, no two threads in one at a time."""
        try:
            while True:
                with self._shared.lock:
                    try:
                        step = next(work)
                    except StopIteration:
                        return
                yield step
        finally:
            with self._shared.lock:
                work.close()


class _Shared:
    """An engine that is loaded once, and whose turn it is."""

    def __init__(self, engine: str, model: str, base_url: str | None) -> None:
        self.lock = threading.RLock()
        self._names, self._base_url = (engine, model), base_url
        self._loaded: Engine | None = None

    def engine(self, report: Report) -> Engine:
        """The engine, loaded by whoever needs it first; the caller has the lock."""
        if self._loaded is None:
            prompt = prompts.for_model("translate", self._names[1])
            self._loaded = load_engine(*self._names, prompt, report=report, base_url=self._base_url)
        return self._loaded


_engines: dict[tuple[str, str, str | None], _Shared] = {}
_engines_lock = threading.Lock()


def _shared(engine: str, model: str, base_url: str | None) -> _Shared:
    with _engines_lock:
        names = engine, model, base_url
        return _engines.setdefault(names, _Shared(*names))


def _document(article: str | Path | Document) -> Document:
    if isinstance(article, Document):
        return article
    return (
        documents.read(str(article)) if isinstance(article, Path) else documents.from_text(article)
    )
