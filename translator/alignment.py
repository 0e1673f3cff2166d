"""Which sentences of a translation render which sentences of its source.

Dynamic programming over groups of one or two sentences on a side (1-1, 1-2, 2-1, 2-2, 1-0, 0-1),
as Gale and Church (1993) did it by length; here the cosine of a sentence encoder carries most of
the weight, as in Vecalign (Thompson and Koehn 2019), and length the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from translator import similarity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SKIP = 0.4  # what a sentence without a counterpart costs: two unlike ones cost more
_MERGE = 0.2  # what each further sentence in a group costs
_LENGTH = 0.08  # how much an unusual length costs
_SPREAD = 0.35  # standard deviation of the logarithm of the length, short sentences included
_FALL = 0.05  # how much less like its counterpart a group may become when it takes one in
_LOOSE = 0.3  # logarithm of the length that a group may grow to by one more English sentence
_BAND = 60  # sentences that one side may run ahead of the other, and what the counts differ by
_GROUPS = ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 2))


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences that belong together: source[start:end] and target[start:end]."""

    source: tuple[int, int]
    target: tuple[int, int]
    cosine: float = 0.0


def align(sources: Sequence[str], targets: Sequence[str], lengths: Sequence[float]) -> list[Bead]:
    """The cheapest way to group the sentences of both sides, in order, none left out.

    Args:
        sources: Chinese sentences.
        targets: English sentences.
        lengths: how many characters of English each source sentence is expected to become.
    """
    if not sources or not targets:
        return [
            *(Bead((at, at + 1), (0, 0)) for at in range(len(sources))),
            *(Bead((0, 0), (at, at + 1)) for at in range(len(targets))),
        ]
    left, right = _Side(sources, lengths), _Side(targets, [float(len(text)) for text in targets])
    return _Aligner(left, right).beads()


class _Side:
    """One side: the vectors of its groups of one, two and three sentences, and their lengths."""

    def __init__(self, texts: Sequence[str], lengths: Sequence[float]) -> None:
        import numpy as np

        self.size = len(texts)
        vectors = similarity.embed(texts)
        weights = np.sqrt(np.maximum([len(text) for text in texts], 1.0))[:, None]
        # The encoder sums over words, so a group is near the weighted sum of its sentences.
        sums = np.concatenate([np.zeros((1, vectors.shape[1])), np.cumsum(vectors * weights, 0)])
        total = np.concatenate([[0.0], np.cumsum(lengths)])
        self.vectors: dict[int, NDArray[np.float64]] = {}
        self.lengths: dict[int, NDArray[np.float64]] = {}
        for count in (1, 2, 3):
            group = sums[count:] - sums[:-count]
            self.vectors[count] = group / np.maximum(
                np.linalg.norm(group, axis=1, keepdims=True), 1e-9
            )
            self.lengths[count] = total[count:] - total[:-count]
        self._sums, self._total = sums, total

    def vector(self, start: int, end: int) -> NDArray[np.float64]:
        """The unit vector of the sentences from `start` to `end`, that one not included."""
        import numpy as np

        group: NDArray[np.float64] = self._sums[end] - self._sums[start]
        return group / max(float(np.linalg.norm(group)), 1e-9)

    def length(self, start: int, end: int) -> float:
        """Their length in characters of English."""
        return float(self._total[end] - self._total[start])


