"""web_panel.today_page and today_view, on a real ledger and the monitor's real socket: what a clerk sees, and what a press does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from firmware_app.calls.call import Doubt
from firmware_app.calls.phone_number import parse
from firmware_app.records import entries
from firmware_app.records.outcomes import Pending
from tests.panel_box import NOON, SOON, Box, Desk, heard, line_state, panel, row, told, words
from web_panel.equipment_words import DOUBTS
from web_panel.ledger_door import LedgerDoor
from web_panel.live import Live

ANSWERED = {
    "direction": "inbound",
    "started_at": "2026-11-23T03:59:00.000Z",
    "answered_at": "2026-11-23T03:59:07.300Z",
    "answered_by": "line_voltage",
    "uncertainty_s": 0.5,
}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    box.start()
    yield box
    box.close()


@pytest.fixture
def running(box: Box) -> Iterator[tuple[Flask, Live]]:
    with panel(box) as running:
        yield running


@pytest.fixture
def desk(running: tuple[Flask, Live]) -> Desk:
    desk = Desk(running[0].test_client())
    desk.sign_in()
    return desk


@pytest.fixture
def live(running: tuple[Flask, Live]) -> Live:
    return running[1]


# ---- the list


def test_an_empty_page_is_friendly(desk: Desk) -> None:
    page = words(desk.page())
    assert "没有要回拨的电话，都处理好了" in page
    assert "今天还没有处理过的来电" in page
    assert "来电 0 接听 0 漏接 0 已回拨 0" in page


def test_a_missed_call(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 25, name="张三丰", in_hours=False)
    found = row(desk.page(), call)
    for part in (
        "新",
        "154****0001",
        "显示号码",
        "L1",
        "今天 11:35",
        "已等 25 分钟",
        "非服务时间",
        "已回拨·接通",
        "已回拨·未接通",
        "看过",
    ):
        assert part in found, part
    assert "张" in found
    assert "三丰" not in found
    assert "重复拨打" not in found


def test_calls_of_one_number_are_one_row_oldest_first(box: Box, desk: Desk) -> None:
    box.call("15400000001", 26 * 60)
    other = box.call("15400000002", 90)
    last = box.call("15400000001", 3)
    page = desk.page()
    assert page.index(f"call-{last}") < page.index(f"call-{other}"), "who waits longest stands first"
    found = row(page, last)
    assert "重复拨打 2 次" in found
    assert "最近一次 今天 11:57" in found
    assert "已等 1 天 2 小时" in found
    assert "要处理的来电 2 个" in words(page)


def test_hidden_numbers_need_only_be_seen(box: Box, desk: Desk) -> None:
    private = box.call(None, 5, absence="private")
    unknown = box.call(None, 4)
    page = desk.page()
    assert "私人号码" in row(page, private)
    assert "号码未知" in row(page, unknown)
    for call in (private, unknown):
        assert "已回拨" not in row(page, call)
        assert "显示号码" not in row(page, call)
    page = desk.press(private, "seen")
    assert row(page, private) == ""
    assert row(page, unknown) != ""
    assert "私人号码 看过" in words(page)


def test_an_unknown_call_is_to_be_settled(box: Box, desk: Desk) -> None:
    answered, missed = box.call("15400000003", 6, "unknown"), box.call("15400000004", 5, "unknown")
    page = desk.page()
    assert "待确认" in row(page, answered)
    assert "已接听" in row(page, answered)
    assert "待确认 2" in words(page)
    assert re.findall(r'<button( class="main")? id="(?:answered|missed)-', page) == [""] * 4, (
        "no answer is urged"
    )
    page = desk.press(answered, "answered")
    assert row(page, answered) == ""
    assert "154****0003 确认为已接听" in words(page)
    page = desk.press(missed, "missed")
    assert "已回拨·接通" in row(page, missed), "a call that was missed after all is to be called back"
    assert box.asked == [
        ("CallSettled", {"call": answered, "disposition": "answered", "how": "panel"}, "admin"),
        ("CallSettled", {"call": missed, "disposition": "no_answer", "how": "panel"}, "admin"),
    ]


def test_why_a_call_is_not_known_is_said(box: Box, desk: Desk) -> None:
    calls = {
        doubt: box.write(
            replace(box.call_entry("15400000003", 6, "unknown"), doubt=doubt),
        ).row
        for doubt in (None, *DOUBTS, "a doubt of a later version")
    }
    page = desk.page()
    for doubt, call in calls.items():
        assert DOUBTS.get(doubt or "", "没有听清这个来电有没有人接。请您确认。") in row(page, call)
    assert set(DOUBTS) == {each.value for each in Doubt}


def test_the_number_of_a_service_is_no_secret(box: Box, desk: Desk) -> None:
    call = box.call("10086", 5)
    found = row(desk.page(), call)
    assert "10086" in found
    assert "显示号码" not in found


def test_no_full_number_anywhere_until_asked(box: Box, desk: Desk, live: Live) -> None:
    numbers = ["15400000001", "03560007001", "03560007002", "0351-00070033", "0044154000000", "15400000009"]
    for n, number in enumerate(numbers[:-1]):
        box.call(number, 50 - n, "unknown" if n == 2 else "no_answer")
    done = box.call("15400000008", 40)
    desk.press(done, "reached")
    box.ringing(3, "15400000009")
    told(live, box)
    for page in (desk.page(), desk.client.get("/today/fragment").text):
        for number in [*numbers, "15400000008"]:
            assert number not in page
            assert parse(number, "03562217000").display not in page


# ---- lines and the box


@pytest.mark.parametrize(
    ("seconds", "stage", "said"),
    [
        (0, 0, "正在响铃"),
        (4.99, 0, "正在响铃"),
        (5, 1, "已响 5 秒"),
        (10, 2, "已响 10 秒"),
        (15, 3, "已响 15 秒"),
        (75, 3, "马上接听"),
    ],
)
def test_ringing(box: Box, desk: Desk, live: Live, seconds: float, stage: int, said: str) -> None:
    box.ringing(seconds, "15400000009", name="李小明")
    told(live, box)
    page = desk.page()
    assert f'data-stage="{stage}"' in page
    assert f'data-age="{int(seconds)}"' in page
    assert said in words(page)
    assert "154****0009" in words(page)
    assert "小明" not in page


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (line_state("L1", "starting"), "正在准备"),
        (line_state("L1", "idle"), "空闲"),
        (line_state("L1", "outbound", call={"direction": "outbound", "number": "15400000001"}), "正在打出"),
        (line_state("L1", "off_hook"), "话筒已拿起"),
        (line_state("L1", "lost"), "请检查盒子上这条线的插头和电源"),
        (line_state("L1", "idle", troubles=[{"kind": "no_loop"}]), "向电话公司报修"),
        (line_state("L1", "off_hook", troubles=[{"kind": "left_off_hook"}]), "请把话筒放回去"),
        (line_state("L1", "talking", troubles=[{"kind": "hook_sensor"}]), "请技术员检查这条线的接线"),
        (line_state("L1", "idle", troubles=[{"kind": "ear_lost"}]), "一个监听口失联"),
        (line_state("L1", "talking", troubles=[{"kind": "ear_lost"}]), "正在通话"),
        (line_state("L1", "talking", call=ANSWERED), "响铃 7.3 秒后接听 · 按线路电压判断，误差 ±0.5 秒"),
        (
            line_state("L1", "talking", call=ANSWERED | {"answered_by": "a means of a later version"}),
            "号码未知",
        ),
        (line_state("L1", "a state of a later version"), "状态未知"),
        ({"name": "L1"}, "状态未知"),
        (line_state("L1", "ringing", call={"started_at": "nonsense"}), "正在响铃"),
        (line_state("L1", "talking", call={"direction": "inbound", "number": "15400000001"}), "154****0001"),
        (line_state("L1", "off_hook", since=None, troubles=[{"kind": "still_talking"}, 7]), "摘机已 0 分钟"),
    ],
)
def test_a_line_in_words(box: Box, desk: Desk, live: Live, line: dict[str, Any], said: str) -> None:
    told(live, box, line)
    page = desk.page()
    assert said in words(page)
    assert "15400000001" not in page


def test_the_monitor_is_down_and_the_ledger_is_still_there(box: Box, desk: Desk, live: Live) -> None:
    call = box.call("15400000001", 25)
    before = live.present().version
    assert "监测程序没有运行" not in desk.page()
    box.stop()
    while live.present().state is not None:
        assert live.wait(before, SOON) is not None
    page = desk.page()
    assert "监测程序没有运行。 现在来电不会被记录" in words(page)
    assert "154****0001" in row(page, call)
    assert "L2 状态未知" in words(page), "the lines keep their places"
    box.start()
    heard(live)
    assert "监测程序没有运行" not in desk.page()


@pytest.mark.parametrize(
    "deaf",
    [
        line_state("L2", "lost"),
        line_state("L2", "starting"),
        line_state("L2", "idle", troubles=[{"kind": "line_lost"}]),
        line_state("L2", "idle", troubles=[{"kind": "no_loop"}]),
    ],
)
def test_a_box_that_hears_nothing_does_not_reassure(
    box: Box, desk: Desk, live: Live, deaf: dict[str, Any]
) -> None:
    told(live, box, deaf)
    assert "这里会自己出现" in words(desk.page()), "one line still hears"
    told(live, box, line_state("L1", "lost"))
    page = words(desk.page())
    assert "没有一条线能听到来电" in page
    assert "没接到的电话不会出现在这里" in page
    for reassuring in ("正在监测", "没有要回拨的电话", "这里会自己出现"):
        assert reassuring not in page
    told(live, box, line_state("L1"))
    assert "正在监测" in words(desk.page())


def test_a_card_that_cannot_be_written_is_told(box: Box, desk: Desk, live: Live) -> None:
    before = live.present().version
    box.recorder = {"ok": False, "waiting": 12}
    box.publish()
    live.wait(before, SOON)
    assert "存储卡写不进去，有 12 条记录在排队。 请不要断电" in words(desk.page())


def test_faults_and_the_last_check(box: Box, desk: Desk) -> None:
    assert "还没有做过线路自查" in desk.page()
    box.write(entries.FaultBegan("line_lost", "L1", "No such file or directory"))
    box.write(entries.FaultBegan("clock", None))
    box.write(entries.FaultBegan("hook_sensor", "L2", "of no use to the clerk"))
    box.write(entries.FaultBegan("ear_lost", "L2", "modem: no port"))
    box.write(
        entries.CheckRun("L1", "schedule", (("answers", False, "no port"), ("set_up", False, "no port")))
    )
    box.write(entries.CheckRun("L2", "schedule", (("answers", False, "no port"),)))
    box.write(entries.CheckRun("L3", "schedule", (("answers", True, ""),)))
    box.write(entries.CheckRun(None, "schedule", (("ring", True, ""),)))
    page = words(desk.page())
    assert "L1 听不到这条线（今天 12:00 起） 给技术员： No such file or directory" in page
    assert "时间可能不准（今天 12:00 起）" in page
    assert "L2 摘挂机检测与响铃矛盾（今天 12:00 起）" in page
    assert "of no use" not in page
    assert "L2 一个监听口失联（今天 12:00 起） 给技术员： modem: no port" in page
    assert "L1 自查没有通过（今天 12:00） 请告诉技术员。 给技术员： no port" in page
    assert page.count("技术员： no port") == 1, "what the driver says is told once"
    assert "L2 自查没有通过（今天 12:00）" in page
    assert "L3 自查正常（今天 12:00）" in page
    assert "指示灯 自查正常" in page
    box.write(entries.FaultEnded("line_lost", "L1"))
    assert "听不到这条线" not in words(desk.page())


def test_the_counts_are_todays(box: Box, desk: Desk) -> None:
    box.call("15400000001", 13 * 60)
    for n in range(3):
        box.call(f"1540000001{n}", 30 + n, "answered")
    box.call("15400000002", 20)
    box.call("15400000003", 19, "abandoned")
    assert "来电 5 接听 3 漏接 1 已回拨 0" in words(desk.page())


def test_more_than_a_page_holds(box: Box, desk: Desk) -> None:
    batch = [Pending(box.call_entry(f"154000{n:05d}", 700 - n), box.now) for n in range(600)]
    box.writes(batch[:63])
    page = words(desk.page())
    assert "要处理的来电 63 个" in page
    assert "先处理上面这些，后面还有 3 个" in page
    listed = re.findall(r'id="call-(\d+)"', desk.page())
    assert len(listed) == 60
    box.writes(batch[63:])
    page = desk.page()
    assert "要处理的来电 600 个" in words(page)
    assert re.findall(r'id="call-(\d+)"', page) == listed, "who has waited longest is never crowded out"


def test_even_more_is_told(box: Box) -> None:
    for minutes in range(5):
        box.call(f"1540000000{minutes}", minutes)
    door, zone = LedgerDoor(box.folder / "ledger.db", owed=5), ZoneInfo("Asia/Shanghai")
    view = door.view(box.now.wall, zone)
    assert (view.more_than, view.waiting_total) == (True, 5)
    assert not LedgerDoor(box.folder / "ledger.db", owed=6).view(box.now.wall, zone).more_than


# ---- the fragment


def test_the_fragment_is_the_part_of_the_page(box: Box, desk: Desk) -> None:
    box.call("15400000001", 25)
    page, fragment = desk.page(), desk.client.get("/today/fragment")
    signed = re.compile(r'name="csrf_token" value="[^"]*"')
    assert signed.sub("", fragment.text).strip() in signed.sub("", page)
    assert fragment.headers["ETag"] in page.replace("&#34;", '"')


def test_nothing_new_is_304_and_news_are_not(box: Box, desk: Desk, live: Live) -> None:
    box.ringing(3)
    told(live, box)
    tag = desk.client.get("/today/fragment").headers["ETag"]
    box.later(1)  # the browser counts seconds by itself
    same = desk.client.get("/today/fragment", headers={"If-None-Match": tag})
    assert (same.status_code, same.text, same.headers["ETag"]) == (304, "", tag)
    assert same.headers["X-Version"] == live.present().version
    box.call("15400000001", 25)
    news = desk.client.get("/today/fragment", headers={"If-None-Match": tag})
    assert news.status_code == 200
    assert news.headers["ETag"] != tag
    desk.send("/language", language="en")
    assert (
        desk.client.get("/today/fragment", headers={"If-None-Match": news.headers["ETag"]}).status_code == 200
    )


def test_a_message_is_for_the_page_not_for_a_live_update(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 25)
    desk.send(f"/calls/{call}", do="not_reached", after=0)
    assert "已记下" not in desk.client.get("/today/fragment").text
    assert "已记下" in desk.page()
    assert "已记下" not in desk.page()


def test_a_stream_of_changes(desk: Desk, box: Box, live: Live) -> None:
    with desk.client.get("/events", buffered=False) as answer:
        assert answer.mimetype == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        events = answer.iter_encoded()
        assert next(events).startswith(b"retry: 3000\nevent: changed\n")
        box.call("15400000001", 1)
        assert b"event: changed" in next(events)
        assert live._streams == 1
    assert live._streams == 0


def test_when_all_streams_are_taken_the_page_is_told_to_poll(desk: Desk, live: Live) -> None:
    while live.take_stream():
        pass
    answer = desk.client.get("/events")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
