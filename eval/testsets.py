"""Test sets: Chinese segments with one or more English references, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from translator import documents, segmentation
from translator.errors import InputError
from translator.home import shipped


@dataclass(frozen=True, slots=True)
class TestSet:
    """`references` are lists as long as `sources`, one a reference translation."""

    __test__ = False  # pytest takes classes of this name for tests

    name: str
    sources: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]

    def head(self, lines: int | None) -> TestSet:
        """The set cut to its first lines."""
        return TestSet(
            self.name, self.sources[:lines], tuple(one[:lines] for one in self.references)
        )


def load(folder: Path | None) -> TestSet:
    """The set in a folder, or the seed articles that have a reference.

    Raises:
        InputError: a file is missing, or the numbers of lines differ.
    """
    return _from_folder(folder) if folder else _from_seeds()


def _from_folder(folder: Path) -> TestSet:
    sources = _lines(folder / "source.zh.txt")
    paths = sorted(folder.glob("reference.*.en.txt"))
    if not paths:
        raise InputError(f"{folder} holds no reference.*.en.txt")
    return TestSet(folder.name, sources, tuple(_aligned(path, len(sources)) for path in paths))


def _from_seeds() -> TestSet:
    sources: list[str] = []
    references: list[str] = []
    for reference in sorted((shipped("seeds") / "references").glob("*.en.txt")):
        article = shipped("seeds") / "articles" / reference.name.replace(".en.txt", ".zh.txt")
        segments = segmentation.split(documents.read(str(article)))
        sources += [segment.text.strip() for segment in segments]
        references += _aligned(reference, len(segments))
    return TestSet("seeds", tuple(sources), (tuple(references),))


def _aligned(path: Path, count: int) -> tuple[str, ...]:
    lines = _lines(path)
    if len(lines) != count:
        raise InputError(f"{path} has {len(lines)} lines for {count} source segments")
    return lines


def _lines(path: Path) -> tuple[str, ...]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as UTF-8 text: {error}") from error
    # Only LF ends a line: splitlines() would also cut at U+2028 and shift the alignment.
    return tuple(text.removesuffix("\n").split("\n"))
