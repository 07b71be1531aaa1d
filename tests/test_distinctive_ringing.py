"""Distinctive ringing: short double and triple rings belong to one cadence, and all of it to one call, whatever the modem says of it."""

from __future__ import annotations

import pytest

from device.at_protocol import ModemReader
from device.modem_ear import ModemEar
from device.signals import LineRestored, RingWord, Sensing, seconds
from firmware_app.calls.call import Call, CallClosed, Disposition
from firmware_app.calls.line_machine import LineMachine
from tests.support import at

DOUBLE = ((0.4, 0.2), (0.4, 4.0))
TRIPLE = ((0.4, 0.2), (0.4, 0.2), (0.8, 4.0))
LUCENT = ((0.5, 1.1), (0.5, 3.4))
PLAIN = ((1.0, 4.0),)
Cadence = tuple[tuple[float, float], ...]


def reports(cadence: Cadence, cycles: int, *, word: bool) -> list[tuple[float, bytes]]:
    """DROF and DRON, as a modem with +VDR prints them; RING behind the cadence where it prints that too."""
    said: list[tuple[float, bytes]] = []
    now, silent = 10.0, 0.0
    for _ in range(cycles):
        for on, off in cadence:
            said.append((now, b"DROF=%d\r\n" % round(silent * 10)))
            now += on
            said.append((now, b"DRON=%d\r\n" % round(on * 10)))
            silent = off
            if word and off > 2:
                said.append((now + 0.5, b"\r\nRING\r\n"))
            now += off
    return said


def words(cadence: Cadence, cycles: int, word: bytes, *, each: bool) -> list[tuple[float, bytes]]:
    """RING for each burst, or once when the cadence is recognised."""
    said: list[tuple[float, bytes]] = []
    now = 10.0
    for _ in range(cycles):
        for on, off in cadence:
            if each or off > 2:
                said.append((now + 0.25, word))
            now += on + off
    return said


def call_of(said: list[tuple[float, bytes]]) -> Call:
    reader, ear, machine = ModemReader(), ModemEar("L1"), LineMachine("L1", "boot")
    machine.handle(LineRestored("L1", at(1), Sensing(hook=True, caller_id=True)))
    closed: list[CallClosed] = []
    for moment, data in said:
        closed += [e for e in machine.expire(at(moment)) if isinstance(e, CallClosed)]
        for event in reader.receive(data):
            for signal in ear.hear(event, at(moment)):
                closed += [e for e in machine.handle(signal) if isinstance(e, CallClosed)]
    closed += [e for e in machine.expire(at(100)) if isinstance(e, CallClosed)]
    (only,) = closed
    return only.call


@pytest.mark.parametrize("cadence", [PLAIN, DOUBLE, TRIPLE, LUCENT])
@pytest.mark.parametrize("word", [False, True])
def test_reports_are_exact_and_one_call(cadence: Cadence, word: bool) -> None:
    call = call_of(reports(cadence, 4, word=word))
    assert call.disposition is Disposition.NO_ANSWER
    assert call.ring_bursts == 4 * len(cadence)
    assert call.started == at(10)
    assert call.uncertainty == seconds(0.1)
    length = sum(on + off for on, off in cadence)
    assert call.last_edge == at(10 + 4 * length - cadence[-1][1])


@pytest.mark.parametrize("cadence", [PLAIN, DOUBLE, TRIPLE])
@pytest.mark.parametrize("word", [b"\r\nRING\r\n", b"RING A\r\n", b"RING 2\r\n", b"\x10R"])
@pytest.mark.parametrize("each", [False, True])
def test_words_are_one_call_with_a_burst_for_each_cadence(cadence: Cadence, word: bytes, each: bool) -> None:
    call = call_of(words(cadence, 4, word, each=each))
    assert call.disposition is Disposition.NO_ANSWER
    assert call.ring_bursts in (4, 8 if each and cadence is TRIPLE else 4)


def test_what_stands_behind_the_word_is_no_caller_and_another_cadence_is_the_same_call() -> None:
    reader, ear = ModemReader(), ModemEar("L1")
    told = [s for event in reader.receive(b"RING A\r\nRING B\r\n") for s in ear.hear(event, at(1))]
    assert [type(s) for s in told] == [RingWord, RingWord]
