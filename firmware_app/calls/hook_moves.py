"""What lifting, putting down, dialling, and rings meanwhile do to a line. Pure; the table in line_machine says which when."""

from __future__ import annotations

from dataclasses import replace

from device.signals import (
    CallerIdHeard,
    DigitDialled,
    Flash,
    Instant,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    seconds,
)
from firmware_app.calls.call import Call, Direction, Doubt
from firmware_app.calls.far_signs import FarSigns
from firmware_app.calls.known_line import LAG, LineState
from firmware_app.calls.ring_moves import RingMoves
from firmware_app.calls.ringing import Ringing

REDECIDE_WITHIN = seconds(
    8.0
)  # digits or dial tone so soon after lifting in a silence: somebody lifted to dial
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
OF_THE_TELEPHONE = (OffHook, OnHook, DigitDialled, Flash)


class HookMoves(RingMoves):
    """Moves of the telephone."""

    # While on-hook.

    def seized(self, signal: OffHook) -> None:
        """Off-hook from idle: an outbound call, unless it was found so."""
        if self.open.is_stale(signal.at):
            self._anomaly(signal.at, "off_hook_out_of_order")
        start = self.open.not_before_last(signal.at)
        self._lifted(start, quiet=self._hears_use)
        self._hook_error = signal.error
        if signal.found:
            self._enter(LineState.OFF_HOOK, start)
            return
        self.troubles.loop_back(start)
        self._dials_from(start, signal.means, signal.error)

    def _dials_from(self, at: Instant, by: Means | None, error: int) -> None:
        """An outbound call begins."""
        self._far = FarSigns()
        call = self.open.open(at, Direction.OUTBOUND, by)
        self.open.tell_opened(replace(call, uncertainty=error))
        self._call_by_ear = not self._sensing.hook
        self._enter(LineState.OUTBOUND, at)

    def _lifted(self, at: Instant, quiet: bool = False) -> None:
        """How long it is off-hook matters only where on-hook will be told."""
        if self._sensing.hook:
            self.troubles.lifted(at, quiet)

    def lifted(self, signal: OffHook) -> None:
        """Answered. When it was found off-hook nobody knows whether the call was answered."""
        if self.troubles.hook_in_doubt:
            self.unexpected(signal)
            return
        if signal.found:
            self._close_ringing(signal.at, self._edge_until(signal.at), Doubt.FOUND_OFF_HOOK)
            self.seized(signal)
            return
        call = self.open.must
        if signal.at < call.started.plus(-LAG):
            self._anomaly(signal.at, "off_hook_out_of_order")
        answered = max(signal.at, call.started)  # sensed a little before the burst that it answered
        self._hook_error = signal.error
        self._lifted_in_silence = not self._ringing.covers(answered)
        self._answered = answered
        self.troubles.loop_back(answered)
        self._lifted(answered)
        self._enter(LineState.TALKING, answered)
        edge = self._ringing.last_edge_before(answered)
        error = (call.uncertainty or 0) + signal.error
        by = replace(call, answered=answered, answered_by=signal.means, answer_error=signal.error)
        self.open.change(signal.at, replace(by, last_edge=edge, uncertainty=error))

    def lift_denied(self) -> None:
        """Who is right shows with the next burst: an exchange rings nobody who has lifted (ring_again)."""
        if self.state is LineState.RINGING:
            self._hook_away = self._hook_away or Doubt.HOOK_SENSOR

    def on_hook_already(self, signal: OnHook) -> None:
        """As expected, where rings have contradicted the sensor; a word that only came late takes the doubt from the call."""
        if not self.troubles.hook_in_doubt:
            if self._by_ear:
                self.troubles.released(signal.at)
            elif not signal.found:
                self._anomaly(signal.at, "on_hook_repeated")
            return
        self.troubles.hook_agrees(signal.at)
        call = self.open.call
        if call is not None and signal.at.since(call.started) <= signal.error + (call.uncertainty or 0):
            self._doubt.of_call = False

    # While off-hook.

    def off_hook_already(self, signal: OffHook) -> None:
        """As expected, where the ear that tells it was away: from now on it will tell on-hook too.

        Where it could not tell (sound_moves, rule 4) and then sees somebody lift, a call that was known by ear is over.
        """
        by_ear, self._call_by_ear = self._call_by_ear and self._sensing.hook, False
        if by_ear and not signal.found:
            self._over_unseen(signal.at, min(self._alive, signal.at))
            self.seized(signal)
        elif not signal.found:
            self.unexpected(signal)
        elif not self.troubles.counts:
            self._lifted(signal.at)

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
        self._number_checked = False
        self.troubles.in_use(signal.at)
        self._enter(LineState.TALKING, call.started)
        self.open.change(signal.at, self._turned_round(call, signal))

    def _turned_round(self, call: Call, ring: RingStarted | RingWord) -> Call:
        """The outbound `call` as the inbound one that began with `ring` and was answered by the lifting."""
        return Call(
            key=call.key,
            line=call.line,
            direction=Direction.INBOUND,
            started=min(ring.at, call.started),
            started_by=ring.means,
            ring_bursts=1,
            last_edge=call.started,
            answered=call.started,
            answered_by=call.started_by,
            answer_error=self._hook_error,
            uncertainty=ring.error + self._hook_error,
        )

    def ring_end_off_hook(self, signal: RingEnded) -> None:
        """The burst that the answer cut off ends; its last edge is the answer."""
        if not self._ringing.end(signal.at):
            self._anomaly(signal.at, "ring_end_alone")

    def caller_id_in_talk(self, signal: CallerIdHeard) -> None:
        """Late, of this call, or its number again; or of a second caller (call waiting), recorded apart."""
        call = self.open.must
        lifted = call.answered or call.started
        number = call.caller_id.number if call.caller_id else None
        again = number is not None and number == signal.caller_id.number
        if signal.at.since(lifted) > LATE_CALLER_ID and not again:
            second = self._waiting.caller_id(signal)
            if second is not None:
                self.open.tell_waiting(second.at, second.caller_id, second.by)
        elif call.direction is Direction.INBOUND:
            self.caller_id(signal)
        else:
            self.unexpected(signal)

    def digit_in_talk(self, signal: DigitDialled) -> None:
        """Digits soon after lifting in a silence: nobody answered, somebody dialled."""
        self._lives(signal.at)
        if self._is_soon_after_lifting(signal.at):
            self._lifted_to_dial(signal.at)
            self.digit_dialled(signal)

    def _is_soon_after_lifting(self, at: Instant) -> bool:
        call = self.open.must
        lifted = call.answered or call.started
        return self._lifted_in_silence and at.since(lifted) <= REDECIDE_WITHIN

    def _lifted_to_dial(self, at: Instant) -> None:
        """Somebody lifted in a silence of the ringing, and dials: the call that rang was not answered."""
        call = self.open.must
        lifted, by = call.answered or call.started, call.answered_by
        self._lifted_in_silence = False
        self.open.call = replace(call, uncertainty=(call.uncertainty or 0) - self._hook_error)
        self._close_ringing(at, self._ringing.last_edge, self._hook_away)
        self._lifted(lifted, quiet=self._hears_use)
        self._dials_from(lifted, by, self._hook_error)

    def digit_dialled(self, signal: DigitDialled) -> None:
        """Of the number, until the far end has answered."""
        call = self.open.must
        self._lives(signal.at)
        if signal.digit not in DIGITS:
            self._anomaly(signal.at, "digit_unknown")
        elif len(call.digits) < MOST_DIGITS and call.far_answered is None:
            self.troubles.in_use(signal.at)
            by = call.digits_by if call.digits else signal.means
            dialled = replace(call, digits=call.digits + signal.digit, digits_by=by, dialled=signal.at)
            self.open.change(signal.at, dialled)

    def digit_off_hook(self, signal: DigitDialled) -> None:
        """Somebody uses the line; no call is made of it, because its beginning was not seen."""
        self.troubles.in_use(signal.at)

    def released(self, signal: OnHook) -> None:
        if self.open.call is not None:
            self._close_talk(signal.at, signal.at, seen=not signal.found, by=signal.means)
        self.troubles.released(signal.at)
        self.troubles.hook_agrees(signal.at)
        self._enter(LineState.IDLE, signal.at)
        ring = self._doubt.taken()
        if ring is not None and self._doubt.rang_after(signal, ring):
            self.ring(ring)
        elif ring is not None:
            self.unexpected(ring)

    def _over_unseen(self, at: Instant, ended: Instant) -> None:
        """The open call is over, and its end was not seen; certain at `at`."""
        self._close_talk(at, ended, seen=False)
        self.troubles.released(at)
        self._enter(LineState.IDLE, at)

    # In any state.

    def expected(self, signal: LineSignal) -> None:
        """Nothing changes."""

    def unexpected(self, signal: LineSignal) -> None:
        """An anomaly; but of the telephone nothing is unexpected where only digits and sounds tell of it."""
        if not (self._by_ear and isinstance(signal, OF_THE_TELEPHONE)):
            self._anomaly(signal.at, UNEXPECTED[type(signal)])
