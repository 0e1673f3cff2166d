"""What is kept from one run to the next: answers of engines, and segments people approved."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from translator import home, models
from translator.memory.approved import Approved, ApprovedSegments, folded
from translator.memory.store import Store, unusable
from translator.models import Progress, Report


@dataclass(frozen=True, slots=True)
class Stats:
    """What the memory holds; `size` in bytes, with what SQLite has not yet merged."""

    path: Path
    size: int
    answers: int
    approved: int


class Memory:
    """The user's memory, or the one in a file. For many threads and processes at once.

    What an engine said can be had again: where the file cannot be used, answers are neither found
    nor kept, and `report` is told once. What people approved cannot: its methods raise InputError.

    `approved` are approved segments of another machine, which then stand for those in the file.
    """

    def __init__(
        self,
        path: Path | None = None,
        report: Report = models.silent,
        approved: ApprovedSegments | None = None,
    ) -> None:
        self.path = path or home.data_home() / "memory.sqlite"
        self._report = report
        self._store = Store(self.path, report)
        self._broken = False
        self._lock = threading.Lock()
        self._snapshot = ("", ApprovedSegments({}))
        self._approved = approved

    def recall(self, key: bytes) -> Any:
        """What was kept under a key, from JSON, or None."""
        rows = self._tried("SELECT value FROM answers WHERE key = ?", (key,))
        return json.loads(rows[0][0]) if rows else None

    def keep(self, key: bytes, value: Any) -> None:
        """Keep a value (JSON) under a key; a process killed after this has not lost it."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        self._tried("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, text))

    def approved(self) -> ApprovedSegments:
        """All approved segments; read again only where some process has changed them."""
        if self._approved is not None:
            return self._approved
        with self._lock, self._strict():
            version = self.approved_version()
            if version != self._snapshot[0]:
                rows = self._store.rows("SELECT source, target, note, file FROM approved")
                self._snapshot = (
                    version,
                    ApprovedSegments({row[0]: Approved(*row) for row in rows}),
                )
            return self._snapshot[1]

    def approved_version(self) -> str:
        """Another text after every change of the approved segments; empty before the first."""
        with self._strict():
            rows = self._store.rows("SELECT value FROM state WHERE name = 'approved'")
            return str(rows[0][0]) if rows else ""

    def add(self, segments: Iterable[Approved]) -> tuple[int, int]:
        """Add approved segments, the last of a source winning; how many are new, and changed."""
        rows = {folded(one.source): one for one in segments}
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        with self._strict():
            known = self.approved().by_source
            self._store.write(
                (
                    "INSERT OR REPLACE INTO approved VALUES (?, ?, ?, ?, ?)",
                    [(key, one.target, one.note, one.file, now) for key, one in rows.items()],
                ),
                _changed(),
            )
        changed = sum(key in known and known[key].target != one.target for key, one in rows.items())
        return sum(key not in known for key in rows), changed

    def stats(self) -> Stats:
        """How much there is."""
        with self._strict():
            answers = self._store.rows("SELECT count(*) FROM answers")[0][0]
            approved = self._store.rows("SELECT count(*) FROM approved")[0][0]
        files = (Path(f"{self.path}{ending}") for ending in ("", "-wal"))
        size = sum(file.stat().st_size for file in files if file.exists())
        return Stats(self.path, size, answers, approved)

    def clear(self, *, approved: bool) -> None:
        """Forget what engines said or, with `approved`, what people approved."""
        with self._strict():
            if approved:
                self._store.write(("DELETE FROM approved", [()]), _changed())
            else:
                self._store.write(("DELETE FROM answers", [()]))
            self._store.shrink()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._store.close()

    def _tried(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._broken:
            return []
        try:
            return self._store.rows(sql, values)
        except (sqlite3.Error, OSError) as fault:
            self._broken = True
            note = f"{unusable(self.path, fault)}; going on without it"
            self._report(Progress("opening the memory", note=note))
            return []

    @contextlib.contextmanager
    def _strict(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            raise unusable(self.path, fault) from fault


def _changed() -> tuple[str, list[tuple[str, str]]]:
    return "INSERT OR REPLACE INTO state VALUES (?, ?)", [("approved", secrets.token_hex(8))]


def key_of(*parts: Any) -> bytes:
    """A key for everything that decides a value: the SHA-256 of its JSON."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
