"""What rings and caller ID do to a line that is on the hook. Pure; the table in line_machine says which when."""

from __future__ import annotations

from dataclasses import replace

from device.signals import CallerId, CallerIdHeard, Instant, Means, RingEnded, RingStarted, RingWord, Sound
from firmware_app.calls.call import Call, Direction, Disposition, Doubt
from firmware_app.calls.known_line import KnownLine, LineState
from firmware_app.calls.ringing import Burst, Ringing

SPOKEN = (Sound.VOICE, Sound.FAX_CALLING, Sound.ANSWER_TONE)  # no line that is on the hook sounds so


class RingMoves(KnownLine):
    """Moves of a line that rings, or begins to."""

    def ring(self, signal: RingStarted | RingWord) -> None:
        """A call begins."""
        if self.open.is_stale(signal.at) or self._may_be_the_answered_burst(signal):
            self._anomaly(signal.at, "ring_out_of_order")
            return
        self.troubles.loop_back(signal.at)
        self._waiting.rung()
        if self._by_ear:
            self.troubles.released(signal.at)
        call = self._rings_from(signal.at, signal.means)
        self._ringing.begin(signal.at, isinstance(signal, RingStarted))
        self._edge_by = signal.means
        edge = self._ringing.last_edge
        self.open.tell_opened(replace(call, ring_bursts=1, last_edge=edge, uncertainty=signal.error))
        self._enter(LineState.RINGING, signal.at)

    def _may_be_the_answered_burst(self, signal: RingStarted | RingWord) -> bool:
        """A modem says RING when the burst is over: who lifted in it may have put down again by then."""
        if self._answered is None or not isinstance(signal, RingWord):
            return False
        return signal.at.since(self._answered) <= signal.error + self._hook_error

    def ring_again(self, signal: RingStarted | RingWord) -> None:
        """The next burst, or the first of a call that caller ID announced, or already another call."""
        last_moment = self._ringing.last_moment_for_a_burst()
        if signal.at > last_moment:
            self._ringing_over(last_moment)
            self.ring_anew(signal)
            return
        self.troubles.loop_back(signal.at)
        if self._is_another_burst(signal):
            call = self.open.must
            if self._hook_away in (Doubt.RESTART, Doubt.HOOK_SENSOR) and self._sensing.hook:
                self._hook_away = None
            if call.ring_bursts == 0:
                call = replace(call, started=signal.at, uncertainty=signal.error, started_by=signal.means)
            bursts = call.ring_bursts + 1
            self.open.change(signal.at, replace(call, ring_bursts=bursts, last_edge=self._ringing.last_edge))

    def ring_anew(self, signal: RingStarted | RingWord) -> None:
        """A ring after the ringing was over; where a voice answered the call before, that one is over too."""
        if self.open.call is not None:
            self._close_talk(signal.at, self._alive, seen=False)
            self._enter(LineState.IDLE, signal.at)
        self.ring(signal)

    def _is_another_burst(self, signal: RingStarted | RingWord) -> bool:
        burst = self._ringing.begin(signal.at, isinstance(signal, RingStarted))
        if burst is Burst.REPEATED:
            self._anomaly(signal.at, "ring_repeated")
        if burst is Burst.AFTER_LOST_END:
            self._anomaly(signal.at, "ring_end_missed")
        if burst in (Burst.NEXT, Burst.AFTER_LOST_END):
            self._edge_by = signal.means
            return True
        return False

    def ring_ended(self, signal: RingEnded) -> None:
        if self._ringing.end(signal.at):
            self._edge_by = signal.means
            self.open.change(signal.at, replace(self.open.must, last_edge=signal.at))
        else:
            self._anomaly(signal.at, "ring_end_alone")

    def announced(self, signal: CallerIdHeard) -> None:
        """Caller ID before the first burst opens the call."""
        if self.open.is_stale(signal.at):
            self._anomaly(signal.at, "caller_id_out_of_order")
            return
        call = self._rings_from(signal.at, signal.means)
        self._number_checked = signal.checked
        heard = replace(call, caller_id=signal.caller_id, caller_id_at=signal.at, caller_id_by=signal.means)
        self.open.tell_opened(heard)
        self._enter(LineState.RINGING, signal.at)

    def caller_id(self, signal: CallerIdHeard) -> None:
        """The first word on each fact stands, but a checked one corrects one that nobody checked; only what is new changes the call."""
        call, heard = self.open.must, signal.caller_id
        known = call.caller_id or CallerId()
        corrects = signal.checked and not self._number_checked and heard.number is not None
        merged = heard.merged(known) if corrects else known.merged(heard)
        if heard.number and known.number and heard.number != known.number:
            self._anomaly(signal.at, "caller_id_differs")
        if corrects:
            self._number_checked = True
        if merged == call.caller_id:
            return
        told_who = merged.number != known.number or call.caller_id is None
        by = signal.means if told_who else call.caller_id_by
        first = call.caller_id_at or signal.at
        self.open.change(signal.at, replace(call, caller_id=merged, caller_id_at=first, caller_id_by=by))

    def _rings_from(self, at: Instant, by: Means | None) -> Call:
        self._ringing = Ringing(at)
        self._edge_by = None
        self._number_checked = False
        self._hook_away = None if self._sensing.hook else Doubt.NO_HOOK
        self._doubt.of_call = self.troubles.hook_in_doubt
        return self.open.open(at, Direction.INBOUND, by)

    def _ringing_over(self, at: Instant) -> None:
        """No burst came for long: nobody answered, unless the line does not sense the hook."""
        if self._ringing.give_up_end():
            self._anomaly(at, "ring_end_missed")
        edge, doubt = self._ringing.last_edge, self._why_unknown()
        if doubt is not None and not self._sensing.hook and self._answered_by_sound(at):
            return
        self._close_ringing(at, edge, doubt)
        self._enter(LineState.IDLE, at)

    def _answered_by_sound(self, at: Instant) -> bool:
        """Where the hook is not sensed: a voice since the last burst, that still goes on now that the ringing is over.

        Somebody lifted between the last burst and the voice; the answer is stamped at the voice, the rest is its error.
        """
        call, heard = self.open.must, self._sound
        edge = self._ringing.last_edge
        if edge is None or heard is None or heard.sound not in SPOKEN or heard.at < edge or heard.at > at:
            return False
        error = heard.error + heard.at.since(edge)
        total = (call.uncertainty or 0) + error
        answered = replace(
            call, answered=heard.at, answered_by=heard.means, answer_error=error, uncertainty=total
        )
        fax = None if heard.sound is Sound.VOICE else Disposition.NON_VOICE
        self._lifted_in_silence = False
        self._hook_error = error
        self._call_by_ear = True
        self._enter(LineState.TALKING, heard.at)
        self._lives(at)
        self.open.change(at, replace(answered, last_edge=edge, disposition=fax))
        return True
