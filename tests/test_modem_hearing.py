"""The ear of a modem line: each burst once, each caller as soon as known, and when a question would disturb."""

from __future__ import annotations

import pytest

from device.at_protocol import ModemReader
from device.modem_events import (
    Code,
    Digits,
    FlashReport,
    HookReport,
    ModemEvent,
    Reply,
    Result,
    ResultHeard,
    Voltage,
)
from device.modem_hearing import NOISY, ModemHearing
from device.signals import (
    Absence,
    CallerId,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    Flash,
    LineSignal,
    Means,
    OffHook,
    OnHook,
    PolarityReversed,
    RingEnded,
    RingStarted,
    RingWord,
    Unrecognised,
    seconds,
)
from tests.support import at


class Ear:
    """An ear that bytes are said to, at times in seconds."""

    def __init__(self) -> None:
        self.hearing = ModemHearing("L1")
        self.reader = ModemReader()

    def __call__(self, when: float, data: bytes) -> list[LineSignal]:
        return [s for event in self.reader.receive(data) for s in self.hearing.hear(event, at(when))]

    def free(self, when: float) -> float:
        return self.hearing.quiet_from(seconds(when)) / seconds(1)


def test_a_ring_word_is_a_burst_with_the_error_of_a_burst() -> None:
    assert Ear()(1, b"RING\r\n") == [RingWord("L1", at(1), seconds(1), Means.MODEM)]


def test_a_ring_word_of_a_modem_whose_latency_is_known_is_stamped_where_the_burst_began() -> None:
    ear = Ear()
    ear.hearing.known_modem(seconds(0.3), seconds(0.1))
    assert ear(1, b"RING B\r\n") == [RingWord("L1", at(0.7), seconds(0.1), Means.MODEM)]
    assert ear.hearing.last_burst == (seconds(0.6), seconds(1.9))
    assert ear(20, b"DRON=10\r\n")[0].at == at(19)  # what is measured is not corrected
    assert ear.hearing.last_burst == (seconds(18.9), seconds(20))
    (box,) = ear(40, b"01 R             11/07 07:43:52\r\n")
    assert box == RingWord("L1", at(40), seconds(1), Means.SERIAL_BOX)


def test_reports_of_bursts_come_in_pairs_and_count_once() -> None:
    ear = Ear()
    assert ear(0, b"DROF=0\r\n") == []
    assert ear(1.0, b"DRON=10\r\nRING\r\n") == [
        RingStarted("L1", at(0), seconds(0.1), Means.MODEM),
        RingEnded("L1", at(1), seconds(0.1), Means.MODEM),
    ]
    assert ear(6.0, b"DRON=10\r\n") == [
        RingStarted("L1", at(5), seconds(0.1), Means.MODEM),
        RingEnded("L1", at(6), seconds(0.1), Means.MODEM),
    ]
    assert ear(6.6, b"RING\r\n") == []
    assert [type(s) for s in ear(30, b"RING\r\n")] == [RingWord]
    assert ear(30.7, b"DRON=10\r\n") == []
    assert ear(35.3, b"RING\r\n") == []
    assert [type(s) for s in ear(36, b"DRON=10\r\n")] == [RingStarted, RingEnded]


def test_reports_that_come_together_do_not_overlap() -> None:
    ear = Ear()
    first = ear(10, b"DRON=8\r\n")
    second = ear(10, b"DROF=4\r\nDRON=8\r\n")
    assert [s.at for s in first + second] == [at(9.2), at(10), at(10), at(10)]


def test_caller_id_is_told_with_each_thing_that_is_learnt() -> None:
    ear = Ear()
    assert ear(0, b"DATE = 1102\r\nTIME = 0930\r\n") == []
    assert ear(0.1, b"NMBR = 885\r\n") == [
        CallerIdHeard("L1", at(0.1), CallerId("885", date_time="11020930"), False, Means.MODEM)
    ]
    assert ear(0.2, b"NMBR = O\r\n") == []
    (named,) = ear(0.3, b"NAME = JOE\r\n")
    assert isinstance(named, CallerIdHeard)
    assert named.caller_id == CallerId("885", "JOE", None, "11020930")


@pytest.mark.parametrize(("gap", "together"), [(0.9, True), (1.0, True), (1.1, False)])
def test_a_silence_begins_another_block(gap: float, together: bool) -> None:
    ear = Ear()
    ear(10, b"NAME = JOE\r\n")
    (told,) = ear(10 + gap, b"NMBR = 885\r\n")
    assert isinstance(told, CallerIdHeard)
    assert told.caller_id == CallerId("885", "JOE" if together else None)


def test_another_date_begins_another_block_at_once() -> None:
    ear = Ear()
    ear(10, b"DATE = 1102\r\nNMBR = 885\r\nNAME = JOE\r\n")
    (told,) = ear(10, b"DATE = 1103\r\nNMBR = 886\r\n")
    assert isinstance(told, CallerIdHeard)
    assert told.caller_id == CallerId("886")


