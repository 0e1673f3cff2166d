"""report.json, report.md and report.html from one `Results`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import jinja2

from eval.gate import Verdict
from eval.metrics import Metric
from eval.report import plots
from eval.report.results import DETAIL, Cell, Part, Results
from translator import export
from translator.errors import InputError

_MAX_ROWS = 60  # documents in report.md, which must fit a CI summary
_HERE = Path(__file__).parent


def write(results: Results, folder: Path) -> None:
    """Write the three reports, and verdict.json and junit.xml where the gate was asked.

    Raises:
        InputError: the folder cannot be written to.
    """
    _make(folder)
    export.write(folder / "report.json", as_json(results.record()))
    export.write(folder / "report.md", to_markdown(results))
    export.write(folder / "report.html", to_html(results))
    if results.verdict:
        write_verdict(results.verdict, folder)


def write_verdict(verdict: Verdict, folder: Path) -> None:
    """Write verdict.json and junit.xml.

    Raises:
        InputError: the folder cannot be written to.
    """
    _make(folder)
    export.write(folder / "verdict.json", as_json(verdict.record()))
    export.write(folder / "junit.xml", verdict.junit())


def as_json(record: object) -> str:
    """A record as indented JSON."""
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def to_markdown(results: Results) -> str:
    """The report for a CI summary: verdict, tables, the worst segments."""
    lines = [f"# Evaluation on {results.test_set.name}", ""]
    if results.verdict:
        lines += [f"**{_escaped(results.verdict.sentence)}**", ""]
    lines += [_about(results), "", *_markdown_scores(results), ""]
    for title, parts in (("Domains", results.domains), ("Documents", results.documents)):
        if len(parts) < 2:
            continue
        lines += [f"## {title}", "", *_markdown_parts(results, title, parts[:_MAX_ROWS]), ""]
        if len(parts) > _MAX_ROWS:
            lines += [f"{len(parts) - _MAX_ROWS} more stand in report.json.", ""]
    lines += [f"## {worst_title(results)}", ""]
    for one in results.worst:
        change = "" if one.change is None else f", {one.change:+.1f}"
        lines.append(f"1. {_escaped(one.document)} {one.number}, chrF++ {one.score:.1f}{change}  ")
        lines.append(f"   {_escaped(one.source)}  ")
        lines.append(f"   {_escaped(one.target) or '(empty)'}")
        lines += [f"   - {found.severity}: {_escaped(found.message)}" for found in one.findings]
    return "\n".join(lines) + "\n"


def to_html(results: Results) -> str:
    """The report as one file: styles and plots inside, nothing from elsewhere."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"score": show, "p": show_p}
    return environment.get_template("report.html.jinja").render(
        results=results,
        groups=_groups(results),
        detail=_detail_metrics(results),
        about=_about(results),
        worst_title=worst_title(results),
        plots=plots.draw(results),
    )


def worst_title(results: Results) -> str:
    """What the list of segments shows."""
    if len(results.outputs) > 1:
        return f"Segments that lost most in {results.systems[-1]}"
    return "Worst segments"


def show(value: float | None, metric: Metric, sign: str = "") -> str:
    """A score as tables have it; a dash where nothing was asked; `sign` may be `+`."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:{sign}.{metric.digits}f}"


def show_p(value: float | None) -> str:
    """A p-value as tables have it."""
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror}") from error


def _about(results: Results) -> str:
    units = {"document": "whole documents", "segment": "segments"}[results.how.unit]
    missing = "".join(f" No {name}: {why}." for name, why in results.missing.items())
    return (
        f"{len(results.test_set)} segments, {len(results.test_set.documents)} documents, "
        f"{len(results.test_set.references)} references. Intervals of 95 %: {units} resampled "
        f"{results.how.samples} times.{missing}"
    )


def _groups(results: Results) -> list[tuple[str, list[Metric]]]:
    """Metrics by what they are about, for the html."""
    groups: dict[str, list[Metric]] = {"Text": [], "Fidelity": [], "Findings": [], "Briefs": []}
    for metric in results.metrics:
        if metric.name.startswith("brief."):
            groups["Briefs"].append(metric)
        elif metric.name.startswith("finding."):
            groups["Findings"].append(metric)
        elif metric.name in ("quantity", "name", "term", "similarity", "length"):
            groups["Fidelity"].append(metric)
        else:
            groups["Text"].append(metric)
    return [(title, found) for title, found in groups.items() if found]


def _detail_metrics(results: Results) -> list[Metric]:
    return [metric for metric in results.metrics if metric.name in DETAIL]


def _markdown_scores(results: Results) -> Iterator[str]:
    """A row a metric: the score with its interval, and for later systems the difference."""
    first, *others = results.systems
    titles = ["metric", _escaped(first)]
    for other in others:
        titles += [_escaped(other), "difference", "p"]
    titles.append("limit")
    yield f"| {' | '.join(titles)} |"
    yield "|---" * len(titles) + "|"
    for metric in results.metrics:
        cells = [metric.title, _with_interval(results.table[first].get(metric.name), metric)]
        limit = ""
        for system in results.systems:
            cell = results.table[system].get(metric.name)
            limit = limit or (cell.floor if cell else "")
            if system in others:
                cells += _compared(cell, metric)
        yield f"| {' | '.join([*cells, limit])} |"


def _compared(cell: Cell | None, metric: Metric) -> list[str]:
    if cell is None:
        return ["–", "–", "–"]
    found = cell.comparison
    if found is None:
        return [show(cell.value, metric), "–", "–"]
    if found.unchanged:
        return [show(cell.value, metric), "unchanged", "–"]
    bounds = ", ".join(show(one, metric, "+") for one in (found.interval.low, found.interval.high))
    difference = f"{show(found.difference, metric, '+')} [{bounds}]"
    p = f"{show_p(found.p_bootstrap)} / {show_p(found.p_randomisation)}"
    return [show(cell.value, metric), difference, p]


def _with_interval(cell: Cell | None, metric: Metric) -> str:
    if cell is None or math.isnan(cell.value):
        return "–"
    return f"{show(cell.value, metric)} ± {show(cell.interval.half_width, metric)}"


def _markdown_parts(results: Results, title: str, parts: Sequence[Part]) -> Iterator[str]:
    shown = [m for m in _detail_metrics(results) if m.name in ("bleu", "chrf", "quantity", "name")]
    titles = [title.removesuffix("s").lower(), "segments"]
    for system in results.systems:
        titles += [f"{_escaped(system)} {metric.title}" for metric in shown]
    yield f"| {' | '.join(titles)} |"
    yield "|---" * len(titles) + "|"
    for part in parts:
        cells = [_escaped(part.name), str(part.segments)]
        for system in results.systems:
            cells += [show(part.scores[system].get(metric.name), metric) for metric in shown]
        yield f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    for mark in "\\`*_[]<>|#":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
