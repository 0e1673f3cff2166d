"""Sources to lines: which format a file, a download or standard input is in, and what it says."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from translator import decode, fetch, reflow
from translator.decode import Limits
from translator.errors import InputError
from translator.wrap import Line, Role

if TYPE_CHECKING:
    from markdown_it.token import Token

_ENDINGS = {
    "": "",
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
}
_MEDIA_TYPES = {
    "text/plain": "txt",
    "text/markdown": "md",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/octet-stream": "",
    "": "",
}


def is_readable(path: Path) -> bool:
    """Whether a file's ending says that it is in a format of ours."""
    return bool(_ENDINGS.get(path.suffix.lower()))


def read_lines(src: str, limits: Limits, allow_private: bool) -> list[Line]:
    """The lines of a path, of `-` (standard input) or of an http(s) URL.

    A file's format goes by its ending, a download's by its media type; where those say nothing
    the first bytes tell. Raises InputError for whatever cannot be read.
    """
    if src == "-":
        data = sys.stdin.buffer.read(limits.file_bytes + 1)
        return _lines(_within(data, limits, "standard input"), "", "standard input", limits)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", src):
        reply = fetch.get(src, limits, allow_private=allow_private)
        if reply.media_type not in _MEDIA_TYPES:
            raise InputError(
                f"{src} is {reply.media_type}, not an article: give a page, text, pdf or docx"
            )
        kind = _MEDIA_TYPES[reply.media_type]
        return _lines(reply.data, kind, src, limits, reply.charset)
    return lines_of(_file_bytes(Path(src), limits), src, limits)


def lines_of(data: bytes, name: str, limits: Limits) -> list[Line]:
    """The lines of a file's content; its format goes by the ending of its name.

    Raises InputError for whatever cannot be read.
    """
    ending = Path(name).suffix.lower()
    kind = _ENDINGS.get(ending)
    if kind is None:
        known = ", ".join(one for one in _ENDINGS if one)
        raise InputError(f"{name} has an unknown ending {ending}: the known ones are {known}")
    return _lines(_within(data, limits, name), kind, name, limits)


def _file_bytes(path: Path, limits: Limits) -> bytes:
    try:
        # A pipe or device would block or never end.
        if not stat.S_ISREG(path.stat().st_mode):
            what = "a folder" if path.is_dir() else "not a regular file"
            raise InputError(f"{path} is {what}: give one article file, or - for standard input")
        with path.open("rb") as file:
            return _within(file.read(limits.file_bytes + 1), limits, str(path))
    except FileNotFoundError as exc:
        raise InputError(f"{path} does not exist: check the path") from exc
    except PermissionError as exc:
        raise InputError(f"{path} may not be read: check its permissions") from exc
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else str(exc)
        raise InputError(f"{str(path)[:200]!r} cannot be read: {reason}; check the path") from exc


def _within(data: bytes, limits: Limits, where: str) -> bytes:
    if len(data) > limits.file_bytes:
        raise InputError(
            f"{where} is larger than {limits.file_bytes:,} bytes: split it, or save only its text"
        )
    return data


def _lines(data: bytes, kind: str, where: str, limits: Limits, charset: str = "") -> list[Line]:
    seen = _sniff(data)
    if not kind:
        kind = seen or "txt"
    if seen == "ole":
        raise InputError(
            f"{where} is an encrypted or old Word file: remove its password, or save it as docx"
        )
    if kind in ("txt", "md"):
        if seen in ("pdf", "docx"):
            raise InputError(f"{where} is named as text but is {seen}: rename it to .{seen}")
        if len(data) > 2 * limits.text_bytes + 4:  # UTF-16 takes at most twice UTF-8
            raise InputError(
                f"{where} is {len(data):,} bytes, the limit is {limits.text_bytes:,}: split it"
            )
        text = decode.decode(data, where, charset)
        decode.require_size(text, limits, where)
        text = decode.normalise(text)
        return markdown_lines(text) if kind == "md" else reflow.split_lines(text)
    if kind == "html":
        text = decode.decode(data, where, charset or _meta_charset(data))
        return _isolated("html", text.encode("utf-8", errors="replace"), where, limits)
    if seen != kind:
        raise InputError(f"{where} is not a {kind} file, or it is damaged: save it again")
    return _isolated(kind, data, where, limits)


