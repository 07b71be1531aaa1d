"""The whole appliance as processes: from the wire to the ledger, the lamps and the commands, also over kill -9 and unplugging.

Real ttys, real sockets, the real ledger; the virtual exchange is in this process, the program in its own. Lines ring at
real cadence, so everything that can happen at once does.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import ModemLine, PinLine
from device.exchange.planned import FaultKind
from firmware_app.records.reading import Reader
from tests.bench.appliance import (
    FAULT_LAMP,
    MISSED_LAMP,
    ROOT,
    GpioPins,
    Hearing,
    Process,
    all_idle,
    configuration,
    line_states,
    loopback_port,
    message,
    pins,
    start_monitor,
    subscribed,
)

PINS = GpioPins(ring=17, hook=27)


def ringkeeper(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "firmware_app", *words, "--config", str(config)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def calls(config: Path) -> list[dict[str, Any]]:
    listed = ringkeeper(config, "calls", "--json")
    assert listed.returncode == 0, listed.stderr
    return [json.loads(line) for line in listed.stdout.splitlines()]


def one_call(config: Path, line: str) -> dict[str, Any]:
    found = [call for call in calls(config) if call["line"] == line]
    assert len(found) == 1, found
    return found[0]


class Point:
    """A service point of three lines: L1 a CX930xx modem, L2 on pins, L3 a USR5637 modem that cannot sense the hook."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ports = [folder / "run" / "L1", folder / "run" / "L3"]
        (folder / "run").mkdir()
        self.config = configuration(folder, [ports[0], PINS, ports[1]], panel_port=loopback_port())
        self.exchange = Exchange(
            [
                ModemLine("L1", ports[0]),
                PinLine("L2", ring_pin=PINS.ring, hook_pin=PINS.hook),
                ModemLine("L3", ports[1], "USR5637"),
            ],
            pins_socket=folder / "run" / "pins.sock",
            button_pin=26,
        )

    @contextmanager
    def monitor(self) -> Iterator[tuple[Process, Hearing]]:
        """The monitor process, once all its lines are heard."""
        with start_monitor(self.folder, self.config) as process, subscribed(self.folder) as hearing:
            assert hearing.first(all_idle, 0, 20), process.log.read_text()
            yield process, hearing


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    made = Point(tmp_path)
    with made.exchange:
        yield made


def closed_calls(hearing: Hearing, count: int, mark: int = 0) -> None:
    """Wait until `count` calls that nobody answered were told after `mark`."""
    for _ in range(count):
        found = hearing.first(lambda line: message(line).get("event") == "missed", mark, 40)
        assert found is not None
        mark = (
            next(place for place, heard in enumerate(hearing.since(0)) if place >= mark and heard == found)
            + 1
        )


def is_idle(line: str) -> Any:  # noqa: ANN401
    return lambda told: line_states(told).get(line) == "idle"


