"""Places of China, by evidence: provinces to counties, each with one English rendering.

Only what small models get wrong is reported: asked for the 362 prefectures and provinces by their
bare names, the embedded model failed on 206 (漯河 became Luoyang), seldom on the best-known, which
are left to it (see well_known.py). A full name (松江区) is evidence. A bare one (松江) counts where
the article has the full name too, where what follows (开发区) or precedes (上海, 位于) marks a
place, beside one in a list (禄劝、寻甸), or where it is a prefecture's and no word. What is also a
word (和平, 富裕) is found by its full name alone.

Renderings are those of China's official news agency: a city goes without a word for it (Kunshan),
a district or county with one (Songjiang District); Xizang, as official English has written since
2023, not Tibet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from translator.lexicon import Lexicon, data_lines

_ENDINGS = {
    "省": "{} Province",
    "市": "{}",
    "区": "{} District",
    "县": "{} County",
    "旗": "{} Banner",
    "盟": "{} League",
    "州": "{} Prefecture",
    "地区": "{} Prefecture",
    "新区": "{} New Area",
    "林区": "{} Forestry District",
    "矿区": "{} Mining District",
    "自治区": "{} Autonomous Region",
    "自治州": "{} Autonomous Prefecture",
    "自治县": "{} Autonomous County",
    "自治旗": "{} Autonomous Banner",
    "特别行政区": "{} Special Administrative Region",
}
# An ending that is rather the first character of a word: 昆山|市场, 松江|区域, 松江|区委.
_NOT_ENDING = {
    "省": "委长级直属会内",
    "市": "场民值容面区直委长郊属级政",
    "区": "域间分别块位划号委长属级",
    "县": "委长级域城属",
    "旗": "委长帜袍下",
    "盟": "委长友",
    "州": "委长",
}
_ENDING = re.compile("|".join(sorted(_ENDINGS, key=len, reverse=True)))
_MARKED_AFTER = re.compile(
    "镇|乡|街道|经济|经开|高新|开发区|示范区|大学城|新城|工业|产业|科技|科创|园区|自贸|保税|综保|人民|法院|检察|公安|警方"
    "|海关|税务|政府|市委|县委|区委|市长|县长|区长|市民|市场|市区|县城|机场|港|站|古镇|籍|当地|境内|全域|本地|城区|农商"
)
_MARKED_BEFORE = re.compile(
    "(?:位于|地处|坐落(?:在|于)|来自|落户|扎根|留在|走进|来到|前往|抵达|赴|在)$"
)
# Institutions and terms that begin like a place and are none; they are translated as a whole.
_NO_PLACES = frozenset(
    (
        "中山大学",
        "中山医院",
        "中山陵",
        "中山装",
        "北海道",
        "北海舰队",
        "德州仪器",
        "宁德时代",
        "长白山",
        "大理石",
        "入海口",
        "出海口",
    )
)


@dataclass(frozen=True, slots=True)
class Division:
    """A province, prefecture, county or district: its name and English without their endings."""

    core: str
    target: str
    endings: frozenset[str]
    known: bool  # to the embedded model
    prefecture: bool  # or larger
    word: bool  # also a word, a surname, or part of one

    def full(self, ending: str) -> str:
        """The rendering with an ending: 松江区, Songjiang District."""
        return _ENDINGS[ending].format(self.target)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A division in a text; `ending` is empty where only the bare name is there."""

    at: int
    division: Division
    ending: str
    after_place: bool
    marked: bool

    @property
    def end(self) -> int:
        return self.at + len(self.division.core) + len(self.ending)


