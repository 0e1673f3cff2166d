"""Numbers that a translation has wrong, put right where there is no doubt what stands for what.

A check never edits text; this does, for the last rung of the pipeline's ladder. A number is mended
only where it is the one wrong quantity of its kind on either side of the sentence, of the
same form in both (figures and unit, no "25-square-meter"), and where the mended sentence has
no wrong quantity any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from translator import quantities
from translator.quantities import Mismatch, Quantity


@dataclass(frozen=True, slots=True)
class Mending:
    """One number put right: the source's expression, what the engine wrote, what stands there."""

    source: str
    before: str
    after: str


def mend(source: str, target: str) -> tuple[str, tuple[Mending, ...]] | None:
    """The target with its wrong numbers put right, and what was changed.

    None where nothing is wrong, or where anything wrong is in doubt.
    """
    found = quantities.compare(source, target)
    wrong = [(one.source, one.target, _is_alone(one, found)) for one in found if one.severe]
    text, done = target, []
    for asked, given, alone in sorted(wrong, key=lambda one: -one[1].start if one[1] else 0):
        if asked is None or given is None or not alone or not _alike(asked, given):
            return None
        right = _as_written(quantities.rendering(asked), given.text)
        text = text[: given.start] + right + text[given.end :]
        done.append(Mending(asked.text, given.text, right))
    if not done or any(one.severe for one in quantities.compare(source, text)):
        return None
    return text, tuple(reversed(done))


def _as_written(right: str, before: str) -> str:
    """A rendering with the sign that stood there."""
    return right.replace(" percent", "%") if before.endswith("%") else right


def _is_alone(mismatch: Mismatch, found: list[Mismatch]) -> bool:
    """Whether nothing else of its kind differs on either side."""
    kind = mismatch.source.kind if mismatch.source else None
    others = [side for one in found if one is not mismatch for side in (one.source, one.target)]
    return not any(side is not None and side.kind == kind for side in others)


def _alike(asked: Quantity, given: Quantity) -> bool:
    if asked.kind != given.kind or (asked.high is None) != (given.high is None):
        return False
    if asked.modifier in ("vague", "weak") or given.modifier in ("vague", "weak"):
        return False
    if "-" in given.text and given.high is None:
        return False  # 25-square-meter: an adjective
    if not any(character.isdigit() for character in given.text):
        return False
    if asked.date is not None and given.date is not None:
        mine, its = asked.date, given.date
        return all(
            bool(getattr(mine, part)) == bool(getattr(its, part))
            for part in ("year", "month", "day", "part")
        )
    return asked.unit == given.unit or asked.kind == "money"
