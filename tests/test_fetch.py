"""Downloads from a real server on loopback: what is followed, what is bounded, what is refused."""

from __future__ import annotations

import datetime as dt
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from translator import documents, fetch
from translator.decode import Limits
from translator.errors import InputError

TEXT = "上海辰竹仪表有限公司成功摘得松江区地块。"
PAGE = (
    '<html><head><meta charset="gb2312"><title>园区聚链成势</title></head><body><article>'
    f"<h1>园区聚链成势</h1><p>囍{TEXT}</p><p>{TEXT * 3}</p></article></body></html>"
)
FAST = Limits(seconds=5.0, file_bytes=200_000)


class Handler(BaseHTTPRequestHandler):
    """Answers by the routes of its server; remembers the Host headers it saw."""

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])  # type: ignore[attr-defined]
        try:
            self.server.routes[self.path](self)  # type: ignore[attr-defined]
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        pass

    def reply(
        self, body: bytes = b"", status: int = 200, length: int | None = None, **headers: str
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    routes: dict[str, Callable[[Handler], object]]
    hosts: list[str]

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as running:
        running.routes, running.hosts = {}, []
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def refused(url: str, said: str, *, private: bool = True, limits: Limits = FAST) -> None:
    start = time.monotonic()
    with pytest.raises(InputError, match=said) as caught:
        documents.read(url, limits=limits, allow_private=private)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - start < limits.seconds + 3


def redirect(to: str) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(status=302, Location=to)


def test_pages_texts_and_files_are_read(server: Server) -> None:
    server.routes = {
        "/page": lambda h: h.reply(PAGE.encode("gb18030"), Content_Type="text/html"),
        "/text": lambda h: h.reply(TEXT.encode("gbk"), Content_Type="text/plain; charset=GBK"),
        "/bare": lambda h: h.reply(TEXT.encode()),
        "/zip": lambda h: h.reply(
            gzip.compress(TEXT.encode()), Content_Type="text/plain", Content_Encoding="gzip"
        ),
        "/%E6%96%B0?q=%E9%97%BB": lambda h: h.reply(TEXT.encode(), Content_Type="text/plain"),
    }
    page = documents.read(server.url("/page"), limits=FAST, allow_private=True)
    assert [(block.kind, block.text) for block in page.blocks] == [
        ("headline", "园区聚链成势"),
        ("lead", f"囍{TEXT}"),
        ("paragraph", TEXT * 3),
    ]
    assert page.source == server.url("/page")
    for path in ("/text", "/bare", "/zip", "/新?q=闻"):
        found = documents.read(server.url(path), limits=FAST, allow_private=True)
        assert found.blocks[0].text == TEXT
    assert set(server.hosts) == {server.url("")[7:]}


def test_redirects_are_followed_five_times(server: Server) -> None:
    server.routes = {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    server.routes["/5"] = lambda h: h.reply(TEXT.encode(), Content_Type="text/plain")
    assert fetch.get(server.url("/0"), FAST, allow_private=True).url == server.url("/5")
    server.routes["/5"] = redirect("/0")
    refused(server.url("/0"), "redirects more than 5 times")


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("file:///etc/passwd", "redirects to .* not http or https"),
        ("gopher://127.0.0.1/", "not http or https"),
        ("http://user:pw@127.0.0.1/", "without user or password"),
        ("http://[::1", "not a valid URL"),
        ("http://a:99999/", "not a valid URL"),
    ],
)
def test_redirects_to_other_schemes_are_refused(server: Server, to: str, said: str) -> None:
    server.routes = {"/": redirect(to)}
    refused(server.url("/"), said)


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://0/",
        "//192.168.1.1/",
    ],
)
def test_redirects_to_private_addresses_are_refused(
    server: Server, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first hop stands for a public server; every other address is judged as it is.
    real, first = fetch.is_public, []

    def judge(address: str) -> bool:
        first.append(address)
        return len(first) == 1 or real(address)

    monkeypatch.setattr(fetch, "is_public", judge)
    server.routes = {"/": redirect(to)}
    refused(server.url("/"), "private or reserved address|is not known", private=False)
    assert len(server.hosts) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f.1"])
def test_loopback_is_refused_unless_allowed(server: Server, host: str) -> None:
    refused(server.url("/", host), "private or reserved address", private=False)
    assert server.hosts == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%lo", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("ff0e::1", False),
        ("::ffff:127.0.0.1", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False),
        ("2002:a00:1::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("2001:db8::1", False),
    ],
)
def test_addresses_are_judged_with_what_is_inside_them(address: str, public: bool) -> None:
    assert fetch.is_public(address) is public


def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    refused("http://news.example/", "10.0.0.1, a private or reserved address", private=False)


