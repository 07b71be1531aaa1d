"""A planned call as changes on the wire: the cadence to the nanosecond, caller ID where it fits, never while somebody talks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.exchange.line_course import (
    FSK_MARGIN,
    FSK_PAUSE,
    GIVES_UP_AFTER,
    LONGEST_RINGING,
    course,
    line_free_at,
    message_duration,
)
from device.exchange.planned import CADENCE, PlannedCall, PlannedDialling, PlannedLift, Sent
from device.exchange.wire_changes import Wire, WireChange
from device.signals import MILLISECOND, SECOND, Absence, CallerId, seconds

CALLER = CallerId("15400001234")
MESSAGE = message_duration(CALLER)


def told(changes: list[WireChange]) -> list[tuple[float, str]]:
    return [(round(change.at / SECOND, 3), change.kind.value) for change in changes]


def test_a_missed_call() -> None:
    changes = course(PlannedCall(CALLER, bursts=2), 0, "11230915")
    assert told(changes) == [
        (0.0, "burst_started"),
        (1.0, "burst_ended"),
        (2.117, "caller_id_sent"),
        (5.0, "burst_started"),
        (6.0, "burst_ended"),
    ]
    assert changes[2].caller_id == CallerId("15400001234", date_time="11230915")
    assert line_free_at(PlannedCall(CALLER, bursts=2), changes) == 6 * SECOND + GIVES_UP_AFTER


def test_an_answer_within_a_burst_cuts_it() -> None:
    plan = PlannedCall(answer_after=seconds(5.3), talk=seconds(20))
    changes = course(plan, SECOND)
    assert told(changes) == [
        (1.0, "burst_started"),
        (2.0, "burst_ended"),
        (6.0, "burst_started"),
        (6.3, "burst_ended"),
        (6.3, "off_hook"),
        (26.3, "on_hook"),
    ]
    assert line_free_at(plan, changes) == changes[-1].at


@pytest.mark.parametrize(
    ("bursts", "last"),
    [(0.4, 0.4), (1.0, 1.0), (1.5, 5.5), (3.0, 11.0), (24.0, 116.0), (90.0, 116.0)],
)
def test_a_caller_gives_up_and_so_does_the_network(bursts: float, last: float) -> None:
    changes = course(PlannedCall(bursts=bursts), 0)
    assert told(changes)[-1] == (last, "burst_ended")


@pytest.mark.parametrize(
    ("plan", "sent_at"),
    [
        (PlannedCall(CALLER, bursts=1), 1.5 + MESSAGE / SECOND),
        (PlannedCall(CALLER, bursts=0.5), None),  # the caller gave up before the pause
        (PlannedCall(CALLER, answer_after=seconds(1.6)), None),  # lifted before the message was through
        (PlannedCall(CALLER, answer_after=seconds(3.0)), 1.5 + MESSAGE / SECOND),
        (PlannedCall(CALLER, sent=Sent.LATE), 6.5 + MESSAGE / SECOND),
        (PlannedCall(CALLER, bursts=1, sent=Sent.LATE), None),
        (PlannedCall(CALLER, sent=Sent.NEVER), None),
        (PlannedCall(CallerId()), None),
        (PlannedCall(CALLER, cadence=(SECOND, SECOND)), None),  # the pause is too short for it
    ],
)
def test_when_caller_id_is_sent(plan: PlannedCall, sent_at: float | None) -> None:
    sent = [change for change in course(plan, 0) if change.kind is Wire.CALLER_ID_SENT]
    assert [round(change.at / SECOND, 6) for change in sent] == (
        [] if sent_at is None else [round(sent_at, 6)]
    )


def test_caller_id_before_the_first_burst() -> None:
    plan = PlannedCall(CALLER, bursts=1, sent=Sent.BEFORE, answer_after=SECOND // 2)
    changes = course(plan, 0)
    assert [change.kind for change in changes][:2] == [Wire.CALLER_ID_SENT, Wire.BURST_STARTED]
    assert changes[1].at - changes[0].at == FSK_PAUSE
    assert changes[-2].at == changes[1].at + SECOND // 2


def test_a_broken_message_and_a_withheld_number() -> None:
    broken = course(PlannedCall(CALLER, sent=Sent.BROKEN), 0)
    assert [change.damaged for change in broken if change.caller_id] == [True]
    withheld = course(PlannedCall(CallerId(absence=Absence.PRIVATE)), 0)
    assert [change.caller_id.absence for change in withheld if change.caller_id] == [Absence.PRIVATE]


def test_a_double_ring() -> None:
    cadence = tuple(map(seconds, (0.4, 0.2, 0.4, 4.0)))
    changes = course(PlannedCall(CALLER, bursts=1, cadence=cadence), 0)
    assert told(changes)[:4] == [
        (0.0, "burst_started"),
        (0.4, "burst_ended"),
        (0.6, "burst_started"),
        (1.0, "burst_ended"),
    ]
    assert changes[4].kind is Wire.CALLER_ID_SENT


def test_dialling_by_tones_and_by_pulses() -> None:
    tones = course(PlannedDialling("12#", talk=5 * SECOND), 0)
    assert told(tones) == [
        (0.0, "off_hook"),
        (1.0, "digit"),
        (1.2, "digit"),
        (1.4, "digit"),
        (6.6, "on_hook"),
    ]
    pulses = course(PlannedDialling("20*", talk=SECOND, pulses=True), 0)
    assert [(change.at / SECOND, change.digit, change.pulses) for change in pulses[1:4]] == [
        (1.0, "2", True),
        (1.95, "0", True),
        (3.7, "*", False),
    ]


def test_a_lifted_handset() -> None:
    assert told(course(PlannedLift(3 * SECOND), SECOND)) == [(1.0, "off_hook"), (4.0, "on_hook")]


NEAR = [
    0,
    1,
    MILLISECOND,
    500 * MILLISECOND,
    SECOND - 1,
    SECOND,
    SECOND + 1,
    4 * SECOND,
    5 * SECOND - 1,
    5 * SECOND,
]
DELAYS = st.builds(lambda cycles, near: cycles * 5 * SECOND + near, st.integers(0, 25), st.sampled_from(NEAR))
CALLS = st.builds(
    PlannedCall,
    caller_id=st.sampled_from(
        [CALLER, CallerId(), CallerId(absence=Absence.OUT_OF_AREA), CallerId("1" * 20, "王小燕")]
    ),
    bursts=st.sampled_from([0.001, 0.4, 0.999, 1.0, 1.001, 2.0, 3.7, 23.9, 24.0, 25.0]),
    answer_after=st.none() | DELAYS,
    talk=st.sampled_from([0, 1, 30 * SECOND]),
    sent=st.sampled_from(Sent),
    cadence=st.sampled_from(
        [
            CADENCE,
            *((SECOND, seconds(off)) for off in (1.0, 1.1, 1.2, 1.3, 1.4, 2.0)),
            tuple(map(seconds, (0.4, 0.2, 0.4, 4.0))),
        ]
    ),
)


@given(CALLS, st.sampled_from([0, 1, 10**15]))
def test_every_course_is_one_a_line_can_take(plan: PlannedCall, start: int) -> None:
    """In order; each burst ends before the next begins; it never rings, and nothing is sent, while somebody talks; then all is quiet."""
    ringing = off_hook = False
    changes = course(plan, start)
    assert all(first.at <= second.at for first, second in pairwise(changes))
    for change in changes:
        match change.kind:
            case Wire.BURST_STARTED:
                assert not ringing
                assert not off_hook
                ringing = True
            case Wire.BURST_ENDED:
                assert ringing
                ringing = False
            case Wire.OFF_HOOK:
                assert not ringing
                off_hook = True
            case Wire.ON_HOOK:
                off_hook = False
            case _:
                assert not ringing
                assert not off_hook
    assert not ringing
    assert not off_hook
    assert line_free_at(plan, changes) >= changes[-1].at


@given(CALLS)
def test_starts_keep_the_cadence_exactly(plan: PlannedCall) -> None:
    starts = [change.at for change in course(plan, 0) if change.kind is Wire.BURST_STARTED]
    cycle = sum(plan.cadence)
    first = starts[0] if starts else 0
    phases = {(at - first) % cycle for at in starts}
    assert phases <= {0, *((600 * MILLISECOND,) if len(plan.cadence) > 2 else ())}
    assert all(at - first < LONGEST_RINGING for at in starts)


@given(CALLS)
def test_a_message_between_bursts_leaves_room(plan: PlannedCall) -> None:
    changes = course(plan, 0)
    for first, second in pairwise(changes):
        if first.kind is Wire.CALLER_ID_SENT and second.kind is Wire.BURST_STARTED:
            assert second.at - first.at >= FSK_MARGIN
        if second.kind is Wire.CALLER_ID_SENT and first.kind is Wire.BURST_ENDED:
            assert second.at - first.at >= FSK_PAUSE
