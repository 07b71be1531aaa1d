"""What goes wrong on a line: interface or loop lost, handset left off the hook, a restart in the middle of a call."""

from __future__ import annotations

import pytest

from device.signals import LineSignal, Sensing, seconds
from firmware_app.calls.call import (
    Call,
    CallChanged,
    CallClosed,
    Direction,
    Disposition,
    Trouble,
    TroubleBegan,
    TroubleEnded,
)
from firmware_app.calls.known_line import LineState
from firmware_app.calls.line_machine import LineMachine
from tests.line_signals import (
    DIGITS,
    LINE,
    Driven,
    burst,
    caller_id,
    digit,
    ended,
    loop_lost,
    loop_restored,
    lost,
    off,
    on,
    restored,
    started,
    word,
)
from tests.support import at

MINUTE = 60


def troubles(driven: Driven) -> list[tuple[str, Trouble, float]]:
    """(began or ended, which, at what second) of all troubles told."""
    return [
        ("began" if isinstance(event, TroubleBegan) else "ended", event.trouble, event.at.mono / 1e9)
        for event in driven.events
        if isinstance(event, TroubleBegan | TroubleEnded)
    ]


# The interface is lost.


def test_a_call_that_rings_when_the_line_is_lost_is_unknown() -> None:
    driven = Driven()
    driven.play([*burst(10), lost(13), restored(14), on(14, found=True), *burst(15)], until=100)
    first, second = driven.closed
    assert (first.disposition, first.ended) == (Disposition.UNKNOWN, at(11))
    assert (second.started, second.ring_bursts) == (at(15), 1)


def test_the_nominal_end_of_a_burst_does_not_outlive_the_line() -> None:
    driven = Driven()
    driven.play([word(10), lost(10.4)])
    assert driven.closed[0].ended == at(10.4)


def test_an_answer_stays_an_answer_when_the_line_is_lost() -> None:
    driven = Driven()
    driven.play([*burst(10), off(12), lost(20), restored(25), off(25, found=True), on(40)])
    (call,) = driven.closed
    assert (call.disposition, call.ended, call.talk) == (Disposition.ANSWERED, at(20), None)
    assert driven.machine.state is LineState.IDLE


def test_line_lost_and_restored_are_told_once() -> None:
    driven = Driven()
    driven.play([lost(1), lost(2), restored(3), restored(4)])
    assert troubles(driven) == [("began", Trouble.LINE_LOST, 1), ("ended", Trouble.LINE_LOST, 3)]
    assert isinstance(driven.events[0], TroubleBegan)
    assert driven.events[0].detail == "unplugged"


def test_what_the_line_was_lost_with_is_not_known_any_more() -> None:
    driven = Driven(DIGITS)
    driven.play([off(10), loop_lost(60), lost(70)], until=10_000)
    ends = [each for each in troubles(driven) if each[0] == "ended"]
    assert ends == [("ended", Trouble.LEFT_OFF_HOOK, 62), ("ended", Trouble.NO_LOOP, 70)]
    assert driven.machine.troubles == ((Trouble.LINE_LOST, at(70)),)


def test_found_off_hook_while_ringing_is_unknown() -> None:
    driven = Driven()
    driven.play([*burst(10), off(13, found=True), digit(14), on(20)])
    (call,) = driven.closed
    assert (call.disposition, call.answered) == (Disposition.UNKNOWN, None)


def test_found_on_hook_in_a_call_leaves_the_talk_time_open() -> None:
    driven = Driven()
    driven.play([*burst(10), off(12), on(30, found=True)])
    assert (driven.closed[0].disposition, driven.closed[0].talk) == (Disposition.ANSWERED, None)


# The loop is lost.


