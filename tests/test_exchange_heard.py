"""The exchange heard by the real drivers: a modem over its pseudo-terminal, a line on the monitor's simulated pins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device.exchange.caller_id_sender import Dialect
from device.exchange.exchange import Exchange, LineBusyError
from device.exchange.exchange_lines import ModemLine, PinLine
from device.exchange.line_pulses import PulseShape
from device.exchange.planned import FalseKind, FaultKind, Sent
from device.exchange.wire_changes import Wire
from device.gpio_line import GpioLine
from device.modem import Modem
from device.signals import (
    MILLISECOND,
    SECOND,
    Absence,
    CallerIdHeard,
    DigitDialled,
    LineLost,
    LineRestored,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    Unrecognised,
)
from device.simulated_chip import SimulatedFactory
from tests.exchange_ears import PATIENCE, Ears

RING, HOOK = 17, 27


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def modem_line(tmp_path: Path, ears: Ears) -> Iterator[Callable[..., Exchange]]:
    made: list[Exchange | Modem] = []

    def make(**how: object) -> Exchange:
        exchange = Exchange([ModemLine("L1", tmp_path / "L1", **how)]).start()  # type: ignore[arg-type]
        modem = Modem("L1", str(tmp_path / "L1"))
        made.extend((modem, exchange))
        modem.start(ears.signals.put)
        ears.until(LineRestored)
        assert exchange.wait_heard(PATIENCE)
        return exchange

    yield make
    for one in made:
        one.close()


@pytest.fixture
def pin_line(tmp_path: Path, ears: Ears) -> Iterator[Callable[..., Exchange]]:
    factory = SimulatedFactory(tmp_path / "pins.sock")
    line = GpioLine("L2", factory, ring_pin=RING, hook_pin=HOOK)
    made: list[Exchange] = []

    def make(**how: object) -> Exchange:
        exchange = Exchange([PinLine("L2", RING, HOOK, **how)], pins_socket=tmp_path / "pins.sock").start()  # type: ignore[arg-type]
        made.append(exchange)
        assert exchange.wait_heard(PATIENCE)
        line.start(ears.signals.put)
        ears.until(LineRestored)
        return exchange

    yield make
    for exchange in made:
        exchange.close()
    line.close()
    factory.close()


# ---- a modem line ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("dialect", "pieces"), [(Dialect.CONEXANT, False), (Dialect.UK, True)])
def test_what_a_modem_prints_is_what_the_driver_hears(
    modem_line: Callable[..., Exchange], ears: Ears, dialect: Dialect, pieces: bool
) -> None:
    """In one piece and byte by byte. (Every dialect: test_exchange_caller_id.py.)"""
    exchange = modem_line(dialect=dialect, pieces=pieces)
    exchange.call("L1", "15400001234", name="张三", ring=1, sent=Sent.BEFORE)
    heard, _ = ears.until(CallerIdHeard, lambda signal: signal.caller_id.number is not None)
    assert heard.caller_id.number == "15400001234"
    ears.until(RingWord)


@pytest.mark.slow
def test_a_withheld_number_and_a_broken_message(modem_line: Callable[..., Exchange], ears: Ears) -> None:
    exchange = modem_line()
    exchange.call("L1", absence=Absence.PRIVATE, ring=1)
    heard, _ = ears.until(CallerIdHeard)
    assert heard.caller_id.absence is Absence.PRIVATE
    assert exchange.wait_idle(PATIENCE)
    exchange.call("L1", "15400001234", ring=1, sent=Sent.BROKEN)
    assert exchange.wait_idle(PATIENCE)
    exchange.lift("L1", lasts=2)
    _, before = ears.until(OffHook)
    assert not [signal for signal in before if isinstance(signal, CallerIdHeard)]


@pytest.mark.slow
def test_an_answered_call_on_a_modem_line(modem_line: Callable[..., Exchange], ears: Ears) -> None:
    exchange = modem_line()
    changes = exchange.call("L1", "15400001234", answer_after=3, talk=4)
    begun, lifted, down = changes[0].at, changes[-2].at, changes[-1].at
    ring, _ = ears.until(RingWord)
    assert abs(ring.at.mono - begun) <= ring.error + SECOND
    off, _ = ears.until(OffHook)
    assert abs(off.at.mono - lifted) < 2 * SECOND
    on, _ = ears.until(OnHook)
    assert abs(on.at.mono - down) < 2 * SECOND
    assert exchange.wait_idle(PATIENCE)


@pytest.mark.slow
def test_unplugging_and_plugging_in(modem_line: Callable[..., Exchange], ears: Ears) -> None:
    exchange = modem_line()
    exchange.fault("L1", FaultKind.UNPLUG, lasts=1)
    ears.until(LineLost)
    ears.until(LineRestored)
    exchange.call("L1", "15400001234", ring=1)
    heard, _ = ears.until(CallerIdHeard)
    assert heard.caller_id.number == "15400001234"


@pytest.mark.slow
def test_garbage_is_heard_as_such_and_the_next_call_as_a_call(
    modem_line: Callable[..., Exchange], ears: Ears
) -> None:
    exchange = modem_line()
    exchange.fault("L1", FaultKind.GARBLE, lasts=1)
    assert exchange.wait_idle(PATIENCE)
    exchange.say("L1", b"\r\nnonsense\r\n")
    ears.until(Unrecognised, lambda signal: b"nonsense" in signal.raw)
    exchange.call("L1", "15400001234", ring=1)
    ears.until(CallerIdHeard, lambda signal: signal.caller_id.number == "15400001234")


# ---- a line on pins --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("shape", PulseShape)
def test_bursts_are_heard_when_they_were_scheduled(
    pin_line: Callable[..., Exchange], ears: Ears, shape: PulseShape
) -> None:
    exchange = pin_line(shape=shape)
    changes = exchange.call("L2", ring=2, cadence=(1.0, 2.0))
    starts = [change.at for change in changes if change.kind is Wire.BURST_STARTED]
    for start in starts:
        began, _ = ears.until(RingStarted)
        ended, _ = ears.until(RingEnded)
        assert began.at.mono == start
        assert 0 <= start + SECOND - ended.at.mono <= 40 * MILLISECOND
    assert starts[1] - starts[0] == 3 * SECOND


@pytest.mark.slow
def test_an_answer_a_flash_and_pulses(pin_line: Callable[..., Exchange], ears: Ears) -> None:
    exchange = pin_line()
    exchange.call("L2", answer_after=60, talk=60)
    ears.until(RingStarted)
    exchange.answer("L2", talk=60)
    ears.until(OffHook)
    exchange.false("L2", FalseKind.FLASH)
    with pytest.raises(LineBusyError):
        exchange.dial("L2", "1")
    exchange.hang_up("L2")
    ears.until(OnHook)
    assert exchange.wait_idle(PATIENCE)
    exchange.dial("L2", "21", talk=1, pulses=True)
    digits = [ears.until(DigitDialled)[0].digit for _ in range(2)]
    assert digits == ["2", "1"]
    _, before = ears.until(OnHook)
    assert not [signal for signal in before if isinstance(signal, RingStarted)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in FalseKind if kind is not FalseKind.FLASH])
def test_a_false_trigger_gives_no_call(
    pin_line: Callable[..., Exchange], ears: Ears, kind: FalseKind
) -> None:
    exchange = pin_line()
    exchange.false("L2", kind, lasts=1.0)
    assert exchange.wait_idle(PATIENCE)
    exchange.lift("L2", lasts=1.5)  # something true, to know where to stop listening
    _, before = ears.until(OffHook)
    assert not [signal for signal in before if isinstance(signal, RingStarted | OffHook)]


@pytest.mark.slow
def test_a_cut_line_ends_the_call_and_nothing_rings_meanwhile(
    pin_line: Callable[..., Exchange], ears: Ears
) -> None:
    exchange = pin_line()
    exchange.call("L2", ring=9)
    ears.until(RingStarted)
    exchange.fault("L2", FaultKind.ONU_RESTART, lasts=1)
    exchange.fault("L2", FaultKind.CUT, lasts=1)
    ears.until(RingEnded)
    with pytest.raises(LineBusyError):
        exchange.call("L2", ring=1)
    assert exchange.wait_idle(PATIENCE)
    exchange.call("L2", answer_after=0.1, talk=60)
    ears.until(OffHook)
    exchange.fault("L2", FaultKind.CUT, lasts=1)
    ears.until(OnHook)
    exchange.fault("L2", FaultKind.CUT, lasts=0.1)
    assert exchange.wait_idle(PATIENCE)
