"""The brief that needs no model: the article's own sentences, cut, ranked and put in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from translator import quantities, similarity
from translator.brief import english, tone
from translator.brief.records import BriefOptions, Sentence
from translator.checks import find_loop
from translator.grounding import SAID, Article
from translator.quantities import Quantity
from translator.quantities.comparison import Value

_LONGEST = 65  # words; longer ones are no part of a brief
_SPLIT, _WHOLE = 30, 45  # words from which its main clauses stand for a sentence too, and alone
_CANDIDATES = 120  # statements that are compared with each other
_TELLING = ("money", "percent", "points", "measure", "multiple")
_BUSINESS = ("money", "percent", "points")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the article fit to stand alone, and how much it matters."""

    text: str
    segments: tuple[str, ...]
    index: int
    score: float
    values: frozenset[Value]

    @property
    def sentence(self) -> Sentence:
        """The statement as a sentence of the brief."""
        return Sentence(self.text, self.segments)


def statements(article: Article, options: BriefOptions) -> list[Statement]:
    """All sentences of the article that a brief may use, the most telling first."""
    prose = article.prose() or list(range(len(article.segments)))
    if not prose:
        return []
    score = scores(article, prose)
    found = []
    for index in prose:
        for text, segments in _together(list(_usable(article, index))):
            stated = quantities.in_english(text)
            telling = sum(_is_telling(one, options) for one in stated)
            dated = any(one.kind == "date" for one in stated)
            named = sum(
                one.kind != "place" and one.target in text for one in article.names_in(index)
            )
            worth = score[index] + 0.2 * min(telling, 4) + 0.1 * dated + 0.15 * min(named, 2)
            worth -= 0.02 * max(english.count(text) - 32, 0)
            worth -= 0.5 if _SPOKEN.search(text) else 0.0  # quotes have a place of their own
            worth -= 0.5 if _POINTS_BACK.search(text) else 0.0
            worth -= 0.0 if telling or dated or named else 0.5  # atmosphere
            found.append(Statement(text, segments, index, worth, quantities.values(text)))
    return sorted(found, key=lambda one: (-one.score, one.index))