class _Aligner:
    """The table of costs within a band around the diagonal, filled row by row."""

    def __init__(self, left: _Side, right: _Side) -> None:
        self._left, self._right = left, right
        self._band = _BAND + abs(left.size - right.size)

    def beads(self) -> list[Bead]:
        rows, columns = self._left.size, self._right.size
        best: dict[tuple[int, int], float] = {(0, 0): 0.0}
        came: dict[tuple[int, int], tuple[int, int, float]] = {}
        for row in range(rows + 1):
            middle = row * columns // max(rows, 1)
            first, last = max(0, middle - self._band), min(columns, middle + self._band)
            prices = {group: self._prices(row, first, last, group) for group in _GROUPS}
            for column in range(first, last + 1):
                cost, step = best.get((row, column), math.inf), (0, 0, 0.0)
                for group, (start, costs, cosines) in prices.items():
                    at = column - group[1] - start
                    if not 0 <= at < len(costs):
                        continue
                    before = best.get((row - group[0], column - group[1]))
                    if before is not None and before + costs[at] < cost:
                        cost = before + costs[at]
                        step = (*group, cosines[at])
                for group in ((1, 0), (0, 1)):
                    before = best.get((row - group[0], column - group[1]))
                    if before is not None and before + _SKIP < cost:
                        cost, step = before + _SKIP, (*group, 0.0)
                if cost < math.inf and (row, column) != (0, 0):
                    best[row, column] = cost
                    came[row, column] = step
        return self._attached(_walk(came, rows, columns))

    def _attached(self, beads: list[Bead]) -> list[Bead]:
        """Beads where a sentence left alone joins the one beside it that is too short without it.

        The table cannot see it: a third or fourth sentence of a group says little of its own.
        """
        done: list[Bead] = []
        waiting = beads[::-1]
        while waiting:
            bead = waiting.pop()
            if not _is_alone(bead):
                done.append(bead)
                continue
            back = self._join(done[-1], bead, whole=done[-1]) if done else None
            on = self._join(bead, waiting[-1], whole=waiting[-1]) if waiting else None
            if back is not None and (on is None or back[0] >= on[0]):
                done[-1] = back[1]
            elif on is not None:
                waiting[-1] = on[1]
            else:
                done.append(bead)
        return done

    def _join(self, first: Bead, second: Bead, *, whole: Bead) -> tuple[float, Bead] | None:
        """One bead of two where `whole` comes nearer to its length by it, and what it gains."""
        if _is_alone(whole):
            return None
        alone = second if whole is first else first
        source, target = whole.source, whole.target
        if alone.source[0] == alone.source[1]:
            target = first.target[0], second.target[1]
        else:
            source = first.source[0], second.source[1]
        joined = Bead(source, target, self._cosine(source, target))
        before, after = abs(self._ratio(whole)), abs(self._ratio(joined))
        # Translators cut sentences up more freely than they leave them out.
        fits = after < before if target == whole.target else after < max(before, _LOOSE)
        gain = joined.cosine - whole.cosine
        fall = _FALL if before - after < _LOOSE else 3 * _FALL
        return (gain, joined) if fits and gain >= -fall else None

    def _ratio(self, bead: Bead) -> float:
        return math.log(
            (self._right.length(*bead.target) + 8) / (self._left.length(*bead.source) + 8)
        )

    def _cosine(self, source: tuple[int, int], target: tuple[int, int]) -> float:
        return float(self._left.vector(*source) @ self._right.vector(*target))

    def _prices(
        self, row: int, first: int, last: int, group: tuple[int, int]
    ) -> tuple[int, list[float], list[float]]:
        """What a group costs that ends at a row and a column, for the columns it begins at."""
        import numpy as np

        many, few = group
        start = max(0, first - few)
        end = min(self._right.size - few + 1, last - few + 1)
        if row < many or end <= start:
            return start, [], []
        cosines = self._right.vectors[few][start:end] @ self._left.vectors[many][row - many]
        ratio = np.log(
            (self._right.lengths[few][start:end] + 8) / (self._left.lengths[many][row - many] + 8)
        )
        costs = 1 - cosines + _LENGTH * np.minimum((ratio / _SPREAD) ** 2, 9.0) / 2
        # Two sentences in a group replace two in two groups: cost goes by sentences covered.
        share = (many + few) / 2
        return start, (costs * share + _MERGE * (many + few - 2)).tolist(), cosines.tolist()


def _is_alone(bead: Bead) -> bool:
    return bead.source[0] == bead.source[1] or bead.target[0] == bead.target[1]


def _walk(came: dict[tuple[int, int], tuple[int, int, float]], row: int, column: int) -> list[Bead]:
    beads: list[Bead] = []
    while (row, column) != (0, 0):
        many, few, cosine = came[row, column]
        beads.append(Bead((row - many, row), (column - few, column), float(cosine)))
        row, column = row - many, column - few
    return beads[::-1]
