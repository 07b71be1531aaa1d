"""Several ears on one hook: who is believed when one infers, doubts, goes, or comes back in the midst of a call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.signals import (
    CallerId,
    CallerIdHeard,
    LineLost,
    LineRestored,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    Sensing,
    SensingChanged,
    Sound,
    SoundHeard,
    seconds,
)
from firmware_app.calls.call import Anomaly, Call, Disposition, Doubt
from firmware_app.calls.known_line import LineState
from tests.ear_streams import Loop, Said
from tests.line_signals import LINE, NUMBER
from tests.support import at

PIN = Sensing(ring_edges=True, hook=True, lag=seconds(0.9))
RINGS = Sensing(ring_edges=True, lag=seconds(0.9))
MODEM = Sensing(hook=True, caller_id=True)
BOX = Sensing(hook=True, caller_id=True)
TAP = Sensing(ring_edges=True, hook=True, digits=True, caller_id=True, sound=True, lag=seconds(7))
BY = {
    "gpio": Means.HOOK_PIN,
    "modem": Means.LINE_VOLTAGE,
    "box": Means.SERIAL_BOX,
    "tap": Means.SOUND,
}


def up(t: float, ear: str, sensing: Sensing) -> Said:
    return Said(t, ear, LineRestored(LINE, at(t), sensing))


def gone(t: float, ear: str) -> Said:
    return Said(t, ear, LineLost(LINE, at(t), "unplugged"))


def hook(kind: type[OffHook | OnHook], t: float, ear: str, error: float, later: float = 0.2) -> Said:
    return Said(t + later, ear, kind(LINE, at(t), seconds(error), means=BY[ear]))


def found(kind: type[OffHook | OnHook], t: float, ear: str) -> Said:
    return Said(t, ear, kind(LINE, at(t), found=True, means=BY[ear]))


def burst(t: float) -> list[Said]:
    both: tuple[LineSignal, LineSignal] = (RingStarted(LINE, at(t)), RingEnded(LINE, at(t + 1)))
    return [Said(each.at.mono / 1e9 + 0.2, "rings", each) for each in both]


def line(**ears: Sensing) -> Loop:
    loop = Loop(("rings", *ears))
    told = [up(1, ear, sensing) for ear, sensing in {"rings": RINGS, **ears}.items()]
    loop.hear([*told, *(found(OnHook, 1, ear) for ear in ears if ear != "tap")], until=20.0)
    return loop


def one(loop: Loop, until: float = 300.0) -> Call:
    loop.wake(until)
    (call,) = loop.closed
    return call


def anomalies(loop: Loop) -> list[str]:
    return [event.kind for event in loop.events if isinstance(event, Anomaly)]


def test_an_ear_that_infers_never_denies_one_that_senses() -> None:
    """Somebody lifts and says nothing: to the sound tap, exact the last time, nobody lifted."""
    loop = line(modem=MODEM, tap=TAP)
    loop.hear([*burst(30), hook(OffHook, 32, "modem", 0.5), hook(OffHook, 32.5, "tap", 0.1, 5)])
    loop.hear([hook(OnHook, 40, "modem", 0.5), hook(OnHook, 40.1, "tap", 0.1, 6)], until=60)
    loop.hear([*burst(100), hook(OffHook, 102, "modem", 0.5), hook(OnHook, 109, "modem", 0.5)], until=130)
    assert [call.disposition for call in loop.closed] == [Disposition.ANSWERED] * 2
    assert (loop.closed[1].answered_by, loop.closed[1].talk) == (Means.LINE_VOLTAGE, seconds(7))


def test_while_a_tap_is_in_doubt_the_other_is_believed_and_asked_for_no_confirmation() -> None:
    loop = line(modem=MODEM, tap=TAP)
    doubt = SensingChanged(LINE, at(31), replace(TAP, hook=False))
    sure = SensingChanged(LINE, at(42), TAP)
    loop.hear([*burst(30), hook(OffHook, 32, "modem", 0.5), Said(37, "tap", doubt), Said(42, "tap", sure)])
    loop.hear([hook(OnHook, 60, "modem", 0.5)])
    call = one(loop)
    assert (call.answered, call.talk, anomalies(loop)) == (at(32), seconds(28), [])


@pytest.mark.parametrize(("goes", "answered"), [(33.0, at(32)), (40.0, None)])
def test_an_exacter_ear_that_goes_has_denied_nothing_it_had_no_time_to_tell(
    goes: float, answered: object
) -> None:
    """The box needs 1.25 s to tell a lift. Gone sooner, it says nothing of it; still there, it is believed."""
    loop = line(modem=MODEM, box=BOX)
    loop.hear([*burst(30), hook(OffHook, 32, "modem", 0.3), gone(goes, "box")])
    loop.hear([hook(OnHook, 60, "modem", 0.3)])
    assert one(loop).answered == answered


def test_a_talk_that_an_ear_finds_when_it_is_back_is_no_call_again() -> None:
    """The only ear on the hook was away: the call is over, as far as is known, and found off-hook is told anew."""
    loop = line(modem=MODEM)
    loop.hear([*burst(30), hook(OffHook, 32, "modem", 0.3), gone(35, "modem"), up(37, "modem", MODEM)])
    loop.hear([found(OffHook, 37, "modem")], until=42)
    assert loop.line.state is LineState.OFF_HOOK
    second = CallerIdHeard(LINE, at(45), CallerId(NUMBER), False, Means.MODEM)
    loop.hear([Said(45.5, "modem", second), hook(OnHook, 60, "modem", 0.3)])
    call = one(loop)
    assert (call.disposition, call.ended, call.talk) == (Disposition.ANSWERED, at(35), None)
    assert anomalies(loop) == ["caller_id_off_hook"]


def test_who_has_said_the_contrary_since_does_not_repeat_what_another_told() -> None:
    """The pins come back in a burst: on-hook as found, then the lift that the voltage had told before, within its error."""
    loop = line(gpio=PIN, modem=MODEM)
    loop.hear([*burst(30), gone(35.0, "gpio"), *burst(35)[:1], hook(OffHook, 35.6, "modem", 0.5, 0.02)])
    loop.hear([up(35.7, "gpio", PIN), found(OnHook, 35.71, "gpio"), hook(OffHook, 35.9, "gpio", 0.02)])
    loop.hear([burst(35)[1], hook(OnHook, 50, "gpio", 0.02), hook(OnHook, 50.3, "modem", 0.5)], until=90)
    assert not any(call.disposition in (Disposition.NO_ANSWER, Disposition.ABANDONED) for call in loop.closed)
    assert loop.closed[-1].ended == at(50)


def tap_in_doubt() -> Loop:
    """Answered by a voice, as the line machine says; the tap was not sure, and is sure again of the next lift only."""
    loop = line(tap=TAP)
    doubt = SensingChanged(LINE, at(31), replace(TAP, hook=False))
    voice = SoundHeard(LINE, at(35.5), Sound.VOICE, seconds(0.2), Means.SOUND)
    sure = SensingChanged(LINE, at(42), TAP)
    loop.hear([*burst(30), Said(36, "tap", voice), Said(37.5, "tap", doubt), Said(42, "tap", sure)], until=60)
    assert loop.line.state is LineState.TALKING
    return loop


def test_a_call_known_by_ear_ends_by_ear_though_the_tap_is_sure_again() -> None:
    loop = tap_in_doubt()
    silence = SoundHeard(LINE, at(70), Sound.SILENCE, seconds(0.2), Means.SOUND)
    loop.hear([Said(72, "tap", silence)])
    call = one(loop)
    assert (call.answered_by, call.ended, call.talk) == (Means.SOUND, at(70), None)


def test_or_with_the_next_ring_which_proves_no_sensor_wrong() -> None:
    loop = tap_in_doubt()
    loop.hear(burst(100), until=130)
    assert [call.doubt for call in loop.closed] == [None, None]
    assert loop.line.troubles == ()


def test_or_with_the_next_lift() -> None:
    loop = tap_in_doubt()
    loop.hear([hook(OffHook, 80, "tap", 0.3, 1), hook(OnHook, 90, "tap", 0.3, 6)], until=120)
    first, second = loop.closed
    assert (first.talk, first.disposition, second.started, second.talk) == (
        None,
        Disposition.ANSWERED,
        at(80),
        seconds(10),
    )
    assert anomalies(loop) == []


def test_or_by_the_hook_when_an_ear_finds_it_so() -> None:
    loop = tap_in_doubt()
    loop.hear([up(61, "modem", MODEM), found(OffHook, 61, "modem"), hook(OnHook, 90, "modem", 0.3)])
    call = one(loop)
    assert (call.ended, call.doubt is Doubt.NO_HOOK) == (at(90), False)


def test_a_turn_that_is_open_and_a_word_of_the_contrary_by_another_ear() -> None:
    """The voltage says lifted, the serial box has its time; meanwhile a third ear says on-hook, as it always did."""
    loop = line(box=BOX, modem=MODEM, gpio=PIN)
    loop.hear([gone(22, "gpio"), hook(OffHook, 30, "modem", 0.5), up(30.2, "gpio", PIN)])
    loop.hear(
        [found(OnHook, 30.3, "gpio"), hook(OffHook, 30.4, "box", 0.1), hook(OffHook, 30.45, "gpio", 0.02)]
    )
    loop.hear(
        [hook(OnHook, 40, "gpio", 0.02), hook(OnHook, 40.1, "box", 0.1), hook(OnHook, 40.2, "modem", 0.5)]
    )
    call = one(loop)
    assert (call.started, call.ended) == (at(30.45), at(40))


def test_an_ear_that_is_back_twice_in_one_state_is_as_exact_as_it_was() -> None:
    loop = line(gpio=PIN)
    loop.hear([hook(OffHook, 30, "gpio", 0.02), found(OffHook, 31, "gpio"), hook(OnHook, 40, "gpio", 0.02)])
    assert (one(loop).started, one(loop).ended) == (at(30), at(40))


def test_a_lift_and_its_end_told_late_by_the_slower_ear_are_known() -> None:
    loop = line(gpio=PIN, modem=MODEM)
    loop.hear([hook(OffHook, 30, "gpio", 0.02), hook(OnHook, 30.8, "gpio", 0.02)])
    loop.hear([hook(OffHook, 30.9, "modem", 1.0), hook(OnHook, 31.4, "modem", 1.0)])
    call = one(loop)
    assert (call.started, call.ended, anomalies(loop)) == (at(30), at(30.8), [])


def test_an_ear_that_says_the_same_twice_is_told_of() -> None:
    loop = line(gpio=PIN, modem=MODEM)
    loop.hear([hook(OffHook, 30, "gpio", 0.02), hook(OffHook, 35, "gpio", 0.02)], until=39)
    assert anomalies(loop) == ["off_hook_repeated"]


def test_of_an_ear_that_is_away_nothing_is_sensed() -> None:
    loop = line(gpio=PIN, modem=MODEM)
    loop.hear([gone(25, "modem"), Said(26, "modem", SensingChanged(LINE, at(26), replace(MODEM, loop=True)))])
    loop.hear([*burst(40)], until=60)
    assert [call.disposition for call in loop.closed] == [Disposition.ABANDONED]


def test_a_lift_soon_after_one_that_was_denied_is_told_as_it_was() -> None:
    """The voltage sagged at 30 s; the box, exacter, knew better, and says itself at 32 s that somebody lifted."""
    loop = line(modem=MODEM, box=BOX)
    loop.hear([hook(OffHook, 30, "modem", 0.3), hook(OffHook, 32, "box", 0.1), hook(OnHook, 40, "box", 0.1)])
    loop.hear([hook(OnHook, 40.2, "modem", 0.3)])
    call = one(loop)
    assert (call.started, call.started_by, call.ended) == (at(32), Means.SERIAL_BOX, at(40))


def test_ears_that_find_a_line_on_hook_and_off_hook() -> None:
    loop = Loop(("gpio", "modem"))
    loop.hear(
        [up(1, "gpio", PIN), up(1, "modem", MODEM), found(OffHook, 1, "modem"), found(OnHook, 1.1, "gpio")]
    )
    loop.hear([hook(OffHook, 30, "gpio", 0.02), hook(OnHook, 40, "gpio", 0.02)])
    assert (one(loop).started, one(loop).ended) == (at(30), at(40))
    assert anomalies(loop) == ["ears_disagree"]


def test_a_caller_announced_to_a_line_that_is_then_found_off_hook_is_unknown() -> None:
    """Shown when the chip heard the number; the modem, better on numbers, tells it when the line had been found off-hook."""
    loop = line(modem=MODEM)
    who = CallerIdHeard(LINE, at(31.9), CallerId(NUMBER), False, Means.DTMF_CHIP)
    again = CallerIdHeard(LINE, at(33.7), CallerId(name="张"), False, Means.MODEM)
    loop.hear([found(OffHook, 30, "modem"), Said(32.0, "rings", who)])
    assert loop.line.state is LineState.RINGING
    loop.hear([Said(33.8, "modem", again)])
    call = one(loop)
    assert (call.disposition, call.doubt) == (Disposition.UNKNOWN, Doubt.FOUND_OFF_HOOK)
    assert "call_not_confirmed" in anomalies(loop)


def test_a_lift_that_is_denied_and_rung_after_was_none() -> None:
    """A sagging line: the voltage says lifted, the pin denies it, and the exchange rings on. So nobody answered."""
    loop = line(gpio=PIN, modem=MODEM)
    loop.hear([*burst(30), hook(OffHook, 32, "modem", 0.5), *burst(35), hook(OnHook, 50, "modem", 0.5)])
    call = one(loop)
    assert (call.disposition, call.doubt, call.ring_bursts) == (Disposition.NO_ANSWER, None, 2)


def test_a_stuck_pin_turns_no_answer_into_a_missed_call() -> None:
    loop = line(gpio=PIN, modem=MODEM)
    loop.hear([*burst(30), *burst(35), hook(OffHook, 37, "modem", 0.5), hook(OnHook, 90, "modem", 0.5)])
    call = one(loop)
    assert (call.disposition, call.doubt, call.answered) == (Disposition.UNKNOWN, Doubt.HOOK_SENSOR, None)


def test_a_lift_denied_where_nothing_rings_is_told_and_no_call() -> None:
    loop = line(gpio=PIN, modem=MODEM)
    loop.hear([hook(OffHook, 30, "modem", 0.5), hook(OnHook, 35, "modem", 0.5)], until=60)
    assert (loop.closed, anomalies(loop)) == ([], ["lift_denied"])


def test_when_the_exactest_ear_goes_another_view_of_the_hook_is_adopted_and_claims_no_moment() -> None:
    """The pin saw somebody lift, the voltage never did. The pin goes at 40 s: 3 s later the line is on-hook, found so."""
    loop = line(gpio=PIN, modem=MODEM)
    loop.hear([*burst(30), hook(OffHook, 32, "gpio", 0.02), gone(40, "gpio")])
    call = one(loop)
    assert (call.disposition, call.ended, call.talk) == (Disposition.ANSWERED, at(43), None)
