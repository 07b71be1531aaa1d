"""`ringkeeper check-config`: a summary and exit code 0 for a good file, the problems on stderr and 1 for a bad one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOOD = """language = "en"
[site]
id = "jc-zezhou-0001"
name = "Zezhou"
[[line]]
name = "L1"
number = "03562217000"
interface = "modem"
port = "modem-L1"
[[line]]
name = "L2"
number = "03562217001"
interface = "gpio"
chip = "simulated"
ring_pin = 17
hook_pin = 27
[indicators]
chip = "simulated"
ring = 5
button = 26
[panel]
host = "::1"
[exchange]
"""


def check(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    file = folder / "site.toml"
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "firmware_app", "check-config", "--config", str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_good_file_is_summed_up(tmp_path: Path) -> None:
    done = check(tmp_path, GOOD)
    assert done.returncode == 0
    assert done.stderr == (
        "note: line[2].interface: nothing reads caller ID: no call on this line will have a number\n"
    )
    assert done.stdout.splitlines() == [
        f"the configuration is right: {tmp_path}/site.toml",
        "site  jc-zezhou-0001  Zezhou",
        f"line  L1  03562217000  modem {tmp_path}/modem-L1",
        "line  L2  03562217001  simulated  ring GPIO17, hook GPIO27",
        "indicators  simulated  ring lamp GPIO5, button GPIO26",
        "panel  http://[::1]:8080/",
        "data  /var/lib/ringkeeper",
        "virtual exchange: a trial, no real line",
    ]


def test_a_warning_goes_to_stderr_and_is_no_failure(tmp_path: Path) -> None:
    done = check(tmp_path, GOOD.replace("hook_pin = 27\n", "").replace('"en"', '"zh_CN"'))
    assert done.returncode == 0
    assert done.stdout.startswith("配置正确：")
    lines = done.stderr.splitlines()
    assert lines[0] == "注意：line[2].hook_pin：没有摘机检测：此线路的来电都会记为待确认"
    assert lines[1] == "注意：line[2].interface：没有来电显示：此线路的来电都没有号码"


def test_a_bad_file_is_told_on_stderr(tmp_path: Path) -> None:
    done = check(tmp_path, GOOD.replace("ring_pin = 17", "ring_pin = 99"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"{tmp_path}/site.toml: line[2].ring_pin: found 99, allowed is a whole number from 0 to 27 (BCM numbering)\n"
    )


def test_no_indicators_and_an_absent_file(tmp_path: Path) -> None:
    bare = GOOD.replace('chip = "simulated"\nring = 5\nbutton = 26\n', "")
    assert "indicators  none" in check(tmp_path, bare).stdout
    command = [
        sys.executable,
        "-m",
        "firmware_app",
        "check-config",
        "--config",
        str(tmp_path / "absent.toml"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "无法读取 / cannot be read" in done.stderr


def test_the_ears_of_a_line_are_summed_up_together(tmp_path: Path) -> None:
    ears = """ears = [
  {interface="gpio", chip="simulated", ring_pin=17, hook_pin=27, reversal_pin=22},
  {interface="modem", port="two", init=["ATZ"]},
  {interface="audio", device="hw:1,0"},
  {interface="ht9032", port="three"},
  {interface="mt8870", chip="simulated", q_pins=[1, 2, 3, 4], std_pin=8},
  {interface="board", port="four", pattern="(?P<number>[0-9]+)"},
]"""
    text = GOOD.replace('interface = "gpio"\nchip = "simulated"\nring_pin = 17\nhook_pin = 27', ears)
    done = check(tmp_path, text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[3] == (
        "line  L2  03562217001  simulated  ring GPIO17, hook GPIO27, reversal GPIO22; "
        f"modem {tmp_path}/two, own set-up; sound hw:1,0 8000 Hz; HT9032 {tmp_path}/three; "
        "MT8870 simulated  Q1-Q4 GPIO1 GPIO2 GPIO3 GPIO4, StD GPIO8; "
        f"caller-ID board {tmp_path}/four 9600 Bd  (?P<number>[0-9]+)"
    )


def test_reminders_are_summed_up_without_their_secrets(tmp_path: Path) -> None:
    block = """
[[reminder]]
name = "group"
kind = "dingtalk"
url = "https://robot.example/send?access_token=TOKEN"
secret_file = "missing.secret"
"""
    done = check(tmp_path, GOOD + block)
    assert done.returncode == 0
    assert "reminder  group  dingtalk  after 30 min" in done.stdout.splitlines()
    assert "missing.secret" in done.stderr
    assert "TOKEN" not in done.stdout + done.stderr
