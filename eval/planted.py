"""How well the checks tell a right translation from a wrong one.

`python -m eval.planted [FOLDER ...]` takes test sets (source.zh.txt with reference*.en.txt, or a
folder with articles/ and references/; the seeds by default) and prints for each: the share of
untouched human translations with a finding, which are false alarms or slips of the translators;
how many planted errors of each sort are found; and with --systems what the same checks find in
systems/*.en.txt. Errors are planted into human translations without an error finding.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval import planters
from translator import checks, documents, names, quantities, segmentation
from translator.checks import Finding, Pair
from translator.documents import Block, Document
from translator.errors import InputError, TranslatorError
from translator.home import shipped
from translator.names import Name

_DOCUMENT = 30  # segments that are taken for one document where a set does not say


@dataclass(frozen=True, slots=True)
class Case:
    """A source, a translation of it, and the names that the source has in its document."""

    source: str
    target: str
    known: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is measured: cases of untouched text and of each sort of error, None for all."""

    references: int | None = 600
    sample: int | None = 150
    meaning: bool = True


def measure(cases: Sequence[Case], settings: Settings) -> tuple[Counter[str], float]:
    """Counts of segments, alarms, planted and found errors; and segments a second."""
    counts: Counter[str] = Counter()
    chosen = _some(cases, settings.references)
    started = time.process_time()
    found = _check(chosen, settings)
    speed = len(chosen) / max(time.process_time() - started, 1e-9)
    counts.update(_tally(found))
    for sort in planters.SORTS:
        wrong = [
            Case(case.source, target, case.known)
            for case, findings in zip(chosen, found, strict=True)
            if not _has_error(findings)
            for target in planters.plant(sort, case.source, case.target, case.known)
        ]
        wrong = _some(wrong, settings.sample)
        counts[f"{sort}: planted"] = len(wrong)
        for findings in _check(wrong, settings):
            counts[f"{sort}: error"] += _has_error(findings)
            counts[f"{sort}: any"] += bool(findings)
    return counts, speed


def rates(cases: Sequence[Case], settings: Settings) -> dict[str, float]:
    """What share of a system's segments the checks find wrong, and of its quantities."""
    chosen = _some(cases, settings.references)
    counts = _tally(_check(chosen, settings))
    asked = [case for case in chosen if quantities.in_chinese(case.source)]
    wrong = sum(bool(quantities.missing(case.source, case.target)) for case in asked)
    return {
        "error": _percent(counts["with an error"], counts["segments"]),
        "quantity": _percent(wrong, len(asked)),
        "name": _percent(counts["name"], counts["segments"]),
        "negation": _percent(counts["negation"], counts["segments"]),
        "omission": _percent(counts["omission"], counts["segments"]),
    }


def _check(cases: Sequence[Case], settings: Settings) -> list[list[Finding]]:
    """The findings on every case; cases with the same names go together."""
    groups: dict[tuple[Name, ...], list[int]] = {}
    for at, case in enumerate(cases):
        groups.setdefault(case.known, []).append(at)
    found: list[list[Finding]] = [[] for _ in cases]
    for known, places in groups.items():
        pairs = [Pair(str(at), cases[at].source, cases[at].target) for at in places]
        for at, findings in zip(
            places,
            checks.check_all(pairs, known_names=known, meaning=settings.meaning),
            strict=True,
        ):
            found[at] = findings
    return found


