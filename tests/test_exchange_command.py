"""`ringkeeper exchange` as a person runs it: what it takes, what it says, and that Ctrl-C ends it."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import serial

from device.exchange.exchange import Exchange
from device.exchange.exchange_command import add_arguments, run
from device.exchange.exchange_lines import EarsLine, FskChipLine, ModemLine, PinLine
from device.exchange.exchange_manual import EPILOG
from device.exchange.exchange_settings import CHINA, button_of, lines_of, zone_of
from device.exchange.planned import FalseKind, FaultKind, Sent
from device.exchange.script import parse_script
from device.trace import parse_trace
from firmware_app.settings import Exchange as Trial
from firmware_app.settings import Indicators, Line, Panel, Settings, Site, load
from firmware_app.wiring import GpioWiring, ModemWiring

PATIENCE = 30.0
DEMO = Path(__file__).parent.parent / "config" / "demo.toml"


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def settings(tmp_path: Path, trial: Trial | None = None, *, real: bool = False) -> Settings:
    lines = (
        Line("L1", "03560000001", (ModemWiring("/dev/serial/x" if real else str(tmp_path / "L1")),)),
        Line("L2", "03560000002", (GpioWiring("auto" if real else "simulated", 17, 27, hook_active="high"),)),
    )
    return Settings(
        path=tmp_path / "x.toml",
        language="zh_CN",
        timezone="Asia/Shanghai",
        data_dir=tmp_path,
        run_dir=tmp_path,
        site=Site("s", "s"),
        lines=lines,
        indicators=Indicators(chip="auto" if real else "simulated", button=26),
        panel=Panel(),
        exchange=trial,
    )


def test_which_lines_of_a_configuration_are_played(tmp_path: Path) -> None:
    trial = Trial(modem="USR5637")
    played, real = lines_of(settings(tmp_path, trial))
    assert played == [
        ModemLine("L1", tmp_path / "L1", "USR5637"),
        PinLine("L2", 17, 27, "low", "high"),
    ]
    assert real == []
    assert lines_of(settings(tmp_path, real=True)) == ([], ["L1", "L2"])
    assert button_of(settings(tmp_path)) == 26
    assert button_of(settings(tmp_path, real=True)) is None
    assert button_of(None) is None
    assert str(zone_of(settings(tmp_path))) == "Asia/Shanghai"
    assert zone_of(None) is CHINA


def test_the_demo_has_a_modem_and_pins_with_a_chip_that_knows_the_numbers() -> None:
    demo = load(DEMO)
    played, real = lines_of(demo)
    chip = FskChipLine("L2", demo.run_dir / "L2")
    assert played == [
        ModemLine("L1", demo.run_dir / "L1", "CX930xx"),
        EarsLine("L2", (PinLine("L2", 17, 27), chip)),
    ]
    assert real == []
    assert demo.exchange is not None
    assert button_of(demo) == 26


def test_nothing_to_play_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments(), None) == 2
    assert run(arguments(), settings(tmp_path, real=True)) == 2
    assert "L1：真实线路，不模拟 / L1: a real line, not played" in capsys.readouterr().err


def test_a_wrong_script_is_told_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "wrong.txt"
    script.write_text("L1 call 15400000001\nL1 sing\nL7 call 1\n", encoding="utf-8")
    assert run(arguments("--script", str(script)), settings(tmp_path)) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "第 2 行" in said[0]
    assert "line 3" in said[1]
    assert run(arguments("--script", str(tmp_path / "none.txt")), settings(tmp_path)) == 2
    assert "读不了脚本" in capsys.readouterr().err


def test_a_trace_of_each_line_is_written_at_once(tmp_path: Path) -> None:
    out = tmp_path / "out.trace"
    script = tmp_path / "script.txt"
    script.write_text("at 1 L1 call 15400000001 ring 1\n", encoding="utf-8")
    assert run(arguments("--trace", str(out), "--script", str(script)), settings(tmp_path)) == 0
    assert len(parse_trace((tmp_path / "out-L1.trace").read_text(encoding="utf-8")).items) == 3
    assert len(parse_trace((tmp_path / "out-L2.trace").read_text(encoding="utf-8")).items) == 1
    assert run(arguments("--trace", str(out), "--script", str(script), "--modem", "x"), None) == 0
    assert len(parse_trace(out.read_text(encoding="utf-8")).items) == 3
    made = []
    for trial in (Trial(modem="USR5637", seed=5, calls_per_minute=8.0), Trial(seed=5)):
        assert run(arguments("--trace", str(out), "--for", "600"), settings(tmp_path, trial)) == 0
        made.append((tmp_path / "out-L1.trace").read_text(encoding="utf-8"))
        assert parse_trace(made[-1]).bad_lines == ()
    assert "OffHook L1" not in made[0]  # a USR5637 does not know
    assert "OffHook L1" in made[1]
    for quiet, words in ((Trial(calls_per_minute=0.0), ()), (Trial(), ("--rate", "0"))):
        assert run(arguments("--trace", str(out), *words), settings(tmp_path, quiet)) == 0
        assert len(parse_trace((tmp_path / "out-L1.trace").read_text(encoding="utf-8")).items) == 1
    gone = tmp_path / "gone" / "out.trace"
    assert run(arguments("--trace", str(gone), "--seed", "x"), settings(tmp_path)) == 2


def test_one_call_and_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.txt"
    script.write_text("L1 call 15400000001 ring 0.1\n", encoding="utf-8")
    assert run(arguments("--script", str(script), "--once", "--no-wait"), settings(tmp_path)) == 0
    said = capsys.readouterr()
    assert (
        "L1 来电 154****0001，响 0.1 声，无人接 / call, 154****0001: 0.1 bursts, nobody answers" in said.out
    )
    assert "15400000001" not in said.out + said.err
    assert "Ctrl-C" in said.err
    assert run(arguments("--script", str(script), "--once", "--no-wait", "--quiet"), settings(tmp_path)) == 0
    assert capsys.readouterr() == ("", "")


def test_a_quiet_exchange_has_nothing_to_play(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for quiet, words in ((Trial(calls_per_minute=0.0), ()), (Trial(), ("--rate", "0"))):
        assert run(arguments("--once", "--no-wait", *words), settings(tmp_path, quiet)) == 0
        assert capsys.readouterr().out == ""


def test_a_taken_port_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "L1").write_text("mine")
    assert run(arguments("--quiet"), settings(tmp_path)) == 2
    assert "cannot begin" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["-0.5", "-1", "x", "1e9"])
def test_a_rate_is_a_positive_number(word: str) -> None:
    with pytest.raises(SystemExit):
        arguments("--rate", word)


def test_saying_something_to_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments("--say", "L1 hangup"), settings(tmp_path)) == 2
    assert run(arguments("--say", "L1 hangup"), None) == 2
    assert "no exchange is running" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_waits_for_a_host_obeys_and_ends_at_ctrl_c(tmp_path: Path, how: signal.Signals) -> None:
    """As another process: a host opens the port, a line is said to it from a third, a signal ends it."""
    program = [sys.executable, "-m", "firmware_app", "exchange"]
    control = tmp_path / "exchange.sock"
    script = tmp_path / "script.txt"
    script.write_text("L1 lift for 0.1\n", encoding="utf-8")
    exchange = subprocess.Popen(
        [*program, "--modem", str(tmp_path / "L1"), "--control", str(control), "--script", str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert exchange.stderr is not None
        assert exchange.stdout is not None
        assert "Ctrl-C" in exchange.stderr.readline()
        with serial.Serial(str(tmp_path / "L1"), timeout=PATIENCE) as host:
            host.write(b"ATE0+VCID=1\r")
            assert host.read_until(b"OK\r\n").endswith(b"OK\r\n")
            told = [exchange.stdout.readline() for _ in range(3)]
            assert "the monitor listens" in told[0]
            assert "off-hook for 0.1 s" in told[1]
            assert "line idle" in told[2]
            say = [*program, "--control", str(control), "--say"]
            good = subprocess.run(
                [*say, "L1 call 15400000007 ring 3"],
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
            assert (good.returncode, good.stdout) == (0, "ok\n")
            bad = subprocess.run(
                [*say, "L1 sing"], capture_output=True, text=True, encoding="utf-8", check=False
            )
            assert bad.returncode == 1
            assert "sing" in bad.stderr
            assert host.read_until(b"RING\r\n") == b"\r\nRING\r\n"
        exchange.send_signal(how)
        rest, complaints = exchange.communicate(timeout=PATIENCE)
        assert exchange.returncode == 0
        assert complaints == ""
        assert "154****0007" in rest
        assert not os.path.lexists(tmp_path / "L1")
        assert not control.exists()
    finally:
        if exchange.poll() is None:
            exchange.kill()
            exchange.communicate()


def test_a_reader_that_goes_away_does_not_end_the_calls(tmp_path: Path) -> None:
    """`ringkeeper exchange | head`: the events have no reader any more, the calls go on."""
    script = tmp_path / "script.txt"
    script.write_text("L1 lift for 0.2\nat 0.5 L1 lift for 0.2\n", encoding="utf-8")
    exchange = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "firmware_app",
            "exchange",
            "--modem",
            str(tmp_path / "L1"),
            "--script",
            str(script),
            "--once",
            "--no-wait",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert exchange.stdout is not None
    exchange.stdout.close()
    assert exchange.wait(PATIENCE) == 0


def test_a_second_exchange_leaves_the_first_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Exchange([ModemLine("L1", tmp_path / "L1")], control=tmp_path / "exchange.sock") as exchange:
        port = os.readlink(tmp_path / "L1")
        assert run(arguments("--quiet"), settings(tmp_path)) == 2
        assert "cannot begin" in capsys.readouterr().err
        assert os.readlink(tmp_path / "L1") == port
        assert run(arguments("--say", "L1 lift for 0.1"), settings(tmp_path)) == 0
        assert exchange.wait_idle(PATIENCE)


def test_the_manual_knows_every_word_of_a_script() -> None:
    """And its examples are scripts that can be read."""
    for kind in (*FaultKind, *FalseKind, *Sent):
        assert kind.value in EPILOG
    examples = [
        line.strip()
        for line in EPILOG.splitlines()
        if (line.startswith("  at ") and "1540" in line) or "at +60" in line
    ]
    assert len(examples) == 2
    assert parse_script("\n".join(examples), ["L1", "L2"]).errors == ()
