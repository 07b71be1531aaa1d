"""The likeliest message from bits of any sureness: what wins, by how much, and what never may."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.fsk import LEAD, messages
from device.fsk_filters import GRID, Complexes, Reals, analytic, measured
from device.fsk_framing import Frames, beginnings
from device.fsk_structure import REACH, hard, likely_lengths, read
from tests.bench.fsk_calls import message

CALL = message("15405550123", "LI")
WITHHELD = bytes.fromhex("800d01083033313731363536040150b1")


def sure_of(data: bytes, worth: float = 30.0) -> Reals:
    """Bits that are all as sure."""
    values = np.frombuffer(data, dtype=np.uint8)[:, None] >> np.arange(8) & 1
    return np.where(values == 1, worth, -worth).astype(np.float64)


def summed(data: bytes) -> bytes:
    """With the right checksum at the end instead of the last byte."""
    return data[:-1] + bytes((-sum(data[:-1]) % 256,))


@pytest.mark.parametrize("worth", [3.0, 20.0, 100.0])
@pytest.mark.parametrize(
    "data",
    [
        CALL,
        message("110", single=True),
        summed(WITHHELD),
        bytes((0x04, 2, 65, 66, 0x77)),
        bytes((0x82, 3, 0x0B, 1, 0xFF, 0x70)),
        summed(bytes((0x80, 3, 0x5A, 1, 9, 0))),
    ],
    ids=["name", "sdmf", "withheld", "no date", "waiting", "unknown parameter"],
)
def test_what_is_sure_is_read(data: bytes, worth: float) -> None:
    found = read(sure_of(data, worth))
    assert found is not None
    assert found.data == data
    assert found.cost == 0
    assert 0 <= found.lead <= REACH


def test_one_weak_wrong_bit_is_mended_and_its_cost_told() -> None:
    sure = sure_of(CALL)
    sure[5, 2] *= -0.1
    found = read(sure)
    assert found is not None
    assert (found.data, round(found.cost, 6)) == (CALL, 3.0)


def test_two_ways_to_mend_leave_no_lead() -> None:
    """The bits of weight 1 of two characters are equally weak and one of them is wrong: the sum cannot tell which."""
    sure = sure_of(CALL, 90.0)
    sure[6, 0], sure[4, 0] = -sure[6, 0] / 30, sure[4, 0] / 20  # 1 read as 0; 0 may as well have been 1
    found = read(sure)
    assert found is not None
    assert found.data == CALL
    assert found.lead == pytest.approx(1.5)


@pytest.mark.parametrize(
    "data", [b"", b"\x80", CALL[:2], CALL[:9], b"\x55" * 20, b"\x80\x04\x01\x08\x30\x31\x42"]
)
def test_what_is_no_message_is_none(data: bytes) -> None:
    assert read(sure_of(data, 100.0)) is None if data else read(np.zeros((0, 8))) is None


def test_a_sum_that_cannot_hold_within_reach_is_none() -> None:
    assert read(sure_of(CALL[:-1] + bytes((CALL[-1] ^ 1,)), 200.0)) is None


def test_parameters_that_do_not_fit_are_not_plain() -> None:
    """The sum holds, the lengths do not: only another cutting, far less likely, could be read."""
    data = summed(bytes((0x80, 6, 2, 9, 0x31, 0x32, 0x33, 0x34, 0)))
    assert read(sure_of(data, 100.0)) is None


def test_the_length_and_its_neighbours() -> None:
    sure = sure_of(CALL)
    sure[1, 1] /= 10
    assert likely_lengths(sure) == [CALL[1], CALL[1] ^ 2]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.5, 2.0, 8.0, 20.0, 60.0]),
    st.sampled_from([CALL, message("110"), message("15405550123", single=True)]),
)
def test_what_is_read_always_holds_and_is_never_likelier_than_its_bits(
    seed: int, noise: float, data: bytes
) -> None:
    sure = sure_of(data, 15.0) + np.random.default_rng(seed).normal(0, noise, (len(data), 8))
    found = read(sure)
    if found is not None:
        assert sum(found.data) % 256 == 0
        assert len(found.data) == found.data[1] + 3 <= len(data)
        assert found.lead >= 0
        changed = np.frombuffer(
            bytes(a ^ b for a, b in zip(found.data, hard(sure), strict=False)), dtype=np.uint8
        )
        flips = (changed[:, None] >> np.arange(8) & 1) == 1
        assert found.cost == pytest.approx(float(np.abs(sure[: len(changed)])[flips].sum()), abs=1e-6)


# ---- the edges of a piece of sound -----------------------------------------------------------------------------------


def piece(count: int) -> Complexes:
    """So many samples on the grid of a tone between the two."""
    return np.exp(2j * np.pi * 1500 / GRID * np.arange(count))


def test_nothing_and_too_little_have_no_tones() -> None:
    assert analytic(np.zeros(0), 8000, 350.0).size == 0
    assert measured(piece(127)) is None
    assert measured(np.zeros(4000, dtype=np.complex128)) is None


def test_a_piece_too_short_for_a_character_has_no_beginning() -> None:
    tones = measured(piece(128))
    assert tones is not None
    assert beginnings(tones) == []
    assert Frames(tones, 100).places(1) is None
    assert Frames(tones, 100).even(1) is None


@pytest.mark.parametrize("beginning", [0, 6, 40])
@pytest.mark.parametrize("count", [925, 973, 1168, 1330, 1438, *range(1750, 2100, 58)])
def test_characters_are_placed_within_the_sound_or_not_at_all(count: int, beginning: int) -> None:
    """The carrier goes on to the very end, where what counts as room and what fits in differ by some samples."""
    tones = measured(piece(count))
    assert tones is not None
    frames = Frames(tones, beginning)
    for wanted in (0, 1, frames.most - 1, frames.most, frames.most + 1):
        for places in (frames.places(wanted), frames.even(wanted)):
            if places is not None:
                assert 0 < wanted <= frames.most
                assert len(places) == wanted + 1
                assert np.all(np.diff(places) >= 152)  # ten bits at 1250 baud
                assert 0 <= places[0] <= places[-1] <= count
                assert frames.lead(places) >= -1e9


def test_silence_holds_no_messages() -> None:
    assert messages(np.zeros(4000), 8000) == []
    assert messages(np.zeros(0), 8000) == []


NAMED = message("15405550123", "LI", b"12312359")
MORE = NAMED[2:-1] + bytes.fromhex(
    "0601011101011301000503353130"
)  # and kinds of parameters that are seldom sent
MUCH = summed(bytes((0x80, len(MORE))) + MORE + b"\0")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("data", [NAMED, MUCH], ids=["name", "more"])
def test_what_a_line_has_swallowed_is_not_made_up(data: bytes, seed: int) -> None:
    """Two characters of which nearly nothing was heard: the sum alone cannot tell what they were, in any place."""
    rng = np.random.default_rng(seed)
    for place in range(len(data) - 2):
        sure = sure_of(data, 60.0)
        sure[place : place + 2] = rng.normal(0, 2.0, (2, 8))
        found = read(sure)
        assert found is None or found.data == data or found.lead < LEAD + found.cost


def test_a_single_digit_that_was_swallowed_is_told_by_the_sum() -> None:
    sure = sure_of(NAMED, 60.0)
    sure[16] = 0.0
    found = read(sure)
    assert found is not None
    assert (found.data, found.lead) == (NAMED, REACH)
