"""Chinese names in pinyin by GB/T 28039-2011: Zeng Yuanqian, Zhang Chang'an, Lü Qing."""

from __future__ import annotations

from collections.abc import Iterable

from translator.lexicon import Lexicon

# Readings in names where pypinyin's first one is that of another word.
_READINGS = {
    "长": "chang", "晟": "sheng", "隽": "jun", "曾": "zeng", "都": "du", "琢": "zhuo", "佛": "fo",
    "贇": "yun", "焯": "zhuo", "任": "ren", "单": "dan", "仇": "qiu", "珩": "heng", "偲": "si",
}  # fmt: skip


def person(source: str, words: Lexicon) -> str:
    """A person's name: surname first, the given name in one word."""
    if source in words.known:
        return words.known[source][0]
    return chinese(source, words)


def chinese(source: str, words: Lexicon) -> str:
    """A person's name in pinyin, or nothing where it does not begin with a known surname."""
    surname = source[:2] if source[:2] in words.surnames and len(source) > 2 else source[:1]
    if surname not in words.surnames:
        return ""
    return f"{words.surnames[surname]} {join(pinyin(source[len(surname) :]))}".rstrip()


def company(core: str, words: Lexicon) -> str:
    """The core of a company's name: one word, of four characters two."""
    if core in words.known:
        return words.known[core][0]
    syllables = pinyin(core)
    if len(syllables) == 4:
        return f"{join(syllables[:2])} {join(syllables[2:])}"
    return join(syllables)


def pinyin(text: str) -> list[str]:
    """The syllables of characters as names are read, without tones."""
    from pypinyin import Style
    from pypinyin import pinyin as readings_of

    readings = readings_of(text, style=Style.NORMAL, v_to_u=True)
    return [_READINGS.get(c, found[0]) for c, found in zip(text, readings, strict=True)]


def join(syllables: Iterable[str]) -> str:
    """One capitalised word; an apostrophe before a later syllable that begins with a, e or o."""
    word = ""
    for syllable in syllables:
        word += "'" + syllable if word and syllable[0] in "aeo" else syllable
    return word[:1].upper() + word[1:]
