"""Tones of the exchange, digits, ringing and speech-like sound as samples: what the virtual exchange plays into a sound tap.

Arrays of float32, mono, full scale 1, which is +3.14 dBm0 for a sine (G.711). Levels in dBm0, times in seconds.
The same arguments give the same samples. Nothing here is heard or decided: decoders are in `device/`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from device.signals import Sound

Samples = NDArray[np.float32]
Values = NDArray[np.float64]

FULL_SCALE = 3.14  # dBm0 of a sine of amplitude 1
LOW = (697.0, 770.0, 852.0, 941.0)
HIGH = (1209.0, 1336.0, 1477.0, 1633.0)
KEYPAD = ("123A", "456B", "789C", "*0#D")  # Q.23
PAIRS = {
    symbol: (low, high)
    for low, row in zip(LOW, KEYPAD, strict=True)
    for symbol, high in zip(row, HIGH, strict=True)
}

# Of each sound its frequency (Hz) and its on and off times (s), in turn and again; one that goes on has no off time.
# docs/LINE.md 2; T.30 for the two of fax machines.
CADENCES: dict[Sound, tuple[float, tuple[float, ...]]] = {
    Sound.DIAL_TONE: (450.0, (1.0,)),
    Sound.RINGBACK: (450.0, (1.0, 4.0)),
    Sound.BUSY: (450.0, (0.35, 0.35)),
    Sound.CONGESTION: (450.0, (0.7, 0.7)),
    Sound.VACANT_NUMBER: (450.0, (0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4, 0.4)),
    Sound.CALL_WAITING: (450.0, (0.4, 4.0)),
    Sound.HOWLER: (950.0, (1.0,)),
    Sound.FAX_CALLING: (1100.0, (0.5, 3.0)),
    Sound.ANSWER_TONE: (2100.0, (1.0,)),
}


def amplitude(level: float) -> float:
    """The peak of a sine of `level` dBm0."""
    return float(10 ** ((level - FULL_SCALE) / 20))


def dtmf_samples(
    symbols: str,
    rate: int,
    *,
    on: float = 0.07,
    off: float = 0.07,
    level: float = -10.0,
    twist: float = 0.0,
    error: float = 0.0,
) -> Samples:
    """Digits, each `on` seconds long and followed by `off` of silence. Unknown symbols are silence of the same length.

    `level`: of both tones together; `twist`: the high tone over the low one, dB; `error`: of both frequencies, as a share.
    """
    low = level - 10 * np.log10(1 + 10 ** (twist / 10))
    ends = np.round(np.cumsum([0.0, *([on, off] * len(symbols))]) * rate).astype(int)
    samples = np.zeros(int(ends[-1]), dtype=np.float32)
    for index, symbol in enumerate(symbols):
        if symbol in PAIRS:
            start, end = ends[2 * index], ends[2 * index + 1]
            turns = 2 * np.pi * (1 + error) * np.arange(end - start) / rate
            f_low, f_high = PAIRS[symbol]
            both = amplitude(low) * np.sin(f_low * turns) + amplitude(low + twist) * np.sin(f_high * turns)
            samples[start:end] = both
    return samples


def tone_samples(sound: Sound, rate: int, seconds: float, level: float = -10.0) -> Samples:
    """A sound of the network or of a fax machine in its cadence, from the beginning of its first tone; silence for others."""
    if sound not in CADENCES:
        return np.zeros(round(seconds * rate), dtype=np.float32)
    hertz, cadence = CADENCES[sound]
    return cadence_samples(hertz, cadence, rate, seconds, level)


def cadence_samples(
    hertz: float, cadence: Sequence[float], rate: int, seconds: float, level: float = -10.0
) -> Samples:
    """A tone switched on and off in turn by the times of `cadence` (s), again and again; always on with only one."""
    time = np.arange(round(seconds * rate)) / rate
    tone = amplitude(level) * np.sin(2 * np.pi * hertz * time)
    if len(cadence) > 1:
        ends = np.cumsum(cadence)
        tone[np.searchsorted(ends, time % ends[-1] + 1e-9, side="right") % 2 == 1] = 0.0
    return tone.astype(np.float32)


def ring_samples(
    rate: int,
    seconds: float,
    *,
    hertz: float = 25.0,
    on: float = 1.0,
    off: float = 4.0,
    overdrive: float = 6.0,
) -> Samples:
    """Ringing as a tap hears it: 90 V where speech has 0.5 V, so the sine is cut flat (`overdrive`: peak over full scale)."""
    time = np.arange(round(seconds * rate)) / rate
    wave = np.clip(overdrive * np.sin(2 * np.pi * hertz * (time % (on + off))), -1.0, 1.0)
    wave[time % (on + off) >= on] = 0.0
    return wave.astype(np.float32)


# --- speech ------------------------------------------------------------------------------------------------------------

VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (490, 1350, 1690),
)
BANDWIDTHS = (80.0, 110.0, 160.0)
HARMONICS = 40


def voice_samples(rate: int, seconds: float, seed: int = 0, level: float = -20.0) -> Samples:
    """Something like speech: syllables of a gliding voice through formants, hisses, and pauses. `level`: while it speaks."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(round(seconds * rate))
    pitch = rng.uniform(90, 240)
    position = int(rng.uniform(0, 0.2) * rate)
    while position < len(samples):
        length = int(rng.uniform(0.09, 0.32) * rate)
        syllable = _hiss(rng, rate, length // 2) if rng.random() < 0.2 else _vowel(rng, rate, length, pitch)
        part = syllable[: len(samples) - position]
        samples[position : position + len(part)] += part * rng.uniform(0.3, 1.0)
        pause = rng.uniform(0.3, 1.2) if rng.random() < 0.12 else rng.uniform(0.0, 0.06)
        position += len(syllable) + int(pause * rate)
        if rng.random() < 0.02:
            pitch = rng.uniform(90, 240)
    speaking = samples[np.abs(samples) > 0]
    power = float(np.mean(speaking**2)) if len(speaking) else 1.0
    voice: Samples = (samples * amplitude(level) / np.sqrt(2 * power)).astype(np.float32)
    return voice


def _vowel(rng: np.random.Generator, rate: int, length: int, pitch: float) -> Values:
    along = np.linspace(0, 1, max(length, 1))
    glide = pitch * (1 + rng.uniform(-0.15, 0.15) * along + rng.uniform(-0.1, 0.1))
    glide = glide * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * along * length / rate))
    turns = 2 * np.pi * np.cumsum(glide) / rate
    first, second = (np.array(VOWELS[rng.integers(len(VOWELS))], dtype=float) for _ in range(2))
    formants = first[:, None] + (second - first)[:, None] * along
    voice = np.zeros(len(along))
    for harmonic in range(1, HARMONICS + 1):
        hertz = harmonic * glide
        gain = sum(
            1.0 / (1 + ((hertz - formants[i]) / BANDWIDTHS[i]) ** 2) / (i + 1) for i in range(len(BANDWIDTHS))
        )
        kept = (hertz > 200) & (hertz < min(3_500, rate / 2.1))
        voice += (
            np.where(kept, gain, 0.0) / np.sqrt(harmonic) * np.sin(harmonic * turns + rng.uniform(0, 0.5))
        )
    voice *= np.minimum(1, np.minimum(along, 1 - along) * 8)
    return voice


def _hiss(rng: np.random.Generator, rate: int, length: int) -> Values:
    noise = rng.standard_normal(max(length, 2))
    noise = np.diff(noise, append=0.0)
    return 0.08 * noise * np.hanning(len(noise))
