"""The modem driver on real pseudo-terminals: opened, lost, found again, hung, checked, closed; and through the virtual exchange."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from device import clock
from device.exchange.exchange_loop import ExchangeLoop
from device.exchange.modem_personalities import CX930XX
from device.exchange.modem_port import ModemPort
from device.exchange.virtual_modem import VirtualModem
from device.exchange.wire_changes import Wire, WireChange
from device.interface import CheckResult
from device.modem import Modem
from device.signals import (
    CallerId,
    CallerIdHeard,
    Instant,
    LineLost,
    LineRestored,
    OffHook,
    OnHook,
    RingWord,
    Sensing,
    Unrecognised,
    seconds,
)
from tests.scripted_modem import ERROR, OK, Listening, ScriptedModem, reading

RING = b"\r\nRING\r\n"
BLOCK = b"\r\nDATE = 1102\r\nTIME = 0930\r\nNMBR = 15400000001\r\n"


@pytest.fixture
def port(tmp_path: Path) -> Path:
    return tmp_path / "modem"


def caller(heard: Listening) -> str | None:
    told = heard.until(CallerIdHeard)
    assert isinstance(told, CallerIdHeard)
    return told.caller_id.number


def lost(heard: Listening) -> str:
    told = heard.until(LineLost)
    assert isinstance(told, LineLost)
    return told.reason


def test_it_is_set_up_and_hears(port: Path) -> None:
    with ScriptedModem(port) as modem, Listening(port) as heard:
        restored = heard.until(LineRestored)
        assert isinstance(restored, LineRestored)
        assert (restored.sensing, restored.interface) == (Sensing(caller_id=True), "5601")
        modem.say(RING)
        heard.until(RingWord)
        modem.say(BLOCK)
        assert caller(heard) == "15400000001"
        assert repr(heard.modem) == f"<Modem L1 on {port}>"
        assert heard.modem.line == "L1"


def test_a_port_that_is_not_there_is_a_lost_line_told_once_and_found_when_it_comes(port: Path) -> None:
    with Listening(port) as heard:
        assert "No such file" in lost(heard)
        with ScriptedModem(port) as modem:
            heard.until(LineRestored)
            modem.say(RING)
            heard.until(RingWord)
        heard.until(LineLost)
    assert [type(s) for s in heard.signals] == [LineLost, LineRestored, RingWord, LineLost]


def test_a_port_that_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a tty")
    with Listening(tmp_path / "file") as heard:
        assert lost(heard)
    with Listening(tmp_path) as heard:
        assert lost(heard)


def test_a_port_that_another_driver_has(port: Path) -> None:
    with ScriptedModem(port), Listening(port) as first:
        first.until(LineRestored)
        with Listening(port) as second:
            assert lost(second)


@pytest.mark.slow
def test_unplugged_and_plugged_in_again_often(port: Path) -> None:
    with Listening(port) as heard:
        for _ in range(3):
            with ScriptedModem(port) as modem:
                heard.until(LineRestored)
                modem.await_command("AT+VCID=1")
                modem.say(BLOCK)
                assert caller(heard) == "15400000001"
            heard.until(LineLost)


@pytest.mark.slow
def test_a_modem_that_hangs_is_opened_anew_and_set_up_from_the_beginning(port: Path) -> None:
    with ScriptedModem(port, {"AT-TRV": reading(48.6)}) as modem, Listening(port) as heard:
        heard.until(LineRestored)
        modem.silent = True
        assert lost(heard) == "the modem does not answer"
        modem.silent = False
        modem.await_command("AT+VCID=1")
        heard.until(LineRestored)


@pytest.mark.slow
def test_a_modem_that_was_reset_by_itself_is_set_up_again(port: Path) -> None:
    with ScriptedModem(port, {"AT-TRV": reading(48.6)}) as modem, Listening(port) as heard:
        heard.until(LineRestored)
        modem.answers["AT-TRV"] = b"AT-TRV\r" + reading(48.6)
        assert lost(heard) == "the modem was reset"
        modem.answers["AT-TRV"] = reading(48.6)
        heard.until(LineRestored)


def test_error_to_everything_and_noise_at_any_rate_never_make_it_deaf(port: Path) -> None:
    with ScriptedModem(port, otherwise=ERROR, answers={}) as modem, Listening(port) as heard:
        heard.until(LineRestored)
        for _ in range(200):
            modem.say(os.urandom(512) + b"+++\r\nNO CARRIER\r\n")
        modem.say(b"\r\n" + RING + BLOCK)
        while caller(heard) != "15400000001":
            continue
    assert all(len(s.raw) <= 256 for s in heard.signals if isinstance(s, Unrecognised))


@pytest.mark.slow
def test_a_tap_hears_both_ways_and_a_tap_that_fails_does_not_end_the_line(port: Path) -> None:
    tapped: list[tuple[str, bytes, Instant]] = []

    def tap(way: str, data: bytes, at: Instant) -> None:
        tapped.append((way, data, at))
        if len(tapped) == 3:
            raise OSError("disk full")
        if len(tapped) == 6:
            raise RuntimeError("a bug")

    with ScriptedModem(port), Listening(port, tap) as heard:
        heard.until(LineRestored)
    assert tapped[0][:2] == (">", b"ATZ\r")
    assert ("<", OK) in [each[:2] for each in tapped]
    assert [s.reason for s in heard.signals if isinstance(s, LineLost)] == ["disk full"]


# --- checks and closing ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_checks(port: Path) -> None:
    driver = Modem("L1", str(port))
    assert driver.check(1) == CheckResult(answers=False, detail="not open")
    driver.close()
    with Listening(port) as heard:
        heard.until(LineLost)
        assert "No such file" in heard.modem.check(30).detail
        with ScriptedModem(port, {"AT+VCID?": b"\r\n1\r\n" + OK, "AT-TRV": reading(48.6)}) as modem:
            heard.until(LineRestored)
            expected = CheckResult(True, set_up=True, loop_present=True, on_hook=True, voltage=48.6)
            assert heard.modem.check(30) == expected
            modem.silent = True
            assert not heard.modem.check(0.2).answers
            assert not heard.modem.check(30).answers
    assert not heard.modem.check(1).answers


def test_closing_is_idempotent_and_ends_whatever_goes_on(port: Path) -> None:
    never_started = Modem("L1", str(port))
    never_started.close()
    never_started.close()
    never_started.start(lambda signal: None)
    assert not never_started.check(1).answers
    with ScriptedModem(port), Listening(port) as heard:
        heard.modem.start(lambda signal: None)
        heard.until(LineRestored)
        heard.modem.close()
        heard.modem.close()
        assert not [thread for thread in threading.enumerate() if thread.name == "modem L1"]


def test_it_can_be_closed_from_where_it_tells(port: Path) -> None:
    told = threading.Event()
    with ScriptedModem(port):
        driver = Modem("L1", str(port))

        def close(signal: object) -> None:
            driver.close()
            told.set()

        driver.start(close)
        assert told.wait(30)
        driver.close()


# --- through the virtual exchange ------------------------------------------------------------------------------------


@pytest.fixture
def exchange(port: Path) -> Iterator[tuple[ExchangeLoop, ModemPort]]:
    loop = ExchangeLoop()
    plug = ModemPort(port, VirtualModem(CX930XX), loop, pieces=True)
    loop.start()
    loop.post(plug.plug_in)
    yield loop, plug
    loop.post(plug.unplug)
    loop.close()


@pytest.mark.slow
def test_a_call_answered_after_two_rings(port: Path, exchange: tuple[ExchangeLoop, ModemPort]) -> None:
    loop, plug = exchange
    who = CallerId("15400000001", "王小燕", date_time="11020930")
    with Listening(port) as heard:
        heard.until(LineRestored)
        start = clock.now().mono
        course = [
            (0.0, Wire.BURST_STARTED),
            (1.0, Wire.BURST_ENDED),
            (2.1, Wire.CALLER_ID_SENT),
            (5.0, Wire.BURST_STARTED),
            (6.0, Wire.BURST_ENDED),
            (7.3, Wire.OFF_HOOK),
            (9.4, Wire.ON_HOOK),
        ]

        def play(delay: float, kind: Wire) -> None:
            due = start + seconds(delay)
            loop.at(
                due, lambda: plug.wire(WireChange(due, kind, who if kind is Wire.CALLER_ID_SENT else None))
            )

        for delay, kind in course:
            loop.post(lambda delay=delay, kind=kind: play(delay, kind))  # type: ignore[misc]
        lifted = heard.until(OffHook)
        put_down = heard.until(OnHook)
    assert isinstance(lifted, OffHook)
    assert isinstance(put_down, OnHook)
    assert abs(lifted.at.mono - start - seconds(7.3)) <= lifted.error + seconds(0.1)
    assert abs(put_down.at.mono - start - seconds(9.4)) <= put_down.error + seconds(0.1)
    assert [type(s) for s in heard.signals].count(RingWord) == 2
    assert [s.caller_id for s in heard.signals if isinstance(s, CallerIdHeard)][-1] == who


@pytest.mark.slow
def test_the_virtual_modem_unplugged_hung_and_garbling(
    port: Path, exchange: tuple[ExchangeLoop, ModemPort]
) -> None:
    loop, plug = exchange
    with Listening(port) as heard:
        heard.until(LineRestored)
        loop.post(plug.unplug)
        heard.until(LineLost)
        loop.post(plug.plug_in)
        heard.until(LineRestored)
        loop.post(lambda: plug.hang(True))
        assert lost(heard) == "the modem does not answer"
        loop.post(lambda: plug.hang(False))
        heard.until(LineRestored)
        loop.post(lambda: plug.garble(clock.now().mono + seconds(0.5)))
        heard.until(Unrecognised)
        assert heard.modem.check(30).answers
        loop.post(lambda: plug.say(RING + BLOCK))
        while caller(heard) != "15400000001":
            continue
