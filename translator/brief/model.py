"""The model's part of a brief: few, short questions in batches, every answer checked.

Some models write headlines only, others everything. For a long article first notes, a few
sentences a section, which join the article's own sentences as what a brief can be made of. Then
headline and summary, or a post, together with shorter wordings of long points; what fails a check
is asked for once more, with the fault named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from translator import models, prompts, quantities
from translator.brief import english
from translator.brief.draft import Draft, is_faithful
from translator.brief.extract import Statement
from translator.brief.records import POST_CHARACTERS, Sentence
from translator.engines import GREEDY, ChatEngine, Message

_FACTS = 6  # statements that a small model can still fuse
_LONG_POINT = 34  # words; a longer point is worth a shorter wording
_HEADLINES = 3  # statements that a headline is asked for
_POINTS = 2  # shorter wordings asked for, at most
_LONG_ARTICLE = 70  # statements; more are read section by section
_SECTIONS = 12
_SECTION_FACTS = 6
_SENTENCE_TOKENS = 60
_HEADLINE_TOKENS = 30
_NOTES_TOKENS = 90
_MARKERS = 16  # tokens of a message that are the template's own
_POST_TOKENS = 90


def write(draft: Draft, engine: ChatEngine) -> None:
    """Let the model write what it can write soundly; the rest of the draft stays an extract."""
    if len(draft.ranked) > _LONG_ARTICLE:
        _take_notes(draft, engine)
        draft.choose()
    if draft.options.style == "social":
        _write_post(draft, engine)
        return
    if models.writes_summaries(engine.info.model):
        _write_brief(draft, engine)
    else:
        _write_headlines(draft, engine)


def _write_headlines(draft: Draft, engine: ChatEngine) -> None:
    """Ask for a headline of each of the best statements, and of the article's own headline."""
    best = sorted([*draft.summary, *draft.points], key=lambda one: -one.score)[:_HEADLINES]
    facts = [one.text for one in best]
    for at in draft.article.places("headline")[:1] if facts else ():
        facts.append(f"{draft.article.texts[at]}\n{facts[0]}")
    answers = _answers(
        engine, [_chat(draft, "headline", facts=one) for one in facts], _HEADLINE_TOKENS
    )
    lines = [line for answer in answers if (line := _as_headline(_first_line(answer)))]
    faults = {line: fault for line in lines if (fault := _take_headline(draft, line))}
    if not draft.headlines:
        for line, fault in faults.items():
            draft.drop(line, fault)


def _write_brief(draft: Draft, engine: ChatEngine) -> None:
    # Tokens for a headline and for as much of a summary as the model says well; every one of them
    # takes a tenth of a second on two cores, and what is missing is filled with extracts.
    budget = draft.options.size.words[1] + 15
    chat = _fitting(draft, engine, draft.options.style, draft.facts(_FACTS), budget)
    if chat is None:
        draft.note("the model had no room for a brief, or nothing to write from")
        return
    headline, summary = _headline_and_summary(_answers(engine, [chat], budget)[0])
    faults = {text: fault for text in summary if (fault := _take_sentence(draft, text))}
    headline_fault = _take_headline(draft, headline)
    _second_round(draft, engine, headline, headline_fault, faults)


def _second_round(
    draft: Draft,
    engine: ChatEngine,
    headline: str,
    headline_fault: str | None,
    faults: dict[str, str],
) -> None:
    """Long points in fewer words, and once more what failed a check: one batch.

    A model whose summary tells less than an extract, right or wrong, is asked for a headline only.
    """
    long: list[Statement] = []
    wrong: list[str] = []
    if draft.may_stand(faults):
        long = sorted(draft.points, key=lambda one: -english.count(one.text))[:_POINTS]
        long = [one for one in long if english.count(one.text) > _LONG_POINT]
        wrong = list(faults)[:2]
    chats = [_shortening(draft, one) for one in long]
    chats += [_rewriting(draft, text, faults[text]) for text in wrong]
    if headline_fault:
        best = max([*draft.summary, *draft.points], key=lambda one: one.score)
        chats.append(_chat(draft, "headline", facts=best.text))
    answers = _answers(engine, chats, _SENTENCE_TOKENS if long or wrong else _HEADLINE_TOKENS)
    for one, answer in zip(long, answers, strict=False):
        _take_shorter(draft, one, _first_line(answer))
    for text, answer in zip(wrong, answers[len(long) :], strict=False):
        again = _first_line(answer)
        if fault := _take_sentence(draft, again):
            draft.drop(text, faults[text])
            if again and again != text:
                draft.drop(again, fault)
    for text in list(faults)[len(wrong) :]:
        draft.drop(text, faults[text])
    if headline_fault:
        again = _first_line(answers[-1])
        if fault := _take_headline(draft, again):
            for line, why in {headline: headline_fault, again: fault}.items():
                if line:
                    draft.drop(line, why)


