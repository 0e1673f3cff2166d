"""The run: clean, hold out, learn, evaluate, keep the best, save; go on after a stop."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from translator import glossary, models, prompts
from translator.adapt import cleaning, lineage, pairs, result, scores
from translator.adapt.examples import Encoded, Example, encode, example
from translator.adapt.options import Options
from translator.adapt.schedule import Clock, Plan, batches_of, fitted
from translator.adapt.state import FOLDER, Course, Evaluation, Job, Workplace
from translator.engines import hf
from translator.errors import InputError, ModelError, UsageError
from translator.model_name import split_adapter
from translator.models import Progress
from translator.models.adapters import RECORD
from translator.signals import stop_signals

if TYPE_CHECKING:
    from translator.adapt.learner import Learner
    from translator.engines.transformers_engine import CausalEngine, Seq2SeqEngine

SAVE_SECONDS = 180.0  # between saves, besides those at evaluations
_PATIENCE = 3  # evaluations in a row that may be no better
_FEWEST = 16  # examples
_WINDOW = 1024  # tokens of prompt and answer: articles come to the engine by the sentence
_REMEMBERED = 20  # steps by which the speed is told
_EXTRA = ("peft", "sacrebleu", "torch", "transformers")


@dataclass(frozen=True, slots=True)
class Step:
    """A step done, of `steps`; `speed` in target tokens a second, `left` in seconds."""

    step: int
    steps: int
    loss: float
    speed: float
    left: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: `stopped_by` is a signal, or 0 where it is done."""

    course: Course
    steps: int
    stopped_by: int


class Display(Protocol):
    """What a run tells."""

    def report(self, progress: Progress, /) -> None:
        """A download, a conversion, a remark."""

    def cleaning(self, done: int, total: int) -> None:
        """So many pairs were looked at."""

    def cleaned(self, data: dict[str, Any]) -> None:
        """What was read, kept and left out, as the record has it."""

    def step(self, step: Step) -> None:
        """A step is done."""

    def evaluation(self, found: Evaluation) -> None:
        """The held-out pairs were looked at."""


def adapt(
    words: Sequence[str],
    output: Path,
    options: Options,
    display: Display,
    *,
    exclude: Sequence[Path] = (),
    terms: Sequence[str] = (),
    resume: bool = False,
    force: bool = False,
) -> Outcome:
    """Train an adapter for `options.model` on what the words name, and write it to `output`.

    Of a model with an adapter, the training goes on from that, and the result stands for both.

    Args:
        words: see pairs.read.
        output: the adapter's folder; what an unfinished run needs is in its folder `training`.
        options: how to train.
        display: hears how it goes.
        exclude: sets of which nothing may be learnt.
        terms: the terms of use of the data, for the model card.
        resume: go on with the run in `output`.
        force: replace the adapter, or the unfinished run, in `output`.

    Raises:
        UsageError: an option is wrong, or `output` is in use.
        InputError: the data cannot be read, or too little is left of it.
        ModelError: a package is missing, or the model cannot be had or trained.
    """
    started = time.monotonic()
    options.require_sound()
    _require_extra()
    begun_from = lineage.begun_from(options, display.report)
    given, options = options, replace(options, model=split_adapter(options.model)[0])
    place = _place(output, resume=resume, force=force)
    corpora = pairs.read(words, terms)
    excluded = [(str(path), _digest(pairs.lines_of(path))) for path in exclude]
    settings: dict[str, Any] = {
        **given.record(),
        "begun_from": begun_from and begun_from.sha256,
        "data": [one.sha256 for one in corpora],
        "excluded": [digest for _, digest in excluded],
    }
    if resume:
        job, examples = place.resume(settings)
        engine = _load(options, display.report)
        if job.settings["base_sha256"] != models.sha256_of(options.model):
            raise UsageError(f"{options.model} is not the model that this run was begun with")
    else:
        examples, data = _examples(corpora, exclude, options, display)
        data["begun_from"] = begun_from and lineage.record(begun_from)
        engine = _load(options, display.report)
        settings["base_sha256"] = models.sha256_of(options.model)
        job, examples = _job(examples, data, settings, options, engine, display)
        place.begin(job, examples)
    from translator.adapt.learner import Learner

    learner = Learner(engine, options, begun_from.folder if begun_from else None)
    run = _Run(place, job, examples, learner, options, display, engine, started)
    with stop_signals() as signals:
        return run.finish(lambda: signals[0] if signals else 0)


