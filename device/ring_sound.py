"""Samples of a line tap in, ring bursts out: from where to where. Pure: no sound card, no clock; never raises.

Ringing is 75 V and more where speech has half a volt: it fills a sound card and is cut flat. Averaged over 20 ms nothing is left of
50 Hz hum, and little of speech. Where that is above a level the line rings, one pulse for each positive half wave, and
`device/ring_cadence.py` judges the edges like those of a ring detector: 15 to 38 Hz, longer than 0.2 s. Both ends are exact to
one cycle. An offset or a wander of the card is no pulse: it is cut after 50 ms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from device.resampling import BATCH, RATE, Resampler, Samples
from device.ring_cadence import BurstEnded, BurstStarted, RingCadence, RingEvent
from device.signals import SECOND

LEVEL = 0.08  # of full scale; an attenuated tap still has ringing 20 dB over the loudest tone
HOLD = 0.7  # of the level, where it falls again: what hovers there makes no edges
HUM = 160  # samples: 20 ms, a whole wave of 50 Hz
SMOOTHING = 41  # samples more
KERNEL = HUM + SMOOTHING - 1  # samples; its middle is between two of them at most
LONGEST_PULSE = 400  # samples: half a wave of 15 Hz is 270
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
        self._tail: Samples = np.zeros(KERNEL)
        self._kernel = np.convolve(np.ones(HUM), np.ones(SMOOTHING)) / (HUM * SMOOTHING)
        self._active = False  # above the level
        self._pulses = False  # and not for too long
        self._since = 0  # sample of the rising edge
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
        self._tail = joined[-KERNEL:]
        first = self._end - KERNEL // 2  # sample that the middle of the kernel stands on
        self._end += BATCH
        events: list[RingEvent] = []
        if self._active or float(joined.max()) >= LEVEL:
            smooth = np.convolve(joined, self._kernel, "valid")[-BATCH:]
            for index in self._edges(smooth):
                events += self._edge(first + index)
        if self._pulses and first + BATCH - self._since > LONGEST_PULSE:
            events += self._pulse(False, self._since + LONGEST_PULSE)
        return events + self._cadence.expire((first + BATCH) * NANOSECONDS)

    def _edge(self, sample: int) -> list[RingEvent]:
        self._active = not self._active
        if self._active:
            self._since = sample
            return self._pulse(True, sample)
        return self._pulse(False, min(sample, self._since + LONGEST_PULSE)) if self._pulses else []

    def _pulse(self, active: bool, sample: int) -> list[RingEvent]:
        self._pulses = active
        return self._cadence.edge(int(active), sample * NANOSECONDS)

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
