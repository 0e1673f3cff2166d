"""The page in a real browser, on a running server. Screenshots lie in reports/page."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import chromium
from conftest import SEED
from page_server import LONG, Gate, gated, serving
from playwright.sync_api import Browser, Page, expect

from translator import home, models
from translator.errors import ModelError
from translator.service import Settings

SHOTS = Path(__file__).parent.parent / "reports" / "page"
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">${alert(3)}{{constructor}}`'
DESK = {"width": 1280, "height": 860}
SLOW = 600_000.0  # milliseconds that the embedded model may take on a busy machine
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=LONG * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def data_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def site(browser: Browser, data_home: Path) -> Iterator[tuple[str, Gate]]:
    """A server with the echo engine, and the gate before that."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRANSLATOR_HOME", str(data_home))
        patch.setenv("GRADIO_TEMP_DIR", str(data_home / "uploads"))
        with gated(patch) as gate, serving(Settings(engine="echo", model="echo")) as url:
            yield url, gate


@pytest.fixture
def gate(site: tuple[str, Gate]) -> Iterator[Gate]:
    yield site[1]
    site[1].open()


class Visit:
    """A page in the browser, with what it complained about and whom it asked."""

    def __init__(self, browser: Browser, url: str, **context: Any) -> None:
        self.url = url
        given = {"viewport": DESK, "locale": "en-US", "accept_downloads": True, **context}
        self.page: Page = browser.new_context(**given).new_page()
        self.page.set_default_timeout(LONG * 1000)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self._hear("error", str(error)))
        self.page.on("dialog", lambda dialog: self.said.append("dialog"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(url)
        expect(self.page.locator("#sheet .blank h2")).to_be_visible()

    def _hear(self, kind: str, text: str) -> None:
        # The first is Gradio's own after each upload: its client cannot follow the progress.
        if kind in ("error", "warning") and "Method not implemented" not in text:
            self.said.append(text)

    def translate(self, text: str) -> None:
        self.page.locator(".pasted textarea").first.fill(text)
        self.start()

    def start(self) -> None:
        self.page.locator("button.go:visible").first.click()

    def done(self) -> None:
        expect(self.page.locator("#sheet .downloads")).to_be_visible()

    def shot(self, name: str) -> None:
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def close(self) -> None:
        self.page.context.close()
        foreign = [url for url in self.asked if not url.startswith((self.url, "data:", "blob:"))]
        assert foreign == []
        assert self.said == []


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, site: tuple[str, Gate]) -> Iterator[Open]:
    visits: list[Visit] = []

    def opened(query: str = "", **context: Any) -> Visit:
        visits.append(Visit(browser, site[0], **context))
        return visits[-1]

    yield opened
    for one in visits:
        one.close()


def test_from_paste_to_word_file(visit: Open, gate: Gate, tmp_path: Path) -> None:
    gate.close()
    one = visit()
    page = one.page
    one.shot("start")
    one.translate(SEED.read_text("utf-8"))
    rows = page.locator("#sheet .sentences tbody tr")
    expect(rows).to_have_count(52)  # all Chinese is there before any English
    gate.give(5)
    expect(page.locator("#sheet .target").nth(4)).to_be_visible()
    assert page.locator("#sheet .target").count() < 52
    expect(page.locator("#sheet .progress p")).to_contain_text("of 52 sentences")
    one.shot("running")
    gate.open()
    one.done()
    expect(page.locator("#sheet .target")).to_have_count(52)
    expect(page.locator("tbody.headline h3.target")).to_be_visible()
    expect(page.locator("tbody.heading h4.target").first).to_be_visible()
    assert re.search(r"\?job=[\w-]{20,}$", page.url)
    one.shot("done")

    # A finding says why on hover and on focus; the list leads to its sentence.
    mark = page.locator("#sheet td.en mark").first
    mark.hover()
    expect(page.locator("#why-sheet")).to_have_text(mark.get_attribute("data-why") or "")
    page.keyboard.press("Escape")
    expect(page.locator("#why-sheet")).to_be_hidden()
    mark.focus()
    expect(page.locator("#why-sheet")).to_be_visible()
    last = page.locator("#sheet .check li a").last
    wanted = last.get_attribute("data-jump") or ""
    last.click()
    expect(page.locator(f"#sheet #{wanted}")).to_be_in_viewport()
    expect(page.locator(f"#sheet #{wanted}")).to_have_class(re.compile("here"))

    # Edit by keyboard: the checks look at it at once.
    row = page.locator("#sheet #s15")
    row.locator("[data-edit]").focus()
    page.keyboard.press("Enter")
    box = row.locator("textarea")
    expect(box).to_be_focused()
    box.fill("It invests 9 billion yuan.")
    one.shot("editing")
    page.keyboard.press("Control+Enter")
    expect(row.locator(".target")).to_have_text("It invests 9 billion yuan.")
    expect(row).to_have_class(re.compile("error"))
    expect(row.locator(".badge.error").first).to_be_visible()
    expect(page.locator("#sheet .facts .badge.error")).to_be_visible()
    expect(page.locator("#sheet .stale")).to_be_visible()  # the brief is of the earlier text
    page.wait_for_function("!document.querySelector('#sheet .news:not([hidden])')")
    one.shot("edited")
    row.locator("[data-edit]").click()
    row.locator("textarea").fill("Thrown away.")
    page.keyboard.press("Escape")
    expect(row.locator(".target")).to_have_text("It invests 9 billion yuan.")

    row.locator("[data-approve]").click()
    expect(row.locator(".state.fine")).to_have_text("Approved")

    with page.expect_download() as waiting:
        page.locator("[data-download=docx]").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.suffix == ".docx"
    with zipfile.ZipFile(file) as parts:
        assert b"9 billion yuan" in parts.read("word/document.xml")

    page.reload()
    one.done()
    expect(page.locator("#sheet #s15 .target")).to_have_text("It invests 9 billion yuan.")
    expect(page.locator("#sheet #s15 .state.fine")).to_have_text("Approved")


def test_every_format_can_be_had(visit: Open) -> None:
    one = visit()
    one.translate("公司投资3.27亿元建设新厂房。")
    one.done()
    names = one.page.locator("[data-download]").evaluate_all(
        "all => all.map(one => one.dataset.download)"
    )
    assert sorted(names) == ["docx", "html", "json", "md", "tmx", "txt", "xliff", "xliff2"]
    for name in names:
        with one.page.expect_download() as waiting:
            one.page.locator(f"[data-download={name}]").click()
        assert Path(waiting.value.path()).stat().st_size > 50


def test_cancel_shows_within_a_second_while_the_engine_is_busy(visit: Open, gate: Gate) -> None:
    gate.close()
    one = visit()
    # Another article: the memory knows the first one, and asks no engine.
    one.translate((SEED.parent / "golmud-solar-storage.zh.txt").read_text("utf-8"))
    gate.give(2)
    expect(one.page.locator("#sheet .target").nth(1)).to_be_visible()
    before = time.monotonic()
    one.page.locator("[data-cancel]").click()
    expect(one.page.locator("#sheet .notice")).to_contain_text("Cancelled")
    print(f"cancelled after {time.monotonic() - before:.2f} s")
    assert 2 <= one.page.locator("#sheet .target").count() < 28  # what was finished stays
    expect(one.page.locator("#sheet .progress")).to_be_hidden()
    one.shot("cancelled")


def test_what_cannot_be_read_is_said_in_a_sentence(visit: Open, tmp_path: Path) -> None:
    one = visit()
    alert = one.page.locator("#sheet .alert")
    one.start()
    expect(alert).to_contain_text("paste an article")
    one.translate("There is no Chinese in this.")
    expect(alert).to_contain_text("Chinese")
    one.page.get_by_label("File", exact=True).first.check()
    one.start()
    expect(alert).to_contain_text("choose one")
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"PK\x03\x04 no Word file at all")
    one.page.locator("input[type=file]").first.set_input_files(bad)
    expect(alert).to_contain_text("bad.docx")
    assert str(tmp_path) not in alert.inner_text()
    assert "uploads" not in alert.inner_text()
    one.shot("bad-file")
    one.page.get_by_label("Web address", exact=True).first.check()
    one.page.get_by_label("Address of the article").first.fill("/etc/passwd")
    one.start()
    expect(alert).to_contain_text("https://")
    assert one.page.locator(".toast-wrap .error").count() == 0


