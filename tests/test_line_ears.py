"""One line and its ears: signals carry the ear's name, the busy are told, the lost are known with the reason."""

from __future__ import annotations

import threading

import pytest

from device.interface import LineInterface
from device.signals import LineLost
from firmware_app.calls.call import CallClosed, CallOpened
from firmware_app.calls.heard_line import HeardLine
from firmware_app.calls.known_line import LineState
from firmware_app.calls.line_machine import LineMachine
from firmware_app.line_ears import EarSignal, LineEars, close_all
from tests.dial_ears import DiallingEar, ListeningEar, ToldEar
from tests.line_signals import off, on, restored, started
from tests.support import at


class Line:
    """A line with these ears; what its queue holds is handled at once."""

    def __init__(self, ears: dict[str, LineInterface]) -> None:
        self.queue: list[EarSignal] = []
        self.line = LineEars("L1", "03562217000", "boot", ears)
        self.line.start(self.queue.append)

    def settle(self) -> list[object]:
        events: list[object] = []
        while self.queue:
            events += self.line.handle(self.queue.pop(0))
        return events


def test_one_ear_has_a_line_machine_and_several_have_what_merges_them() -> None:
    assert type(Line({"gpio": ToldEar()}).line.machine) is LineMachine
    assert type(Line({"gpio": ToldEar(), "modem": ToldEar()}).line.machine) is HeardLine


def test_what_an_ear_says_comes_with_its_name() -> None:
    gpio, modem = ToldEar(), ToldEar()
    line = Line({"gpio": gpio, "modem": modem})
    modem.say(restored(0))
    gpio.say(restored(0.1))
    assert line.queue == [EarSignal(restored(0), "modem"), EarSignal(restored(0.1), "gpio")]


def test_a_call_is_opened_by_what_one_ear_heard() -> None:
    ear = ToldEar()
    line = Line({"gpio": ear})
    for signal in (restored(0), started(10)):
        ear.say(signal)
    assert [type(event) for event in line.settle()] == [CallOpened]
    assert line.line.machine.state is LineState.RINGING
    assert line.line.expire(at(10)) == [], "not due"
    assert [type(event) for event in line.line.expire(at(60))][-1] is CallClosed


def test_an_attentive_ear_is_told_when_the_line_becomes_busy_and_again_after_it_was_away() -> None:
    sound = ListeningEar()
    line = Line({"audio": sound})
    sound.say(restored(0))
    line.settle()
    assert sound.attended == [(False, False)]
    for signal, then in ((started(10), (True, False)), (off(10.5), (False, True)), (on(30), (False, False))):
        sound.say(signal)
        line.settle()
        assert sound.attended[-1] == then
    assert len(sound.attended) == 4, "only what changed is told"
    sound.say(restored(40))
    line.settle()
    assert sound.attended[4:] == [(False, False)]


def test_an_attentive_ear_is_told_that_a_ringing_is_over_though_nobody_says_so() -> None:
    sound = ListeningEar()
    line = Line({"audio": sound})
    sound.say(restored(0))
    sound.say(started(10))
    line.settle()
    deadline = line.line.machine.next_deadline()
    assert deadline is not None
    line.line.expire(at(60))
    assert sound.attended[-1] == (False, False)


def test_which_ears_are_lost_is_known_with_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    gpio, modem, sound = ToldEar(), ToldEar(), ListeningEar()
    line = Line({"gpio": gpio, "modem": modem, "audio": sound})
    assert [ear["state"] for ear in line.line.view()] == ["starting", "starting", "starting"]
    gpio.say(restored(0))
    modem.say(restored(0))
    modem.say(LineLost("L1", at(5), "unplugged"))
    sound.say(LineLost("L1", at(0), "numpy is not installed"))
    with caplog.at_level("INFO"):
        line.settle()
    assert line.line.view() == [
        {"name": "gpio", "state": "listening", "reason": ""},
        {"name": "modem", "state": "lost", "reason": "unplugged"},
        {"name": "audio", "state": "lost", "reason": "numpy is not installed"},
    ]
    assert "L1 modem: lost (unplugged)" in caplog.messages
    modem.say(restored(9))
    line.settle()
    assert line.line.view()[1] == {"name": "modem", "state": "listening", "reason": ""}


def test_the_ear_that_dials_is_found_and_one_that_listens_is_preferred() -> None:
    first, second = DiallingEar(), DiallingEar()
    assert Line({"gpio": ToldEar()}).line.dialler() is None
    line = Line({"gpio": ToldEar(), "modem": first, "modem2": second})
    assert line.line.dialler() is first
    first.say(LineLost("L1", at(1), "unplugged"))
    line.settle()
    assert line.line.dialler() is second
    second.say(LineLost("L1", at(2), "unplugged"))
    line.settle()
    assert line.line.dialler() is first


def test_closing_closes_every_ear() -> None:
    ears = [ToldEar(), ToldEar()]
    line = Line({"gpio": ears[0], "modem": ears[1]})
    line.line.close()
    line.line.close()
    assert [ear.closed for ear in ears] == [2, 2]
    assert set(line.line.interfaces) == {"gpio", "modem"}


class SlowEar(ToldEar):
    """Closes when the other one of `gate` does, too."""

    def __init__(self, gate: threading.Barrier) -> None:
        super().__init__()
        self._gate = gate

    def close(self) -> None:
        self._gate.wait(10)
        super().close()


def test_ears_are_closed_at_the_same_time() -> None:
    gate = threading.Barrier(3)
    ears = [SlowEar(gate) for _ in range(3)]
    lines = [Line({"gpio": ears[0], "modem": ears[1]}).line, Line({"modem": ears[2]}).line]
    close_all(lines)
    assert [ear.closed for ear in ears] == [1, 1, 1]
