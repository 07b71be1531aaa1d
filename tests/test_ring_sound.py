"""Ringing on a tap is found from 16 to 35 Hz, both ends to one cycle; hum, speech and tones are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device.exchange.tone_sound import cadence_samples, dtmf_samples, ring_samples, voice_samples
from device.resampling import RATE
from device.ring_sound import HeardRinging, RingSoundDecoder
from tests.bench.impairments import generator, hum, white_noise

Samples = NDArray[np.float32]


def quiet(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(round(seconds * rate), dtype=np.float32)


def heard(samples: Samples, rate: int = RATE) -> list[HeardRinging]:
    decoder = RingSoundDecoder(rate)
    return decoder.feed(samples) + decoder.flush()


@given(
    hertz=st.sampled_from([16.0, 20.0, 25.0, 35.0]) | st.floats(16, 35),
    overdrive=st.sampled_from([0.3, 1.0, 6.0, 40.0]) | st.floats(0.3, 40),
    on=st.sampled_from([0.4, 1.0, 2.0]) | st.floats(0.4, 2.5),
    rate=st.sampled_from([8_000, 44_100]),
    noise=st.sampled_from([-90, -25]),
)
@settings(max_examples=25, deadline=None)
def test_a_burst_begins_and_ends_where_it_does(
    hertz: float, overdrive: float, on: float, rate: int, noise: float
) -> None:
    ringing = ring_samples(rate, 2 * on + 4, hertz=hertz, on=on, off=4.0, overdrive=overdrive)
    samples = np.concatenate((quiet(0.5, rate), ringing, quiet(0.5, rate)))
    samples = samples + white_noise(len(samples), rate, noise, generator(1))
    told = heard(samples, rate)
    assert [each.on for each in told] == [True, False, True, False]
    for each, moment in zip(told, (0.5, 0.5 + on, 4.5 + on, 4.5 + 2 * on), strict=True):
        assert each.start / rate == pytest.approx(moment, abs=1 / hertz)


def test_a_burst_is_told_within_a_fifth_of_a_second() -> None:
    decoder = RingSoundDecoder(RATE)
    decoder.feed(quiet(1.0))
    (told,) = decoder.feed(ring_samples(RATE, 0.2))
    assert told.on


def test_the_end_of_the_stream_ends_a_burst() -> None:
    assert [each.on for each in heard(ring_samples(RATE, 0.7))] == [True, False]


@pytest.mark.parametrize(
    "other",
    [
        hum(10 * RATE, RATE, 3, generator(1)),
        voice_samples(RATE, 10.0, 1, -5.0),
        white_noise(10 * RATE, RATE, -5, generator(2)),
        dtmf_samples("0123456789", RATE, level=0.0),
        cadence_samples(450.0, (0.35, 0.35), RATE, 10.0, 0.0),
        cadence_samples(8.0, (1.0,), RATE, 10.0, 0.0),
        np.full(RATE, 0.9, dtype=np.float32),
        np.full(RATE, np.nan, dtype=np.float32),
    ],
    ids=["hum", "voice", "noise", "digits", "busy", "wander", "offset", "not numbers"],
)
def test_what_is_not_ringing_is_not(other: Samples) -> None:
    assert heard(np.concatenate((quiet(0.2), other, quiet(0.2)))) == []


@given(sizes=st.lists(st.sampled_from([0, 1, 399, 400, 401]) | st.integers(0, 3_000), min_size=1, max_size=8))
@settings(max_examples=15, deadline=None)
def test_blocks_change_nothing(sizes: list[int]) -> None:
    samples = np.concatenate((quiet(0.3), ring_samples(RATE, 5.5), quiet(0.3)))
    decoder, at = RingSoundDecoder(RATE), 0
    found: list[HeardRinging] = []
    for size in sizes * 20:
        found += decoder.feed(samples[at : at + size])
        at += size
    found += decoder.feed(samples[at:])
    assert found + decoder.flush() == heard(samples)
