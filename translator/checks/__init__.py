"""A source and its translation into findings. A check never edits text.

Degenerate output (nothing, Chinese left, a loop, chatter, absurd length, a cut) makes a
translation unusable. A quantity, a name or a negation that is lost or changed, a quote in
another mouth, a clause left out or made up makes it wrong. An error is what hardly any human
translation shows (`python -m eval.planted` measures how many do); the rest is a warning.

`check` does a segment on its own; `check_all` a list of them, whose meaning it compares too.
"""

from translator.checks.degenerate import find_loop
from translator.checks.findings import DEGENERATE, Finding, Kind, Severity
from translator.checks.segments import Pair, check, check_all

__all__ = [
    "DEGENERATE",
    "Finding",
    "Kind",
    "Pair",
    "Severity",
    "check",
    "check_all",
    "find_loop",
]
