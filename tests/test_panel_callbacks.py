"""The pages of call-backs on a real ledger and the monitor's real socket: who is owed what, the number seen only when opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from device.signals import seconds
from firmware_app.monitor_socket import Answer
from firmware_app.records import entries
from firmware_app.settings import Settings
from firmware_app.wiring import ModemWiring
from tests.panel_box import MINUTE, NOON, SOON, Box, Desk, panel, settings_for, words
from web_panel.callbacks_view import agreed
from web_panel.desk_memory import OPEN_FOR
from web_panel.formatting import local
from web_panel.live import Live
from web_panel.parts import Parts

HOURS = '{"week":{"mon":[["08:30","12:00"],["14:30","17:30"]],"tue":[["08:30","12:00"],["14:30","17:30"]]}}'
NUMBER = "15400000001"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    box.start()
    yield box
    box.close()


@pytest.fixture
def running(box: Box) -> Iterator[Flask]:
    with panel(box) as running:
        yield running[0]


@pytest.fixture
def desk(running: Flask) -> Desk:
    desk = Desk(running.test_client())
    desk.sign_in()
    return desk


def case_of(box: Box, number: str = NUMBER, minutes_ago: float = 25, **more: Any) -> int:  # noqa: ANN401
    """A missed call; gives the id of the case it opened."""
    box.call(number, minutes_ago, **more)
    return int(box.ledger.head()[0])


def text(desk: Desk, path: str) -> str:
    return words(desk.client.get(path).text)


def press(desk: Desk, case: int, do: str, **fields: Any) -> str:  # noqa: ANN401
    """Press a button of a case; gives the page that comes then, in words."""
    answer = desk.send(f"/callbacks/{case}", do=do, **fields)
    assert answer.status_code == 303, answer.status_code
    return text(desk, answer.headers["Location"])


def test_nothing_owed_is_said_kindly(desk: Desk) -> None:
    assert "没有要回拨的电话" in text(desk, "/callbacks")


def test_the_list_has_the_urgent_first_and_no_number_in_clear(box: Box, desk: Desk) -> None:
    case_of(box, "15400000001", 100)
    case_of(box, "15400000002", 5)
    box.call("15400000002", 4, name="张三丰")
    page = text(desk, "/callbacks")
    assert "要回拨 2 个" in page
    assert page.index("154****0001") < page.index("154****0002")
    for part in ("张**", "重复拨打 2 次", "打开号码回拨"):
        assert part in page
    assert "15400000001" not in desk.client.get("/callbacks").text


def test_a_number_is_seen_only_in_the_case_that_was_opened_and_that_is_on_record(
    box: Box, desk: Desk
) -> None:
    case, other = case_of(box), case_of(box, "15400000002", 20)
    before = desk.client.get(f"/callbacks/{case}").text
    assert "154 0000 0001" not in before
    assert NUMBER not in before
    page = press(desk, case, "open")
    assert "154 0000 0001" in page
    assert box.kinds() == ["NumberRevealed", "CallSeen"]
    press(desk, other, "open")
    assert "154 0000 0001" not in text(desk, f"/callbacks/{case}")
    assert "154 0000 0002" in text(desk, f"/callbacks/{other}")
    box.later(OPEN_FOR / 1e9)
    assert "154 0000 0002" not in text(desk, f"/callbacks/{other}")


def test_another_person_does_not_see_the_number(box: Box, running: Flask, desk: Desk) -> None:
    case = case_of(box)
    press(desk, case, "open")
    second = Desk(running.test_client())
    second.sign_in()
    assert "154 0000 0001" not in text(second, f"/callbacks/{case}")


def test_a_number_put_away_is_away(box: Box, desk: Desk) -> None:
    case = case_of(box)
    press(desk, case, "open")
    press(desk, case, "leave")
    assert "154 0000 0001" not in text(desk, f"/callbacks/{case}")


def test_reached_ends_the_case_and_a_second_press_is_none(box: Box, desk: Desk) -> None:
    case = case_of(box)
    page = press(desk, case, "attempt", outcome="reached", means="mobile", after=0)
    assert "处理好了" in page
    assert "没有要回拨的电话" in page
    assert "没有记上" in press(desk, case, "attempt", outcome="reached", means="mobile", after=0)
    assert "手机" in text(desk, f"/callbacks/{case}")


def test_an_attempt_in_vain_is_counted_once(box: Box, desk: Desk) -> None:
    case = case_of(box)
    press(desk, case, "attempt", outcome="busy", means="line", after=0)
    page = press(desk, case, "attempt", outcome="busy", means="line", after=0)
    assert "没有记上" in page
    assert "回拨 1 次" in page
    assert "占线" in page


@pytest.mark.parametrize(
    ("outcome", "after"), [("", "0"), ("loved_it", "0"), ("reached", ""), ("reached", "x")]
)
def test_an_attempt_that_makes_no_sense_is_refused_in_words(
    box: Box, desk: Desk, outcome: str, after: str
) -> None:
    case = case_of(box)
    assert "请选一个回拨结果" in press(desk, case, "attempt", outcome=outcome, means="line", after=after)
    assert box.kinds() == []


def test_ring_at_three(box: Box, desk: Desk) -> None:
    case = case_of(box)
    page = press(desk, case, "postpone", at="15:00")
    assert "约好 15:00" in page
    box.later(3 * 3600)
    assert "约好的时间到了" in text(desk, "/callbacks")
    desk.sign_in()
    assert "已取消约定" in press(desk, case, "not_postponed")


def test_ring_at_the_next_opening(box: Box, desk: Desk) -> None:
    box.write(entries.SiteDocumentChanged("service_hours", 0, "", HOURS))
    case = case_of(box)
    assert "约好 14:30" in press(desk, case, "postpone", at="next")


@pytest.mark.parametrize(
    "at", ["", "x", "25:00", "2026-11-23T11:00", "2026-02-30T10:00", "10:00:00.5", "99999"]
)
def test_a_time_that_is_none_to_come_is_refused(box: Box, desk: Desk, at: str) -> None:
    case = case_of(box)
    assert "没有看懂" in press(desk, case, "postpone", at=at)
    assert box.kinds() == []


def test_no_call_back_needed_wants_a_reason_and_somebody_who_agreed(box: Box, desk: Desk) -> None:
    case = case_of(box)
    assert "请选一个原因" in press(desk, case, "end", reason="not_needed/wrong_number", approved_by="")
    page = press(desk, case, "end", reason="not_needed/wrong_number", approved_by="站长李")
    assert "已办结" in page
    assert "站长李 同意" in text(desk, f"/callbacks/{case}")
    assert "重新待回拨" in press(desk, case, "reopen")
    assert "要回拨 1 个" in text(desk, "/callbacks")


def test_a_note_stays_with_the_number(box: Box, desk: Desk) -> None:
    case = case_of(box)
    press(desk, case, "open")
    page = press(desk, case, "note", note="听力不便，请打儿子电话", other="15400000009")
    assert "听力不便" in page
    assert "154 0000 0009" in page
    press(desk, case, "attempt", outcome="reached", means="line", after=0)
    again = case_of(box, minutes_ago=1)
    page = text(desk, f"/callbacks/{again}")
    assert "听力不便" in page
    assert "154 0000 0009" not in page  # until the case is opened


def test_a_nuisance_is_blocked_by_agreement(box: Box, desk: Desk) -> None:
    case = case_of(box)
    assert "请写明谁同意" in press(desk, case, "block", approved_by="")
    assert "已屏蔽" in press(desk, case, "block", approved_by="站长")


def test_a_call_of_the_line_asks_only_for_a_word(box: Box, desk: Desk) -> None:
    case = case_of(box)
    box.write(dialled(box, NUMBER, 2))
    page = text(desk, f"/callbacks/{case}")
    assert "打通了吗" in page
    page = press(desk, case, "attempt", outcome="not_reached", means="line", after=0)
    assert "线路可证" in text(desk, f"/callbacks/{case}")
    assert "回拨 1 次" in text(desk, f"/callbacks/{case}")


def dialled(box: Box, digits: str, minutes_ago: float) -> entries.CallRecorded:
    entry = box.call_entry(None, minutes_ago)
    return replace(
        entry,
        key=f"out/{minutes_ago}",
        direction="outbound",
        disposition=None,
        far_end="unknown",
        talk=seconds(12),
        digits=entries.Personal("number", digits, lookup=digits),
    )


# ---- dialling


class Asked(Box):
    """A box whose monitor dials: what is asked for, and when it is over, is the test's business."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, NOON)
        self.requests: list[tuple[str, str | None, str | None]] = []
        self.answer: Any = None

    def request(
        self, what: str, line: str | None, within: float, answer: Answer, number: str | None = None
    ) -> None:
        self.requests.append((what, line, number))
        if what == "dial":
            self.answer = answer
        else:
            answer({"ok": True, "result": None})

    def parts(self, live: Live, settings: Settings | None = None, answer_within: float = SOON) -> Parts:
        known = settings_for(self.folder)
        first = replace(known.lines[0], wirings=(ModemWiring("/dev/null"),))
        return super().parts(live, replace(known, lines=(first, *known.lines[1:])), answer_within)


