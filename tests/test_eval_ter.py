"""The fast TER has sacrebleu's numbers, on real text and on whatever hypothesis thinks of."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.lib_ter import translation_edit_rate
from sacrebleu.metrics.ter import TER

from eval import seeds
from eval.ter import FastTER, edit_count

# Few words, so that they repeat and shift.
WORDS = st.lists(st.sampled_from(list("abcdefgh")), max_size=40)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS)
def test_edits_are_those_of_sacrebleu(hypothesis: list[str], reference: list[str]) -> None:
    assert edit_count(hypothesis, reference) == translation_edit_rate(hypothesis, reference)[0]


@pytest.mark.parametrize("length", [60, 90])
@pytest.mark.parametrize("vocabulary", [8, 400])
def test_long_texts_that_leave_the_band(length: int, vocabulary: int) -> None:
    draw = random.Random(length + vocabulary)
    reference = [str(draw.randrange(vocabulary)) for _ in range(length)]
    turned = reference[length // 2 :] + reference[: length // 2]
    shorter = reference[length // 3 :]
    for hypothesis in (turned, shorter, turned[::-1], reference * 2):
        assert edit_count(hypothesis, reference) == translation_edit_rate(hypothesis, reference)[0]


def test_a_corpus_with_two_references() -> None:
    seed_set = seeds.load()
    systems = [line.replace(" the ", " ") for line in seed_set.references["B"][:40]]
    references = [[line[::-1] for line in lines[:40]] for lines in seed_set.references.values()]
    references[0] = list(seed_set.references["A"][:40])
    ours, theirs = FastTER(), TER()
    assert ours._extract_corpus_statistics(systems, references) == (
        theirs._extract_corpus_statistics(systems, references)
    )
    assert str(ours.get_signature()) == str(theirs.get_signature())


def test_empty_sides() -> None:
    assert edit_count([], ["a", "b"]) == 2
    assert edit_count(["a", "b"], []) == 2
    assert edit_count([], []) == 0
