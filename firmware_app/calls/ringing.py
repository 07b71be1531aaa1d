"""Starts and ends of ring bursts in, how many there were and when the ringing is over out. Pure: reads no clock.

Rule 1: a burst whose end is not sensed (a modem's RING word, a lost edge) takes the nominal 1.0 s (GB/T 3380: 1 s on, 4 s off).
Rule 2: the ringing is over 6.0 s after the end of the last burst, or, once two silences of this call are known, the
longest of them and 2.0 s more. It is a moment, not a timer: who asks later gets the same answer.
Rule 3: a start that lies inside the last burst is the same burst heard twice.
"""

from __future__ import annotations

from enum import Enum

from device.signals import Instant, seconds

NOMINAL_BURST = seconds(1.0)
SILENCE = seconds(
    6.0
)  # 4 s of silence + 10 % of the cycle + margin (LINE 3.3, rule 4; jcblock and we measure alike)
LEARNED_MARGIN = seconds(2.0)
SILENCE_SHORTEST = seconds(4.0)  # UK 0.4/0.2/0.4/2.0 learns exactly this
SILENCE_LONGEST = seconds(10.0)
ENOUGH_SILENCES = 2
CYCLE_SILENCE = seconds(
    1.0
)  # shorter silences lie inside a double or triple ring and say nothing of the cycle
BURST_LIMIT = seconds(10.0)  # no exchange rings on for so long: the end was lost
FIRST_RING_WAIT = seconds(10.0)  # DTMF caller ID comes 0.2 to 1 s before the first burst, UK FSK up to 3 s
WORD_AFTER_BURST = seconds(1.0)  # RING is printed at the falling edge or a little later


class Burst(Enum):
    """What the start of a burst turned out to be."""

    NEXT = "next"
    SAME = "same"  # lies inside the last burst: another ear heard it too
    REPEATED = "repeated"  # the same, from the same ear
    AFTER_LOST_END = "after_lost_end"  # the next one, and the end of the last was never told


class Ringing:
    """The bursts of one call. `opened`: the stamp that opened it; `last_edge`: of a call that is taken up again."""

    def __init__(self, opened: Instant, last_edge: Instant | None = None) -> None:
        self._start = opened  # of the last burst
        self._end = last_edge  # of the last burst, nominal while it is not known; None before the first
        self._sounding = False  # its end is expected
        self._edges = False  # it was sensed by its edges
        self._silences = 0
        self._longest = 0

    @property
    def last_edge(self) -> Instant | None:
        """End of the last burst; its start while its end is not known yet; None before the first."""
        return self._start if self._sounding else self._end

    def begin(self, at: Instant, edges: bool) -> Burst:
        """A burst began at `at`; `edges`: its end will be told too."""
        if self._is_same(at, edges):
            if edges and self._edges:
                return Burst.REPEATED
            if edges:  # told by its edges now, its end will be told too
                self._sounding = self._edges = True
            return Burst.SAME
        lost_end = self._sounding
        self._learn(at)
        self._start, self._end = at, at.plus(NOMINAL_BURST)
        self._sounding = self._edges = edges
        return Burst.AFTER_LOST_END if lost_end else Burst.NEXT

    def _is_same(self, at: Instant, edges: bool) -> bool:
        if self._end is None:
            return False
        return at < self._end.plus(WORD_AFTER_BURST if self._edges and not edges else 0)

    def _learn(self, at: Instant) -> None:
        silence = 0 if self._end is None else at.since(self._end)
        if silence >= CYCLE_SILENCE:
            self._silences += 1
            self._longest = max(self._longest, silence)

    def end(self, at: Instant) -> bool:
        """The burst ended at `at`. False when none was sounding, or when it began later than that."""
        if not self._sounding or at < self._start:
            return False
        self._end, self._sounding = at, False
        return True

    def give_up_end(self) -> bool:
        """The end of the sounding burst will not be told any more: the nominal one stands. False if none sounded."""
        lost_end, self._sounding = self._sounding, False
        return lost_end

    def covers(self, at: Instant) -> bool:
        """Whether `at` lies inside the last burst."""
        return self._sounding or (self._end is not None and self._start <= at <= self._end)

    def last_edge_before(self, at: Instant) -> Instant | None:
        """The last edge when somebody lifted at `at` and so ended the ringing (ring trip)."""
        if self._sounding:
            return at
        return None if self._end is None else min(self._end, at)

    def silence_allowed(self) -> int:
        """ns of silence after which the ringing is over (rule 2)."""
        if self._silences < ENOUGH_SILENCES:
            return SILENCE
        return min(max(self._longest + LEARNED_MARGIN, SILENCE_SHORTEST), SILENCE_LONGEST)

    def over(self) -> Instant:
        """The moment the ringing is over if nothing more is heard."""
        return self._start.plus(BURST_LIMIT) if self._sounding else self.last_moment_for_a_burst()

    def last_moment_for_a_burst(self) -> Instant:
        """A burst that begins later belongs to another call, also while the end of the last one is awaited."""
        if self._end is None:
            return self._start.plus(FIRST_RING_WAIT)
        return self._end.plus(self.silence_allowed())
