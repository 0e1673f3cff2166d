"""Test sets as files: folders of line-aligned text, TSV, JSONL; WMT XML and sacrebleu's, read only.

- a folder: `source.zh.txt`, `reference.NAME.en.txt`, and `documents.txt` with `DOMAIN DOCUMENT`
  a line where the set has documents;
- TSV: a header with `source`, `reference` or `reference.NAME`, and `domain`, `document`;
- JSONL: objects with `source`, `references` (name to text), and `domain`, `document`;
- XML: what WMT has published since 2021.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval import testsets
from eval.testsets import TestSet
from eval.textfiles import read_lines
from translator.errors import InputError, UsageError

_MAX_XML_BYTES = 200_000_000


def read(path: Path) -> TestSet:
    """The set in a folder or a file, by its kind.

    Raises:
        InputError: the set is not there or breaks a rule of its format.
    """
    if path.is_dir():
        return _read_folder(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(_READERS))
        raise InputError(
            f"{path} is no test set: give `seeds`, a folder with source.zh.txt, a file "
            f"({known}) or sacrebleu:SET/PAIR"
        )
    return reader(path)


def write(test_set: TestSet, path: Path) -> None:
    """A set as TSV or JSONL by the path's ending, as a folder of text files otherwise.

    Raises:
        UsageError: the target is there already.
        InputError: it cannot be written.
    """
    if path.exists():
        raise UsageError(f"{path} is there already; name a new one")
    try:
        _WRITERS.get(path.suffix.lower(), _write_folder)(test_set, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error


def read_registered(name: str) -> TestSet:
    """One of sacrebleu's own sets, `wmt22/zh-en`; it fetches the data on first use.

    Raises:
        InputError: there is no such set, or it cannot be fetched.
    """
    import sacrebleu

    known: Mapping[str, Any] = sacrebleu.DATASETS
    set_name, _, pair = name.rpartition("/")
    if set_name not in known or pair not in known[set_name].langpairs:
        raise InputError(
            f"sacrebleu has no set {name!r}: write SET/PAIR, such as wmt22/zh-en "
            "(`sacrebleu --list` names them)"
        )
    dataset = known[set_name]
    try:
        files = dataset.get_files(pair)
        columns = dict(zip(dataset.fieldnames(pair), files, strict=False))
        lines = {key: _plain(Path(file)) for key, file in columns.items()}
    except (OSError, SystemExit) as error:  # it leaves the program when a checksum is wrong
        raise InputError(f"sacrebleu cannot fetch {name}: {error}; is there a network?") from error
    references = {
        key.partition(":")[2] or "A": text for key, text in lines.items() if key.startswith("ref")
    }
    count = len(lines["src"])
    domains = lines.get("domain") or lines.get("genre") or [set_name] * count
    ids = lines.get("docid", [set_name] * count)
    return testsets.make(
        f"{set_name}/{pair}", lines["src"], references, list(zip(domains, ids, strict=True))
    )


def _plain(path: Path) -> list[str]:
    return path.read_text("utf-8").removesuffix("\n").split("\n")


def _read_folder(folder: Path) -> TestSet:
    sources = read_lines(folder / "source.zh.txt")
    paths = {
        path.name.removeprefix("reference.").removesuffix(".en.txt"): path
        for path in sorted(folder.glob("reference.*.en.txt"))
    }
    if not paths:
        raise InputError(f"{folder} holds no reference.*.en.txt")
    references = {}
    for name, path in paths.items():
        references[name] = read_lines(path)
        if len(references[name]) != len(sources):
            raise InputError(
                f"{path} has {len(references[name])} lines for {len(sources)} source segments"
            )
    documents = folder / "documents.txt"

    def where(column: str, number: int) -> str:
        path = paths.get(column, folder / "source.zh.txt")
        return f"{path}, line {number}"

    return testsets.make(
        folder.resolve().name,
        sources,
        references,
        _read_documents(documents) if documents.exists() else None,
        where,
    )


def _read_documents(path: Path) -> list[tuple[str, str]]:
    found = []
    for number, line in enumerate(read_lines(path), 1):
        domain, _, document = line.replace("\t", " ").partition(" ")
        if not document.strip():
            raise InputError(f"{path}, line {number}: write DOMAIN DOCUMENT")
        found.append((domain, document.strip()))
    return found


def _read_tsv(path: Path) -> TestSet:
    header, *lines = read_lines(path)
    columns = header.split("\t")
    names = {
        column: column.partition(".")[2] or "A"
        for column in columns
        if column == "reference" or column.startswith("reference.")
    }
    if "source" not in columns or not names:
        raise InputError(f"{path}, line 1: the columns `source` and `reference` must be there")
    rows = []
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise InputError(
                f"{path}, line {number}: {len(cells)} columns where the header has {len(columns)}"
            )
        rows.append(dict(zip(columns, cells, strict=True)))
    return testsets.make(
        path.stem,
        [row["source"] for row in rows],
        {name: [row[column] for row in rows] for column, name in names.items()},
        _documents(path, rows),
        lambda column, number: f"{path}, line {number + 1}, {column}",
    )


def _read_jsonl(path: Path) -> TestSet:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(read_lines(path), 1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{path}, line {number}: not JSON: {error}") from error
        if not isinstance(row, dict) or not isinstance(row.get("source"), str):
            raise InputError(f"{path}, line {number}: an object with a `source` text must be here")
        references = row.get("references")
        if isinstance(references, list):
            references = {chr(ord("A") + at): text for at, text in enumerate(references)}
        if not isinstance(references, dict) or not references:
            raise InputError(f"{path}, line {number}: `references` must name at least one text")
        if not all(isinstance(text, str) for text in references.values()):
            raise InputError(f"{path}, line {number}: a reference must be a text")
        if rows and set(references) != set(rows[0]["references"]):
            raise InputError(
                f"{path}, line {number}: {len(references)} references "
                f"({', '.join(references)}) where line 1 has {len(rows[0]['references'])}; "
                "every segment needs the same ones"
            )
        rows.append({**row, "references": references})
    return testsets.make(
        path.stem,
        [row["source"] for row in rows],
        {name: [row["references"][name] for row in rows] for name in rows[0]["references"]},
        _documents(path, rows),
        lambda column, number: f"{path}, line {number}, {column}",
    )


def _documents(path: Path, rows: Sequence[Mapping[str, str]]) -> list[tuple[str, str]] | None:
    if not any("document" in row for row in rows):
        return None
    try:
        return [(row.get("domain", "all"), row["document"]) for row in rows]
    except KeyError as error:
        raise InputError(f"{path}: some segments name a document and some do not") from error


def _read_xml(path: Path) -> TestSet:
    from lxml import etree

    try:
        if path.stat().st_size > _MAX_XML_BYTES:
            raise InputError(f"{path} is over {_MAX_XML_BYTES // 1_000_000} MB")
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root = etree.parse(str(path), parser).getroot()
    except (OSError, etree.XMLSyntaxError) as error:
        raise InputError(f"{path} cannot be read as WMT XML: {error}") from error
    sources: list[str] = []
    references: dict[str, list[str]] = {}
    documents: list[tuple[str, str]] = []
    for document in root.iter("doc"):
        if "testsuite" in document.attrib:
            continue
        name = document.get("id") or f"document {len(documents) + 1}"
        segments = _segments(document.find("src"))
        for translation in document.findall("ref"):
            found = _segments(translation)
            if set(found) != set(segments):
                raise InputError(f"{path}: {name} has other segments in a reference than in src")
            lines = references.setdefault(translation.get("translator") or "A", [])
            lines += [found[key] for key in segments]
        sources += segments.values()
        documents += [(document.get("domain") or "all", name)] * len(segments)
    return testsets.make(path.stem, sources, references, documents)


def _segments(node: object) -> dict[str, str]:
    from lxml import etree

    if not isinstance(node, etree._Element):
        return {}
    return {
        seg.get("id") or str(place): " ".join("".join(seg.itertext()).split("\n")).strip()
        for place, seg in enumerate(node.iter("seg"))
    }


def _write_folder(test_set: TestSet, folder: Path) -> None:
    folder.mkdir(parents=True)
    files = {"source.zh.txt": test_set.sources}
    files |= {f"reference.{name}.en.txt": one for name, one in test_set.references.items()}
    files["documents.txt"] = tuple(f"{domain} {name}" for domain, name in _names(test_set))
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def _write_tsv(test_set: TestSet, path: Path) -> None:
    for column, lines in [("source", test_set.sources), *test_set.references.items()]:
        for number, line in enumerate(lines, 1):
            if "\t" in line:
                raise InputError(f"{column}, segment {number} holds a tab; write JSONL instead")
    header = ["domain", "document", "source", *(f"reference.{one}" for one in test_set.references)]
    columns = [test_set.sources, *test_set.references.values()]
    rows = [
        "\t".join([*name, *cells]) for name, *cells in zip(_names(test_set), *columns, strict=True)
    ]
    path.write_text("\n".join(["\t".join(header), *rows]) + "\n", "utf-8", newline="\n")


def _write_jsonl(test_set: TestSet, path: Path) -> None:
    rows = [
        {
            "domain": domain,
            "document": document,
            "source": test_set.sources[at],
            "references": {name: lines[at] for name, lines in test_set.references.items()},
        }
        for at, (domain, document) in enumerate(_names(test_set))
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, "utf-8", newline="\n")


def _names(test_set: TestSet) -> list[tuple[str, str]]:
    return [
        (document.domain, document.id)
        for document in test_set.documents
        for _ in range(document.start, document.end)
    ]


_READERS: Mapping[str, Callable[[Path], TestSet]] = {
    ".tsv": _read_tsv,
    ".jsonl": _read_jsonl,
    ".xml": _read_xml,
}
_WRITERS: Mapping[str, Callable[[TestSet, Path], None]] = {
    ".tsv": _write_tsv,
    ".jsonl": _write_jsonl,
}
