"""The names and terms of an article, as its page proposes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from translator import glossary, name_list
from translator.documents import Document
from translator.names import Name
from translator.service import Job


@dataclass(frozen=True, slots=True)
class Proposed:
    """A name or a term and its English; empty where only a person can say."""

    source: str
    target: str
    kind: str


def proposed(job: Job) -> Sequence[Proposed]:
    """The names as they were translated, those without an English, and the terms that occur."""
    if job.translation is None:
        return ()
    return _proposed(job.document, job.translation.names, job.options.glossary)


@lru_cache(maxsize=64)  # a sheet is drawn anew after each edit, its names are not sought anew
def _proposed(
    document: Document, names: tuple[Name, ...], own: Path | None
) -> tuple[Proposed, ...]:
    terms = glossary.load_over(own)
    found = {name.source: Proposed(name.source, name.target, name.kind) for name in names}
    for name in name_list.propose(document, terms.targets):
        found.setdefault(name.source, Proposed(name.source, name.target, name.kind))
    text = "\n".join(block.text for block in document.blocks)
    for term in terms.occurring(text):
        found.setdefault(term.source, Proposed(term.source, term.target, "term"))
    return tuple(sorted(found.values(), key=lambda one: (text.find(one.source), one.source)))
