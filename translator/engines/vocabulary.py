"""Which tokens an English text can hold: the rest are forbidden while decoding.

Chinese-English models leave Chinese in their output; forbidding the tokens ends that. A
byte-level vocabulary also holds pieces of characters (a lead byte, two bytes of three), so
the rule works on bytes: a token is English when its bytes can be part of a UTF-8 text of
Latin letters, Greek letters, punctuation, currency signs and symbols.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

_BYTE_PIECE = re.compile(r"<0x([0-9A-Fa-f]{2})>")  # SentencePiece's byte fallback
_WORD_START = "\u2581"  # SentencePiece's mark for a space

# Two-byte characters: U+0080 to U+027F (Latin) and U+0380 to U+03FF (Greek). Three-byte ones:
# U+2000 to U+22FF (punctuation, currency, letter-like signs, fractions, arrows, mathematics).
_ENGLISH = re.compile(
    rb"[\x80-\xbf]{0,2}"  # the end of a character begun in the token before
    rb"(?:[\x00-\x7f]|[\xc2-\xc9\xce\xcf][\x80-\xbf]|\xe2[\x80-\x8b][\x80-\xbf])*"
    rb"(?:[\xc2-\xc9\xce\xcf]|\xe2[\x80-\x8b]?)?"  # a character that the next token ends
)


def writes_english(token: bytes) -> bool:
    """Whether these bytes can stand in an English UTF-8 text, whole characters or not."""
    return _ENGLISH.fullmatch(token) is not None


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


def not_english(tokens: Sequence[str], special: Collection[str], *, byte_level: bool) -> list[int]:
    """Ids of the tokens that no English text holds; markers in `special` are left alone."""
    forbidden = []
    for index, token in enumerate(tokens):
        if token in special:
            continue
        raw = token_bytes(token, byte_level=byte_level)
        if raw is not None and not writes_english(raw):
            forbidden.append(index)
    return forbidden


def is_marker(token: str, *, special: bool) -> bool:
    """Whether a token added to a vocabulary marks structure, and is no text.

    Vocabularies also add plain runs of spaces and line ends, which any text may hold.
    """
    return special or bool(token.strip(f" \n\r\t{_WORD_START}"))
