"""A line with several ears, told as stories: who spoke first, who knew better, who was away."""

from __future__ import annotations

from dataclasses import replace

from device.signals import (
    CallerId,
    CallerIdHeard,
    DigitDialled,
    LineLost,
    LineRestored,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    Sensing,
    Sound,
    SoundHeard,
    Unrecognised,
    seconds,
)
from firmware_app.calls.call import (
    CallChanged,
    CallClosed,
    CallOpened,
    Direction,
    Disposition,
    Doubt,
    FarEnd,
    Trouble,
    TroubleBegan,
    TroubleEnded,
)
from firmware_app.calls.heard_line import MOST_WAITING, HeardLine
from firmware_app.calls.known_line import LineState
from tests.ear_streams import GPIO, MODEM, TAP, Loop, Said
from tests.line_signals import LINE, NUMBER
from tests.support import at


def up(t: float, ear: str, sensing: Sensing) -> Said:
    return Said(t, ear, LineRestored(LINE, at(t), sensing))


def found(t: float, ear: str, by: Means, off: bool = False) -> Said:
    return Said(t, ear, (OffHook if off else OnHook)(LINE, at(t), found=True, means=by))


def gone(t: float, ear: str, reason: str = "unplugged") -> Said:
    return Said(t, ear, LineLost(LINE, at(t), reason))


def pin_burst(t: float, length: float = 1.0) -> list[Said]:
    """Edges: told 0.2 s after they were."""
    start = RingStarted(LINE, at(t), seconds(0.002), Means.RING_PIN)
    end = RingEnded(LINE, at(t + length), seconds(0.002), Means.RING_PIN)
    return [Said(t + 0.2, "gpio", start), Said(t + length + 0.2, "gpio", end)]


def word(t: float, arrives: float) -> Said:
    return Said(arrives, "modem", RingWord(LINE, at(t), seconds(1.0), Means.MODEM))


def off(t: float, arrives: float, ear: str = "gpio") -> Said:
    return Said(arrives, ear, OffHook(LINE, at(t), _hook_error(ear), means=_hook_means(ear)))


def on(t: float, arrives: float, ear: str = "gpio") -> Said:
    return Said(arrives, ear, OnHook(LINE, at(t), _hook_error(ear), means=_hook_means(ear)))


def _hook_error(ear: str) -> int:
    return seconds(0.01 if ear == "gpio" else 0.25)


def _hook_means(ear: str) -> Means:
    return Means.HOOK_PIN if ear == "gpio" else Means.LINE_VOLTAGE


def number(t: float, ear: str, who: CallerId) -> Said:
    by, checked = (Means.MODEM, False) if ear == "modem" else (Means.SOUND, True)
    return Said(t, ear, CallerIdHeard(LINE, at(t), who, checked, by))


GPIO_UP = [up(1, "gpio", GPIO.sensing), found(1, "gpio", Means.HOOK_PIN)]
MODEM_UP = [up(1, "modem", MODEM.sensing), found(1, "modem", Means.LINE_VOLTAGE)]
TAP_UP = [up(1, "tap", TAP.sensing)]


def line(*ears: list[Said]) -> Loop:
    """A line whose ears have been up for long."""
    loop = Loop([said[0].ear for said in ears])
    loop.hear([each for ear in ears for each in ear], until=20.0)
    assert loop.events == []
    return loop


def test_the_first_word_opens_the_call_and_the_exacter_one_corrects_it() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    (opened,) = loop.hear([word(29.4, arrives=29.5)])  # said too early, within its error
    assert isinstance(opened, CallOpened)
    assert opened.call.started == at(29.4)
    (changed,) = loop.hear(pin_burst(30.0)[:1])
    assert isinstance(changed, CallChanged)
    assert (changed.call.started, changed.call.key) == (at(30.0), opened.call.key)
    assert (changed.call.started_by, changed.call.ring_bursts) == (Means.RING_PIN, 1)
    loop.hear([word(30.9, arrives=30.95)])  # by another name the same: a modem that says RING twice
    assert loop.line.state is LineState.RINGING
    assert loop.line.since == at(30.0)


