"""Who is who in an article: people and organisations with the roles that it gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from translator import glossary
from translator.brief.records import Party
from translator.grounding import Article
from translator.lexicon import HAN
from translator.names import Name
from translator.titles import AFTER_NAME, TITLE

# Those who wrote the article are no part of its story.
_STAFF = re.compile("(?:记者|通讯员|实习生|摄影|编辑|责编|校对|供图|撰文)[ 　:：]*$")


def find(article: Article, most: int) -> tuple[Party, ...]:
    """People and organisations whose English name stands in the text, the most told of first."""
    targets = glossary.load_over(None).targets
    told: list[tuple[int, int, Party]] = []
    for name in article.names:
        if name.kind == "place":
            continue
        places = [
            at
            for at in range(len(article.segments))
            if name in article.names_in(at) and _stands(name, article.texts[at])
        ]
        if not places or _is_staff(name, article):
            continue
        role, at = next(_roles(name, article, places, targets), ("", places[0]))
        segments = tuple(article.segments[one].id for one in sorted({places[0], at}))
        party = Party(name.target, name.kind, role, segments)
        told.append((len(places), places[0], party))
    told.sort(key=lambda row: (row[2].kind == "organisation", not row[2].role, -row[0], row[1]))
    return tuple(party for _, _, party in told[:most])


def _stands(name: Name, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name.target)}(?!\w)", text.replace("’", "'")) is not None


def _is_staff(name: Name, article: Article) -> bool:
    """Whether a person stands in the byline, or as the reporter or photographer elsewhere."""
    if name.kind != "person":
        return False
    for segment, kind in zip(article.segments, article.kinds, strict=True):
        for match in re.finditer(re.escape(name.source), segment.source):
            if kind in ("byline", "credit") or _STAFF.search(segment.source[: match.start()]):
                return True
    return False


def _roles(
    name: Name, article: Article, places: list[int], targets: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """A name's roles and where they are told: the text's own words, else the glossary's title."""
    if name.kind != "person":
        return
    for at in places:
        source = article.segments[at].source
        title = _title(name.source, source)
        if not title:
            continue
        role = _appositive(name.target, article.texts[at].replace("’", "'"))
        known = targets.get(title, "")
        lacks = any(
            one.segment == article.segments[at].id
            and one.kind == "term"
            and one.source_text in title
            for one in article.findings
        )
        if role and not lacks:
            yield role, at
        elif known:
            yield known, at


def _title(name: str, source: str) -> str:
    """The title right before or after a name in a Chinese text."""
    for match in re.finditer(re.escape(name), source):
        before = source[max(0, match.start() - 24) : match.start()]
        found = [one for one in TITLE.finditer(before) if one.end() == len(before)]
        if found:
            return found[0][0]
        after = AFTER_NAME.match(source, match.end())
        if after:
            return after[0]
    return ""


_ROLE_WORD = (
    r"(?:chair\w*|president|director|manager|secretary|chief|head|mayor|governor|minister|professor"
    r"|engineer|researcher|scientist|doctor|physician|nurse|teacher|principal|dean|leader|captain"
    r"|expert|analyst|economist|officer|founder|farmer|herds\w+|fisherman|villager|resident|worker"
    r"|driver|pilot|artist|inheritor|master|coach|spokes\w+|representative|member|deputy|fellow|judge"
    r"|lawyer|editor|author|owner|partner|executive|CEO|CFO|CTO|student|operator|technician|apprentice)"
)


_BEFORE_ROLE = r"^(?:(?:and|where|when|while|which|who|that|but)\s+)?(?:(?:the|an?)\s+)?"
_FILL = r"[^,.;“”\"]"


def _appositive(name: str, text: str) -> str:
    """The role beside a name: "Li Na, the director of X," or "Director Li Na"."""
    escaped = re.escape(name)
    patterns = (
        rf"{escaped},\s+((?:an?|the)?\s*{_FILL}*\b{_ROLE_WORD}\b{_FILL}{{0,60}}?)"
        r"(?=,|\.(?:\s|$)| said\b)",
        rf"(?:^|[,.”\"]\s+)((?:The |An? )?{_FILL}{{0,70}}\b{_ROLE_WORD}\b"
        rf"(?: of {_FILL}{{3,60}})?),\s+(?:Mr\.?\s|Ms\.?\s)?{escaped}\b",
        rf"((?:[A-Z][\w'&-]+(?:'s)?\s+){{0,6}}(?i:{_ROLE_WORD}))\s+{escaped}\b",
    )
    for pattern in patterns:
        if match := re.search(pattern, text):
            role = re.sub(_BEFORE_ROLE, "", match[1].strip(), flags=re.IGNORECASE)
            if 1 <= len(role.split()) <= 16 and not re.search(f"[{HAN}]", role):
                return role
    return ""
