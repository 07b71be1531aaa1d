"""The line machine by example: what a line says, and the calls that come of it."""

from __future__ import annotations

from typing import get_args

import pytest

from device.signals import Damaged, Flash, Instant, LineSignal, Sensing, Unrecognised, seconds
from firmware_app.calls.call import Anomaly, Call, CallChanged, CallClosed, CallOpened, Direction, Disposition
from firmware_app.calls.known_line import LAG, LineState
from firmware_app.calls.line_machine import TABLE, LineMachine
from tests.line_signals import (
    LINE,
    MODEM,
    NUMBER,
    Driven,
    burst,
    bursts,
    caller_id,
    digit,
    ended,
    lost,
    off,
    on,
    restored,
    started,
    word,
    words,
)
from tests.support import at


def one_closed(signals: list[LineSignal], until: float = 100, sensing: Sensing | None = None) -> Call:
    driven = Driven(sensing or restored(0).sensing)
    driven.play(signals, until)
    (call,) = driven.closed
    return call


def anomalies(driven: Driven) -> list[str]:
    return [event.kind for event in driven.events if isinstance(event, Anomaly)]


def test_every_signal_has_a_move_in_every_state() -> None:
    assert set(TABLE) == set(LineState)
    assert all(set(row) == set(get_args(LineSignal)) for row in TABLE.values())


# Ringing that nobody answers.


def test_three_bursts_unanswered_end_at_the_last_edge() -> None:
    call = one_closed(bursts(10, 15, 20))
    assert call.disposition is Disposition.NO_ANSWER
    assert (call.started, call.ended, call.last_edge) == (at(10), at(21), at(21))
    assert (call.ring_bursts, call.ringing, call.talk, call.answered) == (3, seconds(11), None, None)


@pytest.mark.parametrize(
    ("length", "disposition"),
    [(4.999, Disposition.ABANDONED), (5.0, Disposition.NO_ANSWER), (5.001, Disposition.NO_ANSWER)],
)
def test_less_than_five_seconds_of_ringing_is_abandoned(length: float, disposition: Disposition) -> None:
    call = one_closed([*burst(10, 1), *burst(14, length - 4)])
    assert call.disposition is disposition


def test_a_modem_line_that_cannot_sense_the_hook_does_not_guess() -> None:
    call = one_closed(words(10, 15), sensing=MODEM)
    assert call.disposition is Disposition.UNKNOWN
    assert (call.ended, call.ringing) == (at(16), seconds(6))  # the nominal burst stands for the end


@pytest.mark.parametrize(("gap", "calls"), [(5.9, 1), (6.0, 1), (6.001, 2), (7.5, 2)])
def test_six_seconds_of_silence_end_the_ringing(gap: float, calls: int) -> None:
    driven = Driven()
    driven.play([*burst(10), *burst(11 + gap)], until=100)
    assert len(driven.closed) == calls


def test_a_slow_cadence_is_learned_from_two_silences() -> None:
    driven = Driven()
    driven.play([*burst(10), *burst(17), *burst(24), *burst(32.9)], until=100)  # 6, 6, then 7.9 s <= 6 + 2
    (call,) = driven.closed
    assert call.ring_bursts == 4


def test_a_double_ring_teaches_nothing_about_its_cycle() -> None:
    driven = Driven()
    pairs = [signal for start in (10, 14, 18) for signal in (*burst(start, 0.4), *burst(start + 0.6, 0.4))]
    driven.play(pairs)
    assert driven.machine.call is not None
    assert driven.machine.next_deadline() == seconds(19.0 + 5.0) + LAG  # silences of 3.0 s, and 2.0 s more


def test_closing_waits_for_the_slowest_ear_but_is_stamped_with_its_moment() -> None:
    driven = Driven()
    driven.play(burst(10))
    assert driven.machine.next_deadline() == seconds(17) + LAG
    assert driven.machine.expire(at(18.249)) == []
    (event,) = driven.machine.expire(at(18.25))
    assert isinstance(event, CallClosed)
    assert event.at == at(17)


