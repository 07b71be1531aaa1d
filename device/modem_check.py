"""The questions of one line check and their answers in, its result out. Pure: it sends nothing and knows no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from device.interface import CheckResult
from device.line_voltage import Level, level_of
from device.modem_models import ALIVE, CALLER_ID_ON, VOLTAGE, Command
from device.modem_question import Question
from device.modem_setup import Answer, caller_id_is_on


@dataclass(slots=True)
class Check:
    """A line check under way: what is still to be asked, and what was answered. `deadline`: mono ns."""

    deadline: int
    deliver: Callable[[CheckResult], None]
    measure: Command = VOLTAGE
    answers: list[Answer] = field(default_factory=list)
    volts: float | None = None
    _left: deque[Command] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._left.extend((ALIVE, CALLER_ID_ON, self.measure))

    @property
    def command(self) -> Command:
        return self._left[0]

    def take(self, question: Question, answer: Answer) -> bool:
        """One answer more; True when there is nothing more to ask."""
        self._left.popleft()
        self.answers.append(answer)
        self.volts = question.volts
        return not self._left or answer.result is None

    def result(self, *, failure: str | None, idle: float | None, interface: str) -> CheckResult:
        """What the answers say. `idle`: the learnt voltage of the line; `failure`: why all is to be set up anew."""
        if self.answers[-1].result is None:
            return CheckResult(answers=False, detail="the modem does not answer")
        if failure is not None:
            return CheckResult(answers=True, set_up=False, detail=failure)
        level = None if self.volts is None else level_of(self.volts, idle)
        return CheckResult(
            answers=True,
            set_up=caller_id_is_on(self.answers[1]),
            loop_present=None if level is None else level is not Level.NO_LINE,
            on_hook=None if level is None else level is Level.ON_HOOK,
            voltage=None if self.volts is None else abs(self.volts),
            detail=interface,
        )
