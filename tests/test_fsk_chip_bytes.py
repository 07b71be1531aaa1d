"""What an FSK receiver chip's bytes say: numbers whose checksum holds, damaged bursts, noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.fsk_chip_bytes import BURST_GAP, FskChipBytes
from device.signals import Absence, CallerId, CallerIdHeard, Damaged, LineSignal, Means, Unrecognised, seconds
from tests.support import at


def message(kind: int, body: bytes) -> bytes:
    head = bytes((kind, len(body))) + body
    return head + bytes((-sum(head) % 256,))


SINGLE = message(0x04, b"1123080115400000001")
MULTIPLE = message(0x80, b"\x01\x0811230801\x02\x0b15400000002\x07\x04\xd5\xc5\xc8\xfd")
WITHHELD = message(0x80, b"\x01\x0811230801\x04\x01P")
VOICE_MAIL = message(0x82, b"\x0b\x01\xff")


def heard(*bursts: bytes, piece: int = 1, pause: float = 1.0) -> list[LineSignal]:
    """Bursts in pieces of so many bytes, each byte 1/120 s after the last."""
    ear, now, told = FskChipBytes("L1"), 0.0, []
    for burst in bursts:
        for start in range(0, len(burst), piece):
            now += len(burst[start : start + piece]) / 120
            told += ear.heard(burst[start : start + piece], at(now))
        now += pause
        told += ear.expire(at(now))
    return told


@pytest.mark.parametrize("piece", [1, 7, 1000])
@pytest.mark.parametrize("noise", [b"", b"\x00", b"\xff\x80", b"UUUUUUUU", b"U" * 40 + b"\xff"])
def test_a_number_is_told_once_and_checked(piece: int, noise: bytes) -> None:
    (said,) = heard(noise + SINGLE, piece=piece)
    assert isinstance(said, CallerIdHeard)
    assert said.caller_id == CallerId(number="15400000001", date_time="11230801")
    assert (said.checked, said.means) == (True, Means.FSK_CHIP)


def test_name_and_absence() -> None:
    first, second = heard(MULTIPLE, WITHHELD)
    assert isinstance(first, CallerIdHeard)
    assert isinstance(second, CallerIdHeard)
    assert first.caller_id == CallerId("15400000002", "张三", None, "11230801")
    assert second.caller_id.absence is Absence.PRIVATE


def test_a_number_is_told_with_its_last_byte_not_after_the_pause() -> None:
    ear = FskChipBytes("L1")
    assert ear.heard(SINGLE[:-1], at(1)) == []
    assert len(ear.heard(SINGLE[-1:], at(1.2))) == 1
    assert ear.heard(b"\xff", at(1.21)) == []
    assert ear.expire(at(2)) == []


def test_one_wrong_byte_gives_no_number() -> None:
    for position in range(len(SINGLE)):
        broken = bytearray(SINGLE)
        broken[position] ^= 0x01
        assert all(not isinstance(each, CallerIdHeard) for each in heard(bytes(broken)))
    (said,) = heard(SINGLE[:-1] + b"\x00")
    assert isinstance(said, Damaged)
    assert (said.reason, said.raw) == ("checksum", SINGLE[:-1])


def test_a_burst_that_breaks_off_is_damaged_and_the_next_one_is_read() -> None:
    first, second = heard(SINGLE[:15], MULTIPLE)
    assert isinstance(first, Damaged)
    assert isinstance(second, CallerIdHeard)


def test_a_message_waiting_lamp_is_nobodys_call() -> None:
    assert heard(VOICE_MAIL) == []


def test_noise_is_recorded_once_and_silence_not_at_all() -> None:
    assert heard(b"\xff\x00U\x55\xff") == []
    (said,) = heard(b"\x31\x32\x33\x34" * 200, piece=10)
    assert isinstance(said, Unrecognised)
    assert len(said.raw) == 256


def test_the_end_of_a_burst_is_awaited() -> None:
    ear = FskChipBytes("L1")
    assert ear.next_deadline() is None
    ear.heard(b"\x04", at(3))
    assert ear.next_deadline() == seconds(3) + BURST_GAP
    ear.expire(at(4))
    assert ear.next_deadline() is None


@given(st.lists(st.tuples(st.binary(max_size=40), st.sampled_from([0.0, 0.1, 0.249, 0.25, 0.251, 2.0]))))
def test_after_any_noise_the_next_number_is_heard(noise: list[tuple[bytes, float]]) -> None:
    ear, now = FskChipBytes("L1"), 0.0
    for data, pause in noise:
        now += pause
        ear.heard(data, at(now))
    ear.expire(at(now + 1))
    (said,) = ear.heard(SINGLE, at(now + 2))
    assert isinstance(said, CallerIdHeard)
    assert said.caller_id.number == "15400000001"
