"""What belongs to the answer of a question, and what is said beside it."""

from __future__ import annotations

import pytest

from device.modem_events import Digits, ModemEvent, Reply, Result, ResultHeard, Ring, Unread, Voltage
from device.modem_models import CALLER_ID_ON, Command, VoltageBy
from device.modem_question import MOST_TEXT, Purpose, Question
from device.modem_setup import Answer
from tests.support import at


def question(command: Command, purpose: Purpose = Purpose.WATCH) -> Question:
    return Question(command, purpose, at(1))


def test_a_page_of_text_is_kept_up_to_a_length() -> None:
    asked = question(Command("ATI7", wants_text=True))
    for number in range(40):
        assert asked.take(Unread(b"line %d" % number)) is True
    assert len(asked.answer(Result.OK).text) == MOST_TEXT


def test_a_register_with_the_voltage_is_four_hexadecimal_digits_and_nothing_else() -> None:
    asked = question(VoltageBy.LVS.command)
    beside: list[ModemEvent] = [
        Ring(),
        Unread(b"hello"),
        Digits("15400001234"),
        ResultHeard(Result.NO_CARRIER),
    ]
    assert [asked.take(event) for event in beside] == [False] * 4
    assert asked.volts is None
    assert asked.take(Unread(b"D000")) is True
    assert asked.take(ResultHeard(Result.OK)) is Result.OK
    assert asked.volts == -48.0


def test_volts_with_a_point() -> None:
    asked = question(VoltageBy.TRV.command)
    assert asked.take(Voltage(-48.5)) is True
    assert (asked.volts, question(CALLER_ID_ON).volts) == (-48.5, None)
    assert question(CALLER_ID_ON).take(Reply("+VCID", "1")) is True


def test_only_a_dialling_ends_with_more_than_ok_and_error() -> None:
    dialling = question(Command("ATDT110;"), Purpose.DIAL)
    assert dialling.take(ResultHeard(Result.RINGING)) is False
    assert dialling.take(ResultHeard(Result.LINE_IN_USE)) is Result.LINE_IN_USE
    assert question(Command("AT")).take(ResultHeard(Result.BUSY)) is False
    assert question(VoltageBy.TRV.command, Purpose.DIAL).take(ResultHeard(Result.NO_CARRIER)) is False


@pytest.mark.parametrize("by", VoltageBy)
def test_a_number_alone_beside_a_reading_ends_it_only_when_nothing_else_does(by: VoltageBy) -> None:
    """RING may cut 40.4 in two, a modem that was reset answers in numbers: which it was shows when OK comes, or does not."""
    cut = question(by.command)
    assert cut.take(Digits("4")) is True
    assert cut.answer(Result.OK) == Answer(Result.OK)
    assert cut.answer(None) == Answer(Result.ERROR, echoed=True)
    assert question(by.command).answer(None) == Answer(None)
    assert question(CALLER_ID_ON).take(Digits("0")) is True
    assert question(Command("AT")).take(Digits("0")) is Result.OK