def test_missed_calls_on_every_kind_of_line(point: Point) -> None:
    with point.monitor() as (_, hearing):
        point.exchange.call("L1", "15400000001", ring=3)
        point.exchange.call("L2", "15400000002", ring=3)
        point.exchange.call("L3", "03560123456", ring=2)
        closed_calls(hearing, 3)
        assert point.exchange.wait_output(MISSED_LAMP, 1, 5), "the missed-call lamp must light"
        told = [message(line) for _, line in hearing.since(0)]
        missed = {each["line"]: each for each in told if each.get("event") == "missed"}
        assert missed["L1"]["masked"] == "154****0001"
        assert {line: each["disposition"] for line, each in missed.items()} == {
            "L1": "no_answer",
            "L2": "no_answer",
            "L3": "unknown",
        }
    modem, gpio, deaf = (one_call(point.config, line) for line in ("L1", "L2", "L3"))
    assert (modem["disposition"], modem["number"], modem["ring_bursts"]) == ("no_answer", "15400000001", 3)
    assert (gpio["disposition"], gpio["number"], gpio["ring_bursts"], gpio["ringing_s"]) == (
        "no_answer",
        None,
        3,
        11.0,
    )
    assert (deaf["disposition"], deaf["number"], deaf["ring_bursts"]) == ("unknown", "03560123456", 2)
    assert " ".join(modem) == (
        "id line direction started_at ring_bursts ringing_s answered_at ended_at answer_delay_s talk_s disposition "
        "in_hours number name absence caller_id_at answered_by uncertainty_s started_by caller_id_by ended_by digits_by "
        "far_end far_answered_at far_answered_by answer_error_s far_answer_error_s doubt by_machine case"
    )
    assert [each["started_by"] for each in (modem, gpio, deaf)] == ["modem", "ring_pin", "modem"]
    assert [each["caller_id_by"] for each in (modem, gpio, deaf)] == ["modem", None, "modem"]
    assert [each["doubt"] for each in (modem, gpio, deaf)] == [None, None, "no_hook"]
    verified = ringkeeper(point.config, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_answered_and_outbound_calls_have_their_times(point: Point) -> None:
    with point.monitor() as (_, hearing):
        point.exchange.call("L1", "15400000003", answer_after=7.2, talk=6)
        point.exchange.call("L2", answer_after=7.2, talk=6)
        assert hearing.first(lambda told: line_states(told).get("L2") == "talking", 0, 20)
        assert hearing.first(lambda told: line_states(told).get("L1") == "talking", 0, 20)
        assert point.exchange.wait_idle(30)
        mark = hearing.mark
        assert hearing.first(all_idle, mark - 1, 20)
        point.exchange.dial("L2", "03560123456", talk=4)
        assert hearing.first(lambda told: line_states(told).get("L2") == "outbound", mark, 20)
        assert hearing.first(all_idle, hearing.mark, 40)
    modem = one_call(point.config, "L1")
    assert (modem["disposition"], modem["direction"], modem["number"]) == (
        "answered",
        "inbound",
        "15400000003",
    )
    assert modem["answer_delay_s"] == pytest.approx(7.2, abs=0.6)  # polled every 0.25 s while it rings
    assert modem["talk_s"] == pytest.approx(6.0, abs=1.5)
    answered, outbound = [call for call in calls(point.config) if call["line"] == "L2"]
    assert answered["disposition"] == "answered"
    assert answered["answer_delay_s"] == pytest.approx(7.2, abs=0.05)  # the contact bounces for some ms
    assert answered["talk_s"] == pytest.approx(6.0, abs=0.1)
    assert (outbound["direction"], outbound["disposition"], outbound["answered_at"]) == (
        "outbound",
        None,
        None,
    )
    assert outbound["talk_s"] > 3.5


def test_a_killed_monitor_loses_nothing_that_was_on_disk(point: Point) -> None:
    with point.monitor() as (process, hearing):
        point.exchange.call("L2", ring=2)
        point.exchange.call("L1", "15400000004", ring=12)
        closed_calls(hearing, 1)
        before = calls(point.config)
        os.kill(process.pid, signal.SIGKILL)
    assert calls(point.config) == before, "the ledger is readable beside a dead monitor, and unchanged"
    point.exchange.hang_up("L1")
    with point.monitor() as (_, hearing):
        assert point.exchange.wait_output(MISSED_LAMP, 1, 10), "the lamp shows again what it showed"
        closed_calls(hearing, 1)
    interrupted, kept = one_call(point.config, "L1"), one_call(point.config, "L2")
    assert kept == next(call for call in before if call["line"] == "L2")
    assert interrupted["number"] == "15400000004"
    assert interrupted["disposition"] in (
        "unknown",
        "no_answer",
    )  # taken up again within the ringing gap, or not known
    assert interrupted["ended_at"] is not None
    assert ringkeeper(point.config, "verify").returncode == 0


@pytest.mark.parametrize(
    ("answer_after", "killed"), [(3, "talking"), (8.5, "ringing")], ids=["in the talk", "before the answer"]
)
def test_a_monitor_that_comes_back_finds_a_talk_and_invents_no_call(
    point: Point, answer_after: float, killed: str
) -> None:
    """It sees that the handset is up, not when it was lifted, nor that somebody dials."""
    with point.monitor() as (process, hearing):
        point.exchange.call("L2", ring=6, answer_after=answer_after, talk=20)
        assert hearing.first(lambda told: line_states(told).get("L2") == killed, 0, 20)
        threading.Event().wait(1)
        os.kill(process.pid, signal.SIGKILL)
    lifted = 0.0 if killed == "talking" else answer_after - 1
    threading.Event().wait(lifted)
    with start_monitor(point.folder, point.config), subscribed(point.folder) as hearing:
        assert hearing.first(lambda told: line_states(told).get("L2") == "off_hook", 0, 20)
        point.exchange.hang_up("L2")
        assert hearing.first(is_idle("L2"), hearing.mark, 20)
        faults = [message(line).get("kinds") for _, line in hearing.since(0)]
        assert "FaultBegan" not in str(faults)
    call = one_call(point.config, "L2")
    assert (call["direction"], call["talk_s"]) == ("inbound", None)
    if killed == "talking":
        assert (call["disposition"], call["answer_delay_s"]) == ("answered", pytest.approx(3.0, abs=0.05))
    else:
        assert (call["disposition"], call["answered_at"]) == ("unknown", None)


def test_a_modem_that_is_unplugged_is_told_and_heard_again(point: Point) -> None:
    with point.monitor() as (_, hearing):
        mark = hearing.mark
        point.exchange.fault("L1", FaultKind.UNPLUG, lasts=3)
        assert hearing.first(lambda told: line_states(told).get("L1") == "lost", mark, 10)
        assert hearing.first(lambda told: message(told).get("kinds") == ["FaultBegan"], mark, 10)
        assert hearing.first(is_idle("L1"), hearing.mark, 20)
        point.exchange.call("L1", "15400000005", ring=1)
        assert hearing.first(lambda told: line_states(told).get("L1") == "ringing", hearing.mark, 20)
        assert hearing.first(is_idle("L1"), hearing.mark, 20)
    assert one_call(point.config, "L1")["disposition"] == "abandoned"


def faults_of_the_box(folder: Path) -> list[tuple[str, str]]:
    reader = Reader(folder / "data" / "ledger.db")
    try:
        return [(fault.kind, fault.detail) for fault in reader.faults_open() if fault.line is None]
    finally:
        reader.close()


def test_lamps_whose_chip_is_missing_are_a_fault_until_it_is_there(tmp_path: Path) -> None:
    """On the fault lamp (had it a chip) and in the ledger, from where the page takes it; once, also over a restart."""
    config = configuration(tmp_path, [PINS])
    there = config.read_text("utf-8")
    missing = there.replace('[indicators]\nchip = "simulated"', '[indicators]\nchip = "no-such-chip"')
    for text, kinds, lit in ((missing, ["lamp"], "solid"), (missing, ["lamp"], "solid"), (there, [], "off")):
        config.write_text(text, "utf-8")
        with start_monitor(tmp_path, config) as process, pins(tmp_path) as chip:
            chip.send("ready")  # the line is well
            is_so = f'"fault":"{lit}"'.encode()
            with subscribed(tmp_path) as hearing:
                told = hearing.first(lambda line, so=is_so: so in line.replace(b" ", b""), 0, 10)
            assert told, process.log.read_text()
        found = faults_of_the_box(tmp_path)
        assert [kind for kind, _ in found] == kinds
        assert all("no-such-chip" in detail for _, detail in found)


def test_run_greets_shows_a_missed_call_and_ends_at_once(tmp_path: Path) -> None:
    port, run = loopback_port(), tmp_path / "run"
    config = configuration(tmp_path, [run / "L1", PINS], panel_port=port, more="[exchange]\nseed = 7\n")
    command = [sys.executable, "-m", "firmware_app", "run", "--config", str(config)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        try:
            while not said or ("missed  L1  154****" not in said[-1] and said[-1]):
                said.append(process.stdout.readline())
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as page:
                assert page.status == 200
        finally:
            os.killpg(process.pid, signal.SIGINT)  # Ctrl-C reaches the whole foreground group
        rest = process.stdout.read()
        assert process.wait(10) == 0, rest
    assert said[0] == f"panel: http://127.0.0.1:{port}/\n"
    assert said[1].startswith("sign in: user admin, password ")
    assert "missed  L1  154****" in said[-1]
    assert "Traceback" not in "".join(said) + rest


def test_run_ends_with_the_reason_when_nothing_can_start(tmp_path: Path) -> None:
    config = configuration(tmp_path, [PINS], panel_port=loopback_port())
    config.write_text(
        config.read_text("utf-8").replace('data_dir = "data"', 'data_dir = "/proc/nope"'), "utf-8"
    )
    ended = ringkeeper(config, "run")
    assert ended.returncode == 1
    assert "the monitor cannot start: /proc/nope" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_disk_that_cannot_be_written_at_the_start_lights_the_fault_lamp_until_it_can(
    tmp_path: Path,
) -> None:
    """The kernel refuses every write to a file (setrlimit(2), RLIMIT_FSIZE), then allows it again."""
    config = configuration(tmp_path, [PINS], panel_port=loopback_port())
    command = [
        "prlimit",
        "--fsize=0:unlimited",
        sys.executable,
        "-m",
        "firmware_app",
        "monitor",
        "--config",
        str(config),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        assert "cannot" in process.stderr.readline()
        with pins(tmp_path) as chip:
            assert chip.first(lambda line: line == f"pin {FAULT_LAMP} 1".encode(), 0, 10)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with subscribed(tmp_path) as hearing:
            assert hearing.first(lambda line: message(line).get("event") == "state", 0, 20)
    finally:
        process.terminate()
        process.stderr.close()
        assert process.wait(10) == 0
