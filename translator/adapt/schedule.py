"""Batches in their order, steps fitted to the time that is left, the learning rate."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from translator.engines.base import batches

EVALUATIONS = 6  # in a run, besides the one before it
_STEPS_BETWEEN = 10  # evaluations, at least
_SHARE = 0.15  # of the time, at most, for evaluations
_WARM_UP = 20  # steps, or a tenth of a short run
_POOL = 1024  # examples among which lengths are matched


def batches_of(
    lengths: Sequence[int], kinds: Sequence[int], epochs: int, budget: int, seed: int
) -> list[list[int]]:
    """The batches of a run: indices of examples, of like length, `budget` padded tokens at most.

    All of a batch are of one kind: it takes one pass, which decides the speed on a GPU. Each epoch
    has every example once, in an order of its own that depends on the seed alone.
    """
    found: list[list[int]] = []
    for epoch in range(epochs):
        chance = random.Random(f"{seed}|{epoch}")  # noqa: S311  the same again
        order = list(range(len(lengths)))
        chance.shuffle(order)
        own: list[list[int]] = []
        for start in range(0, len(order), _POOL):
            drawn = order[start : start + _POOL]
            for kind in sorted({kinds[index] for index in drawn}):
                pool = [index for index in drawn if kinds[index] == kind]
                groups = batches([lengths[index] for index in pool], budget)
                own += [[pool[at] for at in group] for group in groups]
        chance.shuffle(own)
        found += own
    return found


@dataclass(frozen=True, slots=True)
class Clock:
    """What is known of the time: seconds, `budget` None for no limit.

    `used` are those of the run so far, of all its sessions; `step` and `evaluation` what one
    takes, 0 while not known.
    """

    budget: float | None
    used: float
    step: float
    evaluation: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How many steps there are to be, and at how many of them the model is evaluated."""

    steps: int
    evaluations: int

    def is_due(self, step: int, evaluated: int) -> bool:
        """Whether an evaluation is due after `step` steps, where there were so many."""
        return step >= self.steps or step * self.evaluations >= self.steps * (evaluated + 1)

    def rate(self, step: int) -> float:
        """The share of the highest learning rate that step number `step`, from 0, has.

        A linear warm-up, then half a cosine down to nothing.
        """
        warm = min(_WARM_UP, max(self.steps // 10, 1))
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(self.steps - warm, 1)))


def fitted(all_steps: int, step: int, evaluated: int, clock: Clock) -> Plan:
    """The plan after `step` steps and `evaluated` evaluations: all steps, or what time allows."""
    count = max(min(EVALUATIONS, all_steps // _STEPS_BETWEEN), 1)
    if clock.budget is None:
        return Plan(all_steps, count)
    if clock.evaluation:
        count = max(min(count, int(_SHARE * clock.budget / clock.evaluation)), 1)
    if not clock.step:
        return Plan(all_steps, count)
    left = clock.budget - clock.used - max(count - evaluated, 1) * clock.evaluation
    return Plan(min(all_steps, step + max(int(left / clock.step), 0)), count)
