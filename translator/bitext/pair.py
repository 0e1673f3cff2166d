"""One entry of a bilingual file."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A Chinese text and its English translation, as an editor left them.

    `id` is the segment's, where the file gives one. `state` is the file's own word for how far
    the translation is (XLIFF: `final`, `needs-review-translation` ...). `note` holds the remarks
    on the pair, a line each.
    """

    source: str
    target: str
    id: str | None = None
    state: str | None = None
    note: str | None = None


def one_line(text: str) -> str:
    """Text with the line breaks and indents that tools put in folded, its ends trimmed."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
