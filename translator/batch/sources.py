"""SRC... -> the articles of a batch, each with an output path of its own.

A folder's tree is mirrored; a file named for itself goes by its name. Where two articles would be
written to one path, both get a longer one: with their folders, then with their own ending.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from translator import readers
from translator.batch import tables
from translator.errors import InputError, UsageError

_URL = re.compile(r"https?://", re.IGNORECASE)
_MAGIC = re.compile(r"[*?[]")
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Item:
    """One article: a file, a URL, or a row of a table.

    `name` is what people call it; `stem` is its output path in the output folder, with / and
    without a format's ending; `row` says where in the file a row lies.
    """

    name: str
    path: str
    stem: str
    row: tables.Row | None = None

    @property
    def is_url(self) -> bool:
        """Whether it must be fetched to be known."""
        return self.row is None and bool(_URL.match(self.path))


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    path: str
    stems: tuple[str, ...]  # from the shortest on
    row: tables.Row | None = None

    @property
    def identity(self) -> tuple[str, int]:
        path = self.path if _URL.match(self.path) else os.path.realpath(self.path)
        return path, self.row.offset if self.row else -1


def expand(sources: Iterable[str], output: Path, columns: tables.Columns) -> list[Item]:
    """The articles that sources stand for, in order, each once.

    Args:
        sources: files, folders, patterns, URLs, JSONL and CSV files, or `-` for a list of
            files and URLs on standard input.
        output: the output folder, never looked into for articles.
        columns: which columns of a table hold text and id.

    Raises:
        InputError: a source is not there, a pattern fits nothing, or a table cannot be read.
        UsageError: two articles would be written to the same path.
    """
    found: dict[tuple[str, int], _Found] = {}
    for source in sources:
        for one in _expanded(source, output, columns):
            found.setdefault(one.identity, one)
    if not found:
        raise InputError("there is no article to translate in what was given")
    return _placed(list(found.values()))


def _expanded(source: str, output: Path, columns: tables.Columns) -> Iterator[_Found]:
    if source == "-":
        for line in sys.stdin:
            if listed := line.strip():
                yield _listed(listed)
    elif _URL.match(source):
        yield _listed(source)
    elif Path(source).is_dir():
        yield from _folder(Path(source), output)
    elif Path(source).exists():
        yield from _file(source, Path(source).name, columns)
    elif _MAGIC.search(source):
        yield from _pattern(source, output, columns)
    else:
        raise InputError(f"{source} does not exist: check the path")


def _listed(line: str) -> _Found:
    """A line of a list; a path keeps its folders, for lists are made by `find`."""
    if _URL.match(line):
        return _Found(line, line, (f"{_safe(_URL.sub('', line))}.en",))
    return _Found(line, line, _stems(_from_here(line)))


def _file(path: str, relative: str, columns: tables.Columns) -> Iterator[_Found]:
    """A file, or the rows of a table; `relative` is where its output belongs."""
    whole = _from_here(path)
    if not tables.is_table(path):
        own = dict.fromkeys((_stems(relative)[0], *_stems(whole)))
        yield _Found(path, path, tuple(own))
        return
    folders = PurePosixPath(_stem(relative)), PurePosixPath(whole)
    for row in tables.rows(path, columns):
        name = _safe(row.id) or str(row.number)
        stems = [
            f"{folder / end}.en" for end in (name, f"{name}-{row.number}") for folder in folders
        ]
        yield _Found(f"{path}, {row.place}", path, tuple(stems), row)


def _folder(root: Path, output: Path) -> Iterator[_Found]:
    skipped = output.resolve()
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(
            name for name in folders if name[0] != "." and (here / name).resolve() != skipped
        )
        for name in sorted(names):
            path = here / name
            if name[0] != "." and readers.is_readable(path) and path.is_file():
                yield _Found(str(path), str(path), _stems(path.relative_to(root).as_posix()))


def _pattern(pattern: str, output: Path, columns: tables.Columns) -> Iterator[_Found]:
    """What a pattern fits, mirrored from its first folder without a wildcard on."""
    parts = Path(pattern).parts
    fixed = Path(*_until(parts[:-1], _MAGIC))
    rest = Path(*parts[len(fixed.parts) :])
    inside = output.resolve()
    found = False
    for path in sorted(fixed.glob(str(rest))):
        relative = path.relative_to(fixed)
        hidden = any(part[0] == "." for part in relative.parts)
        if path.is_file() and not hidden and inside not in path.resolve().parents:
            found = True
            yield from _file(str(path), relative.as_posix(), columns)
    if not found:
        raise InputError(f"no file fits {pattern}: check the pattern")


def _until(parts: Iterable[str], stop: re.Pattern[str]) -> Iterator[str]:
    for part in parts:
        if stop.search(part):
            return
        yield part


def _from_here(path: str) -> str:
    """A path from the current folder on, or from the root where it is not in there."""
    whole = Path(path).absolute()
    with_dots = Path(os.path.normpath(whole))
    here = Path.cwd()
    inside = with_dots.is_relative_to(here)
    relative = with_dots.relative_to(here if inside else with_dots.anchor)
    return relative.as_posix()


def _stems(relative: str) -> tuple[str, str]:
    """Output paths for a file: `a/b.zh.txt` is `a/b.en`, or `a/b.zh.txt.en` where that is taken."""
    return f"{_stem(relative)}.en", f"{relative}.en"


def _stem(relative: str) -> str:
    path = PurePosixPath(relative)
    return str(path.with_name(path.stem.removesuffix(".zh") or path.name))


def _safe(text: str) -> str:
    """An id or an address as a file name: nothing of it can leave the output folder."""
    words = re.sub(r"[^\w.-]+", "-", text).strip(".-")
    # A file system counts bytes, mostly to 255, and endings follow.
    short = words[:_LONGEST_NAME].encode()[:200].decode(errors="ignore")
    return short.rstrip(".-")


def _placed(found: list[_Found]) -> list[Item]:
    """Each article with the shortest output path that no other one has."""
    chosen = [0] * len(found)
    while True:
        # Names that differ in case alone are one file on some systems.
        paths = [one.stems[at].casefold() for one, at in zip(found, chosen, strict=True)]
        counts = Counter(paths)
        clashing = [index for index, path in enumerate(paths) if counts[path] > 1]
        if not clashing:
            break
        movable = [index for index in clashing if chosen[index] + 1 < len(found[index].stems)]
        if not movable:
            one, other = (found[index].name for index in _first_pair(clashing, paths))
            raise UsageError(
                f"{one} and {other} would be written to the same file: run them apart, each with "
                "an output folder of its own"
            )
        for index in movable:
            chosen[index] += 1
    return [
        Item(one.name, one.path, one.stems[at], one.row)
        for one, at in zip(found, chosen, strict=True)
    ]


def _first_pair(clashing: list[int], paths: list[str]) -> tuple[int, int]:
    first = clashing[0]
    return first, next(index for index in clashing[1:] if paths[index] == paths[first])