def places(texts: Iterable[str], words: Lexicon) -> list[tuple[str, str]]:
    """The Chinese names of places in the texts, each with its rendering; the best-known left out.

    Both forms come where both occur: 松江区 (Songjiang District), 松江 (Songjiang).
    """
    full: dict[str, str] = {}
    bare: dict[Division, None] = {}
    sure: set[Division] = set()
    beside: dict[Division, set[Division]] = {}  # in a list: 禄劝、寻甸
    for text in texts:
        hits = list(_hits(text, words))
        for one, other in pairwise(hits):
            if text[one.end : other.at] == "、":
                beside.setdefault(one.division, set()).add(other.division)
                beside.setdefault(other.division, set()).add(one.division)
        for hit in hits:
            division, ending = hit.division, hit.ending
            if ending and (len(division.core) > 1 or hit.after_place):
                sure.add(division)
                if not division.known:
                    full[division.core + ending] = division.full(ending)
            elif not ending and len(division.core) > 1:
                bare[division] = None
                outright = division.prefecture and not division.word
                may_be = division.prefecture or not division.word
                if outright or (may_be and (hit.after_place or (hit.marked and not division.word))):
                    sure.add(division)
    spreads = list(sure)
    while spreads:
        new = {one for one in beside.get(spreads.pop(), ()) if not one.word} - sure
        sure |= new
        spreads += new
    return list(full.items()) + [
        (division.core, division.target)
        for division in bare
        if division in sure and not division.known and (division.prefecture or not division.word)
    ]


def well_known(text: str, words: Lexicon) -> Iterator[tuple[int, Division, str]]:
    """The best-known divisions in a text: where each stands, and with what ending."""
    for hit in _hits(text, words):
        if hit.division.known and not hit.division.word and not _is_cut_of_words(text, hit, words):
            yield hit.at, hit.division, hit.ending


def _is_cut_of_words(text: str, hit: _Hit, words: Lexicon) -> bool:
    """Whether the word beside a place needs one of its characters: 马上|海选, 形成|都市."""

    def crosses(at: int, beside: str) -> bool:
        return text[at - 1 : at + 1] in words.words and beside not in words.words

    begins = hit.at > 0 and crosses(hit.at, text[max(0, hit.at - 2) : hit.at])
    # 打造成|都市型, though 打造 is a word too.
    two = {text[hit.at - 1 : hit.at + 1], text[hit.at + 1 : hit.at + 3]}
    begins = begins or bool(hit.ending and two <= words.words)
    return begins or crosses(hit.end, text[hit.end : hit.end + 2])


def is_division(name: str) -> bool:
    """Whether a name is a division's without its ending."""
    return name in _divisions()


def shadow(text: str, at: int) -> int:
    """How many characters from an offset belong to a place or an institution, 0 if none do.

    No other place begins inside them: in 江西安远县 there is no 西安.
    """
    return _shadow(text[at : at + _LONGEST])


@lru_cache(maxsize=16384)  # every name of an article is looked for at every character of it
def _shadow(text: str) -> int:
    for length in range(len(text), 1, -1):
        candidate = text[:length]
        if candidate in _NO_PLACES:
            return length
        divisions = _divisions().get(candidate)
        if divisions and not divisions[0].word:
            return length
    return 0


def name_ends(text: str, at: int) -> bool:
    """Whether a division's name without its ending ends at an offset: 江苏 before 省委."""
    return any(
        not division.word
        for length in range(2, min(_LONGEST, at) + 1)
        for division in _divisions().get(text[at - length : at], ())
    )


def stands(source: str, text: str, at: int, words: Lexicon) -> bool:
    """Whether a place that the text has at an offset is one there and no piece of other words.

    Not in 昆山市场 (昆山 and 市场) as 昆山市, nor in 越南通过 (越南 and 通过) as 南通.
    """
    end = at + len(source)
    if len(source) > 2 and source[-1] in _NOT_ENDING:
        if not _ends(source[-1], text, end):
            return False
    elif (
        at
        and text[at - 1] in words.surnames
        and text[at - 1] not in words.weak
        and text[max(0, at - 2) : at] not in words.words
    ):
        return False  # 李昆山 is a person; in 浙江昆山 the 江 is the end of a word
    if source.startswith("成") and _TENTHS.search(text, max(0, at - 1), at):
        return False  # 六成都没装满
    overlaps = at > 0 and text[at - 1 : at + 1] in words.words
    return not (overlaps and text[end - 1 : end + 1] in words.words)


