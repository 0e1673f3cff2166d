"""Jobs on disk: there after a restart, gone when their time is over.

One SQLite file in TRANSLATOR_HOME/jobs, and beside it copies of the glossaries, names files and
prompts that jobs were given, each under the hash of its content, for as long as a job names it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from translator import export
from translator.errors import InputError
from translator.models import Progress, Report
from translator.service.entries import Saved

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, saves INTEGER NOT NULL, touched REAL NOT NULL,
    files TEXT NOT NULL, record TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_touched ON jobs (touched);
"""
_SAVE = """
INSERT INTO jobs VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
    saves = excluded.saves, touched = excluded.touched,
    files = excluded.files, record = excluded.record
WHERE excluded.saves > saves
"""
_VERSION = 1
_FILE_HOURS = 1.0  # that a file without a job stays: its job may be on the way


class Store:
    """The jobs in a folder. For many threads at once.

    A job that cannot be written is told of once and lives on in memory only.
    """

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder, self._report = folder, report
        self._path = folder / "jobs.sqlite"
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._told = False

    def save(self, saved: Saved) -> bool:
        """Write a job in one step, unless a newer state of it is there; whether that worked."""
        own = saved.options
        files = [path.name for path in (own.glossary, own.names, own.prompt) if path]
        record = _adapter().dump_json(saved).decode()
        row = saved.id, saved.saves, time.time(), json.dumps(files), record
        return self._try(_SAVE, row) is not None

    def load(self, job_id: str) -> Saved | None:
        """A job, or None where there is none of that id that this version can read."""
        rows = self._try("SELECT record FROM jobs WHERE id = ?", (job_id,))
        try:
            return _adapter().validate_json(rows[0][0]) if rows else None
        except ValueError:  # pydantic's, of a record of another version
            return None

    def forget(self, job_id: str) -> None:
        """Delete a job."""
        self._try("DELETE FROM jobs WHERE id = ?", (job_id,))

    def expire(self, hours: float) -> None:
        """Delete jobs that nobody has touched for some hours, and files that no job names."""
        self._try("DELETE FROM jobs WHERE touched < ?", (time.time() - hours * 3600,))
        named = {
            name
            for (files,) in self._try("SELECT DISTINCT files FROM jobs", ()) or ()
            for name in json.loads(files)
        }
        for file in self._folder.glob("*.words"):
            old = file.stat().st_mtime < time.time() - _FILE_HOURS * 3600
            if old and file.name not in named:
                file.unlink(missing_ok=True)

    def keep_file(self, content: bytes) -> Path:
        """A copy of a glossary or names file, the same one for the same content.

        Raises:
            InputError: it cannot be written.
        """
        path = self._folder / f"{hashlib.sha256(content).hexdigest()}.words"
        try:
            self._make_folder()
            if path.exists():
                path.touch()
            else:
                export.write(path, content)
                path.chmod(0o600)
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
        return path

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db = None

    def _try(self, sql: str, values: tuple[object, ...]) -> list[tuple[str, ...]] | None:
        with self._lock:
            try:
                if self._db is None:
                    self._db = self._open()
                return self._db.execute(sql, values).fetchall()
            except (sqlite3.Error, OSError) as fault:
                if not self._told:
                    self._told = True
                    note = f"{self._path} cannot be used ({fault}): jobs do not survive a restart"
                    self._report(Progress("keeping jobs", note=note))
                return None

    def _open(self) -> sqlite3.Connection:
        self._make_folder()
        try:
            return self._connect()
        except sqlite3.DatabaseError as fault:
            if isinstance(fault, sqlite3.OperationalError):  # locked, read-only: not damaged
                raise
            aside = self._path.with_name(f"{self._path.name}.corrupt-{time.time_ns()}")
            self._path.replace(aside)
            note = f"{self._path} is damaged ({fault}): it is now {aside.name}"
            self._report(Progress("keeping jobs", note=note))
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        db = sqlite3.connect(
            self._path, timeout=10.0, isolation_level=None, check_same_thread=False
        )
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        if db.execute("PRAGMA user_version").fetchone()[0] not in (0, _VERSION):
            db.execute("DROP TABLE IF EXISTS jobs")  # jobs are short-lived: none is worth moving
        db.executescript(_SCHEMA)
        db.execute(f"PRAGMA user_version={_VERSION}")
        return db

    def _make_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # articles and translations are nobody else's


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Saved]:
    from pydantic import TypeAdapter

    return TypeAdapter(Saved)
