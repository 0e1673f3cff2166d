"""Whether an English text has a term, in any of the shapes that good English gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_ABBREVIATION = r"[A-Z](?=[A-Za-z0-9&.\-]*[A-Z])[A-Za-z0-9&.\-]+"
# "Investment promotion department" may be "department of investment promotion".
_OFFICE = re.compile(
    r"(?P<field>.+) (?P<office>(?:department|bureau|office|commission|committee|administration"
    r"|secretary|director)s?)",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\s*\(([^()]*)\)")


class Translation:
    """An English text, made ready to be asked for terms."""

    def __init__(self, text: str) -> None:
        # "the Commission (NDRC) of ..." has "the Commission of ..." too.
        plain = re.sub(rf"(?<!\s)\s*\({_ABBREVIATION}\)", "", text)
        self._exact = "\n".join(dict.fromkeys((_folded(text), _folded(plain))))
        self._any = self._exact.lower()

    def has(self, renderings: tuple[str, ...], *, exact: bool) -> bool:
        """Whether the text has one of these renderings."""
        any_case, as_written = _patterns(renderings, exact)
        return bool(
            (any_case and any_case.search(self._any))
            or (as_written and as_written.search(self._exact))
        )


@lru_cache(maxsize=4096)
def _patterns(
    renderings: tuple[str, ...], exact: bool
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """What to look for in any case, and what as written: WHO is not who."""
    forms = list(dict.fromkeys(form for one in renderings for form in _forms(one)))
    as_written = [form for form in forms if exact or form.isupper()]
    any_case = [form.lower() for form in forms if form not in as_written]
    return _any_of(any_case), _any_of(as_written)


def _any_of(forms: list[str]) -> re.Pattern[str] | None:
    if not forms:
        return None
    body = "|".join(_inflected(form) for form in forms)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{body})(?![A-Za-z0-9])")


def _forms(rendering: str) -> Iterator[str]:
    """A rendering, what it is without its bracket, and the abbreviation that the bracket holds."""
    yield _folded(rendering) or rendering
    if turned := _OFFICE.fullmatch(rendering):
        yield _folded(f"{turned['office']} of {turned['field']}")
    bracket = _BRACKET.search(rendering)
    if not bracket or not bracket.start():
        return
    before, after = rendering[: bracket.start()], rendering[bracket.end() :]
    abbreviated = re.fullmatch(_ABBREVIATION, bracket[1])
    if abbreviated or not after:
        yield _folded(before + after)
    if abbreviated:
        yield _folded(bracket[1] + after)


def _folded(english: str) -> str:
    """English with what nobody minds taken out: hyphens, quotation marks, "the"."""
    english = re.sub(r"\b[Tt]he\b", " ", re.sub("[‘’]", "'", english))
    return " ".join(re.sub(r"[-‐‑–\s]+|[“”\"]", " ", english).split())


def _inflected(form: str) -> str:
    """A pattern for a form whose words may be in either number: commissions, secretaries of."""
    *words, last = form.split(" ")
    return " ".join([*(_number(w) if len(w) > 3 else re.escape(w) for w in words), _number(last)])


def _number(word: str) -> str:
    if ends := re.fullmatch("(.*m)[ae]n", word):
        return f"{re.escape(ends[1])}[ae]n"
    if ends := re.fullmatch("(.*[^aeiou])(?:y|ies)", word):
        return f"{re.escape(ends[1])}(?:y|ies)"
    return f"{re.escape(word.removesuffix('s'))}(?:e?s)?"
