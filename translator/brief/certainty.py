"""What is only to come, or had to be, is not told as done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from translator import quantities

# Before a number, in its clause: it is wanted, planned or due.
_AHEAD = (
    r"(?:ha[sd]|have|need(?:s|ed)?|plan(?:s|ned|ning)?|aim(?:s|ed|ing)?|hope[sd]?|want(?:s|ed)?"
    r"|intend(?:s|ed)?|propos(?:es|ed|ing)|expect(?:s|ed)?|going|due|set|schedule[sd]?|strive[sd]?"
    r"|is|are|was|were) to|will|would|shall|should|may|might|could|must"
)
_BEFORE = re.compile(
    rf"\b(?:{_AHEAD})\b(?![^.;]*\b(?:and|but|after|while)\b)[^.;,]*$", re.IGNORECASE
)
# Words that leave it open, in the looser language of a headline: "to open", "eyes", "planned".
_OPEN = re.compile(
    rf"\b(?:{_AHEAD}|to (?!the\b|an?\b)[a-z]+|plan\w*|aim\w*|target\w*|hop(?:es|ing)|expect\w*"
    r"|propos\w+|next|future|eyes?|goals?|needs?|seeks?|wants?)\b",
    re.IGNORECASE,
)


def told_as_done(text: str, sources: Sequence[str]) -> str | None:
    """A number that a text states as fact and its sources only as wanted, planned or due."""
    if _OPEN.search(text):
        return None
    for mine in quantities.in_english(text):
        ahead = [
            bool(_BEFORE.search(source[: other.start]))
            for source in sources
            for other in quantities.in_english(source)
            if (other.kind, other.value) == (mine.kind, mine.value) and mine.kind != "date"
        ]
        if ahead and all(ahead):
            return mine.text
    return None
