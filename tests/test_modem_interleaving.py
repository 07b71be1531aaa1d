"""An answer that RING, caller ID or a code stands in the middle of: the line is heard as if they had come beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from device.exchange.caller_id_sender import mdmf, unformatted
from device.modem_models import VoltageBy
from device.signals import (
    CallerId,
    CallerIdHeard,
    LineRestored,
    LineSignal,
    OffHook,
    OnHook,
    RingWord,
    Unrecognised,
)
from tests.modem_talk import ERROR, OK, Talk, conexant, plain

RING, NUMBER = b"\r\nRING\r\n", "15400000001"
FORMATTED = b"\r\nDATE = 1102\r\nTIME = 0930\r\nNMBR = 15400000001\r\nNAME = O\r\n"
IN_HEX = unformatted(mdmf(CallerId(NUMBER)))
BETWEEN = [RING, b"\r\nRING A\r\n", b"RING\r", FORMATTED, IN_HEX, b"\x10R", RING + FORMATTED, b"\r\n"]
RINGS, ANSWERED, OVER = (9.9, 14.9, 19.9), 21.2, 40.0


def isomodem(volts: Callable[[float], float]) -> Callable[[str, float], bytes | None]:
    """A Silicon Labs modem: its register says whole volts, signed."""

    def answer(command: str, now: float) -> bytes | None:
        return {
            "ATI0": b"\r\n2457\r\n" + OK,
            "ATI6": b"\r\n2457\r\n" + OK,
            "AT:R6C": b"\r\n%04X\r\n" % ((round(volts(now)) & 0xFF) << 8) + OK,
            "AT-TRV": ERROR,
        }.get(command, plain(command, now))

    return answer


def heard(by: VoltageBy, idle: float, cut: bytes, place: int, times: int) -> list[LineSignal]:
    """A call that is answered; from 10 s on `cut` stands in so many readings, at that byte of each."""
    left = times

    def volts(now: float) -> float:
        return idle / 6 if now >= ANSWERED else idle

    modem = (conexant if by is VoltageBy.TRV else isomodem)(volts)

    def answer(command: str, now: float) -> bytes | None:
        nonlocal left
        said = modem(command, now)
        if command != by.value or said is None or now < 10 or not left:
            return said
        left -= 1
        return said[:place] + cut + said[place:]

    talk = Talk(answer)
    for when in RINGS:
        talk.says(when, RING)
    talk.run(OVER)
    assert talk.dialogue.failure is None
    return talk.signals


@effort(max_examples=150, deadline=None)
@given(
    st.sampled_from(VoltageBy),
    st.sampled_from([24.4, 40.0, 44.4, 48.6, 60.4]),
    st.sampled_from(BETWEEN),
    st.integers(0, 16),
    st.integers(1, 2),
)
def test_wherever_an_answer_is_cut_the_line_is_heard_the_same(
    by: VoltageBy, idle: float, cut: bytes, place: int, times: int
) -> None:
    told = heard(by, idle, cut, place, times)
    said = (RingWord, CallerIdHeard, Unrecognised)
    assert [type(each) for each in told if not isinstance(each, said)] == [LineRestored, OnHook, OffHook]
    callers = {each.caller_id.number for each in told if isinstance(each, CallerIdHeard)}
    named = FORMATTED in cut or cut == IN_HEX
    assert callers == ({NUMBER} if named else set())
    rings = len([each for each in told if isinstance(each, RingWord)])
    assert rings == len(RINGS) + (times if b"R" in cut and cut not in (FORMATTED, IN_HEX) else 0)


@pytest.mark.parametrize("cut", [RING, b"\r\n"])
@pytest.mark.parametrize("place", range(len(FORMATTED)))
def test_a_piece_of_a_block_that_was_cut_is_no_caller(cut: bytes, place: int) -> None:
    """A known modem. What stands before the cut is a number by all that can be seen; the rest is not taken for another."""
    talk = Talk(conexant())
    talk.says(9.9, RING)
    talk.says(12.5, FORMATTED[:place] + cut + FORMATTED[place:])
    talk.run(30)
    numbers = {each.caller_id.number for each in talk.signals if isinstance(each, CallerIdHeard)} - {None}
    assert all(NUMBER.startswith(each or "") for each in numbers)


def test_an_unknown_modem_may_print_a_caller_as_digits_but_not_beside_a_block() -> None:
    talk = Talk(lambda command, now: {"ATI0": b"\r\nX\r\n" + OK, "AT-TRV": ERROR}.get(command, OK))
    talk.says(30, RING)
    talk.says(31, b"\r\n5551234\r\n")
    talk.says(40, RING)
    talk.says(42, b"\r\nDATE = 11\r\n" + RING + b"\r\n0209\r\nNMBR = 15400000001\r\n")
    talk.run(60)
    numbers = [each.caller_id.number for each in talk.signals if isinstance(each, CallerIdHeard)]
    assert numbers == ["5551234", NUMBER]


@pytest.mark.parametrize("pause", [1.9, 2.1])
@pytest.mark.parametrize("block", [FORMATTED, IN_HEX])
def test_a_number_that_stops_in_its_middle_is_none(block: bytes, pause: float) -> None:
    """A modem that was reset there; what it says later does not end its line. One that only pauses goes on."""
    talk = Talk()
    half = block.index(b"154") + 5 if block is FORMATTED else len(block) // 2
    talk.says(9.9, RING)
    talk.says(12.5, block[:half])
    talk.says(12.5 + pause, block[half:] if pause < 2 else RING)
    talk.run(30)
    told = [each.caller_id.number for each in talk.signals if isinstance(each, CallerIdHeard)]
    assert set(told) - {None} == ({NUMBER} if pause < 2 else set())
    assert len([each for each in talk.signals if isinstance(each, RingWord)]) == (1 if pause < 2 else 2)
