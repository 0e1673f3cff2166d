"""How long a brief takes after translation, against asking the model once for everything.

The longest document of a set with its reference translation stands for a translated article, so
that nothing is waited for but the brief.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from eval.testsets import TestSet
from translator import brief, engines, glossary, models, names, prompts, segmentation
from translator import documents as articles
from translator.engines import GREEDY, ChatEngine, Message
from translator.errors import InputError, ModelError
from translator.pipeline import TranslatedSegment, Translation

_ONCE = (
    "Write a press brief of this article: a headline of at most 14 words, a summary of 45 to 90"
    " words, six key points, a table of key figures, the people with their roles, and the direct"
    " quotes with their speakers."
)
_ONCE_TOKENS = 700


@dataclass(frozen=True, slots=True)
class BriefTimes:
    """Seconds for one article's brief."""

    product: float
    extractive: float
    once: float

    def lines(self) -> str:
        """The three figures as the bench prints them."""
        return (
            "\nbrief of the longest article, seconds after translation\n"
            f"{'product default':22}{self.product:9.1f}\n"
            f"{'extractive':22}{self.extractive:9.1f}\n"
            f"{'asked once for all':22}{self.once:9.1f}"
        )


def measure(test_set: TestSet) -> BriefTimes:
    """Time the three ways, one after the other, with the embedded model.

    Raises:
        InputError: the set has no articles with references.
        ModelError: the model cannot be had.
    """
    translation = as_translation(test_set)
    engine = engines.load("ctranslate2", models.DEFAULT, prompts.load("translate"))
    if not isinstance(engine, ChatEngine):
        raise ModelError("the embedded model does not follow instructions")
    brief.write(translation, None)  # loads the sentence encoder, as translating has done
    times = []
    for options in (brief.BriefOptions(), brief.BriefOptions(extractive=True)):
        started = time.monotonic()
        brief.write(translation, engine, options)
        times.append(time.monotonic() - started)
    text = "\n".join(segment.target for segment in translation.segments)
    started = time.monotonic()
    list(engine.chat([[Message("user", f"{_ONCE}\n\n{text}")]], GREEDY, _ONCE_TOKENS))
    return BriefTimes(times[0], times[1], time.monotonic() - started)


def as_translation(test_set: TestSet) -> Translation:
    """The longest document of a set as if its first reference were the product's translation.

    Raises:
        InputError: the set has no articles with references.
    """
    spans = [span for span in test_set.documents if span.id in test_set.articles]
    if not spans or not test_set.references:
        raise InputError(f"{test_set.name} has no articles with references to write briefs of")
    span = max(spans, key=lambda one: one.end - one.start)
    document = articles.read(str(test_set.articles[span.id]))
    reference = next(iter(test_set.references.values()))[span.start : span.end]
    segments = tuple(
        TranslatedSegment(one.id, one.block, one.text, target, "ok", "reference", None)
        for one, target in zip(segmentation.split(document), reference, strict=True)
    )
    terms = glossary.load_over(None).targets
    found = names.settled(names.find(document), terms, document)
    known = tuple(name for name in found if name.target)
    return Translation(document, segments, (), known, {})