def _sniff(data: bytes) -> str:
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    start = data[:1024].replace(b"\x00", b"").lower().lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return (
        "html" if re.match(rb"<(?:!doctype html|html|head|body|\?xml[^>]*>\s*<html)", start) else ""
    )


def _meta_charset(data: bytes) -> str:
    found = re.search(
        rb"<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,80}?encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})",
        data[:4096],
        re.IGNORECASE,
    )
    return found[1].decode("ascii") if found else ""


def _isolated(kind: str, data: bytes, where: str, limits: Limits) -> list[Line]:
    """Parse in a process of its own: a hostile file can neither hang nor fill this one."""
    wanted = [kind, str(limits.text_bytes), str(limits.unpacked_bytes), str(limits.pages)]
    try:
        child = subprocess.run(
            [sys.executable, "-X", "utf8", "-W", "ignore", "-m", "translator.extract", *wanted],
            input=data,
            capture_output=True,
            timeout=limits.seconds,
            # Python looks for modules there first: never in the folder the user stands in.
            cwd=Path(__file__).resolve().parent.parent,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise InputError(
            f"{where} took longer than {limits.seconds:g} s to read as {kind}: save it as text"
        ) from exc
    try:
        answer = json.loads(child.stdout)
    except ValueError:
        fault = child.stderr.decode("utf-8", errors="replace").strip().split("\n")[-1]
        raise InputError(
            f"{where} cannot be read as {kind} ({fault[:200] or 'out of memory'}): save it as text"
        ) from None
    if "error" in answer:
        raise InputError(f"{where} {answer['error']}")
    return [line for found in answer["lines"] for line in _cleaned(*found)]


def _cleaned(text: str, gap: int, indented: bool, role: Role) -> list[Line]:
    """One found line, normalised; a line break inside it makes it several."""
    parts = reflow.split_lines(decode.normalise(text))
    return [
        Line(
            part.text,
            gap if number == 0 else part.gap,
            indented or part.indented,
            role if role != "text" else part.role,
        )
        for number, part in enumerate(parts)
    ]


def markdown_lines(text: str) -> list[Line]:
    """Normalised Markdown as lines without markup: headings, list items and table rows known."""
    from markdown_it import MarkdownIt

    front = re.match(r"---\n(.*?)\n---(?:\n|$)", text, re.DOTALL)
    lines: list[Line] = []
    if front:
        text = text[front.end() :]
        named = re.search(r"^title: *[\"']?(.*?)[\"']? *$", front[1], re.MULTILINE)
        if named and named[1]:
            lines.append(Line(named[1], 0, role="title"))
    row: list[str] | None = None
    role: Role = "text"
    bullet = ""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "heading_open":
            first = token.tag == "h1" and not any(line.role == "title" for line in lines)
            role = "title" if first else "heading"
        elif token.type == "list_item_open":
            role, bullet = "item", f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            lines.append(Line("\t".join(row), 1, role="row"))
            row = None
        elif token.type in ("fence", "code_block"):
            lines += [Line(part.text, 1, role="row") for part in reflow.split_lines(token.content)]
        elif token.type == "html_block":
            lines += _cleaned(_without_tags(token.content), 1, False, "text")
        elif token.type == "inline":
            plain = _inline_text(token.children or [])
            if row is not None:
                row.append(" ".join(plain.split()))
                continue
            found = _cleaned(bullet + plain, 1, False, "text")
            lines += [
                Line(line.text, line.gap, line.indented, role if number == 0 else line.role)
                for number, line in enumerate(found)
            ]
            role, bullet = "text", ""
    return lines


def _inline_text(children: Sequence[Token]) -> str:
    parts: list[str] = []
    for token in children:
        if token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "html_inline":
            parts.append("\n" if re.match(r"<br\b", token.content, re.IGNORECASE) else "")
        else:
            parts.append(token.content)
    return "".join(parts)


def _without_tags(text: str) -> str:
    unseen = r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1>|$)"
    text = re.sub(unseen, "", text, flags=re.DOTALL | re.IGNORECASE)
    text = re.sub(r"<(?:br|/p|/div|/h[1-6]|/li)\b[^<>]*>", "\n", text, flags=re.IGNORECASE)
    return re.sub(r"<[^<>]*>", "", text)
