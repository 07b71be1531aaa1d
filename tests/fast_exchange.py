"""The virtual exchange faster than time: a month of calls on some lines, as the monitor would record them, within a second.

The courses are the exchange's own (`device.exchange.line_course`); what a pair of pins, a modem and a DTMF chip would say of
them goes through the line machine and `LineRecords` into a real ledger. Times straddle what the standard and the rules name.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from device.exchange.course_sounds import sounds_of
from device.exchange.line_course import course, line_free_at
from device.exchange.planned import CourseOfLine, FarEnd, PlannedCall, PlannedDialling, PlannedLift, Sent
from device.exchange.wire_changes import Wire, WireChange
from device.signals import (
    SECOND,
    Absence,
    CallerId,
    CallerIdHeard,
    DigitDialled,
    Instant,
    LineRestored,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    Sensing,
    SoundHeard,
    seconds,
)
from firmware_app.calls.line_machine import LineMachine
from firmware_app.line_records import LineRecords

SENSING = Sensing(
    ring_edges=True, hook=True, digits=True, loop=True, caller_id=True, sound=True, reversal=True
)
MOBILES = tuple(f"154{nr:08d}" for nr in range(1, 7))
FIXED = ("03560000001", "03560000002", "0000003")  # the last without its area code
ODD = (
    "12345",
    "035612345",
    "4000000000",
    "96110",
    "95588",
    "+12025550100",
    "0012025550101",
    "01540000000099",
)
ANSWER_AFTER = (0.4, 2.0, 4.0, 6.5, 9.0, 14.9, 14.999, 15.0, 15.001, 16.5, 21.0, 29.0)  # s: 15.000 is in time
BURSTS = (0.4, 0.8, 1.0, 1.8, 2.0, 3.0, 4.0, 6.0)  # 1.0 and less: the caller gave up within 5 s
NO_HOOK = Sensing(ring_edges=True, loop=True, caller_id=True)
TALK = (0.5, 2.9, 3.0, 20.0, 45.0, 180.0)
PAUSE = (
    9 * SECOND
)  # from one course to the next on a line: the machine needs 6 s to know that ringing is over


@dataclass
class FastLine:
    """One line and its machine, on a clock that runs as fast as it is asked: `base` is the wall (ns) of monotonic 0."""

    name: str
    records: LineRecords
    boot: str
    base: int
    sensing: Sensing = SENSING
    free: int = 0  # ns: from when on the next course may begin
    machine: LineMachine = field(init=False)

    def __post_init__(self) -> None:
        self.machine = LineMachine(self.name, self.boot)
        self._take(LineRestored(self.name, self._at(0), self.sensing, "fast"))

    def play(self, plan: CourseOfLine, start: int) -> int:
        """Play it from `start` (ns) on, or as soon as the line is free; gives when it was over."""
        changes = course(plan, max(start, self.free))
        wire = sorted([*changes, *sounds_of(plan, changes)], key=lambda change: change.at)
        for change in wire:
            deaf = change.kind in _OF_HOOK and not self.sensing.hook
            say = None if deaf else _SAID.get(change.kind)
            signal = say(self.name, self._at(change.at), change) if say else None
            if signal is not None:
                self._wake(change.at)
                self._take(signal)
        self.free = line_free_at(plan, changes) + PAUSE
        self._wake(self.free - SECOND)
        return self.free

    def _at(self, mono: int) -> Instant:
        return Instant(mono, self.base + mono)

    def _take(self, signal: LineSignal) -> None:
        for event in self.machine.handle(signal):
            self.records.event(event)

    def _wake(self, mono: int) -> None:
        while (deadline := self.machine.next_deadline()) is not None and deadline <= mono:
            for event in self.machine.expire(self._at(deadline)):
                self.records.event(event)


def _caller_id(line: str, at: Instant, change: WireChange) -> LineSignal | None:
    if change.caller_id is None or change.damaged:
        return None
    return CallerIdHeard(line, at, change.caller_id, True, Means.MODEM)


_OF_HOOK = (Wire.OFF_HOOK, Wire.ON_HOOK, Wire.DIGIT, Wire.SOUND, Wire.REVERSED)
_SAID: Mapping[Wire, Callable[[str, Instant, WireChange], LineSignal | None]] = {
    Wire.BURST_STARTED: lambda line, at, _: RingStarted(line, at, 0, Means.RING_PIN),
    Wire.BURST_ENDED: lambda line, at, _: RingEnded(line, at, 0, Means.RING_PIN),
    Wire.CALLER_ID_SENT: _caller_id,
    Wire.TONES: _caller_id,
    Wire.OFF_HOOK: lambda line, at, _: OffHook(line, at, 0, False, Means.HOOK_PIN),
    Wire.ON_HOOK: lambda line, at, _: OnHook(line, at, 0, False, Means.HOOK_PIN),
    Wire.DIGIT: lambda line, at, change: DigitDialled(line, at, change.digit, 0, Means.DTMF_CHIP),
    Wire.SOUND: lambda line, at, change: SoundHeard(line, at, change.sound, 0, Means.SOUND),
    Wire.REVERSED: lambda line, at, _: PolarityReversed(line, at, 0, Means.REVERSAL_PIN),
}


def random_plan(chance: random.Random) -> CourseOfLine:
    """Somebody calls, or somebody dials: often who was called before."""
    kind = chance.choices(("missed", "answered", "outgoing", "lift"), (45, 35, 18, 2))[0]
    if kind == "lift":
        return PlannedLift(seconds(chance.choice((2.0, 12.0))))
    number = chance.choice(chance.choice((MOBILES, MOBILES, MOBILES, FIXED, ODD)))
    if kind == "outgoing":
        dialled = chance.choice((number, "0" + number if number.startswith("1") else number, "9" + number))
        far = chance.choice(list(FarEnd))
        return PlannedDialling(
            "".join(sign for sign in dialled if sign.isdigit()), seconds(chance.choice(TALK)), far=far
        )
    absence = chance.choice(list(Absence))
    caller = CallerId(absence=absence) if chance.random() < 0.1 else CallerId(number)
    if kind == "answered":
        return PlannedCall(
            caller,
            answer_after=seconds(chance.choice(ANSWER_AFTER)),
            talk=seconds(chance.choice(TALK)),
            sent=chance.choice((Sent.BETWEEN, Sent.BEFORE, Sent.TONES)),
        )
    return PlannedCall(caller, bursts=chance.choice(BURSTS), sent=chance.choice((Sent.BEFORE, Sent.TONES)))


def random_starts(chance: random.Random, calls: int, lasts: int, borders: Sequence[int]) -> list[int]:
    """`calls` moments within `lasts` ns, in order; one in five is within seconds of a border (opening, closing, midnight)."""
    found: list[int] = []
    for _ in range(calls):
        if borders and chance.random() < 0.2:
            moment = chance.choice(borders) + chance.choice((-12 * SECOND, -2 * SECOND, -1, 0, 1, 3 * SECOND))
        else:
            moment = chance.randrange(lasts)
        heapq.heappush(found, min(max(0, moment), lasts))
    return [heapq.heappop(found) for _ in range(len(found))]
