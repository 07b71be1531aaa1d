"""Digits in sound are found with their times, and only they; blocks, rates and broken numbers change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device.dtmf import KEYPAD, DtmfDecoder, DtmfTone
from device.exchange.tone_sound import cadence_samples, dtmf_samples, voice_samples
from device.resampling import BATCH, RATE
from tests.bench.impairments import clipped, generator, hum, speech, white_noise

RATES = (8_000, 11_025, 16_000, 22_050, 44_100, 48_000)
NUMBER = "D13800138000C"

Samples = NDArray[np.float32]


def within(samples: Samples, rate: int = RATE, silence: float = 0.25) -> Samples:
    quiet = np.zeros(round(silence * rate), dtype=np.float32)
    return np.concatenate((quiet, samples, quiet))


def heard(samples: Samples, rate: int = RATE) -> list[DtmfTone]:
    decoder = DtmfDecoder(rate)
    return decoder.feed(samples) + decoder.flush()


def symbols(samples: Samples, rate: int = RATE) -> str:
    return "".join(tone.symbol for tone in heard(samples, rate))


# -- what is heard


@pytest.mark.parametrize("rate", RATES)
def test_every_symbol_at_every_rate(rate: int) -> None:
    assert symbols(within(dtmf_samples(KEYPAD, rate), rate), rate) == KEYPAD


@given(
    rate=st.sampled_from(RATES) | st.integers(8_000, 48_000),
    on=st.sampled_from([0.020, 0.023, 0.04, 0.07, 0.49, 0.51]) | st.floats(0.02, 0.8),
    off=st.sampled_from([0.020, 0.04, 0.07]) | st.floats(0.02, 0.3),
    level=st.floats(-45, 0),
    twist=st.sampled_from([-10.0, -8.0, 0.0, 8.0, 10.0]) | st.floats(-10, 10),
)
@settings(max_examples=60, deadline=None)
def test_digits_are_stamped_where_they_are_with_their_level(
    rate: int, on: float, off: float, level: float, twist: float
) -> None:
    text = "1#17"
    found = heard(within(dtmf_samples(text, rate, on=on, off=off, level=level, twist=twist), rate), rate)
    assert "".join(tone.symbol for tone in found) == text
    for index, tone in enumerate(found):
        start = round(0.25 * rate) / rate + index * (on + off)
        assert tone.start / rate == pytest.approx(start, abs=0.0025)
        assert tone.end / rate == pytest.approx(start + on, abs=0.0025)
        assert tone.level == pytest.approx(level, abs=0.7)
        assert tone.twist == pytest.approx(twist, abs=1.0)


@pytest.mark.parametrize("symbol", KEYPAD)
@pytest.mark.parametrize("length", [0.023, 0.07])
def test_frequencies_as_wrong_as_may_be_are_accepted(symbol: str, length: float) -> None:
    for error in (0.015 + 2 / 697, -0.015 - 2 / 697):
        assert symbols(within(dtmf_samples(symbol, RATE, on=length, error=error))) == symbol


@pytest.mark.parametrize("symbol", KEYPAD)
def test_frequencies_three_and_a_half_percent_off_are_no_digit(symbol: str) -> None:
    for error in (-0.05, -0.035, 0.035, 0.05):
        assert symbols(within(dtmf_samples(symbol * 3, RATE, error=error))) == ""


@pytest.mark.parametrize("length", [0.002, 0.005, 0.010, 0.012])
def test_what_is_shorter_than_any_digit_is_none(length: float) -> None:
    assert symbols(within(dtmf_samples("159D", RATE, on=length))) == ""


def test_levels_further_apart_than_a_line_makes_them_are_no_digit() -> None:
    for twist in (-16.0, 16.0):
        assert symbols(within(dtmf_samples("159D", RATE, twist=twist))) == ""


def spoilt(how: str, digits: Samples, rng: np.random.Generator) -> Samples:
    match how:
        case "noise":
            return digits + white_noise(len(digits), RATE, -14, rng)
        case "hum":
            return digits + hum(len(digits), RATE, 0, rng)
        case "clipped":
            return clipped(digits, 0.3)
        case "speech":
            return digits + speech(len(digits), RATE, -30, rng)
        case _:
            return 0.1 * digits + cadence_samples(450, (1.0,), RATE, 9, -8)[: len(digits)]


@pytest.mark.parametrize("how", ["noise", "hum", "clipped", "speech", "dial tone"])
def test_a_bad_line_does_not_change_a_number(how: str) -> None:
    for seed in range(4):
        assert symbols(spoilt(how, within(dtmf_samples(NUMBER, RATE)), generator(seed))) == NUMBER


def test_digits_that_noise_made_doubtful_vouch_for_one_another() -> None:
    digits = within(dtmf_samples(NUMBER, RATE))
    assert symbols(digits + white_noise(len(digits), RATE, -10.5, generator(1))) == NUMBER


def swelling(symbol: str) -> Samples:
    """A digit that comes and goes in 35 ms each: not like one that a machine sends, not like a voice either."""
    tone = dtmf_samples(symbol, RATE, on=0.08, off=0.0)
    rise = np.minimum(1.0, np.minimum(np.arange(len(tone)), np.arange(len(tone))[::-1]) / (0.035 * RATE))
    return np.concatenate((tone * rise.astype(np.float32), np.zeros(400, dtype=np.float32)))


def test_a_doubtful_digit_counts_only_beside_others_like_it() -> None:
    assert symbols(within(swelling("1"))) == ""
    assert symbols(within(np.concatenate((swelling("1"), swelling("2"))))) == ""
    assert symbols(within(np.concatenate((swelling("1"), swelling("2"), swelling("3"))))) == "123"
    assert symbols(within(np.concatenate((swelling("1"), dtmf_samples("2", RATE), swelling("3"))))) == "123"
    far = np.zeros(RATE // 3, dtype=np.float32)
    assert symbols(within(np.concatenate((swelling("1"), far, dtmf_samples("2", RATE))))) == "2"


def test_a_digit_that_goes_on_at_the_end_is_told_by_flush() -> None:
    samples = within(dtmf_samples("5", RATE, on=0.3))[: round(0.4 * RATE)]
    decoder = DtmfDecoder(RATE)
    assert decoder.feed(samples) == []
    (tone,) = decoder.flush()
    assert tone.symbol == "5"


def test_a_held_key_is_one_digit_however_long() -> None:
    (tone,) = heard(within(dtmf_samples("8", RATE, on=4.0)))
    assert (tone.symbol, round((tone.end - tone.start) / RATE, 2)) == ("8", 4.0)


def test_a_chord_that_starts_as_no_digit_is_none_however_long() -> None:
    """Long candidates are measured before their end: this one is refused there, and stays so."""
    chord = dtmf_samples("8", RATE, on=2.0) + dtmf_samples("1", RATE, on=2.0, level=-11.0)
    assert heard(within(chord)) == []


# -- what is not


@pytest.mark.parametrize("level", [-10, -40])
def test_noise_dials_nothing(level: int) -> None:
    assert heard(white_noise(60 * RATE, RATE, level, generator(5))) == []


def test_speech_dials_nothing() -> None:
    assert heard(speech(60 * RATE, RATE, -15, generator(6))) == []
    assert heard(voice_samples(RATE, 60.0, 7, -15.0)) == []


def test_one_tone_of_two_is_no_digit() -> None:
    for hertz in (697.0, 941.0, 1209.0, 1633.0):
        assert heard(within(cadence_samples(hertz, (0.07, 0.07), RATE, 1.0))) == []


def test_a_voice_behind_a_digit_is_not_another() -> None:
    """Much weaker than the digit before it, and at once: who dials does not whisper."""
    weak = dtmf_samples("4", RATE, level=-24.0)
    assert symbols(within(np.concatenate((dtmf_samples("12", RATE), weak, dtmf_samples("3", RATE))))) == "123"


# -- streams


@given(
    seed=st.integers(0, 99),
    rate=st.sampled_from(RATES),
    sizes=st.lists(
        st.sampled_from([0, 1, BATCH - 1, BATCH, BATCH + 1]) | st.integers(0, 5_000), min_size=1, max_size=12
    ),
)
@settings(max_examples=40, deadline=None)
def test_blocks_change_nothing(seed: int, rate: int, sizes: list[int]) -> None:
    samples = within(dtmf_samples("A19B", rate, on=0.03, off=0.03), rate)
    samples = samples + white_noise(len(samples), rate, -22, generator(seed))
    decoder, at = DtmfDecoder(rate), 0
    found: list[DtmfTone] = []
    for index in range(10_000):
        size = sizes[index % len(sizes)] if any(sizes) else 1_000
        found += decoder.feed(samples[at : at + size])
        at += size
        if at >= len(samples):
            break
    else:
        found += decoder.feed(samples[at:])
    assert found + decoder.flush() == heard(samples, rate)


@given(
    values=st.lists(
        st.sampled_from([float("nan"), float("inf"), float("-inf"), 1e38, -1e38, 0.0, 1.0, 1e-40])
        | st.floats(width=32),
        max_size=60,
    ),
    times=st.integers(1, 60),
)
@settings(max_examples=60, deadline=None)
def test_any_numbers_are_taken(values: list[float], times: int) -> None:
    decoder = DtmfDecoder(11_025)
    decoder.feed(np.array(values * times, dtype=np.float32))
    assert symbols_after(decoder) == "42"


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
def test_a_broken_sample_within_a_digit_loses_nothing(broken: float) -> None:
    samples = within(dtmf_samples(NUMBER, RATE))
    samples[100::900] = broken
    assert symbols(samples) == NUMBER


def symbols_after(decoder: DtmfDecoder) -> str:
    """What is heard of two digits behind whatever was before: nothing of it stays."""
    decoder.feed(np.zeros(11_025, dtype=np.float32))
    tones = decoder.feed(within(dtmf_samples("42", 11_025), 11_025)) + decoder.flush()
    return "".join(tone.symbol for tone in tones)


@pytest.mark.parametrize("rate", [0, -8_000, 7_999, 48_001, 96_000])
def test_other_rates_are_refused(rate: int) -> None:
    with pytest.raises(ValueError, match="rate"):
        DtmfDecoder(rate)
