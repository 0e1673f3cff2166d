"""The findings of `translator check` as JSON and as text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator

from translator.checks import Finding
from translator.review import Review


def to_json(review: Review) -> str:
    """Schema 1 of design.md, and the pairs that were compared."""
    return json.dumps(review.record(), ensure_ascii=False, indent=2) + "\n"


def to_text(review: Review) -> str:
    """The findings by sentence, those with an error first, and how many there are."""
    by_segment: dict[str, list[Finding]] = {}
    for finding in review.findings:
        by_segment.setdefault(finding.segment, []).append(finding)
    pairs = {pair.id: pair for pair in review.pairs}
    ranked = sorted(by_segment.items(), key=lambda one: not _has_error(one[1]))
    lines: list[str] = []
    for segment, findings in ranked:
        pair = pairs[segment]
        lines += [
            f"[{segment}] {_plain(pair.source)}",
            f"{'':{len(segment) + 2}} {_plain(pair.target)}",
        ]
        lines += _finding_lines(findings)
        lines.append("")
    errors = sum(finding.severity == "error" for finding in review.findings)
    warnings = len(review.findings) - errors
    lines.append(
        f"{len(review.pairs)} segments checked: {_counted(errors, 'error')}, "
        f"{_counted(warnings, 'warning')}"
    )
    return "\n".join(lines) + "\n"


def _finding_lines(findings: list[Finding]) -> Iterator[str]:
    for finding in sorted(findings, key=lambda one: one.severity != "error"):
        expected = f"; expected: {finding.expected}" if finding.expected else ""
        yield f"    {finding.severity} ({finding.kind}): {_plain(finding.message)}{expected}"


def _has_error(findings: list[Finding]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _plain(text: str) -> str:
    return " ".join(text.split()) or "(nothing)"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
