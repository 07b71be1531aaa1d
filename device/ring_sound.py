"""Samples of a line tap in, ring bursts out: from where to where. Pure: no sound card, no clock; never raises.

Ringing is 75 V and more where speech has half a volt: it fills a sound card and is cut flat. What is left of it below 120 Hz
is compared with a level, both half waves, and the edges are judged by `device/ring_cadence.py` like those of a ring detector: 15 to
35 Hz, longer than 0.2 s. Hum (50 Hz) is twice too fast for it, speech has nothing there. Both ends are exact to one cycle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from device.resampling import BATCH, RATE, Resampler, Samples
from device.ring_cadence import BurstEnded, BurstStarted, RingCadence, RingEvent
from device.signals import SECOND

LEVEL = 0.12  # of full scale; an attenuated tap still has ringing 20 dB over the loudest tone
HOLD = 0.7  # of the level, where it falls again: what hovers there makes no edges
SMOOTHING = 64  # samples, twice: a triangle of 16 ms, nothing passes above 125 Hz
NANOSECONDS = SECOND // RATE


@dataclass(frozen=True, slots=True)
class HeardRinging:
    """A burst began (`on`) or ended at `start`, in samples since the start of the stream."""

    start: int
    on: bool


class RingSoundDecoder:
    """One stream of `rate` samples a second (8,000 to 48,000, else ValueError)."""

    def __init__(self, rate: int) -> None:
        self._resampler = Resampler(rate)
        self._cadence = RingCadence(active=1, level=0)
        self._tail: Samples = np.zeros(2 * SMOOTHING)
        self._kernel = np.convolve(np.ones(SMOOTHING), np.ones(SMOOTHING)) / SMOOTHING**2
        self._active = False
        self._end = 0

    def feed(self, samples: ArrayLike) -> list[HeardRinging]:
        """Bursts that are certain by now, and ends."""
        return self._heard(self._resampler.feed(samples))

    def flush(self) -> list[HeardRinging]:
        """The end of a burst that the end of the stream cut."""
        return self._heard(self._resampler.flush(tail=RATE // 2))

    def batch(self, samples: Samples) -> list[RingEvent]:
        """The same for whoever has batches of 8 kHz already: stamps are nanoseconds of stream."""
        joined = np.concatenate((self._tail, samples))
        self._tail = joined[-2 * SMOOTHING :]
        first = self._end - SMOOTHING  # the middle of the kernel
        self._end += BATCH
        events: list[RingEvent] = []
        if self._active or float(np.abs(joined).max()) >= LEVEL:
            smooth = np.abs(np.convolve(joined, self._kernel, "valid")[-BATCH:])
            for index in self._edges(smooth):
                self._active = not self._active
                events += self._cadence.edge(int(self._active), (first + index) * NANOSECONDS)
        return events + self._cadence.expire((first + BATCH) * NANOSECONDS)

    def _edges(self, smooth: Samples) -> list[int]:
        """Where it rises over the level, and where it falls below what holds it, in turn."""
        marks = np.where(smooth >= LEVEL, 1, np.where(smooth < HOLD * LEVEL, -1, 0))
        places = np.flatnonzero(marks)
        changes = np.flatnonzero(np.diff(marks[places], prepend=1 if self._active else -1))
        return [int(index) for index in places[changes]]

    def _heard(self, batches: Iterable[Samples]) -> list[HeardRinging]:
        place = self._resampler.source_position
        return [
            HeardRinging(place(event.mono / NANOSECONDS), isinstance(event, BurstStarted))
            for batch in batches
            for event in self.batch(batch)
            if isinstance(event, BurstStarted | BurstEnded)
        ]
