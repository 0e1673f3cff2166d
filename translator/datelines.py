"""Datelines and bylines by rule.

新华社南宁5月19日电（记者张莺） is NANNING, May 19 (Xinhua, by Zhang Ying) -- in English. Every
agency's text opens with one, in a form so fixed that no model is needed; small models make another
date, another agency or another reporter of it. What has a part whose English is not known is left
to the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from translator import places, romanise
from translator.lexicon import lexicon
from translator.quantities.values import MONTHS
from translator.text import han_count

# Chinese into English where it is known, as glossary and names have it; else unchanged.
Known = Callable[[str], str]

_WIDE = str.maketrans("０１２３４５６７８９（）：　", "0123456789(): ")
_AGENCIES = {
    "新华社": "Xinhua",
    "新华网": "Xinhuanet",
    "中新社": "China News Service",
    "中新网": "China News Service",
    "人民网": "People's Daily Online",
    "央视网": "CCTV.com",
    "中国网": "China.org.cn",
    "本报": "",
    "本网": "",
    "本台": "",
}
_PAPERS = {
    "日报": "Daily",
    "晚报": "Evening News",
    "晨报": "Morning Post",
    "早报": "Morning Post",
    "商报": "Business Daily",
    "时报": "Times",
    "青年报": "Youth Daily",
}
_OUTLET = rf"(?P<outlet>{'|'.join(_AGENCIES)}|[\u4e00-\u9fff]{{0,6}}?(?:{'|'.join(_PAPERS)}))"
_ROLE = "(?:全媒体|融媒体|见习|实习|特约|首席|本报|本网|本台)*(?:记者|通讯员|特派员|实习生)"
_WRITERS = r"(?P<by>[^()\d，。：:]{2,40})"
_DATELINE = re.compile(
    rf"{_OUTLET}(?:(?P<place>[\u4e00-\u9fff]{{2,8}}?)?(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日"
    # Without a day only what cannot be a sentence's own words: 本报讯（记者 张莺）, 央视网消息：
    rf"(?:电|讯|消息)|(?:讯|消息)(?=[ (:])) ?(?:\({_WRITERS}\))?:? *"
)
_BYLINE = re.compile(rf"{_OUTLET}? ?(?={_ROLE}){_WRITERS}$")
_SHORT = [name if len(name) <= 5 else f"{name[:3]}." for name in MONTHS]
_SHORT[MONTHS.index("September")] = "Sept."


def dateline(text: str, known: Known) -> tuple[str, str] | None:
    """The English of the dateline that a text opens with, and the Chinese after it; or None."""
    found = _DATELINE.match(text.translate(_WIDE))
    if not found or not 1 <= int(found["month"] or 1) <= 12:
        return None
    if not 1 <= int(found["day"] or 1) <= 31:
        return None
    outlet = _outlet(found["outlet"], known)
    place = places.city(found["place"]) or known(found["place"]) if found["place"] else ""
    by = _people(found["by"], known) if found["by"] else ""
    if outlet is None or by is None or han_count(place):
        return None
    inside = ", ".join(part for part in (outlet, f"by {by}" if by else "") if part)
    if not found["month"]:
        opening = f"({inside[0].upper()}{inside[1:]})" if inside else "Staff report"
        return f"{opening} --", text[found.end() :]
    date = f"{_SHORT[int(found['month']) - 1]} {int(found['day'])}"
    where = f"{place.upper()}, {date}" if place else date
    english = f"{where} ({inside}) --" if inside else f"{where} --"
    return english, text[found.end() :]


def byline(text: str, known: Known) -> str | None:
    """The English of a line that names who wrote an article, or None."""
    found = _BYLINE.match(text.translate(_WIDE).strip())
    if not found:
        return None
    by = _people(found["by"], known)
    outlet = _outlet(found["outlet"], known) if found["outlet"] else ""
    if not by or outlet is None:
        return None
    return f"By {by}, {outlet}" if outlet else f"By {by}"


def _outlet(name: str, known: Known) -> str | None:
    """The English of a paper or agency: known, or a place's (湖南日报); empty for "our own"."""
    english = _AGENCIES[name] if name in _AGENCIES else known(name)
    if not han_count(english):
        return english
    paper = next((word for word in _PAPERS if name.endswith(word)), "")
    place = places.city(name.removesuffix(paper)) if paper else None
    return f"{place} {_PAPERS[paper]}" if place else None


def _people(text: str, known: Known) -> str | None:
    """Writers as English lists them, without their roles; None where one is no name."""
    parts = [part for part in re.split(r"[、\s/]+", re.sub(_ROLE, " ", text)) if part]
    names = [_person(part, known) for part in parts]
    return _listed(names) if names and all(names) else None


def _person(name: str, known: Known) -> str:
    """A writer's name as the document has it, or else as it is spelled; empty for no name."""
    english = known(name)
    if not han_count(english):
        return english if english[:1].isupper() else ""
    # Whoever stands in these brackets is a person, found by the names' own rules or not.
    return romanise.person(name, lexicon()) if 2 <= han_count(name) == len(name) <= 4 else ""


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
