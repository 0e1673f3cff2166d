"""Test sets: Chinese segments in documents, with one or more English references each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, pairwise
from pathlib import Path

from eval.annotations import Annotation
from eval.textfiles import require_clean
from translator.errors import InputError, UsageError
from translator.text import han_count


@dataclass(frozen=True, slots=True)
class Span:
    """A document of a set: its segments are `start` to `end`, the end not included."""

    id: str
    domain: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TestSet:
    """`references` maps a reference's name to as many lines as there are `sources`.

    `annotations` are what people wrote about a document (brief, facts, quantities, names), by
    its id; only the seeds have them. `articles` are the files that documents come from, for a
    set that is whole articles.
    """

    __test__ = False  # pytest takes classes of this name for tests

    name: str
    sources: tuple[str, ...]
    references: Mapping[str, tuple[str, ...]]
    documents: tuple[Span, ...]
    annotations: Mapping[str, Annotation] = field(default_factory=dict)
    articles: Mapping[str, Path] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def sha256(self) -> str:
        """The digest of everything that can change a score."""
        digest = hashlib.sha256()
        for name, lines in [("source", self.sources), *sorted(self.references.items())]:
            digest.update(f"{name}\t{len(lines)}\n".encode())
            digest.update("\n".join(lines).encode() + b"\n")
        for document in self.documents:
            digest.update(f"{document}\n".encode())
            if document.id in self.annotations:
                digest.update(repr(self.annotations[document.id]).encode() + b"\n")
        return digest.hexdigest()

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains in order of first occurrence."""
        return tuple(dict.fromkeys(document.domain for document in self.documents))

    def head(self, count: int | None) -> TestSet:
        """The set cut to its first segments; a document that is cut loses its annotation."""
        if count is None or count >= len(self):
            return self
        kept = [span for span in self.documents if span.start < count]
        whole = {span.id for span in kept if span.end <= count}
        return TestSet(
            self.name,
            self.sources[:count],
            {name: lines[:count] for name, lines in self.references.items()},
            tuple(Span(s.id, s.domain, s.start, min(s.end, count)) for s in kept),
            {name: one for name, one in self.annotations.items() if name in whole},
            {name: path for name, path in self.articles.items() if name in whole},
        )

    def pick(self, ids: Sequence[str]) -> TestSet:
        """The set with some of its documents only; all of them where none is named.

        Raises:
            UsageError: a document is not there.
        """
        if not ids:
            return self
        known = {span.id: span for span in self.documents}
        for name in ids:
            if name not in known:
                raise UsageError(
                    f"{self.name} has no document {name!r} (there: {', '.join(known)})"
                )
        chosen = [span for span in self.documents if span.id in ids]
        rows = [at for span in chosen for at in range(span.start, span.end)]
        ends = list(accumulate((span.end - span.start for span in chosen), initial=0))
        spans = [
            Span(span.id, span.domain, *bounds)
            for span, bounds in zip(chosen, pairwise(ends), strict=True)
        ]
        return TestSet(
            self.name,
            tuple(self.sources[at] for at in rows),
            {key: tuple(lines[at] for at in rows) for key, lines in self.references.items()},
            tuple(spans),
            {span.id: self.annotations[span.id] for span in spans if span.id in self.annotations},
            {span.id: self.articles[span.id] for span in spans if span.id in self.articles},
        )


def make(
    name: str,
    sources: Sequence[str],
    references: Mapping[str, Sequence[str]],
    documents: Sequence[tuple[str, str]] | None = None,
    where: Callable[[str, int], str] | None = None,
) -> TestSet:
    """A set from its parts, checked.

    Args:
        name: what reports call it.
        sources: Chinese segments.
        references: lines by reference name, as many as sources each.
        documents: (domain, document id) of every segment; None makes one document of all.
        where: names the file and line of a column's segment (counted from 1) in errors.

    Raises:
        InputError: counts differ, references are transposed, a segment is empty or holds line
            breaks, source and reference are swapped, or a document's segments are scattered.
    """
    where = where or (lambda column, number: f"{name}: {column}, segment {number}")
    if not sources:
        raise InputError(f"{name} has no segments")
    if not references:
        raise InputError(f"{name} has no reference translation")
    for key, lines in references.items():
        _require_count(name, key, lines, len(sources), len(references))
    for key, lines in [("source", sources), *references.items()]:
        for number, line in enumerate(lines, 1):
            require_clean(line, where(key, number))
    _require_languages(sources, references, where)
    if documents is not None and len(documents) != len(sources):
        raise InputError(
            f"{name} names a document for {len(documents)} segments, and has {len(sources)}"
        )
    spans = _spans(name, documents or [("all", name)] * len(sources))
    frozen = {key: tuple(lines) for key, lines in references.items()}
    return TestSet(name, tuple(sources), frozen, spans)


def load(given: str | None) -> TestSet:
    """A set by name: the seeds (None or `seeds`), a folder, a file, or `sacrebleu:SET/PAIR`.

    Raises:
        InputError: there is none of that name, or its data breaks a rule.
    """
    from eval import formats, seeds

    if given is None or given == "seeds":
        return seeds.load()
    if given.startswith("sacrebleu:"):
        return formats.read_registered(given.removeprefix("sacrebleu:"))
    return formats.read(Path(given))


def _require_count(
    name: str, key: str, lines: Sequence[str], sources: int, references: int
) -> None:
    if isinstance(lines, str):
        raise InputError(f"{name}: reference {key} is one text, not a list of segments")
    if len(lines) == sources:
        return
    if references == sources:
        raise InputError(
            f"{name}: the references look transposed: {references} lists of {len(lines)} for "
            f"{sources} segments; give one list a reference, with a line for every segment"
        )
    raise InputError(f"{name}: reference {key} has {len(lines)} lines for {sources} segments")


def _require_languages(
    sources: Sequence[str],
    references: Mapping[str, Sequence[str]],
    where: Callable[[str, int], str],
) -> None:
    """A segment of a source may be a figure or a foreign name, but not most of them."""
    chinese = sum(han_count(line) > 0 for line in sources)
    if chinese * 2 < len(sources):
        number = next(n for n, line in enumerate(sources, 1) if not han_count(line))
        raise InputError(
            f"{where('source', number)}: no Chinese, as in most segments; "
            "are source and reference swapped?"
        )
    for key, lines in references.items():
        foreign = [n for n, line in enumerate(lines, 1) if han_count(line) * 2 > len(line)]
        if len(foreign) * 2 > len(lines):
            raise InputError(
                f"{where(key, foreign[0])}: Chinese, as in most segments; "
                "are source and reference swapped?"
            )


def _spans(name: str, documents: Sequence[tuple[str, str]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    seen: set[str] = set()
    at = 0
    for (domain, document), group in groupby(documents):
        if document in seen:
            raise InputError(
                f"{name}: the segments of document {document} are not together "
                f"(again at segment {at + 1}); a document's segments must follow each other"
            )
        seen.add(document)
        end = at + len(list(group))
        spans.append(Span(document, domain, at, end))
        at = end
    return tuple(spans)
