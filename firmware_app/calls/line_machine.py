"""Line signals in, call events out: the state machine of one telephone line. Pure: no I/O, no clock, it never raises.

Rule 1: which signal does what in which state stands in TABLE, in this file, and nowhere else; `line_moves` holds how.
Rule 2: everything is decided by the stamps of occurrence. What was due before a signal occurred is done first, at
its own moment. So how late or how often the loop wakes, or calls `expire`, never changes the record.
Rule 3: a tick waits the lag of the line's ears longer than the moment it closes: so much later they may tell what they heard.
Rule 4: at most one call is open; every call opened is closed once; a closed call never changes. The second caller of a talk
(call waiting) is opened and closed at once, and leaves the open call as it is.
Rule 5: what is not expected becomes an `Anomaly`. Its detail never holds a number, nor bytes that may hold one.
Rule 6: a line that does not sense the hook, or whose hook was not sensed all the time while it rang, gives `unknown` (and
`doubt` says why). Nothing is guessed. What is known by digits and sounds alone: sound_moves.
Rule 7: `LineLost` ends every other trouble: what is not heard is not known. After `LineRestored` a driver tells
again what it finds (OffHook and OnHook with `found`, LoopLost), the merging of ears also which of them are away.

A short outbound call without digits (somebody lifted and put down again) is a record too: the line was in use.
Each fact keeps the means by which it was sensed, as its signal says.
Rule 8: ringing is the exchange's word. A ring while the handset is believed off proves the hook sensing wrong (hook_doubt).
A new kind of signal needs a row here for every state, or test_line_machine fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from device.signals import (
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Flash,
    Instant,
    LineLost,
    LineRestored,
    LineSignal,
    LoopLost,
    LoopRestored,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    SensingChanged,
    SoundHeard,
    Unrecognised,
)
from firmware_app.calls.call import Call, CallEvent, Trouble
from firmware_app.calls.known_line import LineState
from firmware_app.calls.line_moves import LineMoves

Move = Callable[[LineMoves, Any], None]
Row = Mapping[type[LineSignal], Move]

ALWAYS: Row = {
    LineLost: LineMoves.line_lost,
    LineRestored: LineMoves.line_restored,
    LoopLost: LineMoves.loop_lost,
    LoopRestored: LineMoves.loop_restored,
    Unrecognised: LineMoves.unrecognised,
    Damaged: LineMoves.damaged,
    PolarityReversed: LineMoves.expected,
    SensingChanged: LineMoves.sensing_changed,
}
ON_HOOK: Row = {
    **ALWAYS,
    RingStarted: LineMoves.ring,
    RingWord: LineMoves.ring,
    RingEnded: LineMoves.unexpected,
    CallerIdHeard: LineMoves.announced,
    OffHook: LineMoves.seized,
    OnHook: LineMoves.on_hook_already,
    DigitDialled: LineMoves.digit_on_hook,
    Flash: LineMoves.unexpected,
    SoundHeard: LineMoves.sound_on_hook,
}
OFF_HOOK: Row = {
    **ALWAYS,
    RingStarted: LineMoves.ring_off_hook,
    RingWord: LineMoves.ring_off_hook,
    RingEnded: LineMoves.ring_end_off_hook,
    CallerIdHeard: LineMoves.unexpected,
    OffHook: LineMoves.off_hook_already,
    OnHook: LineMoves.released,
    DigitDialled: LineMoves.digit_off_hook,
    Flash: LineMoves.expected,
    SoundHeard: LineMoves.sound_off_hook,
}
TABLE: Mapping[LineState, Row] = {
    LineState.STARTING: ON_HOOK,
    LineState.LOST: ON_HOOK,
    LineState.IDLE: ON_HOOK,
    LineState.RINGING: {
        **ON_HOOK,
        RingStarted: LineMoves.ring_again,
        RingWord: LineMoves.ring_again,
        RingEnded: LineMoves.ring_ended,
        CallerIdHeard: LineMoves.caller_id,
        OffHook: LineMoves.lifted,
        DigitDialled: LineMoves.digit_in_ringing,
        SoundHeard: LineMoves.sound_in_ringing,
    },
    LineState.TALKING: {
        **OFF_HOOK,
        RingStarted: LineMoves.ring_in_talk,
        RingWord: LineMoves.ring_in_talk,
        CallerIdHeard: LineMoves.caller_id_in_talk,
        DigitDialled: LineMoves.digit_in_talk,
        SoundHeard: LineMoves.sound_in_talk,
    },
    LineState.OUTBOUND: {
        **OFF_HOOK,
        RingStarted: LineMoves.ring_in_outbound,
        RingWord: LineMoves.ring_in_outbound,
        CallerIdHeard: LineMoves.caller_id_in_talk,
        DigitDialled: LineMoves.digit_dialled,
        PolarityReversed: LineMoves.reversal_in_outbound,
        SoundHeard: LineMoves.sound_in_outbound,
    },
    LineState.OFF_HOOK: OFF_HOOK,
}


class LineMachine:
    """One line. `boot` goes into the key of each call."""

    def __init__(self, line: str, boot: str) -> None:
        self._name = line
        self._line = LineMoves(line, boot)

    @property
    def line(self) -> str:
        return self._name

    @property
    def call(self) -> Call | None:
        """The open call."""
        return self._line.open.call

    @property
    def state(self) -> LineState:
        return self._line.state

    @property
    def since(self) -> Instant | None:
        """When the state began; None before anything was heard."""
        return self._line.since

    @property
    def troubles(self) -> tuple[tuple[Trouble, Instant], ...]:
        """What is wrong with the line now, with the moment it began, oldest first."""
        return self._line.troubles.began

    def handle(self, signal: LineSignal) -> list[CallEvent]:
        """Take one signal; returns what it, and all that was due before it, changed. Never raises."""
        # What depends on no state may not close what is still open: an earlier fact may be on its way (rule 3).
        neutral = isinstance(signal, Unrecognised | Damaged)
        self._line.settle(signal.at.mono - self._line.lag + 1 if neutral else signal.at.mono)
        TABLE[self._line.state][type(signal)](self._line, signal)
        return self._line.taken()

    def next_deadline(self) -> int | None:
        """Monotonic ns at which to call `expire`; None while nothing is awaited."""
        return min((at.mono + self._line.lag for at, _ in self._line.due()), default=None)

    def expire(self, now: Instant) -> list[CallEvent]:
        """Do what is due at `now`. Calling it late, often or early changes no record."""
        self._line.settle(now.mono - self._line.lag + 1)
        return self._line.taken()

    def resume(self, call: Call, at: Instant) -> list[CallEvent]:
        """Take up an open call of this boot after a restart: in time it goes on ringing, else it is closed."""
        if self.call is None and call.ended is None:
            self._line.take_up(call, at)
        return self._line.taken()

    def lift_denied(self, at: Instant) -> list[CallEvent]:
        """Of several ears on the hook one said that somebody lifted, an exacter one that nobody did."""
        self._line.settle(at.mono)
        self._line.lift_denied()
        return self._line.taken()

    def still_talking(self, at: Instant) -> list[CallEvent]:
        """A person said yes: the question, or the fault it became, ends and both clocks start again."""
        self._line.settle(at.mono - self._line.lag + 1)
        self._line.troubles.still_talking(at)
        return self._line.taken()
