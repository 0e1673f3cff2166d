"""Translation -> Brief: headline, summary and key points, each resting on named segments.

The same model writes it from the checked English: first the key points of every part of the
article, in one batch, then headline and summary from those points. A sentence whose numbers
or names the article does not state, or that resembles none of its sentences, is never shown:
sentences of the translation itself take its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from translator import prompts, quantities
from translator.checks import Finding, find_loop
from translator.engines import ChatEngine, Decoding, Engine, Message
from translator.grounding import Article, distinct
from translator.pipeline import Translation
from translator.text import han_count

MAX_POINTS = 6
MIN_POINTS = 3
MIN_SUMMARY, MAX_SUMMARY = 2, 3
_HEADLINE_WORDS = 20
_PARTS = 6
_LONG_POINT = 35  # words; of a longer point only the first sentence is kept
_PART_SEGMENTS = 6  # sentences of a part that a small model can still choose from
_LARGE = 10_000  # numbers from here on are what an article is about: money, areas, people
_MAX_FIGURES = 2
_POINTS_TOKENS = 160
_BRIEF_TOKENS = 220
_PLAIN = Decoding(beam_size=1, candidates=1)
_OTHERWISE = Decoding(beam_size=1, candidates=1, repetition_penalty=1.08)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the brief and the ids of the segments it rests on."""

    text: str
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What a reader takes in in half a minute; `origin` is `model` or `extract`."""

    headline: str
    summary: tuple[Sentence, ...]
    points: tuple[Sentence, ...]
    origin: str
    findings: tuple[Finding, ...]

    def record(self) -> dict[str, Any]:
        """The brief as design.md's JSON has it, and each summary sentence's segments."""
        return {
            "headline": self.headline,
            "summary": " ".join(sentence.text for sentence in self.summary),
            "summary_sentences": [asdict(sentence) for sentence in self.summary],
            "points": [asdict(point) for point in self.points],
            "origin": self.origin,
            "findings": [finding.record() for finding in self.findings],
        }


def write(translation: Translation, engine: Engine) -> Brief:
    """The brief of a translation, by the engine's model where it can follow instructions."""
    article = Article(translation)
    if not article.segments:
        finding = Finding("brief", "empty", "error", "nothing was translated, so there is no brief")
        return Brief("", (), (), "extract", (finding,))
    draft = _Draft(article)
    if isinstance(engine, ChatEngine):
        parts = article.parts(_PART_SEGMENTS)[:_PARTS]
        for decoding in (_PLAIN, _OTHERWISE):
            if len(draft.points) < MIN_POINTS:
                draft.take_points(_ask_points(article, parts, engine, decoding))
        for decoding in (_PLAIN, _OTHERWISE):
            if not (draft.headline and draft.summary):
                draft.take_brief(_ask_brief(draft, engine, decoding))
    return draft.brief()


