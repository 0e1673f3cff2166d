from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sample
from browser import chromium
from playwright.sync_api import Browser, Page

from translator import export
from translator.export.page import to_html


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


class Opened:
    """A page in the browser, with whatever it complained about or asked the network for."""

    def __init__(self, browser: Browser, file: Path, html: str, **context: Any) -> None:
        file.write_text(html, "utf-8")
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page: Page = browser.new_context(**context).new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append("dialog"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    one = Opened(browser, tmp_path / "a.html", to_html(sample.translation(), sample.BRIEF))
    yield one
    one.page.context.close()


def test_it_opens_without_a_complaint_and_asks_for_nothing_else(opened: Opened) -> None:
    assert opened.said == []
    assert len(opened.asked) == 1
    assert opened.page.evaluate("getComputedStyle(document.body).margin") == "0px"  # our style won


def test_planted_markup_stays_text(opened: Opened) -> None:
    assert opened.page.locator("script, img, iframe").count() == 0
    assert sample.HOSTILE in opened.page.locator("#s4 td.zh").inner_text()
    assert sample.HOSTILE in opened.page.locator("#s4 td.en").inner_text()


def test_the_policy_stops_what_would_slip_through(browser: Browser, tmp_path: Path) -> None:
    html = to_html(sample.translation(), sample.BRIEF)
    slipped = html.replace("<main>", f'<main>{sample.HOSTILE}<p id="p" style="color:red">x</p>')
    one = Opened(browser, tmp_path / "b.html", slipped)
    assert "dialog" not in one.said
    assert any("Content Security Policy" in text for text in one.said)
    assert (
        one.page.evaluate("getComputedStyle(document.getElementById('p')).color")
        != "rgb(255, 0, 0)"
    )
    one.page.context.close()


def test_a_sentence_of_the_brief_shows_what_it_rests_on(opened: Opened) -> None:
    claim = opened.page.locator(".summary .claim").nth(1)
    card = claim.locator(".card")
    assert not card.is_visible()
    claim.locator(".said").hover()
    assert card.is_visible()
    assert "公司投资3.27亿元建设工厂。" in card.inner_text()
    assert "He wrote" in card.inner_text()
    figure = opened.page.locator(".figures tbody tr")
    assert figure.locator("td").first.inner_text() == "327 million yuan"
    figure.locator(".said").hover()
    assert figure.locator(".card").is_visible()
    assert "公司投资3.27亿元建设工厂。" in figure.locator(".card").inner_text()
    opened.page.mouse.move(0, 0)
    assert not card.is_visible()
    claim.focus()
    assert card.is_visible()


def test_a_tap_shows_it_too(browser: Browser, tmp_path: Path) -> None:
    html = to_html(sample.translation(), sample.BRIEF)
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    one = Opened(browser, tmp_path / "e.html", html, **phone)
    claim = one.page.locator(".points .claim").first
    claim.locator(".said").tap()
    assert claim.locator(".card").is_visible()
    one.page.context.close()


def test_it_is_usable_by_keyboard(opened: Opened) -> None:
    reached = []
    for _ in range(12):
        opened.page.keyboard.press("Tab")
        reached.append(
            opened.page.evaluate(
                "(document.activeElement.className || document.activeElement.tagName)"
            )
        )
    assert reached[0] == "skip"
    assert {"claim", "ref", "badge error"} <= set(reached)


def test_a_finding_leads_to_its_sentence(opened: Opened) -> None:
    assert opened.page.locator(".check li").count() == 3
    first = opened.page.locator(".check li a").first
    assert (
        "3.27亿元 is given as 3.27 billion yuan; expected: 327 million yuan" in first.inner_text()
    )
    first.click()
    assert opened.page.evaluate("document.querySelector(':target').id") == "s3"
    assert opened.page.locator("#s3 td.zh mark.error").inner_text() == "3.27亿元"
    assert opened.page.locator("#s3 td.en mark.error").inner_text() == "3.27 billion yuan"
    assert "327 million yuan" in opened.page.locator("#s3 .notes").inner_text()
    assert opened.page.locator("#s7 td.zh mark.warning").inner_text() == "营商环境"


def test_counts_gaps_and_languages(opened: Opened) -> None:
    facts = opened.page.locator(".facts").inner_text().split("\n")
    assert [text for text in facts if text] == [
        *("8 sentences", "2 errors", "1 warning", "1 sentence not translated"),
    ]
    assert opened.page.locator("#s6 td.en .gap").inner_text() == "Not translated"
    assert opened.page.locator("html").get_attribute("lang") == "en"
    assert opened.page.locator("td.zh:not([lang='zh-CN'])").count() == 0
    assert opened.page.locator(".headline h3").inner_text() == "Jiangcheng breaks ground"
    assert opened.page.locator(".remarks summary").inner_text() == "1 remark on the brief"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_runs_out_of_the_page(browser: Browser, tmp_path: Path, width: int) -> None:
    made = sample.translation()
    long = replace(made.segments[0], target="Unbreakable" * 40)
    made = replace(made, segments=(long, *made.segments[1:]))
    size = {"width": width, "height": 800}
    one = Opened(browser, tmp_path / "c.html", to_html(made, sample.BRIEF), viewport=size)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    one.page.context.close()


def _luminance(color: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(browser: Browser, tmp_path: Path, scheme: str) -> None:
    """Every text has the contrast of 4.5 to 1 that WCAG AA asks for."""
    html = to_html(sample.translation(), sample.BRIEF)
    one = Opened(browser, tmp_path / "d.html", html, color_scheme=scheme)
    pairs = one.page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&
             [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())).map(e => {
               let under = e, fill = 'rgba(0, 0, 0, 0)';
               while (under && fill == 'rgba(0, 0, 0, 0)') {
                 fill = getComputedStyle(under).backgroundColor; under = under.parentElement; }
               return [getComputedStyle(e).color, fill, e.textContent.trim().slice(0, 30)]; })"""
    )
    assert len(pairs) > 30
    for color, fill, text in pairs:
        lighter, darker = sorted((_luminance(color), _luminance(fill)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, text
    body = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (_luminance(body) < 0.1) == (scheme == "dark")
    one.page.context.close()


def test_it_prints(opened: Opened, tmp_path: Path) -> None:
    import pypdfium2

    opened.page.pdf(path=str(tmp_path / "a.pdf"), format="A4")
    document = pypdfium2.PdfDocument(str(tmp_path / "a.pdf"))
    pages = [page.get_textpage().get_text_range() for page in document]
    assert len(pages) == 2
    assert "Jiangcheng starts building" in pages[0]
    assert "Check before sending".upper() in pages[0].upper()
    assert "记者 李明" in pages[1]
    assert "He wrote" not in pages[0]  # the cards stay on the screen


def test_without_a_brief_and_without_a_doubt() -> None:
    html = to_html(sample.clean(), None)
    assert "no doubts found" in html
    assert "<h1>Jiangcheng breaks ground</h1>" in html
    assert 'id="check"' not in html
    assert 'class="brief"' not in html
    assert html == export.FORMATS["html"](sample.clean(), None)
    assert "\x0b" not in html
