"""The REST API against a real server on loopback: work, jobs, events, LibreTranslate's clients."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import httpx2
import pytest
from api_server import ECHO, LONG, Running, serving
from conftest import SEED
from docx import Document as Word
from gate import Gate
from libretranslatepy import LibreTranslateAPI

from translator.api.settings import ServerSettings

TEXT = "公司今年投资3.27亿元建设新厂房。员工的生活越来越好。"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for the tests that leave it as it was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSLATOR_HOME", str(tmp_path_factory.mktemp("home")))
        with serving(ServerSettings(ECHO, page=False)) as running:
            yield running


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate before the echo engine."""
    found = Gate()
    found.install(monkeypatch)
    yield found
    found.open()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))
    return tmp_path


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.01)


def state(server: Running, location: str) -> str:
    found: str = server.http.get(location).json()["state"]
    return found


def test_a_short_text_is_answered_at_once(server: Running) -> None:
    answer = server.http.post("/api/v1/translate", json={"text": TEXT})
    assert answer.status_code == 200
    record = answer.json()
    assert set(record) == {"schema", "document", "segments", "findings", "run"}
    assert record["schema"] == 1
    assert [segment["id"] for segment in record["segments"]] == ["s1", "s2"]
    assert "327 million" in record["segments"][0]["target"]
    assert {finding["segment"] for finding in record["findings"]} <= {"s1", "s2"}
    kept = server.http.get(answer.headers["content-location"]).json()
    assert (kept["state"], kept["result"]) == ("done", record)


def test_a_client_may_prefer_to_be_told_where_to_look(server: Running) -> None:
    answer = server.http.post(
        "/api/v1/brief", json={"text": TEXT}, headers={"Prefer": "respond-async"}
    )
    assert answer.status_code == 202
    location = answer.headers["location"]
    assert answer.json()["result"] is None or answer.json()["state"] == "done"
    until(lambda: state(server, location) == "done")
    assert server.http.get(location).json()["result"]["brief"]["headline"]


def test_a_long_text_is_a_job_unless_the_client_waits(server: Running) -> None:
    text = SEED.read_text("utf-8")
    answer = server.http.post("/api/v1/brief", json={"text": text, "length": "short"})
    assert answer.status_code == 202
    waited = server.http.post(
        "/api/v1/brief", json={"text": text, "style": "social"}, headers={"Prefer": "wait=60"}
    )
    assert waited.status_code == 200
    assert waited.headers["preference-applied"] == "wait=60"
    assert waited.json()["brief"]["style"] == "social"


def test_terms_names_and_quality(server: Running) -> None:
    body = {
        "text": "江城新区今天举行会议。公司建设新厂房。",
        "quality": "best",
        "glossary": [{"source": "新厂房", "target": "the Big Works"}],
        "names": [{"source": "江城新区", "target": "Rivertown"}],
    }
    record = server.http.post("/api/v1/translate", json=body).json()
    assert "Rivertown" in record["segments"][0]["target"]
    assert "Big Works" in record["segments"][1]["target"]
    assert record["run"]["decoding"]["beam_size"] == 4
    wrong = {**body, "names": [{"source": "plain", "target": "x"}]}
    answer = server.http.post("/api/v1/translate", json=wrong)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("names, line 2: the source 'plain' has no Chinese")


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.docx"])
def test_files(server: Running, name: str) -> None:
    if name.endswith("docx"):
        word, buffer = Word(), io.BytesIO()
        word.add_paragraph(TEXT)
        word.save(buffer)
        data = buffer.getvalue()
    else:
        page = f"<html><body><article><p>{TEXT * 5}</p></article></body></html>"
        data = (page if name.endswith("html") else TEXT).encode("gb18030")
    answer = server.http.post(
        "/api/v1/brief/file",
        files={"file": (name, data)},
        data={"length": "short"},
        headers={"Prefer": "wait=60"},
    )
    assert answer.status_code == 200, answer.text
    record = answer.json()
    assert record["document"]["source"] == name
    assert "327 million" in record["segments"][0]["target"]
    assert record["brief"]["length"] == "short"


