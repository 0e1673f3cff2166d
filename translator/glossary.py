"""Terms with a settled English: load, put into the source, ask for in the target.

A glossary is a UTF-8 TSV file (with or without a byte order mark) whose first line is
`source TAB target TAB note`; the note is for people and may be empty. The longest term wins:
长三角G60科创走廊 is never 长三角 and a rest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from translator.errors import InputError
from translator.home import shipped
from translator.lexicon import HAN

_HEADER = ("source", "target", "note")
_MAX_BYTES = 10_000_000
# Words that a term's last character may begin instead: 商务部门, 经开区域, 产学研究.
_OVERLAPS = frozenset(("部门", "部分", "部队", "区域", "研究", "社会", "委员", "角度"))


@dataclass(frozen=True, slots=True)
class Term:
    """A Chinese term and the English it is to have."""

    source: str
    target: str
    note: str = ""


@dataclass(frozen=True)
class Glossary:
    """Terms by their Chinese, which is unique."""

    terms: tuple[Term, ...]

    @cached_property
    def sha256(self) -> str:
        """The hash of what can change a translation: sources and targets, in any order."""
        lines = sorted(f"{term.source}\t{term.target}\n" for term in self.terms)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def occurring(self, text: str) -> tuple[Term, ...]:
        """The terms that occur in a source text, in order of first occurrence."""
        return tuple(dict.fromkeys(term for _, term in self._matches(text)))

    def substitute(self, text: str) -> str:
        """The source text with each term replaced by its English, the longest match first.

        A space is added only between English and a Latin letter or a digit beside it.
        """
        parts: list[str] = []
        end = 0
        for start, term in self._matches(text):
            parts += [text[end:start], term.target]
            end = start + len(term.source)
        parts.append(text[end:])
        return _join(parts)

    def masked(self, text: str) -> str:
        """The source text with its terms blanked out, as long as it was."""
        for start, term in self._matches(text):
            end = start + len(term.source)
            text = text[:start] + "\0" * len(term.source) + text[end:]
        return text

    def missing(self, source: str, target: str) -> tuple[Term, ...]:
        """The terms of a source text whose English its translation lacks.

        Case, hyphens, line breaks, the shape of quotation marks and the plural do not matter.
        """
        english = _folded(target)
        return tuple(
            term
            for term in self.occurring(source)
            if not re.search(rf"(?<![a-z0-9]){_inflected(term.target)}(?![a-z0-9])", english)
        )

    @cached_property
    def _by_first(self) -> dict[str, list[Term]]:
        by_first: dict[str, list[Term]] = {}
        for term in sorted(self.terms, key=lambda term: -len(term.source)):
            by_first.setdefault(term.source[0], []).append(term)
        return by_first

    def _matches(self, text: str) -> Iterator[tuple[int, Term]]:
        """Where terms occur, the longest first, none inside another."""
        at = 0
        while at < len(text):
            same = self._by_first.get(text[at], ())
            found = next((term for term in same if _stands(term.source, text, at)), None)
            if found:
                yield at, found
            at += len(found.source) if found else 1


def load(path: Path | None = None) -> Glossary:
    """The glossary of a TSV file, or the one that ships with the package.

    Raises:
        InputError: the file cannot be read, is not UTF-8, or a line has the wrong columns, an empty
            source or target, Chinese in the target, or another English for a term it repeats.
    """
    path = path or shipped("seeds") / "glossary.tsv"
    lines = _text(path).split("\n")
    header = tuple(lines[0].rstrip("\r").split("\t"))
    if header != _HEADER:
        raise InputError(f"{path}, line 1: the columns must be {', '.join(_HEADER)}, tab-separated")
    terms: dict[str, tuple[int, Term]] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        term = _term(line.rstrip("\r"), f"{path}, line {number}")
        first, known = terms.setdefault(term.source, (number, term))
        if known.target != term.target:
            raise InputError(
                f"{path}, line {number}: {term.source} is {term.target!r} here and "
                f"{known.target!r} in line {first}; keep one"
            )
    return Glossary(tuple(term for _, term in terms.values()))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"the glossary {path} is over {_MAX_BYTES // 1_000_000} MB: split it")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"the glossary {path} is not UTF-8: save it as UTF-8 text") from error
    except OSError as error:
        raise InputError(f"the glossary {path} cannot be read: {error.strerror}") from error


def _term(line: str, where: str) -> Term:
    cells = [cell.strip() for cell in line.split("\t")]
    if not 2 <= len(cells) <= len(_HEADER):
        raise InputError(f"{where}: {len(cells)} columns where there must be 2 or 3, tab-separated")
    source, target = cells[:2]
    if not source or not target:
        raise InputError(f"{where}: the {'target' if source else 'source'} is empty; fill it in")
    if re.search(f"[{HAN}]", target):
        raise InputError(f"{where}: the target {target!r} has Chinese in it; write it in English")
    return Term(source, target, cells[2] if len(cells) > 2 else "")


def _stands(source: str, text: str, at: int) -> bool:
    """Whether a term is at an offset and not the beginning of another word: no 商务部 in 商务部门.

    A term that begins or ends in Latin must be a whole word there.
    """
    if not text.startswith(source, at):
        return False
    end = at + len(source)
    if text[end - 1 : end + 1] in _OVERLAPS:
        return False
    joined_before = at > 0 and _is_ascii_word(source[0]) and _is_ascii_word(text[at - 1])
    joined_after = end < len(text) and _is_ascii_word(source[-1]) and _is_ascii_word(text[end])
    return not (joined_before or joined_after)


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _join(parts: Iterable[str]) -> str:
    joined = ""
    for part in parts:
        if joined and part and _is_latin(joined[-1]) and _is_latin(part[0]):
            joined += " "
        joined += part
    return joined


def _is_latin(character: str) -> bool:
    return character.isalnum() and not re.match(f"[{HAN}]", character)


def _folded(english: str) -> str:
    """English with what `missing` does not mind taken out."""
    english = re.sub("[‘’]", "'", english.lower())
    return " ".join(re.sub(r"[-‐‑–\s]+|[“”\"]", " ", english).split())


def _inflected(target: str) -> str:
    """A pattern for a term, its last word in either number: commissions for commission."""
    *words, last = _folded(target).split()
    if re.search("[^aeiou]y$", last):
        forms = f"{re.escape(last[:-1])}(?:y|ies)"
    elif last.endswith("ies"):
        forms = f"{re.escape(last[:-3])}(?:y|ies)"
    else:
        forms = f"{re.escape(last.removesuffix('s'))}(?:e?s)?"
    return " ".join([*map(re.escape, words), forms])
