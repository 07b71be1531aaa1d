"""Scripts: what each line means, what is said of a wrong one, and that no text breaks the reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.exchange.planned import (
    Action,
    Answer,
    FalseKind,
    FalseTrigger,
    FarEnd,
    Fault,
    FaultKind,
    HangUp,
    PlannedCall,
    PlannedDialling,
    PlannedLift,
    Press,
    Sent,
)
from device.exchange.script import FAULT_LASTS, ScriptItem, parse_script
from device.signals import SECOND, Absence, CallerId, seconds

LINES = ("L1", "L2")


def one(text: str) -> Action:
    script = parse_script(text, LINES)
    assert script.errors == ()
    (item,) = script.items
    return item.action


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("L1 call 15400001234 name 张三 ring 3", PlannedCall(CallerId("15400001234", "张三"))),
        ('L1 call 5550100 name "JOHN DOE"', PlannedCall(CallerId("5550100", "JOHN DOE"))),
        (
            "L2 CALL 03560123456 answer after 7.2 talk 20",
            PlannedCall(CallerId("03560123456"), answer_after=seconds(7.2), talk=20 * SECOND),
        ),
        ("L1 call withheld ring 4.5", PlannedCall(CallerId(absence=Absence.PRIVATE), bursts=4.5)),
        (
            "L1 call out_of_area id before",
            PlannedCall(CallerId(absence=Absence.OUT_OF_AREA), sent=Sent.BEFORE),
        ),
        ("L1 call absent", PlannedCall()),
        (
            "L1 call 1 cadence 0.4/0.2/0.4/4",
            PlannedCall(CallerId("1"), cadence=(seconds(0.4), seconds(0.2), seconds(0.4), seconds(4))),
        ),
        ("L1 dial 03560123456 talk 30", PlannedDialling("03560123456", 30 * SECOND)),
        ("L1 dial +86154 pulse", PlannedDialling("0086154", pulses=True)),
        ("L1 dial 110 pulse far busy talk 3", PlannedDialling("110", 3 * SECOND, True, FarEnd.BUSY)),
        ("L1 lift", PlannedLift()),
        ("L1 lift for 3", PlannedLift(3 * SECOND)),
        ("L1 answer", Answer()),
        ("L1 answer talk 5", Answer(5 * SECOND)),
        ("L1 hangup", HangUp()),
        ("L1 fault unplug for 3", Fault(FaultKind.UNPLUG, 3 * SECOND)),
        ("L1 cut", Fault(FaultKind.CUT, FAULT_LASTS[FaultKind.CUT])),
        ("L1 onu_restart for 1", Fault(FaultKind.ONU_RESTART, SECOND)),
        ("L2 false reversal", FalseTrigger(FalseKind.REVERSAL)),
        ("L2 false induction for 9", FalseTrigger(FalseKind.INDUCTION, 9 * SECOND)),
        ("button press", Press()),
        ("button press for 2.5", Press(seconds(2.5))),
        ("L1 dial 0356# # with a remark", PlannedDialling("0356#")),
    ],
)
def test_what_a_line_means(text: str, action: Action) -> None:
    assert one(text) == action


def test_moments() -> None:
    script = parse_script(
        "# a remark\n\nat 10 L1 hangup\nat +2.5 L2 hangup\nthen L1 answer\n  # another\nL2 answer\n", LINES
    )
    assert script.errors == ()
    assert [(item.at / SECOND, item.line) for item in script.items] == [
        (0.0, "L2"),
        (10.0, "L1"),
        (12.5, "L2"),
        (12.5, "L1"),
    ]


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("L9 call 1", "没有线路“L9”，有：L1, L2, button", 'there is no line "L9"; there are: L1, L2, button'),
        ("at", "缺少时刻", "a moment is missing"),
        ("at soon L1 hangup", "“soon”不是时刻", '"soon" is not a moment'),
        ("at 9999999 L1 hangup", "“9999999”不是时刻", '"9999999" is not a moment'),
        ("L1 lift for 9999999", "“9999999”不是秒数", '"9999999" is not a number of seconds'),
        ("at 3", "缺少线路名", "the name of a line is missing"),
        ("L1", "缺少动作", "what is to happen is missing"),
        ("button dial 1", "不认识“dial”，可以是：press", '"dial" is not known; known are: press'),
        ("L1 call", "缺少号码", "a number is missing"),
        (
            "L1 call 张三",
            "“张三”不是号码（1 到 20 位 0-9 * # +）",
            '"张三" is not a number (1 to 20 of 0-9 * # +)',
        ),
        ("L1 call 1 ring", "缺少秒数", "a number of seconds is missing"),
        ("L1 call 1 ring x", "“x”不是秒数", '"x" is not a number of seconds'),
        ("L1 call 1 ring 0", "响铃声数应在 0 到 24 之间", "the number of bursts lies above 0 and up to 24"),
        ("L1 call 1 answer 3", "answer 后面应是 after 秒数", "answer is followed by: after SECONDS"),
        ("L1 call 1 cadence 1", "“1”不是节奏，例：1/4", '"1" is not a cadence such as 1/4'),
        ("L1 call 1 cadence 1/x", "“1/x”不是节奏，例：1/4", '"1/x" is not a cadence such as 1/4'),
        ("L1 hangup now", "多出“now”", '"now" is too much'),
    ],
)
def test_what_is_said_of_a_wrong_line(text: str, zh: str, en: str) -> None:
    (error,) = parse_script(f"L1 hangup\n{text}\n", LINES).errors
    assert (error.number, error.zh, error.en) == (2, zh, en)


@pytest.mark.parametrize(
    "text", ["L1 sing", "L1 call 1 loud", "L1 call 1 id never_ever", "L1 fault x", "L1 false x"]
)
def test_unknown_words_are_told_with_the_known_ones(text: str) -> None:
    (error,) = parse_script(text, LINES).errors
    assert "不认识" in error.zh
    assert "known are" in error.en


def test_a_wrong_line_does_not_hide_the_others() -> None:
    script = parse_script("L1 sing\nL1 hangup\nL2 sing\n", LINES)
    assert script.items == (ScriptItem(0, "L1", HangUp()),)
    assert [error.number for error in script.errors] == [1, 3]


GRAMMAR = "at +1 1 0.5 1e9 nan inf -1 ٣ L1 button call dial ring answer after talk name id cadence 1/4 / for fault cut false then"
WORDS = st.sampled_from([*GRAMMAR.split(), "#", '"'])


@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=12).map(" ".join)))
def test_no_text_breaks_it(text: str) -> None:
    script = parse_script(text, LINES)
    assert all(item.at >= 0 for item in script.items)
    assert all(error.zh and error.en for error in script.errors)
