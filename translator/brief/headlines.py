"""The headline: the article's own, its best sentence cut to one, or what a model has written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from translator import quantities, similarity
from translator.brief import english, tone
from translator.brief.extract import Statement
from translator.brief.records import HEADLINE_FEWEST, HEADLINE_WORDS, Sentence
from translator.grounding import Article, is_named


def headline(
    article: Article, ranked: Sequence[Statement], written: Sequence[Sentence] = ()
) -> Sentence:
    """The line that says best what the article is about.

    Of the article's own headlines, its best sentences cut to one, and what a model has written,
    which a small model now and then does of a side issue.
    """
    prose = article.prose() or list(range(len(article.segments)))
    centre = article.vectors[prose].mean(axis=0)
    # The Chinese headlines: they say what it is about even where their English does not.
    wanted = similarity.embed([article.segments[at].source for at in article.places("headline")])
    best, highest = Sentence("", ()), float("-inf")
    lines = list(_headlines(article, ranked))
    lines += [(_WRITTEN, one.text, one.segments) for one in written]
    for bonus, text, segments in lines:
        line = english.as_headline(text, HEADLINE_WORDS)
        # A sentence cut short to three words says nothing.
        cut = text not in {one.text for one in written}
        if english.count(line) < HEADLINE_FEWEST + cut or tone.own_voice(line):
            continue
        vector = similarity.embed([line])[0]
        value = bonus + float(vector @ centre)
        value += _NEAR * max((float(one @ vector) for one in wanted), default=0.0)
        value += 0.1 * min(len(quantities.values(line)), 2)
        value += 0.1 if any(is_named(name.target, line.lower()) for name in article.names) else 0.0
        value -= 0.1 if english.count(line) < english.count(text) - 1 else 0.0
        value -= 0.6 if tone.praise(line) or re.search('[“"].{25}', line) else 0.0
        value -= 0.3 if _PHRASE.match(line) or _POINTING.search(line) else 0.0
        if value > highest:
            best, highest = Sentence(line, segments), value
    if best.text:
        return best
    words = article.texts[0].split()[:HEADLINE_WORDS]
    return Sentence(" ".join(words).rstrip(".,;: "), (article.segments[0].id,))


_NEAR = 0.4  # what likeness to the Chinese headline counts; chosen on the seed articles
_WRITTEN = 0.3  # a headline that is written as one reads better than a sentence cut short
# A line that begins so says where, when or how, and not what happened.
_PHRASE = re.compile(
    r"(?:on|in|at|as|from|with|for|under|behind|inside|to|how|why|when|while|after|before|since|most"
    r"|it)\b",
    re.IGNORECASE,
)
# A headline has nothing before it to point at.
_POINTING = re.compile(
    rf"\b(?:this|that|these|those|such)\b(?! (?:{english.PERIOD})\b)", re.IGNORECASE
)


def _headlines(
    article: Article, ranked: Sequence[Statement]
) -> Iterator[tuple[float, str, tuple[str, ...]]]:
    """What a headline can be made of: the article's own ones, and its best statements."""
    for at, kind in enumerate(article.kinds):
        flagged = article.readings[at].wrong or article.segments[at].status == "flagged"
        if kind in ("headline", "kicker") and not flagged:
            for text in english.sentences(article.texts[at]):
                bonus = 0.3 * float(article.fidelity[at])
                # A kicker names the series or the occasion, unless it tells what happened.
                bonus -= 0.25 if kind == "kicker" and not quantities.values(text) else 0.0
                yield bonus, text, (article.segments[at].id,)
    for place, one in enumerate(ranked[:8]):
        text = english.sentences(one.text)[0]
        # A subject with all that is said of it in passing, cut before its verb, is no headline.
        line = english.as_headline(text, HEADLINE_WORDS)
        if english.has_verb(line) and ":" not in line:
            yield 0.1 - 0.03 * place, text, one.segments