def test_the_page_says_lift_now_while_the_modem_dials(tmp_path: Path) -> None:
    box = Asked(tmp_path)
    box.account()
    box.start()
    with panel(box) as (app, live):
        desk = Desk(app.test_client())
        desk.sign_in()
        case = case_of(box)
        assert "请先打开号码" in press(desk, case, "dial", way="L1/mobile")
        press(desk, case, "open")
        assert "不能代拨" in press(desk, case, "dial", way="L2/mobile")
        assert "不能代拨" in press(desk, case, "dial", way="L1/nonsense")
        page = press(desk, case, "dial", way="L1/mobile")
        assert "请立即拿起听筒" in page
        assert box.kinds()[-1] == "DialAsked"
        version = live.present().version
        for _ in range(100):
            if box.answer is not None:
                break
            live.wait(version, 0.1)
        assert ("dial", "L1", NUMBER) in box.requests
        assert "正在拨号" in press(desk, case, "dial", way="L1/mobile")
        press(desk, case, "cancel")
        assert ("cancel_dial", "L1", None) in box.requests
        version = live.present().version
        box.answer({"ok": True, "result": "cancelled", "message": {"zh_CN": "已取消拨号", "en": "cancelled"}})
        live.wait(version, 10)
        page = text(desk, f"/callbacks/{case}")
        assert "请立即拿起听筒" not in page
        assert "已取消拨号" in page
        assert "已取消拨号" not in text(desk, f"/callbacks/{case}")
    box.close()


