"""One hook, however many tell of it: the voltage, the telephone in the modem's jack, a box, a ring, the modem itself."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from device.at_protocol import ModemReader
from device.exchange.caller_id_sender import mdmf, unformatted
from device.line_voltage import Reading
from device.modem_ear import ModemEar
from device.modem_families import ROWS
from device.modem_models import Family, Model
from device.signals import CallerId, CallerIdHeard, LineSignal, Means, OffHook, OnHook, RingWord, seconds
from tests.support import at

LIFTED, PUT_DOWN, RING = b"\x10H", b"\x10h", b"\r\nRING\r\n"
JACK, VOLTAGE, MODEM, BOX = Means.TELEPHONE_JACK, Means.LINE_VOLTAGE, Means.MODEM, Means.SERIAL_BOX


class Line:
    """An ear whose line is read every 0.25 s, and which is told things in between."""

    def __init__(self, *, measures: bool = True, model: Model | None = None) -> None:
        self.ear = ModemEar("L1")
        if model is not None:
            self.ear.knows(model)
        self._reader = ModemReader()
        self._measures = measures
        self.now = 0.0
        self.volts = 48.6
        self.told: list[LineSignal] = []

    def run(self, lasting: float, volts: float | None = None) -> Line:
        self.volts = self.volts if volts is None else volts
        for _ in range(round(lasting / 0.25)):
            self.now += 0.25
            if self._measures:
                self.told += self.ear.measured(Reading(self.volts, at(self.now), at(self.now + 0.03)))
        return self

    def says(self, data: bytes) -> Line:
        for event in self._reader.receive(data):
            self.told += self.ear.hear(event, at(self.now + 0.1))
        return self

    def hook(self) -> list[tuple[type[LineSignal], Means | None, float]]:
        return [
            (type(s), s.means, s.at.mono / seconds(1))
            for s in self.told
            if isinstance(s, OffHook | OnHook) and not s.found
        ]


def test_the_code_of_the_jack_tells_it_at_once_and_gives_the_moment_of_putting_down() -> None:
    line = Line().run(2).says(LIFTED)
    assert line.hook() == [(OffHook, JACK, 2.1)]
    line.run(4, 8.3).says(PUT_DOWN)
    assert len(line.hook()) == 1  # the voltage has the last word
    line.run(3, 48.6)
    assert line.hook()[1:] == [(OnHook, JACK, 6.1)]


def test_another_telephone_may_hold_the_line_still() -> None:
    line = Line().run(2).says(LIFTED).run(4, 8.3).says(PUT_DOWN).run(4, 8.3)
    assert [kind for kind, _, _ in line.hook()] == [OffHook]
    line.run(3, 48.6)
    assert [means for _, means, _ in line.hook()] == [JACK, VOLTAGE]
    line = Line().run(2).run(4, 8.3).says(LIFTED).run(1).says(PUT_DOWN).says(LIFTED).run(3, 48.6)
    assert [means for _, means, _ in line.hook()] == [VOLTAGE, VOLTAGE]


def test_a_talk_too_short_for_the_voltage() -> None:
    line = Line().run(2).says(LIFTED).run(0.25, 8.3).says(PUT_DOWN).run(3, 48.6)
    assert line.hook() == [(OffHook, JACK, 2.1), (OnHook, JACK, pytest.approx(2.35))]


def test_without_a_voltage_the_codes_alone() -> None:
    line = Line(measures=False).run(2).says(LIFTED).says(LIFTED).run(2).says(PUT_DOWN).says(PUT_DOWN)
    assert line.hook() == [(OffHook, JACK, 2.1), (OnHook, JACK, 4.1)]
    box = Line(measures=False).says(b"01 F             11/07 07:43:58\r\n")
    assert box.hook() == [(OffHook, BOX, 0.1)]


@pytest.mark.parametrize("ring", [RING, b"\x10R", b"DRON=10\r\n"])
def test_a_line_that_rings_is_on_the_hook(ring: bytes) -> None:
    line = Line(measures=False).run(10).says(LIFTED).run(20).says(ring)
    on = next(s for s in line.told if isinstance(s, OnHook))
    assert on.means is MODEM
    assert on.at.mono - on.error == pytest.approx(seconds(10.1))
    assert seconds(27) < on.at.mono + on.error <= seconds(30.1)
    assert not isinstance(line.told[-1], OnHook)
    line.run(15).says(ring)
    assert len(line.hook()) == 2


def test_a_ring_while_the_voltage_says_off_hook_is_left_to_who_knows_of_calls() -> None:
    line = Line().run(2).run(4, 8.3).says(RING)
    assert [kind for kind, _, _ in line.hook()] == [OffHook]
    assert isinstance(line.told[-1], RingWord)


def test_a_modem_that_holds_the_line_itself() -> None:
    line = Line().run(2)
    line.told += line.ear.seized(at(2.1), seconds(0.3))
    assert line.ear.lifted
    assert line.ear.seized(at(2.1), 0) == []
    line.told += line.ear.released(at(9), seconds(0.1), held=False)
    assert line.hook() == [(OffHook, MODEM, 2.1), (OnHook, MODEM, 9)]
    line.now = 9
    line.run(5)
    assert len(line.hook()) == 2
    line.told += line.ear.seized(at(14), 0) + line.ear.released(at(16), 0, held=True)
    line.run(5, 8.3)
    assert len(line.hook()) == 3
    line.run(3, 48.6)
    assert line.hook()[3][:2] == (OnHook, VOLTAGE)


def test_a_lift_that_was_over_before_what_was_told_is_not_told_again() -> None:
    line = Line(measures=False).run(5).says(LIFTED).run(1).says(PUT_DOWN)
    assert line.ear.seized(at(5.5), 0) == []


def test_which_modem_it_is_says_how_late_it_rings() -> None:
    known = Line(model=ROWS[Family.SILABS]).run(2).says(RING)
    (word,) = [s for s in known.told if isinstance(s, RingWord)]
    assert (word.at, word.error) == (at(2.1 - 0.3), seconds(0.1))
    unknown = Line(model=ROWS[Family.UNKNOWN]).run(2).says(RING)
    (word,) = [s for s in unknown.told if isinstance(s, RingWord)]
    assert (word.at, word.error) == (at(2.1), seconds(1))


def test_a_late_answer_of_a_voltage_register_is_no_caller() -> None:
    line = Line(model=ROWS[Family.SILABS]).run(2).says(RING).says(b"\r\n3000\r\n")
    assert not [s for s in line.told if isinstance(s, CallerIdHeard)]


@pytest.mark.parametrize(
    "block",
    [b"\r\nDATE = 1102\r\nTIME = 0930\r\nNMBR = 15400000001\r\n", unformatted(mdmf(CallerId("15400000001")))],
)
def test_caller_id_of_a_waiting_call_is_told_and_the_talk_goes_on(block: bytes) -> None:
    line = Line().run(2).run(60, 8.3).says(block).run(10).run(3, 48.6)
    heard = [s for s in line.told if isinstance(s, CallerIdHeard)]
    assert [s.caller_id.number for s in heard] == ["15400000001"]
    assert heard[0].checked is (b"80" in block)
    assert [kind for kind, _, _ in line.hook()] == [OffHook, OnHook]


def test_caller_id_of_a_waiting_call_is_not_taken_for_that_of_the_next_ring() -> None:
    line = Line().run(2).run(10, 8.3).says(b"\r\nNMBR = 15400000001\r\nNAME = O\r\n").run(2, 48.6).says(RING)
    first = seconds(line.now)
    assert line.ear.hearing.quiet_from(first + seconds(1)) > first + seconds(2)  # its own may still come
    other = Line().run(2).says(b"\r\nNMBR = 15400000001\r\nNAME = O\r\n").run(2).says(RING)
    assert other.ear.hearing.quiet_from(seconds(other.now + 1)) == seconds(other.now + 1)


things = st.sampled_from(
    [LIFTED, PUT_DOWN, RING, b"DRON=5\r\n", b"\x10P", b"01 F             11/07 07:43:58\r\n"]
)
volts = st.sampled_from([48.6, 8.3, 1.4, 40.0, 60.0])


@effort(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.75, 1.0, 1.25, 3.0]), volts, things), max_size=12),
    st.booleans(),
)
def test_whatever_is_told_of_the_hook_alternates(
    steps: list[tuple[float, float, bytes]], measures: bool
) -> None:
    line = Line(measures=measures).run(1)
    for lasting, value, said in steps:
        line.run(lasting, value).says(said)
    hook = [type(s) for s in line.told if isinstance(s, OffHook | OnHook)]
    assert all(a is not b for a, b in itertools.pairwise(hook))
    if measures:
        line.run(4, 8.3).run(4, 60.0)  # and in the end it is as the voltage says
        assert not line.ear.lifted
