"""One SQLite file that many processes share: what engines said, and what people approved.

A damaged file is set aside under another name, never overwritten, and said so; the approved
segments that can still be read from it go into the new one.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from translator.errors import InputError, UsageError
from translator.models import Progress, Report

# A version of the file each; a file of version n has had the first n applied.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE answers (key BLOB PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE approved (
        source TEXT PRIMARY KEY,
        target TEXT NOT NULL,
        note TEXT NOT NULL,
        file TEXT NOT NULL,
        added TEXT NOT NULL
    );
    CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
)

_WAIT = 60.0  # seconds for another process's write; each is a single short transaction
_CORRUPT, _NOT_A_DATABASE = 11, 26  # SQLite's result codes


class Store:
    """The file at `path`. For many threads and processes at once.

    Methods raise sqlite3.Error where SQLite cannot do what is asked; only a damaged file is dealt
    with here.
    """

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self._report = report
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int, int] | None = None  # process, device, inode

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement, committed at once; its rows."""
        found: list[tuple[Any, ...]] = self._attempt(lambda db: db.execute(sql, values).fetchall())
        return found

    def write(self, *statements: tuple[str, Iterable[Sequence[Any]]]) -> None:
        """Run statements, each for every row of its values, in one transaction: all or nothing."""
        batches = [(sql, list(rows)) for sql, rows in statements]

        def run(db: sqlite3.Connection) -> None:
            with _transaction(db):
                for sql, rows in batches:
                    db.executemany(sql, rows)

        self._attempt(run)

    def shrink(self) -> None:
        """Give the room of deleted rows back to the disk."""
        self._attempt(lambda db: db.execute("VACUUM"))

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _attempt(self, act: Callable[[sqlite3.Connection], Any]) -> Any:
        with self._lock:
            try:
                return act(self._db())
            except sqlite3.DatabaseError as fault:
                if not _is_damage(fault):
                    raise
                self._set_aside(str(fault))
                return act(self._db())

    def _db(self) -> sqlite3.Connection:
        """The connection of this process: one made before a fork must not be used after it."""
        if self._opened and self._opened[0] != os.getpid():
            self._connection = None
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch()
            # Before it is opened: a damaged file must be told from the one that took its place.
            self._opened = (os.getpid(), *_identity(self.path))
            self._connection = _connect(self.path)
            _migrate(self._connection, self.path)
        return self._connection

    def _set_aside(self, fault: str) -> None:
        """Rename a damaged file, unless another process has done so, and start a new one."""
        from filelock import FileLock

        opened = self._opened
        self.close()
        with FileLock(self.path.with_name(self.path.name + ".lock")):
            if not self.path.exists() or (opened and opened[1:] != _identity(self.path)):
                return
            now = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S-%f")
            kept = self.path.with_name(f"{self.path.name}.corrupt-{now}")
            for ending in ("-wal", "-shm", ""):  # the file last: its absence is what others see
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{self.path}{ending}").replace(f"{kept}{ending}")
            rows = _readable(kept)
            version = [(now,)] if rows else []
            self.write(
                ("INSERT OR IGNORE INTO approved VALUES (?, ?, ?, ?, ?)", rows),
                ("INSERT OR REPLACE INTO state VALUES ('approved', ?)", version),
            )
        saved = f"; {len(rows)} approved segments were read from it" if rows else ""
        note = f"the memory {self.path} is damaged ({fault}): it is now {kept.name}{saved}"
        self._report(Progress("opening the memory", note=note))


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
    # With WAL readers never wait. NORMAL: what a killed process had committed stays; a power
    # failure may cost the last answers, which an engine can give again.
    db.execute("PRAGMA synchronous=NORMAL")
    end = time.monotonic() + _WAIT
    while not _has_wal(db, end):
        time.sleep(0.02)
    return db


def _has_wal(db: sqlite3.Connection, end: float) -> bool:
    """Turn WAL on; False while another process does, of which SQLite tells without waiting."""
    try:
        db.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as fault:
        if "locked" not in str(fault) or time.monotonic() > end:
            raise
        return False
    return True


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    if _version(db) == len(MIGRATIONS):
        return
    with _transaction(db):
        version = _version(db)  # another process may have been first
        if version > len(MIGRATIONS):
            raise UsageError(
                f"the memory {path} is of a newer version of this program: "
                "update it, or run with --no-memory"
            )
        for script in MIGRATIONS[version:]:
            for statement in filter(str.strip, script.split(";")):
                db.execute(statement)
        db.execute(f"PRAGMA user_version={len(MIGRATIONS)}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _identity(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_dev, state.st_ino


def _is_damage(fault: sqlite3.DatabaseError) -> bool:
    code = getattr(fault, "sqlite_errorcode", None)  # from Python 3.11 on
    if code is not None:
        return int(code) & 0xFF in (_CORRUPT, _NOT_A_DATABASE)
    return any(words in str(fault) for words in ("malformed", "not a database"))


def _readable(path: Path) -> list[tuple[Any, ...]]:
    """The approved segments of a damaged file, as far as they can be read."""
    rows: list[tuple[Any, ...]] = []
    with contextlib.suppress(sqlite3.Error):
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        with contextlib.closing(db), contextlib.suppress(sqlite3.Error):
            rows.extend(db.execute("SELECT source, target, note, file, added FROM approved"))
    for ending in ("-wal", "-shm"):  # made by reading it, unless they hold something
        file = Path(f"{path}{ending}")
        if file.exists() and (ending == "-shm" or not file.stat().st_size):
            file.unlink()
    return rows


def unusable(path: Path, fault: Exception) -> InputError:
    """What to say where SQLite cannot work with the file."""
    return InputError(
        f"the memory {path} cannot be used ({fault}): set TRANSLATOR_HOME to another folder, "
        "or run with --no-memory"
    )
