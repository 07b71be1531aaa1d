"""Monitor and uplink as processes: a missed call on a line, a test asked for, the head of the point told; over a kill -9 of the monitor."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import PinLine
from firmware_app.monitor_link import MonitorLink
from firmware_app.records.presence_list import presence_now
from firmware_app.records.reading import Reader
from firmware_app.records.reminder_rows import latest_messages
from tests.bench.appliance import (
    GpioPins,
    Process,
    all_idle,
    configuration,
    connect,
    loopback_port,
    message,
    start_monitor,
    subscribed,
)
from tests.uplink_servers import Answering, answering

PINS = GpioPins(ring=17, hook=27)
PATIENCE = 40.0
ALL_DAY = {"week": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}


class Point:
    """One line on pins, one robot, open all day and every day."""

    def __init__(self, folder: Path, robot: Answering) -> None:
        (folder / "run").mkdir()
        block = f'[[reminder]]\nname = "group"\nkind = "wecom"\nafter_minutes = 30\nurl = "{robot.url}"\n'
        self.folder = folder
        self.config = configuration(folder, [PINS], panel_port=loopback_port(), more=block)
        self.link = MonitorLink(folder / "run/monitor.sock", folder / "data/ledger.db")
        self.reader = Reader(folder / "data/ledger.db")

    def open_all_day(self) -> None:
        hours = {"versions": [{"holidays": "open", "makeup": "own", **ALL_DAY}]}
        body = {"name": "service_hours", "content": json.dumps(hours)}
        answer = self.link.record("SiteDocumentChanged", body, "admin")
        assert answer.ok, answer

    def uplink(self) -> Process:
        return Process(self.folder, ("-m", "firmware_app", "uplink", "--config", str(self.config)), "uplink")

    def present(self) -> Any:  # noqa: ANN401
        with self.reader.snapshot() as db:
            return presence_now(db)


def kill(monitor: Process) -> None:
    os.kill(monitor.pid, signal.SIGKILL)


def listens(told: bytes) -> bool:
    said = message(told)
    return said.get("event") == "state" and said["state"].get("uplink") is True


def records(kind: str) -> Any:  # noqa: ANN401
    return lambda told: kind in message(told).get("kinds", ())


def test_a_test_is_sent_and_recorded_also_after_the_monitor_was_killed(tmp_path: Path) -> None:
    with answering() as robot:
        point = Point(tmp_path, robot)
        line = PinLine("L1", ring_pin=PINS.ring, hook_pin=PINS.hook)
        pins = tmp_path / "run" / "pins.sock"
        with Exchange([line], pins_socket=pins, button_pin=26), point.uplink():
            for end in (kill, Process.end):
                with start_monitor(tmp_path, point.config) as monitor:
                    connect(tmp_path, "monitor.sock").close()
                    with subscribed(tmp_path) as hearing:
                        assert hearing.first(listens, 0, PATIENCE), "the uplink finds the monitor by itself"
                        answer = point.link.request("test_reminder", within=5, patience=PATIENCE)
                        assert answer.ok, answer
                        assert hearing.first(records("MessageSent"), 0, PATIENCE)
                    assert "a test" in json.loads(robot.wait().body)["text"]["content"]
                    end(monitor)
        with point.reader.snapshot() as db:
            assert latest_messages(db)["group"].outcome == "sent"
    assert len(robot.taken) == 2


def test_a_missed_call_says_away_and_a_lift_says_back(tmp_path: Path) -> None:
    with answering() as robot:
        point = Point(tmp_path, robot)
        line = PinLine("L1", ring_pin=PINS.ring, hook_pin=PINS.hook)
        with (
            Exchange([line], pins_socket=tmp_path / "run" / "pins.sock", button_pin=26) as exchange,
            start_monitor(tmp_path, point.config),
            subscribed(tmp_path) as hearing,
        ):
            assert hearing.first(all_idle, 0, PATIENCE)
            point.open_all_day()
            exchange.call("L1", "15400000001", ring=3)
            assert hearing.first(records("Presence"), 0, PATIENCE)
            away = point.present()
            assert (away.present, away.sources) == (False, ("missed_call",))
            mark = hearing.mark
            exchange.call("L1", "15400000002", ring=3, answer_after=2.0, talk=1.0)
            assert hearing.first(records("Presence"), mark, PATIENCE)
            assert (point.present().present, point.present().sources) == (True, ("off_hook",))