def test_one_burst_heard_by_three_ears_is_one_burst() -> None:
    loop = line(GPIO_UP, MODEM_UP, TAP_UP)
    for start in (30.0, 35.0):
        heard = RingStarted(LINE, at(start + 0.04), seconds(0.05), Means.SOUND)
        ends = RingEnded(LINE, at(start + 0.97), seconds(0.05), Means.SOUND)
        tap = [Said(start + 1.0, "tap", heard), Said(start + 2.0, "tap", ends)]
        loop.hear(
            sorted([*pin_burst(start), word(start + 0.7, start + 0.9), *tap], key=lambda each: each.arrives)
        )
    loop.wake(60.0)
    (call,) = loop.closed
    assert (call.ring_bursts, call.started, call.last_edge) == (2, at(30.0), at(36.0))
    assert call.disposition is Disposition.NO_ANSWER
    assert [
        event for event in loop.events if not isinstance(event, CallOpened | CallChanged | CallClosed)
    ] == []


def test_a_call_closes_when_the_slowest_live_ear_has_had_its_time_and_a_dead_one_makes_nobody_wait() -> None:
    quick, slow = line(GPIO_UP, MODEM_UP), line(GPIO_UP, MODEM_UP, TAP_UP)
    dead = line(GPIO_UP, MODEM_UP, TAP_UP)
    dead.hear([gone(21.0, "tap")])
    for loop, lag in ((quick, 1.25), (slow, 2.0), (dead, 1.25)):
        loop.hear(pin_burst(30.0))
        over = 31.0 + 6.0 + lag
        assert not loop.wake(over - 0.001)
        (closed,) = loop.wake(over + 0.001)
        assert isinstance(closed, CallClosed)
        assert (closed.call.ended, closed.call.disposition) == (at(31.0), Disposition.ABANDONED)


def test_answered_at_the_pins_stamp_though_the_voltage_was_told_first() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    loop.hear(pin_burst(30.0))
    assert loop.hear([off(32.3, 32.4, "modem")]) == []  # the pin may deny it
    (answered,) = loop.hear([off(32.1, 32.5)])
    assert isinstance(answered, CallChanged)
    assert (answered.call.answered, answered.call.answered_by) == (at(32.1), Means.HOOK_PIN)
    assert loop.line.state is LineState.TALKING
    assert loop.line.since == at(32.1)
    loop.hear([on(40.2, 40.9, "modem"), on(40.0, 40.95)], until=50.0)
    (call,) = loop.closed
    assert (call.ended, call.talk, call.ended_by) == (at(40.0), seconds(7.9), Means.HOOK_PIN)


def test_the_hook_is_the_modems_when_the_pins_are_away() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    loop.hear([*pin_burst(30.0), off(32.1, 32.5), off(32.3, 32.6, "modem"), gone(35.0, "gpio", "chip away")])
    assert loop.line.call is not None
    loop.hear([on(40.2, 40.9, "modem")], until=50.0)
    (call,) = loop.closed
    assert (call.answered, call.ended, call.ended_by) == (at(32.1), at(40.2), Means.LINE_VOLTAGE)
    (away,) = [event for event in loop.events if isinstance(event, TroubleBegan)]
    assert (away.trouble, away.detail) == (Trouble.EAR_LOST, "gpio: chip away")


def test_an_ear_that_goes_while_it_rings_has_told_what_it_told() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    loop.hear([*pin_burst(30.0), gone(32.0, "gpio"), word(35.2, 35.5), off(36.9, 37.5, "modem")])
    loop.hear([on(50.0, 50.9, "modem")], until=60.0)
    (call,) = loop.closed
    assert (call.started, call.ring_bursts, call.started_by) == (at(30.0), 2, Means.RING_PIN)
    assert (call.answered, call.answered_by) == (at(36.9), Means.LINE_VOLTAGE)


