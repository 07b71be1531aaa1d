"""Rings told while the handset is believed off in, whether they prove the hook sensing wrong out. Pure: reads no clock.

An exchange never rings a telephone that is off-hook. So a ring that cannot belong to the answer proves that the line is
on the hook, whatever its sensor says: the sensor is stuck, wired the wrong way round, or its on-hook was lost.

Rule 1: a ring is part of the answer up to the errors of both ears and RING_TRIP after it; then it proves.
Rule 2: nothing is concluded before the slowest ear has had its time: who hangs up and is rung at once is told on-hook after
the ring. So the ring is held, and due at its own moment.
Rule 3: a call that began, or went on, in doubt ends as `unknown` when its ringing stops.
"""

from __future__ import annotations

from device.signals import Instant, OnHook, RingStarted, RingWord, seconds

# An exchange stops the ringing within 0.2 s of the answer; the burst it cut may be told a nominal burst late.
RING_TRIP = seconds(1.0)


class HookDoubt:
    """What rings say against the hook sensing of one line."""

    def __init__(self) -> None:
        self._held: RingStarted | RingWord | None = None
        self.of_call = False  # the open call: its hook cannot be trusted

    @property
    def due(self) -> Instant | None:
        """When the ring that is held proves its point, unless on-hook is told before."""
        return None if self._held is None else self._held.at

    def hold(self, ring: RingStarted | RingWord, lifted: Instant, error: int) -> bool:
        """Keep `ring` for its proof. False when it may belong to the answer (`lifted`, and its `error`), or one is held."""
        if self._held is not None or ring.at.since(lifted) <= error + ring.error + RING_TRIP:
            return False
        self._held = ring
        return True

    def taken(self) -> RingStarted | RingWord | None:
        """The ring that was held, once."""
        ring, self._held = self._held, None
        return ring

    @staticmethod
    def rang_after(put_down: OnHook, ring: RingStarted | RingWord) -> bool:
        """Whether the line was put down first, and rung at once: beyond both errors, else it was the click of putting down."""
        return ring.at.since(put_down.at) > put_down.error + ring.error
