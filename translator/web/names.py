"""The names and terms of an article, as its page proposes them."""

from __future__ import annotations

from dataclasses import dataclass

from translator import glossary, name_list
from translator.service import Job


@dataclass(frozen=True, slots=True)
class Proposed:
    """A name or a term and its English; empty where only a person can say."""

    source: str
    target: str
    kind: str


def proposed(job: Job) -> list[Proposed]:
    """The names as they were translated, those without an English, and the terms that occur."""
    if job.translation is None:
        return []
    terms = glossary.load_over(job.options.glossary)
    found = {
        name.source: Proposed(name.source, name.target, name.kind) for name in job.translation.names
    }
    for name in name_list.propose(job.document, terms.targets):
        found.setdefault(name.source, Proposed(name.source, name.target, name.kind))
    text = "\n".join(block.text for block in job.document.blocks)
    for term in terms.occurring(text):
        found.setdefault(term.source, Proposed(term.source, term.target, "term"))
    return sorted(found.values(), key=lambda one: (text.find(one.source), one.source))
