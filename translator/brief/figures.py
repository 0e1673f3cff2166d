"""Key figures: the numbers an article is about, with the words that say what they measure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from translator import quantities
from translator.brief import english, extract, tone
from translator.brief.extract import Statement
from translator.brief.records import Figure
from translator.checks import find_loop
from translator.grounding import Article
from translator.quantities import Quantity
from translator.quantities.comparison import Value

_WEIGHT = {
    "money": 0.5,
    "percent": 0.4,
    "points": 0.35,
    "measure": 0.3,
    "multiple": 0.2,
    "count": 0.2,
}
_A_SEGMENT = 2  # figures of one segment, at most
_MEASURES = 26  # words that say what a figure measures, at most
_ENOUGH = 5  # fewer words than this say nothing: the clause before is taken along


def find(article: Article, most: int, shown: Sequence[Statement] = ()) -> tuple[Figure, ...]:
    """The figures of the article's prose, those of what matters first; in its order.

    Each value once; none that the Chinese contradicts, none out of somebody's mouth or out of
    praise.

    Args:
        article: the article.
        most: how many figures at most.
        shown: statements that the brief tells anyway: other figures go before theirs.
    """
    rows: list[tuple[float, int, int, Figure]] = []
    told = frozenset().union(*(one.values for one in shown))
    grounds = {segment for one in shown for segment in one.segments}
    prose = article.prose() or list(range(len(article.segments)))
    for index, score in extract.scores(article, prose).items():
        if article.inside[index]:
            continue
        wrong = {one.text for one in article.readings[index].wrong}
        for sentence in english.sentences(article.texts[index]):
            text = english.tidy(sentence)
            for quantity in quantities.in_english(text):
                if not _is_key(text, quantity) or quantity.text in wrong:
                    continue
                measures = _measured(text, quantity)
                if tone.praise(measures) or tone.own_voice(measures) or find_loop(measures):
                    continue
                value = Value(quantity.kind, quantity.value.normalize())
                weight = _WEIGHT[quantity.kind] - (0.3 if value in told else 0.0)
                weight -= 0.2 if article.segments[index].id in grounds else 0.0
                figure = Figure(_value(text, quantity), measures, article.segments[index].id)
                rows.append((score + weight, index, quantity.start, figure))
    rows.sort(key=lambda row: -row[0])
    kept: list[tuple[float, int, int, Figure]] = []
    for row in rows:
        values = {other[3].value.lower() for other in kept}
        crowded = sum(row[3].segment == other[3].segment for other in kept) >= _A_SEGMENT
        if len(kept) < most and not crowded and row[3].value.lower() not in values:
            kept.append(row)
    return tuple(row[3] for row in sorted(kept, key=lambda row: row[1:3]))


def _is_key(text: str, quantity: Quantity) -> bool:
    """Whether a quantity is a figure of its own: no part of a name, a year, a day or an idiom."""
    if quantity.kind not in _WEIGHT or quantity.modifier in ("vague", "weak"):
        return False
    if not re.search(r"\d|-", quantity.text):
        return False
    if quantity.kind != "count":
        return True
    before, after = text[: quantity.start], text[quantity.end :]
    if quantity.value < 10 or re.fullmatch(r"(?:19|20)\d\d", quantity.text) or after[:1] == "s":
        return False
    return not re.search(
        r"\b[A-Z][\w'-]*\s$|\bNos?\. ?$|\d (?:to|-|–) $|[A-Z][a-z]+ \d+ (?:to|-|–) $", before
    )


_NO_NOUN = {"of", "in", "to", "and", "or", "by", "at", "on", "for", "from", "with", "per", "a"}
_NO_NOUN |= {"the", "as", "than", "were", "was", "is", "are", "have", "has", "had", "will", "can"}
# As a text has it: "no less than 25 percent" is not "less than 25 percent".
_BEFORE = re.compile(
    r"(?:(?:no |not (?:be )?)?(?:more|less|fewer) than|about|around|approximately|over|nearly"
    r"|almost|up to|at least|at most|under|roughly|some) $",
    re.IGNORECASE,
)


def _value(text: str, quantity: Quantity) -> str:
    """A quantity as the text has it, with its modifier and, of a bare number, what it counts."""
    before = _BEFORE.search(text[: quantity.start])
    counted = re.match(r"-?\s?([a-z]+)", text[quantity.end :]) if quantity.kind == "count" else None
    what = f" {counted[1]}" if counted and counted[1] not in _NO_NOUN else ""
    modifier = re.sub("^not (?:be )?", "no ", before[0].lower()) if before else ""
    return f"{modifier}{quantity.text}{what}"


def _measured(text: str, quantity: Quantity) -> str:
    """The clause that holds a quantity, grown to the left until it says what is measured."""
    parts = english.clauses(text)
    place = next(at for at, (start, end) in enumerate(parts) if start <= quantity.start < end)
    first = last = place
    while first and not _says_what(text[parts[first][0] : parts[last][1]]):
        first -= 1
    # An opening adverbial says nothing without the clause that it opens.
    while last + 1 < len(parts) and not _says_what(text[parts[first][0] : parts[last][1]]):
        last += 1
    clause = _alone(text[parts[first][0] : parts[last][1]])
    words = clause.split()
    if len(words) <= _MEASURES + 2:
        return clause
    # Keep the words round the number.
    at = len(text[parts[first][0] : quantity.start].split())
    start = max(0, min(at - _MEASURES * 2 // 3, len(words) - _MEASURES))
    cut = " ".join(words[start : start + _MEASURES])
    return f"{'… ' if start else ''}{cut}{' …' if start + _MEASURES < len(words) else ''}"


_JOINT = re.compile(r"^(?:and|but|so|yet|while|which|that) ", re.IGNORECASE)


def _alone(clause: str) -> str:
    """A clause without what joins it to others, and without half a pair of quotation marks."""
    text = _JOINT.sub("", clause.strip(" ,;."))
    if not english.is_balanced(text):
        text = re.sub(r"[“”\"]", "", text)
    return text.strip(" ,;.")


def _says_what(clause: str) -> bool:
    return english.count(clause) >= _ENOUGH and english.has_verb(clause)
