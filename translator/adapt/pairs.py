"""What people translated: bilingual files, the translation memory, line-aligned folders."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from translator import bitext
from translator.errors import InputError, UsageError
from translator.memory import Memory

MEMORY = "memory"  # the word for the translation memory; a file of that name is ./memory
_SOURCE = "source.zh.txt"
_MAX_BYTES = 512_000_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """The pairs of one file, folder or the memory: (source, target) as they stand there.

    `sha256` is that of the pairs, so the same pairs in another format are the same data.
    """

    name: str
    terms: str
    pairs: tuple[tuple[str, str], ...]

    @property
    def sha256(self) -> str:
        """The digest of the pairs, in their order."""
        digest = hashlib.sha256()
        for pair in self.pairs:
            digest.update(json.dumps(pair, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def data(self) -> dict[str, Any]:
        """As the adapter's record names it."""
        return {
            "name": self.name,
            "pairs": len(self.pairs),
            "sha256": self.sha256,
            "terms": self.terms,
        }


def read(words: Sequence[str], terms: Sequence[str]) -> list[Corpus]:
    """The corpora that the words name, in their order.

    Args:
        words: paths of .tmx, .xliff, .xlf, .tsv, .docx and .jsonl files, of folders with
            source.zh.txt and reference.en.txt, or `memory`.
        terms: the terms of use of the data: one for all, one a word, or none.

    Raises:
        UsageError: there are terms for some words only.
        InputError: a file or folder cannot be read, or holds no pair.
    """
    if len(terms) not in (0, 1, len(words)):
        raise UsageError(
            f"--terms is given {len(terms)} times for {len(words)} PAIRS: give it once for all, "
            "or once for each in their order"
        )
    stated = list(terms) * len(words) if len(terms) == 1 else list(terms) or [""] * len(words)
    return [
        Corpus(*_read(word, stated_terms)) for word, stated_terms in zip(words, stated, strict=True)
    ]


def lines_of(path: Path) -> list[str]:
    """The texts of a set that nothing may be learnt from, both languages together.

    A text file gives its lines, a bilingual file its texts, a folder all of its text files.

    Raises:
        InputError: it cannot be read.
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*.txt") if file.is_file())
        if not files:
            raise InputError(f"{path} holds no .txt file to leave out")
        return [line for file in files for line in _lines(file)]
    if path.suffix.lower() in (".txt", ""):
        return _lines(path)
    return [text for pair in _file(path) for text in pair]


def _read(word: str, terms: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    if word == MEMORY:
        approved = Memory().approved().by_source.values()
        found = sorted((one.source, one.target) for one in approved)
        if not found:
            raise InputError("the translation memory holds no approved segment")
        return "translation memory", terms, tuple(found)
    path = Path(word)
    pairs = _folder(path) if path.is_dir() else _file(path)
    return path.resolve().name, terms, tuple(pairs)


def _folder(path: Path) -> list[tuple[str, str]]:
    """A folder whose files have the same lines: source.zh.txt, reference.en.txt or .A.en.txt."""
    references = sorted(path.glob("reference*.en.txt"))
    if not (path / _SOURCE).is_file() or not references:
        raise InputError(f"{path} is a folder without {_SOURCE} and reference.en.txt")
    sources, found = _lines(path / _SOURCE), []
    for reference in references:
        targets = _lines(reference)
        if len(targets) != len(sources):
            raise InputError(
                f"{reference} has {len(targets)} lines, {_SOURCE} beside it {len(sources)}: "
                "a line must be the translation of its line"
            )
        found += list(zip(sources, targets, strict=True))
    return found


def _file(path: Path) -> list[tuple[str, str]]:
    if path.suffix.lower() == ".jsonl":
        return list(_jsonl(path))
    return [(pair.source, pair.target) for pair in bitext.read(path)]


def _jsonl(path: Path) -> Iterator[tuple[str, str]]:
    """Objects with the keys source and target (or zh and en), one a line."""
    found = False
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        found = True
        try:
            row = json.loads(line)
            keys = ("source", "target") if "source" in row else ("zh", "en")
            source, target = (row[key] for key in keys)
            if not isinstance(source, str) or not isinstance(target, str):
                raise TypeError
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError(
                f"{path}, line {number}: no JSON object with the texts source and target"
            ) from error
        yield source, target
    if not found:
        raise InputError(f"{path} has no Chinese text with its English translation")


def _lines(path: Path) -> list[str]:
    try:
        if not path.is_file():  # a pipe would block
            raise InputError(f"{path} is not there, or not a regular file")
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path} is over {_MAX_BYTES // 1_000_000} MB: split it")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    # Not splitlines: a line separator inside a text would shift all lines after it.
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")
