"""Names that a translation does not have, or has another one for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from translator import names
from translator.checks.findings import Finding
from translator.lexicon import lexicon
from translator.names import Name

_INITIAL = "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])"
_FINAL = (
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui"
    "|un|uo|üe|ve|a|e|i|o|u|ü|v)"
)
_SYLLABLE = f"(?:{_INITIAL}{_FINAL}|(?:ai|an|ang|ao|en|er|ou|e|a))"
_PINYIN = re.compile(rf"{_SYLLABLE}(?:['’-]?{_SYLLABLE}){{0,3}}", re.IGNORECASE)
_CAPITALISED = re.compile(r"(?<![\w'’-])[A-ZÜ][A-Za-zü]*(?:['’-][A-Za-zü]+)*(?![\w-])")
# English words, and well-known names that are not what a Chinese name turned into.
_NO_NAMES = frozenset(
    "a an can china chinese he she we you me men women man woman long line one son ten tan sun fan"
    " pan wan bang bin dang den din gang gun hang hen her lang lie long mine nine pin pie rang"
    " ran run sang sing song sane sue sure tie tin ton wing win zone hong kong macao macau beijing"
    " shanghai taiwan tibet hainan sina asia ali china guan hu han ming qing tang song yuan renminbi"
    " miao zhuang hui yi dai bai la lee ma pa ta yen nan die due shine fine pang panda china indo gene"
    " dane bane cage sage mage lane pane bane tune dune wine".split()
)


def check(
    segment: str, source: str, target: str, known_names: Sequence[Name]
) -> list[Finding]:
    """The names that are missing: an error where another name stands in their place."""
    missing = names.missing(source, target, known_names)
    if not missing:
        return []
    strange = _strange(source, target, known_names)
    found = []
    for name in missing:
        rival = _rival(name, strange)
        if rival is None:
            message = f"{name.source} is not rendered as {name.target}"
        else:
            message = f"{name.source} is given as {rival}, not as {name.target}"
            strange.remove(rival)
        severity = "error" if rival and not _may_vary(name, rival) else "warning"
        found.append(
            Finding(segment, "name", severity, message, name.source, rival or "", name.target)  # type: ignore[arg-type]
        )
    return found


def _strange(source: str, target: str, known_names: Sequence[Name]) -> list[str]:
    """The runs of pinyin names in a target that belong to no name of its source."""
    expected = {
        word.lower()
        for name in names.occurring(source, known_names)
        for word in re.findall(r"[\w'’-]+", name.target)
    }
    runs: list[list[str]] = []
    end = -2
    for found in _CAPITALISED.finditer(target):
        word = found[0].removesuffix("'s").removesuffix("’s")
        plain = word.lower()
        if plain in _NO_NAMES and not (runs and found.start() == end + 1):
            continue
        if plain in expected or not _PINYIN.fullmatch(word):
            continue
        if found.start() == end + 1 and target[end] in " -":
            runs[-1].append(word)
        else:
            runs.append([word])
        end = found.end()
    return [" ".join(run) for run in runs]


def _rival(name: Name, strange: Sequence[str]) -> str | None:
    """The strange name that stands in a name's place: of its kind, and the likest."""
    wanted = name.target.split()
    if name.kind == "person":
        surnames = {reading.lower() for reading in lexicon().surnames.values()}
        fits = [
            run
            for run in strange
            if (words := run.split())
            and (len(words) > 1 or words[0] == wanted[0] or wanted[-1] == words[0])
            and (words[0].lower() in surnames or words[-1].lower() in surnames)
        ]
    else:
        fits = [run for run in strange if len(run) > 3 and len(run.split()) <= max(len(wanted), 1)]
    return max(fits, key=lambda run: _likeness(run, name.target), default=None)


def _may_vary(name: Name, rival: str) -> bool:
    """Whether a rival may be the same name: another reading, order, division or spelling."""
    return _spelled(rival) in {
        _spelled(name.target),
        _spelled(" ".join(reversed(name.target.split()))),
    } or _is_other_reading(name.source, rival)


def _spelled(text: str) -> str:
    plain = re.sub(r"[\s'’-]", "", text.lower())
    return plain.replace("ü", "u").replace("lyu", "lu").replace("lv", "lu").replace("nv", "nu")


def _is_other_reading(source: str, rival: str) -> bool:
    from pypinyin import Style, pinyin

    readings = pinyin(source, style=Style.NORMAL, v_to_u=True, heteronym=True)
    rest = {_spelled(rival)}
    for each in readings:
        spelled = {_spelled(one) for one in each}
        rest = {left[len(one) :] for left in rest for one in spelled if left.startswith(one)}
    return "" in rest


def _likeness(left: str, right: str) -> float:
    return SequenceMatcher(None, left.lower(), right.lower(), autojunk=False).ratio()
