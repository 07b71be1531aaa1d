"""Presence, titles and clips in a real Chromium: what a clerk at another window notices, and a recording from a microphone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from device.wav_format import WavHeader, read_header
from tests.browser.screen import DESK, PHONE, QUIET_CHROMIUM, Screen, screen, too_small_to_press, too_wide
from tests.panel_box import Box
from tests.panel_process import PanelProcess, running_panel

pytestmark = pytest.mark.browser
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One whose microphone hears a beep each second."""
    import shutil

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*QUIET_CHROMIUM, *MICROPHONE])
        yield browser
        browser.close()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path)
    box.account()
    box.start()
    yield box
    box.close()


@pytest.fixture
def panel(box: Box) -> Iterator[PanelProcess]:
    with running_panel(box) as panel:
        yield panel


@pytest.fixture
def desk(browser: Browser, panel: PanelProcess) -> Iterator[Screen]:
    with screen(browser, panel.address) as desk:
        yield desk
        assert desk.complaints == []


def test_leaving_and_coming_back_is_one_press_each(box: Box, desk: Screen) -> None:
    tab = desk.sign_in()
    tab.click("#gone")
    expect(tab.locator("#part-presence")).to_contain_text("已离岗")
    tab.click("#back")
    expect(tab.locator("#part-presence")).to_contain_text("在岗")
    assert box.kinds() == ["Presence", "Presence"]


def test_the_title_of_every_tab_says_how_many_wait_also_when_nobody_looks_at_it(
    box: Box, desk: Screen
) -> None:
    today = desk.sign_in()
    reminders = desk.new_tab()
    reminders.goto(f"{desk.address}/reminders")  # in front now: `today` is in the background
    expect(today).to_have_title(re.compile("^今天 "))
    call = box.call("15400000007", 1)
    expect(today).to_have_title(re.compile(r"^\(1\) 今天 "))
    expect(reminders).to_have_title(re.compile(r"^\(1\) 提醒 "))
    today.bring_to_front()
    today.locator(f"#call-{call}").get_by_role("button", name="已回拨·接通").click()
    expect(today).to_have_title(re.compile("^今天 "))
    expect(reminders).to_have_title(re.compile("^提醒 "))


def test_a_clip_is_recorded_in_the_page_and_kept_as_wav(box: Box, desk: Screen) -> None:
    tab = desk.sign_in()
    tab.goto(f"{desk.address}/reminders")
    tab.locator(".voice > summary").click()
    third = tab.locator(".clips > li").nth(2)
    third.get_by_role("button", name="录音").click()
    stop = third.get_by_role("button", name="说完了，停")
    expect(stop).to_be_enabled()
    tab.wait_for_timeout(400)  # something must be heard
    stop.click()
    expect(third).to_contain_text("已录")
    header = read_header((box.folder / "clips" / "3.wav").read_bytes(), whole=True)
    assert isinstance(header, WavHeader)
    assert (header.format.rate, header.format.channels, header.format.encoding.value) == (16000, 1, "s16")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_sticks_out_and_everything_can_be_pressed(
    box: Box, browser: Browser, panel: PanelProcess, size: ViewportSize
) -> None:
    box.call("15400000007", 1)
    with screen(browser, panel.address, size) as person:
        tab = person.sign_in()
        tab.click("#gone")
        expect(tab.locator("#back")).to_be_visible()
        assert (too_wide(tab), too_small_to_press(tab)) == ([], [])
        tab.goto(f"{panel.address}/reminders")
        tab.locator(".voice > summary").click()
        assert (too_wide(tab), too_small_to_press(tab)) == ([], [])


def test_it_works_without_javascript(box: Box, browser: Browser, panel: PanelProcess) -> None:
    with screen(browser, panel.address, javascript=False) as person:
        tab = person.sign_in()
        tab.click("#gone")
        expect(tab.locator("#part-presence")).to_contain_text("已离岗")
        box.call("15400000007", 1)
        tab.goto(f"{panel.address}/reminders")
        expect(tab).to_have_title(re.compile(r"^\(1\) 提醒 "))
        expect(tab.locator(".record").first).to_be_hidden()
