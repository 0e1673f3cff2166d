"""A source and its translation into findings. A check never edits text.

Degenerate output (nothing, Chinese left, a loop, chatter, absurd length, a cut) makes a
translation unusable. A quantity, a name or a negation that is lost or changed, a quote in
another mouth, a clause left out or made up makes it wrong. An error is what hardly any human
translation shows (`python -m eval planted` measures how many do); the rest is a warning.

`check` does a segment on its own; `compare_meaning` adds what a sentence encoder says;
`check_all` does both for a list of segments.
"""

from translator.checks.degenerate import find_loop
from translator.checks.findings import DEGENERATE, OF_MEANING, Finding, Kind, Severity
from translator.checks.segments import Pair, check, check_all, compare_meaning

__all__ = [
    "DEGENERATE",
    "OF_MEANING",
    "Finding",
    "Kind",
    "Pair",
    "Severity",
    "check",
    "check_all",
    "compare_meaning",
    "find_loop",
]