def test_who_calls_is_the_checked_word_and_what_only_another_knew_is_added() -> None:
    loop = line(GPIO_UP, MODEM_UP, TAP_UP)
    loop.hear([*pin_burst(30.0), number(32.0, "modem", CallerId("15400009999", "张"))])
    assert loop.line.call is not None
    assert loop.line.call.caller_id == CallerId("15400009999", "张")
    loop.hear([number(33.5, "tap", CallerId(NUMBER, date_time="11231200"))], until=50.0)
    (call,) = loop.closed
    assert call.caller_id == CallerId(NUMBER, "张", date_time="11231200")
    assert call.caller_id_by is Means.SOUND
    assert loop.of("ears_disagree") == ["caller ID: tap, modem"]


def test_digits_of_two_ears_are_dialled_once() -> None:
    loop = line(GPIO_UP, TAP_UP)
    loop.hear([off(30.0, 30.2)])
    assert loop.line.state is LineState.OUTBOUND
    for nr, digit in enumerate("1005"):
        start = 32.0 + 0.1 * nr
        by = [DigitDialled(LINE, at(start), digit, seconds(0.01), Means.SOUND)]
        by.append(replace(by[0], at=at(start + 0.02), means=Means.DTMF_CHIP))
        loop.hear([Said(start + 0.05, "tap", by[0]), Said(start + 0.06, "gpio", by[1])])
    loop.hear([on(60.0, 60.8)], until=70.0)
    (call,) = loop.closed
    assert (call.direction, call.digits, call.digits_by) == (Direction.OUTBOUND, "1005", Means.SOUND)


def test_ears_that_contradict_each_other_are_told_once_and_nothing_is_guessed() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    loop.hear([*pin_burst(30.0), off(31.5, 32.0, "modem"), on(60.0, 60.8, "modem")], until=90.0)
    loop.hear([*pin_burst(100.0), off(101.5, 102.0, "modem"), on(130.0, 130.8, "modem")], until=170.0)
    assert [call.answered for call in loop.closed] == [None] * 2
    assert [call.doubt for call in loop.closed] == [Doubt.HOOK_SENSOR] * 2  # a pin may be stuck
    assert loop.of("ears_disagree") == ["hook: gpio on-hook, modem off-hook"]
    assert loop.of("lift_denied") == ["modem"] * 2


def test_a_call_that_follows_at_once_is_told_after_the_close() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    loop.hear([*pin_burst(30.0), off(31.5, 31.7), on(40.0, 40.1)])
    assert loop.hear(pin_burst(40.5)[:1]) == []
    closed, opened = loop.wake(42.0)
    assert isinstance(closed, CallClosed)
    assert isinstance(opened, CallOpened)
    assert (closed.call.ended, opened.call.started) == (at(40.0), at(40.5))


def test_a_short_call_that_comes_to_light_later_keeps_the_key_told_first() -> None:
    loop = line(GPIO_UP)
    (opened,) = loop.hear(pin_burst(30.0)[:1])
    (changed,) = loop.hear([on(29.6, 30.25), off(29.45, 30.3)])[-1:]
    assert isinstance(opened, CallOpened)
    assert isinstance(changed, CallChanged)
    assert (changed.call.direction, changed.call.key) == (Direction.OUTBOUND, opened.call.key)
    loop.wake(60.0)
    first, second = loop.closed
    assert (first.key, first.started) == (opened.call.key, at(29.45))
    assert (second.key, second.started) == (f"boot:{LINE}:{seconds(30.0) + 1}", at(30.0))


def test_a_line_is_lost_with_its_last_ear() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    loop.hear([gone(30.0, "modem", "unplugged"), gone(35.0, "gpio", "chip away")], until=36.0)
    assert loop.line.state is LineState.LOST
    assert [trouble for trouble, _ in loop.line.troubles] == [Trouble.LINE_LOST]
    told = [event for event in loop.events if isinstance(event, TroubleBegan)]
    assert [each.detail for each in told] == ["modem: unplugged", "gpio: chip away; modem: unplugged"]
    loop.hear([up(50.0, "gpio", GPIO.sensing)], until=60.0)
    assert loop.line.state is LineState.IDLE
    assert [trouble for trouble, _ in loop.line.troubles] == [Trouble.EAR_LOST]


