"""What a virtual modem itself does on its line, as the other ears of that line see it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from device.dtmf_chip import DtmfChip
from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import DtmfChipLine, EarsLine, ModemLine, PinLine
from device.exchange.outlets import SeveralOutlets, modem_of
from device.exchange.planned import FaultKind, PlannedLift
from device.exchange.virtual_modem import VirtualModem
from device.exchange.wire_changes import Wire, WireChange
from device.gpio_line import GpioLine
from device.pin_factory import SimulatedFactory
from device.signals import SECOND, DigitDialled, LineRestored, OffHook, OnHook, Sound, seconds
from tests.exchange_ears import Ears

RING, HOOK, Q_PINS, STD = 17, 27, (22, 23, 4, 18), 21


# ---- the modem alone, time is an argument ----------------------------------------------------------------------------


def typed(text: str, at: int = SECOND) -> VirtualModem:
    modem = VirtualModem()
    modem.receive(b"ATE0\r", 0)
    modem.output(at)
    modem.receive(text.encode(), at)
    return modem


def acts(modem: VirtualModem, until: float) -> list[tuple[Wire, str]]:
    """What it does until then (s), asked as often as it wants to be asked."""
    done: list[WireChange] = modem.acts(SECOND)
    while (due := modem.next_deadline()) is not None and due <= seconds(until):
        modem.output(due)
        done += modem.acts(due)
    return [(act.kind, act.digit or (act.sound.value if act.kind is Wire.SOUND else "")) for act in done]


DIALLED = [
    (Wire.OFF_HOOK, ""),
    (Wire.SOUND, Sound.DIAL_TONE.value),
    (Wire.SOUND, Sound.SILENCE.value),
    (Wire.DIGIT, "1"),
    (Wire.DIGIT, "5"),
]
FAR = [(Wire.SOUND, Sound.RINGBACK.value), (Wire.SOUND, Sound.VOICE.value)]


def test_it_dials_and_holds_the_line_until_it_is_told_to_let_go() -> None:
    modem = typed("ATDT1,5;\r")
    assert acts(modem, 14) == DIALLED + FAR
    modem.receive(b"ATH\r", 15 * SECOND)
    assert modem.acts(15 * SECOND) == [WireChange(15 * SECOND, Wire.ON_HOOK)]
    assert modem.acts(16 * SECOND) == []


def test_each_digit_has_its_moment_a_comma_waits() -> None:
    modem = typed("ATDT1,5;\r")
    digits = [act.at for act in modem.acts(10 * SECOND) if act.kind is Wire.DIGIT]
    assert digits[1] - digits[0] == seconds(2.19)


def test_a_call_that_a_telephone_took_over_goes_on_and_ends_with_it() -> None:
    modem = typed("ATDT15;\r")
    modem.wire(WireChange(2 * SECOND, Wire.OFF_HOOK))
    assert acts(modem, 2.5) == DIALLED
    modem.receive(b"ATH\r", seconds(2.5))
    assert modem.acts(seconds(2.5)) == [WireChange(seconds(2.5), Wire.ON_HOOK)]
    assert acts(modem, 6) == FAR[:1]
    modem.wire(WireChange(6 * SECOND, Wire.ON_HOOK))
    assert acts(modem, 60) == []


def test_what_was_broken_off_before_it_began_is_not_seen_at_all() -> None:
    modem = typed("ATDT15;\rx")
    assert not modem.seized
    assert acts(modem, 60) == []


def test_without_power_it_does_nothing() -> None:
    modem = typed("ATDT15;\r")
    assert acts(modem, 1) == DIALLED[:1]
    modem.power_cycle(2 * SECOND)
    assert modem.acts(2 * SECOND) == [WireChange(2 * SECOND, Wire.ON_HOOK)]
    assert acts(modem, 60) == []


# ---- the whole line, with real drivers behind the other ears ---------------------------------------------------------


class Line:
    """One line with pins, a DTMF chip and a modem that the test itself types to."""

    def __init__(self, folder: Path) -> None:
        self.pins, self.tones = Ears(), Ears()
        self.chip = SimulatedFactory(folder / "pins.sock")
        self.drivers = [
            GpioLine("L1", self.chip, ring_pin=RING, hook_pin=HOOK),
            DtmfChip("L1", self.chip, q_pins=Q_PINS, std_pin=STD),
        ]
        ears = (PinLine("L1", RING, HOOK), DtmfChipLine("L1", Q_PINS, STD), ModemLine("L1", folder / "L1"))
        self.exchange = Exchange([EarsLine("L1", ears)], pins_socket=folder / "pins.sock").start()
        for driver, ears_ in zip(self.drivers, (self.pins, self.tones), strict=True):
            driver.start(ears_.signals.put)
        self.host = serial.Serial(os.fspath(folder / "L1"), timeout=10)
        self.say("ATE0+VCID=1")
        self.pins.until(LineRestored)
        assert self.exchange.wait_heard(20)

    def say(self, text: str) -> bytes:
        self.host.write(text.encode() + b"\r")
        return self.host.read_until(b"OK\r\n")

    def close(self) -> None:
        self.host.close()
        self.exchange.close()
        for driver in self.drivers:
            driver.close()
        self.chip.close()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    line = Line(tmp_path)
    yield line
    line.close()


def test_the_hook_sensor_sees_it_dial_and_the_telephone_that_takes_over(line: Line) -> None:
    line.say("ATDT15;")
    line.pins.until(OffHook)
    assert [line.tones.until(DigitDialled)[0].digit for _ in "15"] == ["1", "5"]
    line.exchange.begin("L1", PlannedLift(seconds(3)))
    assert float(line.say("AT-TRV").split()[0]) < 6, "two telephones on the loop"
    line.say("ATH")
    assert float(line.say("AT-TRV").split()[0]) > 7, "one"
    _, before = line.pins.until(OnHook)
    assert not [signal for signal in before if isinstance(signal, OffHook)]
    assert line.exchange.wait_idle(20)


@pytest.mark.parametrize("how", ["port closed", "unplugged"])
def test_a_modem_that_goes_away_lets_the_line_go(line: Line, how: str) -> None:
    line.say("ATH1")
    line.pins.until(OffHook)
    if how == "unplugged":
        line.exchange.fault("L1", FaultKind.UNPLUG, lasts=1)
    line.host.close()
    line.pins.until(OnHook)
    assert line.exchange.wait_idle(20)


def test_a_line_that_comes_back_is_held_still(line: Line) -> None:
    line.say("ATH1")
    line.pins.until(OffHook)
    line.exchange.fault("L1", FaultKind.CUT, lasts=1.5)
    line.pins.until(OnHook)
    line.pins.until(OffHook)
    line.say("ATH")
    line.pins.until(OnHook)


def test_no_other_ear_means_nobody_is_told(tmp_path: Path) -> None:
    with Exchange([ModemLine("L1", tmp_path / "L1")]) as exchange:
        outlet = exchange._lines["L1"].outlet
        assert not isinstance(outlet, SeveralOutlets)
        assert modem_of(outlet) is outlet
        with serial.Serial(os.fspath(tmp_path / "L1"), timeout=10) as host:
            host.write(b"ATE0+VCID=1;H1\r")
            assert host.read_until(b"OK\r\n").endswith(b"OK\r\n")
            assert not exchange.wait_idle(0.2)
        assert exchange.wait_idle(10)