def _tally(found: Iterable[Sequence[Finding]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for findings in found:
        counts["segments"] += 1
        counts["with an error"] += _has_error(findings)
        counts["with a warning only"] += bool(findings) and not _has_error(findings)
        counts.update({one.kind for one in findings if one.severity == "error"})
    return counts


def _has_error(findings: Iterable[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _some(cases: Sequence[Case], count: int | None) -> list[Case]:
    """A part of the cases, the same on every run, in their order."""
    if count is None or count >= len(cases):
        return list(cases)
    rng = random.Random(len(cases))  # noqa: S311 - a sample, no secret
    return [cases[at] for at in sorted(rng.sample(range(len(cases)), count))]


def read(folder: Path) -> dict[str, list[Case]]:
    """The cases of every human translation in a folder, by its name.

    Raises:
        InputError: there is no test set, or the numbers of lines differ.
    """
    if (folder / "articles").is_dir():
        return _read_articles(folder)
    sources = _lines(folder / "source.zh.txt")
    paths = sorted(folder.glob("reference*.en.txt"))
    if not paths:
        raise InputError(f"{folder} holds no reference*.en.txt")
    return _with_names(folder, sources, paths)


def read_systems(folder: Path) -> dict[str, list[Case]]:
    """The cases of every system's output in a folder."""
    sources = _lines(folder / "source.zh.txt")
    return _with_names(folder, sources, sorted((folder / "systems").glob("*.en.txt")))


def _with_names(
    folder: Path, sources: Sequence[str], paths: Sequence[Path]
) -> dict[str, list[Case]]:
    marks = folder / "documents.txt"
    ids = _lines(marks) if marks.exists() else [str(at // _DOCUMENT) for at in range(len(sources))]
    if len(ids) != len(sources):
        raise InputError(f"{marks} has {len(ids)} lines for {len(sources)} segments")
    blocks: dict[str, list[str]] = {}
    for name, source in zip(ids, sources, strict=True):
        blocks.setdefault(name, []).append(source)
    known = {name: names.find(_document(texts)) for name, texts in blocks.items()}
    found: dict[str, list[Case]] = {}
    for path in paths:
        targets = _lines(path)
        if len(targets) != len(sources):
            raise InputError(f"{path} has {len(targets)} lines for {len(sources)} segments")
        found[path.name.removesuffix(".en.txt")] = [
            Case(source, target, known[name])
            for name, source, target in zip(ids, sources, targets, strict=True)
            if source.strip() and target.strip()
        ]
    return found


def _read_articles(folder: Path) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for path in sorted((folder / "references").glob("*.en.txt")):
        article, _, letter = path.name.removesuffix(".en.txt").partition(".")
        document = documents.read(str(folder / "articles" / f"{article}.zh.txt"))
        sources = [segment.text.strip() for segment in segmentation.split(document)]
        targets = _lines(path)
        if len(targets) != len(sources):
            raise InputError(f"{path} has {len(targets)} lines for {len(sources)} segments")
        known = names.find(document)
        found.setdefault(f"reference {letter}".strip(), []).extend(
            Case(source, target, known) for source, target in zip(sources, targets, strict=True)
        )
    return found


def _document(texts: Sequence[str]) -> Document:
    blocks = tuple(Block(f"b{at}", "paragraph", text) for at, text in enumerate(texts, 1))
    return Document("set", "", "set", blocks)


def _lines(path: Path) -> list[str]:
    try:
        # Only LF ends a line: splitlines() would also cut at U+2028 and shift the alignment.
        return path.read_text("utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}") from error


def _percent(part: int, whole: int) -> float:
    return 100 * part / max(whole, 1)


def _table(counts: Mapping[str, int], speed: float) -> Iterator[str]:
    total = counts["segments"]
    yield f"  {total} untouched translations, {speed:.0f} a second"
    for name in ("with an error", "with a warning only"):
        yield f"    {name:<22}{counts[name]:>5}  {_percent(counts[name], total):5.1f} %"
    shown = {*planters.SORTS, "segments", "with an error", "with a warning only"}
    kinds = [kind for kind in counts if kind not in shown and ":" not in kind]
    yield "    errors by kind: " + ", ".join(f"{kind} {counts[kind]}" for kind in sorted(kinds))
    yield f"  {'planted':<24}{'number':>7}{'at error level':>16}{'at any level':>14}"
    for sort in planters.SORTS:
        planted = counts[f"{sort}: planted"]
        error = _percent(counts[f"{sort}: error"], planted)
        any_ = _percent(counts[f"{sort}: any"], planted)
        shares = f"{error:>14.1f} %{any_:>12.1f} %" if planted else f"{'-':>16}{'-':>14}"
        yield f"    {sort:<22}{planted:>7}{shares}"


def _systems(folder: Path, settings: Settings) -> Iterator[str]:
    yield f"  {'system':<24}" + "".join(
        f"{title:>12}" for title in ("error", "quantity", "name", "negation", "omission")
    )
    for name, cases in {**read(folder), **read_systems(folder)}.items():
        yield f"    {name:<22}" + "".join(
            f"{rate:>10.1f} %" for rate in rates(cases, settings).values()
        )


def main() -> int:
    """Print a table for each test set; 3 where one cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m eval.planted", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="test sets (default: the seeds)")
    parser.add_argument("--sample", type=int, default=150, help="errors of a sort; 0 for all")
    parser.add_argument("--references", type=int, default=600, help="translations; 0 for all")
    parser.add_argument("--no-meaning", action="store_true", help="without the sentence encoder")
    parser.add_argument("--systems", action="store_true", help="rates of systems/*.en.txt as well")
    given = parser.parse_args()
    settings = Settings(given.references or None, given.sample or None, not given.no_meaning)
    try:
        for folder in given.folders or [shipped("seeds")]:
            print(folder.name)
            cases = [case for one in read(folder).values() for case in one]
            for line in _table(*measure(cases, settings)):
                print(line)
            for line in _systems(folder, settings) if given.systems else ():
                print(line, flush=True)
    except TranslatorError as error:
        print(f"eval.planted: {error}", file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
