"""What each line signal, and each moment that has come, does to one line. Pure; the table in line_machine says which when.

One method for each move, `(signal) -> None`; what it changes is told as call events. A move never raises, whatever the
stamp of its signal; that the state fits is the table's word.
"""

from __future__ import annotations

from dataclasses import replace

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
    RingEnded,
    RingStarted,
    RingWord,
    SensingChanged,
    Unrecognised,
    seconds,
)
from firmware_app.calls.call import Call, Direction, Disposition, Trouble
from firmware_app.calls.known_line import KnownLine, LineState
from firmware_app.calls.line_troubles import LOOP_LOSS
from firmware_app.calls.ringing import Burst, Ringing

# The slowest ear: AT-TRV tells on-hook half a poll (0.25 s) and 0.94 s of agreeing readings after it was; GPIO 0.7 s.
LAG = seconds(1.25)
REDECIDE_WITHIN = seconds(8.0)  # digits so soon after lifting in a silence: somebody lifted to dial
LATE_CALLER_ID = seconds(3.0)  # after the answer: a modem may print late what came before it
MOST_DIGITS = 40  # what is pressed in a conversation is not the number dialled
DIGITS = frozenset("0123456789*#ABCD")
UNEXPECTED = {
    RingStarted: "ring_off_hook",
    RingWord: "ring_off_hook",
    RingEnded: "ring_end_alone",
    CallerIdHeard: "caller_id_off_hook",
    OffHook: "off_hook_repeated",
    DigitDialled: "digit_on_hook",
    Flash: "flash_on_hook",
}