def test_each_new_fact_is_told() -> None:
    driven = Driven()
    kinds = [type(event) for event in driven.play([*burst(10), caller_id(12), *burst(15)], until=30)]
    assert kinds == [CallOpened, CallChanged, CallChanged, CallChanged, CallChanged, CallClosed]


def test_a_burst_whose_end_was_lost_takes_the_nominal_one() -> None:
    driven = Driven()
    driven.play([started(10), *burst(15)], until=100)
    (call,) = driven.closed
    assert (call.ring_bursts, call.ended) == (2, at(16))
    assert anomalies(driven) == ["ring_end_missed"]


def test_a_burst_that_never_ends_does_not_hang_for_ever() -> None:
    driven = Driven()
    driven.play([started(10)], until=100)
    (call,) = driven.closed
    assert (call.ring_bursts, call.ended, call.disposition) == (1, at(11), Disposition.ABANDONED)
    assert anomalies(driven) == ["ring_end_missed"]


def test_a_burst_long_after_a_lost_end_is_another_call() -> None:
    driven = Driven()
    driven.play([started(10), started(17.5), ended(18.5)], until=100)
    assert [call.ring_bursts for call in driven.closed] == [1, 1]


def test_edges_told_twice_are_one_burst() -> None:
    driven = Driven()
    driven.play([started(10), started(10.3), ended(11), ended(11), word(11.2)], until=100)
    assert driven.closed[0].ring_bursts == 1  # the modem on the same line says RING at the falling edge
    assert anomalies(driven) == ["ring_repeated", "ring_end_alone"]


def test_edges_refine_the_burst_a_modem_told_first() -> None:
    driven = Driven()
    driven.play([word(10), started(10.2), ended(11.4)], until=100)
    assert (driven.closed[0].ring_bursts, driven.closed[0].ended) == (1, at(11.4))


# Answered.


def test_the_answer_delay_is_exact_to_the_nanosecond() -> None:
    call = one_closed([started(10, error=0.01), ended(11), off(15.000_000_001, error=0.2), on(45)])
    assert call.answer_delay == call.ringing == seconds(5) + 1
    assert (call.disposition, call.talk) == (Disposition.ANSWERED, seconds(30) - 1)
    assert call.uncertainty == seconds(0.21)


def test_lifting_in_a_burst_cuts_it() -> None:
    driven = Driven()
    driven.play([*burst(10), started(15), off(15.4), ended(15.45), on(60)])
    (call,) = driven.closed
    assert (call.ring_bursts, call.last_edge, call.ended) == (2, at(15.4), at(60))
    assert anomalies(driven) == []


@pytest.mark.parametrize(("moment", "answered"), [(17.0, True), (17.001, False)])
def test_lifting_within_the_gap_is_an_answer(moment: float, answered: bool) -> None:
    driven = Driven()
    driven.play([*burst(10), off(moment), on(60)])
    assert (driven.closed[0].answered is not None) == answered
    assert len(driven.closed) == (1 if answered else 2)


def test_a_burst_told_after_the_answer_that_cut_it_counts() -> None:
    driven = Driven()
    driven.play([*words(5), off(10.1, error=0.15), word(10.0), on(60)])
    assert (driven.closed[0].ring_bursts, anomalies(driven)) == (2, [])


def test_a_burst_told_again_after_the_answer_that_cut_it_is_the_same() -> None:
    driven = Driven()
    driven.play([*burst(10), started(15), off(15.4, error=0.2), word(15.5, error=0.1), on(60)])
    assert (driven.closed[0].ring_bursts, anomalies(driven)) == (2, [])


def test_off_hook_stamped_before_a_word_already_handled_answers_it() -> None:
    call = one_closed([*words(2, 7.3), off(7.1, error=0.15), on(60)])
    assert (call.answered, call.last_edge) == (at(7.1), at(7.1))


def test_off_hook_stamped_a_little_before_the_first_burst_is_an_answer_at_once() -> None:
    call = one_closed([word(10), off(9.9, error=0.2), on(60)])
    assert call.answer_delay == 0


def test_off_hook_stamped_long_before_the_burst_is_an_anomaly_too() -> None:
    driven = Driven()
    driven.play([word(10), off(8.7), on(60)])
    assert driven.closed[0].answer_delay == 0
    assert anomalies(driven) == ["off_hook_out_of_order"]


