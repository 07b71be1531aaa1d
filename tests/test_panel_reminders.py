"""Presence on the page *today*, the page *reminders*, the clips, and the number in every title; on a real ledger and socket."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import pytest

from device.spoken import CLIPS
from device.wav_format import Encoding
from firmware_app.monitor_link import Subscription
from firmware_app.records import entries
from firmware_app.records.presence_list import presence_now
from firmware_app.records.reading import Reader
from firmware_app.reminding import Escalation, Mail, Reminder, Robot, Secret, Webhook
from tests.panel_box import NOON, PASSWORD, SOON, Box, Desk, heard, settings_for, words
from web_panel.app import create_app
from web_panel.clips import EMPTY, LONGEST, MOST_BYTES, NO_FOLDER, NOT_WAV, PLAYED, TOO_LONG, Clips, problem
from web_panel.live import Live
from web_panel.presence_view import BECAUSE, desk_row
from web_panel.translating import Translator

ROBOT = Reminder("站长群", "dingtalk", Robot(Secret("https://robot.example/?access_token=abc")), 15)
MAIL = Reminder("邮箱", "mail", Mail("h", 465, "ssl", "u", Secret("abc"), "a@b.example", ("c@d.example",)))
HOOK = Reminder("推送", "webhook", Webhook(Secret("https://hook.example/abc")))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    box = Box(tmp_path, NOON)
    box.account()
    box.start()
    yield box
    box.close()


@contextmanager
def at_desk(
    box: Box, *reminders: Reminder, escalation: Escalation | None = None
) -> Iterator[tuple[Desk, Live]]:
    """A clerk at a panel with these channels."""
    live = Live(box.folder / "monitor.sock", box.folder / "ledger.db")
    settings = replace(settings_for(box.folder), reminders=reminders, escalation=escalation or Escalation())
    app = create_app(box.parts(live, settings), b"a key for tests only, of no worth")
    live.start()
    heard(live)
    desk = Desk(app.test_client())
    desk.sign_in(password=PASSWORD)
    try:
        yield desk, live
    finally:
        live.close()


@contextmanager
def uplink_listens(box: Box, live: Live) -> Iterator[SimpleQueue[object]]:
    """Somebody listens as the uplink does; gives the events it heard."""
    told: SimpleQueue[object] = SimpleQueue()
    ledger = box.folder / "ledger.db"
    subscription = Subscription(
        box.folder / "monitor.sock", ledger, lambda _: None, lambda: None, told=told.put, role="uplink"
    )
    subscription.start()
    while (live.present().state or {}).get("uplink") is not True:
        assert live.wait(live.present().version, SOON) is not None
    yield told
    subscription.close()


# ---- presence


def test_leaving_and_coming_back_by_page(box: Box) -> None:
    with at_desk(box) as (desk, _):
        assert "在岗 离岗" in words(desk.page())
        desk.send("/presence", present="no")
        page = words(desk.page())
        assert "已离岗 今天 12:00 起 · 在页面上按过 返岗" in page
        assert "已记下：离岗" in page
        box.later(600)
        desk.send("/presence", present="yes", htmx=True)
        assert "在岗 离岗" in words(desk.page())
        assert [body for kind, body, _ in box.asked if kind == "Presence"] == [
            {"present": False},
            {"present": True},
        ]


def test_only_one_of_the_two_can_be_said(box: Box) -> None:
    with at_desk(box) as (desk, _):
        for given in ("", "maybe"):
            desk.send("/presence", present=given)
            assert "没有这个操作" in desk.page()
        assert box.kinds() == []


def test_what_is_inferred_says_since_when_and_why(box: Box) -> None:
    box.write(entries.Presence(False, "missed_call", NOON.wall - 25 * 60 * 10**9))
    with at_desk(box) as (desk, _):
        assert "已离岗 今天 11:35 起 · 有来电没人接 返岗" in words(desk.page())
        box.write(entries.Presence(False, "button"))
        assert "已离岗 今天 11:35 起 · 按过按钮 返岗" in words(desk.page()), (
            "said too, and since the first word"
        )
        box.write(entries.Presence(True, "off_hook"))
        assert "在岗 离岗" in words(desk.page())


def test_who_is_where_in_the_ledger(box: Box) -> None:
    reader = Reader(box.folder / "ledger.db")
    with reader.snapshot() as db:
        assert presence_now(db) is None
    box.write(entries.Presence(False, "button"))
    with reader.snapshot() as db:
        found = presence_now(db)
    assert found is not None
    assert (found.present, found.sources, found.since_wall) == (False, ("button",), NOON.wall)
    box.write(entries.Presence(True, "action"))
    with reader.snapshot() as db:
        found = presence_now(db)
    assert found is not None
    assert (found.present, found.sources) == (True, ("action",))
    reader.close()


def test_a_source_that_is_not_known_here_is_passed_over() -> None:
    t = Translator("en")
    assert desk_row(None, t, str).present
    assert set(BECAUSE) == {"missed_call", "button", "panel"}


# ---- titles


def title(page: str) -> str:
    return re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1].strip()  # type: ignore[index]


def test_every_title_says_how_many_calls_wait(box: Box) -> None:
    with at_desk(box) as (desk, _):
        assert title(desk.page()).startswith("今天 ·")
        box.call("15400000001", 20)
        box.call("15400000002", 15, "unknown")
        box.call(None, 10)
        assert title(desk.page()).startswith("(3) 今天 ·")
        for address in ("/reminders", "/password"):
            assert title(desk.page(address)).startswith("(3) ")
        assert 'data-waiting="3"' in desk.page()
        assert desk.client.get("/waiting").json == {"n": 3}
        desk.send("/sign-out")
        assert title(desk.page("/sign-in")).startswith("登录"), "nobody else is told"
        assert desk.client.get("/waiting").status_code == 401


# ---- channels


def test_without_a_channel_the_page_says_how_to_get_one(box: Box) -> None:
    with at_desk(box) as (desk, _):
        page = words(desk.page("/reminders"))
        assert "没有开通" in page
        assert "蜂鸣器提醒没有开通" in page
        assert "每个通道发一条测试" not in page
        assert "提醒程序没有运行" not in words(desk.page())


def test_the_channels_and_what_became_of_their_last_message(box: Box) -> None:
    box.write(
        entries.MessageSent(
            "站长群", "dingtalk", "test", "failed", "机器人拒绝（errcode 310000：sign not match）"
        )
    )
    box.write(entries.MessageSent("邮箱", "mail", "waiting", "sent"))
    with at_desk(box, ROBOT, MAIL, HOOK, escalation=Escalation(5, "default")) as (desk, live):
        page = words(desk.page("/reminders"))
        assert (
            "站长群 钉钉群机器人 来电人等满 15 分钟（服务时间）还没有回拨时 测试没有送到（今天 12:00） 机器人拒绝"
            in page
        )
        assert "邮箱 邮件 来电人等满 30 分钟（服务时间）还没有回拨时 提醒已送到（今天 12:00）" in page
        assert "推送 网址推送" in page
        assert "还没有发送过" in page
        assert "蜂鸣器每 5 分钟轻响一下" in page
        assert "盒子会说有几个未接来电" in page
        assert "abc" not in page
        assert "提醒程序没有运行" in page
        assert "提醒程序没有运行" in words(desk.page())
        with uplink_listens(box, live):
            assert "提醒程序没有运行" not in words(desk.page("/reminders"))
            assert "提醒发不出去：站长群" in words(desk.page())
            box.write(entries.MessageSent("站长群", "dingtalk", "test", "sent"))
            box.write(entries.MessageSent("邮箱", "mail", "waiting", "failed", "HTTP 500"))
            assert "提醒发不出去：邮箱" in words(desk.page())
            page = words(desk.page("/reminders"))
            assert "测试已送到" in page
            assert "发不出去（今天 12:00） HTTP 500" in page


def test_a_test_is_passed_on_to_the_uplink_or_it_is_said_that_none_runs(box: Box) -> None:
    with at_desk(box, ROBOT) as (desk, live):
        desk.send("/reminders/test")
        assert "没有发送：提醒程序（ringkeeper uplink）没有运行" in desk.page("/reminders")
        with uplink_listens(box, live) as told:
            desk.send("/reminders/test")
            assert "已请提醒程序发送测试" in desk.page("/reminders")
            while told.get(timeout=SOON) != {"event": "test_reminder"}:
                pass
        box.stop()
        desk.send("/reminders/test")
        assert "监测程序现在没有运行" in desk.page("/reminders")


# ---- clips


def wav(seconds: float = 1.0, rate: int = 16000, channels: int = 1, bits: int = 16, tag: int = 1) -> bytes:
    frame = channels * bits // 8
    data = b"\x00" * (round(seconds * rate) * frame)
    layout = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    chunks = b"fmt " + struct.pack("<I", len(layout)) + layout + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (wav(), ""),
        (wav(LONGEST), ""),
        (wav(1, 48000, 2), ""),
        (wav(1, 8000, bits=8), ""),
        (wav(LONGEST + 0.01, 8000, bits=8), TOO_LONG),
        (wav(LONGEST, 48000, 2), TOO_LONG),
        (b"\x00" * (MOST_BYTES + 1), TOO_LONG),
        (wav(0), EMPTY),
        (b"", EMPTY),
        (b"ID3\x04mp3", NOT_WAV),
        (b"RIFF", NOT_WAV),
        (wav()[:30], NOT_WAV),
        (wav(tag=6, bits=8), NOT_WAV),
        (wav(0.1, channels=3), NOT_WAV),
        (wav(0.1, rate=96000), NOT_WAV),
    ],
)
def test_what_a_clip_must_be(content: bytes, wrong: str) -> None:
    assert problem(content) == wrong
    assert Encoding.FLOAT_32 not in PLAYED


def test_a_stream_of_unknown_length_is_measured_by_what_is_there() -> None:
    endless = bytearray(wav(1))
    endless[40:44] = b"\xff\xff\xff\xff"
    assert problem(bytes(endless)) == ""


def test_clips_are_kept_heard_and_forgotten(box: Box) -> None:
    with at_desk(box) as (desk, _):
        answer = desk.send("/reminders/clips", name="3", do="keep", wav=(io.BytesIO(wav()), "three.wav"))
        assert answer.status_code == 303
        assert "录音已保存" in desk.page("/reminders")
        assert (box.folder / "clips" / "3.wav").read_bytes() == wav()
        assert desk.client.get("/reminders/clips/3.wav").data == wav()
        assert desk.client.get("/reminders/clips/4.wav").status_code == 404
        assert desk.client.get("/reminders/clips/..%2fledger.wav").status_code == 404
        desk.send("/reminders/clips", name="3", do="keep", wav=(io.BytesIO(b"no sound"), "x.wav"))
        assert "这不是 WAV 声音文件" in desk.page("/reminders")
        assert (box.folder / "clips" / "3.wav").read_bytes() == wav(), "the one before stays"
        desk.send("/reminders/clips", name="3", do="keep")
        assert "这不是 WAV 声音文件" in desk.page("/reminders")
        desk.send("/reminders/clips", name="3", do="forget")
        assert "已删除" in desk.page("/reminders")
        assert not (box.folder / "clips" / "3.wav").exists()
        desk.send("/reminders/clips", name="../ledger", do="forget")
        assert "没有这个操作" in desk.page("/reminders")
        assert (box.folder / "ledger.db").exists()


def test_a_clip_that_is_far_too_large_is_refused_by_size(box: Box) -> None:
    with at_desk(box) as (desk, _):
        answer = desk.send(
            "/reminders/clips", name="3", do="keep", wav=(io.BytesIO(b"\x00" * 495_000), "x.wav")
        )
        assert answer.status_code == 413
        assert "提交的内容太大" in answer.text


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "clips").write_text("a file stands in the way")
    clips = Clips(tmp_path / "clips")
    assert clips.keep("1", wav()) == NO_FOLDER
    assert clips.forget("1") == NO_FOLDER
    assert (clips.there(), clips.content("1"), clips.content("nonsense")) == (set(), None, None)
    assert len(CLIPS) == 10


def test_only_this_page_may_use_the_microphone(box: Box) -> None:
    with at_desk(box) as (desk, _):
        assert "microphone=(self)" in desk.client.get("/reminders").headers["Permissions-Policy"]
        assert "microphone=()" in desk.client.get("/").headers["Permissions-Policy"]
