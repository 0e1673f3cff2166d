"""Names that a translation does not have, or has another one for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from translator import names
from translator.checks.findings import Finding
from translator.lexicon import HAN, lexicon
from translator.names import Name

# Initials to the finals that they have in Standard Chinese.
_FINALS = {
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan ü v üe",
    "l": "a e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un ü v üe",
    **dict.fromkeys(
        ("g", "k", "h"), "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"
    ),
    **dict.fromkeys(("j", "q", "x"), "i ia ie iao iu ian in iang ing iong u ue uan un"),
    **dict.fromkeys(("zh", "ch"), "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"),
    "sh": "a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang",
    "r": "e i ao ou an en ang eng ong u uo ui uan un",
    **dict.fromkeys(("z", "c", "s"), "a e i ai ei ao ou an en ang eng ong u uo ui uan un"),
    "y": "a e i ao ou an ang in ing ong u ue uan un",
    "w": "a o ai ei an en ang eng u",
    "": "a ai an ang ao e en er ou",
}
_SYLLABLE = "(?:{})".format(
    "|".join(
        f"{initial}(?:{'|'.join(sorted(finals.split(), key=len, reverse=True))})"
        for initial, finals in sorted(_FINALS.items(), key=lambda one: -len(one[0]))
    )
)
_PINYIN = re.compile(rf"{_SYLLABLE}(?:['’-]?{_SYLLABLE}){{0,3}}", re.IGNORECASE)
_DIVISION = re.compile(
    r" (?:City|County|District|Province|Prefecture|Town|Township|New Area|Autonomous)\b"
)
_OPENS = re.compile(r"(?:^|[.!?:;\n]\s*)[\"“‘(]*$")
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


def check(segment: str, source: str, target: str, known_names: Sequence[Name]) -> list[Finding]:
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
    """The runs of pinyin names in a target that spell nothing of its source."""
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
        follows = bool(runs) and found.start() == end + 1 and target[end] == " "
        opens = not follows and _OPENS.search(target, 0, found.start()) is not None
        if opens and not re.match(r" [A-ZÜ]", target[found.end() : found.end() + 2]):
            continue  # a sentence opens with any word
        if (plain in _NO_NAMES and not follows) or plain in expected:
            continue
        if not _PINYIN.fullmatch(word):
            continue
        if follows:
            runs[-1].append(word)
        else:
            runs.append([word])
        end = found.start() + len(word)
    joined = [" ".join(run) for run in runs]
    return [run for run in joined if not _spells(source, run)] if joined else []


def _spells(source: str, run: str) -> bool:
    """Whether a run of pinyin is how some characters of a source are read."""
    from pypinyin import Style, pinyin

    han = "".join(re.findall(f"[{HAN}]", source))
    readings = [
        {_spelled(one) for one in each}
        for each in pinyin(han, style=Style.NORMAL, v_to_u=True, heteronym=True)
    ]
    return _starts(readings, _spelled(run)) or _starts(
        readings, _spelled(" ".join(reversed(run.split())))
    )


def _starts(readings: Sequence[set[str]], spelled: str) -> bool:
    """Whether a spelling is the readings of characters in a row, one after the other."""
    open_: set[str] = set()
    for each in readings:
        left = {
            rest[len(one) :] for rest in (*open_, spelled) for one in each if rest.startswith(one)
        }
        if "" in left:
            return True
        open_ = left
    return False


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
    }


def _spelled(text: str) -> str:
    plain = re.sub(r"[\s'’-]", "", text.lower())
    return plain.replace("ü", "u").replace("lyu", "lu").replace("lv", "lu").replace("nv", "nu")


def _likeness(left: str, right: str) -> float:
    return SequenceMatcher(None, left.lower(), right.lower(), autojunk=False).ratio()
