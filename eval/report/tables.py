"""Tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics import Metric
from eval.report.results import Cell, Results
from eval.report.writers import show, show_p


def scores(results: Results) -> str:
    """One system: a row a metric with its interval; several: a row a system."""
    if len(results.systems) == 1:
        (system,) = results.systems
        rows = [["metric", "score", "95 %"]]
        for metric in results.metrics:
            cell = results.table[system][metric.name]
            rows.append([metric.title, show(cell.value, metric), _range(cell, metric)])
        return _laid_out(rows)
    rows = [["system", *(metric.title for metric in results.metrics)]]
    for system in results.systems:
        cells = [(results.table[system].get(metric.name), metric) for metric in results.metrics]
        rows.append(
            [system, *(show(cell.value if cell else None, metric) for cell, metric in cells)]
        )
    return _laid_out(rows)


def comparisons(results: Results) -> str:
    """Every later system against the first, a row a metric."""
    parts = []
    first, *others = results.systems
    for system in others:
        rows = [["metric", first, system, "difference", "95 %", "p bs", "p ar", "can show", ""]]
        for metric in results.metrics:
            cell = results.table[system].get(metric.name)
            found = cell.comparison if cell else None
            if found is None:
                continue
            row = [metric.title, show(found.baseline, metric), show(found.value, metric)]
            smallest = show(found.smallest, metric)
            if found.unchanged:
                rows.append([*row, "0", "", "–", "–", smallest, "unchanged"])
                continue
            gain = found.difference if metric.better == "up" else -found.difference
            low, high = found.interval.low, found.interval.high
            said = ""
            if metric.better != "none" and found.is_significant(0.05):
                said = "better" if gain > 0 else "worse"
            rows.append(
                [
                    *row,
                    show(found.difference, metric, "+"),
                    f"{show(low, metric, '+')} .. {show(high, metric, '+')}",
                    show_p(found.p_bootstrap),
                    show_p(found.p_randomisation),
                    smallest,
                    said,
                ]
            )
        parts.append(_laid_out(rows))
    note = (
        f"{results.how.unit}s resampled; `can show`: the smallest difference that this set could "
        "show at 5 %"
    )
    return "\n\n".join([*parts, note])


def _range(cell: Cell, metric: Metric) -> str:
    if cell.value != cell.value:
        return ""
    return f"{show(cell.interval.low, metric)} .. {show(cell.interval.high, metric)}"


def _laid_out(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
