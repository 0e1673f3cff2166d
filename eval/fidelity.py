"""Metrics from the product's own checks: what a translation must carry, and what is wrong with it.

Where a set has annotations, quantities and names are those that people marked; elsewhere they
are those that the product finds in the source, so that any set and any system can be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from eval.annotations import Annotation, GoldName, states
from eval.outputs import Output, flat
from eval.testsets import Span, TestSet
from translator import checks, glossary, names, quantities
from translator import similarity as similarities
from translator.checks import Finding, coverage
from translator.documents import Block, Document
from translator.names import Name

Array = NDArray[np.float64]

KINDS: tuple[str, ...] = get_args(checks.Kind)
ACCURACIES = {"quantity": "quantities right %", "name": "names right %", "term": "terms right %"}


def similarity(test_set: TestSet, output: Output) -> Array:
    """Cosine of source and target, and 1: rows of shape (segments, 2)."""
    targets = flat(output.targets)
    left, right = _vectors(test_set.sources), _vectors(tuple(targets))
    cosines = np.einsum("ij,ij->i", left, right) * [bool(target) for target in targets]
    return np.stack([cosines, np.ones(len(cosines))], axis=1).astype(np.float64)


def lengths(test_set: TestSet, output: Output) -> Array:
    """Words of the target and of the references on average: rows of shape (segments, 2)."""
    references = list(test_set.references.values())
    wanted = [
        float(np.mean([len(lines[at].split()) for lines in references]))
        for at in range(len(test_set))
    ]
    return np.array(
        [[len(target.split()), words] for target, words in zip(output.targets, wanted, strict=True)]
    )


def findings_of(kind: str, test_set: TestSet, output: Output) -> Array:
    """Whether a segment has a finding of a kind, and 1: rows of shape (segments, 2)."""
    key = _Key(test_set, output)
    found = _findings_of_meaning(key) if kind in checks.OF_MEANING else _findings(key)
    return np.array([[any(one.kind == kind for one in each), 1] for each in found], dtype=float)


def accuracy(name: str, test_set: TestSet, output: Output) -> Array:
    """What a target states of what its source holds: rows (right, asked), a segment each."""
    return _COUNTERS[name](test_set, output)


def findings_in(test_set: TestSet, output: Output, span: Span, at: int) -> list[Finding]:
    """All findings on one segment of a document."""
    known = names.find(as_document(test_set, span))
    source, target = test_set.sources[at], output.targets[at]
    found = _check(test_set, output, span, at, known, _shipped_terms())
    if any(one.kind in checks.DEGENERATE for one in found):
        return found
    return found + checks.compare_meaning(_id(span, at), source, target)


class _Key:
    """Lets results be kept by the content of a set and an output, which hold mappings."""

    def __init__(self, test_set: TestSet, output: Output) -> None:
        self.test_set, self.output = test_set, output
        self._digests = (test_set.sha256, output.sha256)

    def __hash__(self) -> int:
        return hash(self._digests)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._digests == other._digests


@lru_cache(maxsize=4)
def _findings(key: _Key) -> list[list[Finding]]:
    terms = _shipped_terms()
    return [
        _check(key.test_set, key.output, span, at, known, terms)
        for span, known in zip(key.test_set.documents, known_names(key.test_set), strict=True)
        for at in range(span.start, span.end)
    ]


@lru_cache(maxsize=4)
def _findings_of_meaning(key: _Key) -> list[list[Finding]]:
    """What a comparison of meaning finds; of unusable targets there is nothing to compare."""
    plain = _findings(key)
    usable = [
        at
        for at, found in enumerate(plain)
        if not any(one.kind in checks.DEGENERATE for one in found)
    ]
    pairs = [(str(at), key.test_set.sources[at], key.output.targets[at]) for at in usable]
    found: list[list[Finding]] = [[] for _ in plain]
    for at, findings in zip(usable, coverage.check(pairs), strict=True):
        found[at] = findings
    return found


def _check(
    test_set: TestSet,
    output: Output,
    span: Span,
    at: int,
    known: tuple[Name, ...],
    terms: glossary.Glossary,
) -> list[Finding]:
    return checks.check(
        _id(span, at),
        test_set.sources[at],
        output.targets[at],
        known_names=known,
        glossary=terms,
    )


def _id(span: Span, at: int) -> str:
    return f"{span.id}:{at - span.start + 1}"


def known_names(test_set: TestSet) -> list[tuple[Name, ...]]:
    """The names of every document, as the product finds them; the set's lines are its blocks."""
    return [names.find(as_document(test_set, span)) for span in test_set.documents]


def as_document(test_set: TestSet, span: Span) -> Document:
    """A document whose blocks are the segments of a set's document, for sets without articles."""
    blocks = tuple(
        Block(f"b{at - span.start + 1}", "paragraph", test_set.sources[at])
        for at in range(span.start, span.end)
    )
    return Document(f"{test_set.name}/{span.id}", "", test_set.name, blocks)


def _quantities(test_set: TestSet, output: Output) -> Array:
    rows = np.zeros((len(test_set), 2))
    for span in test_set.documents:
        gold = test_set.annotations.get(span.id)
        for at in range(span.start, span.end):
            target = output.targets[at]
            if gold is None:
                lost = quantities.missing(test_set.sources[at], target)
                asked = {*quantities.demanded(test_set.sources[at]), *lost}
                rows[at] = len(asked) - len(lost), len(asked)
        for one in gold.quantities if gold else ():
            at = span.start + one.segment
            rows[at] += states(output.targets[at], one.english), 1
    return rows


def _names_right(test_set: TestSet, output: Output) -> Array:
    rows = np.zeros((len(test_set), 2))
    for span, known in zip(test_set.documents, known_names(test_set), strict=True):
        gold = test_set.annotations.get(span.id)
        if gold is not None:
            _gold_names(gold, span, test_set, output, rows)
            continue
        for at in range(span.start, span.end):
            source, target = test_set.sources[at], output.targets[at]
            asked = len(names.occurring(source, known))
            rows[at] = asked - len(names.missing(source, target, known)), asked
    return rows


def _gold_names(
    gold: Annotation, span: Span, test_set: TestSet, output: Output, rows: Array
) -> None:
    """A person named before may go by a part of the name; nothing else may."""
    seen: set[str] = set()
    for at in range(span.start, span.end):
        source = test_set.sources[at]
        for name in sorted(gold.names, key=lambda one: -len(one.source)):
            if name.source not in source:
                continue
            source = source.replace(name.source, "\0")
            spellings = set(name.english)
            if name.kind == "person" and name.source in seen:
                spellings |= _parts(name)
            seen.add(name.source)
            rows[at] += states(output.targets[at], spellings), 1


def _parts(name: GoldName) -> set[str]:
    return {word for spelling in name.english for word in spelling.split() if len(word) > 1}


def _terms(test_set: TestSet, output: Output) -> Array:
    terms = _shipped_terms()
    return np.array(
        [
            [len(asked := terms.occurring(source)) - len(terms.missing(source, target)), len(asked)]
            for source, target in zip(test_set.sources, output.targets, strict=True)
        ],
        dtype=float,
    )


_COUNTERS: Mapping[str, Callable[[TestSet, Output], Array]] = {
    "quantity": _quantities,
    "name": _names_right,
    "term": _terms,
}


@cache
def _shipped_terms() -> glossary.Glossary:
    return glossary.load()


@lru_cache(maxsize=16)
def _vectors(texts: tuple[str, ...]) -> NDArray[np.float32]:
    return similarities.embed(texts)
