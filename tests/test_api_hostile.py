"""What an attacker or a broken client may send: every answer is JSON and helps, none is a 5xx."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from api_server import ECHO, LONG, Running, serving

from translator.api.markup import markup
from translator.api.orders import file_name
from translator.api.settings import ServerSettings
from translator.errors import InputError

TEXT = "公司今年投资3.27亿元建设新厂房。"
JSON = {"Content-Type": "application/json"}
SETTINGS = ServerSettings(
    replace(ECHO, max_characters=2_000),
    page=False,
    json_bytes=20_000,
    file_bytes=50_000,
    body_seconds=2.0,
    header_seconds=2.0,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("TRANSLATOR_HOME", str(folder))
        patch.setenv("TMPDIR", str(folder))
        yield folder


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Running]:
    with serving(SETTINGS) as running:
        yield running


@pytest.fixture(autouse=True)
def alive(server: Running) -> Iterator[None]:
    """After whatever was sent, the server still works."""
    yield
    answer = server.http.post("/api/v1/translate", json={"text": TEXT})
    assert answer.status_code == 200, answer.text


def deep(depth: int) -> bytes:
    return b'{"text": ' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 422, id="nothing"),
        pytest.param(b"{", 422, id="half"),
        pytest.param(b"null", 422, id="null"),
        pytest.param(b"[]", 422, id="list"),
        pytest.param(b'"text"', 422, id="string"),
        pytest.param(b"{}", 422, id="neither text nor url"),
        pytest.param(b'{"text": "\xe5\x85", "x": 1}', 400, id="broken UTF-8"),
        pytest.param(b'{"text": "\\ud800\\u516c"}', 422, id="half a surrogate pair"),
        pytest.param(b'{"text": "\\u0000\\u0000"}', 422, id="NUL"),
        pytest.param(b'{"text": ""}', 422, id="empty"),
        pytest.param('{"text": "　 \\n "}'.encode(), 422, id="blank"),
        pytest.param(b'{"text": "only English here"}', 422, id="not Chinese"),
        pytest.param(b'{"text": 1}', 422, id="a number"),
        pytest.param(b'{"text": {"a": "b"}}', 422, id="an object"),
        pytest.param(b'{"text": "\\u516c", "url": "http://a.b"}', 422, id="both"),
        pytest.param(b'{"text": "\\u516c", "admin": true}', 422, id="unknown key"),
        pytest.param(b'{"text": "\\u516c", "__proto__": {}}', 422, id="prototype"),
        pytest.param(b'{"text": "\\u516c", "quality": "BEST"}', 422, id="wrong choice"),
        pytest.param(b'{"text": "\\u516c", "engine": "../../x"}', 400, id="engine path"),
        pytest.param(b'{"text": "\\u516c", "model": "http://a.b/c"}', 400, id="model URL"),
        pytest.param(b'{"text": "\\u516c", "glossary": "x"}', 422, id="glossary text"),
        pytest.param(
            b'{"text": "\\u516c", "glossary": [{"source": "\\ud800", "target": "x"}]}',
            422,
            id="surrogate in the glossary",
        ),
        pytest.param(
            b'{"text": "\\u516c", "names": [{"source": "\\u516c\\t\\n", "target": "\\u516c"}]}',
            422,
            id="tabs in a name",
        ),
        pytest.param(deep(9_000), 422, id="deep"),
        pytest.param(b'{"text": ' + b"9" * 5_000 + b"}", 422, id="huge number"),
        pytest.param(b'{"text": NaN}', 422, id="NaN"),
        pytest.param(b'{"url": "file:///etc/passwd"}', 422, id="file URL"),
        pytest.param(b'{"url": "gopher://127.0.0.1/"}', 422, id="gopher URL"),
        pytest.param(b'{"url": "-"}', 422, id="standard input"),
        pytest.param(b'{"url": "/etc/passwd"}', 422, id="path"),
        pytest.param(b'{"url": "http://127.0.0.1:1/"}', 422, id="loopback URL"),
        pytest.param(b'{"url": "http://169.254.169.254/latest"}', 422, id="cloud metadata"),
        pytest.param(b'{"url": "http://[::ffff:127.0.0.1]/"}', 422, id="mapped loopback"),
        pytest.param(b'{"url": "http://0x7f000001/"}', 422, id="hexadecimal loopback"),
        pytest.param(b'{"url": "http://a\\r\\nHost: b/"}', 422, id="header in a URL"),
        pytest.param(b'{"text": "' + b"\\u516c" * 2_001 + b'"}', 413, id="too many characters"),
        pytest.param(b'{"text": "' + b"a" * 20_000 + b'"}', 413, id="too many bytes"),
    ],
)
def test_bodies(server: Running, body: bytes, status: int) -> None:
    for path in ("/api/v1/translate", "/api/v1/brief"):
        answer = server.http.post(path, content=body, headers=JSON)
        # A parser may know how deep it can go before the model says what is wrong.
        assert answer.status_code in {status, 400 if status == 422 else status}, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert len(problem["detail"]) > 10
        assert "Traceback" not in answer.text
        assert "TRANSLATOR_HOME" not in answer.text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"", "application/json", id="nothing"),
        pytest.param(b'{"q": 1, "source": "zh", "target": "en"}', "application/json", id="number"),
        pytest.param(b'{"q": {}, "source": "zh", "target": "en"}', "application/json", id="object"),
        pytest.param(deep(9_000), "application/json", id="deep"),
        pytest.param(
            b'{"q": "\\ud800", "source": "zh", "target": "en"}', "application/json", id="surrogate"
        ),
        pytest.param(b"q=%ff&source=zh&target=fr", "application/x-www-form-urlencoded", id="bytes"),
        pytest.param(b"q=a&source=zh", "application/x-www-form-urlencoded", id="no target"),
        pytest.param(b"q=a&source=zh&target=en&alternatives=-1", "text/plain", id="negative"),
        pytest.param(b"\xff\xfe\x00", "application/x-www-form-urlencoded", id="no UTF-8"),
        pytest.param(b"&".join([b"a=b"] * 3_000), "application/x-www-form-urlencoded", id="many"),
        pytest.param(b"--x\r\n", "multipart/form-data; boundary=x", id="half a part"),
        pytest.param(b"--x\r\n", "multipart/form-data", id="no boundary"),
        pytest.param(b"<a/>", "text/xml", id="XML"),
    ],
)
def test_bodies_of_libretranslate(server: Running, body: bytes, kind: str) -> None:
    answer = server.http.post("/translate", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"error"}
    assert len(answer.json()["error"]) > 10


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data", "", "a/b;;="]
)
def test_wrong_content_types(server: Running, kind: str) -> None:
    body = json.dumps({"text": TEXT}).encode()
    answer = server.http.post("/api/v1/translate", content=body, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500


def test_a_body_that_says_it_is_huge_is_refused_unread(server: Running) -> None:
    head = (
        b"POST /api/v1/translate HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        b"Content-Length: 99999999999\r\n\r\n"
    )
    answer = server.raw(head)
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b"send less" in answer


def test_a_body_that_does_not_say_how_huge_it_is_is_cut_off(server: Running) -> None:
    head = (
        b"POST /api/v1/translate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"4000\r\n" + b"a" * 0x4000 + b"\r\n"
    answer = server.raw(head + chunk * 4 + b"0\r\n\r\n")
    assert b" 413 " in answer.split(b"\r\n")[0]


def test_a_body_that_does_not_come_is_not_waited_for(server: Running) -> None:
    head = (
        b"POST /api/v1/translate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nContent-Length: 100\r\n\r\n{"
    )
    answer = server.raw(head)
    assert b" 408 " in answer.split(b"\r\n")[0]
    assert b"took longer than 2 s" in answer


@pytest.mark.parametrize("start", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
def test_a_head_that_does_not_come_is_not_waited_for(server: Running, start: bytes) -> None:
    before = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=LONG) as sock:
        sock.sendall(start)
        assert sock.recv(100) == b""  # closed by the server
    assert time.monotonic() - before < LONG


@pytest.mark.parametrize(
    "head",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=[
        "garbage",
        "no host",
        "two hosts",
        "long",
        "length",
        "lengths",
        "nul",
        "bytes",
        "tls",
    ],
)
def test_heads(server: Running, head: bytes) -> None:
    answer = server.raw(head, end=True)
    assert not answer or answer.split(b" ")[1] in (b"400", b"421", b"431")


def test_smuggled_requests_are_not_answered(server: Running) -> None:
    head = (
        b"POST /translate HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    )
    assert b"translator_sentences" not in server.raw(head, end=True)


def test_long_addresses(server: Running) -> None:
    assert server.http.get("/languages?" + "a" * 9_000).status_code == 414
    assert server.http.get("/api/v1/jobs/" + "a" * 5_000).status_code in (404, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/jobs/..%2f..%2f..%2fetc%2fpasswd",
        "/api/v1/jobs/%00",
        "/api/v1/jobs/%ff%fe",
        "/api/v1/jobs/%ed%a0%80",
        "/api/v1/jobs/' OR 1=1 --",
        "/api/v1/jobs/x/events",
        "/api/v1/jobs/x/export/../../secret",
        "/api/v1/jobs/x/export/docx",
        "/download_file/..%2f..%2fjobs.sqlite/a.txt",
        "/download_file/x/..%5c..%5ca.docx",
        "//etc/passwd",
        "/api/v1/../../keys.json",
    ],
)
def test_paths(server: Running, path: str) -> None:
    head = (
        f"GET {path.replace(' ', '%20')} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )
    answer = server.raw(head.encode())
    assert answer.split(b" ")[1] in (b"404", b"422")
    assert b"SQLite" not in answer


@pytest.mark.parametrize(
    "method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "X" * 20]
)
def test_methods(server: Running, method: str) -> None:
    head = f"{method} /api/v1/translate HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    answer = server.raw(head.encode())
    assert answer.split(b" ")[1] in (b"400", b"405")


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("/", "file"),
        ("", "file"),
        ("..", "file"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("新闻.docx", "新闻.docx"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("CON", "CON"),
        ("\ud800.txt", ".txt"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("\u2066a\u2067b\u2068c\u2069.txt", "abc.txt"),
        ("a\u200b\u200e\u200f\ufeff\u2028\u2029\x85.txt", "a.txt"),
    ],
)
def test_names_of_files(given: str, clean: str) -> None:
    assert file_name(given) == clean


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("../../a.txt", b"", 422, "a.txt is empty"),
        ("a.exe", b"MZ" * 100, 422, "unknown ending .exe"),
        ("a.docx", b"PK\x03\x04" + b"\x00" * 100, 422, "a.docx"),
        ("a.pdf", b"%PDF-1.7\n", 422, "a.pdf"),
        ("a.txt", b"\x00\x01\x02\xff" * 100, 422, "a.txt"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 10, 422, "old Word file"),
        ("a.html", b"<html>" * 5_000, 422, "a.html"),
        ("a.txt", TEXT.encode() * 2_000, 413, "send less"),
    ],
)
def test_files(
    server: Running, home: Path, name: str, data: bytes, status: int, words: str
) -> None:
    answer = server.http.post("/api/v1/translate/file", files={"file": (name, data)})
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]
    assert str(home) not in answer.text
    # Nothing that was sent is left anywhere.
    left = {path.name for path in home.rglob("*") if path.is_file()}
    assert all(one.startswith("jobs.sqlite") for one in left), left


def test_logs_hold_no_text(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "translator"):
        server.http.post("/api/v1/translate?key=geheim", json={"text": "秘密的会议。"})
        server.http.post("/translate", data={"q": "秘密", "source": "zh", "target": "xx"})
        server.http.post(
            "/api/v1/translate", json={"text": "秘密 secret words in English only here"}
        )
    lines = [f"{record.getMessage()} {getattr(record, 'fields', '')}" for record in caplog.records]
    assert any("/api/v1/translate" in line for line in lines)
    assert not any(word in line for line in lines for word in ("秘密", "secret", "geheim"))


def test_libretranslate_counts_before_it_works(server: Running) -> None:
    body = {"q": ["中国 ab " * 200] * 3, "source": "auto", "target": "en"}
    answer = server.http.post("/translate", json=body)
    assert answer.status_code == 413
    assert "limit is 2,000" in answer.json()["error"]


@pytest.mark.parametrize("pump", ["<a ", "<a b='", "<div ", "<br/", "<!--", "<![", "</a "])
def test_html_that_never_ends_is_refused_at_once(pump: str) -> None:
    started = time.process_time()
    with pytest.raises(InputError, match="never end"):
        markup(pump * (100_000 // len(pump)) + "中")
    assert time.process_time() - started < 5


def test_html_as_pages_have_it_is_taken() -> None:
    page = "<p title='a < b'>中国<br/>1 < 2</p><!-- 中 -->" * 2_000
    assert len(markup(page).texts) == 4_000 - 2_000
