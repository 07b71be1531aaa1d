"""The buttons of web_panel.today_page, on a real ledger and the monitor's real socket: what a press records, and shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask

from firmware_app.line_view import iso
from firmware_app.records import entries
from firmware_app.records.outcomes import Pending
from firmware_app.wording import Text
from tests.panel_box import MINUTE, NOON, SOON, Box, Desk, line_state, panel, row, told, words
from web_panel.live import Live
from web_panel.today_page import SEEN_AT_ONCE


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


# ---- buttons


def test_called_back_and_reached(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 25)
    page = desk.press(call, "reached")
    assert "已记下：回拨接通" in page
    assert row(page, call) == ""
    assert "154****0001 已回拨，接通 L1 · 今天 12:00" in words(page)
    assert "已回拨 1" in words(page)
    [(kind, body, actor)] = box.asked
    assert (kind, body["outcome"], body["means"], actor) == (
        "CallbackAttempted",
        "reached",
        "self_reported",
        "admin",
    )


def test_called_back_and_not_reached_stays_and_is_counted(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 25)
    page = desk.press(call, "not_reached")
    assert "已回拨 1 次没接通" in row(page, call)
    assert "新" not in row(page, call)
    page = desk.press(call, "not_reached", after=1)
    assert "已回拨 2 次没接通" in row(page, call)


def test_pressing_twice_records_once(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 25)
    unknown = box.call("15400000002", 20, "unknown")
    for do, of in (("not_reached", call), ("answered", unknown)):
        desk.press(of, do)
        assert "没有重复记录" in desk.press(of, do)
    desk.press(call, "reached", after=1)
    assert "没有重复记录" in desk.press(call, "reached", after=1)
    assert "没有重复记录" in desk.press(call, "missed")
    assert box.kinds() == ["CallbackAttempted", "CallSettled", "CallbackAttempted"]


def test_a_press_again_while_the_card_stalls_records_once(box: Box) -> None:
    call = box.call("15400000001", 25)
    with panel(box, answer_within=0.2) as (app, _):
        desk = Desk(app.test_client())
        desk.sign_in()
        box.stalled = ("CallbackAttempted",)
        for _ in range(2):
            page = desk.press(call, "not_reached")
            assert "还没有得到确认，可能已经记上" in page
            assert "次没接通" not in row(page, call), "nothing is claimed"
        box.flows()
        assert [body["after"] for _, body, _ in box.asked] == [0, 0]
        assert "已回拨 1 次没接通" in row(desk.page(), call)
        desk.press(call, "reached", after=1)
        assert box.kinds() == ["CallbackAttempted"] * 3
        assert row(desk.page(), call) == ""


def test_a_call_back_that_the_ledger_refuses_is_told_in_words(
    box: Box, running: tuple[Flask, Live], desk: Desk
) -> None:
    call = box.call("15400000001", 25)
    box.stalled = ("CallbackAttempted",)
    answers: list[str] = []
    press = Thread(target=lambda: answers.append(desk.press(call, "not_reached", htmx=True)))
    press.start()
    box.waits()
    case = box.asked[0][1]["case"]
    box.write(entries.CallbackAttempted(case, "not_reached", means="self_reported", closes=False), "second")
    box.flows()
    press.join(SOON)
    [page] = answers
    assert re.search(r'class="message failed"[^>]*>没有记上：[^<a-z_]+<', page), page
    assert "已回拨 1 次没接通" in row(page, call)


def test_two_presses_at_the_same_moment_record_once(
    box: Box, running: tuple[Flask, Live], desk: Desk
) -> None:
    call = box.call("15400000001", 25)
    token, cookie = desk.token(), desk.client.get_cookie("ringkeeper")
    assert cookie is not None
    barrier = Barrier(6)

    def press() -> None:
        client = running[0].test_client()
        client.set_cookie("ringkeeper", cookie.value)
        barrier.wait()
        client.post(f"/calls/{call}", data={"csrf_token": token, "do": "not_reached", "after": 0})

    threads = [Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert box.kinds() == ["CallbackAttempted"]


def test_a_call_that_came_meanwhile_is_not_seen_by_a_press_for_an_earlier_one(box: Box, desk: Desk) -> None:
    first = box.call("15400000001", 25)
    second = box.call("15400000001", 1)
    page = desk.press(first, "seen")
    assert "新" in row(page, second)
    page = desk.press(second, "seen")
    assert "新" not in row(page, second)
    assert "已回拨·接通" in row(page, second)


def test_all_seen_spares_what_came_later(box: Box, desk: Desk) -> None:
    hidden = box.call(None, 9, absence="private")
    due = box.call("15400000001", 8)
    later = box.call("15400000002", 1)
    answer = desk.send("/calls/seen", up_to=due)
    assert answer.status_code == 303
    page = desk.page()
    assert row(page, hidden) == ""
    assert "新" not in row(page, due)
    assert "新" in row(page, later)
    assert box.kinds() == ["CallSeen", "CallSeen"]


def test_other_presses_do_not_wait_for_all_seen(box: Box, running: tuple[Flask, Live], desk: Desk) -> None:
    first, second = box.call("15400000001", 9), box.call("15400000002", 8)
    other = Desk(running[0].test_client())
    other.sign_in()
    box.stalled = ("CallSeen",)
    every = Thread(target=lambda: desk.send("/calls/seen", up_to=second))
    every.start()
    box.waits()
    assert "已记下：回拨接通" in other.press(second, "reached")
    box.flows()
    every.join(SOON)
    assert box.kinds() == ["CallSeen", "CallbackAttempted", "CallSeen"]
    assert "新" not in row(desk.page(), first)


def test_a_long_list_is_seen_in_portions(box: Box, desk: Desk) -> None:
    batch = [
        Pending(box.call_entry(None, 600 - n, absence="private"), box.now) for n in range(SEEN_AT_ONCE + 2)
    ]
    box.writes(batch)
    newest = re.findall(r'name="up_to" value="(\d+)"', desk.page())
    desk.send("/calls/seen", up_to=newest)
    page = desk.page()
    assert f"看过最早的 {SEEN_AT_ONCE} 个，还有更多" in page
    assert "要处理的来电 2 个" in words(page)
    desk.send("/calls/seen", up_to=newest)
    assert "已记下：全部看过" in desk.page()


def test_a_number_is_shown_for_a_minute_after_it_is_journalled(
    box: Box, running: tuple[Flask, Live], desk: Desk
) -> None:
    call, other = box.call("15400000001", 25), box.call("15400000002", 20)
    page = desk.press(call, "show")
    assert "154 0000 0001" in row(page, call)
    assert "0000 0002" not in page
    assert box.asked == [("NumberRevealed", {"account": "admin", "call": call}, "admin")]
    elsewhere = Desk(running[0].test_client())
    elsewhere.sign_in()
    assert "0000 0001" not in elsewhere.page(), "only who asked sees it"
    box.later(59)
    assert "154 0000 0001" in desk.page()
    box.later(1)
    assert "0000 0001" not in desk.page()
    assert "154 0000 0002" in desk.press(other, "show")
    assert "0000 0002" not in desk.press(other, "hide")


def test_a_number_is_not_shown_when_the_journal_does_not_have_it(box: Box, desk: Desk) -> None:
    call = box.call("15400000001", 25)
    box.refuse = Text("存储卡已满", "the card is full")
    page = desk.press(call, "show")
    assert "没有记上：存储卡已满" in page
    assert "0000 0001" not in page


@pytest.mark.parametrize("do", ["reached", "not_reached", "seen", "show"])
def test_a_press_while_the_monitor_is_down_loses_nothing(box: Box, desk: Desk, do: str) -> None:
    call = box.call("15400000001", 25)
    box.stop()
    page = desk.press(call, do)
    assert "监测程序现在没有运行" in page
    assert "154****0001" in row(page, call)
    assert "0000 0001" not in page
    htmx = desk.press(call, do, htmx=True)
    assert "监测程序现在没有运行" in htmx


def test_still_talking(box: Box, desk: Desk, live: Live) -> None:
    since = iso(box.now.wall - 20 * MINUTE)
    asked = [{"kind": "still_talking", "since": iso(box.now.wall)}]
    call = {"direction": "inbound", "answered_at": since, "number": None, "absence": None, "name": None}
    told(live, box, line_state("L2", "talking", call=call, troubles=asked))
    assert "L2 摘机已 20 分钟，还在通话吗？" in words(desk.page())
    assert desk.send("/lines/still-talking", line="L2").status_code == 303
    assert "已记下：还在通话" in desk.page()
    assert box.asked == [("StillTalking", {"line": "L2"}, "admin")]
    desk.send("/lines/still-talking", line="L9")
    assert "没有这个操作" in desk.page()
    assert len(box.asked) == 1
