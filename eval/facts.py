"""Metrics of briefs: what they tell of the article's key facts, and what nobody bears out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.annotations import Annotation, Fact, states
from eval.outputs import Output
from eval.testsets import Span, TestSet
from translator import grounding, quantities
from translator.quantities.comparison import Value

Array = NDArray[np.float64]
Brief = Mapping[str, Any]

_WITH_UNIT = ("percent", "money", "measure", "points")

UNSUPPORTED = {"quantities": "brief unsupported numbers", "names": "brief unsupported names"}


def rouge(test_set: TestSet, output: Output) -> Array:
    """ROUGE-Lsum F (rouge-score, stemmed) against the reference brief, and 1, a document each."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rougeLsum"], use_stemmer=True)
    return _table(
        (scorer.score(gold.brief, "\n".join(_lines(brief)))["rougeLsum"].fmeasure, 1.0)
        for _, gold, brief in _briefed(test_set, output)
    )


def coverage(test_set: TestSet, output: Output) -> Array:
    """Key facts told, and all: rows of shape (documents, 2)."""
    return _table(
        (sum(is_told(fact, brief) for fact in gold.facts), len(gold.facts))
        for _, gold, brief in _briefed(test_set, output)
    )


def is_told(fact: Fact, brief: Brief) -> bool:
    """Whether one passage of a brief holds all anchors of a fact.

    A passage is the headline, a point, a key figure with what it measures, a quote with its
    speaker, or two sentences of the summary that follow each other. Whom a brief is about it
    says once: an anchor without a figure may also stand in the headline or the summary's first
    sentence, if the passage itself holds the fact's figures.
    """
    summary = [sentence["text"] for sentence in brief["summary_sentences"]]
    passages = [
        brief["headline"],
        *(point["text"] for point in brief["points"]),
        *(f"{first} {second}" for first, second in pairwise(summary)),
        *summary,
        *_rows(brief),
    ]
    topic = " ".join([brief["headline"], *summary[:1]])
    figures = [anchor for anchor in fact.anchors if _is_figure(anchor)]
    return any(
        all(
            _tells(passage, anchor)
            or (bool(figures) and anchor not in figures and states(topic, anchor))
            for anchor in fact.anchors
        )
        for passage in passages
    )


def _is_figure(anchor: tuple[str, ...]) -> bool:
    return any(character.isdigit() for spelling in anchor for character in spelling)


def _tells(passage: str, anchor: tuple[str, ...]) -> bool:
    """Whether a passage has one of the spellings, or the same value written another way (96%)."""
    if states(passage, anchor):
        return True
    wanted = {value for spelling in anchor for value in _whole(spelling)}
    return bool(wanted & quantities.values(passage))


def _whole(spelling: str) -> Iterator[Value]:
    """The value of a spelling that is nothing but a quantity with a unit."""
    found = quantities.in_english(spelling)
    if len(found) == 1 and found[0].kind in _WITH_UNIT and found[0].text == spelling.strip():
        yield from quantities.values(spelling)


def _rows(brief: Brief) -> list[str]:
    """The tables of a brief as text: older briefs and other systems' have none."""
    return [
        *(f"{row['value']}: {row['measures']}" for row in brief.get("figures", ())),
        *(f"{row['speaker']}: {row['text']}" for row in brief.get("quotes", ())),
    ]


def unsupported(what: str, test_set: TestSet, output: Output) -> Array:
    """Numbers or names of a brief that nothing bears out, and 1: rows of shape (documents, 2)."""
    find = {"quantities": strange_numbers, "names": strange_names}[what]
    return _table(
        (len(find(brief, *_evidence(test_set, output, span, gold))), 1)
        for span, gold, brief in _briefed(test_set, output)
    )


def strange_numbers(brief: Brief, human: str, own: str) -> list[str]:
    """The numbers of a brief that neither a reference nor an annotation states."""
    del own  # a number that the machine got wrong is no evidence for itself
    text = "\n".join(_lines(brief))
    return [quantity.text for quantity in quantities.unsupported(text, human)]


def strange_names(brief: Brief, human: str, own: str) -> list[str]:
    """Capitalised words of a brief that stand in no reference and not in the translation.

    Every word of a headline may be capitalised, so headlines are left out.
    """
    known = grounding.words(f"{human}\n{own}")
    strange = [
        word
        for line in _lines(brief)[1:]
        for word in grounding.proper_words(line)
        if word.lower() not in known
    ]
    return list(dict.fromkeys(strange))


def _evidence(test_set: TestSet, output: Output, span: Span, gold: Annotation) -> tuple[str, str]:
    places = range(span.start, span.end)
    lines = [one[at] for one in test_set.references.values() for at in places]
    spellings = [text for quantity in gold.quantities for text in quantity.english]
    spellings += [text for name in gold.names for text in name.english]
    return "\n".join([*lines, *spellings]), "\n".join(output.targets[at] for at in places)


def _lines(brief: Brief) -> list[str]:
    return [
        brief["headline"],
        *(sentence["text"] for sentence in brief["summary_sentences"]),
        *(point["text"] for point in brief["points"]),
        *_rows(brief),
    ]


def _table(rows: Iterable[tuple[float, float]]) -> Array:
    return np.array(list(rows), dtype=np.float64).reshape(-1, 2)


# A document without a brief tells nothing and states nothing.
_NOTHING: Brief = {"headline": "", "summary_sentences": [], "points": []}


def _briefed(test_set: TestSet, output: Output) -> Iterator[tuple[Span, Annotation, Brief]]:
    """The annotated documents in order, each with its brief."""
    for span in test_set.documents:
        gold = test_set.annotations.get(span.id)
        if gold is not None:
            yield span, gold, output.briefs.get(span.id) or _NOTHING
