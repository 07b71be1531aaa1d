"""The automatic line check: what it asks, what it records, that one runs at a time; and the clock that starts it daily."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from device.interface import CheckResult, Emit
from device.signals import Instant
from firmware_app.records.entries import CheckRun
from firmware_app.upkeep.line_check import LineCheck, results_of
from firmware_app.upkeep.schedule import Schedule


class AnsweringLine:
    """A line interface that answers `result`, when `gate` lets it."""

    def __init__(self, line: str, result: CheckResult, gate: threading.Event | None = None) -> None:
        self._line = line
        self._result = result
        self._gate = gate
        self.asked = threading.Event()

    @property
    def line(self) -> str:
        return self._line

    def start(self, emit: Emit) -> None:
        return

    def check(self, timeout: float) -> CheckResult:
        self.asked.set()
        if self._gate is not None:
            assert self._gate.wait(timeout)
        return self._result

    def close(self) -> None:
        return


GOOD = CheckResult(answers=True, set_up=True, loop_present=True, on_hook=True, voltage=48.6)
DEAF = CheckResult(answers=False, detail="no answer")


def checker(
    *lines: AnsweringLine, problems: dict[str, str] | None = None
) -> tuple[LineCheck, list[CheckRun], list[bool]]:
    recorded: list[CheckRun] = []
    lamps: list[bool] = []

    def record(run: CheckRun, at: Instant) -> None:
        recorded.append(run)

    ears = {line.line: {"modem": line} for line in lines}
    return LineCheck(ears, record, lamps.append, lambda: problems or {}), recorded, lamps


def test_what_an_interface_cannot_tell_is_told_as_not_known() -> None:
    assert results_of(GOOD) == (
        ("answers", True, ""),
        ("set_up", True, ""),
        ("loop_present", True, "48.6 V"),
        ("on_hook", True, ""),
    )
    assert results_of(DEAF) == (
        ("answers", False, "no answer"),
        ("set_up", None, ""),
        ("loop_present", None, ""),
        ("on_hook", None, ""),
    )


def test_all_lines_and_the_lamps_are_checked_and_recorded() -> None:
    check, recorded, lamps = checker(AnsweringLine("L1", GOOD), AnsweringLine("L2", DEAF))
    check.close()  # the lamps are lit no longer than needed
    runs = check.run(None, "schedule")
    assert runs == recorded == [CheckRun(None, "schedule", (("lamps", True, ""),))]
    assert lamps == [True, False]


def test_one_line_alone() -> None:
    check, recorded, lamps = checker(AnsweringLine("L1", GOOD), AnsweringLine("L2", DEAF))
    assert check.run("L2", "panel") == [CheckRun("L2", "panel", results_of(DEAF))]
    assert [run.line for run in recorded] == ["L2"]
    assert lamps == []


def test_every_ear_of_a_line_is_asked_and_named() -> None:
    recorded: list[CheckRun] = []
    ears = {"gpio": AnsweringLine("L1", GOOD), "modem": AnsweringLine("L1", DEAF)}
    check = LineCheck({"L1": ears}, lambda run, at: recorded.append(run), lambda on: None, dict)
    assert check.run("L1", "panel") == recorded
    assert recorded[0].results == (
        ("gpio.answers", True, ""),
        ("gpio.set_up", True, ""),
        ("gpio.loop_present", True, "gpio: 48.6 V"),
        ("gpio.on_hook", True, ""),
        ("modem.answers", False, "modem: no answer"),
        ("modem.set_up", None, ""),
        ("modem.loop_present", None, ""),
        ("modem.on_hook", None, ""),
    )


def test_a_lamp_that_cannot_be_lit_is_named() -> None:
    check, recorded, _ = checker(problems={"missed": "no such chip"})
    check.close()
    check.run("lamps", "panel")
    assert recorded == [CheckRun(None, "panel", (("lamp_missed", False, "no such chip"),))]


def test_a_second_check_is_refused_while_one_is_under_way() -> None:
    gate = threading.Event()
    line = AnsweringLine("L1", GOOD, gate)
    check, recorded, _ = checker(line)
    first = threading.Thread(target=check.run, args=("L1", "panel"))
    first.start()
    assert line.asked.wait(10)
    assert check.run("L1", "panel") is None
    gate.set()
    first.join(10)
    assert len(recorded) == 1
    assert check.run("L1", "panel") is not None


def test_the_daily_job_runs_at_its_minute() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    soon = datetime.now(UTC).astimezone(zone) + timedelta(minutes=1)  # noqa: TID251  a real scheduler on the real clock
    schedule = Schedule(zone)
    schedule.daily("line-check", f"{soon:%H:%M}", lambda: None)
    schedule.start()
    due = schedule.next_run("line-check")
    schedule.close()
    schedule.close()
    assert due is not None
    assert (due.hour, due.minute, due.second) == (soon.hour, soon.minute, 0)
    assert due.utcoffset() == timedelta(hours=8)
