"""What the virtual exchange plays has the frequency, the level and the times it was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from device.exchange.tone_sound import (
    CADENCES,
    PAIRS,
    amplitude,
    cadence_samples,
    dtmf_samples,
    ring_samples,
    tone_samples,
    voice_samples,
)
from device.signals import Sound
from tests.bench.impairments import level_of


def strongest(samples: np.ndarray, rate: int, count: int = 1) -> list[float]:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8 * rate))
    found = []
    for _ in range(count):
        top = int(spectrum.argmax())
        found.append(top / 8)
        spectrum[max(0, top - 400) : top + 400] = 0
    return sorted(found)


def test_full_scale_is_3_14_dbm0() -> None:
    assert amplitude(3.14) == pytest.approx(1.0)


@pytest.mark.parametrize("symbol", PAIRS)
def test_a_digit_has_its_two_tones_and_its_level(symbol: str) -> None:
    samples = dtmf_samples(symbol, 8_000, on=0.2, off=0.0, level=-12.0)
    assert strongest(samples, 8_000, 2) == pytest.approx(PAIRS[symbol], abs=1.5)
    assert level_of(samples) == pytest.approx(-12.0, abs=0.1)


def test_twist_is_high_over_low_and_keeps_the_level() -> None:
    samples = dtmf_samples("1", 8_000, on=0.5, off=0.0, level=-12.0, twist=8.0)
    low = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 8_000))
    assert 20 * np.log10(low[1_209] / low[697]) == pytest.approx(8.0, abs=0.2)
    assert level_of(samples) == pytest.approx(-12.0, abs=0.1)


def test_digits_stand_where_their_times_say_and_others_are_silence() -> None:
    samples = dtmf_samples("1x1", 11_025, on=0.05, off=0.03)
    assert len(samples) == round(0.24 * 11_025)
    sounding = np.flatnonzero(np.abs(samples) > 0.01) / 11_025
    assert ((sounding < 0.051) | ((sounding > 0.159) & (sounding < 0.211))).all()
    assert samples.dtype == np.float32


@pytest.mark.parametrize("sound", Sound)
def test_sounds_have_their_cadence(sound: Sound) -> None:
    samples = tone_samples(sound, 8_000, 5.0, -10.0)
    assert len(samples) == 40_000
    if sound not in CADENCES:
        assert not samples.any()
        return
    hertz, cadence = CADENCES[sound]
    assert strongest(samples[: round(cadence[0] * 8_000)], 8_000) == pytest.approx([hertz], abs=1.5)
    if len(cadence) > 1:
        silent = samples[round(cadence[0] * 8_000) + 1 : round(sum(cadence[:2]) * 8_000) - 1]
        assert not silent.any()


def test_a_tone_that_goes_on_has_no_silence() -> None:
    samples = cadence_samples(450.0, (1.0,), 8_000, 3.0)
    assert level_of(samples[8_000:16_000]) == pytest.approx(-10.0, abs=0.1)


def test_ringing_is_cut_flat_and_has_its_silence() -> None:
    samples = ring_samples(8_000, 5.0)
    assert np.abs(samples).max() == 1.0
    assert (np.abs(samples[:8_000]) == 1.0).mean() > 0.8
    assert not samples[8_000:].any()


def test_a_voice_is_the_same_again_at_its_level_within_full_scale() -> None:
    one, again, other = (voice_samples(8_000, 5.0, seed, -20.0) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert level_of(one[np.abs(one) > 0]) == pytest.approx(-20.0, abs=0.2)
    assert np.abs(one).max() < 1.0
    assert len(voice_samples(8_000, 0.0)) == 0