def test_check(server: Running) -> None:
    target = "The company invests 32.7 million yuan in a plant. The staff live better and better."
    record = server.http.post("/api/v1/check", json={"source": TEXT, "target": target}).json()
    assert record["segments_checked"] == 2
    assert any(one["kind"] == "quantity" for one in record["findings"])
    other = server.http.post("/api/v1/check", json={"source": "English", "target": target})
    assert other.status_code == 422
    assert "not Chinese" in other.json()["detail"]


def test_models(server: Running) -> None:
    first = server.http.get("/api/v1/models").json()["models"][0]
    assert (first["engine"], first["model"], first["default"]) == ("echo", "echo", True)
    wrong = server.http.post("/api/v1/translate", json={"text": TEXT, "model": "/etc/passwd"})
    assert wrong.status_code == 400
    assert "not offered here" in wrong.json()["detail"]


def test_every_format(server: Running) -> None:
    answer = server.http.post("/api/v1/brief", json={"text": TEXT})
    location = answer.headers["content-location"]
    starts = {
        "md": b"# ",
        "txt": b"",
        "html": b"<!",
        "docx": b"PK",
        "json": b"{",
        "tmx": b"<?xml",
        "xliff": b"<?xml",
        "xliff2": b"<?xml",
    }
    for name, start in starts.items():
        file = server.http.get(f"{location}/export/{name}")
        assert file.status_code == 200
        assert file.content.startswith(start)
        assert file.headers["content-disposition"].startswith("attachment; ")
        assert "sandbox" in file.headers["content-security-policy"]
    assert server.http.get(f"{location}/export/exe").status_code == 422


