"""What the exchange says of itself: both languages, and never a whole number."""

from __future__ import annotations

import pytest

from device.exchange.exchange_news import News, NewsKind, fault_over, masked, told
from device.exchange.planned import (
    Action,
    FalseKind,
    FalseTrigger,
    Fault,
    FaultKind,
    HangUp,
    PlannedCall,
    PlannedDialling,
    PlannedLift,
    Sent,
)
from device.signals import SECOND, Absence, CallerId


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("15400001234", "154****1234"),
        ("03560123456", "0356-***3456"),
        ("12345", "12345"),
        ("0086154000012", "***********12"),
    ],
)
def test_a_number_is_masked(number: str, shown: str) -> None:
    assert masked(number) == shown


CALLER = CallerId("15400001234")


@pytest.mark.parametrize(
    ("action", "zh", "en"),
    [
        (
            PlannedCall(CALLER),
            "来电 154****1234，响 3 声，无人接",
            "call, 154****1234: 3 bursts, nobody answers",
        ),
        (
            PlannedCall(CallerId(absence=Absence.PRIVATE), answer_after=SECOND),
            "来电 私人号码，1 秒后接，通话 20 秒",
            "call, number withheld: answered after 1 s, talks 20 s",
        ),
        (
            PlannedCall(CALLER, sent=Sent.BROKEN),
            "来电 154****1234（来显损坏），响 3 声，无人接",
            "call, 154****1234 (caller ID broken): 3 bursts, nobody answers",
        ),
        (
            PlannedCall(CALLER, sent=Sent.NEVER),
            "来电 无来电显示，响 3 声，无人接",
            "call, no caller ID: 3 bursts, nobody answers",
        ),
        (PlannedDialling("03560123456"), "去电 0356-***3456，通话 20 秒", "dials 0356-***3456, talks 20 s"),
        (PlannedLift(), "摘机 10 秒，不拨号", "off-hook for 10 s, no digits"),
        (Fault(FaultKind.CUT, SECOND), "故障：断线 1 秒", "fault: line cut for 1 s"),
        (FalseTrigger(FalseKind.REVERSAL), "假触发：极性反转", "false trigger: polarity reversal"),
    ],
)
def test_what_begins_is_told(action: Action, zh: str, en: str) -> None:
    assert told(News(0, "L1", NewsKind.BEGAN, action)) == (zh, en)


def test_other_news_and_what_is_not_for_a_person() -> None:
    assert told(News(0, "L1", NewsKind.BEGAN, HangUp())) is None
    assert told(News(0, "L1", NewsKind.PRINTED)) is None
    assert told(News(0, "L1", NewsKind.OUTPUT)) is None
    assert told(News(0, "L1", NewsKind.REFUSED, None, "忙", "busy")) == ("忙", "busy")
    assert fault_over(FaultKind.HANG) == ("猫死机：恢复", "modem hangs: over")
    for kind in (NewsKind.ANSWERED, NewsKind.ENDED, NewsKind.HEARD, NewsKind.UNHEARD):
        assert told(News(0, "L1", kind)) is not None
