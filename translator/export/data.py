"""The JSON of design.md, schema 1."""

from __future__ import annotations

import json
from typing import Any

from translator.brief import Brief
from translator.pipeline import Translation


def to_record(translation: Translation, brief: Brief | None = None) -> dict[str, Any]:
    """The whole record: document, segments, findings, brief, run."""
    record = translation.record()
    if brief is not None:
        record["brief"] = brief.record()
        used = [*record["run"]["prompts"], *brief.prompts]
        record["run"] = {**record["run"], "prompts": used}
    return record


def to_json(translation: Translation, brief: Brief | None = None) -> str:
    """The record as text."""
    return json.dumps(to_record(translation, brief), ensure_ascii=False, indent=2) + "\n"
