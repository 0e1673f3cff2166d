"""Files for translation tools: TMX 1.4, XLIFF 1.2 and XLIFF 2.0.

Texts are verbatim, segment ids kept, findings written as notes. What cannot stand in XML
(control characters) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from translator import __version__
from translator.brief import Brief
from translator.checks import Finding
from translator.export.marks import by_segment, explanation, source_name
from translator.pipeline import Status, TranslatedSegment, Translation

SOURCE_LANGUAGE, TARGET_LANGUAGE = "zh-CN", "en"
_TOOL = "translator"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_XLIFF_1 = "urn:oasis:names:tc:xliff:document:1.2"
_XLIFF_2 = "urn:oasis:names:tc:xliff:document:2.0"

# XLIFF 1.2's states; TMX has none of its own and gets them as a property.
_STATES: dict[Status, str] = {
    "ok": "translated",
    "repaired": "translated",
    "flagged": "needs-review-translation",
    "failed": "needs-translation",
}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Text without the characters that XML forbids."""
    return _FORBIDDEN.sub("", text)


def to_tmx(translation: Translation, _: Brief | None = None) -> str:
    """A translation memory, TMX 1.4, of the segments that have a translation."""
    tmx = _element(None, "tmx", version="1.4")
    _element(
        tmx,
        "header",
        creationtool=_TOOL,
        creationtoolversion=__version__,
        segtype="sentence",
        **{"o-tmf": _TOOL},
        adminlang=TARGET_LANGUAGE,
        srclang=SOURCE_LANGUAGE,
        datatype="plaintext",
    )
    body = _element(tmx, "body")
    found = by_segment(translation)
    for segment in translation.segments:
        if segment.status == "failed":
            continue
        unit = _element(body, "tu", tuid=segment.id)
        for finding in found[segment.id]:
            _element(unit, "note", _note(finding))
        _element(unit, "prop", _STATES[segment.status], type="x-state")
        for language, text in (
            (SOURCE_LANGUAGE, segment.source),
            (TARGET_LANGUAGE, segment.target),
        ):
            variant = _element(unit, "tuv", **{f"{_XML}lang": language})
            _element(variant, "seg", text)
    return _written(tmx, '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n')


def to_xliff(translation: Translation, _: Brief | None = None) -> str:
    """XLIFF 1.2, which every translation tool opens; a group a block, a unit a segment."""
    xliff = _element(None, "xliff", namespace=_XLIFF_1, version="1.2")
    file = _element(
        xliff,
        "file",
        original=source_name(translation.document) or "text",
        datatype="plaintext",
        **{
            "source-language": SOURCE_LANGUAGE,
            "target-language": TARGET_LANGUAGE,
            "tool-id": _TOOL,
        },
    )
    header = _element(file, "header")
    _element(header, "tool", **{"tool-id": _TOOL, "tool-name": _TOOL, "tool-version": __version__})
    body = _element(file, "body")
    found = by_segment(translation)
    for block in translation.document.blocks:
        group = _element(body, "group", id=block.id, restype=f"x-{block.kind}")
        for segment in translation.block_segments(block.id):
            _unit_1(group, segment, found[segment.id])
    return _written(xliff)


def to_xliff_2(translation: Translation, _: Brief | None = None) -> str:
    """XLIFF 2.0; a group a block, a unit with one segment a segment."""
    languages = {"srcLang": SOURCE_LANGUAGE, "trgLang": TARGET_LANGUAGE}
    xliff = _element(None, "xliff", namespace=_XLIFF_2, version="2.0", **languages)
    file = _element(xliff, "file", id="f1", original=source_name(translation.document) or "text")
    found = by_segment(translation)
    for block in translation.document.blocks:
        group = _element(file, "group", id=block.id, type=f"{_TOOL}:{block.kind}")
        for segment in translation.block_segments(block.id):
            _unit_2(group, segment, found[segment.id])
    return _written(xliff)


def _unit_1(group: Any, segment: TranslatedSegment, findings: Iterable[Finding]) -> None:
    unit = _element(group, "trans-unit", id=segment.id, **{f"{_XML}space": "preserve"})
    _element(unit, "source", segment.source)
    origin = {"source": {}, "memory": {"state-qualifier": "leveraged-tm"}}.get(
        segment.origin, {"state-qualifier": "leveraged-mt"}
    )
    if segment.status == "failed":
        origin = {}
    _element(unit, "target", segment.target, state=_STATES[segment.status], **origin)
    for finding in findings:
        priority = "1" if finding.severity == "error" else "3"
        _element(unit, "note", _note(finding), **{"from": _TOOL, "priority": priority})


def _unit_2(group: Any, segment: TranslatedSegment, findings: Iterable[Finding]) -> None:
    unit = _element(group, "unit", id=segment.id, **{f"{_XML}space": "preserve"})
    notes = None
    for finding in findings:
        notes = _element(unit, "notes") if notes is None else notes
        priority = "1" if finding.severity == "error" else "3"
        _element(notes, "note", _note(finding), category=finding.severity, priority=priority)
    if segment.status == "failed":
        _element(_element(unit, "segment", state="initial"), "source", segment.source)
        return
    state = {"state": "translated"}
    if segment.status == "flagged":  # the four states of 2.0 have no word for it
        state["subState"] = f"{_TOOL}:{_STATES['flagged']}"
    inner = _element(unit, "segment", **state)
    _element(inner, "source", segment.source)
    _element(inner, "target", segment.target)


def _note(finding: Finding) -> str:
    return f"{finding.severity}: {explanation(finding)}"


def _element(
    parent: Any, name: str, text: str = "", *, namespace: str | None = None, **attributes: str
) -> Any:
    """A new element, below `parent` and in its namespace, or a root."""
    from lxml import etree

    clean = {key: xml_text(value) for key, value in attributes.items()}
    if parent is None:
        tag = f"{{{namespace}}}{name}" if namespace else name
        element = etree.Element(tag, clean, nsmap={None: namespace} if namespace else None)
    else:
        before, bracket, _ = parent.tag.rpartition("}")
        element = etree.SubElement(parent, f"{before}{bracket}{name}", clean)
    if text:
        element.text = xml_text(text)
    return element


def _written(root: Any, doctype: str = "") -> str:
    from lxml import etree

    etree.indent(root)
    body = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}{body}\n'
