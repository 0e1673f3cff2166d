"""A brief in the making: what the model wrote and passed, and extracts where it did not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from translator import quantities, similarity
from translator.brief import certainty, english, extract, headlines, tone
from translator.brief.extract import Statement
from translator.brief.records import (
    HEADLINE_FEWEST,
    HEADLINE_WORDS,
    POST_CHARACTERS,
    Brief,
    BriefOptions,
    Figure,
    Party,
    Quote,
    Sentence,
)
from translator.checks import Finding, find_loop
from translator.grounding import SAID, Article, distinct, is_named
from translator.text import han_count

_FEWEST = 2  # sentences of a summary
_SAME = 0.8  # cosine of a point and a sentence of the summary that tells it
_TITLES = ("headline", "kicker")
_SHORTEST = 4  # words of a sentence


class Draft:
    """Starts as an extract; `summary` and `points` are statements in the article's order."""

    def __init__(self, article: Article, options: BriefOptions) -> None:
        self.article = article
        self.options = options
        self.ranked = extract.statements(article, options)
        self.headlines: list[Sentence] = []  # by the model
        self.written: list[Sentence] = []  # of the summary, or the post, by the model
        self.shorter: dict[str, Sentence] = {}  # by the statement's text
        self.prompts: dict[str, dict[str, str | int]] = {}
        self._findings: list[Finding] = []
        self.choose()

    def choose(self) -> None:
        """Choose the statements of summary and points from `ranked`."""
        size = self.options.size
        self.summary = extract.choose(self.ranked, self.article, 5, words=size.words)
        rest = [one for one in self.ranked if one not in self.summary]
        self.points = extract.choose(rest, self.article, size.points[1], taken=self.summary)

    def facts(self, most: int) -> list[str]:
        """What a model writes from: the chosen statements, best first, in the article's order."""
        chosen = [*self.summary, *sorted(self.points, key=lambda one: -one.score)][:most]
        return [one.text for one in sorted(chosen, key=lambda one: one.index)]

    def fault(self, text: str, grounds: Sequence[str] | None = None) -> str | None:
        """Why a sentence may not be shown, or None; `grounds` where they are known already."""
        if han_count(text):
            return "holds Chinese"
        if find_loop(text):
            return "repeats itself"
        if tone.praise(text):
            return "praises"
        if tone.own_voice(text):
            return "asks, exclaims or speaks of us"
        if english.count(text) < _SHORTEST or not re.search(r"\b[a-z]{3,}", text):
            return "is no sentence"
        grounds = self.article.grounds(text) if grounds is None else grounds
        if english.is_clipped(text, " ".join(self.article.english_of(grounds))):
            return "is a telegram"
        return self.article.fault(text, grounds) or self._told_as_done(text, grounds)

    def headline_fault(self, line: str, grounds: Sequence[str]) -> str | None:
        """Why a line may not be the headline, or None."""
        if not HEADLINE_FEWEST <= english.count(line) <= HEADLINE_WORDS:
            return f"has not {HEADLINE_FEWEST} to {HEADLINE_WORDS} words"
        if han_count(line):
            return "holds Chinese"
        if tone.praise(line) or tone.own_voice(line):
            return "praises, asks or exclaims"
        if (name := self.article.strange_in_headline(line, grounds)) is not None:
            return f"names {name}, which its source does not"
        fault = self.article.fault(line.lower() if line.istitle() else line, grounds)
        if fault and not fault.startswith(("drops who", "names")):
            return fault
        # A headline of the press is a play on words as often as not: its paraphrase says nothing.
        if all(self.article.kinds[self.article.place[one]] in _TITLES for one in grounds):
            return "rests on a headline alone"
        return self._told_as_done(line, grounds)

    def _told_as_done(self, text: str, grounds: Sequence[str]) -> str | None:
        number = certainty.told_as_done(text, self.article.english_of(grounds))
        return f"tells {number} as done, which its source does not" if number else None

    def drop(self, text: str, fault: str) -> None:
        """Say that an answer of the model is not shown, and why."""
        message = f"dropped, it {fault}"
        self._findings.append(Finding("brief", "unsupported", "warning", message, target_text=text))

    def note(self, message: str) -> None:
        """Say why the model wrote nothing."""
        self._findings.append(Finding("brief", "empty", "warning", message))

    def post(self) -> Brief:
        """The brief as one post of at most 280 characters."""
        post = self.written[0] if self.written else self._extracted_post()
        headline = self._headline()
        return self._assembled(headline, (post,) if post.text else (), ())

    def brief(
        self, figures: Sequence[Figure], people: Sequence[Party], quotes: Sequence[Quote]
    ) -> Brief:
        """The brief, the model's gaps filled with statements of the article."""
        summary = self._filled_summary()
        told = {one.text for one in summary}
        points = [self.shorter.get(one.text, one.sentence) for one in self.points]
        points = self._new([one for one in points if one.text not in told], summary)
        return self._assembled(self._headline(), summary, points, figures, people, quotes)

    def _new(self, points: list[Sentence], summary: Sequence[Sentence]) -> list[Sentence]:
        """The points without those that the summary tells, as long as there are points enough."""
        texts = [one.text for one in points], [one.text for one in summary]
        likeness = similarity.cosines(*texts).max(axis=1, initial=0.0)
        told = sorted(
            (at for at in range(len(points)) if likeness[at] >= _SAME),
            key=lambda at: -float(likeness[at]),
        )
        spare = max(len(points) - self.options.size.points[0], 0)
        return [one for at, one in enumerate(points) if at not in told[:spare]]

    def _assembled(
        self,
        headline: Sentence,
        summary: Iterable[Sentence],
        points: Iterable[Sentence],
        figures: Sequence[Figure] = (),
        people: Sequence[Party] = (),
        quotes: Sequence[Quote] = (),
    ) -> Brief:
        by_model = bool(headline in self.headlines or self.written or self.shorter)
        summary, points = tuple(summary), tuple(points)
        return Brief(
            headline.text,
            summary,
            points,
            "model" if by_model else "extract",
            (*self._findings, *self._mended((headline, *summary, *points))),
            headline.segments,
            tuple(figures),
            tuple(people),
            tuple(quotes),
            self.options.length,
            self.options.style,
            tuple(self.prompts.values()),
        )

    def _headline(self) -> Sentence:
        return headlines.headline(self.article, self.ranked, self.headlines)

    def _filled_summary(self) -> list[Sentence]:
        """The model's summary, filled where it is short; an extract where that tells more."""
        filled, extracted = self._filled(self.written), self._filled(())
        return filled if self._told(_texts(filled)) >= self._told(_texts(extracted)) else extracted

    def may_stand(self, faulty: Iterable[str]) -> bool:
        """Whether the written summary would tell as much as an extract with these put right."""
        most = [*_texts(self._filled(self.written)), *faulty]
        return self._told(most) >= self._told(_texts(self._filled(())))

    def _told(self, texts: Sequence[str]) -> int:
        """How many values, people and organisations sentences tell."""
        text = " ".join(texts)
        lowered = text.lower()
        named = {
            name.target
            for name in self.article.names
            if name.kind != "place" and is_named(name.target, lowered)
        }
        return len(quantities.values(text)) + len(named)

    def _filled(self, written: Sequence[Sentence]) -> list[Sentence]:
        """Sentences, with extracted ones that add to them until a summary is long enough."""
        low, high = self.options.size.words
        sentences = [*written]
        length = sum(english.count(one.text) for one in sentences)
        for one in sorted(self.summary, key=lambda one: -one.score):
            if length >= low and len(sentences) >= _FEWEST:
                break
            size = english.count(one.text)
            if length + size > high and sentences:
                continue
            added = [*(each.text for each in sentences), one.text]
            if len(distinct(added)) == len(added):
                kept = [each for each in sentences if not _is_within(each, one.sentence)]
                sentences = [*kept, one.sentence]
                length = sum(english.count(each.text) for each in sentences)
        place = self.article.place
        return sorted(sentences, key=lambda one: place[one.segments[0]])

    def _extracted_post(self) -> Sentence:
        """The best statements that fit into a post."""
        chosen: list[Statement] = []
        for one in sorted([*self.summary, *self.points], key=lambda one: -one.score):
            text = " ".join(each.text for each in [*chosen, one])
            if len(text) <= POST_CHARACTERS and len(chosen) < 2:
                chosen.append(one)
        if not chosen:
            line = headlines.headline(self.article, self.ranked)
            return Sentence(line.text[:POST_CHARACTERS], line.segments)
        chosen.sort(key=lambda one: one.index)
        ids = {segment for one in chosen for segment in one.segments}
        grounds = tuple(sorted(ids, key=self.article.place.__getitem__))
        return Sentence(" ".join(one.text for one in chosen), grounds)

    def _mended(self, shown: Sequence[Sentence]) -> list[Finding]:
        """Where the brief states a number as the source has it and the translation has another."""
        found = []
        for segment, read in zip(self.article.segments, self.article.readings, strict=True):
            texts = [one.text for one in shown if segment.id in one.segments]
            for wrong, right in ((one.before, one.after) for one in read.mended):
                if any(right.lower() in text.lower() for text in texts):
                    message = f"the brief has {right}, as the source; the translation has {wrong}"
                    found.append(
                        Finding(segment.id, "quantity", "warning", message, "", wrong, right)
                    )
        return found


def _texts(sentences: Iterable[Sentence]) -> list[str]:
    return [one.text for one in sentences]


def _is_within(one: Sentence, other: Sentence) -> bool:
    """Whether a sentence tells, of the same segments, only numbers that a longer one tells."""
    values = quantities.values(one.text)
    return (
        bool(values)
        and values <= quantities.values(other.text)
        and set(one.segments) <= set(other.segments)
        and english.count(one.text) <= english.count(other.text)
    )


def is_faithful(text: str, original: str) -> bool:
    """Whether a shorter wording still has who said it, and every value, as surely as it did."""
    if not quantities.values(original) <= quantities.values(text):
        return False
    if SAID.search(original) and not SAID.search(text):
        return False
    rough = {one.value for one in quantities.in_english(original) if one.modifier}
    return all(one.modifier or one.value not in rough for one in quantities.in_english(text))
