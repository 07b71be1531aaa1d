"""When blocks of samples came in, when each sample sounded out: a clock recovered from a stream's own count. Pure.

A block is read a little after its last sample sounded: by the card's period, by a busy machine, never before. So the
earliest of many readings is nearest to the truth, and the count of samples carries it on: the distance between two samples
hardly depends on when they were read. The card's crystal may be off by 500 ppm: so fast the clock gives way to later readings.
A reading that is later than any busy machine explains is a gap: samples were lost, and the count begins anew.
"""

from __future__ import annotations

from device.signals import MILLISECOND, SECOND

GIVES_WAY = 500e-6  # of the time that passes; cheap crystals keep 100, a virtual machine's sound 300
GAP = (
    1 * SECOND
)  # later than that: samples are missing (arecord's buffer holds 2 s: a busy machine alone is not as late)
ERROR = 30 * MILLISECOND  # a reading after two seconds: the process woke up, read, and asked for the time
UNSETTLED = 2 * SECOND


class SampleClock:
    """`rate`: samples a second. Positions count from the first sample; times are monotonic ns."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._position = 0  # the last reading's
        self._mono = 0  # when that sample sounded, as believed
        self._settling_until = 0
        self._begun = False
        self.gaps = 0  # readings at which samples were missing

    def read(self, position: int, now: int) -> bool:
        """The sample before `position` had sounded at `now`. False: there is a gap before it."""
        passed = self._ns(position - self._position)
        if not self._begun:
            self._settle(position, now, now)
            return True
        late = now - (self._mono + passed)
        if late > GAP:
            self.gaps += 1
            self._settle(position, now, now)
            return False
        self._mono += passed + min(late, round(GIVES_WAY * passed))
        self._position = position
        return True

    def at(self, position: int) -> int:
        """When the sample at `position` sounded."""
        return self._mono + self._ns(position - self._position)

    def error(self, now: int) -> int:
        """How far `at` may be wrong: more in the first two seconds, when few readings are known."""
        return ERROR + max(0, self._settling_until - now) // 10

    def _settle(self, position: int, mono: int, now: int) -> None:
        self._begun = True
        self._position, self._mono, self._settling_until = position, mono, now + UNSETTLED

    def _ns(self, samples: int) -> int:
        return samples * SECOND // self._rate