def test_a_file_is_read_and_deleted(visit: Open, data_home: Path, tmp_path: Path) -> None:
    one = visit()
    one.page.get_by_label("File", exact=True).first.check()
    article = tmp_path / "article.txt"
    article.write_text("江城新区开工\n\n公司投资3.27亿元建设新厂房，员工很高兴。\n", "utf-8")
    with one.page.expect_response(lambda answer: "queue/data" in answer.url):
        one.page.locator("input[type=file]").first.set_input_files(article)
    one.start()
    one.done()
    expect(one.page.locator("#sheet .original")).to_have_text("江城新区开工")
    # Gradio leaves an empty file for each upload.
    left = [path for path in (data_home / "uploads").rglob("*") if path.is_file()]
    assert [path.name for path in left if path.stat().st_size] == []


def test_planted_markup_stays_text(visit: Open) -> None:
    one = visit()
    one.translate(f"新闻标题{HOSTILE}\n\n他写道：{HOSTILE}。公司投资3亿元。\n\n{HOSTILE}他说。")
    one.done()
    sheet = one.page.locator("#sheet")
    assert sheet.locator("script, img, iframe").count() == 0
    assert "<script>alert(1)</script>" in sheet.locator("td.zh").first.inner_text()
    row = sheet.locator("#s1")
    row.locator("[data-edit]").click()
    row.locator("textarea").fill(HOSTILE)
    row.locator("button[type=submit]").click()
    expect(row.locator(".target")).to_contain_text("<img src=x")
    assert sheet.locator("script, img, iframe").count() == 0


