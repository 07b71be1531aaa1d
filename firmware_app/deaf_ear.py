"""An ear that cannot be had on this machine: a line interface that is lost, with the reason, for as long as the program runs."""

from __future__ import annotations

from device import clock
from device.interface import CheckResult, Emit
from device.signals import LineLost


class DeafEar:
    """Stands where a driver cannot be loaded, so that the other ears of the line go on, and it is said why.

    `reason` tells the technician what to do; what it needs is looked for again at the next start.
    """

    def __init__(self, line: str, reason: str) -> None:
        self._line = line
        self._reason = reason

    @property
    def line(self) -> str:
        return self._line

    def start(self, emit: Emit) -> None:
        emit(LineLost(self._line, clock.now(), self._reason))

    def check(self, timeout: float) -> CheckResult:
        return CheckResult(answers=False, detail=self._reason)

    def close(self) -> None:
        return
