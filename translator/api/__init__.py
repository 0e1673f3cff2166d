"""The REST API and the server round it: requests in, the service's answers out.

app            create_app: routes, page, errors, together
v1             /api/v1: translate, brief, check, models
jobs           /api/v1/jobs: state, events, export
libretranslate the routes of LibreTranslate, for its clients
schemas        what bodies may hold
waiting        for a job, without a thread
guard          hosts, origins, sizes, keys, rates: before any route
keys           API keys and sessions
problems       errors as JSON
figures        Prometheus
pages          /docs and /login, without anything from elsewhere
late           the web page, imported behind the open socket
markup         HTML with its tags kept
server         uvicorn, and its graceful end
logs           one line a request
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from translator.api.app import create_app
    from translator.api.settings import ServerSettings

__all__ = ["ServerSettings", "create_app"]


def __getattr__(name: str) -> Any:
    """Import what is asked for: `translator keys` needs no web framework."""
    if name == "create_app":
        from translator.api.app import create_app

        return create_app
    if name == "ServerSettings":
        from translator.api.settings import ServerSettings

        return ServerSettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
