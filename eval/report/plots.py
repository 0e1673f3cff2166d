"""Plots as SVG text: scores by domain, segment scores, differences by document."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.report.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Seen well by people with any colour vision, on white and on dark (Okabe and Ito 2008).
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
_MAX_DOCUMENTS = 30
_STYLE: Mapping[Any, Any] = {
    "svg.fonttype": "none",  # text stays text, in the page's font
    "svg.hashsalt": "translator",  # the same data give the same file
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(results: Results) -> Mapping[str, str]:
    """SVG elements by title; colours of lines and text follow the page."""
    import matplotlib as mpl

    mpl.use("svg")
    with mpl.rc_context(dict(_STYLE)):
        return {title: _svg(figure) for title, figure in _figures(results)}


def _figures(results: Results) -> Iterator[tuple[str, Figure]]:
    if not all("chrf" in scored for scored in results.scored.values()):
        return
    if len(results.domains) > 1:
        yield "chrF++ by domain", _by_domain(results)
    if len(results.test_set) > 1:
        yield "Segments by chrF++", _segments(results)
    if len(results.outputs) > 1 and 1 < len(results.documents) <= _MAX_DOCUMENTS:
        yield f"chrF++ by document, against {results.systems[0]}", _differences(results)


def _by_domain(results: Results) -> Figure:
    count = len(results.systems)
    figure, axes = _new(height=1.2 + 0.24 * len(results.domains) * max(count, 2))
    places = np.arange(len(results.domains))
    for index, system in enumerate(results.systems):
        values = [part.scores[system]["chrf"] for part in results.domains]
        offset = (index - (count - 1) / 2) * 0.8 / count
        axes.barh(places + offset, values, 0.8 / count, color=_colour(index), label=system)
    axes.set_yticks(places, [f"{part.name} ({part.segments})" for part in results.domains])
    axes.invert_yaxis()
    axes.set_xlabel("chrF++")
    _legend(axes, count)
    return figure


def _segments(results: Results) -> Figure:
    figure, axes = _new(height=2.8)
    bins = list(range(0, 101, 5))
    for index, system in enumerate(results.systems):
        values = results.scored[system]["chrf"].each()
        axes.hist(values, bins=bins, histtype="step", color=_colour(index), lw=1.8, label=system)
    axes.set_xlabel("chrF++ of a segment")
    axes.set_ylabel("segments")
    _legend(axes, len(results.systems))
    return figure


def _differences(results: Results) -> Figure:
    first, *others = results.systems
    figure, axes = _new(height=1.2 + 0.24 * len(results.documents))
    places = np.arange(len(results.documents))
    axes.axvline(0, color="gray", lw=1)
    for index, system in enumerate(others, 1):
        gaps = [
            part.scores[system]["chrf"] - part.scores[first]["chrf"] for part in results.documents
        ]
        axes.plot(gaps, places, "o", color=_colour(index), label=system)
    axes.set_yticks(places, [part.name for part in results.documents])
    axes.invert_yaxis()
    axes.set_xlabel("difference in chrF++")
    _legend(axes, len(others))
    return figure


def _new(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, height), layout="constrained")
    return figure, figure.subplots()


def _legend(axes: Axes, count: int) -> None:
    if count > 1:
        axes.legend(frameon=False)


def _colour(index: int) -> str:
    return _COLOURS[index % len(_COLOURS)]


def _svg(figure: Figure) -> str:
    figure.patch.set_alpha(0)
    for axes in figure.axes:
        axes.patch.set_alpha(0)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    # Black becomes the page's text colour, so that dark pages show it.
    text = re.sub(r"stroke: #000000", "stroke: currentColor", text)
    text = text.replace("<svg ", '<svg role="img" fill="currentColor" ', 1)
    return re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