class _Draft:
    """The brief as it grows; what an answer says wrongly goes to the findings."""

    def __init__(self, article: Article) -> None:
        self.headline = ""
        self.summary: list[Sentence] = []
        self.points: list[Sentence] = []
        self._article = article
        self._findings: list[Finding] = []
        self._place = {segment.id: at for at, segment in enumerate(article.segments)}

    def facts(self) -> list[str]:
        """What headline and summary are written from: the points, or else the article's own."""
        return [point.text for point in self.points] or [one.text for one in self._extract()]

    def take_points(self, answers: Sequence[str]) -> None:
        """Add the sound points of the answers, part by part, none that says the same."""
        found = [self._sound(_points(answer)[:3]) for answer in answers]
        # One of each part before a second one of any.
        in_turn = [part[place] for place in range(3) for part in found if place < len(part)]
        merged = [*self.points, *in_turn]
        kept = [merged[index] for index in distinct([point.text for point in merged])]
        self.points = sorted(kept[:MAX_POINTS], key=lambda point: self._place[point.segments[0]])

    def take_brief(self, answer: str) -> None:
        """Take a headline and a summary from an answer, where they are sound."""
        headline, summary = _headline_and_summary(answer)
        if headline and not self.headline:
            if fault := _headline_fault(headline, self._article):
                self._drop(headline, fault)
            else:
                self.headline = headline
        if not self.summary:
            self.summary = self._sound(summary[:MAX_SUMMARY])

    def brief(self) -> Brief:
        """The brief, its gaps filled with sentences of the translation."""
        by_model = bool(self.headline or self.summary or self.points)
        extract = self._extract()
        summary = self._filled_summary(extract)
        used = {sentence.text for sentence in (*summary, *self.points)}
        spare = [sentence for sentence in extract if sentence.text not in used]
        points = [*self.points, *spare[: max(MIN_POINTS - len(self.points), 0)]]
        points += self._key_figures([*summary, *points])
        while len(points) > MAX_POINTS:
            points.remove(min(points, key=self._telling))
        points.sort(key=lambda point: self._place[point.segments[0]])
        return Brief(
            self.headline or _own_headline(self._article),
            tuple(summary),
            tuple(points),
            "model" if by_model else "extract",
            tuple(self._findings),
        )

    def _filled_summary(self, extract: Sequence[Sentence]) -> list[Sentence]:
        """The model's summary; where it is short, with the most telling sentences besides."""
        figures = self._key_figures([*self.summary])
        spare = sorted([*figures, *self.points], key=lambda one: -self._telling(one))
        texts = [*self.summary, *spare, *extract]
        kept = [texts[index] for index in distinct([one.text for one in texts])]
        summary = kept[: max(len(self.summary), MIN_SUMMARY)]
        return sorted(summary, key=lambda one: self._place[one.segments[0]])

    def _key_figures(self, shown: Sequence[Sentence]) -> list[Sentence]:
        """The article's own sentences with large numbers that the model passed over."""
        text = " ".join(sentence.text for sentence in shown)
        stated = quantities.values(text)
        found: list[Sentence] = []
        for index in sorted(self._article.prose(), key=lambda one: -self._article.facts(one)):
            segment = self._article.segments[index]
            values = quantities.values(segment.target)
            large = {one for one in values if one.kind != "date" and one.value >= _LARGE}
            if large - stated and len(found) < _MAX_FIGURES:
                found.append(Sentence(segment.target, (segment.id,)))
                stated |= values
        return found

    def _telling(self, point: Sentence) -> float:
        return max(self._article.facts(self._place[segment]) for segment in point.segments)

    def _sound(self, texts: Sequence[str]) -> list[Sentence]:
        """The sentences that the article bears out, each with its grounds."""
        kept = []
        for text in texts:
            fault = _fault(text, self._article)
            grounds = self._article.grounds(text) if fault is None else ()
            if grounds:
                kept.append(Sentence(text, grounds))
            else:
                self._drop(text, fault or "resembles no sentence of the article")
        return kept

    def _drop(self, text: str, fault: str) -> None:
        message = f"dropped, it {fault}"
        self._findings.append(Finding("brief", "unsupported", "warning", message, target_text=text))

    def _extract(self) -> list[Sentence]:
        return [
            Sentence(segment.target, (segment.id,))
            for segment in (self._article.segments[index] for index in _pick(self._article))
        ]


def prompt_records() -> list[dict[str, str | int]]:
    """What the run record says of the prompts that a brief is written with."""
    return [prompts.load(name).record() for name in ("points", "brief")]


def _ask_points(
    article: Article, parts: Sequence[Sequence[int]], engine: ChatEngine, decoding: Decoding
) -> list[str]:
    """An answer for every part; the parts go to the engine together."""
    prompt = prompts.load("points")
    chats = []
    for part in parts:
        text = "\n".join(article.segments[index].target for index in part)
        system, user = prompt.render(text=text)
        chats.append([Message("system", system.strip()), Message("user", user.strip())])
    answers = [""] * len(chats)
    for index, candidates in engine.chat(chats, decoding, _POINTS_TOKENS):
        answers[index] = candidates[0].text if candidates else ""
    return answers


