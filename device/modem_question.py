"""One command that was sent in, and with the modem's events its answer out. Pure: it sends nothing and knows no clock.

Answers are told from what a modem says by itself by their kind, not by their place: RING, caller ID and other words may stand
between a question and its OK, and belong to nobody's answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from device.modem_events import Digits, Echo, ModemEvent, Reply, Result, ResultHeard, Unread, Voltage
from device.modem_models import RINGING_PATIENCE, Command, VoltageBy
from device.modem_setup import Answer
from device.signals import Instant

NUMERIC = {"0": Result.OK, "4": Result.ERROR}  # V.250 table 1, with V0
FINAL = frozenset({Result.OK, Result.ERROR})
# What may end a dialling. RINGING is ringback, CONNECT cannot be with a semicolon.
FINAL_OF_DIALLING = frozenset(Result) - {Result.RINGING, Result.CONNECT}
MOST_TEXT = 24  # lines of an answer that are kept: a page of ATI7
_REGISTER = re.compile(rb"[0-9A-Fa-f]{4}")


class Purpose(Enum):
    SET_UP = "set up"
    WATCH = "watch"
    CHECK = "check"
    DIAL = "dial"


@dataclass(slots=True)
class Question:
    """A command that was sent, and what of its answer came so far."""

    command: Command
    purpose: Purpose
    asked: Instant
    hurry: bool = False  # it rings
    text: list[str] = field(default_factory=list)
    number: float | None = None
    echoed: bool = False
    numeric: Result | None = (
        None  # beside a reading: of a modem that was reset, or a reading that RING cut in two
    )

    @property
    def deadline(self) -> int:
        return self.asked.mono + self.patience

    @property
    def patience(self) -> int:
        return min(self.command.patience, RINGING_PATIENCE) if self.hurry else self.command.patience

    @property
    def dials(self) -> bool:
        return self.purpose is Purpose.DIAL and not self.measures

    @property
    def measures(self) -> bool:
        """It asks for the line's voltage."""
        return any(self.command.text == by.value for by in VoltageBy)

    @property
    def volts(self) -> float | None:
        """The reading in the answer so far, signed where the modem tells the polarity."""
        by = next((by for by in VoltageBy if by.value == self.command.text), None)
        return None if by is None else by.volts(tuple(self.text), self.number)

    def answer(self, result: Result | None) -> Answer:
        """`result` None: nothing final came in time. Then, of a reading, a number that stood alone was the result."""
        in_numbers = result is None and self.numeric is not None
        return Answer(
            self.numeric if in_numbers else result, tuple(self.text), self.number, self.echoed or in_numbers
        )

    def take(self, event: ModemEvent) -> Result | bool:
        """A result when the answer is complete; else whether the event belongs to the answer."""
        match event:
            case ResultHeard(result) if result in (FINAL_OF_DIALLING if self.dials else FINAL):
                return result
            case Voltage(volts):
                self.number = volts
            case Echo(text) if text.strip().upper() == self.command.text:
                self.echoed = True
            case Reply(name, value):
                self._keep(f"{name}: {value}")
            case Digits(digits):
                return self._digits(digits)
            case Unread(raw) if self._wants(raw) and raw.isascii() and raw.decode("ascii").isprintable():
                self._keep(raw.decode("ascii"))
            case _:
                return False
        return True

    def _digits(self, digits: str) -> Result | bool:
        if self._wants(digits.encode()):
            self._keep(digits)
        elif digits not in NUMERIC:
            return False
        elif self.measures:
            self.numeric = NUMERIC[digits]
        else:
            self.echoed = True  # in numbers: as much a sign of a reset as an echo
            return NUMERIC[digits]
        return True

    def _wants(self, line: bytes) -> bool:
        """Of a register with the voltage four hexadecimal digits, of other questions any line."""
        return self.command.wants_text and (not self.measures or bool(_REGISTER.fullmatch(line)))

    def _keep(self, line: str) -> None:
        if len(self.text) < MOST_TEXT:
            self.text.append(line)
