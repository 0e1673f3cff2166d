"""English sentences taken apart and cut: what an extracted sentence can do without."""

from __future__ import annotations

import re
from itertools import takewhile

# What "this" may say and point at nothing: this year.
PERIOD = "year|month|week|quarter|season|spring|summer|autumn|winter|morning|afternoon|evening|day"
_SENTENCE_END = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"”’)]))(?<!\b[A-Z]\.)(?<!\bCo\.)(?<!\b(?:Mr|Ms|Dr|No)\.)"
    r"(?<!\b(?:Ltd|Inc)\.)(?<!\bCorp\.)(?<!\b[ap]\.m\.)(?!(?<=\d\.)\s+\d)\s+(?=[A-Z\"“‘(0-9])"
)


def sentences(text: str) -> list[str]:
    """An English paragraph's sentences: split after an end mark before a capital or a quote."""
    parts = _SENTENCE_END.split(text)
    return [part.strip() for part in parts if part.strip()]


# Words alone that say who spoke: they belong to the quotation before them.
_WHO_SPOKE = re.compile(
    r"^[^“”\"]{3,160}\b(?:said|says|explained|recalled|added|noted|stated|told [^.]{3,40})"
    r"(?: bluntly| with a smile)?[.,]?$|^[^“”\"]{3,160}\b(?:said|added|explained),? [“\"]"
)


def statements(text: str) -> list[str]:
    """A paragraph's sentences, a quotation with the words that say who spoke."""
    found: list[str] = []
    for sentence in sentences(text):
        if found and found[-1][-1] in '”"' and _WHO_SPOKE.match(sentence):
            found[-1] += f" {sentence}"
        else:
            found.append(sentence)
    return found


_SAID_ONLY = re.compile(r"\b(?:said|says|explained|recalled|added|noted|stated|introduced)\.$")


def names_speaker_only(text: str) -> bool:
    """Whether a sentence is what is left of a quotation: "The manager, Li Na, said."."""
    return bool(_SAID_ONLY.search(text)) and not is_whole(_SAID_ONLY.sub("", text))


