"""Recorded bytes of both directions in, the line signals they mean out: how a trace of a modem is read again. Pure; sends nothing.

It hears what the driver heard, without the driver's part in it: no set-up, no time running out, so no LineRestored and LineLost
(a recording of `ringkeeper record` holds those as decoded signals).
"""

from __future__ import annotations

from device.at_protocol import ModemReader
from device.line_voltage import Reading
from device.modem_ear import ModemEar
from device.modem_events import ModemEvent, Result
from device.modem_models import Command
from device.modem_question import Purpose, Question
from device.signals import Instant, LineSignal


class ModemReplay:
    """One recording of one modem line."""

    def __init__(self, line: str) -> None:
        self._reader = ModemReader()
        self._ear = ModemEar(line)
        self._question: Question | None = None

    def sent(self, data: bytes, at: Instant) -> None:
        """Bytes that the host sent: what comes next may be their answer."""
        for text in data.split(b"\r"):
            if text[:2].upper() == b"AT":
                command = Command(text.decode("ascii", "replace").strip().upper(), wants_text=True)
                self._question = Question(command, Purpose.WATCH, at)

    def heard(self, data: bytes, at: Instant) -> list[LineSignal]:
        """Bytes that the modem sent."""
        return [signal for event in self._reader.receive(data) for signal in self._event(event, at)]

    def _event(self, event: ModemEvent, at: Instant) -> list[LineSignal]:
        question = self._question
        taken = question.take(event) if question else False
        if question is None or taken is False:
            return self._ear.hear(event, at)
        if not isinstance(taken, Result):
            return []
        self._question = None
        volts = question.volts
        return [] if volts is None else self._ear.measured(Reading(volts, question.asked, at))
