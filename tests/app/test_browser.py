"""The app in a real browser: both languages, light and dark, desk and phone; screenshots go to artifacts/app/."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from pypdf import PdfReader

from app.data.connection import PUBLISHED_VARIABLE
from app.state.formats import money
from tests.app.conftest import Found

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts" / "app"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
TITLES = {
    "en": {"statement": "My statement", "leaderboard": "Leaderboard", "heatmap": "Heatmap"},
    "zh": {"statement": "我的对账单", "leaderboard": "排行榜", "heatmap": "热力图"},
}
KEY_WORDS = {
    "en": {"statement": "To the next tier", "leaderboard": "All places", "heatmap": "Figures of"},
    "zh": {"statement": "距下一档", "leaderboard": "全部名次", "heatmap": "的数据"},
}

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def address(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, started as a user starts it, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    streamlit = Path(sys.executable).with_name("streamlit")
    command = [str(streamlit), "run", "app/main.py", "--server.port", str(port), "--server.headless", "true"]
    environment = os.environ | {PUBLISHED_VARIABLE: str(published)}
    with (tmp_path_factory.mktemp("app") / "log.txt").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield answering(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()
            server.wait(timeout=20)


def answering(url: str, server: subprocess.Popen[bytes]) -> str:
    """The address, as soon as somebody is there."""
    for _ in range(600):
        assert server.poll() is None, "the app stopped by itself"
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return url
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the app does not answer")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, headless=True)
        yield chromium
        chromium.close()


def settle(page: Page) -> None:
    """Waits until the script has run and what it drew stands still."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=30_000)
    expect(page.locator("[data-stale=true]")).to_have_count(0, timeout=30_000)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)


def widths(page: Page) -> tuple[int, int]:
    """Width of what is drawn: of the document, and of what scrolls inside it."""
    found = page.evaluate(
        "[document.documentElement.scrollWidth, document.querySelector('[data-testid=stMain]').scrollWidth]"
    )
    return int(found[0]), int(found[1])


def photograph(page: Page, name: str) -> None:
    """The whole page, though it scrolls inside."""
    size = page.viewport_size or DESK
    height = int(page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": min(height + 60, 3000)})
    page.wait_for_timeout(300)
    page.screenshot(path=ARTIFACTS / f"{name}.png")
    page.set_viewport_size(size)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_readable_at_desk_and_phone(address: str, browser: Browser, scheme: str) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport=DESK, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    elsewhere: list[str] = []
    page.on("request", lambda request: None if local(request.url, address) else elsewhere.append(request.url))
    for language, titles in TITLES.items():
        page.set_viewport_size(DESK)
        page.goto(f"{address}/?language={language}")
        for name, title in titles.items():
            if name != "statement":
                page.get_by_role("link", name=title).first.click()
            expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=30_000)
            expect(page.get_by_text(KEY_WORDS[language][name]).first).to_be_visible(timeout=30_000)
            settle(page)
            photograph(page, f"{name}-{language}-{scheme}-desk")
            page.set_viewport_size(PHONE)
            settle(page)
            document, inside = widths(page)
            assert document <= PHONE["width"] and inside <= PHONE["width"], (
                f"{name} {language} is {document}/{inside} wide"
            )
            photograph(page, f"{name}-{language}-{scheme}-phone")
            page.set_viewport_size(DESK)
            expect(page.get_by_test_id("stException")).to_have_count(0)
            expect(page.get_by_test_id("stAlert")).to_have_count(0)
    ground = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 22, 29)"}[scheme]
    assert problems == []
    assert elsewhere == [], "the app asks nobody but this machine"
    context.close()


def local(url: str, address: str) -> bool:
    """True for what stays on this machine."""
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def test_a_seller_opens_a_line_on_the_phone(address: str, browser: Browser, seller: Found) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme="light")
    page = context.new_page()
    page.goto(f"{address}/?language=en")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
    settle(page)
    viewer = seller.scope.viewer
    assert viewer
    page.get_by_test_id("stExpandSidebarButton").click()
    picker = page.get_by_test_id("stSidebar").get_by_role("combobox")
    picker.click()
    picker.fill(viewer.payee_name)
    page.get_by_role("option", name=re.compile(re.escape(viewer.payee_name))).first.click()
    # until the choice arrives, the page before it stands still too
    paid = money(seller.component.amount, seller.component.currency)
    expect(page.get_by_test_id("stMain")).to_contain_text(paid, timeout=30_000)
    settle(page)
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    line = page.get_by_test_id("stExpander").filter(has_text=re.compile(r"\d{4}-\d\d-\d\d · ")).first
    line.locator("summary").click()
    raw = line.get_by_test_id("stCode")
    expect(raw).to_contain_text(re.compile(r"file \S+\s+row\s+\d+"), timeout=30_000)
    expect(line.get_by_role("listitem").first).to_be_visible()
    settle(page)
    assert max(widths(page)) <= PHONE["width"]
    raw.scroll_into_view_if_needed()
    page.screenshot(path=ARTIFACTS / "line-open-phone.png")
    context.close()


def test_a_link_leads_to_a_page_in_a_language(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}/leaderboard?language=zh&viewer=somebody")
    expect(page.get_by_role("heading", level=1, name="排行榜")).to_be_visible(timeout=30_000)
    page.close()


@pytest.mark.parametrize(("language", "words"), [("en", "How it came about"), ("zh", "计算说明")])
def test_the_statement_as_pdf_is_in_the_language_at_the_screen(
    address: str, browser: Browser, language: str, words: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    page.goto(f"{address}/?language={language}")
    button = page.get_by_test_id("stDownloadButton").get_by_role("button")
    expect(button).to_be_visible(timeout=30_000)
    settle(page)
    with page.expect_download(timeout=60_000) as download:
        button.click()
    file = tmp_path / "statement.pdf"
    download.value.save_as(file)
    assert words in "".join(each.extract_text() for each in PdfReader(file).pages).replace("\0", "")
    page.close()
