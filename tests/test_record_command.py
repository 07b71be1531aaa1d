"""ringkeeper record as a process: a trace that can be played back, and every way it can be asked wrongly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from device.exchange.exchange import Exchange
from device.exchange.exchange_lines import ModemLine, PinLine
from device.signals import SECOND
from device.trace import Decoded, Edge, Heard, Sent, parse_trace
from tests.bench.appliance import ROOT, GpioPins, configuration, start_monitor, subscribed
from tests.bench.emulated_modem import wait_until

PINS = GpioPins(ring=17, hook=27)


def ringkeeper(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "firmware_app", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return configuration(tmp_path, [tmp_path / "run" / "L1", PINS])


def test_a_modem_line_is_written_down_and_read_back(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.trace"
    with Exchange([ModemLine("L1", tmp_path / "run" / "L1")]) as exchange:
        exchange.call("L1", "15400000001", ring=1)
        done = ringkeeper("record", "--config", str(config), "--seconds", "5", "--out", str(out))
    assert done.returncode == 0, done.stderr
    trace = parse_trace(out.read_text(encoding="utf-8"))
    assert not trace.bad_lines
    assert trace.about("Interface") == "modem L1"
    assert {type(item) for item in trace.items} >= {Heard, Sent, Decoded}
    assert {item.ear for item in trace.items if isinstance(item, Heard | Sent | Decoded)} == {""}
    times = [item.signal.at.mono for item in trace.items if isinstance(item, Decoded)]
    assert max(times) < 12 * SECOND, "counted from the start of the recording"
    assert out.stat().st_mode & 0o777 == 0o600, "it holds numbers"
    assert ringkeeper("replay", str(out)).returncode == 0


def test_a_gpio_line_is_written_down_with_its_edges(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "two.trace"
    exchange = Exchange(
        [PinLine("L2", ring_pin=PINS.ring, hook_pin=PINS.hook)], pins_socket=tmp_path / "run" / "pins.sock"
    )
    with exchange, subprocess.Popen(
        [sys.executable, "-m", "firmware_app", "record", "--config", str(config), "--line", "L2", "--seconds", "8",
         "--out", str(out)], cwd=ROOT, stderr=subprocess.PIPE
    ) as recording:  # fmt: skip
        assert exchange.wait_heard(20)
        assert wait_until(lambda: "LineRestored" in out.read_text("utf-8"), 20), (
            "the line is open: no edge is missed"
        )
        exchange.call("L2", ring=1)
        assert recording.wait(30) == 0
    edges = [item for item in parse_trace(out.read_text(encoding="utf-8")).items if isinstance(item, Edge)]
    assert [edge.level for edge in edges if edge.role == "ring"] == [0, 1] * 50


def test_a_line_with_several_ears_is_written_down_with_their_names(tmp_path: Path) -> None:
    port, out = tmp_path / "run" / "L1", tmp_path / "three.trace"
    port.parent.mkdir()
    sound = 'interface = "audio", device = "no/such/file.wav"'
    config = configuration(tmp_path, [[PINS, port, sound]])
    exchange = Exchange(
        [ModemLine("modem", port), PinLine("pins", ring_pin=PINS.ring, hook_pin=PINS.hook)],
        pins_socket=tmp_path / "run" / "pins.sock",
    )
    with exchange, subprocess.Popen(
        [sys.executable, "-m", "firmware_app", "record", "--config", str(config), "--seconds", "9", "--out", str(out)],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    ) as recording:  # fmt: skip
        assert exchange.wait_heard(20)
        assert wait_until(lambda: out.read_text("utf-8").count("LineRestored") == 2, 20), "both are open"
        exchange.call("pins", ring=1)
        exchange.call("modem", "15400000001", ring=1)
        _, said = recording.communicate(timeout=30)
    assert recording.returncode == 0, "two of three ears listened"
    assert "sound of the sound card is not recorded" in said
    assert "audio could not be heard" in said
    trace = parse_trace(out.read_text(encoding="utf-8"))
    assert not trace.bad_lines
    assert trace.about("Interface") == "gpio + modem L1 + audio file.wav"
    edges = [item for item in trace.items if isinstance(item, Edge)]
    assert {(edge.ear, edge.role) for edge in edges} == {("gpio", "ring")}
    assert len(edges) == 100
    assert {item.ear for item in trace.items if isinstance(item, Heard | Sent)} == {"modem"}
    told = [item for item in trace.items if isinstance(item, Decoded)]
    assert {item.ear for item in told} == {"gpio", "modem", "audio"}
    assert all(item.signal.at.mono <= item.at < 12 * SECOND for item in told), "times of the recording"
    replayed = ringkeeper("replay", "--language", "en", str(out))
    assert replayed.returncode == 0
    assert "    > modem: RingWord L1" in replayed.stdout
    assert "    > gpio: RingStarted L1" in replayed.stdout
    assert replayed.stdout.splitlines()[-1] == "calls: 1 · given up early 1", "one call, whoever heard it"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--line", "L9"), "no line L9"),
        (("--out", "/no/such/folder/x"), "cannot record: /no/such/folder/x"),
        (("--seconds", "nan"), "more than 0"),
        (("--seconds", "-3"), "more than 0"),
        (("--seconds", "soon"), "more than 0"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(config: Path, words: tuple[str, ...], told: str) -> None:
    done = ringkeeper("record", "--config", str(config), *words)
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_line_that_a_monitor_holds_is_said_to_be_held(config: Path, tmp_path: Path) -> None:
    with start_monitor(tmp_path, config), subscribed(tmp_path):
        done = ringkeeper("record", "--config", str(config), "--line", "L2", "--seconds", "1")
    assert done.returncode == 1
    assert "stop it first" in done.stderr
    assert "Traceback" not in done.stderr
