"""Download a page: only public addresses, each hop checked, time and size bounded."""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit

from translator.decode import Limits
from translator.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_REDIRECTS = 5
_REDIRECT_STATUS = {301, 302, 303, 307, 308}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052, the well-known prefix
# What the Fetch standard blocks (https://fetch.spec.whatwg.org/#port-blocking): other services, to
# which a URL could carry commands.
_BLOCKED_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
})  # fmt: skip
_LONGEST_URL = 8000  # RFC 9110, 4.1: what all should bear
_HEADERS = {
    "User-Agent": "translator",
    "Accept": "text/html,text/plain,application/pdf,*/*;q=0.5",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a URL led to: the body, unpacked, and what the server says that it is."""

    data: bytes
    media_type: str
    charset: str
    url: str


def get(url: str, limits: Limits, *, allow_private: bool = False) -> Reply:
    """Fetch an http(s) URL within `limits.seconds` over all hops and `limits.file_bytes`.

    Follows at most five redirects. Every address a host resolves to must be public, unless
    `allow_private`, and the connection goes to an address so checked, so a name that resolves
    differently later changes nothing. Uses no proxy. Raises InputError.
    """
    if len(url) > _LONGEST_URL:
        raise InputError(f"{url[:100]}… is longer than {_LONGEST_URL:,} characters: check the URL")
    if re.search(r"[\x00-\x1f\x7f]", url):
        raise InputError(f"{_shown(url)[:200]!r} has control characters in it: check the URL")
    deadline = _Deadline(limits.seconds, url)
    here = url
    for _ in range(_REDIRECTS + 1):
        reply, target = _hop(here, url, limits, deadline, allow_private)
        if reply:
            return reply
        try:
            here = urljoin(here, target[:_LONGEST_URL])
        except ValueError as exc:
            raise InputError(f"{url} redirects to {target[:200]!r}: not a valid URL") from exc
    raise InputError(f"{url} redirects more than {_REDIRECTS} times: give the page's own URL")


class _Deadline:
    """One point in time that all reads, writes and handshakes of a download share."""

    def __init__(self, seconds: float, url: str) -> None:
        self.end = time.monotonic() + seconds
        self.message = f"{url} took longer than {seconds:g} s: try again, or save the page as html"

    def left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise InputError(self.message)
        return left


class _TimedReader(io.RawIOBase):
    """A socket's bytes, each read given only what is left of the whole time."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._sock.settimeout(self._deadline.left())
        return self._sock.recv_into(buffer)


class _TimedSocket:
    """What http.client asks of a socket, under one deadline."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.left())
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, self._deadline))

    def close(self) -> None:
        """Leave the socket open: http.client closes before the body is read, _hop after."""


def _hop(
    here: str, url: str, limits: Limits, deadline: _Deadline, allow_private: bool
) -> tuple[Reply | None, str]:
    """One request: the reply, or None and where it redirects to."""
    scheme, host, port, target = _parse(here, url)
    sock: socket.socket | None = None
    try:
        sock = _connect(_addresses(host, port, url, deadline, allow_private), port, deadline)
        if scheme == "https":
            sock.settimeout(deadline.left())
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        client = http.client.HTTPConnection(host, port)
        client.sock = _TimedSocket(sock, deadline)
        usual = port == (443 if scheme == "https" else 80)
        shown = f"[{host}]" if ":" in host else host
        client.request(
            "GET", target, headers={"Host": shown if usual else f"{shown}:{port}", **_HEADERS}
        )
        with client.getresponse() as response:
            location = response.headers.get("Location", "")
            if response.status in _REDIRECT_STATUS and location:
                # http.client gives header bytes as Latin-1; servers send UTF-8.
                return None, location.encode("latin-1").decode("utf-8", errors="replace")
            if response.status != 200:
                raise InputError(
                    f"{url} answers {response.status} {response.reason[:60]}: check the URL"
                )
            data = _body(response, url, limits)
            return _described(data, response.headers, here), ""
    except ssl.SSLCertVerificationError as exc:
        raise InputError(
            f"{url} has no valid certificate ({exc.verify_message}): do not trust it"
        ) from exc
    except TimeoutError as exc:
        raise InputError(deadline.message) from exc
    except (OSError, http.client.HTTPException, ValueError, zlib.error) as exc:
        reason = " ".join(str(exc).split())[:120] or type(exc).__name__
        raise InputError(
            f"{url} cannot be fetched ({reason}): check the URL and the network"
        ) from exc
    finally:
        if sock is not None:
            sock.close()


def _parse(here: str, url: str) -> tuple[str, str, int, str]:
    """Scheme, host in ASCII, port, and the path with query as it goes on the wire."""
    try:
        parts = urlsplit(here)
        scheme, host = parts.scheme.lower(), parts.hostname or ""
        port = (443 if scheme == "https" else 80) if parts.port is None else parts.port
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as exc:
        raise InputError(f"{_shown(url)!r} is not a valid URL: check it") from exc
    by = "" if here == url else f" redirects to {_shown(here)[:200]!r}, which"
    if scheme not in ("http", "https"):
        raise InputError(f"{_shown(url)}{by} is not http or https: give a web page or a file")
    if not host or parts.username is not None or not all("!" <= char <= "~" for char in host):
        raise InputError(
            f"{_shown(url)!r}{by} has no plain host name: give it without user or password"
        )
    if port in _BLOCKED_PORTS:
        raise InputError(f"{url}{by} names port {port}, which no web server has: check the URL")
    safe = "/%:@!$&'()*+,;=~?"
    target = quote(parts.path or "/", safe=safe) + (
        f"?{quote(parts.query, safe=safe)}" if parts.query else ""
    )
    return scheme, host, port, target


def _shown(url: str) -> str:
    """A URL as messages and logs may show it: in one line, with no password in it."""
    return re.sub(r"//[^/?#@]*@", "//…@", " ".join(url.split()))


def _addresses(
    host: str, port: int, url: str, deadline: _Deadline, allow_private: bool
) -> list[str]:
    """The host's addresses, resolved once; all of them public, or none is used."""
    found: list[str] = []
    fault: list[OSError | UnicodeError] = []

    def resolve() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(info[4][0]) for info in infos))
        except (OSError, UnicodeError) as exc:
            fault.append(exc)

    # The system's resolver takes no time limit.
    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(deadline.left())
    if thread.is_alive():
        raise InputError(deadline.message)
    if fault or not found:
        raise InputError(f"{url}: the host {host} is not known; check the URL and the network")
    if not allow_private:
        for address in found:
            if not is_public(address):
                raise InputError(
                    f"{url} leads to {address}, a private or reserved address: "
                    "allow private addresses if that is meant"
                )
    return found


