"""Edges of a line's ring and hook pins in, what they mean together out. Pure: no pin, no clock, no thread; never raises.

Each pin disturbs the other: a hook transition clicks in the ring detector, ringing shakes the hook sensor. So the two
detectors are asked here, in one place, what to believe. What one of them settles changes what the other believes, so
what became due is said in the order of its moments, however late anybody looks.
"""

from __future__ import annotations

from device.hook_detector import HookDetector, HookEvent, WentOffHook
from device.ring_cadence import RingCadence, RingEvent

LoopEvent = RingEvent | HookEvent


class LoopEars:
    """Both pins of one line; `hook` is None where only ringing is sensed."""

    def __init__(self, ring: RingCadence, hook: HookDetector | None) -> None:
        self._ring = ring
        self._hook = hook

    def ring_edge(self, level: int, mono: int) -> list[LoopEvent]:
        """The ring pin changed to `level` at `mono` (ns)."""
        events = self.expire(mono)
        if self._hook is not None and self._hook.deafens(mono):
            return [*events, *self._ring.deaf_edge(level, mono)]
        return [*events, *self._rung(self._ring.edge(level, mono))]

    def hook_edge(self, level: int, mono: int) -> list[LoopEvent]:
        """The hook pin changed to `level` at `mono` (ns)."""
        if self._hook is None:
            return []
        return [*self.expire(mono), *self._hooked(self._hook.edge(level, mono))]

    def ring_found(self, level: int, mono: int) -> list[LoopEvent]:
        """The ring pin was looked at (`mono`), and had another level than its edges said: one was lost."""
        return self._rung(self._ring.found(level, mono))

    def next_deadline(self) -> int | None:
        """When `expire` should be called, if no edge comes before (ns)."""
        deadlines = [
            self._ring.next_deadline(),
            self._hook.next_deadline() if self._hook is not None else None,
        ]
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def expire(self, now: int) -> list[LoopEvent]:
        """Say what is settled by `now` (ns)."""
        events: list[LoopEvent] = []
        while (due := self.next_deadline()) is not None and due <= now:
            events += [*self._rung(self._ring.expire(due)), *self._hook_passes(due)]
        return events

    @property
    def off_hook(self) -> bool | None:
        """None where it is not sensed."""
        return None if self._hook is None else self._hook.off_hook

    def _hook_passes(self, now: int) -> list[LoopEvent]:
        return self._hooked(self._hook.expire(now)) if self._hook is not None else []

    def _hooked(self, events: list[HookEvent]) -> list[LoopEvent]:
        """Off-hook is only said when the ringing is over, so its end is said first."""
        if any(isinstance(event, WentOffHook) for event in events):
            return [*self._ring.finish(), *events]
        return list(events)

    def _rung(self, events: list[RingEvent]) -> list[LoopEvent]:
        if self._hook is not None:
            sounding = self._ring.sounding
            if sounding is None:
                self._hook.ring_over()
            else:
                self._hook.rung(sounding.last, held=sounding.held)
        return list(events)
