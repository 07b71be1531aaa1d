"""Second callers: which signs of them are one call, which are another, and what a tone alone becomes."""

from __future__ import annotations

import pytest

from device.signals import Absence, CallerId, CallerIdHeard, Means, Sound
from firmware_app.calls.call_waiting import CallWaiting, SecondCaller
from tests.line_signals import LINE, NUMBER, caller_id, sound
from tests.support import at

OTHER = "15400009999"


def who(second: SecondCaller | None) -> str | None:
    assert second is not None
    assert second.caller_id is not None
    return second.caller_id.number


@pytest.mark.parametrize(("after", "same"), [(0.5, True), (30.0, True), (30.001, False)])
def test_a_block_that_is_repeated_is_the_same_call(after: float, same: bool) -> None:
    waiting = CallWaiting()
    assert who(waiting.caller_id(caller_id(10))) == NUMBER
    assert (waiting.caller_id(caller_id(10 + after)) is None) == same


def test_each_sign_keeps_the_same_call_alive() -> None:
    waiting = CallWaiting()
    waiting.caller_id(caller_id(10))
    waiting.tone(sound(35, Sound.CALL_WAITING))
    assert waiting.caller_id(caller_id(60)) is None
    assert waiting.caller_id(caller_id(85, None, "张")) is None
    assert waiting.caller_id(caller_id(100)) is None
    assert waiting.due is None


def test_another_number_is_another_call_however_soon() -> None:
    waiting = CallWaiting()
    assert who(waiting.caller_id(caller_id(10))) == NUMBER
    assert who(waiting.caller_id(caller_id(11, OTHER))) == OTHER


def test_a_caller_without_a_number_is_a_caller() -> None:
    waiting = CallWaiting()
    hidden = CallerIdHeard(LINE, at(10), CallerId(absence=Absence.PRIVATE), means=Means.MODEM)
    assert waiting.caller_id(hidden) == SecondCaller(at(10), hidden.caller_id, Means.MODEM)
    assert waiting.caller_id(hidden) is None


def test_a_tone_and_then_its_number_are_one_call() -> None:
    waiting = CallWaiting()
    waiting.tone(sound(10, Sound.CALL_WAITING))
    assert waiting.due == at(20)
    assert who(waiting.caller_id(caller_id(11))) == NUMBER
    assert waiting.due is None


def test_a_name_waits_for_its_number() -> None:
    waiting = CallWaiting()
    waiting.tone(sound(10, Sound.CALL_WAITING))
    assert waiting.caller_id(caller_id(11, None, "张")) is None
    assert waiting.due == at(21)
    waiting.tone(sound(14.4, Sound.CALL_WAITING))
    assert waiting.due == at(21)
    second = waiting.caller_id(caller_id(12))
    assert second is not None
    assert second.caller_id == CallerId(NUMBER, "张")


def test_a_tone_alone_is_told_once_and_a_number_after_it_is_not_lost() -> None:
    waiting = CallWaiting()
    assert waiting.taken() is None
    waiting.tone(sound(10, Sound.CALL_WAITING))
    assert waiting.taken() == SecondCaller(at(10), None, Means.SOUND)
    assert (waiting.taken(), waiting.due) == (None, None)
    waiting.tone(sound(14.4, Sound.CALL_WAITING))
    assert waiting.due is None
    assert who(waiting.caller_id(caller_id(21))) == NUMBER


def test_the_ring_of_who_waited_is_the_call() -> None:
    waiting = CallWaiting()
    waiting.tone(sound(10, Sound.CALL_WAITING))
    waiting.rung()
    assert (waiting.due, waiting.taken()) == (None, None)
