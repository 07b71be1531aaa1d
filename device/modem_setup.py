"""Answers of a modem being set up in, the next command out, until it is known what this modem can tell. Pure; sends nothing.

Rule 1: each step's commands are tried until one is answered OK; a step nobody answers OK is left behind (the modem cannot).
Rule 2: only silence ends the set-up: two commands in a row that get no answer at all, after the modem had time to wake up.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.modem_events import Result
from device.modem_models import SET_UP, Command, Step
from device.signals import Sensing

SILENT_AT_MOST = 2  # commands


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command came out. `result` is None when nothing final came in time."""

    result: Result | None
    text: tuple[str, ...] = ()
    volts: float | None = None
    echoed: bool = False

    @property
    def ok(self) -> bool:
        return self.result is Result.OK


class SetUp:
    """One set-up. Ask for `command`, give the answer to `answered`, until `done` or `failure`."""

    def __init__(self) -> None:
        self._queue = [(step, command) for step, commands in SET_UP for command in commands]
        self._accepted: dict[Step, Answer] = {}
        self._silent = 0
        self._echo_off = False
        self.echoes_anyway = False  # says OK to E0 and repeats all the same
        self.failure: str | None = None

    @property
    def command(self) -> Command | None:
        """What to send now; None when it is over."""
        return None if self.failure or not self._queue else self._queue[0][1]

    @property
    def done(self) -> bool:
        return not self._queue and self.failure is None

    def answered(self, answer: Answer) -> None:
        """The answer to `command`."""
        step, command = self._queue.pop(0)
        self._silent = self._silent + 1 if answer.result is None else 0
        if self._silent >= self._patience(step):
            self.failure = f"no answer to {command.text}"
        self.echoes_anyway |= self._echo_off and answer.echoed
        if answer.ok:
            self._accepted[step] = answer
            self._echo_off |= step is Step.ECHO_OFF
            while self._queue and self._queue[0][0] is step:
                self._queue.pop(0)

    @staticmethod
    def _patience(step: Step) -> int:
        return 3 if step is Step.RESET else SILENT_AT_MOST

    @property
    def interface(self) -> str:
        """What the modem calls itself, e.g. 56000; empty when it does not say."""
        answer = self._accepted.get(Step.IDENTIFY)
        return answer.text[0][:40] if answer and answer.text else ""

    @property
    def echo_means_reset(self) -> bool:
        """The echo is off, and stays off: if it comes back, the modem was reset behind our back."""
        return self._echo_off and not self.echoes_anyway

    @property
    def tells_its_settings(self) -> bool:
        """AT+VCID? says that caller ID is on: it can be asked again later."""
        return caller_id_is_on(self._accepted.get(Step.CALLER_ID_KEPT)) is True

    @property
    def volts(self) -> float | None:
        """The first reading; None when the modem has no AT-TRV."""
        answer = self._accepted.get(Step.VOLTAGE)
        return answer.volts if answer else None

    @property
    def sensing(self) -> Sensing:
        measures = self.volts is not None
        return Sensing(hook=measures, loop=measures, caller_id=Step.CALLER_ID in self._accepted)


def caller_id_is_on(answer: Answer | None) -> bool | None:
    """What AT+VCID? said: `+VCID: 1` or a bare `1`; None when it did not say (HA issue 57765: `0` after a reset)."""
    if answer is None or not answer.ok or not answer.text:
        return None
    value = answer.text[0].rpartition(":")[2].strip()
    return value != "0" if value.isdigit() else None
