"""What has no place in agency English: slogans, praise, rhetoric, the writer's own voice."""

from __future__ import annotations

import re

_PRAISE = re.compile(
    r"\b(?:magnificent|splendid|brilliant\w*|glorious|dazzling|shining|vibrant|vigorous\w*"
    r"|powerful(?:ly)? (?:momentum|impetus|driv\w+|engine)"
    r"|strong (?:impetus|momentum|driv\w+|engine)|strong engine|surging|momentum|vitality"
    r"|new chapter|chapter of|writing a|new heights?|high ground|fertile|lighthouse|beacon"
    r"|shining lights?|dream home|dream\b|ideals?|hearts?|beautiful|harmonious|wave of"
    r"|tide of|youthful energy|lively practice|vivid practice|empower\w*|inject\w*"
    r"|ignit\w*|race ahead|lead the way|two-way flow|bidirectional|solid bridge|red genes?"
    r"|unremitting|relentless|perfect|excellent|outstanding achievements|world-class"
    r"|first-class|unprecedented|miracle\w*|remarkable|extraordinary|countless|best proof"
    r"|clear indication of its success|comprehensive platform|leading role|pioneering role"
    r"|magnific\w*|flourish\w*|blossom\w*|take root|takes root|new era|new journey"
    r"|new appearance|new starting point|golden key)\b",
    re.IGNORECASE,
)
_SLOGANS = re.compile(
    "璀璨|灯塔|澎湃|壮丽|华丽|篇章|新征程|热土|奋楫|勇立|谱写|书写|彰显|生动|双向奔赴|初心|民心|引擎|强劲动|动能"
    "|破土而出|注入|深度融合|筑牢|助力|打造新|续写|擘画|蓝图|扬帆|奋进|勇当|争先|大有可为|不忘|牢记|号角|图景|交响"
    "|梦想|乘风|破浪|腾飞|辉煌|绽放|赋能|新高地|凝心聚力|砥砺|筑梦|浪花|栖息地|蓬勃|牢固桥梁|更加美好|源源不断"
)
_RHETORIC = re.compile(r"\?[\"”’]?(?:\s|$)|!")
# Case tells us from the US, and who speaks from Phase I.
_FIRST_PERSON = re.compile(
    r"(?<![\w'’])(?:[Ww]e|[Oo]urs?|us|[Mm]y|me|mine|[Ww]e['’](?:re|ve|ll)|I['’]\w+)(?![\w.])"
    r"|(?:^|[^\w\s] |\b(?:and|but|that|what|when|where|as|if|so|because) )I (?=[a-z])"
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’")


def praise(text: str) -> list[tuple[int, int]]:
    """Where an English text praises or uses a slogan; words between quotation marks count too."""
    return [match.span() for match in _PRAISE.finditer(text)]


def slogans(source: str) -> int:
    """How many phrases of exhortation a Chinese sentence has."""
    return len(_SLOGANS.findall(source))


def own_voice(text: str) -> bool:
    """Whether a text asks, exclaims or speaks in the first person outside quotation marks."""
    plain = _QUOTED.sub(" ", text)
    return bool(_RHETORIC.search(plain) or _FIRST_PERSON.search(plain))
