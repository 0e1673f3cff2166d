"""One HTML file that needs nothing else: brief, what to check, Chinese and English side by side.

It holds no script. Its content security policy allows its own style sheet, by hash, and nothing
more: no request leaves the page, whatever an article says.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from translator.brief import Brief
from translator.export import marks
from translator.export.exchange import SOURCE_LANGUAGE, TARGET_LANGUAGE, xml_text
from translator.pipeline import TranslatedSegment, Translation

_HERE = Path(__file__).parent


def to_html(translation: Translation, brief: Brief | None = None) -> str:
    """The translation as a page of its own; whatever comes from the article is escaped."""
    css = (_HERE / "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    found = marks.by_segment(translation)
    segments = {segment.id: segment for segment in translation.segments}
    return xml_text(
        _template().render(
            # Whole and unescaped: the policy's hash is of exactly these bytes.
            css=Markup(css),  # noqa: S704 - our own file
            style_hash=f"sha256-{digest}",
            source_language=SOURCE_LANGUAGE,
            target_language=TARGET_LANGUAGE,
            title=marks.title(translation, brief),
            original_title=translation.document.title,
            source_name=marks.source_name(translation.document),
            brief=brief,
            sections=list(marks.sections(brief)) if brief else [],
            segments=segments,
            blocks=[
                (block.kind, [_row(one, found) for one in translation.block_segments(block.id)])
                for block in translation.document.blocks
            ],
            findings=marks.errors_first(translation.findings),
            failed=[one for one in translation.segments if one.status == "failed"],
            run=translation.run,
        )
    )


def _row(segment: TranslatedSegment, found: dict[str, list[Any]]) -> dict[str, Any]:
    findings = found[segment.id]
    return {
        "segment": segment,
        "source": marks.runs(segment.source.strip(), findings, "source"),
        "target": marks.runs(segment.target, findings, "target"),
        "findings": findings,
        "severity": marks.worst(findings),
    }


@functools.cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"explained": marks.explanation, "label": marks.label}
    environment.globals |= {"counted": marks.counted}
    return environment.get_template("page.html.jinja")
