"""A line that hears digits or sounds but no hook: what it takes for calls, when they end, and what it does not claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from device.signals import LineSignal, Means, OffHook, OnHook, Sensing, Sound, seconds
from firmware_app.calls.call import (
    Anomaly,
    Call,
    Direction,
    Disposition,
    Doubt,
    FarEnd,
    Trouble,
    TroubleBegan,
    TroubleEnded,
)
from tests.line_signals import (
    ALL,
    CHIP,
    LINE,
    TAP,
    Driven,
    bursts,
    caller_id,
    digit,
    flash,
    loop_lost,
    off,
    on,
    reversal,
    sound,
    started,
    word,
    words,
)
from tests.support import at


def played(signals: Sequence[LineSignal], what: Sensing = TAP, until: float = 10_000) -> Driven:
    driven = Driven(what)
    driven.play(signals, until)
    return driven


def anomalies(driven: Driven) -> list[str]:
    return [event.kind for event in driven.events if isinstance(event, Anomaly)]


def troubles(driven: Driven) -> list[tuple[str, Trouble, float]]:
    return [
        ("began" if isinstance(event, TroubleBegan) else "ended", event.trouble, event.at.mono / 1e9)
        for event in driven.events
        if isinstance(event, TroubleBegan | TroubleEnded)
    ]


def one(driven: Driven) -> Call:
    (call,) = driven.closed
    return call


def test_dial_tone_and_digits_begin_an_outbound_call_and_a_long_silence_ends_it() -> None:
    heard: list[LineSignal] = [
        sound(10, Sound.DIAL_TONE, 0.3),
        digit(12, "1"),
        digit(12.2, "2"),
        sound(15, Sound.RINGBACK),
    ]
    driven = played([*heard, sound(20, Sound.VOICE, 0.5), sound(80, Sound.SILENCE)], TAP)
    call = one(driven)
    assert (call.direction, call.started, call.digits, call.uncertainty) == (
        Direction.OUTBOUND,
        at(10),
        "12",
        seconds(0.3),
    )
    assert (call.far_end, call.far_answered, call.far_answer_error) == (FarEnd.ANSWERED, at(20), seconds(0.5))
    assert (call.ended, call.talk, call.started_by) == (at(80), None, Means.SOUND)
    assert (anomalies(driven), troubles(driven)) == ([], [])


def test_the_busy_tone_after_an_answer_is_the_end_of_the_talk() -> None:
    heard: list[LineSignal] = [
        digit(12),
        sound(15, Sound.RINGBACK),
        sound(20, Sound.VOICE),
        sound(50, Sound.BUSY),
    ]
    call = one(played(heard, TAP))
    assert (call.ended, call.ended_by, call.talk) == (at(50), Means.SOUND, seconds(38))


def test_busy_before_any_answer_is_not_the_end() -> None:
    driven = played(
        [digit(12), sound(15, Sound.BUSY), sound(16, Sound.CONGESTION), sound(30, Sound.SILENCE)], TAP
    )
    assert (one(driven).far_end, one(driven).ended, one(driven).talk) == (FarEnd.BUSY, at(30), None)


def test_on_hook_that_an_ear_infers_ends_it_and_twice_is_no_anomaly() -> None:
    inferred = OnHook(LINE, at(60), seconds(1), means=Means.SOUND)
    driven = played([sound(10, Sound.DIAL_TONE), off(10.5), digit(12), inferred, on(61), flash(62)], TAP)
    assert (one(driven).ended, one(driven).ended_by, one(driven).talk) == (at(60), Means.SOUND, seconds(50))
    assert anomalies(driven) == []


def test_digits_alone_are_a_call_that_ends_unseen() -> None:
    driven = played([digit(10, "1"), digit(19.9, "2"), digit(40, "3")], CHIP)
    assert [(call.digits, call.ended, call.talk) for call in driven.closed] == [
        ("12", at(19.9), None),
        ("3", at(40), None),
    ]
    assert anomalies(driven) == []


def test_digits_in_a_conversation_whose_beginning_was_not_heard_are_no_call() -> None:
    driven = played([sound(10, Sound.VOICE), digit(12)], TAP)
    assert (driven.closed, anomalies(driven)) == ([], [])


def test_digits_of_a_call_that_is_over_begin_no_other() -> None:
    driven = played(
        [digit(12), sound(15, Sound.RINGBACK), sound(16, Sound.VOICE), sound(20, Sound.BUSY), digit(19)], TAP
    )
    assert len(driven.closed) == 1
    assert anomalies(driven) == ["digit_on_hook"]


def test_the_next_dial_tone_is_the_next_call() -> None:
    again: list[LineSignal] = [
        sound(10, Sound.DIAL_TONE),
        sound(11, Sound.DIAL_TONE),
        digit(12),
        sound(30, Sound.DIAL_TONE),
        digit(32),
    ]
    driven = played(again, TAP)
    assert [(call.started, call.ended) for call in driven.closed] == [(at(10), at(30)), (at(30), at(32))]


@pytest.mark.parametrize(("what", "ended"), [(TAP, 10 + 3600), (replace(TAP, digits=False), 10 + 3600)])
def test_nothing_known_by_ear_lasts_for_ever(what: Sensing, ended: float) -> None:
    driven = Driven(what)
    driven.play([sound(10, Sound.DIAL_TONE)], ended + 1.2)
    assert driven.closed == []
    driven.play([], ended + 2)
    assert (one(driven).ended, troubles(driven)) == (at(10), [])


def test_off_hook_where_nothing_else_is_sensed_does_not_last_for_ever_either() -> None:
    assert one(played([off(10)], Sensing())).talk is None


def test_a_voice_that_lasts_when_the_ringing_is_over_has_answered() -> None:
    driven = played([*words(10, 15), sound(18, Sound.VOICE, 0.5), sound(60, Sound.SILENCE)], TAP)
    call = one(driven)
    assert (call.disposition, call.answered, call.answered_by) == (Disposition.ANSWERED, at(18), Means.SOUND)
    assert (call.answer_error, call.answer_delay) == (
        seconds(2.5),
        seconds(8),
    )  # lifted between 16 s and the voice
    assert (call.ended, call.talk) == (at(60), None)


@pytest.mark.parametrize(
    "heard", [[], [sound(9, Sound.VOICE)], [sound(17, Sound.VOICE), sound(20, Sound.SILENCE)]]
)
def test_without_such_a_voice_nobody_knows(heard: list[LineSignal]) -> None:
    signals = sorted([*words(10, 15), *heard], key=lambda signal: signal.at)
    call = one(played(signals, TAP, until=100))
    assert (call.disposition, call.doubt) == (Disposition.UNKNOWN, Doubt.NO_HOOK)


def test_a_voice_before_any_ring_answers_nothing() -> None:
    call = one(played([caller_id(10), sound(12, Sound.VOICE)], TAP, until=100))
    assert call.doubt is Doubt.NO_HOOK


def test_a_fax_answers_by_its_tone() -> None:
    driven = played([*words(10), sound(12, Sound.ANSWER_TONE), sound(40, Sound.BUSY)], TAP)
    assert (one(driven).disposition, one(driven).talk) == (Disposition.NON_VOICE, seconds(28))


def test_a_ring_after_a_voice_had_answered_is_another_call() -> None:
    driven = played([*words(10), sound(12, Sound.VOICE), *words(30)], TAP, until=100)
    assert [call.answered for call in driven.closed] == [at(12), None]
    assert [call.started for call in driven.closed] == [at(10), at(30)]
    assert (anomalies(driven), troubles(driven)) == ([], [])
    long_burst: list[LineSignal] = [started(10), sound(11.5, Sound.VOICE), word(20)]
    driven = played(long_burst, TAP, until=100)
    assert [call.started for call in driven.closed] == [at(10), at(20)]


def test_somebody_who_dials_in_a_silence_of_the_ringing() -> None:
    for dials in (sound(13, Sound.DIAL_TONE), digit(13)):
        driven = played([*bursts(10), sound(10.5, Sound.DIAL_TONE), digit(10.6), dials, digit(14)], TAP)
        first, second = driven.closed
        assert (first.disposition, first.doubt, first.ended) == (Disposition.UNKNOWN, Doubt.NO_HOOK, at(11))
        assert (second.direction, second.started, second.ended) == (Direction.OUTBOUND, at(13), at(14))
        assert anomalies(driven) == []


def test_digits_before_the_first_burst_may_be_caller_id() -> None:
    driven = played([caller_id(10), digit(10.5), *bursts(11)], TAP, until=100)
    assert [call.direction for call in driven.closed] == [Direction.INBOUND]


def test_a_digit_while_it_rings_is_not_expected_of_a_hook_that_says_otherwise() -> None:
    assert anomalies(played([*bursts(10), digit(12)], ALL)) == ["digit_on_hook"]


def test_a_second_reversal_is_the_end_where_the_hook_is_not_sensed() -> None:
    call = one(played([digit(12), reversal(20), reversal(50)], replace(TAP, reversal=True)))
    assert (call.far_answered, call.ended, call.talk) == (at(20), at(50), seconds(38))
    assert call.ended_by is Means.REVERSAL_PIN


def test_the_howler_is_a_fault_by_ear_too_until_the_line_is_used_or_rings() -> None:
    for proof in (sound(100, Sound.DIAL_TONE), sound(100, Sound.VOICE), word(100), on(100)):
        driven = played([sound(10, Sound.HOWLER), sound(50, Sound.SILENCE), proof], TAP)
        assert troubles(driven)[:2] == [
            ("began", Trouble.LEFT_OFF_HOOK, 10),
            ("ended", Trouble.LEFT_OFF_HOOK, 100),
        ]


def test_found_off_hook_by_ear_is_a_call_with_its_dial_tone() -> None:
    found = OffHook(LINE, at(10), found=True, means=Means.SOUND)
    driven = played(
        [found, sound(12, Sound.VOICE), sound(20, Sound.DIAL_TONE), digit(21), loop_lost(30)], TAP
    )
    assert one(driven).started == at(20)


def test_the_order_of_an_answer_by_sound_and_a_dial_tone_of_old_stamps_is_kept() -> None:
    driven = played([digit(10), sound(15, Sound.RINGBACK), sound(18, Sound.DIAL_TONE), on(30)], TAP)
    assert [call.started for call in driven.closed] == [at(10), at(18)]
