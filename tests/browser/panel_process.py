"""The panel as it really runs, `python -m web_panel`, beside a `Box`; and a Chromium that looks at it."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from device import clock
from device.signals import SECOND
from tests.panel_box import PASSWORD, SOON, Box

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

CONFIG = """
language = "{language}"
timezone = "Asia/Shanghai"
data_dir = "."
run_dir = "."
[site]
id = "jc-zezhou-0001"
name = "泽州县示范便民服务站"
[[line]]
name = "L1"
number = "03562217000"
interface = "modem"
port = "modem"
[[line]]
name = "L2"
number = "03562217001"
interface = "gpio"
chip = "simulated"
ring_pin = 17
hook_pin = 27
[panel]
host = "127.0.0.1"
port = {port}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_config(folder: Path, port: int, language: str = "zh_CN") -> Path:
    path = folder / "ringkeeper.toml"
    path.write_text(CONFIG.format(language=language, port=port), encoding="utf-8")
    return path


@dataclass(slots=True)
class PanelProcess:
    """A running panel. `end` gives its exit code and what it wrote to stderr."""

    process: subprocess.Popen[str]
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_it_answers(self) -> None:
        deadline = clock.now().mono + int(3 * SOON) * SECOND
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/static/icon.svg", timeout=SOON).close()
            except OSError:
                assert self.process.poll() is None, self.process.communicate()[1]
                assert clock.now().mono < deadline, "the panel does not answer"
                Event().wait(0.05)
            else:
                return

    def end(self) -> tuple[int, str]:
        if self.process.poll() is None:
            self.process.terminate()
        _, errors = self.process.communicate(timeout=SOON)
        return self.process.returncode, errors


def start_panel(folder: Path, *more: str, language: str = "zh_CN", port: int | None = None) -> PanelProcess:
    port = port or free_port()
    config = write_config(folder, port, language)
    command = [sys.executable, "-m", "web_panel", "--config", str(config), *more]
    return PanelProcess(
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True), port
    )


@contextmanager
def running_panel(box: Box, language: str = "zh_CN") -> Iterator[PanelProcess]:
    panel = start_panel(box.folder, language=language)
    try:
        panel.wait_until_it_answers()
        yield panel
    finally:
        panel.end()


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

    def sign_in(self, password: str = PASSWORD) -> Page:
        tab = self.new_tab()
        tab.goto(self.address)
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