# ---- and else


def test_a_case_that_is_not_there(desk: Desk) -> None:
    for path in ("/callbacks/999", "/callbacks/99999999999999999999999"):
        assert desk.client.get(path).status_code == 404
        assert desk.send(path, do="open").status_code == 404


def test_an_unknown_button_is_said(box: Box, desk: Desk) -> None:
    assert "没有这个操作" in press(desk, case_of(box), "explode")


def test_nobody_looks_without_signing_in(box: Box, running: Flask) -> None:
    case = case_of(box)
    client = running.test_client()
    for path in ("/callbacks", f"/callbacks/{case}", f"/callbacks/{case}/dialling"):
        answer = client.get(path)
        assert answer.status_code in (303, 401)
        assert "154" not in answer.text


def test_english_has_no_chinese_left(box: Box, desk: Desk) -> None:
    case = case_of(box)
    press(desk, case, "open")
    press(desk, case, "attempt", outcome="voicemail", means="wechat", after=0)
    box.write(dialled(box, NUMBER, 1))
    desk.client.set_cookie("ringkeeper-language", "en")
    for path in ("/callbacks", f"/callbacks/{case}"):
        page = text(desk, path).replace("泽州县示范便民服务站", "").replace("中文", "")
        assert not re.search("[一-鿿]", page), page


@given(st.text(max_size=20) | st.times().map(lambda time: f"{time:%H:%M}") | st.datetimes().map(str))
def test_an_agreed_time_is_always_to_come(typed: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    wall = agreed(typed, NOON.wall, zone)
    if wall is not None:
        assert wall > NOON.wall
        if len(typed) == len("00:00"):
            assert wall - NOON.wall <= 24 * 60 * MINUTE
            assert f"{local(wall, zone):%H:%M}" == typed
