"""The JSON of design.md, schema 1."""

from __future__ import annotations

import json

from translator.brief import Brief
from translator.pipeline import Translation


def to_json(translation: Translation, brief: Brief | None = None) -> str:
    """The whole record: document, segments, findings, brief, run."""
    record = translation.record()
    if brief is not None:
        record["brief"] = brief.record()
        used = [*record["run"]["prompts"], *brief.prompts]
        record["run"] = {**record["run"], "prompts": used}
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
