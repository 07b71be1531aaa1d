"""What a line sounds like is told once, with where it began; cadences may be off, and what is no tone of it changes nothing."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from device.exchange.fsk_sound import fsk_samples
from device.exchange.tone_sound import (
    CADENCES,
    amplitude,
    cadence_samples,
    dtmf_samples,
    ring_samples,
    tone_samples,
    voice_samples,
)
from device.line_sounds import HeardSound, SoundDecoder
from device.resampling import RATE
from device.signals import Sound
from tests.bench.impairments import generator, hum, speech, white_noise

Samples = NDArray[np.float32]
BEFORE = 1.5
FSK = bytes.fromhex("802001083035313131383532020A3430373535353030303007084A4F484E20444F4584")


def quiet(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(round(seconds * rate), dtype=np.float32)


def within(*pieces: Samples, rate: int = RATE, after: float = 6.0) -> Samples:
    return np.concatenate((quiet(BEFORE, rate), *pieces, quiet(after, rate)))


def heard(samples: Samples, rate: int = RATE) -> list[HeardSound]:
    decoder = SoundDecoder(rate)
    return decoder.feed(samples) + decoder.flush()


def sounds(samples: Samples, rate: int = RATE) -> list[Sound]:
    """What was told, the silence at the beginning left out."""
    first, *rest = heard(samples, rate)
    assert first == HeardSound(0, Sound.SILENCE)
    return [each.sound for each in rest]


def tone(hertz: float, seconds: float, level: float = -10.0) -> Samples:
    return cadence_samples(hertz, (1.0,), RATE, seconds, level)


# -- tones


@given(
    sound=st.sampled_from(list(CADENCES)),
    rate=st.sampled_from([8_000, 11_025, 44_100, 48_000]),
    level=st.sampled_from([-30.0, -10.0, -7.0]),
    off=st.sampled_from([-1.0, 0.0, 1.0]) | st.floats(-1, 1),
    stretch=st.lists(st.sampled_from([0.86, 1.0, 1.14]) | st.floats(0.86, 1.14), min_size=8, max_size=8),
    noise=st.sampled_from([-90.0, -45.0]),
)
@settings(max_examples=20, deadline=None)
def test_each_tone_is_told_once_where_it_began(
    sound: Sound, rate: int, level: float, off: float, stretch: list[float], noise: float
) -> None:
    hertz, cadence = CADENCES[sound]
    spread = {Sound.FAX_CALLING: 30.0, Sound.ANSWER_TONE: 15.0}.get(sound, 25.0)
    times = [time * each for time, each in zip(cadence, stretch, strict=False)]
    samples = within(cadence_samples(hertz + spread * off, times, rate, 9.0, level), rate=rate, after=6.5)
    rng = generator(1)
    samples = samples + white_noise(len(samples), rate, noise, rng) + hum(len(samples), rate, -15, rng)
    _, told, silence = heard(samples, rate)
    assert told.sound is sound
    assert told.start / rate == pytest.approx(BEFORE, abs=0.05)
    assert silence.sound is Sound.SILENCE
    assert told.start < silence.start <= (BEFORE + 9.05) * rate


@pytest.mark.parametrize(
    ("hertz", "seconds", "sound"),
    [
        (450, 1.20, None),
        (450, 1.35, Sound.DIAL_TONE),
        (400, 3.0, Sound.VOICE),
        (500, 3.0, Sound.VOICE),
        (950, 0.4, Sound.VOICE),
        (950, 0.7, Sound.HOWLER),
        (1100, 0.3, None),
        (1100, 0.5, Sound.FAX_CALLING),
        (1100, 0.8, None),
        (2100, 0.6, None),
        (2100, 1.0, Sound.ANSWER_TONE),
        (2160, 3.0, Sound.VOICE),
    ],
)
def test_a_single_tone_is_told_by_its_length(hertz: float, seconds: float, sound: Sound | None) -> None:
    told = sounds(within(tone(hertz, seconds)))
    if sound is Sound.VOICE and seconds < 1:  # too short for what it is, and nobody speaks so
        sound = None
    assert told == ([sound, Sound.SILENCE] if sound else [])


def test_dial_tone_is_told_while_it_goes_on() -> None:
    decoder = SoundDecoder(RATE)
    decoder.feed(quiet(BEFORE))
    assert decoder.feed(tone(450, 1.2)) == []
    (told,) = decoder.feed(tone(450, 0.3))
    assert told.sound is Sound.DIAL_TONE


def test_ringback_lasts_through_its_silence_and_no_longer() -> None:
    ringback = tone_samples(Sound.RINGBACK, RATE, 11.0)
    first, told, silence = heard(within(ringback))
    assert (first.sound, told.sound, silence.sound) == (Sound.SILENCE, Sound.RINGBACK, Sound.SILENCE)
    assert silence.start / RATE == pytest.approx(BEFORE + 11.0, abs=0.05)


def test_a_call_goes_through_its_sounds() -> None:
    told = sounds(
        within(
            tone(450, 2.0),
            dtmf_samples("02156", RATE),
            quiet(1.5),
            tone_samples(Sound.RINGBACK, RATE, 7.5),
            voice_samples(RATE, 5.0, 4, -18.0),
            quiet(0.2),
            tone_samples(Sound.BUSY, RATE, 4.0),
        )
    )
    names = [Sound.DIAL_TONE, Sound.SILENCE, Sound.RINGBACK, Sound.VOICE, Sound.BUSY, Sound.SILENCE]
    assert told == names


def test_a_dial_tone_cut_by_dialling_is_no_other_tone() -> None:
    """Whoever dials at once lets it sound for half a second; what is shorter says nothing."""
    for seconds, told in ((0.35, []), (0.4, []), (0.6, [Sound.DIAL_TONE]), (1.0, [Sound.DIAL_TONE])):
        for pause in (0.0, 0.04):
            dialled = sounds(within(tone(450, seconds), quiet(pause), dtmf_samples("5", RATE), quiet(3.0)))
            assert [sound for sound in dialled if sound is not Sound.SILENCE] == told
    for cadence in ((0.7, 0.7), (1.0, 4.0)):  # congestion, ringback: a digit in the second burst
        tones = cadence_samples(450, cadence, RATE, cadence[0] * 2 + cadence[1], -10.0)
        assert Sound.DIAL_TONE not in sounds(within(tones, dtmf_samples("5", RATE), quiet(3.0)))


def test_call_waiting_in_a_conversation() -> None:
    told = sounds(
        within(
            voice_samples(RATE, 4.0, 4, -18.0),
            tone_samples(Sound.CALL_WAITING, RATE, 1.2),
            voice_samples(RATE, 4.0, 4, -18.0),
        )
    )
    spoken = [each for each in told if each is not Sound.SILENCE]
    assert [next(same) for _, same in groupby(spoken)] == [Sound.VOICE, Sound.CALL_WAITING, Sound.VOICE]


def test_a_vacant_number_heard_from_its_middle() -> None:
    whole = tone_samples(Sound.VACANT_NUMBER, RATE, 6.0)
    for skipped in (0.05, 0.25, 0.45, 0.7, 1.1):
        assert Sound.VACANT_NUMBER in sounds(within(whole[round(skipped * RATE) :]))


def test_a_busy_tone_that_ends_in_the_middle_of_a_burst_is_nothing_else() -> None:
    for cut in (3.5, 3.7, 4.0, 4.3, 4.6):
        for sound in (Sound.BUSY, Sound.CONGESTION, Sound.VACANT_NUMBER):
            assert sounds(within(tone_samples(sound, RATE, float(cut)))) == [sound, Sound.SILENCE]


# -- voice and silence


@pytest.mark.parametrize("seed", range(6))
def test_a_voice_is_told_where_it_began(seed: int) -> None:
    voice = speech(4 * RATE, RATE, -20, generator(seed))
    told = [each for each in heard(within(voice)) if each.sound is not Sound.SILENCE]
    assert {each.sound for each in told} == {Sound.VOICE}
    began = int(np.flatnonzero(np.abs(voice) > 0.02)[0]) / RATE
    assert told[0].start / RATE == pytest.approx(BEFORE + began, abs=0.2)


def test_clicks_are_no_voice() -> None:
    clicks = quiet(10.0)
    clicks[::1_300] = 0.9
    clicks[1::1_300] = -0.9
    assert heard(clicks) == [HeardSound(0, Sound.SILENCE)]


@pytest.mark.parametrize(
    "nothing",
    [
        dtmf_samples("13800138000" * 3, RATE),
        fsk_samples(FSK, RATE, level=-20.0),
        ring_samples(RATE, 11.0),
        ring_samples(RATE, 11.0, hertz=16.0, overdrive=30.0),
        ring_samples(RATE, 11.0, hertz=35.0, overdrive=1.0),
        hum(80_000, RATE, 0, generator(1)),
        white_noise(80_000, RATE, -35, generator(2)),
    ],
    ids=["digits", "fsk", "ringing", "slow ringing", "fast ringing", "hum", "hiss"],
)
def test_what_is_neither_tone_nor_voice_changes_nothing(nothing: Samples) -> None:
    assert sounds(within(nothing)) == []


def test_loud_noise_is_told_as_voice() -> None:
    """A fax in the middle of a page, music, a faulty line: something is on the line."""
    assert sounds(within(white_noise(3 * RATE, RATE, -15, generator(3)))) == [Sound.VOICE, Sound.SILENCE]


def test_silence_is_told_after_a_second() -> None:
    decoder = SoundDecoder(RATE)
    assert decoder.feed(quiet(0.95)) == []
    assert decoder.feed(quiet(0.2)) == [HeardSound(0, Sound.SILENCE)]
    assert decoder.feed(quiet(20.0)) == []


def test_a_floor_that_follows_the_line_hears_quiet_voices_on_a_good_one() -> None:
    voice = within(voice_samples(RATE, 4.0, 1, -42.0))
    assert Sound.VOICE in sounds(voice)
    assert Sound.VOICE not in [each.sound for each in heard(voice + hum_of_harmonics(len(voice)))[1:]]


def hum_of_harmonics(count: int) -> Samples:
    """What a bad supply does to a line: 250, 350 Hz and up, steady, at -42 dBm0."""
    turns = 2 * np.pi * np.arange(count) / RATE
    parts = [amplitude(-47) * np.sin(hertz * turns) for hertz in (250, 350, 550)]
    return np.sum(parts, axis=0).astype(np.float32)


def test_broken_numbers_spoil_nothing_for_good() -> None:
    for broken in (np.nan, np.inf, -np.inf, 3e38):
        samples = np.concatenate((np.full(4_001, broken, dtype=np.float32), quiet(3.0)))
        assert heard(np.concatenate((samples, tone(450, 2.0))))[-1].sound is Sound.DIAL_TONE


# -- streams


@given(
    seed=st.integers(0, 30),
    rate=st.sampled_from([8_000, 22_050, 48_000]),
    sizes=st.lists(
        st.sampled_from([0, 1, 160, 399, 400, 401]) | st.integers(0, 9_000), min_size=1, max_size=8
    ),
)
@settings(max_examples=10, deadline=None)
def test_blocks_change_nothing(seed: int, rate: int, sizes: list[int]) -> None:
    samples = within(
        tone_samples(Sound.BUSY, rate, 2.5), voice_samples(rate, 2.0, seed, -18.0), rate=rate, after=1.2
    )
    decoder, at = SoundDecoder(rate), 0
    found: list[HeardSound] = []
    for size in sizes * 20:
        found += decoder.feed(samples[at : at + size])
        at += size
    found += decoder.feed(samples[at:])
    assert found + decoder.flush() == heard(samples, rate)


@given(
    pieces=st.lists(
        st.sampled_from(
            [
                np.full(3_000, np.nan, dtype=np.float32),
                np.full(500, np.inf, dtype=np.float32),
                np.full(4_000, -1e38, dtype=np.float32),
                np.ones(9_000, dtype=np.float32),
                tone(450, 0.4),
                tone(450, 0.1),
                tone(1_100, 0.5),
                quiet(0.1),
                quiet(1.0),
                voice_samples(RATE, 1.0, 1, -20.0),
                ring_samples(RATE, 1.0),
                dtmf_samples("5", RATE),
            ]
        ),
        max_size=14,
    )
)
@example([tone(450, 0.35), white_noise(2_800, RATE, -10, generator(4)), tone(450, 0.35), quiet(0.3)])
@settings(max_examples=20, deadline=None)
def test_any_order_of_anything_is_told_in_order_and_each_change_once(pieces: list[Samples]) -> None:
    told = heard(np.concatenate((quiet(0.01), *pieces)))
    starts = [each.start for each in told]
    assert starts == sorted(starts)
    assert all(one.sound is not other.sound for one, other in pairwise(told))
    assert all(0 <= start <= sum(map(len, pieces)) + 80 for start in starts)
