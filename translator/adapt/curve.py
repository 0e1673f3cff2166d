"""The curve of the losses as an SVG picture, drawn by hand: no plotting library is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from translator.adapt.state import Course

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 28, 36
_SMOOTH = 0.9  # of the exponential mean that the training line shows
_Points = Sequence[tuple[float, float]]


def svg(course: Course) -> str:
    """Training loss (faint), its running mean, and validation loss, over steps."""
    raw = [(float(step), loss) for step, loss in enumerate(course.losses, 1)]
    held = [(float(one.step), one.loss) for one in course.evaluations]
    ys = [y for _, y in (*raw, *held)] or [0.0]
    low, high, last = min(ys), max(ys), max(course.step, 1)
    room = max(high - low, 1e-6) * 0.05
    low, high = low - room, high + room

    def at(x: float, y: float) -> str:
        across = _LEFT + (x / last) * (_WIDTH - _LEFT - _RIGHT)
        down = _TOP + (high - y) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)
        return f"{across:.1f},{down:.1f}"

    def line(points: _Points, colour: str, width: float) -> str:
        path = " ".join(at(*point) for point in points)
        return f'<polyline fill="none" stroke="{colour}" stroke-width="{width}" points="{path}"/>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="11">',
        "<title>Loss a target token over training steps</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
    ]
    for tick in range(5):
        value = low + (high - low) * tick / 4
        left, right = at(0, value), at(last, value)
        (x1, y), (x2, _) = left.split(","), right.split(",")
        parts.append(f'<line x1="{x1}" y1="{y}" x2="{x2}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y}" dy="4" text-anchor="end">{value:.2f}</text>')
        step = round(last * tick / 4)
        across = at(step, low).split(",")[0]
        parts.append(f'<text x="{across}" y="{_HEIGHT - 18}" text-anchor="middle">{step}</text>')
    parts.append(f'<text x="{_WIDTH // 2}" y="{_HEIGHT - 4}" text-anchor="middle">step</text>')
    if raw:
        parts += [line(raw, "#bcd", 1), line(_mean(raw), "#1f5fa8", 2)]
    if held:
        parts.append(line(held, "#b4441b", 2))
        for point in held:
            across, down = at(*point).split(",")
            parts.append(f'<circle cx="{across}" cy="{down}" r="3" fill="#b4441b"/>')
    parts += [
        f'<text x="{_LEFT}" y="16" fill="#1f5fa8">training loss (running mean)</text>',
        f'<text x="{_LEFT + 200}" y="16" fill="#b4441b">loss of held-out pairs</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _mean(points: _Points) -> list[tuple[float, float]]:
    found, mean = [], points[0][1]
    for x, y in points:
        mean = _SMOOTH * mean + (1 - _SMOOTH) * y
        found.append((x, mean))
    return found
