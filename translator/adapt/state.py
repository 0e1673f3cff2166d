"""What a run saves in ADAPTER/training, and reads again to go on after a kill.

job.json         what decides the run, and the data it was cleaned from
examples.jsonl   the examples, those held out first
state.pt         weights, optimiser, chance, what was measured; replaced whole
best-<step>/     the adapter of the best evaluation so far
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from translator.adapt.examples import Example
from translator.errors import ModelError, UsageError
from translator.models.storage import flush, on_disk

FOLDER = "training"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The held-out pairs after `step` steps: mean loss a token, and scores of translations."""

    step: int
    loss: float
    bleu: float
    chrf: float


@dataclass(slots=True)
class Course:
    """How a run has gone: `losses` is the training loss of each step done."""

    seconds: float = 0.0
    evaluation_seconds: float = 0.0  # of the last evaluation
    tokens: int = 0  # target tokens learnt from
    losses: list[float] = field(default_factory=list)
    left_out: int = 0  # of these steps; they have the loss of the one before
    evaluations: list[Evaluation] = field(default_factory=list)
    best: int = -1  # the step of the evaluation whose adapter is kept

    @property
    def step(self) -> int:
        """Steps done."""
        return len(self.losses)


@dataclass(frozen=True, slots=True)
class Job:
    """What decides a run: `settings` must be the same to go on; `data` describes the corpora."""

    settings: dict[str, Any]
    data: dict[str, Any]
    held_out: int


class Workplace:
    """The folder of a run that has not ended."""

    def __init__(self, output: Path) -> None:
        self.output, self.folder = output, output / FOLDER

    def begin(self, job: Job, examples: list[Example]) -> None:
        """Write down what will be learnt."""
        with on_disk(self.folder):
            lines = "".join(f"{example.line()}\n" for example in examples)
            _replace(self.folder / "examples.jsonl", lines.encode())
            _replace(self.folder / "job.json", json.dumps(asdict(job), ensure_ascii=False).encode())

    def resume(self, settings: dict[str, Any]) -> tuple[Job, list[Example]]:
        """What an earlier session began.

        Raises:
            UsageError: there is none, or it had other settings or data.
        """
        try:
            job = Job(**json.loads((self.folder / "job.json").read_bytes()))
            lines = (self.folder / "examples.jsonl").read_text("utf-8").splitlines()
            examples = [Example.parse(line) for line in lines]
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(
                f"{self.output} holds no run to go on with: leave --resume out"
            ) from error
        for name, value in settings.items():
            if job.settings.get(name) != value:
                raise UsageError(
                    f"the run in {self.output} was begun with another {name.replace('_', ' ')} "
                    f"({job.settings.get(name)}): give the same, or begin anew with --force"
                )
        return job, examples

    def save(self, course: Course, learner: dict[str, Any]) -> None:
        """Keep where the run stands; a kill at any moment leaves this or the state before."""
        import torch

        with on_disk(self.folder):
            temporary = self.folder / "state.tmp"
            torch.save({"course": asdict(course), "learner": learner}, temporary)
            flush([temporary])
            temporary.replace(self.folder / "state.pt")
            for folder in self.folder.glob("best-*"):
                if folder.name != f"best-{course.best}":
                    shutil.rmtree(folder)

    def load(self) -> tuple[Course, dict[str, Any]] | None:
        """Where the run stands; None before its first save.

        Raises:
            ModelError: the file is damaged.
        """
        import torch

        path = self.folder / "state.pt"
        if not path.exists():
            return None
        try:
            found = torch.load(path, map_location="cpu", weights_only=True)
            course = Course(**found["course"])
        except Exception as error:  # whatever unpickling makes of damaged bytes
            raise ModelError(f"{path} is damaged: begin anew with --force") from error
        course.evaluations = [Evaluation(**one) for one in found["course"]["evaluations"]]
        return course, found["learner"]

    def drop(self) -> None:
        """Remove what only an unfinished run needs."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