@pytest.mark.parametrize(("away", "fault"), [(1.9, False), (2.0, False), (2.1, True)])
def test_a_loop_lost_for_two_seconds_is_a_fault(away: float, fault: bool) -> None:
    driven = Driven()
    driven.play([loop_lost(10), loop_lost(10.5), loop_restored(10 + away)], until=100)
    expected = [("began", Trouble.NO_LOOP, 12), ("ended", Trouble.NO_LOOP, 10 + away)]
    assert troubles(driven) == (expected if fault else [])


def test_a_call_that_rings_when_the_loop_goes_is_unknown() -> None:
    driven = Driven()
    driven.play([*burst(10), loop_lost(12)], until=100)
    assert (driven.closed[0].disposition, driven.closed[0].ended) == (Disposition.UNKNOWN, at(11))


def test_a_short_loss_in_a_ring_burst_means_nothing() -> None:
    driven = Driven()
    driven.play([*burst(10), loop_lost(12), started(12.5), ended(13.5)], until=100)
    assert driven.closed[0].disposition is Disposition.ABANDONED
    assert troubles(driven) == []


@pytest.mark.parametrize("inbound", [True, False])
def test_a_talk_ends_with_the_loop(inbound: bool) -> None:
    driven = Driven()
    before: list[LineSignal] = burst(10) if inbound else []
    driven.play([*before, off(12), loop_lost(20), loop_restored(30), on(40)])
    assert (driven.closed[0].talk, driven.closed[0].ended) == (seconds(8), at(20))
    assert driven.machine.state is LineState.IDLE


def test_lifting_proves_that_the_loop_is_there() -> None:
    driven = Driven()
    driven.play([loop_lost(10), off(15)])
    assert troubles(driven)[-1] == ("ended", Trouble.NO_LOOP, 15)


# Left off the hook.


def test_off_hook_without_a_digit_is_a_fault_after_thirty_seconds_where_digits_are_heard() -> None:
    driven = Driven(DIGITS)
    driven.play([off(10), on(100)])
    expected = [("began", Trouble.LEFT_OFF_HOOK, 40), ("ended", Trouble.LEFT_OFF_HOOK, 100)]
    assert troubles(driven) == expected
    assert driven.closed[0].talk is None  # nobody talked for 90 s


@pytest.mark.parametrize("found", [True, False])
def test_a_late_digit_ends_the_fault(found: bool) -> None:
    driven = Driven(DIGITS)
    driven.play([off(10, found=found), digit(50), digit(51), on(100)])
    expected = [("began", Trouble.LEFT_OFF_HOOK, 40), ("ended", Trouble.LEFT_OFF_HOOK, 50)]
    assert troubles(driven) == expected


def test_a_dialled_or_answered_call_is_asked_about_and_then_a_fault() -> None:
    cases: list[tuple[Sensing, list[LineSignal]]] = [
        (restored(0).sensing, [off(0)]),
        (DIGITS, [off(0), digit(5)]),
        (DIGITS, [started(-2), off(0)]),
        (restored(0).sensing, [off(0, found=True)]),
    ]
    for sensing, signals in cases:
        driven = Driven(sensing)
        driven.play(signals, until=7200)
        assert troubles(driven) == [
            ("began", Trouble.STILL_TALKING, 20 * MINUTE),
            ("ended", Trouble.STILL_TALKING, 60 * MINUTE),
            ("began", Trouble.LEFT_OFF_HOOK, 60 * MINUTE),
        ]


def test_a_long_outbound_call_that_ends_in_time_is_only_asked_about() -> None:
    driven = Driven()
    driven.play([off(0), on(59 * MINUTE)])
    assert {trouble for _, trouble, _ in troubles(driven)} == {Trouble.STILL_TALKING}
    assert driven.closed[0].talk == seconds(59 * MINUTE)


def test_a_person_who_says_yes_starts_the_clocks_again() -> None:
    driven = Driven()
    driven.play([off(0)], until=25 * MINUTE)
    driven.events += driven.machine.still_talking(at(25 * MINUTE))
    driven.play([], until=44 * MINUTE)
    assert troubles(driven)[-1] == ("ended", Trouble.STILL_TALKING, 25 * MINUTE)
    driven.play([], until=46 * MINUTE)
    assert troubles(driven)[-1] == ("began", Trouble.STILL_TALKING, 45 * MINUTE)


