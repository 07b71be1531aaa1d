"""Bytes of a sound in, samples as numbers out: one row a channel, full scale 1. Pure: no file, no sound card; never raises.

A-law and µ-law as ITU-T G.711 defines them (`audioop` left Python with 3.13). A full-scale sine is +3.14 dBm0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from device.wav_format import Encoding, SampleFormat

Sound32 = NDArray[np.float32]


def _a_law() -> Sound32:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = np.where(exponent == 0, 2 * mantissa + 1, (2 * mantissa + 33) << np.maximum(exponent - 1, 0))
    return (np.where(code & 0x80, size, -size) / 4096).astype(np.float32)


def _mu_law() -> Sound32:
    code = np.arange(256) ^ 0xFF
    size = ((2 * (code & 15) + 33) << ((code >> 4) & 7)) - 33
    return (np.where(code & 0x80, -size, size) / 8192).astype(np.float32)


_TABLES = {Encoding.A_LAW: _a_law(), Encoding.MU_LAW: _mu_law()}
_PLAIN = {
    Encoding.SIGNED_16: ("<i2", 2.0**15),
    Encoding.SIGNED_32: ("<i4", 2.0**31),
    Encoding.FLOAT_32: ("<f4", 1.0),
    Encoding.FLOAT_64: ("<f8", 1.0),
}


def decoded(data: bytes, layout: SampleFormat) -> Sound32:
    """The whole frames of `data`, one row a channel; what is left of a frame at the end is left out."""
    frames = len(data) // layout.frame
    return _samples(data[: frames * layout.frame], layout.encoding).reshape(frames, layout.channels).T


def _samples(data: bytes, encoding: Encoding) -> Sound32:
    if encoding in _TABLES:
        return _TABLES[encoding][np.frombuffer(data, dtype=np.uint8)]
    if encoding is Encoding.UNSIGNED_8:
        return (np.frombuffer(data, dtype=np.uint8).astype(np.float32) - np.float32(128)) / np.float32(128)
    if encoding is Encoding.SIGNED_24:
        thirds = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3).astype(np.int32)
        return ((thirds[:, 0] << 8 | thirds[:, 1] << 16 | thirds[:, 2] << 24) / 2.0**31).astype(np.float32)
    kind, full = _PLAIN[encoding]
    with np.errstate(
        over="ignore"
    ):  # a float that no 32 bits hold becomes infinite: the decoders take that for silence
        numbers = np.frombuffer(data, dtype=kind).astype(np.float32)
    return numbers if full == 1.0 else numbers / np.float32(full)
