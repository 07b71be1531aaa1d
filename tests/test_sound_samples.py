"""Bytes to samples: each encoding against values worked out by hand or by sox, in the right channel, and any bytes at all."""

from __future__ import annotations

import itertools
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.sound_samples import decoded
from device.wav_format import Encoding, SampleFormat


def one(encoding: Encoding, data: bytes) -> list[float]:
    return [float(value) for value in decoded(data, SampleFormat(encoding, 8000, 1))[0]]


@pytest.mark.parametrize(
    ("encoding", "data", "values"),
    [
        (Encoding.UNSIGNED_8, b"\x00\x80\xff", [-1.0, 0.0, 127 / 128]),
        (Encoding.SIGNED_16, b"\x00\x80\x00\x00\xff\x7f", [-1.0, 0.0, 32767 / 32768]),
        (Encoding.SIGNED_24, b"\x00\x00\x80\x00\x00\x40\xff\xff\xff", [-1.0, 0.5, -(2.0**-23)]),
        (Encoding.SIGNED_32, b"\x00\x00\x00\x80\x00\x00\x00\x40", [-1.0, 0.5]),
        (Encoding.FLOAT_32, struct.pack("<2f", -0.25, 1.5), [-0.25, 1.5]),
        (Encoding.FLOAT_64, struct.pack("<2d", -0.25, 0.5), [-0.25, 0.5]),
        # G.711: the loudest and the quietest of both signs; sox gives the same
        (Encoding.A_LAW, b"\xaa\x2a\xd5\x55", [4032 / 4096, -4032 / 4096, 1 / 4096, -1 / 4096]),
        (Encoding.MU_LAW, b"\x80\x00\xff\x7f", [8031 / 8192, -8031 / 8192, 0.0, 0.0]),
    ],
)
def test_each_encoding(encoding: Encoding, data: bytes, values: list[float]) -> None:
    assert one(encoding, data) == values


def test_mu_law_and_a_law_rise_with_the_code() -> None:
    """Both are curves without a step back: every code of one sign is louder than the next (G.711, tables 1a and 2a)."""
    mu = one(Encoding.MU_LAW, bytes(range(0xFF, 0x7F, -1)))
    a = one(Encoding.A_LAW, bytes(code ^ 0x55 for code in range(0x80, 0x100)))
    for curve in (mu, a):
        assert all(later > earlier for earlier, later in itertools.pairwise(curve))


def test_each_channel_has_its_row_and_half_a_frame_is_left_out() -> None:
    data = struct.pack("<5h", 1, -1, 2, -2, 3)
    rows = decoded(data, SampleFormat(Encoding.SIGNED_16, 8000, 2)) * 32768
    assert rows.tolist() == [[1.0, 2.0], [-1.0, -2.0]]


@given(st.sampled_from(Encoding), st.binary(max_size=40), st.integers(1, 3))
def test_any_bytes_are_samples(encoding: Encoding, data: bytes, channels: int) -> None:
    layout = SampleFormat(encoding, 8000, channels)
    rows = decoded(data, layout)
    assert rows.shape == (channels, len(data) // layout.frame)
    assert rows.dtype == np.float32
