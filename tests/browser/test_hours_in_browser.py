"""The pages of the service hours in a real Chromium, full of data and of long names: nothing sticks out, all can be pressed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from device.signals import SECOND
from firmware_app.records import entries
from firmware_app.records.entry_bytes import canonical
from firmware_app.records.outcomes import Recorded
from tests.browser.screen import DESK, PHONE, chromium, screen, too_small_to_press, too_wide
from tests.hours_support import SEEDS, WEEK
from tests.panel_box import Box
from tests.panel_process import running_panel

pytestmark = pytest.mark.browser

LONG = (
    "供电公司对本辖区线路进行计划检修，全站停电，已提前三天在门口和微信群公告，急事请拨打县政务服务中心值班电话"
    * 2
)
NAMES = "阿依古丽·买买提江、欧阳建国、诸葛小红（上午）、司马相如（下午）"
ADDRESSES = ("hours", "hours/week", "hours/closure", "hours/calendar", "hours/duty")


def put(box: Box, name: str, content: object, actor: str = "admin") -> None:
    outcome = box.write(entries.SiteDocumentChanged(name, 0, "", canonical(content)), actor)
    assert isinstance(outcome, Recorded), outcome


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    """A point with years behind it, on the day of this test."""
    box = Box(tmp_path)
    box.account()
    box.start()
    for name, content in SEEDS.items():
        put(box, name, content, "seed")
    today = datetime.fromtimestamp(box.now.wall // SECOND, ZoneInfo("Asia/Shanghai")).replace(
        hour=0, minute=0
    )
    closures = []
    for place in range(-30, 4):
        start = today + timedelta(days=7 * place, hours=9)
        end = start + timedelta(hours=30 if place > 0 else 2)
        closures.append(
            {"id": f"c{place}", "from": f"{start:%Y-%m-%dT%H:%M}", "to": f"{end:%Y-%m-%dT%H:%M}", "reason": LONG if place % 3 else "停电", "approved_by": "县政务服务中心 欧阳副主任（分管便民服务站）"}
        )  # fmt: skip
    put(box, "closures", {"closures": closures}, "seed")
    seasons = [{"name": "夏令", "from": "05-01", "week": {**WEEK, "sat": [["00:00", "24:00"]]}}, {"name": "冬令", "from": "10-01", "week": WEEK}]  # fmt: skip
    coming = f"{today + timedelta(days=20):%Y-%m-%d}"
    put(box, "service_hours", {"versions": [*SEEDS["service_hours"]["versions"], {"from": "2026-01-01", "seasons": seasons}, {"from": coming, "week": {"mon": [[f"{hour:02}:00", f"{hour:02}:45"] for hour in range(8, 20)]}}]})  # fmt: skip
    put(
        box,
        "duty",
        {"week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), NAMES), "dates": {}},
    )
    yield box
    box.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_sticks_out_and_all_can_be_pressed(box: Box, browser: Browser, size: ViewportSize) -> None:
    with running_panel(box) as panel, screen(browser, panel.address, size) as desk:
        tab = desk.sign_in()
        for address in ADDRESSES:
            tab.goto(f"{panel.address.rstrip('/')}/{address}")
            assert too_wide(tab) == [], address
            assert too_small_to_press(tab) == [], address
        assert desk.complaints == []


def test_hours_are_changed_without_javascript(box: Box, browser: Browser) -> None:
    with running_panel(box) as panel, screen(browser, panel.address, javascript=False) as desk:
        tab = desk.sign_in()
        tab.click("text=服务时间")
        tab.click("text=修改服务时间")
        tab.fill("[name=mon0]", "上午都在")
        tab.click("button:has-text('保存新的服务时间')")
        expect(tab.locator("[role=alert]")).to_contain_text("周一的“上午都在”没有看懂")
        expect(tab.locator("[name=mon0]")).to_have_value("上午都在")
        expect(tab.locator("[name=mon0]")).to_have_attribute("aria-invalid", "true")
        for place in (0, 1):
            tab.fill(f"[name=mon{place}]", "7:15-11:45")
        tab.click("button:has-text('保存新的服务时间')")
        expect(tab.locator(".message.done")).to_contain_text("已记下")
        expect(tab.locator(".version.now")).to_contain_text("07:15-11:45")
    assert box.kinds() == ["SiteDocumentChanged"]
