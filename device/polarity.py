"""Edges of a polarity sensor in, reversals that stay out. Pure: no pin, no clock, no thread; never raises.

The sensor's pin follows the sign of the loop's voltage. Ringing, dialling and hook transitions shake it; an exchange that
reverses the polarity (the far end answered, or hung up) leaves it reversed.

Rule 1: a level that stays for SETTLED is the polarity, however often the pin changed before; the same one again is nothing.
        Ringing (25 Hz) and dial pulses (100 ms) never leave it in peace so long (xpp FXO: 200 ms, LINE.md 3.2).
Rule 2: a reversal is stamped with the last change before the peace; its error reaches back to the first of the unrest.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.signals import MILLISECOND

SETTLED = 200 * MILLISECOND
PATIENCE = 20 * MILLISECOND  # how late an edge may be delivered
ERROR = 20 * MILLISECOND  # the switch at the exchange bounces


@dataclass(frozen=True, slots=True)
class Reversed:
    """The polarity changed at `mono` (ns) and stayed so; give or take `error` (ns)."""

    mono: int
    error: int


class PolarityWatch:
    """The polarity pin of one line; `level` is the one it has at opening."""

    def __init__(self, level: int) -> None:
        self._settled = level
        self._level = level
        self._unrest: int | None = None  # when the pin first left its peace
        self._last = 0

    def edge(self, level: int, mono: int) -> list[Reversed]:
        """The pin changed to `level` at `mono` (ns)."""
        mono = max(mono, self._last)
        said = self._reach(mono)
        if level != self._level:
            self._level, self._last = level, mono
            self._unrest = mono if self._unrest is None else self._unrest
        return said

    def next_deadline(self) -> int | None:
        """When `expire` should be called, if no edge comes before (ns)."""
        return None if self._unrest is None else self._last + SETTLED + PATIENCE

    def expire(self, now: int) -> list[Reversed]:
        """Say what is settled by `now` (ns)."""
        return self._reach(now - PATIENCE)

    def _reach(self, now: int) -> list[Reversed]:
        if self._unrest is None or now - self._last < SETTLED:
            return []
        since, self._unrest = self._unrest, None
        if self._level == self._settled:
            return []
        self._settled = self._level
        return [Reversed(self._last, self._last - since + ERROR)]
