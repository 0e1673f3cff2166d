"""The companies a document names, by their full legal names: 上海辰竹仪表有限公司, core 辰竹."""

from __future__ import annotations

import re
from collections.abc import Sequence

from translator.lexicon import HAN, Lexicon, lexicon

_LEGAL = re.compile("(?:集团)?(?:股份|控股)?有限(?:责任)?公司|集团公司|股份公司")
_SHORT = re.compile(
    "(?:公司|集团|银行|医院|中心|协会|研究[院所]|厂|学院|大学|学校|[中小]学|合作社|农场|基金会|剧[院团])"
    f'[（(](?:以下|下文)?[简下]称[为]?[“"「]?([{HAN}]{{2,8}})[”"」]?[）)]'
)
_RUN = re.compile(rf"[{HAN}（）()]+$")
_PLACE_SUFFIX = re.compile("(?:[省市县区州]|新区|自治区|自治州)")
_NO_CORE = re.compile("[的第某该本（）()]|^[家个批名些各与和]")
_COMPANY_LEFT = re.compile("[由与和及在对向是为给到了的]")


def companies(texts: Sequence[str], words: Lexicon) -> list[str]:
    """The distinctive cores of the companies that are named in full: 上海辰竹仪表有限公司, 辰竹."""
    cores: dict[str, None] = {}
    for text in texts:
        for found in _LEGAL.finditer(text):
            run = _RUN.search(text[max(0, found.start() - 30) : found.start()])
            if run:
                core = _core(re.sub("[（(][^（）()]*[）)]", "", run[0]), words)
                if core:
                    cores[core] = None
        for found in _SHORT.finditer(text):
            full = text[max(0, found.start() - 40) : found.start()]
            if core := _short_core(found[1], full, words):
                cores[core] = None
    # A longer name has its own English: 京东方 is no 京东.
    for core in sorted(words.clear, key=len, reverse=True):
        if any(core in text for text in texts) and not any(core in longer for longer in cores):
            cores[core] = None
    return list(cores)


def short_names(full: str, core: str, text: str) -> list[str]:
    """What a company of a full name is called in a text beside its core: 辰竹仪表 of 辰竹.

    None where the full name is another company's, or no company's.
    """
    legal = _LEGAL.search(full) or re.search("(?:集团|公司|股份)$", full)
    at = full.find(core)
    if not legal or at < 0 or _core(full[: legal.start()], lexicon()) != core:
        return []
    business = full[at + len(core) : legal.start()]
    parts = {
        business[begin:end]
        for begin in range(len(business))
        for end in range(begin + 2, len(business) + 1)
    }
    return [core, *sorted(core + part for part in parts if core + part in text)]


def _core(run: str, words: Lexicon) -> str | None:
    """The core of a company's name, from the text that runs up to its legal form."""
    begins = [end for at in range(len(run)) if (end := _skip_places(run, at, words)) > at]
    left = max((found.end() for found in _COMPANY_LEFT.finditer(run)), default=0)
    if not begins or left > max(begins):  # 总部位于苏州的泓澄银行
        begins.append(left)
    for begin in begins:
        core = _strip(run[begin:], words)
        if _is_core(core, words):
            return core
    return None


def _short_core(short: str, full: str, words: Lexicon) -> str | None:
    """The core that a short name shares with the full one before it.

    A short name is made of the full one; 以下简称“新规” is of something else, and 新能源学院 called
    that says nothing. After a place what follows the core may be shortened too, 河桥职院 for
    兰州河桥职业技术学院, or be a word, 清源木偶.
    """
    stripped = _strip(short, words)
    if stripped in full and not full.endswith(short) and _is_core(stripped, words):
        return stripped
    found = _RUN.search(full)
    run = found[0] if found else ""
    ends = [_skip_places(run, begin, words) for begin in range(len(run))]
    place_ends = {end for begin, end in enumerate(ends) if end > begin}
    for length in range(min(4, len(short) - 2), 1, -1):
        core, at = short[:length], run.find(short[:length])
        is_whole = run[at + length - 1 : at + length + 1] not in words.words
        if at in place_ends and is_whole and core not in words.known and _is_core(core, words):
            return core
    return None


def _skip_places(run: str, at: int, words: Lexicon) -> int:
    for length in (4, 3, 2):
        if run[at : at + length] in words.places:
            suffix = _PLACE_SUFFIX.match(run, at + length)
            return _skip_places(run, suffix.end() if suffix else at + length, words)
    return at


def _is_core(core: str, words: Lexicon) -> bool:
    if core in words.known:
        return words.known[core][1] == "organisation"
    if not 2 <= len(core) <= 4 or core in words.words or _NO_CORE.search(core):
        return False
    # A core made of ordinary words is translated, not spelled (太平洋, 航天科工).
    return len(core) == 2 or not (core[:2] in words.words or core[2:] in words.words)


def _strip(name: str, words: Lexicon) -> str:
    """A company's name without the words for its business, form and branch at its end."""
    while True:
        for length in range(min(7, len(name)), 1, -1):
            if name[-length:] in words.company_words or name[-length:] in words.places:
                name = name[:-length]
                break
        else:
            return name
