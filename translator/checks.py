"""A source and its translation into findings. A check never edits text.

Degenerate output (nothing, Chinese left, a loop, chatter, absurd length, a cut) makes a
translation unusable; a quantity or a name that is missing makes it wrong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from translator import names, quantities
from translator.engines.base import Finish
from translator.glossary import Glossary
from translator.names import Name
from translator.text import han_count

Kind = Literal[
    "empty",
    "leftover",
    "loop",
    "commentary",
    "length",
    "cut",
    "quantity",
    "name",
    "term",
    "unsupported",
]
Severity = Literal["error", "warning"]

# What makes a text unusable as a translation, whatever it says.
DEGENERATE: frozenset[Kind] = frozenset(
    ("empty", "leftover", "loop", "commentary", "length", "cut")
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One doubt about one segment: where it stands and what was expected instead."""

    segment: str
    kind: Kind
    severity: Severity
    message: str
    source_text: str = ""
    target_text: str = ""
    expected: str = ""

    def record(self) -> dict[str, Any]:
        """The finding as design.md's JSON has it."""
        return asdict(self)


def check(
    segment: str,
    source: str,
    target: str,
    *,
    finish: Finish = "stop",
    known_names: Sequence[Name] = (),
    glossary: Glossary | None = None,
) -> list[Finding]:
    """All findings on one segment, the unusable kinds first.

    Args:
        segment: the id that the findings carry.
        source: the Chinese text.
        target: its English translation.
        finish: `length` where the engine stopped at its budget.
        known_names: the document's names; those that occur in the source are asked for.
        glossary: its terms that occur in the source are asked for.
    """
    if not target.strip():
        return [Finding(segment, "empty", "error", "there is no translation", source)]
    found = list(_degenerate(segment, source, target, finish))
    found += [_quantity(segment, one) for one in quantities.compare(source, target)]
    # A name inside a term is the term's to render.
    outside = glossary.masked(source) if glossary else source
    for name in names.missing(outside, target, known_names):
        message = f"{name.source} is not rendered as {name.target}"
        found.append(
            Finding(segment, "name", "warning", message, name.source, expected=name.target)
        )
    for term in glossary.missing(source, target) if glossary else ():
        message = f"{term.source} is not rendered as {term.target}"
        found.append(
            Finding(segment, "term", "warning", message, term.source, expected=term.target)
        )
    return found


_DIFFERENCES: dict[str, str] = {
    "missing": "{source} is not stated in the translation",
    "contradicted": "{source} is given as {target}",
    "currency": "{source} is given in another currency, {target}",
    "rounded": "{source} is rounded to {target}",
    "vague": "{source} names no exact number, {target} is of another size",
    "extra": "{target} is not stated in the source",
}


def _quantity(segment: str, found: quantities.Mismatch) -> Finding:
    source = found.source.text if found.source else ""
    target = found.target.text if found.target else ""
    return Finding(
        segment,
        "quantity",
        "error" if found.severe else "warning",
        _DIFFERENCES[found.problem].format(source=source, target=target),
        source,
        target,
        quantities.rendering(found.source) if found.source else "",
    )


def _degenerate(segment: str, source: str, target: str, finish: Finish) -> list[Finding]:
    found = []

    def add(kind: Kind, message: str, target_text: str = "") -> None:
        found.append(Finding(segment, kind, "error", message, target_text=target_text))

    if finish == "length":
        add("cut", "the engine stopped before the end of the sentence")
    if count := han_count(target):
        add("leftover", f"{count} Chinese characters were left in the translation")
    if loop := find_loop(target):
        add("loop", "the translation repeats itself", loop)
    if chatter := _COMMENTARY.match(target):
        add("commentary", "the model talks about the translation", chatter[0])
    shortest, longest = _length_bounds(source)
    words = len(target.split())
    if not shortest <= words <= longest:
        add("length", f"{words} words for {han_count(source)} Chinese characters is absurd")
    return found


_COMMENTARY = re.compile(
    r"\s*(?:(?:sure|certainly|of course|okay)[,!.]|here(?:'s| is| are) (?:the|your|a)\b[^.]{0,40}"
    r"\b(?:translat|english)|(?:the )?(?:english )?translation(?: is)?\s*:|translated (?:text|as)\b"
    r"|i(?:'m| am) sorry, (?:but )?i|as an ai\b|note: this (?:is a )?translat)",
    re.IGNORECASE,
)


def _length_bounds(source: str) -> tuple[float, float]:
    """Words that a translation can plausibly have.

    Human references of Chinese news have 0.45 to 1.0 words a character; the bounds leave a
    factor of three on either side, and room for short fragments.
    """
    han = han_count(source)
    latin = len(re.findall(r"[A-Za-z0-9]+", source))
    return han * 0.15 - 1, han * 2.2 + latin * 2 + 8


def find_loop(text: str) -> str | None:
    """A stretch that repeats without end, or None.

    Either one to twelve words at least four times in a row (three where they are four or
    more), or a run of words in which the same four-word phrase makes up most of the text.
    """
    words = text.lower().split()
    for size in range(1, 13):
        wanted = 4 if size < 4 else 3
        same = 0  # words in a row that equal the word one stretch before
        for position in range(size, len(words)):
            same = same + 1 if words[position] == words[position - size] else 0
            if same >= size * (wanted - 1):
                return " ".join(words[position - size + 1 : position + 1])
    grams = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    if grams:
        gram, count = grams.most_common(1)[0]
        if count >= 4 and count * 4 > len(words) / 2:
            return " ".join(gram)
    return None
