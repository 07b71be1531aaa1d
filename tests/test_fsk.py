"""The FSK decoder on sound from our own modulator and on what lines make of it; the large counts are in `make bench-decoder`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.exchange.fsk_sound import V23, fsk_samples
from device.fsk import FskDecoder, FskMessage
from device.fsk_filters import EVENED, evened
from tests.bench import impairments
from tests.bench.fsk_calls import Line, message

NUMBER = "15405550123"
CHINESE = "王小燕".encode("gb2312").decode("latin-1")
CALL = message(NUMBER)


def heard(samples: impairments.Samples, rate: int = 8000, block: int = 160) -> list[FskMessage]:
    """All that is told of these samples, fed block by block."""
    decoder = FskDecoder(rate)
    found = [each for at in range(0, len(samples), block) for each in decoder.feed(samples[at : at + block])]
    return found + decoder.flush()


def good(samples: impairments.Samples, rate: int = 8000) -> list[bytes]:
    """The messages that are beyond doubt."""
    return [each.data for each in heard(samples, rate) if each.checksum_ok]


def burst(rate: int = 8000, data: bytes = CALL, **sent: float) -> impairments.Samples:
    """A clean transmission with silence around it."""
    return impairments.within_silence(fsk_samples(data, rate, **sent), rate)  # type: ignore[arg-type]


# ---- what it reads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 12_347])
def test_any_rate(rate: int) -> None:
    (only,) = heard(burst(rate), rate)
    assert only.data == CALL
    assert only.checksum_ok
    assert only.confidence > 0.99
    assert only.start / rate == pytest.approx(0.3, abs=0.01)
    assert only.end / rate == pytest.approx(0.3 + (480 + 10 * len(CALL)) / 1200, abs=0.01)


@pytest.mark.parametrize(
    "data",
    [
        message(NUMBER, "WANG XIAOYAN"),
        message(NUMBER, CHINESE),
        message(NUMBER, single=True),
        message("110"),
        bytes.fromhex("041230353131313835323430373535353030303059"),  # LINE.md 1.2
        bytes.fromhex("802001083035313131383532020A3430373535353030303007084A4F484E20444F4584"),
        bytes.fromhex("040931323235313533305010"),
        bytes.fromhex("800d0108303331373136353604014fad"[:-2]) + b"\x00",
        bytes((0x82, 3, 0x0B, 1, 0xFF, 0x70)),
    ],
    ids=["name", "chinese", "sdmf", "short", "vector 1", "vector 2", "private", "absence", "message waiting"],
)
def test_kinds_of_message(data: bytes) -> None:
    whole = data[:-1] + bytes((-sum(data[:-1]) % 256,))
    assert good(burst(data=whole)) == [whole]


def test_the_longest_message() -> None:
    body = b"\x07\xfd" + bytes(65 + index % 26 for index in range(253))
    whole = bytes((0x80, 255)) + body
    whole += bytes((-sum(whole) % 256,))
    assert good(burst(data=whole)) == [whole]


@pytest.mark.parametrize(
    "line",
    [
        Line(snr=8),
        Line(snr=6),
        Line(clip=0.3, snr=20),
        Line(clip=0.1),
        Line(hum=0.0),
        Line(speech=-28, snr=30),
        Line(sent={"level": 0.0}),
        Line(sent={"level": -50.0}),
        Line(snr=12, sent={"twist": 10.0}),
        Line(snr=12, sent={"twist": -10.0}),
        Line(snr=12, sent={"tones": (1248.0, 2288.0), "baud": 1176.0}),
        Line(snr=12, sent={"tones": (1152.0, 2112.0), "baud": 1236.0}),
        Line(snr=12, sent={"tones": V23}),
        Line(snr=10, sent={"tones": (1352.0, 2184.0)}),
        Line(snr=12, sent={"seizure": 0, "mark": 30}),
        Line(snr=12, sent={"mark": 0}),
        Line(snr=12, sent={"mark": 9}),
        Line(snr=12, sent={"trailing_mark": 0}),
        Line(snr=12, sent={"trailing_mark": 300}),
        Line(snr=12, sent={"extra_stop": 1}),
        Line(snr=12, sent={"extra_stop": 20}),
        Line(hum=-7, speech=-33, snr=15, sent={"extra_stop": 3, "level": -20.0}),
    ],
    ids=lambda line: (
        " ".join(f"{k}{v}" for k, v in (("snr", line.snr), ("clip", line.clip), ("hum", line.hum)) if v)
        + f" {line.sent or ''}"
    ),
)
def test_bad_lines(line: Line) -> None:
    for seed in (1, 2):
        case = line.heard(seed)
        assert good(case.samples) == [message(case.wanted)]


def test_pauses_between_characters_need_not_be_alike() -> None:
    """A sender that has to wait for its next byte: bits of mark as they come, not only as many each time."""
    from device.exchange.fsk_sound import BELL_202, keyed

    rng = impairments.generator(7)
    bits = [0, 1] * 150 + [1] * 100
    for byte in CALL:
        bits += [0, *(byte >> place & 1 for place in range(8)), 1] + [1] * int(rng.integers(0, 9))
    sound = keyed(bits, 8000, -13.5, BELL_202, 1200.0, 0.0)
    assert good(impairments.within_silence(sound, 8000)) == [CALL]


def test_two_transmissions_are_two_messages() -> None:
    other = message("15405550199")
    samples = np.concatenate((burst(), burst(data=other)))
    assert good(samples) == [CALL, other]
    close = np.concatenate((fsk_samples(CALL, 8000), fsk_samples(other, 8000)))
    assert good(impairments.within_silence(close, 8000)) == [CALL, other]


def test_a_transmission_without_phase_continuity_is_read_bit_by_bit() -> None:
    bits = [0, 1] * 150 + [1] * 180
    for byte in CALL:
        bits += [0, *(byte >> place & 1 for place in range(8)), 1]
    rng = impairments.generator(8)
    pieces = [
        0.15 * np.sin(2 * np.pi * (1200 if bit else 2200) * np.arange(40) / 48_000 + 2 * np.pi * rng.random())
        for bit in bits
    ]
    samples = np.concatenate((np.zeros(9600), *pieces, np.zeros(9600))).astype(np.float32)
    assert good(samples, 48_000) == [CALL]


# ---- what it does not read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [1, 3, 9, 17, len(CALL) - 1])
@pytest.mark.parametrize("snr", [None, 15.0])
def test_a_wrong_bit_at_the_sender_is_damage_and_not_mended(place: int, snr: float | None) -> None:
    wrong = CALL[:place] + bytes((CALL[place] ^ 0x02,)) + CALL[place + 1 :]
    samples = burst(data=wrong)
    if snr is not None:
        samples = samples + impairments.white_noise(
            samples.size, 8000, -13.5 - snr, impairments.generator(place)
        )
    (only,) = heard(samples)
    assert not only.checksum_ok
    assert only.confidence <= 0.5
    assert only.data[:1] == b"\x80"
    if place > 1:
        assert only.data == wrong


def test_a_transmission_cut_off_is_damage() -> None:
    samples = burst()
    found = heard(samples[: samples.size - 3600])
    assert [each.checksum_ok for each in found] == [False]


@pytest.mark.parametrize(
    ("snr", "seeds"), [(3.0, (7, 35)), (2.0, (1, 2, 7)), (1.0, (2, 12, 20)), (0.0, (0, 1))]
)
def test_too_much_noise_gives_no_number_and_never_a_wrong_one(snr: float, seeds: tuple[int, ...]) -> None:
    """Each of these, but those at 0 dB, gives a wrong number of good checksum where the lead counts for nothing."""
    for seed in seeds:
        case = Line(snr=snr).heard(seed)
        assert set(good(case.samples)) <= {message(case.wanted)}


@pytest.mark.parametrize("lowest", [0.3, 0.1])
@pytest.mark.parametrize("hertz", [0.6, 3.0, 8.0])
def test_a_level_that_moves_as_a_card_with_automatic_gain_moves_it(hertz: float, lowest: float) -> None:
    """By 10 and 20 dB, at once or slowly."""
    samples = burst() + impairments.white_noise(burst().size, 8000, -45.0, impairments.generator(4))
    times = np.arange(samples.size) / 8000
    for phase in range(4):
        level = lowest ** (0.5 + 0.5 * np.sin(2 * np.pi * (hertz * times + phase / 4)))
        assert good(impairments.as_heard(samples * level)) == [CALL]


def clicked(seed: int) -> tuple[impairments.Samples, bytes]:
    """A transmission with 3 to 15 clicks of up to 6 ms in it, and what was sent."""
    rng = impairments.generator(seed, 3)
    data = message(f"154{rng.integers(10**8):08d}", single=True)
    samples = burst(data=data)
    samples = samples + impairments.white_noise(samples.size, 8000, -28.5, rng)
    for _ in range(rng.integers(3, 16)):
        at, long = rng.integers(4000, samples.size - 50), rng.integers(2, 50)
        samples[at : at + long] += rng.standard_normal(long) * rng.uniform(0.15, 0.9)
    return samples, data


@pytest.mark.parametrize("seed", [1099, 1255, 1348, 2377, 2666, 2754, 3035, 3868, 4284])
def test_clicks_that_sound_like_other_bits_give_no_wrong_number(seed: int) -> None:
    """Each of these gave one while a click was taken for the noise of its tone alone."""
    samples, data = clicked(seed)
    assert set(good(samples)) <= {data}


def test_clicks_that_spoil_less_than_the_sum_can_tell_do_no_harm() -> None:
    for seed in (1, 3, 6):
        samples, data = clicked(seed)
        assert good(samples) == [data]


def test_a_dial_tone_or_the_harmonics_of_a_hum_do_not_hide_it() -> None:
    samples = burst(level=-20.0)
    rng = impairments.generator(9)
    tone = impairments.hum(samples.size, 8000, -13.0, rng, 450.0)
    assert good(samples + tone) == [CALL]
    harmonics = [impairments.hum(samples.size, 8000, -3.0 - 5 * k, rng, 50.0 * k) for k in (1, 3, 5, 7, 9)]
    assert good(samples + np.sum(harmonics, axis=0)) == [CALL]


@pytest.mark.parametrize("level", [-60.0, -30.0, 0.0])
def test_nothing_from_noise(level: float) -> None:
    noise = impairments.white_noise(8000 * 20, 8000, level, impairments.generator(int(-level)))
    assert heard(impairments.as_heard(noise)) == []


def test_what_is_too_short_is_left_as_it_is() -> None:
    short = np.ones(2 * EVENED - 1, dtype=np.complex128)
    assert evened(short) is short


def test_nothing_from_speech_and_tones() -> None:
    assert heard(impairments.speech(8000 * 20, 8000, -15.0, impairments.generator(1))) == []
    for hertz in (450.0, 1100.0, 1200.0, 1400.0, 2100.0, 2200.0):
        assert heard(impairments.hum(8000 * 12, 8000, -10.0, impairments.generator(2), hertz)) == []
    dual = sum(
        impairments.hum(8000 * 3, 8000, -10.0, impairments.generator(3), hertz) for hertz in (941.0, 1633.0)
    )
    assert heard(dual) == []


# ---- how it is fed ---------------------------------------------------------------------------------------------------


STREAM = np.concatenate(
    (burst(), Line(snr=9).heard(3).samples, burst(data=CALL[:-1] + b"\x00"), burst()[:6000])
)
WHOLE = heard(STREAM, block=len(STREAM))


def test_the_stream_of_the_property_holds_good_and_damaged() -> None:
    assert [each.checksum_ok for each in WHOLE] == [True, True, False, False]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.sampled_from([0, 1, 159, 160, 161, 320, 640, 799, 800, 801, 4000, 9001]), min_size=1, max_size=12
    )
)
def test_blocks_make_no_difference(sizes: list[int]) -> None:
    decoder, found, at = FskDecoder(8000), [], 0
    for size in sizes:
        found += decoder.feed(STREAM[at : at + size])
        at += size
    while at < len(STREAM):
        found += decoder.feed(STREAM[at : at + 1601])
        at += 1601
    assert found + decoder.flush() == WHOLE


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), max_size=300),
    st.integers(1, 80),
    st.sampled_from([-1, 0, 1, 7999, 8000, 8001, 48_000]),
)
def test_no_floats_at_all_make_it_raise(values: list[float], times: int, rate: int) -> None:
    decoder = FskDecoder(rate)
    samples = np.tile(np.array(values, dtype=np.float32), times)
    assert [each for each in decoder.feed(samples) + decoder.flush() if each.checksum_ok] == []


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1.0, -1.0, 1e30])
def test_what_is_no_sound_does_not_hide_what_comes_after(value: float) -> None:
    strange = np.full(2000, value, dtype=np.float32)
    assert good(np.concatenate((strange, burst(), strange))) == [CALL]


def test_a_transmission_that_never_ends_is_told_when_it_has_gone_on_too_long() -> None:
    samples = np.concatenate((burst()[:-2400], fsk_samples(b"", 8000, seizure=0, mark=1200 * 30)))
    assert good(samples) == [CALL]
    decoder = FskDecoder(8000)
    assert [each.data for each in decoder.feed(samples)] == [CALL]
