"""Samples of any rate from 8 to 48 kHz in, batches of 400 samples at 8 kHz out. Pure: no sound card, no clock; never raises.

A linear-phase FIR (windowed sinc, flat to 3.4 kHz, 60 dB down where it would fold back below that), one set of taps for each
phase; a sample of the result stands exactly where it stood in the source, so positions need no correction.
Batches always begin at multiples of 400: what is computed from them is the same, to the last bit, whatever the blocks were.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import ArrayLike, NDArray

Samples = NDArray[np.float64]
Block = ArrayLike  # what a block of samples may come as: anything that numpy makes numbers of

RATE = 8_000  # Hz, inside
BATCH = 400  # samples: 50 ms
LOWEST, HIGHEST = 8_000, 48_000
LOUDEST = 4.0  # full scale is 1; what is beyond is a broken source, kept within what squares well
PASS, STOP = 3_400.0, 4_600.0  # Hz; 4.6 kHz folds to 3.4 kHz
KAISER_BETA = 6.0  # 63 dB
MOST_PHASES = 512


def usable(samples: ArrayLike) -> Samples:
    """One channel of numbers that can be reckoned with: NaN and infinities are silence."""
    found = np.asarray(samples, dtype=np.float64).reshape(-1)
    return np.clip(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)


class Resampler:
    """One stream. `rate`: of the source, Hz; ValueError outside 8 to 48 kHz."""

    def __init__(self, rate: int) -> None:
        if not LOWEST <= rate <= HIGHEST:
            raise ValueError(f"a rate of {rate} Hz is not within {LOWEST} to {HIGHEST}")
        self._rate = rate
        self._half = 0 if rate == RATE else int(np.ceil(rate / 600))
        self._phases = min(RATE // gcd(rate, RATE), MOST_PHASES)
        self._taps = _taps(rate, self._half, self._phases)
        self._held = np.zeros(max(self._half - 1, 0))
        self._first = -len(self._held)  # position in the source of the first sample held
        self._next = 0  # sample of the result that the next batch begins with
        self._given = 0

    def source_position(self, sample: float) -> int:
        """The position in the source, in whole samples, of a (fractional) sample of the result."""
        return max(0, round(sample * self._rate / RATE))

    def feed(self, samples: ArrayLike) -> list[Samples]:
        """Batches that are complete by now, each of 400 samples."""
        more = usable(samples)
        self._given += len(more)
        self._held = np.concatenate((self._held, more))
        batches = []
        while (last := self._last_needed()) < self._first + len(self._held):
            batches.append(self._batch(last))
        return batches

    def flush(self, tail: int = 0) -> list[Samples]:
        """The rest and `tail` samples (of 8 kHz) of silence, filled up with silence to whole batches."""
        end = -(-self._given * RATE // self._rate) + tail
        count = max(0, -(-(end - self._next) // BATCH))
        given, batches = self._given, []
        for _ in range(count):
            batches += self.feed(np.zeros(max(0, self._last_needed() + 1 - self._first - len(self._held))))
        self._given = given
        return batches

    def _last_needed(self) -> int:
        return (self._next + BATCH - 1) * self._rate // RATE + self._half

    def _batch(self, last: int) -> Samples:
        if self._half == 0:
            batch = self._held[:BATCH]
            keep = self._next + BATCH
        else:
            places = np.arange(self._next, self._next + BATCH) * self._rate
            first = places // RATE - self._half + 1 - self._first
            windows = np.lib.stride_tricks.sliding_window_view(self._held, 2 * self._half)[first]
            phase = places % RATE * self._phases // RATE
            batch = np.einsum("ij,ij->i", windows, self._taps[phase])
            keep = (self._next + BATCH) * self._rate // RATE - self._half + 1
        self._next += BATCH
        self._held = self._held[keep - self._first :]
        self._first = keep
        return batch


def _taps(rate: int, half: int, phases: int) -> Samples:
    """For each phase the weights of the source samples round it; each row sums to 1."""
    if half == 0:
        return np.ones((1, 1))
    cutoff = (PASS + min(STOP, rate - PASS)) / 2
    offsets = np.arange(phases)[:, None] / phases - np.arange(1 - half, half + 1)[None, :]
    window = np.i0(KAISER_BETA * np.sqrt(np.clip(1 - (offsets / half) ** 2, 0, 1)))
    taps: Samples = np.sinc(2 * cutoff / rate * offsets) * window
    taps /= taps.sum(axis=1, keepdims=True)
    return taps
