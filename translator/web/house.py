"""The house glossary: the terms that readers of the page keep, in the user's data folder."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from translator import export, glossary, home
from translator.errors import InputError
from translator.glossary import Glossary, Term
from translator.glossary.entries import entry
from translator.text import shown_name

_MOST_TERMS = 20_000  # each is looked for in every article of everybody
_COLUMNS = ("source", "target", "aliases", "note", "case", "pos")


class House:
    """The glossary in one file. For many threads at once."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home.data_home() / "glossary.tsv"
        self._lock = threading.Lock()

    def glossary(self) -> Glossary:
        """Its terms; none where there is no file yet.

        Raises:
            InputError: somebody has damaged the file.
        """
        return glossary.load(self.path) if self.path.exists() else Glossary(())

    def put(self, source: str, target: str, note: str) -> None:
        """Add a term or give it another English; its aliases stay.

        Raises:
            InputError: the term is none that a glossary may have, there would be more than every
                article should be searched for, or the file cannot be written.
        """
        new = entry("glossary", f"“{source.strip()}”", source, target, note=note).term
        with self._lock:
            terms = {term.key: term for term in self.glossary().terms}
            old = terms.get(new.key, new)
            aliases = tuple(one for one in old.aliases if one != new.target)
            kept = replace(old, target=new.target, note=new.note, aliases=aliases)
            self._write(_bounded({**terms, new.key: kept}.values()))

    def remove(self, source: str) -> None:
        """Take a term out, if it is there.

        Raises:
            InputError: the file cannot be written.
        """
        with self._lock:
            terms = self.glossary().terms
            self._write([term for term in terms if term.source != source])

    def take_in(self, terms: Glossary) -> None:
        """Add the terms of another glossary; they win.

        Raises:
            InputError: there would be more than every article should be searched for, or the file
                cannot be written.
        """
        with self._lock:
            self._write(_bounded(self.glossary().overridden_by(terms).terms))

    def text(self) -> str:
        """The terms as a file that `glossary.load` reads."""
        return _rendered(self.glossary().terms)

    @contextlib.contextmanager
    def with_terms(self, own: Glossary | None) -> Iterator[Path | None]:
        """A file of the house's terms with an article's own over them, while it is needed."""
        terms = self.glossary()
        if own is not None:
            terms = terms.overridden_by(own)
        if not terms.terms:
            yield None
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "glossary.tsv"
            path.write_text(_rendered(terms.terms), "utf-8")
            yield path

    def _write(self, terms: Iterable[Term]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        export.write(self.path, _rendered(terms))


def uploaded_terms(path: str) -> Glossary:
    """The terms of an uploaded file, which is deleted.

    Raises:
        InputError: it cannot be read as a glossary.
    """
    file = Path(path)
    try:
        return glossary.load(file)
    except InputError as fault:
        raise InputError(str(fault).replace(path, shown_name(file.name))) from fault
    finally:
        file.unlink(missing_ok=True)


def _bounded(terms: Collection[Term]) -> Collection[Term]:
    if len(terms) > _MOST_TERMS:
        raise InputError(
            f"a house glossary has at most {_MOST_TERMS:,} terms, with these it would have "
            f"{len(terms):,}: give the others with the article that needs them"
        )
    return terms


def _rendered(terms: Iterable[Term]) -> str:
    rows = (
        (term.source, term.target, "|".join(term.aliases), term.note, term.case, term.pos)
        for term in terms
    )
    return "".join("\t".join(map(_cell, row)) + "\n" for row in (_COLUMNS, *rows))


def _cell(text: str) -> str:
    """A cell that the glossary's reader takes for what it is: quoted where it begins like one."""
    text = " ".join(text.split())
    return '"{}"'.format(text.replace('"', '""')) if text.startswith('"') else text
