"""Translation -> Brief: headline, summary, points, figures, people, quotes, each with its segments.

The article's own sentences, cut and ranked, make a whole brief without a model (extract.py). A
model that follows instructions then writes headline and summary from the best of them and
shortens what is long (model.py). Whatever is shown is held against the segments it rests on, and
their numbers against the Chinese: what fails is written once more, replaced, or dropped.
"""

from __future__ import annotations

from translator.brief import figures, model, people, quotes
from translator.brief.draft import Draft
from translator.brief.english import sentences
from translator.brief.records import (
    POST_CHARACTERS,
    Brief,
    BriefOptions,
    Figure,
    Length,
    Party,
    Quote,
    Sentence,
    Style,
)
from translator.checks import Finding
from translator.engines import ChatEngine, Engine
from translator.grounding import Article
from translator.pipeline import Translation

__all__ = [
    "POST_CHARACTERS",
    "Brief",
    "BriefOptions",
    "Figure",
    "Length",
    "Party",
    "Quote",
    "Sentence",
    "Style",
    "sentences",
    "write",
]

_STANDARD = BriefOptions()
_NO_NEWS = {"byline", "dateline", "credit"}  # who, where and when, but not what


def write(
    translation: Translation, engine: Engine | None, options: BriefOptions = _STANDARD
) -> Brief:
    """The brief of a translation, by the engine's model where it can follow instructions.

    Args:
        translation: what the brief is of.
        engine: None, or one that only translates, gives an extract.
        options: length, style, and whether an extract is wanted anyway.
    """
    article = Article(translation)
    if not set(article.kinds) - _NO_NEWS:
        finding = Finding("brief", "empty", "error", "nothing was translated, so there is no brief")
        return Brief("", (), (), "extract", (finding,))
    draft = Draft(article, options)
    if isinstance(engine, ChatEngine) and not options.extractive:
        model.write(draft, engine)
    if options.style == "social":
        return draft.post()
    size = options.size
    shown = (*draft.summary, *draft.points)
    return draft.brief(
        figures.find(article, size.figures, shown),
        people.find(article, size.people),
        quotes.find(article, size.quotes),
    )
