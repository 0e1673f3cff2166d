"""Translation memory: what engines answered and what people approved, in one SQLite file.

memory      Memory: recall and keep answers; approved segments; what there is
engine      an engine that asks the memory before it loads a model
approved    exact and near matches among approved segments
files       approved segments from TMX, XLIFF, TSV and bilingual Word files, and to TMX and TSV
store       the SQLite file: migrations, many processes, damage
"""

from __future__ import annotations

from translator.memory.approved import Approved, ApprovedSegments, Offer
from translator.memory.engine import RememberingEngine, remembering
from translator.memory.memory import Memory, Stats, key_of

__all__ = [
    "Approved",
    "ApprovedSegments",
    "Memory",
    "Offer",
    "RememberingEngine",
    "Stats",
    "key_of",
    "remembering",
]