def _together(usable: list[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Sentences of one segment, and those next to each other as one where that stays short.

    A translation often makes two sentences of a Chinese one: what, and then how much.
    """
    yield from usable
    for (text, segments), (after, more) in pairwise(usable):
        if _tells(text, after) or _tells(after, text) or set(segments) != set(more):
            continue
        if english.count(text) + english.count(after) <= _WHOLE and not text.endswith('."'):
            yield f"{text} {after}", segments


def _tells(text: str, other: str) -> bool:
    """Whether a sentence begins or ends with another."""
    bare = other.rstrip(".").lower()
    return text.lower().startswith(bare) or text.lower().rstrip(".").endswith(bare)


# What it was is said in a sentence that may not be there: "was moved by this."
_POINTS_BACK = re.compile(r"\b(?:by|of|about|for|from|with|like|in) (?:this|these|those)[.,;]")
_SPOKEN = re.compile(r"“[^”]{40,}”|\"[^\"]{40,}\"")


def scores(article: Article, prose: Sequence[int]) -> dict[int, float]:
    """How much every segment of the prose matters.

    By centrality, headline overlap, position, names and doubts.
    """
    vectors = article.vectors[prose]
    centre = vectors.mean(axis=0)
    centre = centre / max(float(np.linalg.norm(centre)), 1e-6)
    # The Chinese headline: its translation is often the weakest line of an article.
    titles = article.places("headline", "kicker")
    headline = similarity.embed([article.segments[at].source for at in titles])
    captions = similarity.embed([article.segments[at].source for at in article.places("caption")])
    doubts: dict[str, float] = {}
    for finding in article.findings:
        weight = {"name": 0.12, "term": 0.03}.get(finding.kind, 0.04)
        doubts[finding.segment] = doubts.get(finding.segment, 0.0) + weight
    seen: set[str] = set()
    found = {}
    for place, index in enumerate(prose):
        segment = article.segments[index]
        value = 0.5 * float(article.vectors[index] @ centre)
        if len(headline):
            value += 0.5 * float((headline @ article.vectors[index]).max())
        if len(captions):
            value += 0.2 * float((captions @ article.vectors[index]).max())
        value += 0.7 * float(article.fidelity[index])
        value += 0.25 / (1 + place / 3) + (0.1 if article.kinds[index] == "lead" else 0.0)
        value += 0.08 if segment.block not in seen else 0.0
        value -= min(doubts.get(segment.id, 0.0), 0.3)
        value -= 0.3 * min(tone.slogans(segment.source), 2)
        value -= 0.1 if article.readings[index].mended else 0.0
        found[index] = value
        seen.add(segment.block)
    return found


def _is_telling(quantity: Quantity, options: BriefOptions) -> bool:
    if quantity.modifier in ("vague", "weak"):
        return False
    if options.style == "investor":
        return quantity.kind in _BUSINESS
    return quantity.kind in _TELLING or (quantity.kind == "count" and quantity.value >= 10)


def _usable(article: Article, index: int) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The sentences of a segment that can stand alone, each with the segments it rests on."""
    reading = article.readings[index]
    at, before = 0, ""
    rests_on: tuple[str, ...] = ()
    for place, raw in enumerate(english.statements(reading.text)):
        at = reading.text.index(raw.split()[0], at)
        end = at + len(raw)
        spans = [(one.start - at, one.end - at) for one in reading.wrong if at <= one.start < end]
        at = end
        sound = english.without(raw, spans) if spans else english.tidy(raw)
        if not sound:
            continue
        sound = _to_the_point(article, index, sound)
        halves = english.halves(sound) if english.count(sound) > _SPLIT else [sound]
        if len(halves) > 1 and english.count(sound) <= _WHOLE:
            halves = [sound, *halves]
        for number, half in enumerate(halves):
            praised = tone.praise(half)
            text = english.without(half, praised) if praised else half
            if not text:
                continue
            text = english.shortened(text, 35)
            last, before = before, ""
            first = not place and not number
            for whole, grounds in _standing_alone(article, index, text, last, first=first):
                said, more = _attributed(article, index, whole)
                grounds = tuple(sorted({*grounds, *more}, key=article.place.__getitem__))
                if _is_fit(said, article, grounds):
                    before, rests_on = said, grounds
                    yield said, grounds
            # What only goes with the sentence before it: how much, and who said so stands there.
            joined = f"{last} {text}" if last and not before else ""
            if 0 < english.count(joined) <= _WHOLE and _is_fit(joined, article, rests_on):
                before = joined
                yield joined, rests_on


def _to_the_point(article: Article, index: int, text: str) -> str:
    """A sentence without a saying that leads up to it, unless that states a fact itself."""
    short = english.after_colon(text)
    lead = text[: len(text) - len(short)]
    named = any(name.target in lead for name in article.names_in(index))
    return (
        text
        if named or quantities.in_english(lead) or re.search(r"\bsa(?:id|ys)\b", lead)
        else short
    )


_PERSON = re.compile(r"\b(?:(he|she|him)|(his|her))\b(?!['’])", re.IGNORECASE)
_FIRM = re.compile(
    r"\b(?:(it(?! (?:is|was|has been) (?:\w+ly )?(?:learned|reported|understood|noted|said"
    r"|announced|expected|estimated|hoped|believed|known|planned|worth|possible|important|clear)\b)"
    r"|(?:the|this|our) (?:company|firm|enterprise|bank))|(its))\b(?!['’])",
    re.IGNORECASE,
)
_FIRM_SOURCE = re.compile("公司|企业|该行|该院|该集团|其|它")
_DANGLING = re.compile(
    r"(?:(?:and|not only has|not only did|according to) )?"
    r"(?:he|she|they|him|them|his|her|its|their|this|these|those|that|here"
    r"|such|of this|of these|among them|the (?:former|latter|other|others|remaining|rest)|both|then"
    r"|it(?! (?:took|takes|will take|is \w+ (?:to|that)|was \w+ (?:to|that))))\b",
    re.IGNORECASE,
)
# A subject that points at something inside: the cost of this project.
_WITHIN = re.compile(
    r"(?:the|an?) (?:\w+ ){1,3}(?:of|for|in|at|from|with|behind) (this|these|that|those)"
    rf" (?!(?:{english.PERIOD})\b)\w",
    re.IGNORECASE,
)
_VERB = r"\w+ed|is|are|was|were|has|have|will|can|way|not|means?|helps?|makes?"
_THIS = re.compile(rf"^(?:this|these)\b(?= (?!(?:{_VERB})\b)\w)", re.IGNORECASE)
_BACK = {"person": 3, "organisation": 8}  # segments to look back for whom a pronoun stands for


def _standing_alone(
    article: Article, index: int, text: str, before: str, *, first: bool
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """A sentence that is understood without those before it, or with the one before it.

    A pronoun for the only person or organisation named before becomes the name.
    """
    own = (article.segments[index].id,)
    main = english.main_start(text)
    if within := _WITHIN.match(text, main):
        yield text[: within.start(1)] + "the" + text[within.end(1) :], own
    dangling = within or any(_DANGLING.match(text, at) for at in {0, main})
    if not dangling and not (_FIRM.match(text, main) and text[main : main + 3].lower() != "it "):
        yield text, own
        return
    if before and dangling and english.count(before) + english.count(text) <= _LONGEST:
        yield f"{before} {text}", own
        return
    for kind, pattern in (("person", _PERSON), ("organisation", _FIRM)):
        match = pattern.search(text)
        if not match or match.start() > main + 13:
            continue
        if kind == "organisation" and not _FIRM_SOURCE.search(article.segments[index].source):
            continue
        name, at = _antecedent(article, index, kind)
        if name:
            english_name = f"{name}'s" if match[2] else name
            grounds = tuple(article.segments[one].id for one in sorted({at, index}))
            whole = text[: match.start()] + english_name + text[match.end() :]
            if not _DANGLING.match(whole):
                yield whole, grounds
            return
    if first and index and article.segments[index - 1].block == article.segments[index].block:
        found = [one for one in _usable(article, index - 1) if not article.inside[index - 1]]
        if found and english.count(found[-1][0]) + english.count(text) <= _LONGEST:
            yield f"{found[-1][0]} {text}", (*found[-1][1], *own)
            return
    if _THIS.match(text):
        yield _THIS.sub("The", text), own


def _antecedent(article: Article, index: int, kind: str) -> tuple[str, int]:
    """The one person or organisation that the segments up to this one name last, and where."""
    for at in range(index, max(index - _BACK[kind], 0) - 1, -1):
        far = article.segments[at].block != article.segments[index].block and at < index - 1
        if far and kind == "person":
            break
        named = {name.target for name in article.names_in(at) if name.kind == kind}
        if len(named) == 1 and next(iter(named)) in article.texts[at]:
            return named.pop(), at
        if named:
            break
    return "", index


def _attributed(article: Article, index: int, text: str) -> tuple[str, tuple[str, ...]]:
    """A sentence with who said it, where the article reports it and the English has lost that."""
    if not article.reports[index] or SAID.search(text) or tone.own_voice(text):
        return text, ()
    block = article.segments[index].block
    places = [index]
    if article.inside[index]:
        near = range(max(index - 3, 0), min(index + 4, len(article.segments)))
        places = [at for at in near if article.segments[at].block == block and at != index]
    speakers = {
        (name.target, at)
        for at in places
        for name in article.names_in(at)
        if name.kind == "person" and article.reports[at] and name.target in article.texts[at]
    }
    if len({name for name, _ in speakers}) != 1:
        return text, ()
    name, at = min(speakers, key=lambda one: abs(one[1] - index))
    plain = text.strip('“”" ').rstrip(".")
    return f"{plain}, {name} said.", (article.segments[at].id,)


def _is_fit(text: str, article: Article, grounds: tuple[str, ...]) -> bool:
    """Whether a sentence may stand in a brief: whole, sober, of a brief's length, borne out."""
    if not 6 <= english.count(text) <= _LONGEST or not english.is_whole(text):
        return False
    if not english.is_balanced(text) or english.names_speaker_only(text):
        return False
    if tone.praise(text) or tone.own_voice(text) or find_loop(text):
        return False
    return article.fault(text, grounds, own=True) is None


def choose(
    ranked: Sequence[Statement],
    article: Article,
    most: int,
    *,
    words: tuple[int, int] | None = None,
    taken: Sequence[Statement] = (),
) -> list[Statement]:
    """The best statements that say different things, in the article's order.

    Args:
        ranked: candidates.
        article: whose sections the choice is spread over.
        most: how many at most.
        words: bounds of all together; no more is taken past their middle.
        taken: what is said already.
    """
    everything = [*taken, *ranked[:_CANDIDATES]]
    vectors = similarity.embed([one.text for one in everything])
    section = {at: number for number, part in enumerate(article.parts(20)) for at in part}
    chosen = list(range(len(taken)))
    pool = set(range(len(taken), len(everything)))

    def worth(at: int) -> float:
        """A statement's score less what it repeats; negative infinity where it adds nothing."""
        one = everything[at]
        mates = [everything[other] for other in chosen]
        known = frozenset().union(*(mate.values for mate in mates))
        alike = max((float(vectors[at] @ vectors[other]) for other in chosen), default=0.0)
        if alike > 0.8 or (alike > 0.5 and one.values and one.values <= known):
            return float("-inf")
        block = article.segments[one.index].block
        near = sum(article.segments[mate.index].block == block for mate in mates)
        place = section.get(one.index, -1)
        crowd = sum(section.get(mate.index, -1) == place for mate in mates)
        repeated = 0.1 * len(one.values & known) + 0.4 * max(alike - 0.3, 0.0)
        new = 0.15 * min(len(one.values - known), 4)
        return one.score + new - repeated - 0.1 * near - 0.12 * crowd

    enough = (words[0] + words[1]) // 2 if words else 0
    length = 0
    while pool and len(chosen) - len(taken) < most:
        best = max(pool, key=lambda at: (worth(at), -at))
        pool.discard(best)
        if worth(best) == float("-inf"):
            break
        size = english.count(everything[best].text)
        if words and length + size > words[1]:
            continue
        chosen.append(best)
        length += size
        if words and length >= enough and len(chosen) - len(taken) >= 2:
            break
    return sorted((everything[at] for at in chosen[len(taken) :]), key=lambda one: one.index)
