"""How well the quantity checks tell a right translation from a wrong one.

`python -m eval.planted DIRECTORY ...` reads line-aligned test sets (source.zh.txt with
reference*.en.txt) and prints, for each: the human translations with an error finding (false
alarms, and slips of the translators), how many planted errors of each sort are found, and the
speed. Errors are planted by plain text substitution, not by the parser that is on trial.
"""

from __future__ import annotations

import argparse
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

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


def read(directory: Path) -> list[tuple[str, str]]:
    """The source lines of a test set with each of its human translations."""
    sources = (directory / "source.zh.txt").read_text("utf-8").splitlines()
    return [
        pair
        for path in sorted(directory.glob("reference*.en.txt"))
        for pair in zip(sources, path.read_text("utf-8").splitlines(), strict=True)
    ]


def main() -> None:
    """Print one table for each test set."""
    parser = argparse.ArgumentParser(prog="python -m eval.planted", description=__doc__)
    parser.add_argument("directories", nargs="+", type=Path)
    for directory in parser.parse_args().directories:
        counts, speed = measure(read(directory))
        total = counts["segments"]
        print(f"{directory.name}: {total} human translations, {speed:.0f} segments a second")
        for name in ("with an error", "with a warning only"):
            print(f"  {name:<22}{counts[name]:>6}  {100 * counts[name] / max(total, 1):5.1f} %")
        for sort in PLANTERS:
            planted = counts[f"{sort}: planted"]
            error, warning = counts[f"{sort}: error"], counts[f"{sort}: warning"]
            share = 100 * error / max(planted, 1)
            print(f"  {sort:<22}{planted:>6} planted  {share:5.1f} % errors  {warning} warnings")


if __name__ == "__main__":
    main()
