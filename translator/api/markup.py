"""Texts of which only the Chinese is translated, and all else stays: lines, HTML tags, spaces."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from translator.errors import InputError
from translator.text import han_count

_MOST_SCANNED = 1_000_000  # a tenth of a second; tags of a real page are 20 characters or so
_UNTRANSLATED = frozenset(("script", "style", "textarea", "code", "pre", "template"))
_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("param", "source", "track", "wbr"),
    )
)


class Pieces:
    """A text cut into what is to be translated and what stays."""

    def __init__(self, *, escaped: bool = False) -> None:
        self.texts: list[str] = []
        self._escaped = escaped
        self._parts: list[str | int] = []

    def keep(self, text: str) -> None:
        """Add what stays as it is."""
        self._parts.append(text)

    def add(self, text: str) -> None:
        """Add a text, of which the Chinese is translated."""
        inner = text.strip()
        if not han_count(inner):
            self.keep(self._shown(text))
            return
        start = text.index(inner)
        self.keep(text[:start])
        self._parts.append(len(self.texts))
        self.texts.append(inner)
        self.keep(text[start + len(inner) :])

    def filled(self, translations: Sequence[str]) -> str:
        """The whole, with translations in the place of `texts`."""
        return "".join(
            part if isinstance(part, str) else self._shown(translations[part])
            for part in self._parts
        )

    def _shown(self, text: str) -> str:
        return html.escape(text, quote=False) if self._escaped else text


def lines(text: str) -> Pieces:
    """A plain text, line by line."""
    pieces = Pieces()
    for part in re.split(r"(\r\n|\r|\n)", text):
        pieces.add(part)
    return pieces


def markup(text: str) -> Pieces:
    """HTML: every text between tags for itself; tags, comments, scripts and code stay.

    Nothing is parsed into a tree, so that odd HTML comes out as odd as it came in.

    Raises:
        InputError: tags or comments never end, which the parser takes the square of the time for.
    """
    if _scanned(text, "<", ">") + _scanned(text, "<!--", "-->") > _MOST_SCANNED:
        raise InputError("the HTML has many tags or comments that never end: close them")
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.flush()
    return reader.pieces


def _scanned(text: str, opening: str, closing: str) -> int:
    """How many characters lie between every opening and the closing that is its next."""
    total, at, end = 0, text.find(opening), -1
    while at >= 0 and total <= _MOST_SCANNED:
        if end < at:
            found = text.find(closing, at)
            end = found if found >= 0 else len(text)
        total += end - at
        at = text.find(opening, at + 1)
    return total


class _Reader(HTMLParser):
    """Collects texts and tags; `_closed` are the elements inside which nothing is translated."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces = Pieces(escaped=True)
        self._text: list[str] = []
        self._closed: list[str] = []

    def flush(self) -> None:
        """Take what has been read since the last tag."""
        text, self._text = "".join(self._text), []
        if self._closed:
            raw = self._closed[-1] in ("script", "style")
            self.pieces.keep(text if raw else html.escape(text, quote=False))
        elif text:
            self.pieces.add(text)

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._kept(self.get_starttag_text() or "")
        if tag not in _VOID and (tag in _UNTRANSLATED or _is_kept(attrs) or tag in self._closed):
            self._closed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs
        self._kept(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self._kept(f"</{tag}>")
        if tag in self._closed:
            while self._closed.pop() != tag:
                pass

    def handle_comment(self, data: str) -> None:
        self._kept(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._kept(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self._kept(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self._kept(f"<![{data}]>")

    def _kept(self, raw: str) -> None:
        self.flush()
        self.pieces.keep(raw)


def _is_kept(attrs: list[tuple[str, str | None]]) -> bool:
    """Whether an element says that it is not to be translated, as HTML has it."""
    found = dict(attrs)
    return found.get("translate") == "no" or "notranslate" in (found.get("class") or "").split()
