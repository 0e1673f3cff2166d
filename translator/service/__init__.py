"""One process, one engine, many clients: what the page and the API work with.

records    what goes in and comes out: Settings, Order, Job, Event, the errors
service    Service: submit, look, wait, cancel, follow, stop
desk       work on a job that is there: edit, approve, rename, another brief
worker     the one thread that translates, several jobs in turn
shelf      engines and pipelines, loaded late, the least recently used let go
schedule   the bounded queue, fair between clients
entries    a job as the service holds it
store      jobs on disk: there after a restart, gone after their time
"""

from __future__ import annotations

from translator.service.records import (
    BusyError,
    Choice,
    ConflictError,
    Event,
    Job,
    Order,
    Settings,
    Stats,
    TooLongError,
    UnknownJobError,
)
from translator.service.service import Service

__all__ = [
    "BusyError",
    "Choice",
    "ConflictError",
    "Event",
    "Job",
    "Order",
    "Service",
    "Settings",
    "Stats",
    "TooLongError",
    "UnknownJobError",
]
