"""Which tokens an English text can hold: the rest are forbidden while decoding.

Chinese-English models leave Chinese in their output; forbidding the tokens ends that. A
byte-level vocabulary also holds pieces of characters (a lead byte, two bytes of three), so
the rule works on bytes: a token is English when its bytes can be part of a UTF-8 text of
Latin letters, Greek letters, punctuation, currency signs and symbols.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_BYTE_PIECE = re.compile(r"<0x([0-9A-Fa-f]{2})>")  # SentencePiece's byte fallback
_WORD_START = "\u2581"  # SentencePiece's mark for a space


def writes_english(token: bytes) -> bool:
    """Whether these bytes can stand in an English UTF-8 text, whole characters or not.

    Two-byte characters up to U+024F and Greek, three-byte ones from U+2000 to U+22FF
    (punctuation, currency, letter-like signs, fractions, arrows, mathematics).
    """
    position = 0
    while position < len(token) and 0x80 <= token[position] < 0xC0:
        position += 1  # the end of a character begun in the token before
    if position > 2:
        return False  # only a four-byte character has three
    while position < len(token):
        lead = token[position]
        if lead < 0x80:
            width = 1
        elif 0xC2 <= lead <= 0xC9 or lead in (0xCE, 0xCF):
            width = 2
        elif lead == 0xE2:
            width = 3
            if position + 1 < len(token) and token[position + 1] > 0x8B:
                return False
        else:
            return False
        position += width
    return True


@lru_cache(maxsize=1)
def _byte_of() -> dict[str, int]:
    """GPT-2's table of printable stand-ins for bytes, from its published encoder."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(byte): byte for byte in printable}
    others = (byte for byte in range(0x100) if byte not in set(printable))
    table.update({chr(0x100 + shift): byte for shift, byte in enumerate(others)})
    return table


def token_bytes(token: str, *, byte_level: bool) -> bytes | None:
    """The bytes that a vocabulary entry stands for; None where it is no text (a marker)."""
    if byte_level:
        table = _byte_of()
        if any(character not in table for character in token):
            return None
        return bytes(table[character] for character in token)
    if piece := _BYTE_PIECE.fullmatch(token):
        return bytes([int(piece[1], 16)])
    return token.replace(_WORD_START, " ").encode()


def not_english(tokens: Sequence[str], special: set[str], *, byte_level: bool) -> list[int]:
    """Ids of the tokens that no English text holds; markers in `special` are left alone."""
    forbidden = []
    for index, token in enumerate(tokens):
        if token in special:
            continue
        raw = token_bytes(token, byte_level=byte_level)
        if raw is not None and not writes_english(raw):
            forbidden.append(index)
    return forbidden