def is_public(address: str) -> bool:
    """Whether an address is on the public internet, and so is any IPv4 address inside it.

    Counts as not public: private, loopback, link-local, multicast, reserved and unspecified
    addresses, also wrapped in IPv6 (mapped, 6to4, Teredo, NAT64).
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.sixtofour and not is_public(str(ip.sixtofour)):
            return False
        if ip.teredo or ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _connect(addresses: list[str], port: int, deadline: _Deadline) -> socket.socket:
    fault: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=deadline.left())
        except OSError as exc:  # noqa: PERF203 - the next address may answer
            fault = exc
    raise fault


def _body(response: http.client.HTTPResponse, url: str, limits: Limits) -> bytes:
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise InputError(f"{url} is sent as {coding[:40]!r}, which is not known: save the page")
    unpacker = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    data = bytearray()
    received = 0
    while piece := response.read1(65536):
        received += len(piece)
        data += unpacker.decompress(piece, limits.file_bytes + 1) if unpacker else piece
        if max(received, len(data)) > limits.file_bytes:
            raise InputError(
                f"{url} is larger than {limits.file_bytes:,} bytes: save only its text"
            )
    if response.length or (unpacker and (not unpacker.eof or unpacker.unused_data)):
        raise InputError(f"{url} broke off after {received:,} bytes: try again")
    return bytes(data)


def _described(data: bytes, headers: Message, here: str) -> Reply:
    named = "Content-Type" in headers
    media_type = headers.get_content_type() if named else ""
    return Reply(data, media_type, headers.get_content_charset("") if named else "", here)