def test_a_name_is_resolved_once_and_the_checked_address_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def resolve(host: str, port: int, *args: object, **kwargs: object) -> object:
        if host != "news.example":
            return real(host, port, *args, **kwargs)  # type: ignore[arg-type]
        asked.append(host)
        answer = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"  # rebound after the check
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(fetch, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # no proxy is used
    server.routes = {"/": lambda h: h.reply(TEXT.encode(), Content_Type="text/plain")}
    assert documents.read(server.url("/", "news.example"), limits=FAST).blocks[0].text == TEXT
    assert asked == ["news.example"]
    assert server.hosts == [f"news.example:{server.server_address[1]}"]


def drip(handler: Handler, head: bool) -> None:
    """A byte at a time, each well inside any limit on single reads."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + b"\r\n" * (not head))
    for _ in range(60):
        handler.wfile.write(b"X" if not head else b"X-A: b\r\n")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("head", [True, False])
def test_a_slow_drip_is_cut_off(server: Server, head: bool) -> None:
    server.routes = {"/": lambda handler: drip(handler, head)}
    start = time.monotonic()
    refused(server.url("/"), "took longer than 0.5 s", limits=Limits(seconds=0.5))
    assert time.monotonic() - start < 1.5


def test_a_server_that_never_answers_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        refused(url, "took longer than 0.3 s", limits=Limits(seconds=0.3))
        # The same before the first byte of TLS.
        refused(url.replace("http:", "https:"), "longer than 0.3 s", limits=Limits(seconds=0.3))


def test_a_resolver_that_hangs_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> list[object]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    refused("http://news.example/", "longer than 0.2 s", limits=Limits(seconds=0.2))


def test_large_and_unpacking_bodies_are_cut_off(server: Server) -> None:
    def endless(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        for _ in range(2000):
            handler.wfile.write(b"a" * 65536)

    bomb = gzip.compress(bytes(30_000_000))
    server.routes = {
        "/endless": endless,
        "/bomb": lambda h: h.reply(bomb, Content_Type="text/plain", Content_Encoding="gzip"),
    }
    assert len(bomb) < FAST.file_bytes
    for path in server.routes:
        refused(server.url(path), "larger than 200,000 bytes")


def test_replies_that_are_no_article_are_refused(server: Server) -> None:
    cut = gzip.compress(TEXT.encode() * 50)[:-20]
    server.routes = {
        "/missing": lambda h: h.reply(status=404),
        "/picture": lambda h: h.reply(b"\x89PNG", Content_Type="image/png"),
        "/short": lambda h: h.reply(TEXT.encode(), length=999, Content_Type="text/plain"),
        "/cut": lambda h: h.reply(cut, Content_Type="text/plain", Content_Encoding="gzip"),
        "/notzip": lambda h: h.reply(b"abc", Content_Type="text/plain", Content_Encoding="gzip"),
        "/brotli": lambda h: h.reply(b"abc", Content_Type="text/plain", Content_Encoding="br"),
        "/empty": lambda h: h.reply(b"", Content_Type="text/html"),
        "/garbage": lambda h: h.wfile.write(b"\x00\x01garbage\r\n\r\n"),
        "/away": lambda h: h.connection.close(),
    }
    for path, said in {
        "/missing": "answers 404 Not Found",
        "/picture": "is image/png, not an article",
        "/short": "broke off",
        "/cut": "broke off",
        "/notzip": "cannot be fetched",
        "/brotli": "sent as 'br'",
        "/empty": "is empty",
        "/garbage": "cannot be fetched",
        "/away": "cannot be fetched",
    }.items():
        refused(server.url(path), said)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "not http or https"),
        ("ftp://news.example/a", "not http or https"),
        ("http://", "no plain host name"),
        ("http://user@news.example/", "without user"),
        ("http://news.example:abc/", "not a valid URL"),
        ("http://\u2100.example/", "not a valid URL"),
        ("http://" + "a" * 300 + ".example/", "not known|not a valid"),
        ("http://127.0.0.1:49151/", "cannot be fetched"),
        ("http://127.0.0.1:25/", "names port 25"),
        ("http://127.0.0.1:0/", "names port 0"),
    ],
)
def test_urls_that_lead_nowhere_are_refused(url: str, said: str) -> None:
    refused(url, said)


def certificate(folder: Path, name: str) -> Path:
    """A certificate for `name`, its own authority, with its key in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.timezone.utc)
    day = dt.timedelta(days=1)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - day)
        .not_valid_after(today + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = folder / f"{name}.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(signed.public_bytes(pem) + key.private_bytes(pem, form, plain))
    return path


def test_certificates_are_checked_against_the_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(known)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.routes = {"/": lambda h: h.reply(TEXT.encode(), Content_Type="text/plain")}
    url = server.url("/", "localhost").replace("http:", "https:")
    refused(url, "no valid certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(known))
    assert documents.read(url, limits=FAST, allow_private=True).blocks[0].text == TEXT
    refused(url.replace("localhost", "127.0.0.1"), "no valid certificate")
