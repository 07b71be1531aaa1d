"""A piece of sound in, how strongly each moment of it is mark or space out: tones, levels, bit rate. It decides no bit.

Pure. One window is one bit at 1200 baud, BIT samples of the common rate GRID; `Tones` holds a correlation for each of its
starts. Noncoherent matched filters (Proakis, Digital Communications, 5.4) at tones that are measured, not assumed: Bell 202,
V.23 and either of them 4 % off are one case. See docs/adr/0016.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Complexes = NDArray[np.complex128]

GRID = 19_200  # samples a second; 1200 baud is 16 of them a bit, one is a good enough step in time (3 % of a bit)
BIT = 16
HALF = BIT // 2
EVENED = 12 * BIT  # samples over which power is taken: 10 ms, in which there is mark and space
LEAST_EVENED = 0.003  # of the strongest: 25 dB
SHORTEST = 120 * BIT  # of a message: 12 characters
BETWEEN = (
    1250.0,
    2150.0,
)  # Hz, halfway from Bell 202 to V.23: a window of one bit is 1200 Hz wide and hears both
FARTHEST_TONE = 170.0  # Hz from there: V.23 4 % off is 102 away, Bell 202 4 % off 138
BAUDS = (1150.0, 1250.0)
UPPER = (3100.0, 3600.0)  # Hz, where the band ends


@dataclass(frozen=True, slots=True)
class Tones:
    """Mark and space through one piece of sound. `mark[n]`: amplitude and phase (at its begin) of mark over n..n+BIT.

    `mark_hz`, `space_hz`, `baud`: as measured; `mark_level`, `space_level`: amplitudes; `noise`: variance of a correlation.
    """

    mark: Complexes
    space: Complexes
    mark_hz: float
    space_hz: float
    mark_level: float
    space_level: float
    baud: float
    noise: float

    def surer(self) -> Reals:
        """For each start: by how much mark is likelier than space there (a logarithm; negative: space)."""
        return self.likelihood(self.mark, self.mark_level) - self.likelihood(self.space, self.space_level)

    def likelihood(self, correlation: Complexes, level: float) -> Reals:
        """Logarithm of the likelihood of that tone against noise alone, phase unknown: ln I0(2A|c|/s) - A²/s."""
        x = 2 * level * np.abs(correlation) / self.noise
        return x - 0.5 * np.log1p(2 * np.pi * x) - level * level / self.noise


def analytic(sound: Reals, rate: int, lowest: float) -> Complexes:
    """The sound from `lowest` Hz to 3400 as a complex signal on the grid; empty for no sound. Edges are faded (5 ms).

    Hum of 0 dBm is 50 dB down at 300 Hz. By way of the spectrum, which makes every rate one case.
    """
    step = rate // gcd(rate, GRID)
    count = step * _smooth(-(-sound.size // step))
    if not count:
        return np.zeros(0, dtype=np.complex128)
    fade = min(rate // 200, sound.size // 2)
    ramp = np.ones(sound.size)
    ramp[:fade] = 0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / max(fade, 1))
    ramp[sound.size - fade :] = ramp[:fade][::-1]
    spectrum = np.fft.rfft(sound * ramp, count)
    hertz = np.arange(spectrum.size, dtype=np.float64) * (rate / count)
    spectrum = spectrum * _edge(hertz, lowest * 0.7, lowest) * (1 - _edge(hertz, *UPPER))
    kept = min(int(UPPER[1] * count / rate) + 1, spectrum.size)
    long = count * GRID // rate
    wide = np.zeros(long, dtype=np.complex128)
    wide[:kept] = spectrum[:kept]
    whole: Complexes = np.fft.ifft(wide) * (2 * long / count)
    return whole[: sound.size * GRID // rate]


def evened(signal: Complexes) -> Complexes:
    """The signal with the same power all along, but for what is far weaker than its strongest part."""
    if signal.size < 2 * EVENED:
        return signal
    around = np.pad(moving_power(signal, EVENED), (EVENED // 2, EVENED), mode="edge")[: signal.size]
    least = LEAST_EVENED * _quantile(around, 0.9)
    found: Complexes = signal / np.sqrt(np.maximum(around, least))
    return found


def purity(signal: Complexes, tones: Tones) -> float:
    """How much of the power is one tone at a time, where it is most so for a tenth of a second: 1 when all of it is."""
    share = np.maximum(np.abs(tones.mark), np.abs(tones.space)) ** 2 / (moving_power(signal, BIT) + 1e-12)
    length = min(SHORTEST, share.size)
    summed = np.concatenate(([0.0], np.cumsum(np.minimum(share, 1.0))))
    return float(np.max(summed[length:] - summed[:-length])) / length


def _edge(hertz: Reals, low: float, high: float) -> Reals:
    """0 below, 1 above, half a cosine between."""
    return 0.5 - 0.5 * np.cos(np.pi * np.clip((hertz - low) / (high - low), 0, 1))


def _smooth(count: int) -> int:
    """The next number that a fast Fourier transform likes."""
    best = 1 << max(count - 1, 0).bit_length() if count else 0
    for odd in (3, 5, 9, 15):
        size = odd
        while size < count:
            size *= 2
        best = min(best, size) if count else 0
    return best


def correlation(signal: Complexes, hertz: float) -> Complexes:
    """Mean of each window against this tone; the phase is that of the tone where the window begins."""
    turn = np.exp(2j * np.pi * hertz / GRID * np.arange(signal.size))
    summed = np.concatenate(([0], np.cumsum(signal * turn.conj())))
    found: Complexes = (summed[BIT:] - summed[:-BIT]) * turn[: signal.size - BIT + 1] / BIT
    return found


def measured(signal: Complexes) -> Tones | None:
    """The tones of a piece that is at least eight bits long; None where it is shorter or holds nothing."""
    if signal.size < 8 * BIT or not np.any(signal):
        return None
    mark_hz, space_hz = _tones(signal)
    mark, space = correlation(signal, mark_hz), correlation(signal, space_hz)
    mark_level, space_level = _levels(mark, space)
    noise = _noise(signal, mark, space, mark_level, space_level)
    return Tones(
        mark,
        space,
        mark_hz,
        space_hz,
        mark_level,
        space_level,
        _baud(mark, space, mark_level, space_level),
        noise,
    )


def _tones(signal: Complexes) -> tuple[float, float]:
    """Each tone from how its phase turns between the halves of a window, where that tone is the clearer and the purer."""
    halves = [_half_correlation(signal, each) for each in BETWEEN]
    whole = [np.abs(half[:-HALF] + half[HALF:]) / 2 for half in halves]
    tops = [_quantile(each, 0.9) for each in whole]
    power = moving_power(signal, BIT)
    found = []
    for index, (half, loud) in enumerate(zip(halves, whole, strict=True)):
        clear = loud / tops[index] > 1.5 * whole[1 - index] / tops[1 - index]
        right = clear & (loud**2 > 0.5 * power) & (loud > 0.3 * tops[index])
        turned = half[HALF:][right] * half[:-HALF][right].conj()
        off = float(np.angle(np.sum(turned))) * GRID / (2 * np.pi * HALF)
        found.append(BETWEEN[index] + float(np.clip(off, -FARTHEST_TONE, FARTHEST_TONE)))
    return found[0], found[1]


def _quantile(values: Reals, share: float) -> float:
    """About so; of every fourth value, which neighbours resemble."""
    return float(np.quantile(values[::4], share)) + 1e-12


def _half_correlation(signal: Complexes, hertz: float) -> Complexes:
    turn = np.exp(-2j * np.pi * hertz / GRID * np.arange(signal.size))
    summed = np.concatenate((np.zeros(1, dtype=np.complex128), np.cumsum(signal * turn)))
    found: Complexes = (summed[HALF:] - summed[:-HALF]) / HALF
    return found


def moving_power(signal: Complexes, long: int) -> Reals:
    summed = np.concatenate(([0.0], np.cumsum(np.abs(signal) ** 2)))
    power: Reals = (summed[long:] - summed[:-long]) / long
    return power


def _levels(mark: Complexes, space: Complexes) -> tuple[float, float]:
    """Amplitudes of both tones where they are clearest; two rounds, for a twist of 10 dB hides the weaker one at first."""
    loud_mark, loud_space = np.abs(mark), np.abs(space)
    levels = _quantile(loud_mark, 0.85), _quantile(loud_space, 0.85)
    for _ in range(2):
        is_mark = loud_mark / levels[0] > loud_space / levels[1]
        levels = _upper_mean(loud_mark[is_mark], levels[0]), _upper_mean(loud_space[~is_mark], levels[1])
    return levels


def _upper_mean(values: Reals, otherwise: float) -> float:
    """Mean of the upper half but its very top, or what it was before when there are too few."""
    if values.size < 4 * BIT:
        return otherwise
    strong = values[values > 0.5 * _quantile(values, 0.9)]
    return float(np.median(strong[strong >= np.median(strong)])) + 1e-12


def _noise(
    signal: Complexes, mark: Complexes, space: Complexes, mark_level: float, space_level: float
) -> float:
    """Variance of a correlation, from the power that the clearer tone leaves over; at least 1/200 of the tones' own."""
    power = moving_power(signal, BIT)
    best = np.maximum(np.abs(mark) ** 2, np.abs(space) ** 2)
    there = best > 0.25 * min(mark_level, space_level) ** 2
    left = float(np.median((power - best)[there])) if np.any(there) else float(np.mean(power))
    return max(left / 1.5, 0.005 * min(mark_level, space_level) ** 2, 1e-24)


def _baud(mark: Complexes, space: Complexes, mark_level: float, space_level: float) -> float:
    """Bits a second: how often the clearer tone is clearest, as the strongest line near 1200 Hz."""
    clear = np.maximum(np.abs(mark) / mark_level, np.abs(space) / space_level)
    clear = np.minimum(clear, 1.3)
    size = 1 << max(15, int(clear.size - 1).bit_length() + 1)
    lines = np.abs(np.fft.rfft(clear - np.mean(clear), size))
    low, high = (round(each * size / GRID) for each in BAUDS)
    top = low + int(np.argmax(lines[low : high + 1]))
    return top * GRID / size
