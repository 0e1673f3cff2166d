"""The names file: what a user wants names called, in place of what was proposed.

A UTF-8 TSV (with or without a byte order mark) with the columns source, target, kind and, if you
like, comment. A target wins over the one found; an empty one or `-` says that the characters are
no name. `translator names` writes such a file for an article.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from translator import decode, files, foreign, names, romanise
from translator.documents import Document
from translator.errors import InputError
from translator.glossary import Glossary, Term
from translator.lexicon import DOTS, HAN, NameKind, lexicon
from translator.names import Name
from translator.people import people_abroad
from translator.titles import BEFORE_NAME

_COLUMNS = ("source", "target", "kind", "comment")
_KINDS: tuple[str, ...] = get_args(NameKind)
_MAX_BYTES = 5_000_000
_AROUND = 24  # characters of the article that a proposal shows on either side


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name found in an article, or one that only a person can put into English: no target."""

    source: str
    target: str
    kind: NameKind
    comment: str


@dataclass(frozen=True, slots=True)
class NameList:
    """A user's names; one with no target is none. Sources are unique."""

    names: tuple[Name, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of what can change a translation, in any order."""
        lines = sorted(f"{name.source}\t{name.target}\t{name.kind}\n" for name in self.names)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def over(self, found: Iterable[Name]) -> tuple[Name, ...]:
        """The names found in an article, with a user's own in their place, longest source first."""
        by_source = {name.source: name for name in found}
        for name in self.names:
            last = _last_part(name)
            if last and last.source not in by_source:
                by_source[last.source] = last
        by_source |= {name.source: name for name in self.names}
        return tuple(sorted(by_source.values(), key=lambda name: (-len(name.source), name.source)))

    def over_terms(self, terms: Glossary) -> Glossary:
        """A glossary with these names in the place of its terms, so that the longer one wins.

        People are left out: they may go by the surname, which a term may not.
        """
        if not self.names:
            return terms
        own = {name.source for name in self.names if name.target}
        kept = [term for term in terms.terms if term.source not in own]
        added = [
            Term(name.source, name.target)
            for name in self.names
            if name.target and name.kind != "person"
        ]
        return Glossary((*kept, *added))


def load(path: Path) -> NameList:
    """The names of a file.

    Raises:
        InputError: the file cannot be read, is not UTF-8, or a line has the wrong columns, no
            source, an unknown kind, Chinese in the target, or another English for a name.
    """
    return parse(_text(path), str(path))


def parse(text: str, where: str) -> NameList:
    """The names in the text of such a file; `where` says in messages what it is.

    Raises:
        InputError: as `load`.
    """
    lines = decode.normalise(text).split("\n")
    header = [cell.strip() for cell in lines[0].split("\t")]
    if tuple(header) not in (_COLUMNS, _COLUMNS[:3]):
        raise InputError(
            f"{where}, line 1: the columns must be {', '.join(_COLUMNS[:3])} (and comment), "
            "tab-separated; `translator names` writes such a file"
        )
    found: dict[str, tuple[int, Name]] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        name = _name(line, f"{where}, line {number}")
        first, known = found.setdefault(name.source, (number, name))
        if known != name:
            raise InputError(
                f"{where}, line {number}: {name.source} is not the same here as in line {first}; "
                "keep one"
            )
    return NameList(tuple(name for _, name in found.values()))


def propose(document: Document, terms: Mapping[str, str]) -> list[Proposal]:
    """The names of an article as a user may change them, in the order of the text.

    `terms` are the glossary's, whose English a name that is one takes. Foreign names that are in
    no table come without a target: left so, the engine reads them.
    """
    texts = [block.text for block in document.blocks]
    found = [
        Proposal(name.source, name.target, name.kind, _sentence(name, texts))
        for name in names.settled(names.find(document), terms, document)
    ]
    for source in (*_dotted(texts), *people_abroad(document, lexicon())):
        if not any(source in one.source or one.source in source for one in found):
            unknown = Name(source, "", "person")
            note = f"not sure: write its English; {_sentence(unknown, texts)}"
            found.append(Proposal(source, "", "person", note))
    text = "\n".join(texts)
    return sorted(found, key=lambda one: (text.find(one.source), -len(one.source)))


def render(proposals: Sequence[Proposal]) -> str:
    """Proposals as the file that `load` reads."""
    rows = [_COLUMNS, *((one.source, one.target, one.kind, one.comment) for one in proposals)]
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)


def _last_part(name: Name) -> Name | None:
    """The name by which a person with a foreign name goes on: 布赖特 of 雅各布·布赖特."""
    parts = re.split(f"[{''.join(DOTS)}]", name.source)
    targets = name.target.split()
    last = parts[-1]
    if name.kind != "person" or len(parts) < 2 or len(parts) != len(targets):
        return None
    return Name(last, targets[-1], "person") if len(last) > 1 and _is_clear(last) else None


def _is_clear(source: str) -> bool:
    return source not in lexicon().words and foreign.entry(source) is None


_DOT = "".join(DOTS)
_PART = f"[{foreign.TRANSCRIBES}]{{1,10}}"
_DOTTED = re.compile(f"{_PART}(?:[{_DOT}]{_PART})+")


def _dotted(texts: Iterable[str]) -> list[str]:
    """Foreign names in the texts by their dots, as far as characters that write such names go."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _DOTTED.finditer(text):
            # 经理马丁·布赖特: 理 may write a name, but here it ends a title.
            starts = [
                at
                for at in range(run.start(), run.start() + 3)
                if BEFORE_NAME.search(text, max(0, at - 8), at)
            ]
            found[text[starts[0] if starts else run.start() : run.end()]] = None
    return [source for source in found if source[0] not in _DOT]


def _sentence(name: Name, texts: Iterable[str]) -> str:
    """The first place in an article where a name stands, with what is round it."""
    for text in texts:
        at = text.find(name.source)
        if at >= 0:
            start, end = max(0, at - _AROUND), at + len(name.source) + _AROUND
            return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
    return ""


def _text(path: Path) -> str:
    data = files.read(path, _MAX_BYTES, f"the names file {path}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"the names file {path} is not UTF-8: save it as UTF-8 text") from error


def _name(line: str, where: str) -> Name:
    cells = [cell.strip() for cell in line.split("\t")]
    if not 2 <= len(cells) <= len(_COLUMNS):
        raise InputError(f"{where}: {len(cells)} columns where there must be 3 or 4, tab-separated")
    source, target, kind = (*cells, "")[:3]
    if not source:
        raise InputError(f"{where}: the source is empty; fill it in")
    if not re.search(f"[{HAN}]", source):
        raise InputError(f"{where}: the source {source!r} has no Chinese in it")
    target = "" if target == "-" else target
    if re.search(f"[{HAN}]", target):
        raise InputError(f"{where}: the target {target!r} has Chinese in it; write it in English")
    if kind not in ("", *_KINDS):
        raise InputError(f"{where}: {kind!r} is no kind; use {', '.join(_KINDS)}")
    if not kind:
        in_pinyin = bool(target) and romanise.chinese(source, lexicon()) == target
        kind = "person" if in_pinyin else "organisation"
    return Name(source, target, kind)  # type: ignore[arg-type]