class _Run:
    """One session of a run."""

    def __init__(
        self,
        place: Workplace,
        job: Job,
        examples: Sequence[Example],
        learner: Learner,
        options: Options,
        display: Display,
        engine: CausalEngine | Seq2SeqEngine,
        started: float,
    ) -> None:
        self._place, self._job, self._learner = place, job, learner
        self._options, self._display = options, display
        self._held, taught = examples[: job.held_out], examples[job.held_out :]
        self._held_encoded = encode(self._held, engine, _prompt(options))
        self._taught = encode(taught, engine, _prompt(options))
        self._batches = batches_of(
            [one.own for one in self._taught],
            [one.shared for one in self._taught],
            options.epochs,
            options.batch_tokens,
            options.seed,
        )
        self._course = Course()
        self._started = started
        self._before = 0.0  # seconds of earlier sessions
        self._recent: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)
        if found := place.load():
            self._course, state = found
            learner.restore(state)
            self._before = self._course.seconds
            if self._course.best > 0:
                result.publish(place, self._course)

    def finish(self, stopped: Callable[[], int]) -> Outcome:
        """Learn until the plan is fulfilled, nothing gets better, or a signal came."""
        course = self._course
        if not course.evaluations:
            self._evaluate()
            self._save()
        saved = time.monotonic()
        plan = self._plan()
        while course.step < plan.steps and not self._is_stale() and not stopped():
            self._step(plan)
            plan = self._plan()
            if plan.is_due(course.step, len(course.evaluations) - 1):
                self._evaluate()
                self._save()
                saved = time.monotonic()
            elif time.monotonic() - saved >= SAVE_SECONDS:
                self._save()
                saved = time.monotonic()
        ended = course.step >= plan.steps or self._is_stale()
        if not ended:
            self._save()
            return Outcome(course, plan.steps, stopped())
        if course.best <= 0:  # the time was up before the first evaluation
            self._evaluate()
        course.seconds = self._used()
        result.finish(self._place, self._learner, self._options, self._job, course)
        return Outcome(course, plan.steps, 0)

    def _step(self, plan: Plan) -> None:
        course, began = self._course, time.monotonic()
        batch = [self._taught[index] for index in self._batches[course.step]]
        loss = self._learner.step(batch, plan.rate(course.step))
        tokens = sum(len(one.answer) for one in batch)
        course.tokens += tokens if loss is not None else 0
        if loss is None:
            course.left_out += 1
            loss = course.losses[-1] if course.losses else course.evaluations[0].loss
        course.losses.append(round(loss, 5))
        self._recent.append((time.monotonic() - began, tokens))
        seconds = sum(one for one, _ in self._recent)
        speed = sum(count for _, count in self._recent) / max(seconds, 1e-9)
        left = max(plan.evaluations - len(course.evaluations) + 1, 0) * course.evaluation_seconds
        left += (plan.steps - course.step) * seconds / len(self._recent)
        self._display.step(Step(course.step, plan.steps, loss, speed, left))

    def _evaluate(self) -> None:
        """Look at the held-out pairs; keep the adapter if it is the best so far."""
        course, began = self._course, time.monotonic()
        scored = self._held[: self._options.scored]
        with self._learner.as_saved():
            loss = self._learner.loss(self._held_encoded)
            hypotheses = self._learner.translate([one.text for one in scored])
        bleu, chrf = scores.score(hypotheses, [one.target for one in scored])
        found = Evaluation(course.step, loss, bleu, chrf)
        course.evaluations.append(found)
        best = max(course.evaluations[1:], key=_merit, default=None)
        if best is found:
            course.best, course.seconds = course.step, self._used()
            result.keep_best(self._place, self._learner, self._options, self._job, course)
        course.evaluation_seconds = time.monotonic() - began
        self._display.evaluation(found)

    def _is_stale(self) -> bool:
        """Whether the last evaluations were better in neither translations nor loss."""
        before, last = self._course.evaluations[:-_PATIENCE], self._course.evaluations[-_PATIENCE:]
        return (
            len(before) > 1
            and max(one.chrf for one in last) <= max(one.chrf for one in before)
            and min(one.loss for one in last) >= min(one.loss for one in before)
        )

    def _plan(self) -> Plan:
        course = self._course
        per_step = 0.0
        if course.step:  # after a stop, until it is measured again
            per_step = course.seconds / course.step
        if self._recent:
            per_step = sum(one for one, _ in self._recent) / len(self._recent)
        minutes = self._options.max_minutes
        budget = None if minutes is None else minutes * 60
        clock = Clock(budget, self._used(), per_step, course.evaluation_seconds)
        return fitted(len(self._batches), course.step, len(course.evaluations) - 1, clock)

    def _save(self) -> None:
        self._course.seconds = self._used()
        self._place.save(self._course, self._learner.state())

    def _used(self) -> float:
        return self._before + time.monotonic() - self._started


