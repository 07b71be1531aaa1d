"""A caller-ID message in, the sound an exchange sends for it out: phase-continuous FSK samples. It adds no noise.

Pure. The counterpart of `device.fsk`. Layout and tones: GR-30; Bell 202; ITU-T V.23; LINE.md 2.1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FULL_SCALE_DBM = 3.14  # a sine that just fills the range, in dBm0 (ITU-T G.711)
BELL_202 = (1200.0, 2200.0)  # mark, space: Hz
V23 = (1300.0, 2100.0)


def fsk_samples(
    message: bytes,
    rate: int,
    *,
    seizure: int = 300,
    mark: int = 180,
    extra_stop: int = 0,
    level: float = -13.5,
    tones: tuple[float, float] = BELL_202,
    baud: float = 1200.0,
    twist: float = 0.0,
    trailing_mark: int = 5,
) -> NDArray[np.float32]:
    """The whole burst: `seizure` alternating bits, `mark` ones, then each byte as 8N1 with `extra_stop` more stop bits.

    `level`: dBm0 of the tones; `twist`: dB by which space is louder than mark, half of it on each; `tones`: mark and
    space in Hz; `trailing_mark`: bits of mark at the end. `rate` is in samples a second; the result is within -1..1
    as long as the louder tone stays below +3.14 dBm0.
    """
    return keyed(
        burst_bits(message, seizure, mark, extra_stop, trailing_mark), rate, level, tones, baud, twist
    )


def burst_bits(message: bytes, seizure: int, mark: int, extra_stop: int, trailing_mark: int) -> list[int]:
    """The bits of a burst, in order; a seizure begins with 0 and ends with 1 (HT9032 data sheet)."""
    bits = [(seizure - index) % 2 for index in range(seizure)]
    bits += [1] * mark
    for byte in message:
        bits += [0, *((byte >> place) & 1 for place in range(8)), 1]
        bits += [1] * extra_stop
    return bits + [1] * trailing_mark


def keyed(
    bits: list[int], rate: int, level: float, tones: tuple[float, float], baud: float, twist: float
) -> NDArray[np.float32]:
    """Bits as tones whose phase runs on; a bit may end between two samples, as it does at 1200 baud in 8 kHz."""
    if not bits:
        return np.zeros(0, dtype=np.float32)
    values = np.asarray(bits)
    steps = np.where(values == 1, tones[0], tones[1]) / baud  # turns in each bit
    begun = np.concatenate(([0.0], np.cumsum(steps)[:-1]))
    position = np.arange(int(len(bits) * rate / baud)) * (baud / rate)
    index = np.minimum(position.astype(np.int64), len(bits) - 1)
    turns = begun[index] + (position - index) * steps[index]
    loudness = np.where(values == 1, level - twist / 2, level + twist / 2)
    peaks = 10.0 ** ((loudness - FULL_SCALE_DBM) / 20)
    return (peaks[index] * np.sin(2 * np.pi * turns)).astype(np.float32)