def _write_post(draft: Draft, engine: ChatEngine) -> None:
    facts = draft.facts(4)
    for attempt in range(2):
        given = facts[:2] if attempt else facts
        chat = _fitting(draft, engine, "social", given, _POST_TOKENS)
        if chat is None:
            draft.note("the model had no room for a post, or nothing to write from")
            return
        text = " ".join(_answers(engine, [chat], _POST_TOKENS)[0].split()).strip('"“” ')
        fault = _post_fault(draft, text)
        if not fault:
            grounds = [draft.article.grounds(one) for one in english.sentences(text)]
            ids = {segment for each in grounds for segment in each}
            place = draft.article.place
            draft.written = [Sentence(text, tuple(sorted(ids, key=place.__getitem__)))]
            return
        if text:
            draft.drop(text, fault)


def _post_fault(draft: Draft, text: str) -> str | None:
    if not text or len(text) > POST_CHARACTERS:
        return f"has {len(text)} characters" if text else "is empty"
    if "#" in text:
        return "has hashtags"
    faults = (draft.fault(one) for one in english.sentences(text))
    return next((fault for fault in faults if fault), None)


def _take_notes(draft: Draft, engine: ChatEngine) -> None:
    """Notes of every section, in one batch; the sound ones become statements of the draft."""
    chats, parts = [], []
    for part in draft.article.parts(_SECTIONS):
        inside = [one for one in draft.ranked if one.index in set(part)][:_SECTION_FACTS]
        if len(inside) > 1:
            facts = [one.text for one in sorted(inside, key=lambda one: one.index)]
            chat = _fitting(draft, engine, "notes", facts, _NOTES_TOKENS)
            if chat is not None:
                chats.append(chat)
                parts.append(inside)
    for inside, answer in zip(parts, _answers(engine, chats, _NOTES_TOKENS), strict=True):
        for text in _lines(answer)[:2]:
            grounds = draft.article.grounds(text)
            if fault := draft.fault(text, grounds):
                draft.drop(text, fault)
                continue
            index = draft.article.place[grounds[0]]
            score = inside[0].score + 0.05
            draft.ranked.append(Statement(text, grounds, index, score, quantities.values(text)))
    draft.ranked.sort(key=lambda one: (-one.score, one.index))


def _take_sentence(draft: Draft, text: str) -> str | None:
    """Add a sentence to the summary; the fault where it has one."""
    if not text:
        return "is empty"
    grounds = draft.article.grounds(text)
    if fault := draft.fault(text, grounds):
        return fault
    length = sum(english.count(one.text) for one in draft.written)
    if length + english.count(text) <= draft.options.size.words[1]:
        draft.written.append(Sentence(text, grounds))
    return None


def _take_headline(draft: Draft, line: str) -> str | None:
    grounds = draft.article.grounds(line) if line else ()
    fault = draft.headline_fault(line, grounds) if line else "is empty"
    if fault is None:
        draft.headlines.append(Sentence(line, grounds))
    return fault


def _take_shorter(draft: Draft, one: Statement, text: str) -> None:
    """Take a shorter wording that keeps every number; its grounds are those of the long one."""
    if not text or english.count(text) >= english.count(one.text):
        return
    if not is_faithful(text, one.text) or english.is_clipped(text, one.text):
        return
    if fault := draft.fault(text, one.segments):
        draft.drop(text, fault)
    else:
        draft.shorter[one.text] = Sentence(text, one.segments)