def events_of(lines: Iterator[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    event: dict[str, str] = {}
    for line in lines:
        if not line and "event" in event:
            yield int(event["id"]), event["event"], json.loads(event["data"])
            event = {}
        elif line and not line.startswith(":"):
            key, _, value = line.partition(": ")
            event[key] = value


def test_events_are_streamed_as_they_happen(home: Path, gate: Gate) -> None:
    with serving(ServerSettings(replace(ECHO, heartbeat=0.05), page=False)) as server:
        gate.open()
        until(lambda: server.service.ready)
        gate.close()
        body = {"text": "公司建设新厂房。员工的生活越来越好。"}
        answer = server.http.post("/api/v1/brief", json=body, headers={"Prefer": "respond-async"})
        location = answer.headers["location"]
        with server.http.stream("GET", f"{location}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            events = events_of(stream.iter_lines())
            assert [next(events)[1], next(events)[1]] == ["queued", "started"]
            # Nothing more comes until a sentence is done.
            gate.open()
            rest = list(events)
        assert [kind for _, kind, _ in rest] == ["segment", "segment", "briefing", "done"]
        number, _, data = rest[0]
        assert data["segment"]["status"] in ("ok", "flagged", "repaired")
        assert data["total"] == 2
        again = server.http.get(f"{location}/events", headers={"Last-Event-ID": str(number)})
        assert [one[1] for one in events_of(iter(again.text.split("\n")))] == [
            "segment",
            "briefing",
            "done",
        ]


def test_cancelling_is_seen_at_once(home: Path, gate: Gate) -> None:
    with serving(ServerSettings(ECHO, page=False)) as server:
        answer = server.http.post(
            "/api/v1/translate", json={"text": TEXT}, headers={"Prefer": "respond-async"}
        )
        location = answer.headers["location"]
        until(lambda: bool(gate.asked))  # the engine is in the middle of it
        assert server.http.get(f"{location}/export/md").status_code == 409
        before = time.monotonic()
        assert server.http.delete(location).json()["state"] == "cancelled"
        assert state(server, location) == "cancelled"
        assert time.monotonic() - before < 5.0  # a second on a machine that does nothing else
        with server.http.stream("GET", f"{location}/events") as stream:
            assert [kind for _, kind, _ in events_of(stream.iter_lines())][-1] == "cancelled"
        assert server.http.delete(location).status_code == 204
        assert server.http.get(location).status_code == 404
        gate.open()


def test_a_full_queue_is_said(home: Path, gate: Gate) -> None:
    settings = replace(ECHO, max_queue=1, max_active=1)
    with serving(ServerSettings(settings, page=False)) as server:

        def post() -> httpx2.Response:
            return server.http.post(
                "/api/v1/translate", json={"text": TEXT}, headers={"Prefer": "respond-async"}
            )

        assert post().status_code == 202
        until(lambda: bool(gate.asked))
        assert post().status_code == 202
        full = post()
        assert full.status_code == 503
        assert int(full.headers["retry-after"]) >= 1
        assert full.headers["content-type"] == "application/problem+json"
        assert "are waiting already" in full.json()["detail"]
        other = server.http.post("/translate", data={"q": TEXT, "source": "zh", "target": "en"})
        assert other.status_code == 503
        assert "are waiting already" in other.json()["error"]
        gate.open()


def test_who_hangs_up_leaves_no_work_behind(home: Path, gate: Gate) -> None:
    with serving(ServerSettings(ECHO, page=False)) as server:
        asked = (
            ("/api/v1/translate", {"text": TEXT}),
            ("/translate", {"q": TEXT, "source": "zh", "target": "en"}),
        )

        def has_cancelled(number: int) -> bool:
            return server.service.stats().jobs.get("cancelled", 0) == number

        for number, (path, body) in enumerate(asked, start=1):
            before = len(gate.asked)
            caller = HTTPConnection(server.url.removeprefix("http://"))
            caller.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            until(lambda before=before: len(gate.asked) > before)  # type: ignore[misc]
            caller.close()
            # Only after this may the engine answer, or the job could end as done.
            until(lambda number=number: has_cancelled(number))  # type: ignore[misc]
            gate.give(50)
            until(lambda: server.service.stats().active == 0)
            gate.close()
        gate.open()


def test_health_tells_of_the_engine(server: Running, home: Path, gate: Gate) -> None:
    until(lambda: server.http.get("/health").json()["engine"] == "ready")
    assert server.http.get("/health").json()["status"] == "ok"


def test_figures_for_prometheus(server: Running) -> None:
    def figures() -> dict[str, float]:
        lines = server.http.get("/metrics").text.splitlines()
        rows = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in rows}

    before = figures()
    server.http.post("/api/v1/translate", json={"text": TEXT})
    after = figures()
    ok = 'translator_requests_total{method="POST",route="/api/v1/translate",status="200"}'
    assert after[ok] == before.get(ok, 0) + 1
    assert after["translator_sentences_total"] == before["translator_sentences_total"] + 2
    assert after['translator_jobs_total{state="done"}'] >= 1
    for name in (
        "translator_queue_length",
        "translator_jobs_active",
        "translator_engine_ready",
        "translator_work_seconds_total",
        "translator_memory_hits_total",
        "process_resident_memory_bytes",
    ):
        assert name in after
    assert any(name.startswith("translator_findings_total{") for name in after)


def test_the_docs_page_needs_nothing_from_elsewhere(server: Running) -> None:
    page = server.http.get("/docs")
    assert page.status_code == 200
    assert "/api/v1/translate" in page.text
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    schema = server.http.get("/openapi.json").json()
    assert {"/translate", "/api/v1/jobs/{job_id}/events"} <= set(schema["paths"])


# LibreTranslate's clients


def test_a_public_client(server: Running) -> None:
    client = LibreTranslateAPI(server.url)
    assert "327 million" in client.translate(TEXT, "zh", "en")
    assert {"code": "zh", "name": "Chinese", "targets": ["en"]} in client.languages()
    assert client.detect(TEXT)[0]["language"] == "zh"
    assert client.detect("This is English.")[0]["language"] == "en"
    with pytest.raises(HTTPError) as told:
        client.translate(TEXT, "zh", "fr")
    assert told.value.code == 400
    assert "must be en" in json.loads(told.value.read())["error"]


def libre(server: Running, **body: object) -> Any:
    answer = server.http.post("/translate", json={"source": "zh", "target": "en", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_lines_lists_and_what_is_no_chinese_stay(server: Running) -> None:
    text = "  公司建设新厂房。\r\n\r\nTel. 021-1234\r\n你好"
    found = libre(server, q=text)["translatedText"]
    first, blank, phone, last = found.split("\r\n")
    assert first.startswith("  ")
    assert (blank, phone) == ("", "Tel. 021-1234")
    assert last
    assert libre(server, q=["公司", "plain", ""])["translatedText"][1:] == ["plain", ""]
    assert libre(server, q="plain") == {"translatedText": "plain"}
    assert isinstance(libre(server, q=["公司"])["translatedText"], list)


def test_forms_in_utf_8_whether_escaped_or_not(server: Running) -> None:
    plain = f"q={TEXT}&source=auto&target=en".encode()
    found = [
        server.http.post("/translate", content=plain, headers={"Content-Type": kind}).json()
        for kind in (
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
    ]
    found.append(
        server.http.post("/translate", data={"q": TEXT, "source": "auto", "target": "en"}).json()
    )
    assert found[0] == found[1] == found[2]
    assert found[0]["detectedLanguage"] == {"confidence": 100.0, "language": "zh"}
    several = server.http.post(
        "/translate", data={"q": ["公司", "你好"], "source": "zh", "target": "en"}
    )
    assert len(several.json()["translatedText"]) == 2


def test_tags_stay_and_texts_are_escaped(server: Running) -> None:
    html = (
        '<!DOCTYPE html><p class="a" title="公司">公司&amp;<b>员工</b> 3&lt;4</p><br/>'
        "<script>var a = '公司' < 1;</script><!-- 公司 --><span translate='no'>公司<i>员工</i></span>"
        "<IMG src=x onerror='公司'>厂房"
    )
    found = libre(server, q=html, format="html")["translatedText"]
    for kept in (
        '<!DOCTYPE html><p class="a" title="公司">',
        "</b>",
        " 3&lt;4</p><br/>",
        "<script>var a = '公司' < 1;</script><!-- 公司 --><span translate='no'>公司<i>员工</i></span>",
        "<IMG src=x onerror='公司'>",
    ):
        assert kept in found
    assert "&amp;" in found
    assert "<b>员工" not in found
    assert not found.endswith("厂房")


def test_alternatives_are_other_translations(server: Running) -> None:
    found = libre(server, q=TEXT, alternatives=3)
    assert found["alternatives"] == []  # echo has one answer
    lists = libre(server, q=[TEXT, "公司"], alternatives=1)
    assert lists["alternatives"] == [[], []]


def test_a_file_is_translated_and_fetched(server: Running) -> None:
    answer = server.http.post(
        "/translate_file",
        files={"file": ("../新闻.txt", TEXT.encode())},
        data={"source": "zh", "target": "en"},
    )
    url = answer.json()["translatedFileUrl"]
    assert url.startswith(f"{server.url}/download_file/")
    assert url.endswith("_en.txt")
    assert "327 million" in httpx2.get(url, trust_env=False).text
    assert server.http.get("/download_file/x/y.txt").status_code == 404
    assert server.http.get("/download_file/x/y.exe").status_code == 404


def test_what_clients_ask_first(server: Running) -> None:
    settings = server.http.get("/frontend/settings").json()
    assert settings["keyRequired"] is False
    assert settings["charLimit"] == 100_000
    assert ".docx" in settings["supportedFilesFormat"]
    assert settings["language"]["source"]["code"] == "zh"


def test_many_clients_at_once_are_all_served(server: Running) -> None:
    found: list[int] = []

    def ask(number: int) -> None:
        body = {"text": f"公司今年投资{number}亿元建设新厂房。"}
        answer = httpx2.post(
            f"{server.url}/api/v1/translate", json=body, timeout=LONG, trust_env=False
        )
        record = answer.json()
        assert f"{number}亿元" in record["segments"][0]["source"]
        found.append(answer.status_code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2, 22)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert set(found) <= {200, 202}
    assert len(found) == 20
