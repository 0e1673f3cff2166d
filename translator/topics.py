"""What a text speaks of, by the stems of its words, and what a number in it is a number of."""

from __future__ import annotations

import re

from translator import quantities
from translator.quantities import Quantity
from translator.quantities.comparison import Value

_MEASURED = ("money", "percent", "points", "measure", "multiple")  # kinds that are of something


def stems(text: str) -> set[str]:
    """The first five letters of the words of four letters or more, in lower case, no plural s."""
    return {word[:5] for word in re.findall(r"[a-z]{3,}(?:(?<!s)(?=s\b)|[a-z])", text.lower())}


def topics(text: str) -> set[str]:
    """Stems of the words that say what numbers are of."""
    return stems(text) - _MOTION


def measured(text: str) -> list[tuple[Value, str, set[str]]]:
    """The sums, shares and measures of a text: value, as written, and topics of what it is of."""
    return [
        (Value(one.kind, one.value.normalize()), one.text, topics(_clause(text, one)))
        for one in quantities.in_english(text)
        if one.kind in _MEASURED and one.modifier not in ("vague", "weak")
    ]


def _clause(text: str, quantity: Quantity) -> str:
    """The clause that a number stands in, with those before it until one says what it is of."""
    following = _JOINT.search(text, quantity.end)
    end = following.start() if following else len(text)
    starts = [joint.start() for joint in _JOINT.finditer(text, 0, quantity.start)]
    spans = (text[start:end] for start in [*reversed(starts), 0])
    return next((span for span in spans if topics(span)), text[:end])


_JOINT = re.compile(r"[,;:](?=\s)|\b(?:and|while|but)\b")
# What a number does, in what unit and over what time.
_MOTION = stems("""
about above according accounted almost amounted approximately around average below billion climbed
climbing compared cubic declined decreased dollars down dropped during each euros exceeded fallen
falling fell fold gained gaining grew grow growing grown growth half higher hitting hundred
increased jumped kilograms kilometers less level lower meters million minutes month more nearly
number over pace percent period point previous quarter rate reached reaching reduced respectively
rise risen rising rose said same share since slightly slipped square stood surged surging than that
this thousand times tonnes tons total trillion under until were which with year yuan
""")