def test_the_first_burst_told_after_the_answer_turns_an_outbound_call_round() -> None:
    driven = Driven()
    events = driven.play([off(10.1, error=0.15), word(10.0, error=0.05)])
    assert isinstance(events[0], CallOpened)
    driven.play([on(60)])
    (call,) = driven.closed
    assert (call.key, call.direction, call.disposition) == (
        events[0].call.key,
        Direction.INBOUND,
        Disposition.ANSWERED,
    )
    assert (call.answer_delay, call.ring_bursts, call.uncertainty) == (seconds(0.1), 1, seconds(0.2))


def test_a_ring_told_with_the_answer_is_no_new_call() -> None:
    driven = Driven()
    driven.play([*burst(10), off(13), *burst(14, 0.2), off(22), on(30)])
    assert [call.ring_bursts for call in driven.closed] == [1]
    assert anomalies(driven) == ["ring_off_hook", "ring_end_alone", "off_hook_repeated"]


# Outbound.


def test_an_outbound_call_with_its_digits() -> None:
    call = one_closed([off(10, error=0.1), digit(11, "1"), digit(12, "#"), digit(12.2, "x"), on(40)])
    assert (call.direction, call.digits, call.talk) == (Direction.OUTBOUND, "1#", seconds(30))
    assert (call.disposition, call.ringing, call.answered) == (None, None, None)


def test_digits_have_an_end() -> None:
    call = one_closed([off(10), *[digit(11 + i / 10) for i in range(60)], on(40)])
    assert len(call.digits) == 40


@pytest.mark.parametrize(("after", "redecided"), [(0.5, True), (8.0, True), (8.001, False)])
def test_digits_soon_after_lifting_in_a_silence_mean_somebody_dialled(after: float, redecided: bool) -> None:
    driven = Driven()
    driven.play([started(10, 0.01), ended(11), *burst(15), off(17, 0.2), digit(17 + after), on(60)])
    calls = driven.closed
    if not redecided:
        assert [call.disposition for call in calls] == [Disposition.ANSWERED]
        return
    assert [call.disposition for call in calls] == [Disposition.NO_ANSWER, None]
    assert (calls[0].answered, calls[0].ended, calls[0].uncertainty) == (None, at(16), seconds(0.01))
    assert (calls[1].started, calls[1].digits, calls[1].uncertainty) == (at(17), "5", seconds(0.2))


def test_digits_after_an_answer_in_a_burst_are_part_of_the_talk() -> None:
    driven = Driven()
    driven.play([*burst(10), started(15), off(15.5), digit(17), on(60)])
    assert [call.disposition for call in driven.closed] == [Disposition.ANSWERED]


def test_a_ring_told_with_the_lifting_is_an_anomaly() -> None:
    driven = Driven()
    driven.play([off(10), digit(10.5), *burst(10.9), on(30), on(31)])
    assert driven.closed[0].direction is Direction.OUTBOUND
    assert anomalies(driven) == ["ring_off_hook", "ring_end_alone", "on_hook_repeated"]


# Caller ID.


def test_caller_id_in_parts_is_merged() -> None:
    call = one_closed([*burst(10), caller_id(12), caller_id(12.1, None, "张"), caller_id(12.2), *burst(15)])
    assert call.caller_id is not None
    assert (call.caller_id.number, call.caller_id.name, call.caller_id_at) == (NUMBER, "张", at(12))


def test_another_number_in_the_same_call_is_an_anomaly_that_does_not_tell_it() -> None:
    driven = Driven()
    driven.play([*burst(10), caller_id(12), caller_id(13, "15400009999")], until=100)
    assert driven.closed[0].caller_id is not None
    assert driven.closed[0].caller_id.number == NUMBER
    assert anomalies(driven) == ["caller_id_differs"]
    assert not any("9999" in repr(event) for event in driven.events)


def test_the_first_ring_joins_the_caller_id_before_it() -> None:
    driven = Driven()
    driven.play([caller_id(9), *burst(10), *burst(15)], until=100)
    (call,) = driven.closed
    assert (call.started, call.ring_bursts, call.caller_id_at) == (at(10), 2, at(9))
    assert call.disposition is Disposition.NO_ANSWER


