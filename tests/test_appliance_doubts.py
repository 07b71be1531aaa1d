"""The whole appliance where an ear of a line is wrong: a stuck hook sensor, a modem that hangs in a call. Nothing is guessed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from device import clock
from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import ModemLine, PinLine
from device.exchange.planned import FaultKind
from tests.bench.appliance import (
    Hearing,
    all_idle,
    configuration,
    line_states,
    loopback_port,
    message,
    pins,
    start_monitor,
    subscribed,
)
from tests.test_appliance import PINS, calls, one_call, ringkeeper


def faults_shown(told: bytes) -> set[str]:
    state = message(told).get("state") or {}
    return {trouble["kind"] for line in state.get("lines", []) for trouble in line["troubles"]}


def missed(hearing: Hearing, mark: int) -> str:
    found = hearing.first(lambda told: message(told).get("event") == "missed", mark, 40)
    assert found is not None
    return str(message(found[1])["disposition"])


@pytest.mark.slow
def test_a_call_on_a_stuck_hook_sensor_is_told_and_so_is_the_sensor(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    config = configuration(tmp_path, [PINS], panel_port=loopback_port())
    exchange = Exchange(
        [PinLine("L1", ring_pin=PINS.ring, hook_pin=None)], pins_socket=tmp_path / "run" / "pins.sock"
    )
    with (
        start_monitor(tmp_path, config),
        subscribed(tmp_path) as hearing,
        pins(tmp_path) as stuck,
        exchange,
    ):
        assert hearing.first(all_idle, 0, 20)
        stuck.send(f"drive {PINS.hook} 0 {clock.now().mono}")
        assert hearing.first(lambda told: line_states(told).get("L1") == "outbound", 0, 10)
        threading.Event().wait(2.5)  # a ring so soon after lifting would belong to an answer
        mark = hearing.mark
        exchange.call("L1", ring=4)
        assert hearing.first(lambda told: line_states(told).get("L1") == "ringing", mark, 10)
        assert hearing.first(lambda told: "hook_sensor" in faults_shown(told), mark, 20)
        assert missed(hearing, mark) == "unknown"
    invented, call = calls(config)
    assert (invented["direction"], invented["talk_s"]) == ("outbound", None)
    assert (call["disposition"], call["ring_bursts"]) == ("unknown", 4)
    assert ringkeeper(config, "verify").returncode == 0


@pytest.mark.slow
def test_a_call_answered_while_its_modem_hangs_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    port = tmp_path / "run" / "L1"
    config = configuration(tmp_path, [port], panel_port=loopback_port())
    with (
        Exchange([ModemLine("L1", port)]) as exchange,
        start_monitor(tmp_path, config),
        subscribed(tmp_path) as hearing,
    ):
        assert hearing.first(all_idle, 0, 20)
        mark = hearing.mark
        exchange.call("L1", "15400000006", answer_after=12, talk=10)

        def two_bursts(told: bytes) -> bool:
            lines = (message(told).get("state") or {}).get("lines", [])
            return any(line["call"] and line["call"]["ring_bursts"] == 2 for line in lines)

        assert hearing.first(two_bursts, mark, 20)
        exchange.fault("L1", FaultKind.HANG, lasts=30)
        assert missed(hearing, mark) == "unknown"
        assert hearing.first(lambda told: line_states(told).get("L1") == "lost", mark, 20)
    assert one_call(config, "L1")["ring_bursts"] == 2
