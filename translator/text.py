"""Small facts about characters that several modules ask for."""

from __future__ import annotations

import re
import unicodedata

_HAN = re.compile(
    r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)

# Control and format characters (zero-width ones, those that turn the direction of writing), halves
# of pairs, ends of lines and paragraphs.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def shown_name(name: str) -> str:
    """A file's name without what nobody sees: it would turn, hide or break what stands after it."""
    return "".join(char for char in name if unicodedata.category(char) not in _UNSEEN)


def han_count(text: str) -> int:
    """How many Chinese characters a text holds."""
    return len(_HAN.findall(text))
