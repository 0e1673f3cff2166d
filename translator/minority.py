"""People's names of Tibetans, Mongols and Uygurs, put together from known elements.

扎西顿珠 is Tashi Dondrup, 斯琴高娃 Siqingaowa, 艾力·买买提 Eli Memet. Two elements of two
characters or more are evidence by themselves; a single one counts beside a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from translator.lexicon import DOTS, HAN, data_lines
from translator.titles import BEFORE_NAME, FOLLOWS

_LONGEST = 7
_DOTTED = re.compile(rf"[{HAN}]+(?:[{''.join(DOTS)}][{HAN}]+)+")
_AFTER = re.compile(rf"[^{HAN}]|[的在把从向和与及等就也都还是被说带将正]|$|{FOLLOWS.pattern}")


def minority(texts: Iterable[str]) -> dict[str, str]:
    """The names that the texts hold, each with its English."""
    found: dict[str, str] = {}
    for text in texts:
        for start in _starts().finditer(text):
            if start.start() and text[start.start() - 1] in DOTS:
                continue
            for run in _runs(text, start.start()):
                rendered = english(run)
                if rendered and _stands(text, start.start(), run):
                    found[run] = rendered
                    break
    return {name: target for name, target in found.items() if not _is_piece(name, found)}


def english(name: str) -> str:
    """The English of a name that is nothing but elements of one people, or nothing."""
    table = _elements()
    parts = _parts(name)
    if not parts:
        return ""
    targets = [table[part][0] for part in parts]
    style = table[parts[0]][1]
    if len(parts) == 1 and not (table[parts[0]][2] and style != "dots"):
        return ""
    if style == "one":
        return (targets[0] + "".join(targets[1:]).lower()).capitalize()
    return " ".join(targets) if all(len(part) > 1 for part in parts[:-1]) else ""


def _runs(text: str, at: int) -> list[str]:
    """What may be a name at an offset, the longest first."""
    dotted = _DOTTED.match(text, at)
    if dotted:
        last = max(dotted[0].rfind(dot) for dot in DOTS) + 1
        return [dotted[0][:end] for end in range(min(len(dotted[0]), last + 6), last + 1, -1)]
    return [text[at : at + length] for length in range(_LONGEST, 1, -1) if at + length <= len(text)]


def _stands(text: str, at: int, name: str) -> bool:
    end = at + len(name)
    if text[end : end + 1] in DOTS:
        return False
    if any(dot in name for dot in DOTS) or (len(name) > 3 and len(_parts(name)) > 1):
        return True
    before = text[max(0, at - 8) : at]
    titled = BEFORE_NAME.search(before) and _AFTER.match(text, end)
    opens = not re.search(f"[{HAN}]$", before) and FOLLOWS.match(text, end)
    return bool(titled or (opens and len(_parts(name)) > 1))


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, ...]:
    """The elements of a name, all of one style; none where it does not divide into them."""
    table = _elements()
    if any(dot in name for dot in DOTS):
        parts = tuple(re.split(f"[{''.join(DOTS)}]", name))
        fits = all(part in table and table[part][1] == "dots" for part in parts)
        return parts if fits else ()
    for style in ("words", "one"):
        parts = _divide(name, style)
        if parts:
            return parts
    return ()


def _divide(name: str, style: str) -> tuple[str, ...]:
    table = _elements()
    for length in range(min(5, len(name)), 0, -1):
        head = name[:length]
        if head in table and table[head][1] == style:
            if length == len(name):
                return (head,)
            rest = _divide(name[length:], style)
            if rest and len(rest) < 3:
                return (head, *rest)
    return ()


def _is_piece(name: str, found: dict[str, str]) -> bool:
    """Whether a name is only the beginning of a longer one that the texts hold too."""
    return len(_parts(name)) == 1 and any(
        other != name and other.startswith(name) for other in found
    )


@lru_cache(maxsize=1)
def _elements() -> dict[str, tuple[str, str, bool]]:
    """The elements with their English, their style and whether they stand alone; read once."""
    rows = (line.split("\t") for line in data_lines("name_elements.tsv"))
    return {row[0]: (row[1], row[2], len(row) > 3) for row in rows}


@lru_cache(maxsize=1)
def _starts() -> re.Pattern[str]:
    """Where a name may begin."""
    longest_first = sorted((one for one in _elements() if len(one) > 1), key=len, reverse=True)
    return re.compile(f"(?={'|'.join(longest_first)})")
