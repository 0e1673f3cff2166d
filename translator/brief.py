"""Translation -> Brief: headline, summary and key points, each resting on named segments.

The same model writes it from the checked English. A sentence whose numbers or names the
article does not state, or that resembles none of its sentences, is never shown: the model is
asked once more, and what is then still wrong gives way to sentences of the translation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from translator import prompts, quantities, similarity
from translator.checks import Finding, find_loop
from translator.engines import ChatEngine, Decoding, Engine, Message
from translator.pipeline import TranslatedSegment, Translation
from translator.text import han_count

MAX_POINTS = 6
MIN_POINTS = 3
_ANSWER_TOKENS = 420
_HEADLINE_WORDS = 20
# On news pairs a sentence and its paraphrase lie above this, unrelated ones far below.
_LIKE = 0.35
_DECODINGS = (
    Decoding(beam_size=1, candidates=1),
    Decoding(beam_size=1, candidates=1, repetition_penalty=1.08),
)


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
    article = _Article(translation)
    if not article.segments:
        finding = Finding("brief", "empty", "error", "nothing was translated, so there is no brief")
        return Brief("", (), (), "extract", (finding,))
    drafts = []
    if isinstance(engine, ChatEngine):
        for decoding in _DECODINGS:
            draft = _checked(_ask(article, engine, decoding), article)
            if draft.complete:
                return draft.brief("model")
            drafts.append(draft)
    draft = max(drafts, key=lambda one: one.worth, default=_Draft("", (), (), ()))
    return draft.completed(article).brief("model" if draft.worth else "extract")


class _Article:
    """The translated text as the brief needs it: usable segments, their vectors, their facts."""

    def __init__(self, translation: Translation) -> None:
        kinds = {block.id: block.kind for block in translation.document.blocks}
        usable = [segment for segment in translation.segments if segment.target]
        self.segments = [segment for segment in usable if not han_count(segment.target)]
        self.kinds = [kinds[segment.block] for segment in self.segments]
        self.translation = translation
        self.text = " ".join(segment.target for segment in self.segments)
        self.vectors = similarity.embed([segment.target for segment in self.segments])
        self._words = _proper_words(self.text)

    def unsupported(self, text: str) -> str | None:
        """The first number or capitalised word of a text that the article does not have."""
        for quantity in quantities.unsupported(text, self.text):
            return quantity.text
        return next((word for word in _proper_words(text) if word not in self._words), None)

    def grounds(self, text: str) -> tuple[str, ...]:
        """Ids of the segments that a sentence rests on, in the article's order; none if unlike."""
        likeness = self.vectors @ similarity.embed([text])[0]
        wanted = {quantity.value for quantity in quantities.in_english(text)}
        best = float(likeness.max())
        if best < _LIKE:
            return ()
        chosen = []
        for index, segment in enumerate(self.segments):
            stated = {quantity.value for quantity in quantities.in_english(segment.target)}
            near = likeness[index] >= max(_LIKE, best - 0.08)
            if near or (wanted & stated and likeness[index] >= _LIKE * 0.8):
                chosen.append((float(likeness[index]), index))
        top = sorted(chosen, reverse=True)[:4]
        return tuple(self.segments[index].id for _, index in sorted(top, key=lambda one: one[1]))


_PROPER = re.compile(r"\b[A-Z][A-Za-z]*[a-z][A-Za-z]*\b")


