"""Small facts about characters that several modules ask for."""

from __future__ import annotations

import re

_HAN = re.compile(
    r"[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def han_count(text: str) -> int:
    """How many Chinese characters a text holds."""
    return len(_HAN.findall(text))
