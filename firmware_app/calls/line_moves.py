"""What each line signal, and each moment that has come, does to one line. Pure; the table in line_machine says which when.

One method for each move, `(signal) -> None`; what it changes is told as call events. A move never raises, whatever the
stamp of its signal; that the state fits is the table's word. Here: what is due, what may happen in any state, a restart.
Rings and caller ID are in ring_moves, the telephone in hook_moves, what is heard in sound_moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from device.signals import (
    Damaged,
    Instant,
    LineLost,
    LineRestored,
    LoopLost,
    LoopRestored,
    Unrecognised,
)
from firmware_app.calls.call import Call, Direction, Doubt, Trouble
from firmware_app.calls.known_line import LineState
from firmware_app.calls.line_troubles import LOOP_LOSS
from firmware_app.calls.ringing import Ringing
from firmware_app.calls.sound_moves import SoundMoves

Due = tuple[Instant, Callable[[Instant], None]]


class LineMoves(SoundMoves):
    """The moves of one line."""

    # What is due.

    def due(self) -> list[Due]:
        """What happens when, if no signal comes before."""
        due: list[Due] = [(at, partial(self._trouble, trouble)) for at, trouble in self.troubles.due()]
        if self.state is LineState.RINGING:
            due.append((self._ringing.over(), self._ringing_over))
        elif self._doubt.due is not None:
            due.append((self._doubt.due, self._on_hook_after_all))
        others = (
            (self._over_by_ear_at(), self._no_sign_any_more),
            (self._waiting.due, self._second_caller_without_number),
        )
        return due + [(at, move) for at, move in others if at is not None]

    def settle(self, before: int) -> None:
        """Do all that is due before `before` (monotonic ns), in order, each at its own moment."""
        while due := [each for each in self.due() if each[0].mono < before]:
            at, move = min(due, key=lambda each: each[0])
            move(at)

    def _trouble(self, trouble: Trouble, at: Instant) -> None:
        if trouble is Trouble.NO_LOOP:
            self._no_loop(at)
        else:
            self.troubles.begin(at, trouble)

    def _on_hook_after_all(self, at: Instant) -> None:
        """The exchange rings, so nobody has the handset in the hand: the call rings on, or a talk ended unseen and one begins."""
        ring = self._doubt.taken()
        assert ring is not None
        call, hook_tells = self.open.call, self._hook_tells
        self.troubles.released(at)
        if hook_tells:
            self.troubles.hook_contradicted(at)
        if self.state is LineState.TALKING and at <= self._ringing.last_moment_for_a_burst():
            error = (self.open.must.uncertainty or 0) - self._hook_error
            rings = replace(
                self.open.must, answered=None, answered_by=None, answer_error=None, disposition=None
            )
            self.open.change(at, replace(rings, uncertainty=error))
            self._enter(LineState.RINGING, self.open.must.started)
            self.ring_again(ring)
        else:
            if call is not None:
                known = (call.answered or call.started) if hook_tells else min(self._alive, at)
                self._close_talk(at, known, seen=False)
            self._enter(LineState.IDLE, at)
            self.ring(ring)
        self._doubt.of_call = hook_tells

    def _no_loop(self, at: Instant) -> None:
        """The loop has been away for long. Whether the caller still waits cannot be known (DOMAIN 2.2, AMBIG)."""
        lost = at.plus(-LOOP_LOSS)
        if self.state is LineState.RINGING:
            self._close_ringing(at, self._edge_until(at), Doubt.NO_LOOP)
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
            self._hook_away = (
                Doubt.RESTART
            )  # who lifted and put down meanwhile was not heard; a further burst says nobody did
            self._enter(LineState.RINGING, call.started)
            self.open.change(at, call)
        else:
            self.open.close_unanswered(at, call.last_edge, Doubt.RESTART)

    # Signals in any state.

    def line_lost(self, signal: LineLost) -> None:
        if self.state is LineState.RINGING:
            self._close_ringing(signal.at, self._edge_until(signal.at), Doubt.LINE_LOST)
        elif self.open.call is not None:
            self._close_talk(signal.at, signal.at, seen=False)
        self.troubles.released(signal.at)
        self.troubles.hook_agrees(signal.at)
        self._doubt.taken()
        self._sound = None
        self.troubles.loop_back(signal.at)
        self.troubles.ears(signal.at, "")
        self.troubles.begin(signal.at, Trouble.LINE_LOST, signal.reason)
        self._enter(LineState.LOST, signal.at)

    def line_restored(self, signal: LineRestored) -> None:
        self._senses(signal)
        self.troubles.end(signal.at, Trouble.LINE_LOST)
        if self.state in (LineState.STARTING, LineState.LOST):
            self._enter(LineState.IDLE, signal.at)

    def loop_lost(self, signal: LoopLost) -> None:
        self.troubles.loop_gone(signal.at)

    def loop_restored(self, signal: LoopRestored) -> None:
        self.troubles.loop_back(signal.at)
        if self.state is LineState.OFF_HOOK:
            self._lifted(signal.at, quiet=self._hears_use)

    def unrecognised(self, signal: Unrecognised) -> None:
        self._anomaly(signal.at, "unrecognised", f"{len(signal.raw)} bytes")

    def damaged(self, signal: Damaged) -> None:
        self._anomaly(signal.at, "caller_id_damaged", signal.reason)