def is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket of a text has its other half."""
    pairs = text.count("“") == text.count("”") and text.count("(") == text.count(")")
    return pairs and text.count('"') % 2 == 0


_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|must|should|does|did|do|rose|fell"
    r"|said|says|began|won|held|became|made|took|grew|built|came|went|led|set|left|gave|found|told"
    r"|wrote|saw|kept|cut|hit|put|ran|paid|sold|bought|met|drew|broke|brought|sent|spent|stood|lost"
    r"|\w{2,}ed|says|plans|aims|expects|includes|covers|makes|remains|shows|takes|means|comes|becomes"
    r"|specializes|operates|produces|develops|serves|leads|holds|owns|employs|seeks|supports|connects"
    r"|provides|offers|needs|wants|warns|adheres|focuses|helps|allows|uses|works|runs|hopes|faces"
    r"|stands|lies|accounts|reaches|exceeds|rises|falls|grows|believes|consists|amounts)\b",
    re.IGNORECASE,
)


def is_whole(text: str) -> bool:
    """Whether a text can be a sentence at all: something in it can be its verb."""
    return _FINITE.search(text) is not None


def after_colon(sentence: str) -> str:
    """What follows a colon, where it is a sentence: the press leads up to facts with a saying."""
    before, mark, after = sentence.partition(": ")
    if not mark or "“" in before or '"' in before or count(after) < 8 or not is_whole(after):
        return sentence
    return tidy(after)


def count(text: str) -> int:
    """Words of a text."""
    return len(text.split())


_ASIDE = re.compile(
    r"(?<!\s)\s*[(（](?:hereinafter|hereafter|referred|reporter|staff|abbreviated)"
    r"[^)）]{0,300}[)）]",
    re.IGNORECASE,
)
_OPENERS = re.compile(
    r"^(?:(?:at the same time|in addition(?: to (?:this|the above))?|moreover|furthermore|however"
    r"|meanwhile|therefore|for this reason|as a result|in fact|but|and|so|thus|on the other hand"
    r"|to put it another way|in other words|it is (?:worth noting|reported|understood) that"
    r"|media report|the results show that|(?:(?:at|on|in) )?th(?:at|is) (?:day|time|point|moment"
    r"|year|month|night|morning|evening)(?=, )|along the way|(?:not long ago|recently)(?=,)"
    r"|after all|today|of course|regarding this"
    r"|in response to this|in this regard|this (?:means|shows) that|(?:[^,]{3,40}, )?it (?:was|is"
    r"|has been) (?:learned|understood|reported|noted)(?: (?:at|from|by|in) [^,]{3,60}?)? that)\b"
    r"[,:]?\s+)",
    re.IGNORECASE,
)
# Who wrote where and when, as translator.datelines has it, and as models do: "NANNING, June 18
# (Xinhua) --", "Dec. 10 (Hunan Daily) --", "(By Li Na) --", "(By Li Na, staff reporter)".
_DATELINE = re.compile(
    r"^(?:(?:(?:[A-Z][A-Z'’-]+(?: [A-Z][A-Z'’-]+)*(?:, [A-Z][\w'’. -]{2,24})?, )?"
    r"[A-Z][a-z]{2,8}\.? \d{1,2}(?: \([^)]{2,90}\))?|\([A-Z][^)]{3,120}\)|Staff report)"
    r" (?:-{1,2}|[–—]) (?:By [^.]{3,60}?-{1,2} )?|\(By [^)]{3,120}\) )"
)


def tidy(sentence: str) -> str:
    """A sentence without dateline, asides and connectives that point back; it ends in a stop."""
    text = _OPENERS.sub("", _ASIDE.sub("", _DATELINE.sub("", sentence)).strip())
    text = re.sub(r"(?<!\s)\s+([,.])", r"\1", text).strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if re.search(r"[.!?][\"”’)]*$", text) else text.rstrip(",;: ") + "."


_ARTICLES = re.compile(r"\b(?:the|an?)\b", re.IGNORECASE)


def is_clipped(text: str, original: str) -> bool:
    """Whether a wording was made by leaving out articles: "River rose, cranes halted"."""
    return len(_ARTICLES.findall(original)) >= 2 and not _ARTICLES.search(text) and count(text) > 5


# A comma with space after it, outside numbers and Co., Ltd.; clauses stand between two of them.
_COMMA = re.compile(r"[,;][”\"]?\s+(?!(?:Ltd|Inc|LLC)\b)")
_ADVERBIAL = re.compile(
    r"^(?:at|on|in|by|as of|during|since|after|before|from|over|within|until|today|this|last"
    r"|under|with|for|to)\b",
    re.IGNORECASE,
)
_DEPENDENT = re.compile(
    r"^(?:and |but |while )?(?:\w+ing\b|which|who|where|whose|with\b|including|as\b|compared|making"
    r"|while\b|thus\b|thereby\b|so that\b|but\b|an (?:increase|decrease)|up\b|down\b|among\b"
    r"|even\b|especially\b|such as\b|to\b|for\b|than\b)",
    re.IGNORECASE,
)


def clauses(sentence: str) -> list[tuple[int, int]]:
    """Where the clauses of a sentence stand; a comma inside quotation marks parts none."""
    starts, depth, at, end, straight = [0], 0, 0, 0, 0
    for match in _COMMA.finditer(sentence):
        depth += sum(
            1 if mark == "“" else -1 for mark in re.findall("[“”]", sentence[at : match.start()])
        )
        at = match.start()
        if "”" in match[0]:
            depth -= 1
            at = match.end()
        straight += sentence.count('"', end, match.end())
        end = match.end()
        if depth <= 0 and straight % 2 == 0:
            starts.append(match.end())
    return [
        (start, starts[place + 1] if place + 1 < len(starts) else len(sentence))
        for place, start in enumerate(starts)
    ]


def main_start(sentence: str) -> int:
    """Where a sentence's main clause begins: after an opening adverbial."""
    parts = clauses(sentence)
    start, end = parts[0]
    opening = _ADVERBIAL.match(sentence) and count(sentence[start:end]) <= 12
    return parts[1][0] if opening and len(parts) > 1 else 0


def without(sentence: str, spans: list[tuple[int, int]]) -> str | None:
    """A sentence without the clauses that hold these spans, or None where it cannot spare them.

    An opening adverbial goes alone; a dependent clause takes what follows it along.
    """
    parts = clauses(sentence)
    first, last = 0, len(parts)
    for place, (start, end) in enumerate(parts):
        if not any(start <= span[0] < end for span in spans):
            continue
        clause = sentence[start:end]
        opening = (_ADVERBIAL.match(clause) and count(clause) <= 9) or count(clause) <= 3
        if place == first and opening and len(parts) > 1:
            first = place + 1
        elif place > first and _DEPENDENT.match(clause):
            last = place
            break
        else:
            return None
    if first >= last:
        return None
    left = sentence[parts[first][0] : parts[last - 1][1]].rstrip(",; ")
    return tidy(left) if count(left) >= 5 else None