_TENTHS = re.compile("[一二两三四五六七八九几]")


def city(name: str) -> str | None:
    """The English of a place as a dateline names it, without a word for its kind; or None."""
    core = name if name in _divisions() else _ENDING.sub("", name)
    found = {division.target for division in _divisions().get(core, ())}
    return found.pop() if len(found) == 1 else None


def bare_target(target: str) -> str:
    """A rendering without its word for the kind of division: Songjiang of Songjiang District."""
    return _KIND.sub("", target)


_KIND = re.compile(
    " (?:Province|(?:(?:Forestry|Mining) )?District|County|Banner|League|Prefecture|New Area"
    "|Autonomous (?:Region|Prefecture|County|Banner)|Special Administrative Region)$"
)
_LONGEST = 12


def _hits(text: str, words: Lexicon) -> Iterator[_Hit]:
    """The divisions in a text from left to right, none inside another."""
    at = 0
    place_until = -1  # where the place before ends
    while at < len(text) - 1:
        found = _division_at(text, at, words)
        if found is None:
            at += max(shadow(text, at), 1) if text[at : at + 3] in _STARTS else 1
            continue
        division, ending = found
        end = at + len(division.core) + len(ending)
        marked = bool(
            _MARKED_AFTER.match(text, end) or _MARKED_BEFORE.search(text[max(0, at - 3) : at])
        )
        yield _Hit(at, division, ending, place_until == at, marked)
        at = place_until = end


_STARTS = frozenset(name[:3] for name in _NO_PLACES)


def _division_at(text: str, at: int, words: Lexicon) -> tuple[Division, str] | None:
    """The division that begins at an offset, the longest name first, and its ending there."""
    if text[at : at + 2] not in _pairs() or _institution(text, at):
        return None
    for length in range(min(_LONGEST, len(text) - at), 0, -1):
        core = text[at : at + length]
        for division in _divisions().get(core, ()):
            ending = _ending(division, text, at + length)
            if ending and stands(core + ending, text, at, words):
                return division, ending
            if not ending and length > 1 and stands(core, text, at, words):
                return division, ""
    return None


def _ending(division: Division, text: str, at: int) -> str:
    """The ending that a division has at an offset; one not listed counts where all is clear."""
    found = _ENDING.match(text, at)
    if not found:
        return ""
    ending = found[0]
    renamed = ending in "市区县" and not division.word and not division.known
    fits = ending in division.endings or renamed
    return ending if fits and _ends(ending, text, found.end()) else ""


def _ends(ending: str, text: str, end: int) -> bool:
    """Whether an ending stops here and does not begin another word; 市政府 is no 市政."""
    after = text[end : end + 1]
    if ending == "市" and after == "政":
        return text[end + 1 : end + 2] in ("府", "协")
    return not after or after not in _NOT_ENDING.get(ending, "")


def _institution(text: str, at: int) -> bool:
    return text[at : at + 3] in _STARTS and any(text.startswith(name, at) for name in _NO_PLACES)


@lru_cache(maxsize=1)
def _divisions() -> dict[str, tuple[Division, ...]]:
    """The divisions by their names without endings, read once."""
    divisions: dict[str, tuple[Division, ...]] = {}
    for line in data_lines("divisions.tsv"):
        core, target, endings, flags = line.split("\t")
        division = Division(
            core, target, frozenset(endings.split()), "k" in flags, "p" in flags, "w" in flags
        )
        divisions[core] = (*divisions.get(core, ()), division)
    return divisions


@lru_cache(maxsize=1)
def _pairs() -> frozenset[str]:
    """The first two characters of everything that can be found; 赵县 for a core of one."""
    return frozenset(
        (core + ending)[:2]
        for core, same in _divisions().items()
        for division in same
        for ending in ("市区县" if len(core) > 1 else division.endings)
    )
