"""What a check reports."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal[
    "empty",
    "leftover",
    "loop",
    "commentary",
    "length",
    "cut",
    "quantity",
    "name",
    "term",
    "unsupported",
    "omission",
    "addition",
    "meaning",
    "negation",
    "speaker",
    "untranslated",
    "marks",
]
Severity = Literal["error", "warning"]

# What makes a text unusable as a translation, whatever it says.
DEGENERATE: frozenset[Kind] = frozenset(
    ("empty", "leftover", "loop", "commentary", "length", "cut")
)
# What only a comparison of meaning finds, which takes seconds where the rest takes none.
OF_MEANING: frozenset[Kind] = frozenset(("omission", "addition", "meaning"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt about one segment: where it stands and what was expected instead."""

    segment: str
    kind: Kind
    severity: Severity
    message: str
    source_text: str = ""
    target_text: str = ""
    expected: str = ""

    def record(self) -> dict[str, Any]:
        """The finding as design.md's JSON has it."""
        return asdict(self)
