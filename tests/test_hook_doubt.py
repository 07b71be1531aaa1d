"""It rings while the handset is believed off: the exchange is believed, the sensor is not, and no call is lost."""

from __future__ import annotations

import pytest

from device.signals import LineSignal, OnHook, seconds
from firmware_app.calls.call import Anomaly, Call, Direction, Disposition, Trouble, TroubleBegan, TroubleEnded
from firmware_app.calls.known_line import LAG, LineState
from tests.line_signals import (
    LINE,
    Driven,
    burst,
    bursts,
    caller_id,
    digit,
    lost,
    off,
    on,
    restored,
    started,
    word,
    words,
)
from tests.support import at


def anomalies(driven: Driven) -> list[str]:
    return [event.kind for event in driven.events if isinstance(event, Anomaly)]


def faults(driven: Driven) -> list[tuple[str, float]]:
    """When the fault of the hook sensor began and ended (s)."""
    return [
        ("began" if isinstance(event, TroubleBegan) else "ended", event.at.mono / 1e9)
        for event in driven.events
        if isinstance(event, TroubleBegan | TroubleEnded) and event.trouble is Trouble.HOOK_SENSOR
    ]


def closed(signals: list[LineSignal]) -> tuple[Driven, list[Call]]:
    driven = Driven()
    driven.play(signals, until=200)
    return driven, driven.closed


def test_a_call_that_rings_on_a_stuck_hook_sensor_is_recorded_and_not_guessed() -> None:
    driven, (call,) = closed([off(1, found=True), *bursts(10, 15, 20, 25, 30)])
    assert (call.ring_bursts, call.disposition) == (5, Disposition.UNKNOWN)
    assert (call.started, call.ended) == (at(10), at(31))
    assert (faults(driven), anomalies(driven)) == ([("began", 15.0)], [])
    assert driven.machine.state is LineState.IDLE


def test_the_next_call_of_a_doubted_sensor_is_unknown_too_and_the_fault_is_told_once() -> None:
    driven, calls = closed([off(1, found=True), *bursts(10), caller_id(40), *bursts(41), *bursts(80)])
    assert [call.disposition for call in calls] == [Disposition.UNKNOWN] * 3
    assert len(faults(driven)) == 1


def test_a_sensor_that_sticks_while_nobody_calls_invents_no_long_call() -> None:
    _, (invented, call) = closed([off(5), *bursts(30, 35)])
    assert (invented.direction, invented.ended, invented.talk) == (Direction.OUTBOUND, at(5), None)
    assert (call.ring_bursts, call.disposition) == (2, Disposition.UNKNOWN)


def test_an_answered_call_whose_on_hook_was_lost_ends_unseen_when_the_next_rings() -> None:
    driven, (first, second) = closed([*burst(10), off(12), *bursts(60, 65)])
    assert (first.disposition, first.ended, first.talk) == (Disposition.ANSWERED, at(12), None)
    assert (second.started, second.disposition) == (at(60), Disposition.UNKNOWN)
    assert not any(trouble for trouble, _ in driven.machine.troubles if trouble is not Trouble.HOOK_SENSOR)


def test_a_call_that_rings_on_in_its_cadence_was_not_answered() -> None:
    _, (call,) = closed([*burst(10), off(12, error=0.2), *bursts(15, 20)])
    assert (call.ring_bursts, call.answered, call.disposition) == (3, None, Disposition.UNKNOWN)
    assert (call.ended, call.uncertainty) == (at(21), 0)


@pytest.mark.parametrize(("ring", "proves"), [(14.2, False), (14.3, True)])
def test_a_word_within_the_errors_and_the_ring_trip_is_of_the_answer(ring: float, proves: bool) -> None:
    driven = Driven()
    driven.play([off(12, error=0.25, found=True), word(ring, error=1.0)], until=20)
    assert (driven.machine.call is not None) == proves
    assert anomalies(driven) == ([] if proves else ["ring_off_hook"])


def test_on_hook_then_off_hook_is_an_answer_again() -> None:
    driven, (call,) = closed([off(1, found=True), *bursts(10, 15), on(17), off(18), on(50)])
    assert (call.disposition, call.answer_delay, call.talk) == (
        Disposition.ANSWERED,
        seconds(8),
        seconds(32),
    )
    assert faults(driven) == [("began", 15.0), ("ended", 17.0)]


