"""Changes on the wire in, edges on the ring and hook pins of one simulated line out, each with its scheduled stamp.

The stamps are the planned ones, not the moments of sending: a busy machine may tell an edge late, never at another time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from device import clock
from device.exchange.exchange_loop import ExchangeLoop, Timer
from device.exchange.line_pulses import (
    PinEdge,
    PulseShape,
    Role,
    dial_pulses,
    false_edges,
    flash_edges,
    hook_edges,
    ring_pulses,
)
from device.exchange.pins_client import PinsClient
from device.exchange.planned import FalseKind
from device.exchange.wire_changes import Wire, WireChange


class LinePins:
    """The pins of one line. `ring_low`, `hook_low`: the pin is 0 while the opto-coupler conducts (the usual wiring)."""

    def __init__(
        self,
        pins: PinsClient,
        loop: ExchangeLoop,
        ring_pin: int,
        hook_pin: int | None,
        *,
        reversal_pin: int | None = None,
        ring_low: bool = True,
        hook_low: bool = True,
        shape: PulseShape = PulseShape.FULL_WAVE,
    ) -> None:
        self._pins = pins
        self._loop = loop
        self._wiring = {Role.RING: (ring_pin, ring_low)}
        if hook_pin is not None:
            self._wiring[Role.HOOK] = (hook_pin, hook_low)
        if reversal_pin is not None:
            self._wiring[Role.REVERSAL] = (reversal_pin, True)
        self._reversed = False
        self._shape = shape
        self._waiting: list[tuple[int, int, PinEdge, Iterator[PinEdge] | None]] = []
        self._order = 0
        self._pulses: Iterator[PinEdge] | None = None  # of the burst that sounds now
        self._timer: Timer | None = None
        self._off_hook = False

    @property
    def busy(self) -> bool:
        """Edges are still to come."""
        return bool(self._waiting)

    @property
    def off_hook(self) -> bool:
        return self._off_hook

    def rest(self) -> None:
        """Drive every pin to its resting level."""
        self._waiting.clear()
        self._pulses = None
        self._off_hook = self._reversed = False
        now = clock.now().mono
        self._drive(PinEdge(now, role, False) for role in self._wiring)

    def wire(self, change: WireChange) -> None:
        """Show a change on the wire. Caller ID is not to be seen on these pins."""
        at = change.at
        match change.kind:
            case Wire.BURST_STARTED:
                self._pulses = ring_pulses(self._shape, at, change.duration)
                self._next_pulse(self._pulses)
            case Wire.BURST_ENDED:
                self._pulses = None
                self.play([PinEdge(at, Role.RING, False)])
            case Wire.OFF_HOOK | Wire.ON_HOOK:
                self._off_hook = change.kind is Wire.OFF_HOOK
                self._forget(Role.HOOK)  # e.g. the second half of a flash
                self.play(hook_edges(at, self._off_hook))
            case Wire.FLASH | Wire.DIGIT:
                self._break(change)
            case Wire.REVERSED:
                self._reverse(at)
            case Wire.LOOP_LOST:
                for role in self._wiring:
                    self._forget(role)
                self.play(PinEdge(at, role, False) for role in self._wiring)
            case _:
                self._play()

    def _break(self, change: WireChange) -> None:
        """The loop opens for a moment, once or several times; a digit dialled by a tone is not to be seen."""
        if change.kind is Wire.FLASH:
            self.play(flash_edges(change.at, change.duration))
        elif change.pulses:
            self.play(dial_pulses(change.at, change.digit))
        else:
            self._play()

    def _reverse(self, at: int) -> None:
        self._reversed = not self._reversed
        self.play([PinEdge(at, Role.REVERSAL, self._reversed)])
        self.false(FalseKind.REVERSAL, at, None, 0)  # the ring detector sees it too

    def false(self, kind: FalseKind, start: int, lasts: int | None, seed: int) -> None:
        """Play a false trigger."""
        self.play(false_edges(kind, start, lasts, seed))

    def play(self, edges: Iterable[PinEdge]) -> None:
        """Show these edges, each at its moment."""
        for edge in edges:
            self._put(edge, None)
        self._play()

    def close(self) -> None:
        """Stop; the pins are left at rest. Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
        self.rest()

    def _forget(self, role: Role) -> None:
        """What this pin was still to show does not happen any more."""
        self._play()
        self._waiting = [waiting for waiting in self._waiting if waiting[2].role is not role]
        heapq.heapify(self._waiting)

    def _put(self, edge: PinEdge, pulses: Iterator[PinEdge] | None) -> None:
        self._order += 1
        heapq.heappush(self._waiting, (edge.at, self._order, edge, pulses))

    def _next_pulse(self, pulses: Iterator[PinEdge]) -> None:
        edge = next(pulses, None)
        if edge is not None:
            self._put(edge, pulses)
        self._play()

    def _play(self) -> None:
        """Drive all that is due, in one message, and come again for the next."""
        if self._timer is not None:
            self._timer.cancel()
        now = clock.now().mono
        due: list[PinEdge] = []
        while self._waiting and self._waiting[0][0] <= now:
            _, _, edge, pulses = heapq.heappop(self._waiting)
            if pulses is None:
                due.append(edge)
            elif pulses is self._pulses:  # else its burst is over
                due.append(edge)
                following = next(pulses, None)
                if following is not None:
                    self._put(following, pulses)
        self._drive(due)
        self._timer = self._loop.at(self._waiting[0][0], self._play) if self._waiting else None

    def _drive(self, edges: Iterable[PinEdge]) -> None:
        changes = []
        for edge in edges:
            if edge.role in self._wiring:
                pin, low = self._wiring[edge.role]
                changes.append((pin, int(edge.active is not low), edge.at))
        self._pins.drive(changes)
