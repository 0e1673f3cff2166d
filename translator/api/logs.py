"""The server's log: one line a request, as text or as JSON; never what was sent."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone
from typing import Any

from translator.models import Progress

_own = logging.getLogger("translator")
requests = logging.getLogger("translator.requests")


def set_up(*, as_json: bool, level: int = logging.INFO) -> None:
    """Write the logs of this package and of uvicorn to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Text())
    for name in ("translator", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
    # Their paths hold ids of jobs, which are secrets; there is a line of ours for each.
    logging.getLogger("uvicorn.access").disabled = True


def report(progress: Progress) -> None:
    """Log what a user must know of a download or a file; not how far it is."""
    if progress.note:
        _own.warning(progress.note)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        more = " ".join(f"{key}={value}" for key, value in _fields(record).items())
        return f"{_time(record)} {record.levelname} {record.getMessage()} {more}".rstrip()


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        return json.dumps(line, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, "fields", {})
    return found


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, timezone.utc)
    return at.isoformat(timespec="milliseconds")
