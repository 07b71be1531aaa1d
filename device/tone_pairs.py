"""A stretch of samples and a pair of DTMF frequencies in, what the pair is like there out, or None. Pure; never raises.

The second step of `device/dtmf.py`: only a few times a second. A Hann window over the whole stretch, so that what is far from
the tones in frequency (hum, dial tone) does not disturb; both frequencies from the peaks of the spectrum; both tones fitted
at once; and then the remainder is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.resampling import RATE, Samples

WINDOW = 160  # samples of a frame: 20 ms
MARGIN = 8  # samples left out at each end: tones do not start at once
LONGEST = 800  # samples looked at: 100 ms
FFT = 4096  # 1.95 Hz apart
WIDEST = 0.06  # how far from its frequency the peak of a tone is looked for, as a share
# Between what must be accepted (1.5 % and 2 Hz: 1.8 % of 697 Hz) and what must not be (3.5 %), as a share.
TOLERANCE = 0.0265
LEAST_LEVEL = -58.0  # dBm0 of each tone
MOST_TWIST = 12.0  # dB: 10 and what noise adds
FULL_SCALE = 3.14  # dBm0 of a sine of amplitude 1 (G.711)

BAND = (560.0, 3_450.0)  # Hz, where what is left counts
BELOW = (280.0, 560.0)  # counts too, unless it is a steady dial tone
# The share of the two tones in all that is heard, by length in samples: short ones must be clean.
SHARES = ((200, 0.75), (320, 0.60), (400, 0.50), (LONGEST + 1, 0.38))
# The misfit that white noise explains grows with noise over tones (0.06 of that, in 99.8 % of digits); that of a voice is more.
SURE_MISFIT = (0.018, 0.030)  # at no noise, and more by noise over tones
SHORT = 320  # samples: what is shorter than 40 ms must be cleaner to be sure
SURE_SHORT_MISFIT = (0.008, 0.020)
MOST_MISFIT = (0.100, 0.060)  # for a digit among others
MOST_GLIDE = 0.020  # between the frequencies of the two halves of 70 ms, as a share; goes with 1 / length^1.5
THIRD = 10 ** (-3.0 / 10)  # the strongest thing left, against the weaker tone
DIAL_TONE = (360.0, 540.0)  # Hz: 425 to 475 and the width of the window
STEADY = 10 ** (3.0 / 10)


@dataclass(frozen=True, slots=True)
class Measured:
    """`level` of both tones together (dBm0), `twist` of the high over the low one (dB).

    `sure`: it cannot be mistaken; else it is a digit only among others like it.
    """

    level: float
    twist: float
    sure: bool


def frame_window() -> Samples:
    """The window of a frame of `device/dtmf.py`."""
    return np.hanning(WINDOW + 1)[:WINDOW]


_REACHED = np.concatenate(
    ([0.0], np.cumsum(frame_window()) / frame_window().sum())
)  # by the window, sample by sample


def misfit(tracks: Samples, centres: NDArray[np.int64], start: float, end: float) -> float:
    """How unlike the two amplitudes (a column each, a frame a row) are to tones that are on from `start` to `end`: 0 not at all.

    A digit is on at once, stays, and is off at once, both tones together; a voice swells and glides.
    """
    places = np.arange(WINDOW + 1) - WINDOW // 2
    wanted = np.interp(end - centres, places, _REACHED) - np.interp(start - centres, places, _REACHED)
    power = float(wanted @ wanted)
    if power == 0.0:
        return 1.0
    scales = wanted @ tracks / power
    over = float(((tracks - wanted[:, None] * scales) ** 2).sum())
    return over / max(float((scales**2).sum()) * power, 1e-30)


def measure(samples: Samples, start: int, nominal: tuple[float, float], off: float) -> Measured | None:
    """The pair `nominal` (low, high; Hz) in `samples[start:]`, None when it is not a digit. What was before may be there.

    `off`: the `misfit` of this stretch.
    """
    stretch = samples[start + MARGIN : len(samples) - MARGIN][:LONGEST]
    if len(stretch) < 4 * MARGIN:
        return None
    window = np.hanning(len(stretch) + 2)[1:-1]
    spectrum = np.abs(np.fft.rfft(stretch * window, FFT)) ** 2
    found = [_peak(spectrum, hertz) for hertz in nominal]
    if any(abs(f / hertz - 1) > TOLERANCE for f, hertz in zip(found, nominal, strict=True)):
        return None
    if _glide(stretch, nominal) * (len(stretch) / 560) ** 1.5 > MOST_GLIDE:
        return None
    powers, rest = _fit(stretch, window, found)
    weaker = float(powers.min())
    if _level(weaker) < LEAST_LEVEL or _level(float(powers.max())) - _level(weaker) > MOST_TWIST:
        return None
    left = np.abs(np.fft.rfft(rest * window, FFT)) ** 2 * (4 / (window.sum() ** 2))
    spread = window.sum() ** 2 / (FFT * (window**2).sum())  # of a tone's peak over its bins
    disturbing = float(left[_bins(BAND)].sum()) * spread
    third = float(left[_bins(BAND)].max())
    if not _dial_tone(samples, start):
        disturbing += float(left[_bins(BELOW)].sum()) * spread
        third = max(third, float(left[_bins(BELOW)].max()))
    total = float(powers.sum())
    share = total / (total + disturbing)
    needed = next(share for length, share in SHARES if len(stretch) < length)
    noise = disturbing / total
    if share < needed or third > THIRD * weaker or off > MOST_MISFIT[0] + MOST_MISFIT[1] * noise:
        return None
    least, more = SURE_SHORT_MISFIT if len(stretch) < SHORT else SURE_MISFIT
    sure = bool(off < least + more * noise)
    return Measured(_level(total), _level(float(powers[1])) - _level(float(powers[0])), sure)


def _glide(stretch: Samples, nominal: tuple[float, float]) -> float:
    """How far the frequencies move from the first half to the second, the worse of both, as a share."""
    half = len(stretch) // 2
    window = np.hanning(half + 2)[1:-1]
    first, second = (
        np.abs(np.fft.rfft(part * window, FFT)) ** 2 for part in (stretch[:half], stretch[-half:])
    )
    return max(abs(_peak(first, hertz) - _peak(second, hertz)) / hertz for hertz in nominal)


def _level(power: float) -> float:
    """dBm0 of a sine whose amplitude has this square."""
    return 10 * float(np.log10(max(power, 1e-20))) + FULL_SCALE


def _bins(band: tuple[float, float]) -> slice:
    return slice(round(band[0] * FFT / RATE), round(band[1] * FFT / RATE))


def _peak(spectrum: Samples, nominal: float) -> float:
    """The frequency (Hz) of the strongest point near `nominal`, by the parabola through the logarithms of three bins."""
    first = int(nominal * (1 - WIDEST) * FFT / RATE)
    last = int(nominal * (1 + WIDEST) * FFT / RATE) + 1
    top = first + int(spectrum[first:last].argmax())
    a, b, c = np.log(spectrum[top - 1 : top + 2] + 1e-30)
    bend = a - 2 * b + c
    return float((top + (0.5 * (a - c) / bend if bend < 0 else 0.0)) * RATE / FFT)


def _fit(stretch: Samples, window: Samples, found: list[float]) -> tuple[Samples, Samples]:
    """The squares of the two amplitudes, and what is left of the stretch without them."""
    turns = 2 * np.pi * np.arange(len(stretch)) / RATE
    parts = np.stack([shape(f * turns) for f in found for shape in (np.cos, np.sin)], axis=1)
    weighted = parts * window[:, None]
    weights: NDArray[np.float64] = np.linalg.lstsq(weighted.T @ parts, weighted.T @ stretch, rcond=None)[0]
    return (weights**2).reshape(2, 2).sum(axis=1), stretch - parts @ weights


def _dial_tone(samples: Samples, start: int) -> bool:
    """A tone about 450 Hz, alone in its band, goes on from before `start` to after it."""
    length = 160
    if start < length:
        return False
    window = np.hanning(length + 2)[1:-1]
    powers = []
    for first in (start - length, start + MARGIN):
        piece = samples[first : first + length]
        if len(piece) < length:
            return False
        spectrum = np.abs(np.fft.rfft(piece * window, FFT)) ** 2
        tone, around = float(spectrum[_bins(DIAL_TONE)].sum()), float(spectrum[_bins(BELOW)].sum())
        if tone < 0.8 * around:
            return False
        powers.append(tone)
    return max(powers) <= STEADY * min(powers)
