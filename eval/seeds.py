"""The press test set in `seeds/`: whole articles, two references each, and their annotations.

`seeds/manifest.jsonl` has a line an article: id, domain, title, licence, the number of segments
and the SHA-256 of every file. Whatever does not match it is refused: scores on changed data
cannot be compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import annotations as notes_files
from eval import testsets
from eval.annotations import Annotation
from eval.testsets import TestSet
from eval.textfiles import read_lines
from translator import documents, segmentation
from translator.errors import InputError
from translator.home import shipped

REFERENCES = ("A", "B")
# Written for this project; the first article came from the customer.
_LICENCE = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class _Article:
    """An article's files and what stands in them."""

    id: str
    folder: Path

    @property
    def paths(self) -> dict[str, Path]:
        """Its files by the name that the manifest gives them."""
        references = {
            f"reference.{name}": self.folder / "references" / f"{self.id}.{name}.en.txt"
            for name in REFERENCES
        }
        return {
            "article": self.folder / "articles" / f"{self.id}.zh.txt",
            **references,
            "annotation": self.folder / "annotations" / f"{self.id}.toml",
        }

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file."""
        return {name: _sha256(path) for name, path in self.paths.items()}


def load(folder: Path | None = None) -> TestSet:
    """The set, every file checked against the manifest.

    Raises:
        InputError: a file is missing or changed, or its lines do not match the segments.
    """
    folder = folder or shipped("seeds")
    sources: list[str] = []
    names: list[tuple[str, str]] = []
    lines: dict[str, list[str]] = {name: [] for name in REFERENCES}
    notes: dict[str, Annotation] = {}
    articles: dict[str, Path] = {}
    for entry in read_manifest(folder / "manifest.jsonl"):
        article = _Article(entry["id"], folder)
        for name, digest in article.digests().items():
            if digest != entry["sha256"].get(name):
                raise InputError(
                    f"{article.paths[name]} is not the file that the manifest names; restore it, "
                    "or run `python -m eval manifest --write` if the change is meant"
                )
        segments = segmentation.split(documents.read(str(article.paths["article"])))
        for name in REFERENCES:
            path = article.paths[f"reference.{name}"]
            reference = read_lines(path)
            if len(reference) != len(segments):
                raise InputError(f"{path} has {len(reference)} lines for {len(segments)} segments")
            lines[name] += reference
        sources += [segment.text.strip() for segment in segments]
        names += [(entry["domain"], article.id)] * len(segments)
        notes[article.id] = notes_files.load(article.paths["annotation"])
        articles[article.id] = article.paths["article"]
        _require_occurring(article, notes[article.id], [one.text for one in segments])
    made = testsets.make("seeds", sources, lines, names)
    return TestSet(made.name, made.sources, made.references, made.documents, notes, articles)


def read_manifest(path: Path) -> Iterator[dict[str, Any]]:
    """The manifest's entries.

    Raises:
        InputError: a line is no entry.
    """
    for number, line in enumerate(read_lines(path), 1):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{path}, line {number}: not JSON: {error}") from error
        missing = {"id", "domain", "title", "licence", "segments", "sha256"} - set(entry)
        if missing:
            raise InputError(f"{path}, line {number}: {', '.join(sorted(missing))} is missing")
        yield entry


def manifest(folder: Path | None = None) -> str:
    """The manifest as the files are now; licences that it has stay.

    Raises:
        InputError: an article lacks a file.
    """
    folder = folder or shipped("seeds")
    path = folder / "manifest.jsonl"
    known = {entry["id"]: entry for entry in read_manifest(path)} if path.exists() else {}
    texts = []
    for found in sorted((folder / "articles").glob("*.zh.txt")):
        article = _Article(found.name.removesuffix(".zh.txt"), folder)
        table = notes_files.read(article.paths["annotation"])
        entry = {
            "id": article.id,
            "domain": table["domain"],
            "title": table["title"],
            "licence": known.get(article.id, {}).get("licence", _LICENCE),
            "segments": len(segmentation.split(documents.read(str(found)))),
            "sha256": article.digests(),
        }
        texts.append(json.dumps(entry, ensure_ascii=False) + "\n")
    return "".join(texts)


def _require_occurring(article: _Article, notes: Annotation, segments: list[str]) -> None:
    """Refuse an annotation that speaks of what the article does not say there."""
    path = article.paths["annotation"]
    for quantity in notes.quantities:
        if not (
            0 <= quantity.segment < len(segments) and quantity.source in segments[quantity.segment]
        ):
            raise InputError(
                f"{path}: {quantity.source} does not stand in segment {quantity.segment + 1}"
            )
    whole = "\n".join(segments)
    for name in notes.names:
        if name.source not in whole:
            raise InputError(f"{path}: {name.source} does not stand in the article")


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
