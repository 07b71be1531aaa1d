"""One virtual line, heard by every kind of ear at once, each through its own driver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from device.dtmf_chip import DtmfChip
from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import (
    BoardLine,
    DtmfChipLine,
    EarLine,
    EarsLine,
    FskChipLine,
    ModemLine,
    PinLine,
    SoundLine,
    pins_of,
)
from device.exchange.planned import FarEnd, FaultKind, PlannedCall, PlannedDialling, Sent
from device.gpio_line import GpioLine
from device.pin_factory import SimulatedFactory
from device.serial_ears import Board, FskChip
from device.signals import (
    CallerId,
    CallerIdHeard,
    Damaged,
    DigitDialled,
    LineLost,
    LineRestored,
    PolarityReversed,
    RingStarted,
    seconds,
)
from tests.exchange_ears import Ears

Q_PINS, STD, RING, HOOK, REVERSAL = (22, 23, 4, 18), 21, 17, 27, 24
PATTERN = r"CID:(?P<number>\w+)"


@pytest.fixture
def chip(tmp_path: Path) -> Iterator[SimulatedFactory]:
    factory = SimulatedFactory(tmp_path / "pins.sock")
    yield factory
    factory.close()


@pytest.fixture
def exchange(tmp_path: Path, chip: SimulatedFactory) -> Iterator[Exchange]:
    ears: tuple[EarLine, ...] = (
        PinLine("L1", RING, HOOK, reversal_pin=REVERSAL),
        DtmfChipLine("L1", Q_PINS, STD),
        FskChipLine("L1", tmp_path / "chip"),
        BoardLine("L1", tmp_path / "board"),
    )
    with Exchange([EarsLine("L1", ears)], pins_socket=tmp_path / "pins.sock") as exchange:
        yield exchange


def test_each_ear_hears_what_it_can(exchange: Exchange, chip: SimulatedFactory, tmp_path: Path) -> None:
    pins, tones, bytes_, text = Ears(), Ears(), Ears(), Ears()
    drivers = [
        (GpioLine("L1", chip, ring_pin=RING, hook_pin=HOOK, reversal_pin=REVERSAL), pins),
        (DtmfChip("L1", chip, q_pins=Q_PINS, std_pin=STD), tones),
        (FskChip("L1", str(tmp_path / "chip")), bytes_),
        (Board("L1", str(tmp_path / "board"), PATTERN, 9600), text),
    ]
    for driver, heard in drivers:
        driver.start(heard.signals.put)
    assert exchange.wait_heard(20)

    exchange.do("L1", PlannedCall(CallerId("15400001234"), bursts=1, sent=Sent.TONES))
    assert tones.until(CallerIdHeard)[0].caller_id.number == "15400001234"
    assert text.until(CallerIdHeard)[0].caller_id.number == "15400001234"
    pins.until(RingStarted)
    assert exchange.wait_idle(20)

    exchange.do("L1", PlannedCall(CallerId("15400005678"), bursts=1, sent=Sent.BEFORE))
    assert bytes_.until(CallerIdHeard)[0].checked
    assert text.until(CallerIdHeard)[0].caller_id.number == "15400005678"
    assert exchange.wait_idle(20)

    exchange.do("L1", PlannedCall(CallerId("15400005678"), bursts=1, sent=Sent.BROKEN))
    assert bytes_.until(Damaged)
    assert exchange.wait_idle(20)

    exchange.do("L1", PlannedDialling("12", talk=seconds(8.5), far=FarEnd.REVERSES))
    assert tones.until(DigitDialled)[0].digit == "1"
    assert pins.until(PolarityReversed)

    exchange.fault("L1", FaultKind.UNPLUG, lasts=2)
    bytes_.until(LineLost)
    bytes_.until(LineRestored)
    for driver, _ in drivers:
        driver.close()


def test_which_lines_need_the_simulated_pins(tmp_path: Path) -> None:
    sound = SoundLine("L1", tmp_path / "pipe")
    assert not pins_of(EarsLine("L1", (sound, ModemLine("L1", tmp_path / "m"))))
    assert pins_of(EarsLine("L1", (sound, DtmfChipLine("L1", Q_PINS, STD))))
