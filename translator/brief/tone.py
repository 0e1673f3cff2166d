"""What has no place in agency English: slogans, praise, rhetoric, the writer's own voice."""

from __future__ import annotations

import re

_PRAISE = re.compile(
    r"\b(?:magnificent|splendid|brilliant\w*|glorious|dazzling|shining|vibrant|vigorous\w*"
    r"|powerful(?:ly)? (?:momentum|impetus|driv\w+|engine)|strong (?:impetus|momentum|driv\w+|engine)"
    r"|strong engine|surging|momentum|vitality|new chapter|chapter of|writing a|new heights?|high ground"
    r"|fertile|lighthouse|beacon|shining lights?|dream home|dream\b|ideals?|hearts?|beautiful|harmonious"
    r"|wave of|tide of|youthful energy|lively practice|vivid practice|empower\w*|inject\w*|ignit\w*"
    r"|race ahead|lead the way|two-way flow|bidirectional|solid bridge|red genes?|unremitting|relentless"
    r"|perfect|excellent|outstanding achievements|world-class|first-class|unprecedented|miracle\w*"
    r"|remarkable|extraordinary|countless|best proof|clear indication of its success|comprehensive platform"
    r"|leading role|pioneering role|magnific\w*|flourish\w*|blossom\w*|take root|takes root"
    r"|new era|new journey|new appearance|new starting point|golden key)\b",
    re.IGNORECASE,
)
_SLOGANS = re.compile(
    "璀璨|灯塔|澎湃|壮丽|华丽|篇章|新征程|热土|奋楫|勇立|谱写|书写|彰显|生动|双向奔赴|初心|民心|引擎|强劲动|动能"
    "|破土而出|注入|深度融合|筑牢|助力|打造新|续写|擘画|蓝图|扬帆|奋进|勇当|争先|大有可为|不忘|牢记|号角|图景|交响"
    "|梦想|乘风|破浪|腾飞|辉煌|绽放|赋能|新高地|凝心聚力|砥砺|筑梦|浪花|栖息地|蓬勃|牢固桥梁|更加美好|源源不断"
)
_RHETORIC = re.compile(r"\?[\"”’]?(?:\s|$)|!")
_FIRST_PERSON = re.compile(
    r"(?<![\w'’])(?:we|our|ours|us|i|my|me|mine|i'm|we're)(?![\w.])", re.IGNORECASE
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
    return bool(_RHETORIC.search(plain) or _FIRST_PERSON.search(plain.replace("U.S", "")))
