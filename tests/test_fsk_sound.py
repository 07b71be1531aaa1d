"""The sound of a caller-ID burst: its length, levels, tones, phase, and that the decoder reads it."""

from __future__ import annotations

import numpy as np
import pytest

from device.exchange.fsk_sound import V23, burst_bits, fsk_samples, keyed
from tests.bench import impairments

MESSAGE = bytes.fromhex("801601083033313731363536020a32313536333430313434ba")


def test_a_burst_is_seizure_mark_and_characters() -> None:
    bits = burst_bits(b"\x55", 4, 3, 2, 1)
    assert bits == [0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("seizure", [0, 1, 2, 299, 300])
def test_a_seizure_ends_with_a_one(seizure: int) -> None:
    assert burst_bits(b"", seizure, 0, 0, 0)[-1:] == ([1] if seizure else [])


@pytest.mark.parametrize("rate", [8000, 11025, 44100])
def test_it_is_as_long_as_its_bits_at_any_rate(rate: int) -> None:
    bits = 300 + 180 + 10 * len(MESSAGE) + 5
    assert fsk_samples(MESSAGE, rate).size == int(bits * rate / 1200)


@pytest.mark.parametrize("level", [0.0, -13.5, -40.0])
def test_its_level_is_that_of_a_sine_of_so_many_dbm0(level: float) -> None:
    assert impairments.level_of(fsk_samples(MESSAGE, 48_000, level=level)) == pytest.approx(level, abs=0.1)


def test_twist_makes_space_louder() -> None:
    ones, zeros = (keyed([bit] * 1000, 48_000, -10.0, (1200.0, 2200.0), 1200.0, 6.0) for bit in (1, 0))
    assert impairments.level_of(zeros) - impairments.level_of(ones) == pytest.approx(6.0, abs=0.05)
    assert impairments.level_of(ones) == pytest.approx(-13.0, abs=0.05)


def test_its_phase_runs_on() -> None:
    """A jump of phase would be a step between two samples steeper than the higher tone can make."""
    rate, level = 96_000, 3.14
    samples = fsk_samples(bytes(range(256)), rate, level=level, tones=V23, baud=1187.0)
    steepest = 2 * np.pi * V23[1] / rate
    assert np.max(np.abs(np.diff(samples))) <= steepest * 1.001


def test_nothing_is_nothing() -> None:
    assert fsk_samples(b"", 8000, seizure=0, mark=0, trailing_mark=0).size == 0
