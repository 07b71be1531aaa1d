"""The panel in a real Chromium: what a clerk sees without touching anything, and what happens when a button is pressed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from device import clock
from firmware_app.records import entries
from tests.browser.screen import DESK, PHONE, Screen, chromium, screen, too_small_to_press, too_wide
from tests.panel_box import PASSWORD, Box, line_state, password_hash
from tests.panel_process import PanelProcess, running_panel

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


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


def test_a_missed_call_comes_by_itself_and_goes_with_one_press(box: Box, desk: Screen) -> None:
    tab = desk.sign_in()
    expect(tab.locator(".nothing")).to_be_visible()
    tab.evaluate("window.stillTheSamePage = true")
    box.now = clock.now()
    box.ringing(0.2, "15400000007")
    ringing = tab.locator(".line[data-stage]")
    expect(ringing).to_contain_text("154****0007")
    expect(tab).to_have_title(re.compile("正在响铃"))
    box.publish({**box.lines[0], "state": "idle", "call": None})
    call = box.call("15400000007", 1)
    row = tab.locator(f"#call-{call}")
    expect(row).to_contain_text("154****0007")
    expect(ringing).to_have_count(0)
    before = row.bounding_box()
    row.get_by_role("button", name="显示号码").click()
    expect(row.locator(".number")).to_have_text("154 0000 0007")
    expect(tab.locator(".message")).to_contain_text("号码显示 1 分钟")
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] == before["y"], "nothing moves under the hand"
    row.get_by_role("button", name="已回拨·接通").click()
    expect(row).to_have_count(0)
    expect(tab.locator("#part-done")).to_contain_text("已回拨，接通")
    assert tab.evaluate("window.stillTheSamePage") is True, "nothing was loaded anew"
    assert box.kinds() == ["NumberRevealed", "CallbackAttempted"]


def test_seconds_and_stages_count_up_in_the_browser(box: Box, desk: Screen) -> None:
    box.now = clock.now()
    box.ringing(3.5)
    tab = desk.sign_in()
    line = tab.locator(".line[data-stage]")
    expect(line).to_have_attribute("data-stage", "1")
    expect(line).to_contain_text("已响 5 秒以上")
    expect(tab.locator("[data-age]")).to_have_text(re.compile(r"^[5-9]$"))


def test_two_tabs_share_one_stream_and_the_other_takes_over(box: Box, desk: Screen) -> None:
    asked: list[str] = []
    desk.context.on(
        "request", lambda request: asked.append(request.url) if request.url.endswith("/events") else None
    )
    first = desk.sign_in()
    second = desk.new_tab()
    second.goto(desk.address)
    expect(second.locator("#today")).to_be_visible()
    first.wait_for_function("() => localStorage.getItem('ringkeeper-leader')")
    one = box.call("15400000001", 1)
    for tab in (first, second):
        expect(tab.locator(f"#call-{one}")).to_be_visible()
    assert len(asked) == 1
    first.close()
    other = box.call("15400000002", 1)
    expect(second.locator(f"#call-{other}")).to_be_visible()
    second.wait_for_timeout(300)
    assert len(asked) == 2


def test_a_part_that_is_in_use_is_not_replaced(box: Box, desk: Screen) -> None:
    call = box.call("15400000001", 5)
    tab = desk.sign_in()
    button = tab.locator(f"#not-{call}")
    button.hover()
    tab.mouse.down()
    other = box.call("15400000002", 1)
    expect(tab.locator("#part-counts")).to_contain_text("漏接2", use_inner_text=False)
    assert tab.locator(f"#call-{other}").count() == 0, "the list stays under a pressed button"
    tab.mouse.up()
    expect(tab.locator(f"#call-{other}")).to_be_visible()
    expect(tab.locator(f"#call-{call}")).to_contain_text("已回拨 1 次没接通")
    tab.locator(f"#seen-{other}").focus()
    third = box.call("15400000003", 1)
    expect(tab.locator(f"#call-{third}")).to_be_visible()
    expect(tab.locator(f"#seen-{other}")).to_be_focused()


def test_the_panel_goes_away_and_comes_back(box: Box, panel: PanelProcess, browser: Browser) -> None:
    with screen(browser, panel.address) as desk:
        tab = desk.sign_in()
        expect(tab.locator("#away")).to_be_hidden()
        panel.end()
        expect(tab.locator("#away")).to_be_visible()
        call = box.call("15400000001", 1)
        with running_panel(box, port=panel.port):
            expect(tab.locator(f"#call-{call}")).to_be_visible()
            expect(tab.locator("#away")).to_be_hidden()


def test_when_no_stream_can_be_had_the_page_polls(box: Box, panel: PanelProcess, browser: Browser) -> None:
    with screen(browser, panel.address) as desk:
        desk.context.route(
            "**/events", lambda route: route.fulfill(status=503, headers={"Retry-After": "10"})
        )
        tab = desk.sign_in()
        with tab.expect_response(
            lambda answer: answer.url.endswith("/today/fragment") and answer.status == 304
        ):
            pass
        call = box.call("15400000001", 1)
        expect(tab.locator(f"#call-{call}")).to_be_visible()
        expect(tab.locator("#away")).to_be_hidden()


def test_a_number_is_hidden_after_a_minute_even_if_the_panel_is_silent(
    box: Box, panel: PanelProcess, browser: Browser
) -> None:
    call = box.call("15400000001", 1)
    with screen(browser, panel.address) as desk:
        tab = desk.new_tab()
        tab.clock.install()
        tab.goto(desk.address)
        tab.fill("#password", PASSWORD)
        tab.click("button.main")
        tab.locator(f"#show-{call}").click()
        expect(tab.locator(f"#call-{call} .number")).to_have_text("154 0000 0001")
        panel.end()  # at once: it counts by a clock of its own
        tab.clock.fast_forward(50_000)
        expect(tab.locator(f"#call-{call} .number")).to_have_text("154 0000 0001")
        tab.clock.fast_forward(15_000)
        expect(tab.locator(f"#call-{call} .number")).to_have_count(0)


@pytest.mark.parametrize(("size", "most"), [(DESK, 400), (PHONE, 480)], ids=["desk", "phone"])
def test_eight_lines_leave_room_for_the_calls(
    box: Box, panel: PanelProcess, browser: Browser, size: ViewportSize, most: int
) -> None:
    box.lines = [line_state(f"L{n}") for n in range(1, 9)]
    box.write(entries.AccountSet("wang", "王芳", "clerk", active=True))
    box.write(entries.PasswordSet("wang", entries.Personal("secret", password_hash(PASSWORD)), False))
    call = box.call("15400000001", 5)
    box.publish()
    with screen(browser, panel.address, size) as desk:
        tab = desk.sign_in(account="wang")
        idle = tab.locator(".line").first
        expect(tab.locator(".line")).to_have_count(8)
        where, low = tab.locator(f"#call-{call}").bounding_box(), idle.bounding_box()
        assert where is not None
        assert low is not None
        assert where["y"] < most
        assert 44 <= low["height"] <= 50
        box.now = clock.now()
        box.ringing(1)
        expect(idle).to_have_attribute("data-stage", "0")
        big = idle.bounding_box()
        assert big is not None
        assert big["height"] >= 100
        assert too_wide(tab) == []


def test_a_tap_that_was_aimed_before_the_list_moved_is_not_taken(
    box: Box, panel: PanelProcess, browser: Browser
) -> None:
    call = box.call("15400000001", 5)
    with screen(browser, panel.address, PHONE) as desk:
        tab = desk.sign_in()
        tab.evaluate(
            """call => new MutationObserver(() => {
                if (document.querySelector("[data-stage]"))
                    document.getElementById("seen-" + call).dispatchEvent(
                        new MouseEvent("click", { bubbles: true, cancelable: true, detail: 1 }));
            }).observe(document.getElementById("today"), { childList: true })""",
            call,
        )
        box.now = clock.now()
        box.ringing(1)
        expect(tab.locator("[data-stage]")).to_be_visible()
        tab.wait_for_timeout(600)
        assert box.kinds() == []
        tab.locator(f"#seen-{call}").click()
        expect(tab.locator(f"#seen-{call}")).to_have_count(0)


def test_without_javascript(box: Box, panel: PanelProcess, browser: Browser) -> None:
    call = box.call("15400000001", 5)
    unknown = box.call("15400000002", 4, "unknown")
    with screen(browser, panel.address, PHONE, javascript=False) as desk:
        tab = desk.sign_in()
        tab.locator(f"#show-{call}").click()
        expect(tab.locator(f"#call-{call}")).to_contain_text("154 0000 0001")
        tab.locator(f"#reached-{call}").click()
        expect(tab.locator(f"#call-{call}")).to_have_count(0)
        tab.locator(f"#missed-{unknown}").click()
        expect(tab.locator(".message")).to_contain_text("这个来电是漏接")
        tab.get_by_role("button", name="English").click()
        expect(tab.locator("h1")).to_contain_text("Calls to deal with: 1")
        tab.get_by_role("button", name="Sign out").click()
        expect(tab.locator("h1")).to_have_text("Sign in")
        assert desk.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_sticks_out_and_everything_can_be_pressed(
    box: Box, panel: PanelProcess, browser: Browser, size: dict[str, int]
) -> None:
    box.call("15400000001", 50, name="欧阳" + "很长" * 20, in_hours=False)
    box.call("15400000001", 5, in_hours=False)
    box.call("0044154000000000000", 4, name="A" * 60)
    box.call(None, 3, absence="out_of_area")
    box.call("15400000002", 2, "unknown", line="L2")
    box.account(must_change=True)
    box.now = clock.now()
    box.ringing(30, "15400000009", name="B" * 60)
    with screen(browser, panel.address, {"width": size["width"], "height": size["height"]}) as desk:
        tab = desk.new_tab()
        tab.goto(desk.address)
        assert too_wide(tab) == []
        tab.fill("#password", PASSWORD)
        tab.click("button.main")
        for _ in range(2):
            for address in ("/password", "/"):
                tab.goto(desk.address + address)
                assert too_wide(tab) == []
                assert too_small_to_press(tab) == []
            tab.locator("nav button").first.click()
        small = tab.evaluate(
            "() => [...document.querySelectorAll('body *')].filter(e => e.offsetParent && parseFloat(getComputedStyle(e).fontSize) < 18).length"
        )
        assert small == 0, "no type is smaller than 18 px"
        assert desk.complaints == []
