"""How many processors this process may use: its affinity, and the quota of its container."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

_CONTROL_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUP = Path("/proc/self/cgroup")


def available() -> int:
    """Processors that this process may run on, at least 1.

    A container with `--cpus 2` on a machine of 64 sees all 64; with a thread on each, the quota of
    a period is gone in a moment and all stand still for the rest of it. Linux, cgroup versions 1
    (https://docs.kernel.org/scheduler/sched-bwc.html) and 2 (`cpu.max`,
    https://docs.kernel.org/admin-guide/cgroup-v2.html).
    """
    affine = getattr(os, "sched_getaffinity", None)
    seen = len(affine(0)) if affine else os.cpu_count() or 1
    return math.ceil(min(seen, _quota(_CONTROL_GROUPS, _OWN_GROUP)))


def _quota(root: Path, own: Path) -> float:
    """Processors' worth of time that the groups of this process allow; infinite without limit."""
    found = [float("inf")]
    for line in _read(own).splitlines():
        _, _, rest = line.partition(":")
        kinds, _, group = rest.partition(":")
        if kinds and "cpu" not in kinds.split(","):
            continue
        # Within a container the group's path may be that of the host: then the root is its own.
        for folder in _upwards(root if not kinds else root / "cpu", group):
            names = ("cpu.max",) if not kinds else ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            limit = re.fullmatch(
                r"(\d+)\s+([1-9]\d*)\s*", "".join(_read(folder / one) for one in names)
            )
            if limit:
                found.append(max(int(limit[1]), 1) / int(limit[2]))
    return min(found)


def _upwards(root: Path, group: str) -> list[Path]:
    parts = [part for part in group.split("/") if part and part != ".."]
    return [root.joinpath(*parts[:length]) for length in range(len(parts), -1, -1)]


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError):
        return ""
