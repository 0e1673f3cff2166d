"""Pairs for the tests of adapt, a small run on them, and what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from translator import adapt
from translator.adapt import Options
from translator.adapt_console import _Quiet

TOWNS = (("北京", "Beijing"), ("上海", "Shanghai"), ("广州", "Guangzhou"), ("成都", "Chengdu"))
PATTERNS = (
    ("这家公司的总部在{}。", "The company has its head office in {}."),
    ("他今天在{}说,项目已经开工。", "He said in {} today that work on the project has begun."),
    (
        "{}的港口每天有二十艘货船进出。",
        "Twenty cargo ships enter and leave the port of {} every day.",
    ),
    (
        "市民可以在{}办理手续,不用排队。",
        "Residents can complete the forms in {} without standing in line.",
    ),
    (
        "{}的学校邀请工程师为学生讲解机器人。",
        "A school in {} invited engineers to explain robots to pupils.",
    ),
    (
        "{}的医院引进了新的设备,病人不必再等。",
        "A hospital in {} bought new machines, so patients need not wait.",
    ),
)
PAIRS = [
    (chinese.format(town), english.format(name))
    for town, name in TOWNS
    for chinese, english in PATTERNS
]
SMALL = Options(epochs=2, batch_tokens=512, held_out=4, scored=2, learning_rate=5e-3, rank=4)


def write(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    path.write_text("\n".join(["source\ttarget", *("\t".join(row) for row in rows)]), "utf-8")
    return path


class Heard(_Quiet):
    """Keeps what a run tells."""

    def __init__(self) -> None:
        self.steps: list[adapt.Step] = []
        self.found: dict[str, Any] = {}

    def cleaned(self, data: dict[str, Any]) -> None:
        self.found = data

    def step(self, step: adapt.Step) -> None:
        self.steps.append(step)
