"""What one entry of a glossary must be, whatever file it comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from translator.decode import HAN
from translator.errors import InputError
from translator.glossary.terms import Case, Term

_CASES: dict[str, Case] = {"": "any", "any": "any", "exact": "exact"}
# Chinese characters, and marks that only Chinese text has.
_CHINESE = re.compile(f"[{HAN}\u3000-\u303f\uff01-\uff65]")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """A term and where it stands in its file: `line 7`."""

    term: Term
    place: str


def entry(
    file: str,
    place: str,
    source: str,
    target: str,
    *,
    aliases: str = "",
    note: str = "",
    case: str = "",
    pos: str = "",
) -> Entry:
    """An entry, checked; aliases are separated by `|`.

    Raises:
        InputError: the source or target is empty or absurdly long, the English has Chinese in it,
            or the case is unknown.
    """
    source, target = " ".join(source.split()), " ".join(target.split())
    others = _listed(aliases, target) if aliases else ()
    if not source or not target:
        empty = "target" if source else "source"
        raise InputError(f"{file}, {place}: the {empty} is empty; fill it in")
    for name, text in (("target", target), *(("alias", one) for one in others)):
        if _CHINESE.search(text):
            raise InputError(
                f"{file}, {place}: the {name} {text[:80]!r} has Chinese in it; write it in English"
            )
    if len(source) > _LONGEST or len(target) > _LONGEST:
        raise InputError(f"{file}, {place}: a term of over {_LONGEST} characters; shorten it")
    if case.lower() not in _CASES:
        raise InputError(f"{file}, {place}: the case is {case!r}; it must be any or exact")
    return Entry(Term(source, target, note, others, _CASES[case.lower()], pos), place)


def _listed(aliases: str, target: str) -> tuple[str, ...]:
    found = dict.fromkeys(" ".join(one.split()) for one in aliases.split("|"))
    return tuple(one for one in found if one and one != target)