# ---- questions ----


def _chat(draft: Draft, name: str, **values: str) -> list[Message]:
    """A question as a chat; its prompt is noted for the run record."""
    prompt = prompts.load(name)
    draft.prompts[name] = prompt.record()
    system, user = prompt.render(**values)
    return [Message("system", system.strip()), Message("user", user.strip())]


def _fitting(
    draft: Draft, engine: ChatEngine, name: str, facts: Sequence[str], budget: int
) -> list[Message] | None:
    """A question on as many of the facts as the model's window takes; None where none fits."""
    given = list(facts)
    low, high = draft.options.size.words
    # A small model says more than it is asked for.
    values = {"words": f"{low} to {(low + high) // 2}"} if name in ("press", "investor") else {}
    while given:
        chat = _chat(draft, name, facts=_bullets(given), **values)
        if _has_room(engine, chat, budget):
            return chat
        given.pop()
    return None


def _shortening(draft: Draft, one: Statement) -> list[Message]:
    return _chat(draft, "shorten", text=one.text)


def _rewriting(draft: Draft, text: str, fault: str) -> list[Message]:
    """A question for a sentence that failed, with what it should rest on."""
    grounds = draft.article.grounds(text) or tuple(
        segment for one in draft.summary[:2] for segment in one.segments
    )
    source = " ".join(draft.article.texts[draft.article.place[one]] for one in grounds[:3])
    return _chat(draft, "rewrite", source=source, text=text, fault=fault)


def _answers(engine: ChatEngine, chats: Sequence[Sequence[Message]], max_tokens: int) -> list[str]:
    """The answer to every chat, empty where there is none or no room; all asked together."""
    answers = [""] * len(chats)
    places = [at for at, chat in enumerate(chats) if _has_room(engine, chat, max_tokens)]
    if places:
        asked = [chats[at] for at in places]
        for index, candidates in engine.chat(asked, GREEDY, max_tokens):
            if candidates:
                best = candidates[0]
                # What was cut at the budget ends in the middle of a sentence.
                text = best.text if best.finish == "stop" else _ended(best.text)
                answers[places[index]] = text
    return answers


def _has_room(engine: ChatEngine, chat: Sequence[Message], budget: int) -> bool:
    """Whether a question and its answer are within the model's window."""
    size = sum(engine.count_tokens(message.content) + _MARKERS for message in chat)
    return size + budget <= engine.context_tokens


def _ended(text: str) -> str:
    """A cut text up to its last whole sentence."""
    match = re.search(r"^.*[.!?][\"”’)]?(?=\s)", f"{text} ", re.DOTALL)
    return match[0] if match else ""


# ---- answers ----

_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_FIELD = re.compile(r"^\W*(HEADLINE|SUMMARY|SENTENCE|NOTES?|POST)\W*?:\W*?(.*)$", re.IGNORECASE)


def _bullets(facts: Sequence[str]) -> str:
    return "\n".join(f"- {fact}" for fact in facts)


def _lines(answer: str) -> list[str]:
    """The sentences of an answer, without marks of lists and fields."""
    found = []
    for line in answer.splitlines():
        match = _FIELD.match(line)
        text = _BULLET.sub("", match[2] if match else line).strip().strip("*_# ")
        found += [english.tidy(one) for one in english.sentences(text) if english.count(one) > 3]
    return found


def _first_line(answer: str) -> str:
    """The first sentence or line of an answer."""
    for line in answer.splitlines():
        match = _FIELD.match(line)
        text = _BULLET.sub("", match[2] if match else line).strip().strip("*_# ")
        if text:
            return re.sub(r"^[\"“](.*)[\"”]$", r"\1", text)
    return ""


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
    # Greedy search now and then says a sentence again.
    return _as_headline(headline), list(dict.fromkeys(english.sentences(summary)))


def _as_headline(line: str) -> str:
    return line.strip('"“” ').rstrip(".")