def test_while_an_ear_is_opening_a_line_is_not_lost_for_five_seconds() -> None:
    loop = Loop(["gpio", "modem"])
    loop.hear([gone(1.0, "modem", "no such port")], until=5.9)
    assert loop.events == []
    (lost,) = loop.wake(8.0)
    assert isinstance(lost, TroubleBegan)
    assert (lost.trouble, lost.at, lost.detail) == (Trouble.LINE_LOST, at(6.0), "modem: no such port")


def test_right_after_an_ear_came_a_call_is_told_when_it_is_settled() -> None:
    loop = Loop(["gpio", "modem"])
    loop.hear([*GPIO_UP, *MODEM_UP], until=2.0)
    assert loop.hear(pin_burst(3.0)[:1]) == []
    (opened,) = loop.wake(5.0)
    assert isinstance(opened, CallOpened)


def test_of_two_ears_on_the_hook_an_outbound_call_is_told_when_it_is_settled() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    assert loop.hear([off(30.0, 30.2)]) == []
    assert [type(event) for event in loop.wake(31.3)] == [CallOpened]


def test_what_was_found_off_hook_did_not_ring_before() -> None:
    """The ring comes first: a telephone that is off-hook does not ring. So nobody knows who answered it."""
    loop = line(GPIO_UP)
    loop.hear(
        [gone(25.0, "gpio"), up(30.0, "gpio", GPIO.sensing), found(30.0, "gpio", Means.HOOK_PIN, off=True)]
    )
    loop.hear([Said(30.4, "gpio", RingStarted(LINE, at(30.2), 0, Means.RING_PIN))], until=50.0)
    (call,) = loop.closed
    assert (call.started, call.disposition) == (at(30.2), Disposition.UNKNOWN)
    assert call.doubt is Doubt.FOUND_OFF_HOOK
    assert loop.line.state is LineState.OFF_HOOK


def test_who_lifts_after_a_line_was_found_off_hook_has_lifted() -> None:
    """Seen in a random history: every lift after a finding was taken for the finding told again, the call for a missed one."""
    loop = line(GPIO_UP, MODEM_UP)
    loop.hear([gone(21.0, "gpio"), up(22.0, "gpio", GPIO.sensing)])
    loop.hear([found(22.0, "gpio", Means.HOOK_PIN, off=True), on(25.0, 25.8)])
    loop.hear([*pin_burst(60.0), off(61.5, 61.7), on(70.0, 70.8)], until=90.0)
    (call,) = loop.closed
    assert (call.disposition, call.answered, call.ended) == (Disposition.ANSWERED, at(61.5), at(70.0))


def test_an_ear_that_is_alone_with_what_it_found_says_since_when() -> None:
    loop = line(GPIO_UP)
    loop.hear([gone(25.0, "gpio"), up(30.0, "gpio", GPIO.sensing)])
    loop.hear([found(30.0, "gpio", Means.HOOK_PIN, off=True), off(30.3, 30.4)], until=40.0)
    (call,) = [loop.line.call]
    assert call is not None
    assert (call.direction, call.started) == (Direction.OUTBOUND, at(30.3))


def test_a_second_caller_is_a_call_of_its_own() -> None:
    loop = line(GPIO_UP, TAP_UP)
    loop.hear([*pin_burst(30.0), off(31.5, 31.7)])
    waiting = SoundHeard(LINE, at(50.0), Sound.CALL_WAITING, 0, Means.SOUND)
    loop.hear([Said(50.5, "tap", waiting), number(51.0, "tap", CallerId(NUMBER))])
    talk = loop.line.call
    loop.wake(60.0)
    assert loop.line.call == talk
    (second,) = loop.closed
    assert (second.caller_id, second.doubt) == (CallerId(NUMBER), Doubt.CALL_WAITING)
    loop.hear([on(70.0, 70.8)], until=80.0)
    assert [call.answered for call in loop.closed] == [None, at(31.5)]


