"""TMX 1.x and XLIFF 1.1, 1.2 and 2.x into pairs.

Text inside inline elements that mark a stretch of it (g, mrk, pc, hi ...) is text; what stands in
elements that hold a format's own codes (bpt, ept, it, ph) is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from translator import markup
from translator.bitext.pair import Pair, one_line
from translator.errors import InputError
from translator.markup import local

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CHINESE = ("zh", "zho", "chi", "cmn")
_ENGLISH = ("en", "eng")
_CODES = ("bpt", "ept", "it", "ph", "ut")


def read_tmx(data: bytes, file: str) -> Iterator[Pair]:
    """The pairs of a TMX file, whichever of its languages is the source.

    Raises:
        InputError: with the line: not XML, entities, not TMX, or another language pair alone.
    """
    seen: set[str] = set()
    paired = False
    for unit in markup.elements(data, file, ("tu",), "tmx"):
        variants = [one for one in unit if local(one) == "tuv"]
        texts = {_language(one): _segment(one) for one in reversed(variants)}
        seen |= set(texts)
        chinese, english = _pick(texts, _CHINESE), _pick(texts, _ENGLISH)
        paired = paired or None not in (chinese, english)
        remarks = [*_notes(unit), *(note for one in variants for note in _notes(one))]
        yield Pair(
            chinese or "",
            english or "",
            unit.get("tuid"),
            _property(unit, variants, "state"),
            _joined(remarks),
        )
    if seen and not paired:
        found = ", ".join(sorted(seen)) or "none named"
        raise InputError(
            f"{file} has no entry in both Chinese and English (languages: {found[:100]})"
        )


def read_xliff(data: bytes, file: str) -> Iterator[Pair]:
    """The pairs of an XLIFF file, version 1.1, 1.2 or 2.x.

    Raises:
        InputError: with the line: not XML, entities, not XLIFF, or not from Chinese to English.
    """
    parent: Any = None
    for element in markup.elements(data, file, ("trans-unit", "unit"), "xliff"):
        if element.getparent() is not parent:
            parent = element.getparent()
            _require_languages(element, file)
        yield from _unit_1(element) if local(element) == "trans-unit" else _unit_2(element)


def _unit_1(unit: Any) -> Iterator[Pair]:
    """A trans-unit of XLIFF 1; its alternatives (alt-trans) are other people's texts."""
    source, target = _child(unit, "source"), _child(unit, "target")
    state = target.get("state") if target is not None else None
    if state is None and unit.get("approved") == "yes":
        state = "final"
    yield Pair(_text(source), _text(target), unit.get("id"), state, _joined(_notes(unit)))


def _unit_2(unit: Any) -> Iterator[Pair]:
    """A unit of XLIFF 2, with a pair a segment."""
    notes = [note for group in unit if local(group) == "notes" for note in _notes(group)]
    segments = [one for one in unit if local(one) == "segment"]
    for number, segment in enumerate(segments, 1):
        name = unit.get("id")
        if name and len(segments) > 1:
            name = f"{name}.{segment.get('id') or number}"
        yield Pair(
            _text(_child(segment, "source")),
            _text(_child(segment, "target")),
            name,
            segment.get("state"),
            _joined(notes),
        )


def _require_languages(unit: Any, file: str) -> None:
    """Refuse a unit of a file that says it is in other languages."""
    for names, known in (
        (("source-language", "srcLang"), _CHINESE),
        (("target-language", "trgLang"), _ENGLISH),
    ):
        for parent in unit.iterancestors():
            language = next((parent.get(name) for name in names if parent.get(name)), None)
            if language and not _is_one_of(language, known):
                raise InputError(
                    f"{file}, line {parent.sourceline}: {names[0]} is {language[:40]!r}, "
                    "but only Chinese to English is read"
                )


def _segment(variant: Any) -> str:
    return _text(_child(variant, "seg"))


def _text(element: Any) -> str:
    """An element's text without the codes in it."""
    return one_line("".join(_pieces(element))) if element is not None else ""


def _pieces(element: Any) -> Iterator[str]:
    # By hand and not by recursion: a hostile file nests deeper than Python can call.
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        if node is not element and node.tail:
            stack.append(node.tail)
        if local(node) in _CODES:  # a sub-flow inside codes is text of its own, not of this one
            continue
        stack.extend(reversed(node))
        if node.text:
            stack.append(node.text)


def _notes(element: Any) -> list[str]:
    return [_text(one) for one in element if local(one) == "note" and _text(one)]


def _joined(notes: Iterable[str]) -> str | None:
    return "\n".join(notes) or None


def _property(unit: Any, variants: Iterable[Any], kind: str) -> str | None:
    """A prop of a TMX unit or of one of its variants."""
    for element in (unit, *variants):
        for one in element:
            if local(one) == "prop" and one.get("type", "").removeprefix("x-") == kind:
                return _text(one) or None
    return None


def _pick(texts: dict[str, str], known: tuple[str, ...]) -> str | None:
    return next((text for name, text in texts.items() if _is_one_of(name, known)), None)


def _language(element: Any) -> str:
    return str(element.get(_LANG) or element.get("lang") or "")


def _is_one_of(language: str, known: tuple[str, ...]) -> bool:
    return language.lower().replace("_", "-").partition("-")[0] in known


def _child(element: Any, name: str) -> Any:
    return next((one for one in element if local(one) == name), None)
