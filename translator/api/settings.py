"""How the server listens and what it lets in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from translator.service import Settings


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Sizes are in bytes, times in seconds.

    `hosts` are the names that the server goes by besides loopback, as behind a proxy. Keys are
    needed wherever others than this machine can ask, unless `insecure`.
    """

    service: Settings = field(default_factory=Settings)
    host: str = "127.0.0.1"
    port: int = 7860
    hosts: tuple[str, ...] = ()
    insecure: bool = False
    # Requests that cost work, of one key; of one address, where none is needed, files alone.
    rate: str = "300/minute"
    page: bool = True
    json_bytes: int = 2_000_000
    file_bytes: int = 21_000_000
    url_bytes: int = 8_000
    body_seconds: float = 60.0  # that a body may take to arrive
    header_seconds: float = 20.0  # that a request's head may take
    wait: float = 10.0  # for a short text, where a client does not say
    longest_wait: float = 60.0
    sync_seconds: float = 300.0  # for clients that know no other way, LibreTranslate's
    streams: int = 200  # of events at once; of one client a quarter, here and in the next two
    page_streams: int = 800  # that the page's tabs hold
    uploads: int = 40  # of files that arrive or wait to be read
    connections: int = 1_000
    grace: float = 10.0

    @property
    def needs_keys(self) -> bool:
        """Whether a request must have a key."""
        return not self.insecure and (bool(self.hosts) or not is_loopback(self.host))

    @property
    def names(self) -> frozenset[str]:
        """The names that requests may call the server by; none where it takes any."""
        if not is_loopback(self.host) and not self.hosts:
            return frozenset()
        return frozenset(("localhost", "127.0.0.1", "::1", self.host.lower(), *self.hosts))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
