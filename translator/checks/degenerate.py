"""What makes a text unusable as a translation, whatever it says."""

from __future__ import annotations

import re
from collections import Counter

from translator.checks.findings import Finding, Kind
from translator.engines.base import Finish
from translator.text import han_count


def check(segment: str, source: str, target: str, finish: Finish) -> list[Finding]:
    """Chinese left, a loop, chatter, an absurd length, a cut."""
    found = []

    def add(kind: Kind, message: str, target_text: str = "") -> None:
        found.append(Finding(segment, kind, "error", message, target_text=target_text))

    if finish == "length":
        add("cut", "the engine stopped before the end of the sentence")
    if count := han_count(target):
        add("leftover", f"{count} Chinese characters were left in the translation")
    if loop := find_loop(target):
        add("loop", "the translation repeats itself", loop)
    if (chatter := _COMMENTARY.match(target)) and not _is_said(source, chatter[0]):
        add("commentary", "the model talks about the translation", chatter[0])
    shortest, longest = _length_bounds(source)
    words = len(target.split())
    if not shortest <= words <= longest:
        add("length", f"{words} words for {han_count(source)} Chinese characters is absurd")
    return found


_COMMENTARY = re.compile(
    r"\s*(?:(?:sure|certainly|of course|okay)[,!.]|here(?:'s| is| are) (?:the|your|a)\b[^.]{0,40}"
    r"\b(?:translat|english)|(?:the )?(?:english )?translation(?: is)?\s*:|translated (?:text|as)\b"
    r"|i(?:'m| am) sorry, (?:but )?i|as an ai\b|note: this (?:is a )?translat"
    r"|(?:please )?translate\b[^.:\n]{0,40}\benglish\s*[:.,])",
    re.IGNORECASE,
)


_CONSENT = re.compile(r"\s*[“\"「]?(?:那就?)?(?:[好行嗯对是可当没确肯必请哦噢]|OK)", re.IGNORECASE)


def _is_said(source: str, chatter: str) -> bool:
    """Whether a source opens with consent itself, as people do when they talk, or asks for this."""
    if re.match(r"\s*(?:please )?translate\b", chatter, re.IGNORECASE):
        return "译" in source
    return chatter.rstrip().endswith((",", "!", ".")) and _CONSENT.match(source) is not None


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
