"""Places below the county, by where they stand: 昆山市云岫村 is Yunxiu Village in Kunshan.

Towns, townships, subdistricts and villages are too many for a table and small models garble them.
One counts where a place that ends (县, 镇, 市 ...) or a mark stands before it, its core has two or
three characters and is no word (城中村, 全镇), and the ending does not begin another word (村民).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from translator import romanise
from translator.lexicon import HAN, Lexicon

_KINDS = {"镇": "Town", "乡": "Township", "村": "Village", "街道": "Subdistrict"}
_ENDING = re.compile("街道|[镇乡村]")
# Characters that begin other words after the ending, or make the ending a part of one.
_NOT_AFTER = {
    "镇": "长委区民政企级静定痛压守上里内域人",
    "乡": "长委民亲镇村土愁贤政音下里间友情邻党",
    "村": "民长委支书庄落里口级镇寨子集企头内规干医务校组两党史屯域官名小",
    "街道": "上两边旁整",
}
_PLACE_BEFORE = re.compile("(?:[县区市镇乡旗盟]|自治[州县]|街道)$")
_MARK_BEFORE = re.compile(f"(?:^|[^{HAN}\\w]|来到|走进|位于|家住|来自|前往|抵达)$")
_NO_CORE = re.compile(
    "[的了在是和与及个各本该某每全这那有到从对为被把将又也都以其两一二三四五六七八九十百几多新老村镇乡县市区省街里]"
)


def villages(texts: Iterable[str], words: Lexicon) -> dict[str, str]:
    """The places below the county that the texts name, each with its English."""
    found: dict[str, str] = {}
    for text in texts:
        for ending in _ENDING.finditer(text):
            kind = ending[0]
            if text[ending.end() : ending.end() + 1] in tuple(_NOT_AFTER[kind]):
                continue
            for length in (2, 3, 4):
                start = ending.start() - length
                core = text[max(start, 0) : ending.start()]
                if start >= 0 and _is_core(core, words) and _begins(text, start, length):
                    english = romanise.join(romanise.pinyin(core))
                    found[core + kind] = f"{english} {_KINDS[kind]}"
                    break
    return found


def _begins(text: str, start: int, length: int) -> bool:
    """Whether a name begins here: after the place it is in, or, for two characters, a mark."""
    before = text[max(0, start - 4) : start]
    if length == 2 and _MARK_BEFORE.search(before):
        return True
    return bool(_PLACE_BEFORE.search(before)) and len(before) > 2


def _is_core(core: str, words: Lexicon) -> bool:
    if not re.fullmatch(f"[{HAN}]+", core) or _NO_CORE.search(core):
        return False
    pairs = [core[at : at + 2] for at in range(len(core) - 1)]
    return not any(pair in words.words or pair in words.places for pair in pairs)
