"""Edges of a ring detector in, ring bursts out. Pure: no pin, no clock, no thread; never raises.

The detector is an opto-coupler across the line, coupled by a capacitor. 25 Hz ringing comes in one of three shapes
(25 +-3 Hz, GB/T 3380-1982; 15-35 Hz is accepted, for other ring generators):

    both half waves      ▁▔▁▔▁▔▁▔▁▔▁▔    50 pulses in a burst of 1 s, one each 14-33 ms
    one half wave        ▁▔▔▁▁▔▔▁▁▔▔▁    25 pulses, one each 29-67 ms
    merged               ▁▔▔▔▔▔▔▔▔▔▔▁    one level: pulses that a low threshold or a capacitor joined

Rule 1: stamps decide. An edge is judged by when it happened; `expire` only says what the stamps already settled, and waits
        PATIENCE longer than they ask, so that edges delivered late are still in time. How late it is called changes nothing.
Rule 2: a burst is certain when enough intervals between edges of one direction agree (so a lost edge or a click more does
        not decide), or when the level is held. It is stamped with its first edge, and its end with its last.
Rule 3: pulse dialling (60/40 ms: its intervals disagree; its clicks are narrow), flash, reversal and lightning (too few edges)
        and mains hum (10 ms between pulses: too fast) are noise: reported as such, never a burst.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from device.signals import MILLISECOND, SECOND

HOLD = 150 * MILLISECOND  # a level held so long is merged ringing; no click is so long
SHORTEST_SPAN = 115 * MILLISECOND  # first to last edge; at 15-35 Hz an edge falls between here and 150 ms
WINDOW = 200 * MILLISECOND  # only the last edges are judged, so that noise before a burst does not hide it
MAX_EDGES = 64  # in the window; more is a storm that no ringing makes
GAP = 100 * MILLISECOND  # silence that ends a burst; with two edges lost it is 99 ms at 17 Hz
PATIENCE = 200 * MILLISECOND  # how late an edge may be delivered; nothing needs the end of a burst sooner
SHORTEST_BURST = 200 * MILLISECOND  # a shorter one is a chirp: told, and reported as one
LONGEST_BURST = 3 * SECOND  # on 0.4-2.5 s; what goes on for longer is hum, a stuck contact or a short

EARLIEST = -(2**63)  # before any stamp of the kernel

CHATTER = 4 * MILLISECOND  # edges of one direction closer than this are one slow edge seen several times
BOTH_HALF_WAVES = (12 * MILLISECOND, 36 * MILLISECOND)  # 35-15 Hz and 2 ms of jitter; hum has 10 ms
ONE_HALF_WAVE = (26 * MILLISECOND, 70 * MILLISECOND)
AGREEMENT = (7, 5)  # longest : shortest of one-half-wave intervals; 60/40 ms dialling has 3 : 2
ENOUGH = 5  # agreeing intervals, both directions counted, of which one in five may be wrong
ENOUGH_UNBROKEN = 3  # without a single wrong one: slow ringing has no more in 150 ms
LEAST_ACTIVE = 10  # the detector conducts for at least 1/10 of the time; ringing 32 % and more, clicks 2-8 %


class NoiseKind(Enum):
    CLICKS = "clicks"  # edges that were never a burst
    CHIRP = "chirp"  # a burst too short for a real one (or cut by the answer)
    ENDLESS = "endless"  # no silence for LONGEST_BURST


@dataclass(frozen=True, slots=True)
class BurstStarted:
    mono: int  # its first edge


@dataclass(frozen=True, slots=True)
class BurstEnded:
    mono: int  # its last edge


@dataclass(frozen=True, slots=True)
class RingNoise:
    """Edges that are no ringing, for the technician: a few clicks are usual on every line."""

    kind: NoiseKind
    start: int
    end: int
    edges: int


RingEvent = BurstStarted | BurstEnded | RingNoise


@dataclass(frozen=True, slots=True)
class Sounding:
    """The line sounds as if it rang, certain or not."""

    last: int  # stamp of the last edge
    held: bool  # the level is active now


class RingCadence:
    """The ring pin of one line. `active` is the pin's level while the opto-coupler conducts."""

    def __init__(self, active: int = 0, level: int = 1) -> None:
        self._active_level = active
        self._active = level == active
        self._window: deque[tuple[int, bool]] = deque(maxlen=MAX_EDGES)
        self._last = EARLIEST  # the last edge
        self._forget()

    def _forget(self) -> None:
        self._first: int | None = None  # first edge since the last silence
        self._edges = 0
        self._start: int | None = None  # of the burst, once it is certain
        self._pulses = False  # it was pulses that made it certain
        self._over = False  # it was endless: wait for silence
        self._reported = False  # as endless noise
        self._window.clear()

    # -- what happens

    def edge(self, level: int, mono: int) -> list[RingEvent]:
        """The pin changed to `level` at `mono` (ns)."""
        mono = max(mono, self._last)  # the kernel's stamps do not go back; a client of the simulation may
        events = self._reach(mono, 0)
        self._active = level == self._active_level
        if self._first is None:
            self._first = mono
        self._last = mono
        self._edges += 1
        self._window.append((mono, self._active))
        while self._window[0][0] < mono - WINDOW:
            self._window.popleft()
        if self._start is None and (start := self._certain_by_pulses()) is not None:
            self._pulses = True
            events += self._begin(start)
        return events

    def deaf_edge(self, level: int, mono: int) -> list[RingEvent]:
        """An edge that a hook transition made: only the level is noted."""
        events = [*self._reach(mono, 0), *self._close()]
        self._active = level == self._active_level
        return events

    def found(self, level: int, mono: int) -> list[RingEvent]:
        """The pin was looked at, and its level was not what the edges said: an edge was lost, some time before `mono`.

        Pulses ended with the last one that was heard; a held level ended about now.
        """
        if level == self._active_level:
            return self.edge(level, mono)
        return self.edge(level, self._last if self._pulses and self._active else mono)

    def finish(self) -> list[RingEvent]:
        """Another ear knows that the ringing is over: end the burst at its last edge."""
        return self._close()

    def next_deadline(self) -> int | None:
        """When `expire` should be called, if no edge comes before (ns)."""
        if self._first is None:
            return None
        if not self._active:
            return self._last + GAP + PATIENCE
        if self._over:
            return None
        if self._start is None:
            return self._last + HOLD
        return self._start + LONGEST_BURST + PATIENCE

    def expire(self, now: int) -> list[RingEvent]:
        """Say what is settled by `now` (ns)."""
        return self._reach(now, PATIENCE)

    @property
    def sounding(self) -> Sounding | None:
        """Whether this may be ringing: so that the hook sensor, which ringing shakes, is not believed too soon."""
        if self._first is None or self._over:
            return None
        if self._start is None and not self._plausible():
            return None
        return Sounding(self._last, self._active)

    # -- time passes

    def _reach(self, now: int, patience: int) -> list[RingEvent]:
        """The state at `now`, and what happened on the way."""
        if self._first is None:
            return []
        events: list[RingEvent] = []
        if self._active and self._start is None and now >= self._last + HOLD:
            events += self._begin(self._hold_start())
        silent_at = None if self._active else self._last + GAP
        begin = self._first if self._start is None else self._start
        endless_at = begin + LONGEST_BURST
        if now >= endless_at + patience and (silent_at is None or endless_at < silent_at):
            events += self._endless(begin)
        if silent_at is not None and now >= silent_at + patience:
            events += self._close()
        return events

    def _begin(self, start: int) -> list[RingEvent]:
        self._start = start
        self._reported = False
        return [BurstStarted(start)]

    def _endless(self, begin: int) -> list[RingEvent]:
        if self._over or self._reported:
            return []
        noise = RingNoise(NoiseKind.ENDLESS, begin, begin + LONGEST_BURST, self._edges)
        self._reported = True
        if self._start is None:
            return [noise]  # and go on listening: ringing may come on top of it
        self._over = True
        return [BurstEnded(self._last if self._pulses else begin + LONGEST_BURST), noise]

    def _close(self) -> list[RingEvent]:
        first, start, last, edges = self._first, self._start, self._last, self._edges
        over, reported = self._over, self._reported
        self._forget()
        if first is None or over:
            return []
        if start is None:
            return [] if reported else [RingNoise(NoiseKind.CLICKS, first, last, edges)]
        if last - start < SHORTEST_BURST:
            return [BurstEnded(last), RingNoise(NoiseKind.CHIRP, start, last, edges)]
        return [BurstEnded(last)]

    # -- is it ringing?

    def _hold_start(self) -> int:
        """A merged burst may begin with jitter: its first edge, if that was within one slow cycle of the hold."""
        oldest = self._window[0][0]
        return oldest if self._last - oldest <= ONE_HALF_WAVE[1] else self._last

    def _plausible(self) -> bool:
        good, wrong = agreeing(list(intervals(self._window)))
        return wrong <= max(2, good)

    def _certain_by_pulses(self) -> int | None:
        """The first edge of the burst, when the edges in the window make one."""
        first, last = self._window[0][0], self._window[-1][0]
        span = last - first
        if span < SHORTEST_SPAN or self._active_time() * LEAST_ACTIVE < span:
            return None
        good, wrong = agreeing(list(intervals(self._window)))
        if (good >= ENOUGH and wrong * 4 <= good) or (good >= ENOUGH_UNBROKEN and wrong == 0):
            return first
        return None

    def _active_time(self) -> int:
        edges = list(self._window)
        return sum(later - earlier for (earlier, active), (later, _) in pairwise(edges) if active)


def intervals(edges: deque[tuple[int, bool]]) -> Iterator[int]:
    """The times between edges of the same direction, chatter left out."""
    last: dict[bool, int] = {}
    for mono, active in edges:
        since = mono - last.get(active, mono - CHATTER)
        if active in last and since >= CHATTER:
            yield since
        if since >= CHATTER:
            last[active] = mono


def agreeing(found: list[int]) -> tuple[int, int]:
    """How many of the intervals make one ringing, and how many do not."""
    both = sum(BOTH_HALF_WAVES[0] <= interval <= BOTH_HALF_WAVES[1] for interval in found)
    one = sorted(interval for interval in found if ONE_HALF_WAVE[0] <= interval <= ONE_HALF_WAVE[1])
    longest, shortest = AGREEMENT
    best = max(
        (sum(low <= other and other * shortest <= low * longest for other in one) for low in one), default=0
    )
    good = max(both, best)
    return good, len(found) - good
