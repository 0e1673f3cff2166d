"""XML that other people's tools wrote, an element at a time: it is untrusted.

No entity is expanded, nothing outside the file is read, and memory stays flat however many
elements a file has.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from translator.errors import InputError

# A unit of a bilingual file has some tens; without a bound one unit may be a whole file.
_MOST_ELEMENTS = 200_000
# In these, and in UTF-16 and UTF-32 without their NULs, markup is the bytes of ASCII. The parser
# knows others, UTF-7 among them, in which a declaration would not be seen.
_ENCODINGS = re.compile(
    r"utf-?(?:8|16|32)(?:-?[lb]e)?|(?:us-)?ascii|gb\d+|gbk|big5.*|iso-8859-.*|windows-.*"
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?\sencoding\s*=\s*[\"']([^\"'>]{0,40})")


def is_xml(data: bytes) -> bool:
    """Whether bytes begin as XML, in any encoding that is read."""
    return _ascii(data[:400]).startswith(b"<")


def declared(data: bytes) -> str:
    """The encoding that XML says it is in, in small letters, or an empty string."""
    found = _DECLARED.match(_ascii(data[:400]))
    return found[1].decode("ascii", errors="replace").strip().lower() if found else ""


def elements(data: bytes, file: str, names: tuple[str, ...], root: str = "") -> Iterator[Any]:
    """The elements of these local names, each dropped when the next is asked for.

    Args:
        data: the file's bytes.
        file: its name, for messages.
        names: what to yield, whichever namespace it is in.
        root: what the file must be, by the name of its first element; anything if empty.

    Raises:
        InputError: with the line: not XML, another root, an encoding that is not read, entities or
            other declarations, or too many elements in one place.
    """
    from lxml import etree  # type: ignore[import-untyped, unused-ignore]

    _require_plain(data, file)
    options: dict[str, Any] = {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
    }
    begun = False
    since = 0
    parent: Any = None
    try:
        for event, element in etree.iterparse(io.BytesIO(data), ("start", "end"), **options):
            if event == "start":
                if not begun:
                    begun = True
                    _require_root(element, root, file)
                since += 1
                if since > _MOST_ELEMENTS:
                    raise InputError(
                        f"{file}, line {element.sourceline}: over {_MOST_ELEMENTS:,} elements with "
                        f"no {' or '.join(names)} complete: split it"
                    )
                continue
            if local(element) not in names:
                continue
            if any(True for _ in element.iter(etree.Entity)):
                raise InputError(
                    f"{file}, line {element.sourceline}: an XML entity that is not read: "
                    "write it out"
                )
            yield element
            element.clear()
            # Of a parent that is known only the unit's own siblings are new.
            _drop_before(element, everywhere=element.getparent() is not parent)
            parent = element.getparent()
            since = 0
    except etree.XMLSyntaxError as error:
        # The message may quote lines of the file, and ends in the place once more.
        fault = re.sub(r", line \d+, column \d+$", "", " ".join((error.msg or "").split()))
        raise InputError(
            f"{file}, line {error.lineno}: not well-formed XML: {fault[:100]}"
        ) from error


def local(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _require_plain(data: bytes, file: str) -> None:
    if not is_xml(data):
        raise InputError(f"{file} is not XML: save it again")
    name = declared(data)
    if name and not _ENCODINGS.fullmatch(name):
        raise InputError(f"{file} says that it is in {name!r}: save it as UTF-8")
    whole = data.replace(b"\0", b"")
    if b"<!ENTITY" in whole:
        raise InputError(f"{file} declares XML entities, which are not read: write them out")
    # A default of a megabyte for an attribute, and a million elements that have it.
    if b"<!ATTLIST" in whole:
        raise InputError(f"{file} declares XML attributes, which are not read: write them out")


def _ascii(head: bytes) -> bytes:
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")


def _require_root(element: Any, root: str, file: str) -> None:
    if root and local(element) != root:
        raise InputError(
            f"{file} is XML but not {root.upper()}: it starts with {local(element)[:40]}"
        )


def _drop_before(element: Any, *, everywhere: bool) -> None:
    """Forget all that stands before an element, if asked at every level: else it is kept."""
    for node in (element, *(element.iterancestors() if everywhere else ())):
        while node.getprevious() is not None:
            del node.getparent()[0]