def _ask_brief(draft: _Draft, engine: ChatEngine, decoding: Decoding) -> str:
    facts = "\n".join(f"- {fact}" for fact in draft.facts())
    system, user = prompts.load("brief").render(facts=facts)
    chat = [Message("system", system.strip()), Message("user", user.strip())]
    for _, candidates in engine.chat([chat], decoding, _BRIEF_TOKENS):
        return candidates[0].text if candidates else ""
    return ""


_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_FIELD = re.compile(r"^\W*(HEADLINE|SUMMARY)\W*?:\W*?(.*)$", re.IGNORECASE)


def _points(answer: str) -> list[str]:
    """The bullet points of an answer; its first line may lack the mark that the prompt gave."""
    lines = [line for line in answer.splitlines() if line.strip()]
    marked = [line for place, line in enumerate(lines) if place == 0 or _BULLET.match(line)]
    texts = [_BULLET.sub("", line).strip().strip("*_ ") for line in marked]
    points = [
        sentences(text)[0] if len(text.split()) > _LONG_POINT else text for text in texts if text
    ]
    return [point if point[-1] in '.!?”"' else f"{point}." for point in points if point]


def _headline_and_summary(answer: str) -> tuple[str, list[str]]:
    headline, summary, field = "", "", ""
    for line in answer.splitlines():
        text = line
        if match := _FIELD.match(line):
            field, text = match[1].upper(), match[2]
        text = _BULLET.sub("", text).strip().strip("*_# ")
        if field == "HEADLINE":
            headline = headline or text
        elif field == "SUMMARY":
            summary = f"{summary} {text}".strip()
    return headline.strip('"“” ').rstrip("."), sentences(summary)


_SENTENCE_END = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"”’)]))(?<!\b[A-Z]\.)(?<!\bCo\.)(?<!\b(?:Mr|Ms|Dr)\.)"
    r"\s+(?=[A-Z\"“‘(0-9])"
)


def sentences(text: str) -> list[str]:
    """An English paragraph's sentences: split after an end mark before a capital or a quote."""
    parts = _SENTENCE_END.split(text)
    return [part.strip() for part in parts if part.strip()]


def _headline_fault(headline: str, article: Article) -> str | None:
    if len(headline.split()) > _HEADLINE_WORDS:
        return "is too long for a headline"
    # Every word of a headline may be capitalised, so only its numbers can be compared.
    if (stranger := article.unsupported_number(headline)) is not None:
        return f"states {stranger}, which the article does not"
    return "holds Chinese" if han_count(headline) else None


def _fault(text: str, article: Article) -> str | None:
    if han_count(text):
        return "holds Chinese"
    if find_loop(text):
        return "repeats itself"
    if (stranger := article.unsupported(text)) is not None:
        return f"states {stranger}, which the article does not"
    if (strange := article.mixes(text)) is not None:
        return f"says of one what the article says of another: {strange}"
    return None


def _own_headline(article: Article) -> str:
    headings = [
        segment.target
        for segment, kind in zip(article.segments, article.kinds, strict=True)
        if kind == "headline"
    ]
    return " ".join(headings) or article.segments[0].target


def _pick(article: Article) -> list[int]:
    """Unflagged sentences that stand for the article: central, with facts, one a block."""
    indices = article.prose() or [
        index for index, one in enumerate(article.segments) if one.status != "flagged"
    ]
    if not indices:
        return []
    centre = article.vectors[indices].mean(axis=0)
    scores = {}
    for place, index in enumerate(indices):
        segment = article.segments[index]
        length = len(segment.target.split())
        fact = 0.1 * min(article.facts(index), 3)
        early = 0.15 / (1 + place)
        central = float(article.vectors[index] @ centre)
        scores[index] = central + fact + early - (0.3 if not 6 <= length <= 50 else 0.0)
    chosen: list[int] = []
    blocks: set[str] = set()
    for index in sorted(scores, key=lambda one: -scores[one]):
        if article.segments[index].block not in blocks:
            chosen.append(index)
            blocks.add(article.segments[index].block)
    return sorted(chosen[: MIN_POINTS + 2])
