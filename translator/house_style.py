"""What a news agency writes another way than engines do: April 9, the 17th, 6 p.m.

Only forms whose meaning is plain; what they say does not change.
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.)"
)
_ORDINAL = re.compile(
    rf"\b({_MONTH} \d{{1,2}})(?:st|nd|rd|th)\b(?! (?:century|anniversary|Movement))"
)
_DAY = re.compile(r"((?:\b(?:of|on|by|until|since)|day,) )(\d{1,2}(?:st|nd|rd|th))(?=[,.;:]|$)")
_CLOCK = re.compile(r"\b(1[3-9]|2[0-3])((?::[0-5]\d)?) ?(?=p\.?m\b)", re.IGNORECASE)


def applied(text: str) -> str:
    """An English text in house style."""
    text = _ORDINAL.sub(r"\1", text)
    text = _DAY.sub(r"\1the \2", text)
    return _CLOCK.sub(lambda found: f"{int(found[1]) - 12}{found[2]} ", text)
