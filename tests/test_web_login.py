"""The page of the whole server in a real browser: behind its log-in, under its security headers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("gradio")

from api_server import ECHO, LONG, Running, serving
from browser import chromium
from playwright.sync_api import Page, expect

from translator.api.keys import Keys
from translator.api.settings import ServerSettings

SHOTS = Path(__file__).parent.parent / "reports" / "page"
ARTICLE = "江城新区开工\n\n公司今年投资3.27亿元建设新厂房。员工的生活越来越好。\n"

expect.set_options(timeout=LONG * 1000)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    monkeypatch.delenv("TRANSLATOR_KEYS", raising=False)
    SHOTS.mkdir(parents=True, exist_ok=True)
    Keys().add("first")
    # A name besides loopback is what asks for keys.
    with serving(ServerSettings(ECHO, hosts=("news.example",))) as running:
        yield running


@pytest.fixture
def visit(server: Running) -> Iterator[tuple[Page, list[str]]]:
    """A browser's page that must ask nobody else, and what it complains about."""
    said: list[str] = []
    asked: list[str] = []
    with chromium() as browser:
        page = browser.new_context(locale="en-US", accept_downloads=True).new_page()
        page.set_default_timeout(LONG * 1000)
        page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        yield page, said
        page.context.close()
    own = (server.url, "data:", "blob:", "about:srcdoc")
    assert [url for url in asked if not url.startswith(own)] == []


def log_in(page: Page, server: Running, key: str) -> None:
    page.goto(server.url)
    expect(page).to_have_url(f"{server.url}/login")
    page.get_by_label("Your key").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("enter it as it was given to you. 密钥无效")
    page.screenshot(path=SHOTS / "login.png")
    page.get_by_label("Your key").fill(key)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#sheet .blank h2")).to_be_visible()


def complaints(said: list[str]) -> list[str]:
    """What a page should not have said: a wrong key is answered with 401, and of the progress of
    uploads Gradio's own client says that it cannot follow it."""
    known = ("status of 401", "Method not implemented")
    return [one for one in said if not any(words in one for words in known)]


def test_the_page_works_behind_its_log_in(
    visit: tuple[Page, list[str]], server: Running, tmp_path: Path
) -> None:
    page, said = visit
    log_in(page, server, Keys().add("desk"))
    page.locator(".pasted textarea").first.fill(ARTICLE)
    page.locator("button.go:visible").first.click()
    expect(page.locator("#sheet .downloads")).to_be_visible()
    expect(page.locator("#sheet [data-part=brief]")).to_contain_text("327 million")
    page.screenshot(path=SHOTS / "behind-login.png")
    page.locator("#sheet [data-brief=length]").select_option("short")
    expect(page.locator("#sheet [data-brief=length]")).to_have_value("short")
    expect(page.locator("#sheet .downloads")).to_be_visible()
    with page.expect_download() as waiting:
        page.locator("#sheet [data-download=docx]").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"PK")

    # The report of an evaluation is a document of its own within the page.
    pytest.importorskip("sacrebleu")
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_label("Own files").check()
    files: dict[int, tuple[str, str]] = {
        2: ("good.txt", "The company invests 327 million yuan.\nStaff are glad.\n"),
        1: ("reference.txt", "The company puts in 327 million yuan.\nStaff are happy.\n"),
        0: ("source.txt", "公司投资3.27亿元。\n员工很高兴。\n"),
    }
    boxes = page.locator("[role=tabpanel]:visible input[type=file]")
    for box, (name, text) in files.items():
        (tmp_path / name).write_text(text, "utf-8")
        with page.expect_response(lambda answer: "/upload" in answer.url):
            boxes.nth(box).set_input_files(tmp_path / name)
        expect(page.get_by_text(name.removesuffix(".txt")).last).to_be_visible()
    page.locator("button.go:visible").first.click()
    report = page.frame_locator("#evaluated iframe")
    expect(report.locator("h1")).to_contain_text("source.txt")
    looks: Any = report.locator("h1").evaluate("one => getComputedStyle(one).fontSize")
    plain: Any = report.locator("body").evaluate("one => getComputedStyle(one).fontFamily")
    assert "Times" not in plain, (looks, plain)  # its own style sheet is not shut out
    page.screenshot(path=SHOTS / "report-behind-login.png")

    assert complaints(said) == []  # from here on it is refused, and Gradio says so
    page.goto("about:blank")

    # Without its key the browser is shown the log-in again, and no article.
    Keys().remove("desk")
    page.goto(server.url)
    expect(page).to_have_url(f"{server.url}/login")
