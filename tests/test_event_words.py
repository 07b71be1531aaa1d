"""What is said of each call event, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.signals import Absence, CallerId, Means, seconds
from firmware_app.calls.call import (
    Anomaly,
    Call,
    CallChanged,
    CallClosed,
    CallEvent,
    CallOpened,
    Direction,
    Disposition,
    Doubt,
    FarEnd,
    Trouble,
    TroubleBegan,
    TroubleEnded,
)
from firmware_app.event_words import ABSENCES, DISPOSITIONS, DOUBTS, FAR_ENDS, MEANS, TROUBLES, words_of
from tests.support import at

RINGING = Call("k", "L1", Direction.INBOUND, at(10), ring_bursts=1, last_edge=at(11))
ANSWERED = replace(RINGING, answered=at(12.5), uncertainty=seconds(0.06), disposition=Disposition.ANSWERED)
OUTBOUND = Call("k", "L1", Direction.OUTBOUND, at(10))


@pytest.mark.parametrize(
    ("event", "second", "zh", "en"),
    [
        (CallOpened(RINGING), 10, "来电开始：响铃 1 次", "inbound call begins: 1 burst"),
        (
            CallChanged(replace(RINGING, ring_bursts=2), at(15)),
            15,
            "来电：响铃 2 次",
            "inbound call: 2 bursts",
        ),
        (
            CallClosed(replace(ANSWERED, ended=at(20), talk=seconds(7.5)), at(20)),
            20,
            "来电结束：已接听，响铃 1 次，接听用时 2.50 s ± 0.06 s，通话 7.50 s",
            "inbound call is over: answered, 1 burst, answered after 2.50 s ± 0.06 s, talked 7.50 s",
        ),
        (
            CallClosed(replace(RINGING, ended=at(11), disposition=Disposition.ABANDONED), at(17)),
            17,
            "来电结束：短振铃放弃，响铃 1 次，响了 1.00 s",
            "inbound call is over: given up early, 1 burst, rang 1.00 s",
        ),
        (
            CallChanged(replace(RINGING, caller_id=CallerId(None, "张", Absence.PRIVATE)), at(12)),
            12,
            "来电：响铃 1 次，私人号码，姓名 张",
            "inbound call: 1 burst, number withheld, name 张",
        ),
        (CallOpened(OUTBOUND), 10, "去电开始", "outbound call begins"),
        (
            CallChanged(replace(OUTBOUND, digits="12"), at(12)),
            12,
            "去电：拨号 12",
            "outbound call: dialled 12",
        ),
        (
            CallClosed(replace(ANSWERED, answered_by=Means.LINE_VOLTAGE, ended=at(20)), at(20)),
            20,
            "来电结束：已接听，响铃 1 次，接听用时 2.50 s ± 0.06 s（按线路电压）",
            "inbound call is over: answered, 1 burst, answered after 2.50 s ± 0.06 s (by line voltage)",
        ),
        (
            CallClosed(replace(RINGING, disposition=Disposition.UNKNOWN, doubt=Doubt.HOOK_AWAY), at(17)),
            17,
            "来电结束：待确认，响铃时测摘挂机的监听口失联，响铃 1 次",
            "inbound call is over: not known, the ear that senses the hook was away while it rang, 1 burst",
        ),
        (
            CallClosed(
                replace(
                    OUTBOUND,
                    far_end=FarEnd.ANSWERED,
                    far_answered=at(22),
                    far_answered_by=Means.SOUND,
                    far_answer_error=seconds(0.1),
                ),
                at(60),
            ),
            60,
            "去电结束：对方在 12.00 s ± 0.10 s 后接听（按线路声音）",
            "outbound call is over: the far end answered after 12.00 s ± 0.10 s (by sound)",
        ),
        (
            CallClosed(replace(OUTBOUND, far_end=FarEnd.BUSY), at(60)),
            60,
            "去电结束：对方占线",
            "outbound call is over: the far end was busy",
        ),
        (
            CallClosed(replace(OUTBOUND, far_end=FarEnd.UNKNOWN), at(60)),
            60,
            "去电结束",
            "outbound call is over",
        ),
        (Anomaly("L1", at(3), "odd"), 3, "异常　odd", "anomaly · odd"),
        (Anomaly("L1", at(3), "odd", "5 bytes"), 3, "异常　odd 5 bytes", "anomaly · odd 5 bytes"),
        (TroubleBegan("L1", at(4), Trouble.NO_LOOP), 4, "出现　线路断开", "began · line cut"),
        (TroubleEnded("L1", at(5), Trouble.NO_LOOP), 5, "消除　线路断开", "ended · line cut"),
    ],
)
def test_words(event: CallEvent, second: float, zh: str, en: str) -> None:
    moment, words = words_of(event)
    assert (moment, words.zh, words.en) == (at(second), zh, en)


def test_every_word_of_the_house_has_its_words() -> None:
    assert set(DISPOSITIONS) == set(Disposition)
    assert set(ABSENCES) == set(Absence)
    assert set(TROUBLES) == set(Trouble)
    assert set(MEANS) == set(Means)
    assert set(DOUBTS) == set(Doubt)
    assert set(FAR_ENDS) == set(FarEnd) - {FarEnd.ANSWERED, FarEnd.UNKNOWN}
