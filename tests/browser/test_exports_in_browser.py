"""Exports in a real Chromium, without JavaScript: choose, forget the reason, get the file, print; axe-core finds nothing on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.screen import DESK, PHONE, chromium, screen, too_small_to_press, too_wide
from tests.panel_box import Box
from tests.panel_process import running_panel

pytestmark = pytest.mark.browser

LONG_NAME = "阿依古丽·买买提江·欧阳"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    box.account()
    for place in range(80):
        box.call(f"154{place:08d}", 5 + 20 * place, name=LONG_NAME)
    box.start()
    yield box
    box.close()


def is_right(tab: Page, narrow: bool = True) -> None:
    assert list(too_small_to_press(tab)) == []
    if narrow:
        assert list(too_wide(tab)) == []


def is_accessible(tab: Page) -> None:
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_register_with_full_numbers_and_one_to_print(
    browser: Browser, box: Box, tmp_path: Path, size: ViewportSize
) -> None:
    with running_panel(box) as panel, screen(browser, panel.address, size, javascript=False) as desk:
        tab = desk.sign_in()
        tab.goto(f"{panel.address}/exports?paper=callbacks")
        is_right(tab)
        tab.check("input[name=full][value=yes]")
        tab.click("button.main")
        expect(tab.locator(".message.failed")).to_contain_text("请写明用途")
        is_right(tab)
        tab.fill("#reason", "迎接检查")
        tab.click("button.main")
        expect(tab.locator(".message.done")).to_contain_text("做好了，80 行", timeout=30_000)
        is_right(tab)
        with tab.expect_download() as download:
            tab.click("a.button.main")
        assert download.value.suggested_filename.startswith("漏接来电回拨登记表_")
        download.value.save_as(tmp_path / "a.xlsx")
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
        assert sheet is not None
        assert "用途：迎接检查" in str(sheet.oddFooter.left.text)
        tab.goto(f"{panel.address}/exports?paper=callbacks")
        tab.check("input[name=form][value=print]")
        tab.click("button.main")
        tab.click("a.button.main")
        expect(tab.locator("tbody tr")).to_have_count(81)  # and a line to sign on
        expect(tab.locator("[data-print]")).to_be_hidden()


def test_every_step_is_accessible(browser: Browser, box: Box) -> None:
    with running_panel(box) as panel, screen(browser, panel.address) as desk:
        tab = desk.sign_in()
        for paper in ("calls", "callbacks", "day", "month"):
            tab.goto(f"{panel.address}/exports?paper={paper}")
            is_accessible(tab)
            tab.check("input[name=form][value=print]")
            tab.click("button.main")
            expect(tab.locator(".message.done")).to_be_visible(timeout=30_000)
            is_accessible(tab)
            tab.click("a.button.main")
            expect(tab.locator("[data-print]")).to_be_visible()
            is_accessible(tab)
            is_right(tab)
        assert desk.complaints == []
        printed = tab.pdf(prefer_css_page_size=True)
        assert printed.startswith(b"%PDF")
