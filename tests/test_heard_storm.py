"""An ear that babbles on a line of several ears: little is kept, little is computed, and the call in the midst is recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from device.signals import (
    CallerId,
    CallerIdHeard,
    DigitDialled,
    Flash,
    LineLost,
    LineRestored,
    LineSignal,
    LoopLost,
    LoopRestored,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    Sensing,
    SensingChanged,
    Sound,
    SoundHeard,
    Unrecognised,
    seconds,
)
from firmware_app.calls.call import CallClosed, CallEvent
from firmware_app.calls.heard_line import MOST_SHOWN, MOST_WAITING, HeardLine
from firmware_app.calls.same_facts import MOST, MOST_CALLER_IDS
from tests.line_signals import LINE
from tests.support import at

MODEM = Sensing(hook=True, caller_id=True)
Make = Callable[[float, int], LineSignal]
STORMS: dict[str, Make] = {
    "unread": lambda t, nr: Unrecognised(LINE, at(t), b"?"),
    "caller IDs": lambda t, nr: CallerIdHeard(LINE, at(t), CallerId(f"1540000{nr:04}"), False, Means.MODEM),
    "words": lambda t, nr: RingWord(LINE, at(t), seconds(1), Means.MODEM),
    "bursts": lambda t, nr: (RingStarted if nr % 2 else RingEnded)(LINE, at(t), 0, Means.MODEM),
    "hook": lambda t, nr: (OffHook if nr % 2 else OnHook)(
        LINE, at(t), seconds(0.5), means=Means.LINE_VOLTAGE
    ),
    "digits": lambda t, nr: DigitDialled(LINE, at(t), "5", seconds(0.1), Means.MODEM),
    "flashes": lambda t, nr: Flash(LINE, at(t), Means.MODEM),
    "reversals": lambda t, nr: PolarityReversed(LINE, at(t), 0, Means.MODEM),
    "sounds": lambda t, nr: SoundHeard(LINE, at(t), list(Sound)[nr % 11], 0, Means.MODEM),
    "loop": lambda t, nr: (LoopLost if nr % 2 else LoopRestored)(LINE, at(t)),
    "coming and going": lambda t, nr: (
        LineRestored(LINE, at(t), MODEM) if nr % 2 else LineLost(LINE, at(t), "x")
    ),
    "senses": lambda t, nr: SensingChanged(LINE, at(t), MODEM if nr % 2 else Sensing()),
}


def quiet_line() -> HeardLine:
    line = HeardLine(LINE, "boot", ("gpio", "modem"))
    line.handle(LineRestored(LINE, at(1), Sensing(ring_edges=True, hook=True, lag=seconds(0.9))), "gpio")
    line.handle(LineRestored(LINE, at(1), MODEM), "modem")
    line.handle(OnHook(LINE, at(1), found=True, means=Means.HOOK_PIN), "gpio")
    line.expire(at(20))
    return line


@pytest.mark.parametrize("make", STORMS.values(), ids=STORMS)
def test_of_a_storm_little_is_kept(make: Make) -> None:
    line = quiet_line()
    for nr in range(2 * MOST_WAITING + 2 * MOST):
        line.handle(make(30 + nr / 1000, nr), "modem")
        same = line._known._same._happenings
        assert len(line._words) <= MOST_WAITING
        assert len(same) <= MOST
        assert all(len(each.words) <= MOST_CALLER_IDS for each in same)


def test_while_many_words_wait_nothing_new_is_shown_and_the_record_is_the_same() -> None:
    """To show is to replay what waits: of a storm that would keep the loop from the other lines."""
    line = quiet_line()
    told: list[CallEvent] = []
    for nr in range(MOST_SHOWN + 1):
        told += line.handle(DigitDialled(LINE, at(30 + nr / 1000), "5", 0, Means.MODEM), "modem")
    assert line.handle(RingStarted(LINE, at(30.2), 0, Means.RING_PIN), "gpio") == []
    told += line.handle(RingEnded(LINE, at(31.2), 0, Means.RING_PIN), "gpio")
    told += line.expire(at(60))
    (closed,) = [event for event in told if isinstance(event, CallClosed)]
    assert (closed.call.started, closed.call.ended) == (at(30.2), at(31.2))


def test_of_many_words_on_one_caller_the_best_is_kept() -> None:
    line = quiet_line()
    line.handle(RingStarted(LINE, at(30), 0, Means.RING_PIN), "gpio")
    line.handle(RingEnded(LINE, at(31), 0, Means.RING_PIN), "gpio")
    for nr in range(3 * MOST_CALLER_IDS):
        checked = nr == 2 * MOST_CALLER_IDS
        who = CallerId(f"154000000{nr:02}")
        line.handle(CallerIdHeard(LINE, at(32 + nr / 100), who, checked, Means.MODEM), "modem")
    (closed,) = [event for event in line.expire(at(60)) if isinstance(event, CallClosed)]
    assert closed.call.caller_id == CallerId(f"154000000{2 * MOST_CALLER_IDS}")
