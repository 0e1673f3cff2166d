"""glibc's allocator, set for how an engine uses memory; nothing happens on other C libraries."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # from malloc.h


def keep_large_blocks() -> None:
    """Keep what is freed at every step instead of unmapping it and faulting it in again.

    Beam search in CTranslate2 copies its caches each step, and took a quarter longer without.
    32 MB is the largest threshold glibc takes. `trim` gives the holes back between batches.
    """
    if libc := _glibc():
        libc.mallopt(_M_MMAP_THRESHOLD, 32 * 1024 * 1024)
        libc.mallopt(_M_TRIM_THRESHOLD, 512 * 1024 * 1024)


def map_large_blocks() -> None:
    """Unmap a large block as soon as it is freed.

    PyTorch's tensors have another size at every step of a search and in every batch of a training;
    on the heap, where glibc puts them once it has seen larger ones, they leave holes that nothing
    fits into: a training went from 9 to 22 GB.
    """
    if libc := _glibc():
        libc.mallopt(_M_MMAP_THRESHOLD, 1024 * 1024)


@contextmanager
def large_blocks_kept() -> Iterator[None]:
    """Within, keep what is freed; at the end give it back and map large blocks again.

    For a step of a training, whose tensors have the same sizes layer by layer: a step that faulted
    in 25 GB took a quarter longer.
    """
    keep_large_blocks()
    try:
        yield
    finally:
        map_large_blocks()
        trim()


def trim() -> None:
    """Give the holes that a batch leaves back to the system, or the next one grows past them."""
    if libc := _glibc():
        libc.malloc_trim(0)


@lru_cache(maxsize=1)
def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
