"""Engines and pipelines of the service: loaded late, the least recently used let go."""

from __future__ import annotations

import gc
from collections import OrderedDict
from pathlib import Path

from translator import engines, prompts
from translator.engines import Engine
from translator.memory import Memory, RememberingEngine
from translator.models import Report
from translator.pipeline import Options, Pipeline

_PIPELINES_KEPT = 16

_Key = tuple[str, str, "str | None", "Path | None"]


class Shelf:
    """What one thread translates with. `most` engines stay loaded."""

    def __init__(self, memory: Memory | None, most: int, report: Report) -> None:
        self._memory, self._most, self._report = memory, most, report
        self._engines: OrderedDict[_Key, Engine] = OrderedDict()
        self._pipelines: OrderedDict[Options, Pipeline] = OrderedDict()
        self._past_hits = 0

    def pipeline(self, options: Options) -> Pipeline:
        """The pipeline of some options, its engine loaded.

        Raises:
            InputError: the glossary or the names file cannot be used.
            UsageError, ModelError: the engine or the model cannot be had.
        """
        key = _key(options)
        self._engine(key)
        found = self._pipelines.pop(options, None)
        if found is None:
            found = Pipeline.load(options, self._report, self._memory, lambda: self._engine(key))
        self._pipelines[options] = found
        while len(self._pipelines) > _PIPELINES_KEPT:
            self._drop(next(iter(self._pipelines)))
        return found

    def has(self, options: Options) -> bool:
        """Whether the engine of some options is loaded."""
        return _key(options) in self._engines

    @property
    def memory_hits(self) -> int:
        """Answers that came from the memory, not from an engine."""
        # A copy: the page of figures is read while the worker works.
        return self._past_hits + sum(_hits(one) for one in tuple(self._pipelines.values()))

    def _engine(self, key: _Key) -> Engine:
        """An engine, loaded if need be; the pipelines hold it, so one that goes takes its own."""
        found = self._engines.pop(key, None)
        while found is None and len(self._engines) >= self._most:
            gone, _ = self._engines.popitem(last=False)
            for options in [one for one in self._pipelines if _key(one) == gone]:
                self._drop(options)
            gc.collect()  # before the next one needs the room
        if found is None:
            name, model, base_url, own = key
            prompt = prompts.for_text(own, model)
            found = engines.load(name, model, prompt, report=self._report, base_url=base_url)
        self._engines[key] = found
        return found

    def _drop(self, options: Options) -> None:
        self._past_hits += _hits(self._pipelines.pop(options))


def _key(options: Options) -> _Key:
    return options.engine, options.model, options.base_url, options.prompt


def _hits(pipeline: Pipeline) -> int:
    return pipeline.engine.hits if isinstance(pipeline.engine, RememberingEngine) else 0