class LineMoves(KnownLine):
    """The moves of one line."""

    # What is due.

    def due(self) -> list[tuple[Instant, Trouble | None]]:
        """What happens when, if no signal comes before: None is the end of ringing, or its proof that nobody lifted."""
        due: list[tuple[Instant, Trouble | None]] = [*self.troubles.due()]
        if self.state is LineState.RINGING:
            due.append((self._ringing.over(), None))
        elif self._doubt.due is not None:
            due.append((self._doubt.due, None))
        return due

    def settle(self, before: int) -> None:
        """Do all that is due before `before` (monotonic ns), in order, each at its own moment."""
        while due := [each for each in self.due() if each[0].mono < before]:
            at, trouble = min(due, key=lambda each: each[0])
            if trouble is None and self.state is LineState.RINGING:
                self._ringing_over(at)
            elif trouble is None:
                self._on_hook_after_all()
            elif trouble is Trouble.NO_LOOP:
                self._no_loop(at)
            else:
                self.troubles.begin(at, trouble)

    def _ringing_over(self, at: Instant) -> None:
        if self._ringing.give_up_end():
            self._anomaly(at, "ring_end_missed")
        by_length = None if self._sensing.hook and not self._doubt.of_call else Disposition.UNKNOWN
        self.open.close_unanswered(at, self._ringing.last_edge, by_length)
        self._enter(LineState.IDLE, at)

    def _on_hook_after_all(self) -> None:
        """The exchange rings, so nobody has the handset in the hand: the call rings on, or a talk ended unseen and one begins."""
        ring = self._doubt.taken()
        assert ring is not None
        call, at = self.open.call, ring.at
        self.troubles.released(at)
        self.troubles.hook_contradicted(at)
        if self.state is LineState.TALKING and at <= self._ringing.last_moment_for_a_burst():
            error = (self.open.must.uncertainty or 0) - self._hook_error
            self.open.change(at, replace(self.open.must, answered=None, uncertainty=error))
            self._enter(LineState.RINGING, self.open.must.started)
            self.ring_again(ring)
        else:
            if call is not None:
                self.open.close_talk(at, call.answered or call.started, seen=False)
            self._enter(LineState.IDLE, at)
            self.ring(ring)
        self._doubt.of_call = True

    def _no_loop(self, at: Instant) -> None:
        """The loop has been away for long. Whether the caller still waits cannot be known (DOMAIN 2.2, AMBIG)."""
        lost = at.plus(-LOOP_LOSS)
        if self.state is LineState.RINGING:
            self.open.close_unanswered(at, self._edge_until(at), Disposition.UNKNOWN)
            self._enter(LineState.IDLE, at)
        elif self.open.call is not None:  # a talk ends with the loop; the handset may still be off
            self._close_talk(at, lost)
            self._enter(LineState.OFF_HOOK, lost)
        self.troubles.released(at)
        self.troubles.begin(at, Trouble.NO_LOOP)

    def take_up(self, call: Call, at: Instant) -> None:
        """An open call of before a restart: in time it goes on ringing, else it is closed.

        A talk, and any call of another boot (its stamps compare with none of this one), ends at the last moment known of it.
        """
        same_boot = self.open.take_up(call)
        self._ringing = Ringing(call.last_edge or call.started, call.last_edge)
        if call.direction is Direction.OUTBOUND or call.answered is not None:
            # That somebody answered stays a fact; when they hung up was not seen.
            self.open.close_talk(at, call.answered or call.started, seen=False)
        elif same_boot and call.started <= at <= self._ringing.over():
            self._enter(LineState.RINGING, call.started)
            self.open.change(at, call)
        else:
            self.open.close_unanswered(at, call.last_edge, Disposition.UNKNOWN)

    # Signals while on-hook.

    def ring(self, signal: RingStarted | RingWord) -> None:
        """A call begins."""
        if self.open.is_stale(signal.at):
            self._anomaly(signal.at, "ring_out_of_order")
            return
        self.troubles.loop_back(signal.at)
        call = self._rings_from(signal.at)
        self._ringing.begin(signal.at, isinstance(signal, RingStarted))
        edge = self._ringing.last_edge
        self.open.tell_opened(replace(call, ring_bursts=1, last_edge=edge, uncertainty=signal.error))
        self._enter(LineState.RINGING, signal.at)

    def ring_again(self, signal: RingStarted | RingWord) -> None:
        """The next burst, or the first of a call that caller ID announced, or already another call."""
        last_moment = self._ringing.last_moment_for_a_burst()
        if signal.at > last_moment:
            self._ringing_over(last_moment)
            self.ring(signal)
            return
        self.troubles.loop_back(signal.at)
        if self._is_another_burst(signal):
            call = self.open.must
            if call.ring_bursts == 0:
                call = replace(call, started=signal.at, uncertainty=signal.error)
            bursts = call.ring_bursts + 1
            self.open.change(signal.at, replace(call, ring_bursts=bursts, last_edge=self._ringing.last_edge))

    def _is_another_burst(self, signal: RingStarted | RingWord) -> bool:
        burst = self._ringing.begin(signal.at, isinstance(signal, RingStarted))
        if burst is Burst.REPEATED:
            self._anomaly(signal.at, "ring_repeated")
        if burst is Burst.AFTER_LOST_END:
            self._anomaly(signal.at, "ring_end_missed")
        return burst in (Burst.NEXT, Burst.AFTER_LOST_END)

    def ring_ended(self, signal: RingEnded) -> None:
        if self._ringing.end(signal.at):
            self.open.change(signal.at, replace(self.open.must, last_edge=signal.at))
        else:
            self._anomaly(signal.at, "ring_end_alone")

    def announced(self, signal: CallerIdHeard) -> None:
        """Caller ID before the first burst opens the call."""
        if self.open.is_stale(signal.at):
            self._anomaly(signal.at, "caller_id_out_of_order")
            return
        call = self._rings_from(signal.at)
        self.open.tell_opened(replace(call, caller_id=signal.caller_id, caller_id_at=signal.at))
        self._enter(LineState.RINGING, signal.at)

    def caller_id(self, signal: CallerIdHeard) -> None:
        """The first word on each fact stands; only what is new changes the call."""
        call, heard = self.open.must, signal.caller_id
        merged = call.caller_id.merged(heard) if call.caller_id else heard
        if heard.number and heard.number != merged.number:
            self._anomaly(signal.at, "caller_id_differs")
        if merged != call.caller_id:
            first = call.caller_id_at or signal.at
            self.open.change(signal.at, replace(call, caller_id=merged, caller_id_at=first))

    def _rings_from(self, at: Instant) -> Call:
        self._ringing = Ringing(at)
        self._doubt.of_call = self.troubles.hook_in_doubt
        return self.open.open(at, Direction.INBOUND)

    def seized(self, signal: OffHook) -> None:
        """Off-hook from idle: an outbound call, unless it was found so."""
        if self.open.is_stale(signal.at):
            self._anomaly(signal.at, "off_hook_out_of_order")
        start = self.open.not_before_last(signal.at)
        self.troubles.lifted(start, quiet=self._sensing.digits)
        self._hook_error = signal.error
        if signal.found:
            self._enter(LineState.OFF_HOOK, start)
            return
        self.troubles.loop_back(start)
        self.open.tell_opened(replace(self.open.open(start, Direction.OUTBOUND), uncertainty=signal.error))
        self._enter(LineState.OUTBOUND, start)

    def lifted(self, signal: OffHook) -> None:
        """Answered. When it was found off-hook nobody knows whether the call was answered."""
        if self.troubles.hook_in_doubt:
            self.unexpected(signal)
            return
        if signal.found:
            self.open.close_unanswered(signal.at, self._edge_until(signal.at), Disposition.UNKNOWN)
            self.seized(signal)
            return
        call = self.open.must
        if signal.at < call.started.plus(-LAG):
            self._anomaly(signal.at, "off_hook_out_of_order")
        answered = max(signal.at, call.started)  # sensed a little before the burst that it answered
        self._hook_error = signal.error
        self._lifted_in_silence = not self._ringing.covers(answered)
        self.troubles.loop_back(answered)
        self.troubles.lifted(answered)
        self._enter(LineState.TALKING, answered)
        edge = self._ringing.last_edge_before(answered)
        error = (call.uncertainty or 0) + signal.error
        self.open.change(signal.at, replace(call, answered=answered, last_edge=edge, uncertainty=error))

    def on_hook_already(self, signal: OnHook) -> None:
        """As expected, where rings have contradicted the sensor; a word that only came late takes the doubt from the call."""
        if not self.troubles.hook_in_doubt:
            if not signal.found:
                self._anomaly(signal.at, "on_hook_repeated")
            return
        self.troubles.hook_agrees(signal.at)
        call = self.open.call
        if call is not None and signal.at.since(call.started) <= signal.error + (call.uncertainty or 0):
            self._doubt.of_call = False

    # Signals while off-hook.

    def ring_off_hook(self, signal: RingStarted | RingWord) -> None:
        """Of the answer, or a proof that there was none."""
        call = self.open.call
        lifted = (call.answered or call.started) if call else self.since
        assert lifted is not None
        if not self._doubt.hold(signal, lifted, self._hook_error):
            self.unexpected(signal)

    def ring_in_talk(self, signal: RingStarted | RingWord) -> None:
        """A burst that began before the answer may be told after it; any other is not expected."""
        call = self.open.must
        answered = call.answered or call.started
        if signal.at > answered.plus(self._hook_error + signal.error):
            self.ring_off_hook(signal)
        elif self._is_another_burst(signal):
            self._lifted_in_silence = False
            self.open.change(signal.at, replace(call, ring_bursts=call.ring_bursts + 1))

    def ring_in_outbound(self, signal: RingStarted | RingWord) -> None:
        """Told late, the burst began before somebody lifted: it was no outbound call, but an answer."""
        call = self.open.must
        too_late = signal.at > call.started.plus(self._hook_error + signal.error)
        if too_late or call.digits or call.started.since(signal.at) > LAG or self.open.is_stale(signal.at):
            self.ring_off_hook(signal)
            return
        self._ringing = Ringing(signal.at)
        self._ringing.begin(signal.at, isinstance(signal, RingStarted))
        self._lifted_in_silence = False
        self.troubles.in_use(signal.at)
        self._enter(LineState.TALKING, call.started)
        inbound = replace(
            call, direction=Direction.INBOUND, started=min(signal.at, call.started), ring_bursts=1
        )
        error = signal.error + self._hook_error
        changed = replace(inbound, answered=call.started, last_edge=call.started, uncertainty=error)
        self.open.change(signal.at, changed)

    def ring_end_off_hook(self, signal: RingEnded) -> None:
        """The burst that the answer cut off ends; its last edge is the answer."""
        if not self._ringing.end(signal.at):
            self._anomaly(signal.at, "ring_end_alone")

    def caller_id_in_talk(self, signal: CallerIdHeard) -> None:
        call = self.open.must
        if signal.at.since(call.answered or call.started) <= LATE_CALLER_ID:
            self.caller_id(signal)
        else:
            self._anomaly(signal.at, "caller_id_off_hook")  # call waiting

    def digit_in_talk(self, signal: DigitDialled) -> None:
        """Digits soon after lifting in a silence: nobody answered, somebody dialled."""
        call = self.open.must
        lifted = call.answered or call.started
        if not self._lifted_in_silence or signal.at.since(lifted) > REDECIDE_WITHIN:
            return
        self.open.call = replace(call, uncertainty=(call.uncertainty or 0) - self._hook_error)
        self.open.close_unanswered(signal.at, self._ringing.last_edge)
        outbound = self.open.open(lifted, Direction.OUTBOUND)
        self.open.tell_opened(replace(outbound, uncertainty=self._hook_error))
        self._enter(LineState.OUTBOUND, lifted)
        self.digit_dialled(signal)

    def digit_dialled(self, signal: DigitDialled) -> None:
        call = self.open.must
        if signal.digit not in DIGITS:
            self._anomaly(signal.at, "digit_unknown")
        elif len(call.digits) < MOST_DIGITS:
            self.troubles.in_use(signal.at)
            self.open.change(signal.at, replace(call, digits=call.digits + signal.digit))

    def digit_off_hook(self, signal: DigitDialled) -> None:
        """Somebody uses the line; no call is made of it, because its beginning was not seen."""
        self.troubles.in_use(signal.at)

    def released(self, signal: OnHook) -> None:
        if self.open.call is not None:
            self._close_talk(signal.at, signal.at, seen=not signal.found)
        self.troubles.released(signal.at)
        self.troubles.hook_agrees(signal.at)
        self._enter(LineState.IDLE, signal.at)
        ring = self._doubt.taken()
        if ring is not None and self._doubt.rang_after(signal, ring):
            self.ring(ring)
        elif ring is not None:
            self.unexpected(ring)

    # Signals in any state.

    def line_lost(self, signal: LineLost) -> None:
        if self.state is LineState.RINGING:
            self.open.close_unanswered(signal.at, self._edge_until(signal.at), Disposition.UNKNOWN)
        elif self.open.call is not None:
            self._close_talk(signal.at, signal.at, seen=False)
        self.troubles.released(signal.at)
        self.troubles.hook_agrees(signal.at)
        self._doubt.taken()
        self.troubles.loop_back(signal.at)
        self.troubles.begin(signal.at, Trouble.LINE_LOST, signal.reason)
        self._enter(LineState.LOST, signal.at)

    def line_restored(self, signal: LineRestored) -> None:
        self._sensing = signal.sensing
        self.troubles.end(signal.at, Trouble.LINE_LOST)
        if self.state in (LineState.STARTING, LineState.LOST):
            self._enter(LineState.IDLE, signal.at)

    def sensing_changed(self, signal: SensingChanged) -> None:
        self._sensing = signal.sensing

    def loop_lost(self, signal: LoopLost) -> None:
        self.troubles.loop_gone(signal.at)

    def loop_restored(self, signal: LoopRestored) -> None:
        self.troubles.loop_back(signal.at)
        if self.state is LineState.OFF_HOOK:
            self.troubles.lifted(signal.at, quiet=self._sensing.digits)

    def expected(self, signal: LineSignal) -> None:
        """Nothing changes."""

    def unexpected(self, signal: LineSignal) -> None:
        self._anomaly(signal.at, UNEXPECTED[type(signal)])

    def unrecognised(self, signal: Unrecognised) -> None:
        self._anomaly(signal.at, "unrecognised", f"{len(signal.raw)} bytes")

    def damaged(self, signal: Damaged) -> None:
        self._anomaly(signal.at, "caller_id_damaged", signal.reason)
