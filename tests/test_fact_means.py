"""Each fact of a call keeps the means by which it was sensed, through every turn that a call can take."""

from __future__ import annotations

from dataclasses import replace

from device.signals import (
    CallerId,
    CallerIdHeard,
    DigitDialled,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    seconds,
)
from firmware_app.calls.call import Anomaly, Call
from tests.line_signals import DIGITS, HOOK, LINE, NUMBER, Driven, lost, word, words
from tests.support import at

RING_PIN, HOOK_PIN, MODEM, VOLTAGE = Means.RING_PIN, Means.HOOK_PIN, Means.MODEM, Means.LINE_VOLTAGE


def burst(t: float) -> list[LineSignal]:
    return [RingStarted(LINE, at(t), means=RING_PIN), RingEnded(LINE, at(t + 1), means=RING_PIN)]


def told(
    t: float, number: str | None, means: Means, checked: bool = False, name: str | None = None
) -> CallerIdHeard:
    return CallerIdHeard(LINE, at(t), CallerId(number, name), checked, means)


def calls(*signals: LineSignal) -> list[Call]:
    driven = Driven(DIGITS)
    driven.play(signals, until=200)
    return driven.closed


def test_an_answered_call() -> None:
    (call,) = calls(
        *burst(10),
        told(12, NUMBER, MODEM),
        OffHook(LINE, at(14), seconds(0.25), means=VOLTAGE),
        OnHook(LINE, at(30), means=HOOK_PIN),
    )
    assert (call.started_by, call.answered_by, call.ended_by) == (RING_PIN, VOLTAGE, HOOK_PIN)
    assert (call.caller_id_by, call.answer_error, call.digits_by) == (MODEM, seconds(0.25), None)


def test_a_missed_call_ends_by_whoever_told_its_last_edge() -> None:
    (call,) = calls(RingWord(LINE, at(10), means=MODEM), *burst(15))
    assert (call.started_by, call.ended_by) == (MODEM, RING_PIN)
    (call,) = calls(*burst(10), RingWord(LINE, at(15), means=MODEM))
    assert (call.started_by, call.ended_by) == (RING_PIN, MODEM)
    (call,) = calls(RingWord(LINE, at(10), means=MODEM), RingStarted(LINE, at(10.1), means=RING_PIN))
    assert call.ended_by is MODEM  # the edge that was to come was never told


def test_caller_id_without_a_ring_begins_and_ends_it() -> None:
    (call,) = calls(told(10, NUMBER, Means.DTMF_CHIP))
    assert (call.started_by, call.ended_by, call.caller_id_by) == (Means.DTMF_CHIP,) * 3
    (call,) = calls(told(10, NUMBER, Means.DTMF_CHIP), *burst(11))
    assert (call.started_by, call.ended_by, call.caller_id_by) == (RING_PIN, RING_PIN, Means.DTMF_CHIP)


def test_what_was_lost_ends_by_nothing() -> None:
    (call,) = calls(*burst(10), OffHook(LINE, at(14), means=HOOK_PIN), lost(20))
    assert (call.answered_by, call.ended_by) == (HOOK_PIN, None)


def test_an_answer_that_was_none_leaves_no_means() -> None:
    first, second = calls(
        *burst(10),
        OffHook(LINE, at(13), seconds(0.02), means=HOOK_PIN),
        DigitDialled(LINE, at(14), "1", means=Means.DTMF_CHIP),
        DigitDialled(LINE, at(15), "2", means=Means.SOUND),
        OnHook(LINE, at(60), means=HOOK_PIN),
    )
    assert (first.answered_by, first.answer_error, first.ended_by) == (None, None, RING_PIN)
    assert (second.started_by, second.digits_by, second.ended_by) == (HOOK_PIN, Means.DTMF_CHIP, HOOK_PIN)


def test_a_call_turned_round_exchanges_its_means() -> None:
    (call,) = calls(
        OffHook(LINE, at(10.1), seconds(0.15), means=VOLTAGE),
        replace(word(10.0, error=0.05), means=MODEM),
        OnHook(LINE, at(60)),
    )
    assert (call.started_by, call.answered_by, call.answer_error) == (MODEM, VOLTAGE, seconds(0.15))


def test_the_means_of_caller_id_are_those_of_its_number() -> None:
    (call,) = calls(*burst(10), told(11.5, None, MODEM, name="张"), told(12, NUMBER, Means.FSK_CHIP))
    assert (call.caller_id_by, call.caller_id_at) == (Means.FSK_CHIP, at(11.5))
    (call,) = calls(*burst(10), told(11.5, NUMBER, MODEM), told(12, NUMBER, Means.FSK_CHIP, name="张"))
    assert call.caller_id_by is MODEM


def test_a_checked_number_corrects_an_unchecked_one_and_never_the_other_way() -> None:
    checked, wrong = told(12, NUMBER, Means.SOUND, checked=True), told(12.5, "15400009999", MODEM, name="张")
    for first, second in ((checked, wrong), (replace(wrong, at=at(11.5)), checked)):
        driven = Driven(HOOK)
        driven.play([*words(10), first, second], until=100)
        (call,) = driven.closed
        assert (call.caller_id, call.caller_id_by) == (CallerId(NUMBER, "张"), Means.SOUND)
        assert [each.kind for each in driven.events if isinstance(each, Anomaly)] == ["caller_id_differs"]
    driven = Driven(HOOK)
    driven.play([replace(checked, at=at(9)), *words(10), replace(wrong, checked=True)], until=100)
    assert driven.closed[0].caller_id == CallerId(NUMBER, "张")