def test_a_yes_for_a_line_that_is_on_hook_changes_nothing() -> None:
    assert Driven().machine.still_talking(at(5)) == []


def test_a_handset_still_off_when_the_loop_returns_is_told() -> None:
    driven = Driven(DIGITS)
    driven.play([off(10), loop_lost(20), loop_restored(50)], until=100)
    assert troubles(driven)[-1] == ("began", Trouble.LEFT_OFF_HOOK, 80)


# After a restart.


def opened(*signals: LineSignal) -> Call:
    """The call that is open after `signals`."""
    driven = Driven()
    driven.play(signals)
    assert driven.machine.call is not None
    return driven.machine.call


def resumed(call: Call, moment: float, boot: str = "boot") -> Driven:
    driven = Driven(None)
    driven.machine = LineMachine(LINE, boot)
    driven.events += driven.machine.resume(call, at(moment))
    return driven


def test_within_the_gap_the_call_goes_on() -> None:
    driven = resumed(opened(*burst(10)), 17.0)
    assert [type(event) for event in driven.events] == [CallChanged]
    driven.play([restored(17), on(17, found=True), *burst(17)], until=100)
    (call,) = driven.closed
    assert (call.started, call.ring_bursts, call.disposition) == (at(10), 2, Disposition.NO_ANSWER)


@pytest.mark.parametrize("moment", [17.001, 9.0])
def test_else_it_is_closed_as_unknown(moment: float) -> None:
    driven = resumed(opened(*burst(10)), moment)
    (event,) = driven.events
    assert isinstance(event, CallClosed)
    assert (event.call.disposition, event.call.ended, event.at) == (Disposition.UNKNOWN, at(11), at(moment))


def test_a_call_of_another_boot_is_closed_at_its_last_edge() -> None:
    driven = resumed(opened(*burst(10)), 12.0, boot="another")
    assert (driven.closed[0].disposition, driven.closed[0].ended) == (Disposition.UNKNOWN, at(11))
    driven.play([restored(1), *burst(5)], until=100)
    assert driven.closed[1].disposition is Disposition.ABANDONED


def test_an_answer_stays_an_answer_after_a_restart() -> None:
    call = opened(*burst(10), off(12))
    for driven in (resumed(call, 30), resumed(call, 3, boot="another")):
        (closed,) = driven.closed
        # when they hung up was not seen: the last moment known of it, never the restart's
        assert (closed.disposition, closed.talk, closed.ended) == (Disposition.ANSWERED, None, at(12))


def test_an_outbound_call_ends_at_the_last_moment_known_of_it() -> None:
    (closed,) = resumed(opened(off(10)), 30).closed
    assert (closed.direction, closed.disposition, closed.talk) == (Direction.OUTBOUND, None, None)
    assert closed.ended == at(10)


def test_a_call_opened_by_caller_id_waits_on_for_its_ring() -> None:
    driven = resumed(opened(caller_id(10)), 15)
    driven.play([restored(15), *burst(16)], until=100)
    assert (driven.closed[0].started, driven.closed[0].ring_bursts) == (at(16), 1)


def test_only_an_open_call_is_resumed_and_only_one() -> None:
    driven = Driven()
    driven.play(burst(10), until=50)
    assert resumed(driven.closed[0], 12).events == []
    driven.play(burst(60))
    assert driven.machine.resume(opened(*burst(10)), at(12)) == []


def test_lost_while_dialling_keeps_the_digits() -> None:
    driven = Driven()
    driven.play([off(10), digit(11), lost(12)])
    assert (driven.closed[0].digits, driven.closed[0].talk, driven.closed[0].ended) == ("5", None, at(12))
