"""`ringkeeper replay` on recordings of each kind: bytes, edges, signals; and what it says of lines that are no trace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from device.trace import Edge, Item, Trace, format_item, format_trace, parse_trace
from firmware_app.__main__ import main
from firmware_app.replay import replayed
from tests.pulse_trains import ms, ringing

HEADER = "# What: a test\n\n"


def echo(text: str, language: str = "en") -> list[str]:
    return list(replayed(parse_trace(HEADER + text), language))


def told(lines: list[str]) -> list[str]:
    """Calls and anomalies alone."""
    return [line.removeprefix("    = ") for line in lines if line.startswith("    = ")]


SIGNALS = """0.000 LineRestored L1 sensing=ring_edges,hook
10.150 RingStarted L1 at=10.000
11.100 RingEnded L1 at=11.000
# between the bursts
12.000 CallerIdHeard L1 number=15400001234
15.150 RingStarted L1 at=15.000
16.100 RingEnded L1 at=16.000
"""


def test_signals_are_echoed_with_what_comes_of_them() -> None:
    assert echo(SIGNALS) == [
        "0.000 LineRestored L1 sensing=ring_edges,hook",
        "10.150 RingStarted L1 at=10.000",
        "    = 10.000 inbound call begins: 1 burst",
        "11.100 RingEnded L1 at=11.000",
        "    = 11.000 inbound call: 1 burst",
        "# between the bursts",
        "12.000 CallerIdHeard L1 number=15400001234",
        "    = 12.000 inbound call: 1 burst, number 15400001234",
        "15.150 RingStarted L1 at=15.000",
        "    = 15.000 inbound call: 2 bursts, number 15400001234",
        "16.100 RingEnded L1 at=16.000",
        "    = 16.000 inbound call: 2 bursts, number 15400001234",
        "23.250 (deadline)",
        "    = 22.000 inbound call is over: missed, 2 bursts, rang 6.00 s, number 15400001234",
        "calls: 1 · missed 1",
    ]


def test_the_same_in_chinese() -> None:
    lines = echo(SIGNALS, "zh_CN")
    assert "    = 22.000 来电结束：漏接，响铃 2 次，响了 6.00 s，号码 15400001234" in lines
    assert lines[-1] == "共 1 个通话 · 漏接 1"


def test_bytes_of_a_modem_are_decoded_and_its_reading_of_the_voltage_senses_the_hook() -> None:
    reading = "{at} > AT-TRV\\r\n{at} < \\r\\n{volts}\\r\\n\\r\\nOK\\r\\n\n"
    text = (
        reading.format(at="1.000", volts="48.6")
        + "10.000 < \\r\\nRING\\r\\n\n12.000 < \\r\\nNMBR = 15400001234\\r\\n\n"
    )
    for at in ("13.000", "13.500", "14.000"):
        text += reading.format(at=at, volts="8.3")
    lines = echo(text)
    assert lines[0] == "0.000 LineRestored L1 sensing=hook,caller_id (assumed)"
    assert any(line.startswith("    > RingWord L1 error=1.000") for line in lines)
    (answer,) = [line for line in lines if "answered after" in line]
    assert answer.endswith("number 15400001234")
    assert lines[-1] == "calls: 1 · not over yet 1"  # it still talks when the recording ends


def edges(role: str, train: list[tuple[int, int]]) -> list[Item]:
    return [Edge(at, role, level) for level, at in train]


def pins() -> Trace:
    """Two bursts, lifted in the silence, put down, lifted again, a dialled 3, put down."""
    hook = [(0, ms(17_000)), (1, ms(30_000)), (0, ms(40_000)), (1, ms(60_000))]
    dialled = [
        (level, ms(42_000 + at)) for level, at in ((1, 0), (0, 60), (1, 100), (0, 160), (1, 200), (0, 260))
    ]
    flash = [(1, ms(20_000)), (0, ms(20_300))]
    rings = [*ringing("both", 25, 1000, 10_000), *ringing("both", 25, 1000, 15_000)]
    items = edges("ring", rings) + edges("hook", [*hook, *dialled, *flash])
    return Trace((("What", "pins"),), tuple(sorted(items, key=lambda item: getattr(item, "at", 0))))


def test_edges_of_pins_are_decoded_at_their_deadlines_too() -> None:
    lines = list(replayed(pins(), "en"))
    events = told(lines)
    assert lines[0] == "0.000 LineRestored L1 sensing=ring_edges,hook (assumed)"
    assert events[0] == "10.000 inbound call begins: 1 burst"
    assert events[-3].startswith("40.000 outbound call begins")
    assert events[-2].endswith("outbound call: dialled 3")
    assert events[-1] == "60.000 outbound call is over: talked 20.00 s, dialled 3"
    assert "answered, 2 bursts, answered after 7.00 s ± 0.06 s (by hook pin), talked 13.00 s" in "\n".join(
        events
    )
    assert lines[-1] == "calls: 2 · answered 1 · outbound call 1"
    assert any(line.endswith("(deadline)") for line in lines)
    assert "    > Flash L1 at=20.000" in "\n".join(lines)


def test_clicks_and_a_lone_break_become_anomalies() -> None:
    clicks = [(level, ms(1000 + at)) for level, at in ((0, 0), (1, 1), (0, 50), (1, 51), (0, 99), (1, 100))]
    lone = [(0, ms(2000)), (1, ms(5000)), (0, ms(5060))]
    items = edges("ring", clicks) + edges("hook", lone)
    lines = list(replayed(Trace((), tuple(items)), "en"))
    assert "    > Unrecognised L1 at=1.000 raw=" in "\n".join(lines)
    assert '    > Unrecognised L1 at=5.060 raw="1 short breaks of the loop"' in lines
    assert sum("anomaly · unrecognised" in line for line in lines) == 2


def test_beside_raw_items_only_what_they_cannot_tell_is_taken_from_the_driver() -> None:
    text = (
        "0.000 LineRestored L2 sensing=hook\n0.100 OffHook L2 found\n9.000 < \\r\\nRING\\r\\n\n9.000 RingWord L2\n"
        "10.000 LineLost L2 reason=gone\n11.000 LineRestored L2 sensing=hook\n11.100 OnHook L2 found\n"
        "12.000 < \\r\\nRING\\r\\n\n12.000 RingWord L2\n"
    )
    lines = echo(text)
    assert told(lines) == [
        "9.000 inbound call begins: 1 burst",
        "10.000 inbound call is over: not known, the interface was lost while it rang, 1 burst, rang 1.00 s",
        "10.000 began · interface lost · gone",
        "11.000 ended · interface lost",
        "12.000 inbound call begins: 1 burst",
        "19.000 inbound call is over: given up early, 1 burst, rang 1.00 s",
    ]
    assert any(line.startswith("    > RingWord L2 error=1.000") for line in lines)


def test_a_line_found_off_hook_is_known_to_the_hook_sensor() -> None:
    items = [format_item(item) for item in edges("hook", [(1, ms(5_000))])]
    lines = echo("0.000 LineRestored L1 sensing=hook\n0.000 OffHook L1 found\n" + "\n".join(items))
    assert "    > OnHook L1 at=5.000 error=0.020 means=hook_pin" in lines
    assert "5.720 (deadline)" in lines


# The command.


def write(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


def test_the_command_prints_the_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", write(tmp_path / "a.trace", HEADER + SIGNALS)]) == 0
    out, errors = capsys.readouterr()
    assert "来电结束：漏接" in out
    assert errors == ""


def test_a_line_that_is_no_trace_is_told_and_the_rest_is_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = HEADER + "what is this\n" + SIGNALS + "99 Unheard L1\n"
    assert main(["replay", "--language", "en", write(tmp_path / "a.trace", text)]) == 1
    out, errors = capsys.readouterr()
    assert "missed, 2 bursts" in out
    assert [line.split(":")[0] for line in errors.splitlines()] == ["line 3", "line 11"]


@pytest.mark.parametrize("content", [b"", b"# What: nothing\n\n# a note\n", b"\xff\xfe\x00"])
def test_a_file_without_a_recording_is_an_error(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.trace"
    path.write_bytes(content)
    assert main(["replay", str(path)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(tmp_path / "none.trace")]) == 1
    assert "读不了" in capsys.readouterr().err


def test_pins_of_another_polarity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = tuple(Edge(item.at, item.role, 1 - item.level) for item in pins().items if isinstance(item, Edge))
    path = write(tmp_path / "a.trace", format_trace(Trace((), items)))
    assert main(["replay", path, "--ring-active", "high", "--hook-active", "high", "--language", "en"]) == 0
    assert capsys.readouterr().out.endswith("calls: 2 · answered 1 · outbound call 1\n")


def test_it_reads_standard_input_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "firmware_app", "replay", "-"]
    done = subprocess.run(command, input=SIGNALS, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("共 1 个通话 · 漏接 1\n")
