"""What one client may take: uploads, exports, streams, however it calls itself; with keys or not."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from api_server import ECHO, LONG, Running, serving
from gate import Gate

from translator.api.bounds import RefusedError, Shares
from translator.api.settings import ServerSettings

TEXT = "公司今年投资3.27亿元建设新厂房。"
BOUND = ServerSettings(ECHO, page=False, rate="6/minute", uploads=8, streams=8)
FILE = {"file": ("a.txt", TEXT.encode())}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))
    with serving(BOUND) as running:
        yield running


def test_a_client_holds_its_share_and_leaves_the_rest_to_others() -> None:
    shares = Shares(6, "files")
    back = shares.take("one")
    with pytest.raises(RefusedError, match="you have 1 files") as told:
        shares.take("one")
    assert told.value.status == 429
    assert told.value.headers == {"Retry-After": "10"}
    for name in ("two", "three", "four", "five", "six"):
        shares.take(name)
    with pytest.raises(RefusedError, match="there are 6 files") as told:
        shares.take("seven")
    assert told.value.status == 503
    back()
    back()  # again, which gives nothing back
    shares.take("seven")
    with pytest.raises(RefusedError):
        shares.take("eight")


def refused(answer: object, words: str) -> None:
    status, headers = answer.status_code, answer.headers  # type: ignore[attr-defined]
    assert (status, words in answer.text) == (429, True), answer.text  # type: ignore[attr-defined]
    assert 1 <= int(headers["retry-after"]) <= 60


def test_files_are_counted_without_keys_and_texts_are_not(server: Running) -> None:
    posts = [server.http.post("/api/v1/translate/file", files=FILE) for _ in range(6)]
    assert [one.status_code for one in posts] == [200] * 6
    refused(server.http.post("/api/v1/translate/file", files=FILE), "6 per 1 minute")
    libre = {"source": "zh", "target": "en"}
    refused(server.http.post("/translate_file", files=FILE, data=libre), "6 per 1 minute")
    # Whoever the client says that it is: no proxy was told of.
    named = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    refused(server.http.post("/api/v1/brief/file", files=FILE, headers=named), "6 per 1 minute")
    texts = [server.http.post("/api/v1/translate", json={"text": TEXT}) for _ in range(8)]
    assert [one.status_code for one in texts] == [200] * 8


def test_exports_are_counted_without_keys(server: Running) -> None:
    answer = server.http.post("/api/v1/translate", json={"text": TEXT})
    location = answer.headers["content-location"]
    found = [server.http.get(f"{location}/export/docx").status_code for _ in range(6)]
    assert found == [200] * 6
    refused(server.http.get(f"{location}/export/docx"), "6 per 1 minute")
    name = location.rpartition("/")[2]
    refused(server.http.get(f"/download_file/{name}/a.docx"), "6 per 1 minute")
    assert server.http.get(location).status_code == 200


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate before the echo engine."""
    found = Gate()
    found.install(monkeypatch)
    found.open()
    yield found
    found.open()


@contextlib.contextmanager
def begun(server: Running, path: str) -> Iterator[socket.socket]:
    """An upload whose end does not come."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=LONG) as sock:
        sock.sendall(head.encode())
        yield sock


@pytest.mark.parametrize("path", ["/api/v1/translate/file", "/translate_file", "/translate"])
def test_uploads_under_way_are_few(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))
    many = replace(BOUND, rate="1000/minute")
    with serving(many) as server, begun(server, path), begun(server, path):
        end = time.monotonic() + LONG
        while True:  # until both have reached the server
            answer = server.http.post("/detect", files=FILE)
            if answer.status_code == 429 or time.monotonic() > end:
                break
            time.sleep(0.05)
        refused(answer, "you have 2 uploads")


def test_a_file_that_was_read_is_no_upload_any_more(server: Running, gate: Gate) -> None:
    gate.close()

    def post(_: int) -> int:
        answer = server.http.post(
            "/api/v1/translate/file", files=FILE, headers={"Prefer": "wait=60"}
        )
        return answer.status_code

    # All wait for their jobs, and they are more than the uploads that may be under way.
    with ThreadPoolExecutor(5) as clients:
        waiting = []
        for number in range(5):
            waiting.append(clients.submit(post, number))
            end = time.monotonic() + LONG
            while server.service.stats().queued + server.service.stats().active <= number:
                assert time.monotonic() < end, [one.done() and one.result() for one in waiting]
                time.sleep(0.02)
        gate.open()
        assert [one.result() for one in waiting] == [200] * 5


def test_one_client_does_not_follow_so_many_jobs_that_nobody_else_can(
    server: Running, gate: Gate
) -> None:
    with contextlib.ExitStack() as followed:
        gate.close()
        answer = server.http.post("/api/v1/translate", json={"text": TEXT}, headers=ASYNC)
        path = f"{answer.headers['location']}/events"
        for _ in range(2):
            stream = followed.enter_context(server.http.stream("GET", path))
            assert stream.status_code == 200
        refused(server.http.get(path), "you have 2 streams of events")
        gate.open()
        for line in stream.iter_lines():
            assert line is not None
    end = time.monotonic() + LONG
    while server.http.get(path).status_code != 200:  # until the server has seen that they ended
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_views_of_the_page_are_a_share_too(server: Running) -> None:
    assert BOUND.page_streams // 4 == 200
    with serving(replace(BOUND, page_streams=0)) as none:
        assert none.http.get("/gradio_api/heartbeat/x").status_code == 503
        assert none.http.get("/gradio_api/queue/data").status_code == 503


def test_tls_of_a_proxy_marks_the_cookie_and_nothing_else(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSLATOR_KEYS", "desk=abcdefghijklmnopqrstuvwxyz")
    with serving(replace(BOUND, hosts=("news.example",))) as closed:
        form = {"key": "abcdefghijklmnopqrstuvwxyz"}
        plain = closed.http.post("/login", data=form)
        assert "secure" not in plain.headers["set-cookie"].lower()
        behind = closed.http.post("/login", data=form, headers={"X-Forwarded-Proto": "https"})
        assert "; secure" in behind.headers["set-cookie"].lower()
        # Keys are guessed from one address, whatever names it gives itself.
        guesses = [
            closed.http.post(
                "/login", data={"key": str(at)}, headers={"X-Forwarded-For": f"203.0.113.{at}"}
            ).status_code
            for at in range(11)
        ]
        assert guesses == [401] * 10 + [429]
