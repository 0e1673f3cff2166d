"""API keys: in a file as hashes, or in the environment; and the sessions that log in with them."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from translator import export, home
from translator.errors import InputError, UsageError

VARIABLE = "TRANSLATOR_KEYS"  # name=key, several with commas between
_NAME = re.compile(r"[\w.@-]{1,64}")
_SHORTEST = 20  # characters of a key that somebody else made
_SESSION_SECONDS = 12 * 3600
_MOST_SESSIONS = 10_000


def key_file() -> Path:
    """Where the hashes are."""
    return home.data_home() / "keys.json"


class Keys:
    """The keys that are good now: the file is read again when it changes, so a key can be revoked.

    A key is 256 random bits: its SHA-256 needs no salt and no slow hash.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or key_file()
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._hashes: dict[str, str] = {}
        self._own = _from_environment()

    def __bool__(self) -> bool:
        return bool(self._own or self._current())

    def name_of(self, key: str) -> str | None:
        """Whose key it is; None for one that is not good."""
        digest = _hash(key)
        found = None
        for known, name in (*self._own.items(), *self._current().items()):
            if hmac.compare_digest(known, digest):
                found = name
        return found

    def names(self) -> list[str]:
        """The names of the keys in the file."""
        return sorted(self._current().values())

    def add(self, name: str) -> str:
        """Make a key; what is returned is shown once and kept nowhere.

        Raises:
            UsageError: the name has odd characters, or is taken.
            InputError: the file cannot be read or written.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for a key: use letters, digits, . _ @ -")
        hashes = dict(self._current())
        if name in hashes.values():
            raise UsageError(f"there is a key {name} already: remove it first")
        key = f"tr_{secrets.token_urlsafe(32)}"
        self._write({**hashes, _hash(key): name})
        return key

    def remove(self, name: str) -> None:
        """Revoke a key.

        Raises:
            UsageError: there is none of that name.
            InputError: the file cannot be read or written.
        """
        hashes = self._current()
        if name not in hashes.values():
            raise UsageError(f"there is no key {name!r}: `translator keys list` names them")
        self._write({digest: one for digest, one in hashes.items() if one != name})

    def _current(self) -> dict[str, str]:
        try:
            state = self._file.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unusable(self._file, error) from error
        version = state.st_mtime_ns, state.st_ino
        with self._lock:
            if version != self._seen:
                self._hashes, self._seen = _read(self._file), version
            return self._hashes

    def _write(self, hashes: dict[str, str]) -> None:
        rows = [{"name": name, "sha256": digest} for digest, name in hashes.items()]
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self._file, error) from error
        export.write(self._file, json.dumps({"keys": rows}, indent=2) + "\n")
        with contextlib.suppress(OSError):
            self._file.chmod(0o600)


@dataclass(frozen=True, slots=True)
class _Session:
    key: str
    ends: float


class Sessions:
    """Who has logged in on the page, until the server ends or twelve hours are over."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._sessions: dict[str, _Session] = {}

    def begin(self, key: str) -> str:
        """A new session's token."""
        now = time.time()
        self._sessions = {one: own for one, own in self._sessions.items() if own.ends > now}
        while len(self._sessions) >= _MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[_hash(token)] = _Session(key, now + _SESSION_SECONDS)
        return token

    def name_of(self, token: str) -> str | None:
        """Who a session belongs to; None where it is over, or its key was revoked."""
        found = self._sessions.get(_hash(token))
        return self._keys.name_of(found.key) if found and found.ends > time.time() else None

    def end(self, token: str) -> None:
        """Log out."""
        self._sessions.pop(_hash(token), None)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _from_environment() -> dict[str, str]:
    found = {}
    for pair in filter(None, os.environ.get(VARIABLE, "").split(",")):
        name, _, key = pair.strip().partition("=")
        if not _NAME.fullmatch(name) or len(key) < _SHORTEST:
            raise UsageError(
                f"{VARIABLE} must be name=key, with commas between several; a key has at least "
                f"{_SHORTEST} characters"
            )
        found[_hash(key)] = name
    return found


def _read(file: Path) -> dict[str, str]:
    try:
        content: Any = json.loads(file.read_text("utf-8"))
        return {str(row["sha256"]): str(row["name"]) for row in content["keys"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(file, error) from error


def _unusable(file: Path, error: Exception) -> InputError:
    return InputError(
        f"the keys in {file} cannot be used ({type(error).__name__}): mend it, or delete it and "
        "make new ones with `translator keys add NAME`"
    )