def test_digits_alone_are_a_caller_only_while_it_rings() -> None:
    ear = Ear()
    assert [type(s) for s in ear(1, b"56000\r\n")] == [Unrecognised]
    ear(2, b"RING\r\n")
    assert [type(s) for s in ear(3, b"12\r\n")] == [Unrecognised]
    assert ear(4, b"5551234\r\n") == [CallerIdHeard("L1", at(4), CallerId("5551234"), False, Means.MODEM)]
    assert [type(s) for s in ear(10.1, b"5551235\r\n")] == [Unrecognised]


def test_messages() -> None:
    ear = Ear()
    (said,) = ear(1, b"800304015028\r\n")
    assert said == CallerIdHeard("L1", at(1), CallerId(absence=Absence.PRIVATE), True, Means.MODEM)
    (unsummed,) = ear(1, b"0409313232353135333050\r\n")  # the modem left the sum out: read, but not checked
    assert isinstance(unsummed, CallerIdHeard)
    assert not unsummed.checked
    (damaged,) = ear(2, b"800304015029\r\n")
    assert damaged == Damaged("L1", at(2), "checksum", bytes.fromhex("800304015029"))
    assert ear(3, b"0601420000B7\r\n") != []
    assert ear(4, b"CIDM\r\n\x06\x01\x42\xb7") == []


def test_codes_and_boxes() -> None:
    hearing = ModemHearing("L1")
    said: dict[ModemEvent, list[LineSignal]] = {
        Code("R"): [RingWord("L1", at(1), seconds(1), Means.MODEM)],
        Code("H"): [OffHook("L1", at(1), seconds(0.1), means=Means.TELEPHONE_JACK)],
        Code("h"): [OnHook("L1", at(1), seconds(0.1), means=Means.TELEPHONE_JACK)],
        Code("P"): [],
        Code("p"): [],
        Code("L"): [PolarityReversed("L1", at(1), seconds(0.1), Means.MODEM)],
        Code("l"): [],
        Code("5"): [DigitDialled("L1", at(1), "5", seconds(0.1), Means.MODEM)],
        Code("X"): [],
        HookReport(True): [OffHook("L1", at(1), seconds(0.1), means=Means.SERIAL_BOX)],
        HookReport(False): [OnHook("L1", at(1), seconds(0.1), means=Means.SERIAL_BOX)],
        FlashReport(): [Flash("L1", at(1), Means.SERIAL_BOX)],
        Voltage(48.6): [],
        Reply("+VCID", "1"): [],
        ResultHeard(Result.OK): [],
        Digits("1"): [Unrecognised("L1", at(1), b"1")],
    }
    assert {event: hearing.hear(event, at(1)) for event in said} == said


def test_an_echo_that_nobody_waits_for_is_recorded() -> None:
    assert Ear()(1, b"ATLANTA GA\r\n") == [Unrecognised("L1", at(1), b"ATLANTA GA")]


def test_noise_is_recorded_within_bounds() -> None:
    ear = Ear()
    told = [signal for i in range(NOISY * 2) for signal in ear(1 + i * 0.1, b"?\r\n")]
    assert len(told) == NOISY
    assert ear.hearing.dropped == NOISY
    assert len(ear(11.1, b"?\r\n")) == 1


# --- when a question would disturb -------------------------------------------------------------------------------------


def test_while_a_block_is_printed_and_a_little_after() -> None:
    ear = Ear()
    ear(10, b"NMBR = 885\r\n")
    assert ear.free(10.1) == 10.3
    assert ear.free(10.4) == 10.4
    ear(20, b"NMBR = 885\r\nNAME = JOE\r\n")
    assert ear.free(20.1) == 20.1


def test_after_words_that_announce_a_block() -> None:
    ear = Ear()
    ear(10, b"STAS\r\n")
    assert ear.free(10) == 11.5
    ear(10.5, b"END MSG\r\n")
    assert ear.free(10.5) == 10.5


def test_in_the_first_silence_only() -> None:
    ear = Ear()
    ear(10, b"RING\r\n")
    assert [ear.free(t) for t in (10.0, 10.29, 10.3, 12.99, 13.0)] == [10.0, 10.29, 13.0, 13.0, 13.0]
    ear(15, b"RING\r\n")
    assert ear.free(16) == 16


def test_not_when_caller_id_came_before_the_first_ring() -> None:
    ear = Ear()
    ear(9, b"NMBR = 885\r\nNAME = O\r\n")
    ear(10, b"RING\r\n")
    assert ear.free(11) == 11


def test_shorter_once_the_delay_of_this_line_is_known() -> None:
    ear = Ear()
    ear(10, b"RING\r\n")
    ear(12, b"NMBR = 885\r\nNAME = O\r\n")
    assert ear.free(12.1) == 12.1
    ear(40, b"RING\r\n")
    assert [ear.free(t) for t in (40.5, 40.8, 42.3, 42.4)] == [40.5, 42.4, 42.4, 42.4]
