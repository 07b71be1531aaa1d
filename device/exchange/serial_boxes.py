"""Changes on the wire in, what an FSK receiver chip or a caller-ID board prints of them on its port out. Pure: no port, no clock.

They have the methods that a `ModemPort` asks of the modem behind it, and never listen to what is sent to them.
"""

from __future__ import annotations

from device.exchange.caller_id_sender import mdmf
from device.exchange.line_course import TONES_DIGIT
from device.exchange.virtual_modem import Printed, Says
from device.exchange.wire_changes import Wire, WireChange
from device.signals import MILLISECOND, Absence, CallerId

BOARD_DELAY = 120 * MILLISECOND  # from the last bit to the text


class SilentBox:
    """What is common: nothing is asked, and what is due is printed."""

    def __init__(self) -> None:
        self._queue: list[Printed] = []
        self._order = 0

    def power_cycle(self, now: int) -> None:
        self._queue.clear()

    def dtr_dropped(self) -> None:
        """Nobody has the port open: such a box does not care."""

    def receive(self, data: bytes, now: int) -> None:
        """What is sent to it is lost."""

    def say(self, data: bytes, now: int) -> None:
        self._order += 1
        self._queue.append(Printed(now, self._order, data, Says.CALLER_ID))

    def acts(self, now: int) -> list[WireChange]:
        """It never holds the line."""
        return []

    def output(self, now: int) -> list[Printed]:
        due = sorted(printed for printed in self._queue if printed.due <= now)
        self._queue = [printed for printed in self._queue if printed.due > now]
        return due

    def next_deadline(self) -> int | None:
        return min((printed.due for printed in self._queue), default=None)


class VirtualFskChip(SilentBox):
    """An HT9032's cooked output: the bytes of the message as they were received."""

    def wire(self, change: WireChange) -> None:
        if change.kind is Wire.CALLER_ID_SENT and change.caller_id is not None:
            self.say(mdmf(change.caller_id, damaged=change.damaged), change.at)


class VirtualBoard(SilentBox):
    """A board that prints `CID:15400000001`, P and O where there is no number; it hears FSK and DTMF."""

    def wire(self, change: WireChange) -> None:
        if change.caller_id is None or change.damaged:
            return
        if change.kind is Wire.CALLER_ID_SENT:
            self.say(self._text(change.caller_id), change.at + BOARD_DELAY)
        elif change.kind is Wire.TONES:
            heard = change.at + len(change.tones) * TONES_DIGIT
            self.say(self._text(change.caller_id), heard + BOARD_DELAY)

    @staticmethod
    def _text(caller_id: CallerId) -> bytes:
        absence = "P" if caller_id.absence is Absence.PRIVATE else "O"
        return f"CID:{caller_id.number or absence}\r\n".encode("ascii")
