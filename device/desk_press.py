"""Raw edges of a push button in, short and long presses out. Pure: no pin, no clock, no thread; never raises.

The contacts bounce for some milliseconds, both ways. A press counts from its first contact; stamps decide, as everywhere.
"""

from __future__ import annotations

from device.interface import Press
from device.signals import MILLISECOND, SECOND

SETTLED = 30 * MILLISECOND  # contacts that rest so long have stopped bouncing (5-20 ms are usual)
SHORTEST = 20 * MILLISECOND  # first to last contact; no finger is quicker, a spark of the refrigerator is
HELD = 2 * SECOND  # a press as long as this is LONG, told while the finger is still down


class DeskPress:
    """One button. Found `down` at the start (a stuck contact, a box leaned against it) it says nothing until let go."""

    def __init__(self, *, down: bool = False) -> None:
        self._down = down
        self._changed: int | None = None  # the last edge
        self._pressed_at: int | None = None  # first contact of a press that is not told yet

    def edge(self, down: bool, mono: int) -> list[tuple[Press, int]]:
        """The contact closed (`down`) or opened at `mono` (ns)."""
        told = self.expire(mono)
        if down != self._down:
            settled = self._changed is None or mono - self._changed >= SETTLED
            if down and settled and self._pressed_at is None:
                self._pressed_at = mono
            self._down, self._changed = down, mono
        return told

    def next_deadline(self) -> int | None:
        """When `expire` should be called, if no edge comes before (ns)."""
        if self._pressed_at is None or self._changed is None:
            return None
        return self._pressed_at + HELD if self._down else self._changed + SETTLED

    def expire(self, now: int) -> list[tuple[Press, int]]:
        """Say what is settled by `now` (ns): presses, each stamped with its first contact."""
        if self._pressed_at is None or self._changed is None:
            return []
        pressed_at = self._pressed_at
        if self._down:
            if now < pressed_at + HELD:
                return []
            self._pressed_at = None
            return [(Press.LONG, pressed_at)]
        if now < self._changed + SETTLED:
            return []
        self._pressed_at = None
        return [(Press.SHORT, pressed_at)] if self._changed - pressed_at >= SHORTEST else []
