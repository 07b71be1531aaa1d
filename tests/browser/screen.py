"""A Chromium that looks at a running panel, and what a person would complain of."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.panel_box import PASSWORD, SOON

DESK: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
QUIET_CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, where there is one; a new profile each time."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET_CHROMIUM))
        try:
            yield browser
        finally:
            browser.close()


class Screen:
    """One browser of one person, with the complaints of its console."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.complaints: list[str] = []

    def new_tab(self) -> Page:
        tab = self.context.new_page()
        tab.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        return tab

    def sign_in(self, password: str = PASSWORD, account: str = "") -> Page:
        """account: where there are several."""
        tab = self.new_tab()
        tab.goto(self.address)
        if account:
            tab.fill("#account", account)
        tab.fill("#password", password)
        tab.click("button.main")
        tab.wait_for_load_state()
        return tab


@contextmanager
def screen(
    browser: Browser, address: str, size: ViewportSize = DESK, javascript: bool = True
) -> Iterator[Screen]:
    context = browser.new_context(viewport=size, java_script_enabled=javascript, locale="zh-CN")
    context.set_default_timeout(SOON * 1000)
    expect.set_options(timeout=SOON * 1000)
    try:
        yield Screen(context, address)
    finally:
        context.close()


def too_wide(page: Page) -> Sequence[str]:
    """What sticks out of the window to the right, as text."""
    found = page.evaluate(
        """() => JSON.stringify([...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && !e.matches(".skip"))
            .map(e => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 40)))"""
    )
    words: list[str] = json.loads(found)
    return words


def too_small_to_press(page: Page) -> Sequence[str]:
    """Buttons and links lower or narrower than 44 px."""
    found = page.evaluate(
        """() => JSON.stringify([...document.querySelectorAll("button, a:not(.skip)")]
            .filter(e => e.offsetParent && (e.getBoundingClientRect().height < 44 || e.getBoundingClientRect().width < 44))
            .map(e => e.textContent.trim()))"""
    )
    words: list[str] = json.loads(found)
    return words
