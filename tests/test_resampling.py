"""Sound brought to 8 kHz keeps its frequencies, levels and places, loses what does not fit, and no sample at its end."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.resampling import BATCH, RATE, Resampler

RATES = (8_000, 11_025, 16_000, 22_050, 44_100, 48_000)


@given(
    rate=st.sampled_from(RATES) | st.integers(8_000, 48_000), hertz=st.sampled_from([50, 300, 1_000, 3_300])
)
@settings(max_examples=40, deadline=None)
def test_a_tone_keeps_its_place_and_level_at_another_rate(rate: int, hertz: int) -> None:
    resampler = Resampler(rate)
    source = np.sin(2 * np.pi * hertz * np.arange(rate) / rate)
    result = np.concatenate(resampler.feed(source) + resampler.flush())
    wanted = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    middle = slice(400, RATE - 400)
    assert np.abs(result[middle] - wanted[middle]).max() < 0.01


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_what_does_not_fit_is_taken_away(rate: int) -> None:
    for hertz in (4_700.0, 6_000.0, 7_300.0):
        source = np.sin(2 * np.pi * hertz * np.arange(rate) / rate)
        result = np.concatenate(Resampler(rate).feed(source))
        assert np.abs(result[400:]).max() < 0.005


@given(
    length=st.sampled_from([0, 1, 399, 400, 401]) | st.integers(0, 3_000), tail=st.sampled_from([0, 1, 400])
)
@settings(max_examples=60, deadline=None)
def test_flush_gives_every_sample_and_the_tail(length: int, tail: int) -> None:
    resampler = Resampler(RATE)
    samples = np.arange(1, length + 1) / 4_000
    batches = resampler.feed(samples) + resampler.flush(tail)
    assert all(len(batch) == BATCH for batch in batches)
    result = np.concatenate([np.zeros(0), *batches])
    assert np.array_equal(result[:length], samples)
    assert length + tail <= len(result) < length + tail + BATCH
    assert not result[length:].any()


def test_positions_are_of_the_source() -> None:
    places = [Resampler(44_100).source_position(place) for place in (-1, 0, 4_000, 8_000)]
    assert places == [0, 0, 22_050, 44_100]
    assert all(earlier <= later for earlier, later in pairwise(places))
