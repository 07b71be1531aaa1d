"""The automatic line check: asks each line's ears and drives the lamps, gives one `CheckRun` a line. No telephone rings.

Clause 6.1 of DB 1405/T 086-2025 (the first slice: modem answers and is set up, line present where it can be sensed, lamps
driven). It runs in a thread of its own, never in the loop; results are entries, faults stay the business of the machine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from device import clock
from device.interface import CheckResult, LineInterface
from device.signals import Instant
from firmware_app.records.entries import CheckRun

ANSWER_WITHIN = 4.0  # seconds an interface has to answer; a modem's AT takes milliseconds
LAMPS_LIT_FOR = 1.5  # seconds: long enough for a person at the desk to see

Record = Callable[[CheckRun, Instant], None]
Result = tuple[str, bool | None, str]


def results_of(check: CheckResult, ear: str = "") -> tuple[Result, ...]:
    """What a check saw, as (what, passed or None where the interface cannot tell, detail).

    `ear`: which of several, and both `what` and `detail` name it; empty on a line that has one.
    """
    voltage = "" if check.voltage is None else f"{check.voltage:.1f} V"
    results: tuple[Result, ...] = (
        ("answers", check.answers, check.detail),
        ("set_up", check.set_up, ""),
        ("loop_present", check.loop_present, voltage),
        ("on_hook", check.on_hook, ""),
    )
    if not ear:
        return results
    return tuple((f"{ear}.{what}", passed, detail and f"{ear}: {detail}") for what, passed, detail in results)


class LineCheck:
    """Runs one check at a time over `lines`, each its ears by name; `drive_lamps(on)` lights every lamp and lets go again."""

    def __init__(
        self,
        lines: Mapping[str, Mapping[str, LineInterface]],
        record: Record,
        drive_lamps: Callable[[bool], None],
        lamp_problems: Callable[[], dict[str, str]],
    ) -> None:
        self._lines = lines
        self._record = record
        self._drive_lamps = drive_lamps
        self._lamp_problems = lamp_problems
        self._busy = threading.Lock()
        self._closing = threading.Event()

    def run(self, line: str | None, trigger: str) -> list[CheckRun] | None:
        """Check `line`, or all and the lamps when None, or the lamps alone ("lamps"); None when a check is under way."""
        if not self._busy.acquire(blocking=False):
            return None
        try:
            wanted = list(self._lines) if line is None else [line] if line in self._lines else []
            runs = [self._check_line(name, trigger) for name in wanted if not self._closing.is_set()]
            if line in (None, "lamps"):
                runs.append(self._check_lamps(trigger))
            return runs
        finally:
            self._busy.release()

    def close(self) -> None:
        self._closing.set()

    def _check_line(self, line: str, trigger: str) -> CheckRun:
        ears = self._lines[line]
        results = [
            results_of(interface.check(ANSWER_WITHIN), ear if len(ears) > 1 else "")
            for ear, interface in ears.items()
        ]
        run = CheckRun(line, trigger, tuple(result for of_ear in results for result in of_ear))
        self._record(run, clock.now())
        return run

    def _check_lamps(self, trigger: str) -> CheckRun:
        self._drive_lamps(True)
        self._closing.wait(LAMPS_LIT_FOR)
        self._drive_lamps(False)
        problems = self._lamp_problems()
        results: tuple[Result, ...] = tuple(
            (f"lamp_{name}", False, detail) for name, detail in sorted(problems.items())
        )
        run = CheckRun(None, trigger, results or (("lamps", True, ""),))
        self._record(run, clock.now())
        return run
