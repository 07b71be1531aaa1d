"""The exchange itself: scripts, random calls, lamps and button, the control socket, and how it begins and ends."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from device import clock
from device.exchange.control_socket import send_lines
from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import ModemLine, PinLine
from device.exchange.exchange_news import NewsKind
from device.exchange.planned import FalseKind, Fault, FaultKind, PlannedCall
from device.exchange.script import parse_script
from device.gpio_line import GpioLine
from device.modem import Modem
from device.signals import (
    SECOND,
    CallerId,
    CallerIdHeard,
)
from device.simulated_chip import SimulatedFactory
from tests.exchange_ears import PATIENCE, Ears, Told

RING, HOOK, BUTTON, LAMP = 17, 27, 26, 5


@pytest.fixture
def ears() -> Ears:
    return Ears()


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
        lamp = factory.pin(LAMP)
        lamp.output_with_state(True)
        assert exchange.wait_output(LAMP, 1, PATIENCE)
        assert exchange.outputs()[LAMP] == 1
        factory.watch(BUTTON, "up", lambda edge: presses.put(edge.level), lambda reason: None)
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


def test_a_quiet_exchange_does_what_it_is_told_and_nothing_else(
    two_lines: tuple[Exchange, Told], tmp_path: Path
) -> None:
    exchange, told = two_lines
    exchange.play_random(0.0, wait=False)
    assert exchange.wait_idle(0)
    assert send_lines(tmp_path / "exchange.sock", ["L1 call 15400000001 ring 0.1"]) == ["ok"]
    assert exchange.wait_idle(PATIENCE)
    assert told.kinds().count(NewsKind.BEGAN) == 1


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
