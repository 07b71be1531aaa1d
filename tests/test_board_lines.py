"""What a caller-ID board's text says by the pattern of the configuration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.board_lines import LINE_GAP, LONGEST_LINE, NOISY, BoardLines
from device.signals import (
    Absence,
    CallerId,
    CallerIdHeard,
    LineSignal,
    Means,
    RingWord,
    Unrecognised,
    seconds,
)
from tests.support import at

PATTERN = r"(?P<ring>RING)|CID:(?P<number>[^ ]*)(?: (?P<date>\d{4})(?P<time>\d{4}))? ?(?P<name>.*)"


def heard(data: bytes, piece: int = 1000, pattern: str = PATTERN) -> list[LineSignal]:
    board, now, told = BoardLines("L1", pattern), 0.0, []
    for start in range(0, len(data), piece):
        now += 0.01
        told += board.heard(data[start : start + piece], at(now))
    return told + board.expire(at(now + 1))


@pytest.mark.parametrize("piece", [1, 3, 1000])
@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n", b"", b"\x00"])
def test_a_number_in_any_pieces_with_any_end(piece: int, end: bytes) -> None:
    (said,) = heard(b"CID:15400000001" + end, piece)
    assert isinstance(said, CallerIdHeard)
    assert (said.caller_id, said.checked, said.means) == (
        CallerId(number="15400000001"),
        False,
        Means.CALLER_ID_BOARD,
    )


@pytest.mark.parametrize(
    ("line", "caller_id"),
    [
        (b"CID:0356-0123456 11230801", CallerId("03560123456", date_time="11230801")),
        (b"CID:P", CallerId(absence=Absence.PRIVATE)),
        (b"CID:O", CallerId(absence=Absence.OUT_OF_AREA)),
        ("CID:15400000002 王小燕".encode("gb2312"), CallerId("15400000002", "王小燕")),
        (b"CID:15400000002 99990801", CallerId("15400000002")),
        (b"xx CID:15400000002", CallerId("15400000002")),
    ],
)
def test_what_the_groups_say(line: bytes, caller_id: CallerId) -> None:
    (said,) = heard(line + b"\r\n")
    assert isinstance(said, CallerIdHeard)
    assert said.caller_id == caller_id


def test_a_board_may_tell_the_ringing_too() -> None:
    first, second = heard(b"RING\r\nCID:15400000001\r\n")
    assert isinstance(first, RingWord)
    assert isinstance(second, CallerIdHeard)


@pytest.mark.parametrize(
    "line", [b"HELLO V1.2", b"CID:", b"CID:1540000000Z", b"CID:" + b"1" * LONGEST_LINE, b"\xff\xfe\x80"]
)
def test_what_is_no_number_is_recorded_and_never_guessed(line: bytes) -> None:
    (said,) = heard(line + b"\r\n")
    assert isinstance(said, Unrecognised)
    assert len(said.raw) <= LONGEST_LINE + 1


def test_a_board_that_chatters_is_counted() -> None:
    board = BoardLines("L1", PATTERN)
    told = [each for n in range(NOISY + 5) for each in board.heard(b"noise\n", at(n / 100))]
    assert (len(told), board.dropped) == (NOISY, 5)
    (said,) = board.heard(b"CID:15400000001\n", at(2))
    assert isinstance(said, CallerIdHeard)
    assert len(board.heard(b"noise\n", at(60))) == 1


def test_a_line_without_end_is_awaited_no_longer_than_its_gap() -> None:
    board = BoardLines("L1", PATTERN)
    assert board.next_deadline() is None
    assert board.heard(b"\r\nCID:154", at(5)) == []
    assert board.next_deadline() == seconds(5) + LINE_GAP
    assert board.expire(at(5.2)) == []
    assert len(board.expire(at(5.3))) == 1
    assert board.next_deadline() is None


@pytest.mark.parametrize(("pause", "numbers"), [(0.2, ["15400000001"]), (0.4, ["15400000001"]), (9.0, [])])
def test_half_a_line_of_a_board_that_ends_its_lines_is_no_number(pause: float, numbers: list[str]) -> None:
    board = BoardLines("L1", PATTERN)
    told = board.heard(b"RING\r\n", at(5))
    told += board.heard(b"CID:1540", at(6))
    told += board.expire(at(6 + min(pause, 1)))
    told += board.heard(b"0000001\r\n", at(6 + pause))
    told += board.expire(at(30))
    assert [each.caller_id.number for each in told if isinstance(each, CallerIdHeard)] == numbers


def test_a_board_that_puts_its_line_ends_first_is_read_after_the_gap() -> None:
    board = BoardLines("L1", PATTERN)
    numbers = []
    for when in (5, 10, 15, 20):
        told = board.heard(b"\r\nRING\r\nCID:15400000001", at(when)) + board.expire(at(when + 4))
        numbers += [each.caller_id.number for each in told if isinstance(each, CallerIdHeard)]
    assert numbers == ["15400000001"] * 4
    board.heard(b"\r\nRING\r\n", at(30))
    told = board.heard(b"CID:15400000001", at(30.5)) + board.expire(at(34))
    assert [type(each) for each in told] == [Unrecognised]
    told = board.heard(b"CID:15400000001", at(40)) + board.expire(at(41))
    assert [type(each) for each in told] == [CallerIdHeard]


@given(st.lists(st.binary(max_size=100), max_size=8))
def test_after_any_bytes_the_next_line_is_read(noise: list[bytes]) -> None:
    board = BoardLines("L1", PATTERN)
    for number, data in enumerate(noise):
        board.heard(data, at(number / 10))
    board.heard(b"\r\n", at(50))
    (said,) = board.heard(b"CID:15400000001\r\n", at(60))
    assert isinstance(said, CallerIdHeard)
