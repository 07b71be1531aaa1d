"""Clean samples in, what a bad line makes of them out: noise, hum, speech, clipping, silence around. All from a seed.

Levels are dBm0 (a full-scale sine is +3.14), rates samples a second. Noise is white up to half the rate; its level counts
300 to 3400 Hz only, as a telephone hears it, and an SNR is that against the power of one tone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FULL_SCALE_DBM = 3.14
BAND = 3400.0 - 300.0

Samples = NDArray[np.float32]


def generator(*seed: int) -> np.random.Generator:
    """Numbers of chance that are the same in every run."""
    return np.random.default_rng(seed)


def peak_of(level: float) -> float:
    """The peak of a sine of this level."""
    return float(10.0 ** ((level - FULL_SCALE_DBM) / 20))


def level_of(samples: Samples) -> float:
    """The level of a piece of sound as a whole."""
    power = float(np.mean(np.square(samples, dtype=np.float64))) if samples.size else 0.0
    return FULL_SCALE_DBM + 10 * float(np.log10(max(2 * power, 1e-20)))


def silence(seconds: float, rate: int) -> Samples:
    """Nothing."""
    return np.zeros(round(seconds * rate), dtype=np.float32)


def within_silence(samples: Samples, rate: int, before: float = 0.3, after: float = 0.3) -> Samples:
    """The samples with so many seconds of nothing before and after."""
    return np.concatenate((silence(before, rate), samples, silence(after, rate)))


def white_noise(count: int, rate: int, level: float, rng: np.random.Generator) -> Samples:
    """Gaussian noise whose part from 300 to 3400 Hz has this level."""
    deviation = peak_of(level) / np.sqrt(2) * np.sqrt(rate / 2 / BAND)
    return (rng.standard_normal(count) * deviation).astype(np.float32)


def hum(count: int, rate: int, level: float, rng: np.random.Generator, frequency: float = 50.0) -> Samples:
    """Mains hum: one sine of any phase."""
    turns = np.arange(count) * (frequency / rate) + rng.random()
    return (peak_of(level) * np.sin(2 * np.pi * turns)).astype(np.float32)


def clipped(samples: Samples, share: float) -> Samples:
    """Cut off at this share of the peak."""
    top = share * float(np.max(np.abs(samples), initial=0.0))
    return np.clip(samples, -top, top).astype(np.float32)


def as_heard(samples: Samples) -> Samples:
    """As a sound card of 16 bits gives it: what is too loud is cut off."""
    return (to_int16(samples) / np.float32(32768)).astype(np.float32)


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """16-bit samples as the other decoders take them."""
    return np.clip(np.round(samples * 32767.0), -32768, 32767).astype(np.int16)


# ---- something like speech -------------------------------------------------------------------------------------------

VOWELS = (  # formants in Hz (Peterson and Barney 1952, men)
    (270, 2290, 3010),
    (390, 1990, 2550),
    (530, 1840, 2480),
    (660, 1720, 2410),
    (730, 1090, 2440),
    (570, 840, 2410),
    (440, 1020, 2240),
    (300, 870, 2240),
    (640, 1190, 2390),
    (490, 1350, 1690),
)


def speech(count: int, rate: int, level: float, rng: np.random.Generator) -> Samples:
    """Syllables of vowels and hisses with pauses, 300 to 3400 Hz; `level` is that of the sounding parts."""
    pieces: list[NDArray[np.float64]] = []
    length = 0
    while length < count:
        piece = _pause(rate, rng) if rng.random() < 0.15 else _syllable(rate, rng)
        pieces.append(piece)
        length += piece.size
    sound = _telephone_band(np.concatenate(pieces)[:count], rate) if pieces else np.zeros(0)
    active = sound[np.abs(sound) > 1e-4]
    root = float(np.sqrt(np.mean(active**2))) if active.size else 1.0
    return (sound * (peak_of(level) / np.sqrt(2) / root)).astype(np.float32)


def _pause(rate: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return np.zeros(int(rate * rng.uniform(0.05, 0.4)))


def _syllable(rate: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Perhaps a consonant's hiss, then a vowel whose pitch glides."""
    vowel = _vowel(rate, rng)
    if rng.random() < 0.5:
        hiss = np.diff(rng.standard_normal(int(rate * rng.uniform(0.03, 0.1)) + 1)) * 0.15
        return np.concatenate((hiss * np.hanning(hiss.size), vowel))
    return vowel


def _vowel(rate: int, rng: np.random.Generator) -> NDArray[np.float64]:
    count = int(rate * rng.uniform(0.08, 0.3))
    pitch = rng.uniform(90, 240) * np.linspace(1, rng.uniform(0.8, 1.2), count)
    turns = np.cumsum(pitch) / rate
    formants = np.array(VOWELS[rng.integers(len(VOWELS))]) * rng.uniform(0.9, 1.15)
    sound = np.zeros(count)
    for harmonic in range(1, int(3400 / pitch.max()) + 1):
        at = harmonic * pitch.mean()
        gain = sum(
            weight / (1 + ((at - f) / 90) ** 2) for f, weight in zip(formants, (1.0, 0.5, 0.25), strict=True)
        )
        sound += (gain + 0.005) * np.sin(2 * np.pi * (harmonic * turns + rng.random()))
    return sound * np.hanning(count) * rng.uniform(0.5, 1.0)


def _telephone_band(sound: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(sound.size, 1 / rate)
    spectrum[(frequency < 300) | (frequency > 3400)] = 0
    return np.fft.irfft(spectrum, sound.size)
