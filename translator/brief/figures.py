"""Key figures: the numbers an article is about, with the words that say what they measure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from translator import quantities
from translator.brief import english
from translator.brief.extract import Statement
from translator.brief.records import Figure
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
_MEASURES = 20  # words that say what a figure measures, at most
_ENOUGH = 5  # fewer words than this say nothing: the clause before is taken along


def find(
    ranked: Sequence[Statement], most: int, shown: Sequence[Statement] = ()
) -> tuple[Figure, ...]:
    """The figures of the best statements, in the article's order; each value once.

    Args:
        ranked: statements of the article, checked, the best first.
        most: how many figures at most.
        shown: statements that the brief tells anyway: other figures go before theirs.
    """
    rows: list[tuple[float, int, int, Figure]] = []
    told = frozenset().union(*(one.values for one in shown))
    for one in ranked:
        for sentence in english.sentences(one.text):
            for quantity in quantities.in_english(sentence):
                if not _is_key(sentence, quantity):
                    continue
                value = Value(quantity.kind, quantity.value.normalize())
                weight = _WEIGHT[quantity.kind] - (0.3 if value in told else 0.0)
                measures = _measured(sentence, quantity)
                figure = Figure(_value(sentence, quantity), measures, one.segments[-1])
                rows.append((one.score + weight, one.index, quantity.start, figure))
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
    return not re.search(r"\b[A-Z][\w'-]*\s$|\d (?:to|-|–) $|[A-Z][a-z]+ \d+ (?:to|-|–) $", before)


_NO_NOUN = {"of", "in", "to", "and", "or", "by", "at", "on", "for", "from", "with", "per", "a"}
_NO_NOUN |= {"the", "as", "than", "were", "was", "is", "are"}
_BEFORE = (
    *("about", "around", "approximately", "over", "nearly", "almost", "up to", "at least"),
    *("more than", "less than", "under", "fewer than", "roughly"),
)


def _value(text: str, quantity: Quantity) -> str:
    """A quantity as the text has it, with its modifier and, of a bare number, what it counts."""
    before = text[: quantity.start].rstrip()
    modifier = next((one for one in _BEFORE if before.lower().endswith(f" {one}")), "")
    counted = re.match(r"-?\s?([a-z]+)", text[quantity.end :]) if quantity.kind == "count" else None
    what = f" {counted[1]}" if counted and counted[1] not in _NO_NOUN else ""
    return f"{modifier} {quantity.text}{what}".strip()


def _measured(text: str, quantity: Quantity) -> str:
    """The clause that holds a quantity, grown to the left while it is too short to say what."""
    parts = english.clauses(text)
    place = next(at for at, (start, end) in enumerate(parts) if start <= quantity.start < end)
    first = place
    while first and english.count(text[parts[first][0] : parts[place][1]]) < _ENOUGH:
        first -= 1
    clause = text[parts[first][0] : parts[place][1]].strip(" ,;.")
    words = clause.split()
    if len(words) <= _MEASURES:
        return clause
    # Keep the words round the number.
    at = len(text[parts[first][0] : quantity.start].split())
    start = max(0, min(at - _MEASURES * 2 // 3, len(words) - _MEASURES))
    cut = " ".join(words[start : start + _MEASURES])
    return f"{'… ' if start else ''}{cut}{' …' if start + _MEASURES < len(words) else ''}"
