"""Ears for tests of what stands above them: line interfaces that say what they are told to say, and note what is asked of them."""

from __future__ import annotations

from collections.abc import Callable

from device.interface import CheckResult, DialEnd, Emit
from device.signals import LineSignal

GOOD = CheckResult(answers=True, set_up=True)


class ToldEar:
    """A line interface that says what `say` is given."""

    def __init__(self, line: str = "L1", result: CheckResult = GOOD) -> None:
        self._line = line
        self._result = result
        self._emit: Emit | None = None
        self.closed = 0

    @property
    def line(self) -> str:
        return self._line

    def start(self, emit: Emit) -> None:
        self._emit = emit

    def say(self, signal: LineSignal) -> None:
        assert self._emit is not None
        self._emit(signal)

    def check(self, timeout: float) -> CheckResult:
        return self._result

    def close(self) -> None:
        self.closed += 1


class DiallingEar(ToldEar):
    """One that also dials: `dialled` has the numbers; `end` tells how the last one came out."""

    def __init__(self, line: str = "L1") -> None:
        super().__init__(line)
        self.dialled: list[str] = []
        self.cancelled = 0
        self.end: Callable[[DialEnd], None] = lambda end: None

    def dial(self, number: str, told: Callable[[DialEnd], None]) -> None:
        self.dialled.append(number)
        self.end = told

    def cancel_dial(self) -> None:
        self.cancelled += 1


class ListeningEar(ToldEar):
    """One that listens harder when told to; `attended` has what it was told: ringing, off-hook."""

    def __init__(self, line: str = "L1") -> None:
        super().__init__(line)
        self.attended: list[tuple[bool, bool]] = []

    def attend(self, *, ringing: bool, off_hook: bool) -> None:
        self.attended.append((ringing, off_hook))
