"""Names that a translation does not have, or has another one for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from translator import names
from translator.checks import pinyin
from translator.checks.findings import Finding
from translator.lexicon import lexicon
from translator.names import Name
from translator.well_known import Place

_OPENS = re.compile(r"(?:[.!?:;\n]\s?|^)[\"“‘(]$|[.!?:;\n]\s?$")
_CAPITALISED = re.compile(r"(?<![\w'’-])[A-ZÜ][A-Za-zü]*(?:['’-][A-Za-zü]+)*(?![\w-])")
# English words, and well-known names that are not what a Chinese name turned into.
# fmt: off
_NO_NAMES = frozenset((
    "a", "ali", "an", "angela", "angle", "anna", "asia", "bai", "bali", "banana", "bane",
    "bang", "base", "be", "bean", "beijing", "biao", "bike", "bin", "bing", "bite", "cage",
    "cake", "can", "canada", "care", "case", "change", "changed", "china", "chinese",
    "cuba", "cue", "dai", "dana", "dance", "dane", "dang", "data", "date", "dean", "den",
    "dense", "diana", "die", "dike", "din", "dine", "dose", "due", "dune", "ease",
    "fan", "fang", "fate", "fence", "fine", "gang", "gate", "gene", "genes", "ghana",
    "gone", "gu", "guan", "guide", "guinea", "gun", "hainan", "han", "hang",
    "hanna", "hanoi", "hate", "he", "hen", "hence", "her", "hong", "hose", "hu", "hue",
    "huge", "hui", "indo", "jean", "juan", "june", "kenya", "king", "kong", "la", "lake",
    "lance", "lane", "lang", "late", "le", "lean", "lease", "lee", "lei", "lie", "liege",
    "like", "lima", "linda", "line", "lines", "lisa", "long", "lose", "lu", "luna", "lute",
    "ma", "macao", "macau", "made", "mage", "make", "male", "mali", "man", "manage",
    "manila", "me", "mean", "means", "media", "men", "miao", "mile", "mine", "ming",
    "mode", "more", "name", "names", "nan", "ne", "niche", "nina", "nine", "none", "nose",
    "nu", "one", "pa", "page", "pale", "pan", "panama", "panda", "pane", "pang", "paper",
    "pea", "pen", "pence", "pie", "pier", "pile", "pin", "pine", "ping", "please",
    "pose", "pure", "qing", "ran", "rang", "range", "ranged", "rare", "re",
    "release", "renminbi", "ring", "rose", "ru", "run", "rune", "sage", "sale", "same",
    "sane", "sang", "se", "sea", "sense", "shanghai", "she", "shine", "side", "sina",
    "since", "sing", "site", "sole", "son", "song", "su", "sue", "sun", "sure", "ta",
    "taiwan", "take", "tale", "tan", "tang", "te", "tea", "ten", "tense", "than", "then",
    "tibet", "tide", "tie", "tile", "tin", "tina", "ton", "tone", "true", "tu", "tune",
    "wan", "we", "wean", "win", "wine", "wing", "woman", "women", "wu", "xi", "yale", "ye",
    "yen", "yi", "you", "yu", "yuan", "zen", "zhuang", "zone",
))
# fmt: on


def check(
    segment: str,
    source: str,
    target: str,
    known_names: Sequence[Name],
    outside: str,
    places: Sequence[Place] = (),
) -> list[Finding]:
    """The names that are missing: an error where another name stands in their place.

    `outside` is the source with its terms blanked out: a term renders the names inside it;
    `places` are the well-known places that stand in neither.
    """
    lost = [place for place in places if not place.is_in(target)]
    missing = [
        *names.missing(outside, target, known_names),
        *(Name(place.source, place.target, "place") for place in lost),
    ]
    if not missing:
        return []
    abroad = {place.source for place in lost if not place.chinese}
    strange = _strange(source, target, known_names)
    found = []
    for name in missing:
        rival = None if name.source in abroad else _rival(name, strange)
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
        before = target[max(0, found.start() - 3) : found.start()]
        opens = not follows and (not found.start() or _OPENS.search(before) is not None)
        if not follows and (opens or plain in _NO_NAMES) and not _leads_a_name(target, found.end()):
            continue  # a sentence opens with any word; He Weimin is a name, he is none
        if plain in expected:
            continue
        if not pinyin.is_pinyin(word, most=4):
            continue
        if follows:
            runs[-1].append(word)
        else:
            runs.append([word])
        end = found.start() + len(word)
    if not runs:
        return []
    spelled = pinyin.spelled(source)
    return [" ".join(run) for run in runs if not pinyin.spells(spelled, run)]


def _leads_a_name(target: str, end: int) -> bool:
    """Whether the word that ends at an offset is followed by a given name."""
    given = re.match(r" ([A-ZÜ][a-zü'’-]{2,})(?![\w])", target[end : end + 24])
    return given is not None and given[1].lower() not in _NO_NAMES and pinyin.is_pinyin(given[1], 3)


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
    return pinyin.plain(rival) in {
        pinyin.plain(name.target),
        pinyin.plain(" ".join(reversed(name.target.split()))),
    }


def _likeness(left: str, right: str) -> float:
    return SequenceMatcher(None, left.lower(), right.lower(), autojunk=False).ratio()
