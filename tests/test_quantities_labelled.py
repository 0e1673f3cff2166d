"""The parsers against sentences whose quantities were labelled by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from translator import quantities
from translator.quantities import Quantity

FIXTURES = Path(__file__).parent / "fixtures" / "quantities"
WANTED = 0.98


def read(path: Path) -> list[tuple[str, list[list[str]]]]:
    """Sentences, each with the labels of all its quantities; none for a sentence without."""
    found: list[tuple[str, list[list[str]]]] = []
    for line in path.read_text("utf-8").splitlines()[1:]:
        sentence, *label = line.split("\t")
        if sentence:
            found.append((sentence, []))
        if label[1] != "none":
            found[-1][1].append(label)
    return found


def number(text: str) -> Decimal | None:
    if not text:
        return None
    if ":" in text:
        hours, _, minutes = text.partition(":")
        return Decimal(int(hours) * 60 + int(minutes))
    if "/" in text:
        return Decimal(float(Fraction(text)) * 100)
    return Decimal(text)


def agrees(label: list[str], sentence: str, one: Quantity) -> bool:
    expression, kind, value, high, unit, modifier = label
    start = sentence.index(expression)
    if one.end <= start or one.start >= start + len(expression):
        return False
    if (one.kind, one.modifier) != (kind, modifier):
        return False
    if one.date is not None:
        return str(one.date) == value
    same = abs(one.value - (number(value) or 0)) < Decimal("0.001")
    return same and one.high == number(high) and (one.unit == unit or kind == "time")


@pytest.mark.parametrize(
    ("name", "parse"), [("zh", quantities.in_chinese), ("en", quantities.in_english)]
)
def test_labelled_sentences(name: str, parse: Callable[[str], list[Quantity]]) -> None:
    right, wrong = 0, []
    sentences = read(FIXTURES / f"{name}.tsv")
    assert sum(max(len(labels), 1) for _, labels in sentences) >= 210
    for sentence, labels in sentences:
        found = parse(sentence)
        for label in labels:
            match = next((one for one in found if agrees(label, sentence, one)), None)
            if match:
                found.remove(match)
                right += 1
            else:
                wrong.append(f"{sentence}: {' '.join(label)} not found")
        wrong += [f"{sentence}: {one} is not labelled" for one in found]
        right += not labels and not found
    accuracy = right / (right + len(wrong))
    print(f"{name}: {accuracy:.3f}", *wrong, sep="\n")
    assert accuracy >= WANTED, "\n".join([f"{accuracy:.3f}", *wrong])
