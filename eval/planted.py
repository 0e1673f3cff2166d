"""How well the quantity checks tell a right translation from a wrong one.

Human translations with an error finding are false alarms, or slips of the translators. Errors are
planted by plain text substitution, not by the parser that is on trial.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator

from translator import quantities

_FIGURES = re.compile(
    r"(?<![A-Za-z0-9.,/:#+-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\d:/]|[.,]\d|-?[A-Za-z])"
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DATE = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}})\b|\b((?:19|20)\d\d)\b(?![,.]\d| yuan|%)")
_SCALES = {"thousand": "million", "million": "billion", "billion": "million", "trillion": "billion"}
_SCALED = re.compile(rf"(?<=\d )({'|'.join(_SCALES)})\b")
_CURRENCY = re.compile(
    r"(?<=\d )(yuan|dollars|euros)\b|(?<=illion )(yuan|dollars|euros)\b|(?<![A-Za-z])(RMB|US\$"
    r"|\$)(?= ?\d)"
)
_SWAPPED = {
    "yuan": "dollars",
    "dollars": "yuan",
    "euros": "yuan",
    "RMB": "$",
    "US$": "RMB ",
    "$": "RMB ",
}


def wrong_power(text: str) -> Iterator[str]:
    """The text with a number ten or a thousand times too large or too small."""
    for match in _SCALED.finditer(text):
        yield text[: match.start()] + _SCALES[match[1]] + text[match.end() :]
    for match in _FIGURES.finditer(text):
        if not match[2] and len(match[1]) > 1 and not re.fullmatch(r"(?:19|20)\d\d", match[1]):
            yield text[: match.start()] + match[1] + "0" + text[match.end() :]


def digit_dropped(text: str) -> Iterator[str]:
    """The text with a digit of a number lost."""
    for match in _FIGURES.finditer(text):
        whole = match[0].replace(",", "")
        places = [place for place, character in enumerate(whole) if character.isdigit()]
        if len(places) > 1:
            place = places[len(text) % len(places)]
            rest = (whole[:place] + whole[place + 1 :]).strip(".")
            if rest and float(rest) != float(whole):
                yield text[: match.start()] + rest + text[match.end() :]


def date_shifted(text: str) -> Iterator[str]:
    """The text with another day, month or year."""
    for match in _DATE.finditer(text):
        if match[3]:
            wrong = str(int(match[3]) + (1 if len(text) % 2 else -1))
        elif len(text) % 2:
            wrong = f"{match[1]} {int(match[2]) % 28 + 1}"
        else:
            wrong = f"{_MONTHS[(_MONTHS.index(match[1]) + 1) % 12]} {match[2]}"
        yield text[: match.start()] + wrong + text[match.end() :]


def currency_swapped(text: str) -> Iterator[str]:
    """The text with yuan for dollars, dollars or euros for yuan."""
    for match in _CURRENCY.finditer(text):
        yield text[: match.start()] + _SWAPPED[match[0]] + text[match.end() :]


PLANTERS: dict[str, Callable[[str], Iterator[str]]] = {
    "wrong power of ten": wrong_power,
    "digit dropped": digit_dropped,
    "date shifted": date_shifted,
    "currency swapped": currency_swapped,
}


def _stated(source: str, target: str, wrong: str) -> bool:
    """Whether the source states the date that was shifted, so that the shift can be seen."""
    plain = unicodedata.normalize("NFKC", source).replace(" ", "")
    for before, after in zip(_DATE.finditer(target), _DATE.finditer(wrong), strict=False):
        if before[0] != after[0]:
            year, month = before[3], before[1]
            return (
                f"{year or _MONTHS.index(month) + 1}{'年' if year else '月'}{before[2] or ''}"
                in plain
            )
    return False


def measure(pairs: list[tuple[str, str]]) -> tuple[Counter[str], float]:
    """Counts of segments, alarms, planted and found errors; and segments a second."""
    counts: Counter[str] = Counter()
    seconds = 0.0
    for source, target in pairs:
        started = time.process_time()
        found = quantities.compare(source, target)
        seconds += time.process_time() - started
        counts["segments"] += 1
        counts["with an error"] += any(one.severe for one in found)
        counts["with a warning only"] += bool(found) and not any(one.severe for one in found)
        if found:
            continue
        for sort, planter in PLANTERS.items():
            for wrong in planter(target):
                if sort == "date shifted" and not _stated(source, target, wrong):
                    continue
                after = quantities.compare(source, wrong)
                counts[f"{sort}: planted"] += 1
                counts[f"{sort}: error"] += any(one.severe for one in after)
                counts[f"{sort}: warning"] += bool(after) and not any(one.severe for one in after)
    return counts, counts["segments"] / max(seconds, 1e-9)


def table(name: str, pairs: list[tuple[str, str]]) -> str:
    """What `measure` counted, for a terminal."""
    counts, speed = measure(pairs)
    total = counts["segments"]
    lines = [f"{name}: {total} human translations, {speed:.0f} segments a second"]
    lines += [
        f"  {title:<22}{counts[title]:>6}  {100 * counts[title] / max(total, 1):5.1f} %"
        for title in ("with an error", "with a warning only")
    ]
    for sort in PLANTERS:
        planted = counts[f"{sort}: planted"]
        error, warning = counts[f"{sort}: error"], counts[f"{sort}: warning"]
        share = f"{100 * error / planted:5.1f} %" if planted else "    –"
        lines.append(f"  {sort:<22}{planted:>6} planted  {share} errors  {warning} warnings")
    return "\n".join(lines)
