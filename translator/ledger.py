"""The ledger of a translation: a line a segment, with what became of it.

ok        the engine's first answers held one that passes every error-level check
repaired  a later rung of the ladder did: numbers put right, another search, shorter units
flagged   there is a translation, and at least one error-level finding on it
failed    there is none: the target is empty, never the source text
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from translator.checks import Finding
from translator.documents import Document
from translator.memory import Offer
from translator.names import Name

Status = Literal["ok", "repaired", "flagged", "failed"]

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class TranslatedSegment:
    """A segment and its translation; `score` is the mean log-probability a token."""

    id: str
    block: str
    source: str
    target: str
    status: Status
    origin: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Translation:
    """The ledger of one document: segments in = segments out.

    `offers` are approved segments like those that have no approved translation of their own.
    """

    document: Document
    segments: tuple[TranslatedSegment, ...]
    findings: tuple[Finding, ...]
    names: tuple[Name, ...]
    run: dict[str, Any] = field(compare=False)
    offers: tuple[Offer, ...] = ()

    def block_segments(self, block: str) -> tuple[TranslatedSegment, ...]:
        """The segments of one block, in order."""
        return tuple(segment for segment in self.segments if segment.block == block)

    def record(self) -> dict[str, Any]:
        """The translation as design.md's JSON has it, without a brief; `offers` where there are."""
        offers = {"offers": [asdict(offer) for offer in self.offers]} if self.offers else {}
        return {
            "schema": SCHEMA,
            "document": asdict(self.document),
            "segments": [asdict(segment) for segment in self.segments],
            "findings": [finding.record() for finding in self.findings],
            **offers,
            "run": self.run,
        }