@pytest.mark.parametrize("found", [True, False])
def test_a_sensor_that_says_off_hook_again_while_it_rings_is_not_believed(found: bool) -> None:
    driven, (call,) = closed([off(1, found=True), *bursts(10), off(12, found=found), *bursts(15)])
    assert (call.ring_bursts, call.disposition) == (2, Disposition.UNKNOWN)
    assert anomalies(driven) == ["off_hook_repeated"]


def test_who_hangs_up_and_is_rung_at_once_is_told_on_hook_after_the_ring() -> None:
    driven = Driven()
    driven.play([*burst(10), off(12), started(40.1), on(40), *burst(45)], until=100)
    first, second = driven.closed
    assert (first.ended, first.talk) == (at(40), seconds(28))
    assert (second.started, second.ring_bursts, second.disposition) == (at(40.1), 2, Disposition.NO_ANSWER)
    assert (faults(driven), anomalies(driven)) == ([], ["ring_end_missed"])


def test_a_click_of_hanging_up_is_no_call() -> None:
    driven, (call,) = closed([*burst(10), off(12), word(40.1, error=1.0), on(40)])
    assert call.talk == seconds(28)
    assert anomalies(driven) == ["ring_off_hook"]


def test_an_on_hook_that_a_modem_tells_late_takes_the_doubt_from_the_call() -> None:
    driven = Driven()
    driven.play([off(1, found=True), word(10, error=1.0)], until=12)
    driven.play([OnHook(LINE, at(11.2), seconds(1.5)), *words(15, 20)], until=100)
    (call,) = driven.closed
    assert (call.ring_bursts, call.disposition) == (3, Disposition.NO_ANSWER)
    assert faults(driven) == []


def test_an_on_hook_while_it_rings_or_after_it_ends_the_fault() -> None:
    for put_down in (17.0, 60.0):
        driven, calls = closed([off(1, found=True), *bursts(10, 15), on(put_down), *bursts(100, 105)])
        assert [call.disposition for call in calls] == [Disposition.UNKNOWN, Disposition.NO_ANSWER]
        assert faults(driven) == [("began", 15.0), ("ended", put_down)]
        assert anomalies(driven) == []


def test_what_the_line_was_lost_with_is_not_in_doubt_any_more() -> None:
    driven = Driven()
    driven.play([off(1, found=True), *bursts(10), lost(20), restored(21), *bursts(30, 35)], until=100)
    assert [call.disposition for call in driven.closed] == [Disposition.UNKNOWN, Disposition.NO_ANSWER]
    assert faults(driven) == [("began", 15.0), ("ended", 20.0)]
    held = Driven()
    held.play([off(1, found=True), started(10), lost(10)], until=100)
    assert (held.closed, held.machine.state) == ([], LineState.LOST)


def test_rings_at_one_moment_are_one() -> None:
    driven = Driven()
    driven.play([off(1, found=True), started(10), word(10)], until=100)
    assert [call.ring_bursts for call in driven.closed] == [1]


def test_nothing_is_concluded_before_the_slowest_ear_has_had_its_time() -> None:
    driven = Driven()
    driven.play([off(1), digit(2), started(10)])
    assert (driven.machine.next_deadline(), driven.machine.state) == (seconds(10) + LAG, LineState.OUTBOUND)


def test_a_ring_said_after_a_short_talk_that_may_be_the_burst_it_began_in_is_no_call() -> None:
    """A modem says RING when the burst is over; lifted in it, put down 1 s later: an error of 1 s reaches back to the burst."""
    driven = Driven()
    driven.play([word(10, error=1), off(10.2, error=0.5), on(11.1), word(11.2, error=1)], until=60)
    assert [call.disposition for call in driven.closed] == [Disposition.ANSWERED]
    assert anomalies(driven) == ["ring_out_of_order"]
    driven = Driven()
    driven.play([word(10, error=1), off(10.2, error=0.5), on(11.1), word(11.8, error=1)], until=60)
    assert [call.started for call in driven.closed] == [at(10), at(11.8)]
    driven = Driven()
    driven.play([word(10, error=1), off(10.2, error=0.5), on(11.1), *bursts(11.2)], until=60)
    assert [call.started for call in driven.closed] == [at(10), at(11.2)]