def _merit(found: Evaluation) -> tuple[float, float]:
    return found.chrf, -found.loss


def _examples(
    corpora: Sequence[pairs.Corpus],
    exclude: Sequence[Path],
    options: Options,
    display: Display,
) -> tuple[list[Example], dict[str, Any]]:
    """The examples of what cleaning leaves, and the record of both."""
    words = glossary.load_over(options.glossary)
    plain = not _prompt(options).is_plain
    total, done = sum(len(one.pairs) for one in corpora), 0
    dropped: dict[str, int] = {}

    def looked_at(count: int) -> None:
        nonlocal done
        done += count
        display.cleaning(done, total)

    found = []
    for pair in cleaning.clean(corpora, exclude, dropped, looked_at):
        one = example(pair, words, options, plain=plain)
        if one is None:
            dropped["dateline"] = dropped.get("dateline", 0) + 1
        else:
            found.append(one)
    data = [one.data() for one in corpora]
    return found, {"data": data, "cleaning": {"read": total, "dropped": dropped}}


def _job(
    examples: Sequence[Example],
    data: dict[str, Any],
    settings: dict[str, Any],
    options: Options,
    engine: CausalEngine | Seq2SeqEngine,
    display: Display,
) -> tuple[Job, list[Example]]:
    """The examples that fit the model, those held out first, and what decides the run."""
    encoded = encode(examples, engine, _prompt(options))
    kept = [
        one for one, tokens in zip(examples, encoded, strict=True) if _fits(one, tokens, engine)
    ]
    found = data["cleaning"]
    if len(kept) < len(examples):
        found["dropped"]["window"] = len(examples) - len(kept)
    order = list(cleaning.REASONS)
    found["dropped"] = dict(sorted(found["dropped"].items(), key=lambda one: order.index(one[0])))
    found["kept"], found["forms"] = len(kept), dict(sorted(Counter(e.form for e in kept).items()))
    display.cleaned(found)
    if len(kept) < _FEWEST:
        raise InputError(
            f"{len(kept)} of {found['read']} pairs are left after cleaning, too few to learn from: "
            f"give {_FEWEST} at least"
        )
    kept.sort(key=lambda one: (one.form == "hinted", _digest([str(options.seed), one.text])))
    held_out = min(options.held_out, len(kept) // 5)
    return Job(settings, data, held_out), kept


def _fits(one: Example, tokens: Encoded, engine: CausalEngine | Seq2SeqEngine) -> bool:
    """Whether the product would ask for it in one piece, and take the whole answer."""
    window = min(_WINDOW, engine.context_tokens)
    return (
        engine.fits(one.text)
        and len(tokens.answer) <= engine.answer_limit(one.text)
        and tokens.length <= window
    )


def _prompt(options: Options) -> prompts.Prompt:
    return prompts.for_model("translate", options.model)


def _load(options: Options, report: models.Report) -> CausalEngine | Seq2SeqEngine:
    from translator.engines import transformers_engine

    return transformers_engine.load(options.model, _prompt(options), report)


def _place(output: Path, *, resume: bool, force: bool) -> Workplace:
    """The folder to write to, made sure to be free for it."""
    place = Workplace(output)
    unfinished = (output / FOLDER).is_dir()
    if resume:
        if not unfinished:
            raise UsageError(f"{output} holds no run to go on with: leave --resume out")
        return place
    ours = unfinished or (output / RECORD).is_file()
    if output.exists() and not ours and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"{output} exists and is no adapter: give another name")
    if ours and not force:
        how = "go on with it by --resume" if unfinished else "give another name"
        what = "an unfinished run" if unfinished else "an adapter"
        raise UsageError(f"{output} holds {what}: {how}, or replace it by --force")
    if ours:
        place.drop()
        with suppress(FileNotFoundError):
            (output / RECORD).unlink()  # first: without it, the rest is no adapter
        shutil.rmtree(output)
    return place


def _require_extra() -> None:
    for module in _EXTRA:
        if find_spec(module) is None:
            raise ModelError(
                f"adapt needs {module}, which is not installed: pip install 'translator[adapt]'"
            )
    hf.require("transformers", "torch")


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
