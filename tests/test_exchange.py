"""The whole exchange heard by the real drivers: a modem over its pseudo-terminal, a line on the monitor's simulated pins."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from device import clock
from device.exchange.caller_id_sender import Dialect
from device.exchange.control_socket import send_lines
from device.exchange.exchange import Exchange, LineBusyError
from device.exchange.exchange_lines import ModemLine, PinLine
from device.exchange.exchange_news import News, NewsKind
from device.exchange.line_pulses import PulseShape
from device.exchange.planned import FalseKind, Fault, FaultKind, PlannedCall, Sent
from device.exchange.script import parse_script
from device.exchange.wire_changes import Wire
from device.gpio_line import GpioLine
from device.modem import Modem
from device.signals import (
    MILLISECOND,
    SECOND,
    Absence,
    CallerId,
    CallerIdHeard,
    DigitDialled,
    LineLost,
    LineRestored,
    LineSignal,
    OffHook,
    OnHook,
    RingEnded,
    RingStarted,
    RingWord,
    Unrecognised,
)
from device.simulated_chip import SimulatedFactory

PATIENCE = 30.0
RING, HOOK, BUTTON, LAMP = 17, 27, 26, 5
S = TypeVar("S")


class Ears:
    """What drivers emitted, in the order it came."""

    def __init__(self) -> None:
        self.signals: queue.SimpleQueue[LineSignal] = queue.SimpleQueue()

    def until(
        self, kind: type[S], wanted: Callable[[S], bool] = lambda signal: True
    ) -> tuple[S, list[LineSignal]]:
        """The next such signal, and what came before it."""
        before: list[LineSignal] = []
        while True:
            signal = self.signals.get(timeout=PATIENCE)
            if isinstance(signal, kind) and wanted(signal):
                return signal, before
            before.append(signal)


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


# ---- the exchange itself ---------------------------------------------------------------------------------------------


class Told:
    def __init__(self) -> None:
        self.news: list[News] = []

    def kinds(self) -> list[NewsKind]:
        return [news.kind for news in self.news if news.kind not in (NewsKind.PRINTED, NewsKind.OUTPUT)]


@pytest.fixture
def two_lines(tmp_path: Path) -> Iterator[tuple[Exchange, Told]]:
    told = Told()
    lines = [ModemLine("L1", tmp_path / "L1"), PinLine("L2", RING, HOOK)]
    with Exchange(
        lines,
        pins_socket=tmp_path / "pins.sock",
        button_pin=BUTTON,
        control=tmp_path / "exchange.sock",
        tell=told.news.append,
    ) as exchange:
        yield exchange, told
    exchange.close()


def test_a_lamp_is_seen_and_the_button_is_pressed(two_lines: tuple[Exchange, Told], tmp_path: Path) -> None:
    exchange, told = two_lines
    factory = SimulatedFactory(tmp_path / "pins.sock")
    presses: queue.SimpleQueue[int] = queue.SimpleQueue()
    try:
        factory.watch(BUTTON, "up", lambda edge: presses.put(edge.level), lambda reason: None)
        lamp = factory.pin(LAMP)
        lamp.output_with_state(True)
        assert exchange.wait_output(LAMP, 1, PATIENCE)
        assert exchange.outputs()[LAMP] == 1
        exchange.press(lasts=0.01)
        assert [presses.get(timeout=PATIENCE) for _ in range(2)] == [0, 1]
        lamp.state = False
        assert exchange.wait_output(LAMP, 0, PATIENCE)
    finally:
        factory.close()
    assert NewsKind.HEARD in told.kinds()


def test_a_script_on_two_lines_at_once(two_lines: tuple[Exchange, Told]) -> None:
    exchange, told = two_lines
    script = parse_script(
        "L1 call 15400000001 ring 0.2\nL2 lift for 0.2\nat 0.1 L1 call 15400000002\nat +0.1 L2 fault hang\nat 0.1 button press",
        exchange.lines,
    )
    assert script.errors == ()
    exchange.play(script.items)
    assert exchange.wait_idle(PATIENCE)
    begun = [(news.line, news.at) for news in told.news if news.kind is NewsKind.BEGAN]
    assert [line for line, _ in begun] == ["L1", "L2"]
    assert begun[0][1] == begun[1][1]  # the scheduled moment, not that of two tasks
    assert told.kinds().count(NewsKind.REFUSED) == 2  # a busy line; pins that cannot hang


def test_what_cannot_be_done_is_told(two_lines: tuple[Exchange, Told]) -> None:
    exchange, told = two_lines
    exchange.hang_up("L1")
    exchange.answer("L1")
    exchange.false("L1", FalseKind.REVERSAL)
    exchange.false("L2", FalseKind.FLASH)  # nobody has lifted
    exchange.fault("L2", FaultKind.UNPLUG)
    assert told.kinds() == [NewsKind.REFUSED] * 5
    for unknown in (lambda: exchange.hang_up("L9"), lambda: exchange.call("L9")):
        with pytest.raises(KeyError):
            unknown()
    with pytest.raises(KeyError):
        exchange.play(parse_script("L9 hangup", ["L9"]).items)
    assert exchange.running


def test_a_caller_who_gives_up_while_it_rings(two_lines: tuple[Exchange, Told]) -> None:
    exchange, told = two_lines
    exchange.call("L1", ring=20)
    exchange.hang_up("L1")
    exchange.fault("L1", FaultKind.HANG, lasts=0.2)
    exchange.fault("L1", FaultKind.HANG, lasts=0.1)
    assert exchange.wait_idle(PATIENCE)
    assert told.kinds().count(NewsKind.OVER) == 1
    assert told.kinds()[-1] is NewsKind.ENDED


def test_lines_over_the_control_socket(two_lines: tuple[Exchange, Told], tmp_path: Path) -> None:
    exchange, told = two_lines
    answers = send_lines(
        tmp_path / "exchange.sock",
        [
            "L1 call 15400000001 ring 0.1",
            "L1 call 15400000002",
            "sing",
            "at 0.1 L2 lift for 0.1",
            "button press",
        ],
    )
    assert answers[0] == answers[3] == answers[4] == "ok"
    assert answers[1] == "error 线路正忙，未执行 / the line is busy: not done"
    assert answers[2].startswith("error 没有线路“sing”")
    assert exchange.wait_idle(PATIENCE)
    assert told.kinds().count(NewsKind.BEGAN) == 2


@pytest.mark.slow
def test_random_calls_wait_for_the_monitor_and_the_first_is_missed(
    two_lines: tuple[Exchange, Told], tmp_path: Path, ears: Ears
) -> None:
    exchange, told = two_lines
    exchange.play_random(60.0, once=True)
    assert not exchange.wait_idle(0.3)
    assert NewsKind.BEGAN not in told.kinds()
    factory = SimulatedFactory(tmp_path / "pins.sock")
    modem = Modem("L1", str(tmp_path / "L1"))
    line = GpioLine("L2", factory, ring_pin=RING, hook_pin=HOOK)
    try:
        modem.start(ears.signals.put)
        line.start(ears.signals.put)
        assert exchange.wait_heard(PATIENCE)
        heard, _ = ears.until(CallerIdHeard)
        assert heard.caller_id.number
        assert exchange.wait_idle(PATIENCE)
    finally:
        modem.close()
        line.close()
        factory.close()
    plans = {news.line: news.action for news in told.news if news.kind is NewsKind.BEGAN}
    assert set(plans) == {"L1", "L2"}
    assert all(isinstance(plan, PlannedCall) and plan.answer_after is None for plan in plans.values())


@pytest.mark.slow
def test_random_calls_go_on_and_never_two_on_one_line(tmp_path: Path) -> None:
    told = Told()
    with Exchange([ModemLine("L1", tmp_path / "L1")], tell=told.news.append) as exchange:
        exchange.lift("L1", lasts=2)  # busy when the first call wants to begin
        exchange.play_random(1000.0, wait=False)
        assert not exchange.wait_idle(4)
        exchange.hang_up("L1")
    assert told.kinds()[:3] == [NewsKind.BEGAN, NewsKind.ENDED, NewsKind.BEGAN]


def test_a_path_that_is_taken_stops_it_from_starting(tmp_path: Path) -> None:
    (tmp_path / "L1").write_text("mine")
    with pytest.raises(FileExistsError):
        Exchange([ModemLine("L1", tmp_path / "L1")]).start()


def test_a_path_that_is_taken_while_the_modem_is_unplugged_stops_nothing_else(tmp_path: Path) -> None:
    with Exchange([ModemLine("L1", tmp_path / "L1")]) as exchange:
        exchange.fault("L1", FaultKind.UNPLUG, lasts=0.1)
        (tmp_path / "L1").write_text("mine")
        assert exchange.wait_idle(PATIENCE)
        exchange.lift("L1", lasts=0.1)
        assert exchange.wait_idle(PATIENCE)
    assert (tmp_path / "L1").read_text() == "mine"


def test_it_ends_in_the_middle_of_everything_and_is_then_closed(tmp_path: Path) -> None:
    exchange = Exchange([ModemLine("L1", tmp_path / "L1")]).start()
    exchange.call("L1", CallerId("1").number, ring=20)
    exchange.do("L1", Fault(FaultKind.GARBLE, 60 * SECOND))
    begun = clock.now().mono
    exchange.close()
    assert clock.now().mono - begun < SECOND  # what is promised of close(); it takes a few milliseconds
    assert not (tmp_path / "L1").is_symlink()
    assert not exchange.wait_idle(PATIENCE)
    with pytest.raises(TimeoutError):
        exchange.answer("L1")


def test_a_button_that_is_not_there(tmp_path: Path) -> None:
    told = Told()
    with Exchange([ModemLine("L1", tmp_path / "L1")], tell=told.news.append) as exchange:
        exchange.press()
    assert told.kinds() == [NewsKind.REFUSED]