def test_names_are_changed_and_only_their_sentences_move(visit: Open) -> None:
    one = visit()
    page = one.page
    one.translate("上海江城科技有限公司董事长李明来到新区。\n\n天气很好，大家都很高兴。")
    one.done()
    page.locator("#sheet .names summary").click()
    name = page.locator("#sheet input[name='李明']")
    name.fill("Lee Meng")
    page.locator("#sheet [data-names] button").click()
    expect(page.locator("#sheet #s1 .target")).to_contain_text("Lee Meng")
    one.done()


def test_another_brief_without_another_translation(visit: Open, gate: Gate) -> None:
    one = visit()
    page = one.page
    one.translate(SEED.read_text("utf-8"))
    one.done()
    gate.close()  # nothing is translated from here on
    said = page.locator("#sheet .claim .said").first
    said.hover()
    expect(page.locator("#sheet .claim .card").first).to_be_visible()
    page.locator("#sheet [data-brief=style]").select_option("social")
    expect(page.locator("#sheet [data-brief=style]")).to_have_value("social")
    expect(page.locator("#sheet .brief .points")).to_have_count(0)
    one.done()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#sheet [data-copy]").click()
    expect(page.locator("#sheet .news")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").strip()


def test_two_settings_are_compared(visit: Open, tmp_path: Path) -> None:
    one = visit()
    page = one.page
    page.get_by_role("tab", name="Compare").click()
    page.locator(".pasted textarea:visible").fill("公司投资3.27亿元建设新厂房。员工很高兴。")
    one.start()
    expect(page.locator("#compared h2")).to_contain_text("0 of 2 sentences differ")
    one.shot("compare")
    own = tmp_path / "own.toml"
    own.write_text("id = 1", "utf-8")
    prompt = page.locator("[role=tabpanel]:visible input[type=file][accept*=toml]").last
    with page.expect_response(lambda answer: "/upload" in answer.url):
        prompt.set_input_files(own)
    expect(page.locator("#compared .alert")).to_contain_text("own.toml: the key 'description'")
    page.locator("[role=tabpanel]:visible").get_by_label("Clear").last.click()
    plain = (home.shipped("prompts") / "translate.toml").read_text("utf-8")
    own.write_text(plain.replace('id = "translate"', 'id = "<b>house</b>"'), "utf-8")
    with page.expect_response(lambda answer: "queue/data" in answer.url):
        prompt.set_input_files(own)
    one.start()
    expect(page.locator("#compared")).to_contain_text("Best, prompt <b>house</b>")
    one.shot("compare-prompts")


def test_systems_are_scored(visit: Open, tmp_path: Path) -> None:
    pytest.importorskip("sacrebleu")
    files = {
        "source.txt": "公司投资3.27亿元建设新厂房。\n员工很高兴。\n",
        "reference.txt": "The company invests 327 million yuan in a plant.\nStaff are glad.\n",
        "good.txt": "The company invests 327 million yuan in a plant.\nStaff are happy.\n",
        "bad.txt": "A plant costs 3.27 billion yuan.\n<b>Sad</b> dogs bark.\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    one = visit()
    page = one.page
    page.get_by_role("tab", name="Evaluate").click()
    one.start()
    expect(page.locator("#evaluated .alert")).to_contain_text("at least one system")
    page.get_by_label("Own files").check()
    boxes = page.locator("[role=tabpanel]:visible input[type=file]")
    for box, names in ((2, ("good.txt", "bad.txt")), (1, ("reference.txt",)), (0, ("source.txt",))):
        with page.expect_response(lambda answer: "/upload" in answer.url):
            boxes.nth(box).set_input_files([tmp_path / name for name in names])
        expect(page.get_by_text(names[-1].removesuffix(".txt")).last).to_be_visible()
    one.start()
    report = page.frame_locator("#evaluated iframe")
    expect(report.locator("h1")).to_contain_text("source.txt")
    assert report.locator("b").count() == 0
    one.shot("evaluate")
    with page.expect_download() as waiting:
        page.locator("#evaluated [data-format=json]").click()
    assert Path(waiting.value.path()).read_bytes().startswith(b"{")


def test_terms_and_approved_sentences_are_kept(visit: Open, tmp_path: Path) -> None:
    one = visit()
    page = one.page
    page.get_by_role("tab", name="Memory and glossary").click()
    terms = page.locator("#terms")
    terms.locator(".new [name=source]").fill("江城新区")
    terms.locator(".new [name=target]").fill("Rivertown New Area")
    terms.locator(".new button").click()
    expect(terms.locator(".entries .zh")).to_have_text("江城新区")
    file = tmp_path / "approved.tsv"
    file.write_text("source\ttarget\n天气很好。\tThe weather is fine.\n", "utf-8")
    page.locator("[role=tabpanel]:visible input[type=file]").first.set_input_files(file)
    memory = page.locator("#memory")
    memory.locator("[data-search]").fill("weather")
    expect(memory.locator(".entries .zh")).to_have_text(["天气很好。"])
    memory.locator(".entries textarea").fill("The weather is lovely.")
    memory.locator(".entries button").click()
    expect(memory.locator(".news")).to_have_text("Saved.")
    one.shot("stores")
    page.get_by_role("tab", name="Translate", exact=True).click()
    one.translate("江城新区今天开工。天气很好。")
    one.done()
    expect(page.locator("#sheet #s1 .target")).to_contain_text("Rivertown New Area")
    expect(page.locator("#sheet #s2 .target")).to_have_text("The weather is lovely.")
    page.get_by_role("tab", name="Memory and glossary").click()
    terms.locator("[data-call=remove]").click()
    expect(terms.locator(".entries")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_both_languages_on_both_sizes_by_day_and_night(
    visit: Open, scheme: str, locale: str, size: str
) -> None:
    phone = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
    more = phone if size == "phone" else {"viewport": DESK}
    one = visit(locale=locale, color_scheme=scheme, **more)
    page = one.page
    name = f"{size}-{locale[:2]}-{scheme}"
    one.shot(f"{name}-start")
    one.translate("\n".join(SEED.read_text("utf-8").splitlines()[:30]))
    one.done()
    assert page.evaluate("document.documentElement.lang") == locale[:2] + locale[2:] * (
        locale == "zh-CN"
    )
    chinese = locale == "zh-CN"
    expect(page.locator("#sheet .check h2")).to_have_text(
        "发出前请核对" if chinese else "Check before sending"
    )
    expect(page.locator("#sheet [data-download=txt]")).to_have_text("纯文本" if chinese else "Text")
    expect(page.get_by_role("tab").first).to_have_text("翻译" if chinese else "Translate")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0  # nothing to scroll sideways
    one.shot(f"{name}-brief")
    page.locator("#sheet #s4").scroll_into_view_if_needed()
    one.shot(f"{name}-sentences")
    assert _contrasts(page) == []


def _contrasts(page: Page) -> list[str]:
    """Texts whose contrast with what is behind them is under 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    found: list[str] = page.evaluate(_CONTRASTS)
    return found


_CONTRASTS = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const style = getComputedStyle(node);
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility() || style.opacity < 1) continue;
    if (node.closest("[disabled], .unseen, script, style, .tools")) continue;
    const [a, b] = [light(parse(style.color)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${walker.currentNode.textContent.trim().slice(0, 40)}: ${ratio.toFixed(1)}`);
  }
  return bad;
}"""


@pytest.mark.model
def test_the_embedded_model_on_the_page(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prints click to first sentence with a warm model; its screenshots are those of the README."""
    try:
        models.pull("embedded")
    except ModelError as error:
        pytest.skip(f"the embedded model cannot be fetched: {error}")
    (tmp_path / "models").symlink_to(home.data_home() / "models")
    monkeypatch.setenv("TRANSLATOR_HOME", str(tmp_path))  # jobs and memory of this test alone
    SHOTS.mkdir(parents=True, exist_ok=True)
    lines = (SEED.parent / "golmud-solar-storage.zh.txt").read_text("utf-8").splitlines()
    article = "\n".join([line for line in lines if line.strip()][:5])
    with serving(Settings()) as url:
        one = Visit(browser, url)
        one.page.set_default_timeout(SLOW)
        one.translate("公司今年投资3.27亿元建设新厂房。")  # loads the model
        expect(one.page.locator("#sheet .downloads")).to_be_visible(timeout=SLOW)
        one.page.goto(url)
        expect(one.page.locator("#sheet .blank h2")).to_be_visible()
        one.page.locator(".pasted textarea").first.fill(article)
        before = time.monotonic()
        one.start()
        expect(one.page.locator("#sheet .target").first).to_be_visible(timeout=SLOW)
        print(f"click to first sentence: {time.monotonic() - before:.2f} s")
        expect(one.page.locator("#sheet .downloads")).to_be_visible(timeout=SLOW)
        print(f"click to brief: {time.monotonic() - before:.1f} s")
        assert one.page.locator("#sheet .gap").count() == 0
        one.page.mouse.move(0, 0)
        one.shot("readme-brief")
        if one.page.locator("#sheet td.en mark").count():
            one.page.locator("#sheet td.en mark").first.hover()
        else:
            one.page.locator("#sheet .text").scroll_into_view_if_needed()
        one.shot("readme-sentences")
        one.close()