def _proper_words(text: str) -> set[str]:
    """Capitalised words that do not open a sentence, in lower case: names, mostly."""
    inner = re.sub(r"(?:^|[.!?:;\"“”'‘(]\s*|\n\s*)[A-Z][\w'’-]*", " ", text)
    return {word.lower() for word in _PROPER.findall(inner)}


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the model wrote, after the checks; `findings` say what was dropped and why."""

    headline: str
    summary: tuple[Sentence, ...]
    points: tuple[Sentence, ...]
    findings: tuple[Finding, ...]

    @property
    def complete(self) -> bool:
        return bool(self.headline and self.summary) and len(self.points) >= MIN_POINTS

    @property
    def worth(self) -> int:
        return 2 * bool(self.headline) + 2 * len(self.summary) + len(self.points)

    def completed(self, article: _Article) -> _Draft:
        """The draft with its gaps filled by sentences of the translation itself."""
        picked = [article.segments[index] for index in _pick(article)]
        sentences = [Sentence(segment.target, (segment.id,)) for segment in picked]
        summary = self.summary or tuple(sentences[:2])
        used = {text.text for text in (*summary, *self.points)}
        spare = [sentence for sentence in sentences if sentence.text not in used]
        points = (*self.points, *spare)[: max(len(self.points), MIN_POINTS)]
        headline = self.headline or _own_headline(article)
        return _Draft(headline, summary, points, self.findings)

    def brief(self, origin: str) -> Brief:
        return Brief(self.headline, self.summary, self.points[:MAX_POINTS], origin, self.findings)


def _own_headline(article: _Article) -> str:
    headings = [
        segment.target
        for segment, kind in zip(article.segments, article.kinds, strict=True)
        if kind == "headline"
    ]
    return " ".join(headings) or article.segments[0].target


def _pick(article: _Article) -> list[int]:
    """Unflagged sentences that stand for the article: central, with facts, one a block."""
    sound = [i for i, one in enumerate(article.segments) if one.status != "flagged"]
    indices = [i for i in sound if article.kinds[i] in ("lead", "paragraph")] or sound
    if not indices:
        return []
    centre = article.vectors[indices].mean(axis=0)
    scores = {}
    for place, index in enumerate(indices):
        segment = article.segments[index]
        length = len(segment.target.split())
        fact = 0.1 * min(len(quantities.in_english(segment.target)), 2)
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


def _ask(article: _Article, engine: ChatEngine, decoding: Decoding) -> str:
    prompt = prompts.load("brief")
    room = engine.context_tokens - _ANSWER_TOKENS - 400
    system, user = prompt.render(article=_source_text(article, engine, room))
    chat = [Message("system", system.strip()), Message("user", user.strip())]
    for _, candidates in engine.chat([chat], decoding, _ANSWER_TOKENS):
        return candidates[0].text if candidates else ""
    return ""


def _source_text(article: _Article, engine: ChatEngine, room: int) -> str:
    """The English article for the model, without bylines; the opening of each block if long.

    A long article gives up the last sentences of its longest blocks first, so that every
    block is still heard.
    """
    blocks: dict[str, list[TranslatedSegment]] = {}
    for segment, kind in zip(article.segments, article.kinds, strict=True):
        if kind not in ("byline", "credit", "kicker"):
            blocks.setdefault(segment.block, []).append(segment)
    sizes = {segment.id: engine.count_tokens(segment.target) + 2 for segment in article.segments}
    total = sum(sizes[segment.id] for block in blocks.values() for segment in block)
    while total > room:
        longest = max(blocks.values(), key=lambda block: sum(sizes[one.id] for one in block))
        total -= sizes[longest.pop().id]
    return "\n\n".join(
        " ".join(segment.target for segment in block) for block in blocks.values() if block
    )


_FIELD = re.compile(r"^\W*(HEADLINE|SUMMARY|POINTS|KEY POINTS)\W*?:\W*?(.*)$", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


def _parse(answer: str) -> tuple[str, list[str], list[str]]:
    """Headline, summary sentences and points of a model's answer, as far as they are there."""
    headline, summary, points = "", "", []
    section = ""
    for line in answer.splitlines():
        text = line.strip().strip("*_# ").strip()
        if match := _FIELD.match(line.strip()):
            section = match[1].upper().removeprefix("KEY ")
            text = match[2].strip().strip("*_ ").strip()
        if not text:
            continue
        if _BULLET.match(line) and section != "HEADLINE":
            points.append(_BULLET.sub("", line).strip().strip("*_ "))
        elif section == "HEADLINE":
            headline, section = headline or text, ""
        elif section == "SUMMARY":
            summary = f"{summary} {text}".strip()
    return headline.strip('"“” ').rstrip("."), sentences(summary), points


_SENTENCE_END = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"”’)]))(?<!\b[A-Z]\.)(?<!\bCo\.)(?<!\b(?:Mr|Ms|Dr)\.)"
    r"\s+(?=[A-Z\"“‘(0-9])"
)


def sentences(text: str) -> list[str]:
    """An English paragraph's sentences: split after an end mark before a capital or a quote."""
    parts = _SENTENCE_END.split(text)
    return [part.strip() for part in parts if part.strip()]


def _checked(answer: str, article: _Article) -> _Draft:
    """The parts of an answer that the article bears out; the rest becomes findings."""
    headline, summary, points = _parse(answer)
    findings: list[Finding] = []

    def grounded(texts: Sequence[str], seen: set[str]) -> Iterator[Sentence]:
        for text in texts:
            reason = _fault(text, article)
            grounds = article.grounds(text) if reason is None else ()
            if reason is None and not grounds:
                reason = "resembles no sentence of the article"
            if reason:
                findings.append(_dropped(text, reason))
            elif text.lower() not in seen:
                seen.add(text.lower())
                yield Sentence(text, grounds)

    seen: set[str] = set()
    kept_summary = tuple(grounded(summary[:4], seen))
    kept_points = tuple(grounded(points, seen))
    if headline and (reason := _headline_fault(headline, article)):
        findings.append(_dropped(headline, reason))
        headline = ""
    return _Draft(headline, kept_summary, kept_points, tuple(findings))


def _dropped(text: str, reason: str) -> Finding:
    return Finding("brief", "unsupported", "warning", f"dropped, it {reason}", target_text=text)


def _headline_fault(headline: str, article: _Article) -> str | None:
    if len(headline.split()) > _HEADLINE_WORDS:
        return "is too long for a headline"
    # Every word of a headline may be capitalised, so only its numbers can be compared.
    if lost := quantities.unsupported(headline, article.text):
        return f"states {lost[0].text}, which the article does not"
    return "holds Chinese" if han_count(headline) else None


def _fault(text: str, article: _Article) -> str | None:
    if han_count(text):
        return "holds Chinese"
    if find_loop(text):
        return "repeats itself"
    if (stranger := article.unsupported(text)) is not None:
        return f"states {stranger}, which the article does not"
    return None
