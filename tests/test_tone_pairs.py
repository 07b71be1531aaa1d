"""What a stretch of samples must be to be a digit: the limits of the second step, each by itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from device.exchange.tone_sound import amplitude, cadence_samples, dtmf_samples
from device.resampling import RATE
from device.tone_pairs import WINDOW, measure, misfit
from tests.bench.impairments import generator, white_noise

ONE = (697.0, 1209.0)
Samples = NDArray[np.float64]


def digit(seconds: float = 0.07, level: float = -10.0, twist: float = 0.0, error: float = 0.0) -> Samples:
    return dtmf_samples("1", RATE, on=seconds, off=0.0, level=level, twist=twist, error=error).astype(
        np.float64
    )


def test_level_and_twist_are_those_of_the_tones() -> None:
    measured = measure(digit(level=-23.0, twist=6.0), 0, ONE, 0.0)
    assert measured is not None
    assert measured.level == pytest.approx(-23.0, abs=0.05)
    assert measured.twist == pytest.approx(6.0, abs=0.05)
    assert measured.sure


@pytest.mark.parametrize("length", [0, 1, 16, 47])
def test_hardly_anything_is_nothing(length: int) -> None:
    assert measure(digit()[:length], 0, ONE, 0.0) is None


@pytest.mark.parametrize(
    ("off", "seconds", "sure"),
    [(0.0, 0.07, True), (0.017, 0.07, True), (0.019, 0.07, False), (0.007, 0.03, True), (0.010, 0.03, False)],
)
def test_the_less_it_looks_like_a_digit_the_less_sure(off: float, seconds: float, sure: bool) -> None:
    measured = measure(digit(seconds), 0, ONE, off)
    assert measured is not None
    assert measured.sure == sure


def test_what_swells_and_glides_is_no_digit() -> None:
    assert measure(digit(), 0, ONE, 0.11) is None
    turns = 2 * np.pi * np.cumsum(np.linspace(0.96, 1.04, 560)) / RATE
    gliding = amplitude(-13) * (np.sin(697 * turns) + np.sin(1209 * turns))
    assert measure(gliding, 0, ONE, 0.0) is None


def test_levels_and_frequencies_have_limits() -> None:
    assert measure(digit(level=-50.0), 0, ONE, 0.0) is not None
    assert measure(digit(level=-60.0), 0, ONE, 0.0) is None
    assert measure(digit(twist=11.0), 0, ONE, 0.0) is not None
    assert measure(digit(twist=13.0), 0, ONE, 0.0) is None
    assert measure(digit(error=0.025), 0, ONE, 0.0) is not None
    assert measure(digit(error=0.028), 0, ONE, 0.0) is None


def test_noise_is_allowed_the_longer_the_more() -> None:
    for seconds, snr, is_digit in ((0.07, 4, True), (0.07, -6, False), (0.023, 12, True), (0.023, 2, False)):
        samples = digit(seconds)
        noisy = samples + white_noise(len(samples), RATE, -10 - snr, generator(1))
        assert (measure(noisy, 0, ONE, 0.0) is not None) == is_digit


def test_a_third_tone_as_strong_is_a_chord() -> None:
    third = cadence_samples(1_900.0, (1.0,), RATE, 0.07, -13.0)
    assert measure(digit() + third, 0, ONE, 0.0) is None


def test_a_dial_tone_is_left_out_only_where_it_was_before() -> None:
    dial = cadence_samples(450.0, (1.0,), RATE, 0.2, 0.0).astype(np.float64)
    late = np.concatenate((np.zeros(1_040), digit()))
    assert measure(late + dial, 1_040, ONE, 0.0) is not None
    assert measure(late + np.where(np.arange(1_600) < 1_040, 0.0, dial), 1_040, ONE, 0.0) is None
    assert measure((late + dial)[1_000:], 40, ONE, 0.0) is None
    assert measure((late + dial)[:1_140], 1_040, ONE, 0.0) is None


def test_misfit_is_nothing_for_a_digit_and_much_for_half_of_one() -> None:
    centres = np.arange(-10, 50) * 20
    inside = np.clip((np.minimum(centres + 80, 560) - np.maximum(centres - 80, 0)) / WINDOW, 0, 1)
    smooth = inside - np.sin(2 * np.pi * inside) / (2 * np.pi)
    both = np.stack((smooth, 0.3 * smooth), axis=1)
    assert misfit(both, centres, 0.0, 560.0) < 0.001
    one_late = np.stack((smooth, np.roll(smooth, 12)), axis=1)
    assert misfit(one_late, centres, 0.0, 560.0) > 0.1
    assert misfit(both, centres, 5_000.0, 6_000.0) == 1.0
    assert misfit(np.zeros((60, 2)), centres, 0.0, 560.0) == 0.0
