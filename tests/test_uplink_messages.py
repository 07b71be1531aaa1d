"""The words for the head of the point: how many wait and for how long, and nothing by which a caller could be known."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.uplink.messages import MINUTE, SENT, TEST, WAITING, Fate, failed, reminder, trial, unsure
from firmware_app.uplink.robots import text_body, understood
from firmware_app.uplink.troubles import SHOWN, of_connection, of_status, quoted
from firmware_app.wording import Text


def test_how_many_wait_and_how_long_the_first_has_waited() -> None:
    message = reminder("jc-1", "示例站", 3, 135 * MINUTE, "zh_CN")
    assert (
        message.text
        == "【铃守】示例站：有 3 个漏接来电还没有回拨，等得最久的已等 2 小时 15 分钟（只算服务时间）。请安排回拨。"
    )
    assert (message.subject, message.waiting, message.oldest) == ("铃守：3 个漏接来电等待回拨", 3, 135)
    english = reminder("jc-1", "Point", 1, 30 * MINUTE, "en")
    assert "1 missed calls" in english.text
    assert "30 min" in english.text
    assert english.occasion == WAITING


def test_a_trial_says_that_it_is_one() -> None:
    message = trial("jc-1", "示例站", "站长群", "zh_CN")
    assert "测试" in message.text
    assert "站长群" in message.text
    assert "test" in trial("jc-1", "Point", "群", "en").text
    assert (message.occasion, message.waiting) == (TEST, 0)


@given(
    waiting=st.integers(0, 999), oldest=st.integers(-1, 999 * 60), language=st.sampled_from(("zh_CN", "en"))
)
def test_no_run_of_digits_is_long_enough_for_a_number(waiting: int, oldest: int, language: str) -> None:
    message = reminder("jc-1", "示例站", waiting, oldest * MINUTE, language)
    assert not re.search(r"[0-9]{4}", message.text + message.subject)


@pytest.mark.parametrize(
    ("content", "fate", "words"),
    [
        (b'{"errcode":0,"errmsg":"ok"}', Fate.SENT, ""),
        (b'{"errcode":310000,"errmsg":"sign not match"}', Fate.FAILED, "sign not match"),
        (b'{"errcode":7}', Fate.FAILED, "7"),
        (b'{"errcode":false}', Fate.FAILED, ""),
        (b'{"errcode":"0"}', Fate.FAILED, ""),
        (b'{"errcode":[1]}', Fate.FAILED, ""),
        (b'{"ok":true}', Fate.UNSURE, ""),
        (b"[]", Fate.UNSURE, ""),
        (b"<html>", Fate.UNSURE, ""),
        (b"", Fate.UNSURE, ""),
        (b"\xff", Fate.UNSURE, ""),
        (b"[" * 100_000, Fate.UNSURE, ""),
    ],
)
def test_what_a_robot_answers(content: bytes, fate: Fate, words: str) -> None:
    hints = {310000: Text("检查密钥", "check the key")}
    outcome = understood(content, hints, ("SECRET",))
    assert outcome.fate is fate
    assert words in outcome.why.en
    assert ("检查密钥" in outcome.why.zh) is (b"310000" in content)


@given(content=st.binary(max_size=60) | st.from_regex(rb'\{"errcode":[-0-9a-z"\[\]{}]{0,8},"errmsg":".*"\}'))
def test_whatever_a_robot_answers_it_is_understood_somehow(content: bytes) -> None:
    assert understood(content, {}, ()).fate in Fate


def test_a_text_for_a_robot_is_json() -> None:
    assert text_body("铃守") == '{"msgtype": "text", "text": {"content": "铃守"}}'.encode()


def test_what_a_server_says_is_quoted_shortly_and_without_secrets() -> None:
    said = "token abc\nof 15400000001 at https://robot.example/send?access_token=abc is wrong " + "x" * 200
    told = quoted(said, ("abc", ""))
    assert "abc" not in told
    assert "154" not in told
    assert "robot" not in told
    assert len(told) == SHOWN
    assert quoted("a\x00b") == "ab"


@pytest.mark.parametrize(
    ("error", "sent", "late", "fate"),
    [
        (TimeoutError(), False, False, Fate.FAILED),
        (TimeoutError(), True, False, Fate.UNSURE),
        (ConnectionResetError(), True, False, Fate.UNSURE),
        (ConnectionRefusedError(111, "Connection refused"), False, False, Fate.FAILED),
        (OSError(), False, True, Fate.FAILED),
        (OSError(), True, True, Fate.UNSURE),
        (type("gaierror", (OSError,), {})(), False, False, Fate.FAILED),
        (type("SSLEOFError", (OSError,), {})(), False, False, Fate.FAILED),
        (
            type("SSLCertVerificationError", (OSError,), {"verify_message": "expired"})(),
            False,
            True,
            Fate.FAILED,
        ),
    ],
)
def test_every_trouble_is_told_in_both_languages(
    error: Exception, sent: bool, late: bool, fate: Fate
) -> None:
    outcome = of_connection(error, sent=sent, late=late)
    assert outcome.fate is fate
    assert outcome.why.zh
    assert outcome.why.en


def test_a_status_that_is_no_yes() -> None:
    assert "302" in of_status(302).why.zh
    assert "500" in of_status(500).why.en
    assert of_status(302) != of_status(500)
    assert SENT.fate is Fate.SENT
    assert (failed("甲", "a").fate, unsure("甲", "a").fate) == (Fate.FAILED, Fate.UNSURE)
