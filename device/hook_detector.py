"""Edges of a hook sensor in; off-hook, on-hook, flash and dialled digits out. Pure: no pin, no clock, no thread; never raises.

The sensor says whether loop current flows. What a telephone does with the loop:

    answer      open ▔▔▔▔▁▁▁▁▁▁▁▁▁▁▁▁▁▁  closed and stays so; the switch bounces for some milliseconds
    flash            ▁▁▁▁▔▔▔▔▔▁▁▁▁▁▁▁▁▁  a break of 80-700 ms, the call goes on
    dialling         ▁▁▁▁▔▔▁▔▔▁▔▔▁▁▁▁▁▁  breaks of about 60 ms, 40 ms apart: three make a 3, ten make a 0
    hang-up          ▁▁▁▁▔▔▔▔▔▔▔▔▔▔▔▔▔▔  open for 700 ms and more

Rule 1: stamps decide, as in `ring_cadence`: an edge is judged by when it happened, `expire` waits PATIENCE longer than the
        stamps ask, and how late it is called changes nothing.
Rule 2: off-hook is stamped when the loop closed for good, on-hook, flash when it opened.
Rule 3: a burst of ringing shakes the sensor. While it may be ringing nobody is believed to have answered: the exchange stops
        the ringing of an answered line within 200 ms, and then the loop must still be closed.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.signals import MILLISECOND, SECOND

ANSWERED_AFTER = 150 * MILLISECOND  # closed so long; a ring trip takes up to 200 ms, see rule 3
RINGING_OVER = 100 * MILLISECOND  # no ring edge for so long: the burst is over (GAP of ring_cadence)
HUNG_UP_AFTER = 700 * MILLISECOND  # open so long; LINE 3.3: 600-800 ms, flash and dial pulses are shorter
BOUNCE = 20 * MILLISECOND  # a shorter closure of an open loop is a bounce; between dial pulses it is 33 ms
SHORTEST_BREAK = 30 * MILLISECOND  # a shorter one is a click; a dial pulse is 46-80 ms
SHORTEST_FLASH = 80 * MILLISECOND
DIGIT_PAUSE = 200 * MILLISECOND  # closed so long ends a digit; between two digits it is 500 ms and more
LONE_ONE = 4 * SECOND  # a single break is a digit 1 only beside other digits; alone it is a click of the line
DEAF = 300 * MILLISECOND  # a hook transition makes clicks in the ring detector for so long
PATIENCE = 20 * MILLISECOND  # how late an edge may be delivered


@dataclass(frozen=True, slots=True)
class WentOffHook:
    mono: int


@dataclass(frozen=True, slots=True)
class WentOnHook:
    mono: int


@dataclass(frozen=True, slots=True)
class Flashed:
    mono: int


@dataclass(frozen=True, slots=True)
class PulsesDialled:
    mono: int  # end of its last pulse
    digit: str


@dataclass(frozen=True, slots=True)
class OddBreaks:
    """Short breaks of the loop that make no digit: one alone, or more than ten."""

    mono: int
    count: int


HookEvent = WentOffHook | WentOnHook | Flashed | PulsesDialled | OddBreaks


class HookDetector:
    """The hook pin of one line. `active` is the pin's level while off-hook, `level` the one it has at opening."""

    def __init__(self, active: int = 0, level: int = 1) -> None:
        self._active_level = active
        self._closed = level == active
        self._since: int | None = None  # the last edge; None: it was so when we came
        self._off_hook = self._closed
        self._opened: int | None = None  # off-hook: when the loop opened, not yet known what for
        self._breaks = 0  # of the digit being dialled
        self._break_ended = 0
        self._lone: int | None = None  # a digit 1 that waits for company
        self._digit_at: int | None = None  # the last digit's stamp
        self._rung: int | None = None  # the last ring edge of what may be a burst
        self._ring_held = False

    @property
    def off_hook(self) -> bool:
        return self._off_hook

    def deafens(self, mono: int) -> bool:
        """Whether a ring edge at `mono` may be the click of a hook transition (only off-hook: ringing shakes the sensor)."""
        return self._off_hook and self._since is not None and mono - self._since <= DEAF

    # -- what happens

    def edge(self, level: int, mono: int) -> list[HookEvent]:
        """The pin changed to `level` at `mono` (ns)."""
        closed = level == self._active_level
        if self._since is not None:
            mono = max(mono, self._since)
        events = self._reach(mono)
        if closed == self._closed:
            return events  # two edges of one direction: one was lost, both at about this time
        if not closed and self._off_hook and self._opened is None:
            self._opened = mono
        self._closed, self._since = closed, mono
        return events

    def rung(self, mono: int, *, held: bool) -> None:
        """The ring detector had an edge at `mono` that may be ringing; `held`: and is active since."""
        self._rung, self._ring_held = mono, held

    def ring_over(self) -> None:
        """What the ring detector hears is no ringing (any more)."""
        self._rung, self._ring_held = None, False

    def next_deadline(self) -> int | None:
        """When `expire` should be called, if no edge comes before (ns)."""
        asked = [moment for moment in self._moments() if moment is not None]
        return min(asked) + PATIENCE if asked else None

    def expire(self, now: int) -> list[HookEvent]:
        """Say what is settled by `now` (ns)."""
        return self._reach(now - PATIENCE)

    # -- time passes

    def _moments(self) -> tuple[int | None, ...]:
        """When the loop, staying as it is, next means something."""
        return (
            self._answered_at(),
            self._hung_up_at(),
            self._mended_at(),
            self._digit_ends_at(),
            self._lone_ends_at(),
        )

    def _answered_at(self) -> int | None:
        if self._off_hook or not self._closed or self._since is None or self._ring_held:
            return None
        quiet = self._since if self._rung is None else self._rung + RINGING_OVER
        return max(self._since + ANSWERED_AFTER, quiet)

    def _hung_up_at(self) -> int | None:
        return self._opened + HUNG_UP_AFTER if self._opened is not None and not self._closed else None

    def _mended_at(self) -> int | None:
        """When a closure after a break is no bounce."""
        if self._opened is None or not self._closed or self._since is None:
            return None
        return self._since + BOUNCE

    def _digit_ends_at(self) -> int | None:
        return self._break_ended + DIGIT_PAUSE if self._breaks and self._opened is None else None

    def _lone_ends_at(self) -> int | None:
        return self._lone + LONE_ONE if self._lone is not None else None

    def _reach(self, now: int) -> list[HookEvent]:
        """The state at `now`, and what happened on the way, in its order."""
        events: list[HookEvent] = []
        while True:
            due = [
                (moment, step)
                for moment, step in zip(self._moments(), self._STEPS, strict=True)
                if moment is not None and moment <= now
            ]
            if not due:
                return events
            _, step = min(due, key=lambda entry: entry[0])
            events += step(self)

    def _answered(self) -> list[HookEvent]:
        self._off_hook = True
        return [WentOffHook(self._since or 0)]

    def _hung_up(self) -> list[HookEvent]:
        opened = self._opened or 0
        events: list[HookEvent] = [*self._drop_breaks(), *self._drop_lone(), WentOnHook(opened)]
        self._off_hook, self._opened, self._digit_at = False, None, None
        return events

    def _mended(self) -> list[HookEvent]:
        """The loop is closed again: what was the break?"""
        opened, closed = self._opened or 0, self._since or 0
        self._opened = None
        if closed - opened < SHORTEST_BREAK:
            return []
        if closed - opened < SHORTEST_FLASH:
            self._breaks += 1
            self._break_ended = closed
            return []
        return [*self._drop_breaks(), Flashed(opened)]

    def _digit_ends(self) -> list[HookEvent]:
        count, at = self._breaks, self._break_ended
        if count > 10:
            return self._drop_breaks()
        self._breaks = 0
        in_company = self._digit_at is not None and at - self._digit_at <= LONE_ONE
        if count == 1 and not in_company and self._lone is None:
            self._lone = at
            return []
        events: list[HookEvent] = []
        if self._lone is not None:
            events.append(PulsesDialled(self._lone, "1"))
            self._lone = None
        self._digit_at = at
        return [*events, PulsesDialled(at, str(count % 10))]

    def _drop_lone(self) -> list[HookEvent]:
        lone, self._lone = self._lone, None
        return [] if lone is None else [OddBreaks(lone, 1)]

    def _drop_breaks(self) -> list[HookEvent]:
        count, self._breaks = self._breaks, 0
        return [OddBreaks(self._break_ended, count)] if count else []

    _STEPS = (_answered, _hung_up, _mended, _digit_ends, _drop_lone)
