"""Who may ask, and how often: keys, log-in, rates, origins, host names, headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from api_server import ECHO, Running, serving
from libretranslatepy import LibreTranslateAPI

from translator.api.app import create_app
from translator.api.bounds import Limits, RefusedError
from translator.api.keys import Keys, Sessions, key_file
from translator.api.settings import ServerSettings, is_loopback
from translator.errors import InputError, UsageError

TEXT = "公司今年投资3.27亿元建设新厂房。"
OPEN = ServerSettings(ECHO, page=False)
# Served on loopback all the same: a name besides it is what asks for keys.
CLOSED = replace(OPEN, hosts=("news.example",), rate="20/minute")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("TRANSLATOR_HOME", str(folder))
        patch.delenv("TRANSLATOR_KEYS", raising=False)
        yield folder


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Running]:
    with serving(OPEN) as running:
        yield running


@pytest.fixture
def closed(home: Path) -> Iterator[Running]:
    key_file().unlink(missing_ok=True)
    Keys().add("first")
    with serving(CLOSED) as running:
        yield running


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_loopback_needs_no_key_and_every_other_address_does() -> None:
    assert not OPEN.needs_keys
    for host in ("0.0.0.0", "192.168.1.2", "::", "example.com"):
        assert replace(OPEN, host=host).needs_keys
        assert not replace(OPEN, host=host, insecure=True).needs_keys
    for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"):
        assert is_loopback(host)
        assert not replace(OPEN, host=host).needs_keys


def test_no_server_for_others_without_a_key(home: Path) -> None:
    key_file().unlink(missing_ok=True)
    with pytest.raises(UsageError, match="translator keys add"):
        create_app(replace(OPEN, host="0.0.0.0"))
    with pytest.raises(UsageError, match="no rate"):
        create_app(replace(OPEN, rate="often"))


def test_the_file_holds_hashes_only(home: Path) -> None:
    key_file().unlink(missing_ok=True)
    keys = Keys()
    key = keys.add("desk@news")
    assert keys.name_of(key) == "desk@news"
    assert key not in key_file().read_text("utf-8")
    assert key_file().stat().st_mode & 0o077 == 0
    assert keys.name_of("wrong") is None
    assert keys.name_of("\ud800") is None
    with pytest.raises(UsageError, match="remove it first"):
        keys.add("desk@news")
    with pytest.raises(UsageError, match="no name"):
        keys.add("a b\n")
    Keys().remove("desk@news")  # another process
    assert keys.name_of(key) is None
    with pytest.raises(UsageError, match="there is no key"):
        keys.remove("desk@news")
    key_file().write_text("{", "utf-8")
    with pytest.raises(InputError, match="mend it"):
        keys.names()
    key_file().unlink()


def test_keys_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSLATOR_KEYS", "ci=abcdefghijklmnopqrstuvwxyz, b=zyxwvutsrqponmlkjihg")
    assert Keys().name_of("abcdefghijklmnopqrstuvwxyz") == "ci"
    for wrong in ("ci", "ci=short", "=abcdefghijklmnopqrstuvwxyz"):
        monkeypatch.setenv("TRANSLATOR_KEYS", wrong)
        with pytest.raises(UsageError, match="name=key"):
            Keys()


def test_a_session_ends_with_its_key(home: Path) -> None:
    keys = Keys()
    key = keys.add("second")
    sessions = Sessions(keys)
    token = sessions.begin(key)
    assert sessions.name_of(token) == "second"
    assert sessions.name_of("wrong") is None
    keys.remove("second")
    assert sessions.name_of(token) is None


def test_requests_need_a_good_key(closed: Running) -> None:
    key = Keys().add("desk")
    body = {"text": TEXT}
    none = closed.http.post("/api/v1/translate", json=body)
    assert none.status_code == 401
    assert none.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in none.json()["detail"]
    for headers in (bearer("wrong"), {"X-API-Key": "wrong"}):
        assert closed.http.post("/api/v1/translate", json=body, headers=headers).status_code == 401
    for headers in (bearer(key), {"X-API-Key": key}):
        assert closed.http.post("/api/v1/translate", json=body, headers=headers).status_code == 200
    for path in ("/metrics", "/api/v1/models", "/api/v1/jobs/x", "/nothing"):
        assert closed.http.get(path).status_code == 401
    for path in ("/health", "/docs", "/openapi.json", "/languages", "/frontend/settings"):
        assert closed.http.get(path).status_code == 200
    assert closed.http.get("/openapi.json").json()["security"] == [{"key": []}]
    Keys().remove("desk")  # at once, and while the server runs
    assert closed.http.get("/metrics", headers=bearer(key)).status_code == 401


def test_who_can_see_which_job(closed: Running) -> None:
    """As the README says it."""
    own, other = Keys().add("desk"), Keys().add("other")
    body = {"text": TEXT}
    jobs = [
        closed.http.post("/api/v1/translate", json=body, headers=bearer(own)).headers[
            "content-location"
        ]
        for _ in range(2)
    ]
    assert len(jobs[0].rpartition("/")[2]) == 32  # 24 bytes from a source for secrets
    assert jobs[0] != jobs[1]
    for path in ("", "/events", "/export/txt"):
        assert closed.http.get(f"{jobs[0]}{path}").status_code == 401  # nobody without a key
        for key in (own, other):  # any key, for whoever knows the address
            assert closed.http.get(f"{jobs[0]}{path}", headers=bearer(key)).status_code == 200
        guess = f"{jobs[0][:-1]}{'A' if jobs[0][-1] != 'A' else 'B'}"
        assert closed.http.get(f"{guess}{path}", headers=bearer(own)).status_code == 404
    for listing in ("/api/v1/jobs", "/api/v1/jobs/"):
        assert closed.http.get(listing, headers=bearer(own)).status_code == 404
    name = jobs[0].rpartition("/")[2]
    assert "327 million" in closed.http.get(f"/download_file/{name}/a.txt").text
    assert closed.http.delete(jobs[0]).status_code == 401
    assert closed.http.delete(jobs[0], headers=bearer(other)).status_code == 204
    assert closed.http.get(jobs[0], headers=bearer(own)).status_code == 404


def test_a_public_client_with_and_without_its_key(closed: Running) -> None:
    key = Keys().add("desk")
    assert "327 million" in LibreTranslateAPI(closed.url, key).translate(TEXT, "zh", "en")
    assert LibreTranslateAPI(closed.url, key).detect(TEXT)[0]["language"] == "zh"
    form = {"q": TEXT, "source": "zh", "target": "en"}
    for more in ({}, {"api_key": "wrong"}):
        answer = closed.http.post("/translate", data={**form, **more})
        assert answer.status_code == 403
        assert answer.json() == {"error": "this needs a key: send it as api_key"}


def test_the_page_is_logged_in_to(closed: Running) -> None:
    key = Keys().add("desk")
    browser = {"Accept": "text/html"}
    first = closed.http.get("/", headers=browser)
    assert (first.status_code, first.headers["location"]) == (303, "/login")
    assert closed.http.get("/config").status_code == 401
    assert "password" in closed.http.get("/login").text
    wrong = closed.http.post("/login", data={"key": "wrong"})
    assert wrong.status_code == 401
    assert "not good" in wrong.text
    right = closed.http.post("/login", data={"key": key})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    cookie = right.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert key.lower() not in cookie
    assert closed.http.get("/", headers=browser).status_code == 200
    assert closed.http.get("/metrics").status_code == 200
    assert closed.http.post("/logout").status_code == 303
    closed.http.cookies.clear()
    assert closed.http.get("/", headers=browser).status_code == 303


def test_a_key_that_asks_too_often_is_told_when_to_come_back(closed: Running) -> None:
    key, other = Keys().add("desk"), Keys().add("other")
    form = {"q": "plain", "source": "zh", "target": "en"}

    def ask(key: str) -> int:
        answer = closed.http.post("/translate", data=form, headers=bearer(key))
        if answer.status_code == 429:
            assert 1 <= int(answer.headers["retry-after"]) <= 60
            assert "20 per 1 minute" in answer.json()["error"]
        return answer.status_code

    assert [ask(key) for _ in range(20)] == [200] * 20
    assert ask(key) == 429
    in_body = closed.http.post("/translate", data={**form, "api_key": key})
    assert in_body.status_code == 429
    assert int(in_body.headers["retry-after"]) >= 1
    assert ask(other) == 200
    assert closed.http.get("/metrics", headers=bearer(key)).status_code == 200


def test_keys_cannot_be_guessed_for_long(closed: Running) -> None:
    answers = [
        closed.http.get("/metrics", headers=bearer(f"guess {at}")).status_code for at in range(12)
    ]
    assert answers == [401] * 10 + [429] * 2


def test_a_moving_window_frees_itself() -> None:
    limits = Limits("2/second")
    for _ in range(2):
        limits.hit("one")
    with pytest.raises(RefusedError) as told:
        limits.hit("one")
    assert told.value.status == 429
    limits.hit("two")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "SELF"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "SELF.evil.example"}, 403),
        ({"Origin": "http://[broken"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "SELF"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 403),
    ],
)
def test_pages_of_others_cannot_act(server: Running, headers: dict[str, str], status: int) -> None:
    own = {name: value.replace("SELF", server.url) for name, value in headers.items()}
    answer = server.http.post(
        "/translate", data={"q": "plain", "source": "zh", "target": "en"}, headers=own
    )
    assert answer.status_code == status
    if status == 403:
        assert "other sites" in answer.json()["error"]


def test_pages_of_others_cannot_read_but_may_link_here(server: Running) -> None:
    away = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert server.http.get("/openapi.json", headers=away).status_code == 403
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert server.http.get("/docs", headers=link).status_code == 200
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = server.http.request("OPTIONS", "/api/v1/translate", headers=asked)
    assert "access-control-allow-origin" not in answer.headers
    assert answer.status_code == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:7860", 200),
        ("LOCALHOST", 200),
        ("[::1]:7860", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example:7860", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
def test_a_name_made_to_lead_here_opens_nothing(server: Running, host: str, status: int) -> None:
    head = f"GET /languages HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert server.raw(head.encode()).split(b" ")[1] == str(status).encode()


def test_a_server_behind_a_proxy_goes_by_the_names_it_was_given(closed: Running) -> None:
    assert closed.http.get("/health", headers={"Host": "news.example"}).status_code == 200
    assert closed.http.get("/health", headers={"Host": "other.example"}).status_code == 421


@pytest.mark.parametrize("path", ["/health", "/docs", "/nothing", "/", "/api/v1/jobs/x"])
def test_every_answer_has_the_headers_of_a_careful_server(server: Running, path: str) -> None:
    headers = server.http.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert ("default-src 'none'" in policy) == (path not in ("/", "/nothing"))
    assert "server" not in headers
    if path.startswith("/api"):
        assert headers["cache-control"] == "no-store"
