"""Batches of samples at 8 kHz in, for each 10 ms what sort of sound it is and how loud. Pure; never raises.

A Hann window of 40 ms. One peak that has nearly all of what is heard is a tone, known by its frequency; two at DTMF frequencies
are a digit, and what lies between 0.7 and 3 kHz alone is data (FSK): sounds that nobody speaks. The rest is quiet or loud by
a floor that follows the line: down at once, up 2 dB a second, within limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from device.resampling import BATCH, RATE, Samples

HOP = 80  # samples between frames: 10 ms
WINDOW = 320  # samples of a frame: 40 ms
FFT = 640  # 12.5 Hz apart
BINS = RATE / FFT
LOBE = 5  # bins to each side that belong to a peak: 62.5 Hz
FIRST, LAST = 16, 280  # bins, 200 to 3,500 Hz, of what is heard
DATA = slice(56, 241)  # 700 to 3,000 Hz
PURE = 0.80  # of what is heard, in one peak
PAIR = 0.85  # in two
DATA_ONLY = 0.95
FULL_SCALE = 3.14  # dBm0 of a sine of amplitude 1 (G.711)

HISS = 0.24  # in the strongest peak: speech has more than noise
HISS_LEVEL = -28.0  # dBm0: what hisses louder is not the line
LEAST_TONE = -40.0  # dBm0
ABOVE_FLOOR = 9.0  # dB
FLOORS = (-64.0, -47.0)  # dBm0: quiet is below -55 on the best line and below -38 on the worst
FLOOR_RISE = 0.02  # dB a frame


class Sort(IntEnum):
    """What a frame sounds like."""

    QUIET = 0
    LOUD = 1
    SIGNAL = 2  # a digit, data: neither voice nor a tone of the network
    T450 = 3
    T950 = 4
    T1100 = 5
    T2100 = 6


# How far the peak may be from the frequency: what the network is allowed (25, 25, 38, 15 Hz) and 10 Hz of measuring.
TONES = (
    (Sort.T450, 450.0, 35.0),
    (Sort.T950, 950.0, 35.0),
    (Sort.T1100, 1_100.0, 48.0),
    (Sort.T2100, 2_100.0, 25.0),
)
DTMF_LOW = (650.0, 990.0)
DTMF_HIGH = (1_160.0, 1_690.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """`power` of the tone, where it is one: the square of its amplitude. Frame `index` is centred on sample 80 x index."""

    index: int
    sort: Sort
    power: float


_HANN = np.hanning(WINDOW + 1)[:WINDOW]
_SCALE = (2 / _HANN.sum()) ** 2
_SPREAD = _HANN.sum() ** 2 / (FFT * (_HANN**2).sum())  # what a tone's peak is of the sum of its bins
_FRAMES = BATCH // HOP


class FrameSorter:
    """One stream, in batches of 400 samples."""

    def __init__(self) -> None:
        self._held: Samples = np.zeros(WINDOW - HOP)
        self._index = (HOP - WINDOW // 2) // HOP
        self._floor = (FLOORS[0] + FLOORS[1]) / 2

    def frames(self, batch: Samples) -> list[Frame]:
        """Five frames, the last of them centred 20 ms before the end of the batch."""
        joined = np.concatenate((self._held, batch))
        self._held = joined[BATCH:]
        windows = np.lib.stride_tricks.sliding_window_view(joined, WINDOW)[::HOP]
        spectrum = np.abs(np.fft.rfft(windows * _HANN, FFT, axis=1)) ** 2 * _SCALE
        heard = spectrum[:, FIRST:LAST].sum(axis=1) * _SPREAD
        levels = 10 * np.log10(heard + 1e-12) + FULL_SCALE
        first = self._index
        self._index += _FRAMES
        return [
            self._frame(first + row, spectrum[row], float(heard[row]), float(levels[row]))
            for row in range(_FRAMES)
        ]

    def _frame(self, index: int, spectrum: NDArray[np.float64], heard: float, level: float) -> Frame:
        if level < self._floor + ABOVE_FLOOR:
            self._follow(level)
            return Frame(index, Sort.QUIET, 0.0)
        top, power = _peak(spectrum)
        if power > PURE * heard:
            sort = _tone(top) if level > LEAST_TONE else None
            if sort is not None:
                return Frame(index, sort, power)
        elif _digit(spectrum, top, power, heard) or float(spectrum[DATA].sum()) * _SPREAD > DATA_ONLY * heard:
            return Frame(index, Sort.SIGNAL, 0.0)
        self._follow(level)
        hiss = power < HISS * heard and level < HISS_LEVEL
        return Frame(index, Sort.QUIET if hiss else Sort.LOUD, 0.0)

    def _follow(self, level: float) -> None:
        self._floor = min(max(min(self._floor + FLOOR_RISE, level), FLOORS[0]), FLOORS[1])


def _peak(spectrum: NDArray[np.float64], first: int = FIRST, last: int = LAST) -> tuple[float, float]:
    """The frequency (Hz) of the strongest point, and the power round it."""
    top = first + int(spectrum[first:last].argmax())
    a, b, c = np.log(spectrum[top - 1 : top + 2] + 1e-30)
    bend = float(a - 2 * b + c)
    place = top + (0.5 * float(a - c) / bend if bend < 0 else 0.0)
    return place * BINS, float(spectrum[top - LOBE : top + LOBE + 1].sum()) * _SPREAD


def _tone(hertz: float) -> Sort | None:
    return next((sort for sort, nominal, off in TONES if abs(hertz - nominal) <= off), None)


def _digit(spectrum: NDArray[np.float64], top: float, power: float, heard: float) -> bool:
    """The strongest peak and another are a pair of DTMF, and nearly all that is heard."""
    for here, there in ((DTMF_LOW, DTMF_HIGH), (DTMF_HIGH, DTMF_LOW)):
        if here[0] <= top <= here[1]:
            _, other = _peak(spectrum, round(there[0] / BINS), round(there[1] / BINS))
            return power + other > PAIR * heard and other > power / 20
    return False
