"""Short words for line signals in tests: seconds in, signals of line L1 out; and a machine that is driven by them."""

from __future__ import annotations

from collections.abc import Iterable

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
    seconds,
)
from firmware_app.calls.call import Call, CallClosed, CallEvent
from firmware_app.calls.line_machine import LineMachine
from tests.support import at

LINE = "L1"
HOOK = Sensing(ring_edges=True, hook=True, loop=True, caller_id=True)
DIGITS = Sensing(ring_edges=True, hook=True, digits=True, loop=True, caller_id=True)
MODEM = Sensing(caller_id=True)
TAP = Sensing(digits=True, caller_id=True, sound=True)
CHIP = Sensing(digits=True)
ALL = Sensing(ring_edges=True, hook=True, digits=True, loop=True, caller_id=True, sound=True, reversal=True)
BY_SOUND = Sensing(ring_edges=True, hook=True, digits=True, caller_id=True, sound=True, lag=seconds(7))
QUICK = Sensing(ring_edges=True, hook=True, loop=True, lag=seconds(0.3))
NUMBER = "15400001234"


def restored(t: float, sensing: Sensing = HOOK) -> LineRestored:
    return LineRestored(LINE, at(t), sensing)


def lost(t: float) -> LineLost:
    return LineLost(LINE, at(t), "unplugged")


def started(t: float, error: float = 0) -> RingStarted:
    return RingStarted(LINE, at(t), seconds(error))


def ended(t: float) -> RingEnded:
    return RingEnded(LINE, at(t))


def burst(t: float, length: float = 1.0) -> list[LineSignal]:
    return [started(t), ended(t + length)]


def bursts(*starts: float) -> list[LineSignal]:
    return [signal for start in starts for signal in burst(start)]


def word(t: float, error: float = 0) -> RingWord:
    return RingWord(LINE, at(t), seconds(error))


def words(*starts: float) -> list[LineSignal]:
    return [word(start) for start in starts]


def off(t: float, error: float = 0, found: bool = False) -> OffHook:
    return OffHook(LINE, at(t), seconds(error), found)


def on(t: float, found: bool = False) -> OnHook:
    return OnHook(LINE, at(t), found=found)


def caller_id(t: float, number: str | None = NUMBER, name: str | None = None) -> CallerIdHeard:
    return CallerIdHeard(LINE, at(t), CallerId(number=number, name=name))


def digit(t: float, value: str = "5") -> DigitDialled:
    return DigitDialled(LINE, at(t), value)


def sound(t: float, what: Sound, error: float = 0) -> SoundHeard:
    return SoundHeard(LINE, at(t), what, seconds(error), Means.SOUND)


def reversal(t: float, error: float = 0) -> PolarityReversed:
    return PolarityReversed(LINE, at(t), seconds(error), Means.REVERSAL_PIN)


def sensing(t: float, what: Sensing, lost: str = "") -> SensingChanged:
    return SensingChanged(LINE, at(t), what, lost)


def flash(t: float) -> Flash:
    return Flash(LINE, at(t))


def loop_lost(t: float) -> LoopLost:
    return LoopLost(LINE, at(t))


def loop_restored(t: float) -> LoopRestored:
    return LoopRestored(LINE, at(t))


class Driven:
    """A machine, and all it told. `play` wakes it exactly at each deadline before the next signal, as a good loop does."""

    def __init__(self, sensing: Sensing | None = HOOK) -> None:
        self.machine = LineMachine(LINE, "boot")
        self.events: list[CallEvent] = []
        if sensing is not None:
            self.play([restored(0, sensing)])

    def play(self, signals: Iterable[LineSignal], until: float | None = None) -> list[CallEvent]:
        told: list[CallEvent] = []
        for signal in signals:
            told += self._wake(signal.at.mono)
            told += self.machine.handle(signal)
        if until is not None:
            told += self._wake(seconds(until))
        self.events += told
        return told

    def _wake(self, mono: int) -> list[CallEvent]:
        told: list[CallEvent] = []
        while (deadline := self.machine.next_deadline()) is not None and deadline <= mono:
            told += self.machine.expire(at(deadline / 1e9))
        return told

    @property
    def closed(self) -> list[Call]:
        return [event.call for event in self.events if isinstance(event, CallClosed)]