def shortened(sentence: str, most: int) -> str:
    """A sentence without trailing dependent clauses that state no number, while it is too long."""
    text = sentence
    while count(text) > most:
        parts = clauses(text)
        start, end = parts[-1]
        if (
            len(parts) < 2
            or not _DEPENDENT.match(text[start:])
            or re.search(r"\d", text[start:end])
        ):
            break
        text = tidy(text[:start].rstrip(",; "))
    return text


# What opens a clause with a subject of its own after a semicolon, or after "and" and "but".
_SUBJECT = (
    r"(?=(?:the|an?|by|in|on|at|as of|since|from|more than|about|nearly|over|another|most|all|some"
    r"|of the|no|each|last|next)\b|[0-9A-Z])"
)
_HALVES = re.compile(rf"; (?:and |but |while )?{_SUBJECT}|, (?:and|but|while) {_SUBJECT}")
_HALF = 8  # words of a half that says something


def halves(sentence: str) -> list[str]:
    """The main clauses of a sentence as sentences; itself alone where they cannot stand apart.

    Parted at semicolons and before "and" and "but" where what follows has a subject and a verb,
    outside quotation marks and brackets.
    """
    found: list[str] = []
    start = 0
    for match in _HALVES.finditer(sentence):
        left, right = sentence[start : match.start()], sentence[match.end() :]
        if not (
            is_balanced(left) and is_balanced(right) and min(count(left), count(right)) >= _HALF
        ):
            continue
        if has_verb(left) and has_verb(_opening(right)):
            found.append(tidy(left))
            start = match.end()
    return [*found, tidy(sentence[start:])]


def _opening(text: str) -> str:
    """A text up to its second comma: an opening adverbial and the clause after it."""
    return ", ".join(re.split(r"[,;] ", text, maxsplit=2)[:2])


_PARTICIPLE = re.compile(r"\b(?:an?|the|with|of|and) (?:\w+ly )?\w+ed\b", re.IGNORECASE)
_RELATIVE = re.compile(r", \w+(?:ed|t|n) by\b[^,;]*|,? \b(?:who|which|that|where|whose)\b[^,;]*")


def has_verb(text: str) -> bool:
    """Whether something outside of relative clauses can be a text's verb."""
    return is_whole(_PARTICIPLE.sub("", _RELATIVE.sub("", text)))


_BOUNDARY = re.compile(
    r"\s+(?=(?:by|with|in|on|at|after|before|during|under|while|when|which|since|without|amid)\b)"
    r"|[,;]\s+",
    re.IGNORECASE,
)


# What a phrase must follow: is located (in), aims, is expected (to), a project of.
_WANTS_MORE = re.compile(
    r"\b(?:(?:is|are|was|were|be|been|being|has|have|had) \w+(?:ed|en|t)|a|an|the|of|to|and|or|for"
    r"|from|will|is|are|was|were|has|have|had|aims?|seeks?|plans?|focus(?:es|ed)?|that|said|says"
    r"|according|including|such|as|than|its|their|his|her|under|through|but|by|with|in|on|at|born"
    r"|\w+ly \w+ed)$",
    re.IGNORECASE,
)


def as_headline(sentence: str, most: int) -> str:
    """The beginning of a sentence in at most `most` words, cut before a phrase that it can spare.

    Empty where nothing of use is left.
    """
    text = tidy(sentence).rstrip(".").strip()
    parts = clauses(text)
    if len(parts) > 1 and _ADVERBIAL.match(text) and count(text[: parts[0][1]]) <= 9:
        text = text[parts[1][0] :]
    if count(text) > most:
        cuts = takewhile(
            lambda cut: count(text[:cut]) <= most,
            (match.start() for match in _BOUNDARY.finditer(text)),
        )
        fitting = [
            cut for cut in cuts if count(text[:cut]) >= 6 and not _WANTS_MORE.search(text[:cut])
        ]
        text = text[: fitting[-1]] if fitting else ""
    text = text.rstrip(",;: ")
    return text[:1].upper() + text[1:] if is_balanced(text) else ""