@pytest.mark.parametrize(("ring", "calls"), [(19.0, 1), (19.001, 2)])
def test_a_ring_long_after_caller_id_is_another_call(ring: float, calls: int) -> None:
    driven = Driven()
    driven.play([caller_id(9), *burst(ring)], until=100)
    assert len(driven.closed) == calls


@pytest.mark.parametrize(
    ("sensing", "disposition"), [(None, Disposition.ABANDONED), (MODEM, Disposition.UNKNOWN)]
)
def test_caller_id_without_any_ring(sensing: Sensing | None, disposition: Disposition) -> None:
    call = one_closed([caller_id(9)], sensing=sensing)
    assert (call.disposition, call.ring_bursts, call.ended, call.ringing) == (disposition, 0, at(9), None)


def test_lifting_after_caller_id_before_any_ring_is_an_answer() -> None:
    call = one_closed([caller_id(9), off(10), on(20)])
    assert (call.disposition, call.answer_delay, call.last_edge) == (Disposition.ANSWERED, seconds(1), None)


def test_caller_id_in_an_outbound_call_is_an_anomaly() -> None:
    driven = Driven()
    driven.play([off(10), caller_id(11), on(20)])
    assert driven.closed[0].caller_id is None
    assert anomalies(driven) == ["caller_id_off_hook"]


# Stamps of a call that is over.


def test_what_belongs_to_a_closed_call_opens_no_other() -> None:
    driven = Driven()
    driven.play([*burst(10), off(12), on(30), started(29), caller_id(29), off(29), on(40)])
    assert [call.started for call in driven.closed] == [at(10), at(30)]
    assert anomalies(driven) == ["ring_out_of_order", "caller_id_out_of_order", "off_hook_out_of_order"]


def test_a_ring_stamped_in_the_call_before_turns_no_outbound_call_round() -> None:
    driven = Driven()
    driven.play([*burst(10), off(12), on(30), off(30.1, error=0.5), word(29.9, error=0.5)])
    assert driven.machine.state is LineState.OUTBOUND


def test_keys_differ_even_for_calls_of_one_stamp() -> None:
    driven = Driven()
    driven.play([caller_id(10), lost(10), restored(10), caller_id(10)], until=100)
    assert len({call.key for call in driven.closed}) == 2


# What no rule understands.


def test_odd_signals_are_anomalies_without_people_s_data() -> None:
    driven = Driven()
    odd: list[LineSignal] = [
        Unrecognised(LINE, at(1), b"NMBR? 15400001234"),
        Damaged(LINE, at(2), "checksum", b"\x8015400001234"),
        Flash(LINE, at(3)),
        digit(4),
        ended(5),
        on(6),
        on(6.5, found=True),
    ]
    driven.play([*odd, off(10), Flash(LINE, at(11)), on(20)])
    kinds = [
        "unrecognised",
        "caller_id_damaged",
        "flash_on_hook",
        "digit_on_hook",
        "ring_end_alone",
        "on_hook_repeated",
    ]
    assert anomalies(driven) == kinds
    assert not any("1540000" in repr(event) for event in driven.events)


def test_state_and_since() -> None:
    machine = LineMachine(LINE, "boot")
    assert (machine.line, machine.state, machine.since, machine.next_deadline()) == (
        LINE,
        LineState.STARTING,
        None,
        None,
    )
    steps: list[tuple[LineSignal, LineState]] = [
        (restored(1), LineState.IDLE),
        (started(2), LineState.RINGING),
        (off(3), LineState.TALKING),
        (on(4), LineState.IDLE),
        (off(5), LineState.OUTBOUND),
        (lost(6), LineState.LOST),
        (off(7, found=True), LineState.OFF_HOOK),
    ]
    for signal, state in steps:
        machine.handle(signal)
        assert (machine.state, machine.since) == (state, signal.at)


def test_wall_time_follows_the_stamp() -> None:
    call = one_closed(burst(10))
    assert call.ended is not None
    assert call.ended.wall == at(11).wall
    assert isinstance(call.ended, Instant)