def test_a_call_of_before_a_restart_rings_on() -> None:
    before = line(GPIO_UP)
    before.hear(pin_burst(30.0))
    call = before.line.call
    assert call is not None
    loop = Loop(["gpio"], HeardLine(LINE, "boot", ("gpio",)))
    loop.open = call
    (changed,) = loop.told(loop.line.resume(call, at(33.0)))
    assert isinstance(changed, CallChanged)
    assert loop.line.resume(replace(call, key="boot:L1:1"), at(33.0)) == []
    loop.hear([up(33.5, "gpio", GPIO.sensing), *pin_burst(35.0)], until=60.0)
    (closed,) = loop.closed
    assert (closed.key, closed.started, closed.ring_bursts) == (call.key, at(30.0), 2)


def test_a_call_of_another_boot_is_closed() -> None:
    before = line(GPIO_UP)
    before.hear(pin_burst(30.0))
    call = before.line.call
    assert call is not None
    after = HeardLine(LINE, "another", ("gpio",))
    (closed,) = after.resume(call, at(3.0))
    assert isinstance(closed, CallClosed)
    assert (closed.call.key, closed.call.doubt) == (call.key, Doubt.RESTART)
    assert after.resume(closed.call, at(3.0)) == []


def test_somebody_says_that_they_are_still_talking() -> None:
    loop = line(GPIO_UP)
    assert loop.line.line == LINE
    loop.hear([*pin_burst(30.0), off(31.5, 31.7)], until=31.5 + 1201.0)
    assert [trouble for trouble, _ in loop.line.troubles] == [Trouble.STILL_TALKING]
    (ended,) = loop.told(loop.line.still_talking(at(1300.0)))
    assert isinstance(ended, TroubleEnded)
    assert loop.wake(2400.0) == []
    assert [type(event) for event in loop.wake(2600.0)] == [TroubleBegan]


def test_an_ear_that_tells_later_than_its_lag_is_heard_and_that_is_told_once() -> None:
    loop = line(GPIO_UP)
    loop.hear([*pin_burst(30.0), off(31.5, 31.7)])
    loop.told(loop.line.expire(at(50.0)))
    loop.hear([on(40.0, 60.0), on(41.0, 61.0)], until=70.0)
    (call,) = loop.closed
    assert call.ended == at(40.0)
    assert loop.of("told_late") == ["gpio"]
    loop.hear([gone(80.0, "gpio"), up(90.0, "gpio", GPIO.sensing)], until=100.0)
    loop.hear([off(40.0, 101.0)], until=110.0)
    assert loop.of("told_late") == ["gpio", "gpio"]


def test_a_call_that_all_other_ears_deny_is_unknown() -> None:
    """Only an ear that breaks its word on its lag can do this."""
    loop = line(GPIO_UP, MODEM_UP)
    loop.hear([gone(21.0, "modem")], until=30.0)
    (opened,) = loop.hear([off(30.0, 30.1)])
    assert isinstance(opened, CallOpened)
    loop.told(loop.line.handle(LineRestored(LINE, at(29.9), MODEM.sensing), "modem"))
    jack = OnHook(LINE, at(29.95), means=Means.TELEPHONE_JACK)
    loop.told(loop.line.handle(jack, "modem"))
    loop.wake(60.0)
    (call,) = loop.closed
    assert (call.key, call.far_end) == (opened.call.key, FarEnd.UNKNOWN)
    assert loop.of("call_not_confirmed") == [""]


def test_a_storm_of_noise_is_settled_early_and_hides_no_call() -> None:
    loop = line(GPIO_UP, MODEM_UP)
    noise = [
        Said(30.0 + nr / 1e4, "modem", Unrecognised(LINE, at(30.0 + nr / 1e4), b"?")) for nr in range(2000)
    ]
    storm = [*noise[:1000], off(30.1, 30.1), *noise[1000:]]
    loop.hear(storm)
    assert len(loop.line._words) <= MOST_WAITING + 1
    loop.hear([on(40.0, 40.8)], until=50.0)
    assert len(loop.of("too_many_signals")) == 1
    assert len(loop.of("unrecognised")) == 2000
    (call,) = loop.closed
    assert (call.started, call.ended) == (at(30.1), at(40.0))
