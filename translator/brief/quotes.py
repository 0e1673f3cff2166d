"""Direct quotes: what somebody says between quotation marks, in the source and in the English."""

from __future__ import annotations

import re

from translator import names
from translator.brief.records import Quote
from translator.grounding import SAYS, Article

_CHINESE = re.compile("“([^“”]{10,})”|「([^「」]{10,})」")
_ENGLISH = re.compile(r"“([^“”]+)”|\"([^\"]+)\"")
_WORDS = (6, 60)  # of a quote; less is a term between quotation marks


def find(article: Article, most: int) -> tuple[Quote, ...]:
    """Quotes whose speaker the article names, verbatim as translated, in the article's order.

    The speaker is the only person named outside the quotation, who says it in so many words
    there, and stands in the English too.
    """
    found: list[tuple[float, int, Quote]] = []
    for at, segment in enumerate(article.segments):
        reading = article.readings[at]
        if reading.wrong or reading.mended or segment.status == "flagged":
            continue
        outside = _CHINESE.sub(" ", segment.source)
        if outside == segment.source or not SAYS.search(outside):
            continue
        speakers = [one for one in names.occurring(outside, article.names) if one.kind == "person"]
        if len(speakers) != 1 or names.missing(segment.source, segment.target, speakers):
            continue
        texts = [(match[1] or match[2]).strip() for match in _ENGLISH.finditer(segment.target)]
        texts = [text for text in texts if _WORDS[0] <= len(text.split()) <= _WORDS[1]]
        if texts and len(texts) <= len(_CHINESE.findall(segment.source)):
            quote = Quote(" … ".join(texts), speakers[0].target, (segment.id,))
            found.append((float(article.fidelity[at]), at, quote))
    best = sorted(found, key=lambda row: -row[0])[:most]
    return tuple(quote for _, _, quote in sorted(best, key=lambda row: row[1]))
