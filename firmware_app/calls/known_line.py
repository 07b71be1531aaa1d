"""What is known of one line: its state, its open call, its troubles, and the events not yet taken. Pure; it decides nothing."""

from __future__ import annotations

from enum import Enum

from device.signals import Instant, Sensing
from firmware_app.calls.call import Anomaly, CallEvent, Trouble
from firmware_app.calls.hook_doubt import HookDoubt
from firmware_app.calls.line_troubles import LineTroubles
from firmware_app.calls.open_call import OpenCall
from firmware_app.calls.ringing import Ringing


class LineState(Enum):
    STARTING = "starting"
    IDLE = "idle"
    RINGING = "ringing"  # also after caller ID, before the first burst
    TALKING = "talking"
    OUTBOUND = "outbound"
    OFF_HOOK = "off_hook"  # and no call: found so, or the loop was lost meanwhile
    LOST = "lost"


class KnownLine:
    """One line as far as it is known: its state, its open call, its troubles, and the events not yet taken."""

    def __init__(self, line: str, boot: str) -> None:
        self.state = LineState.STARTING
        self.since: Instant | None = None
        self.open = OpenCall(line, boot, self.tell)
        self.troubles = LineTroubles(line, self.tell)
        self._line = line
        self._sensing = Sensing()
        self._events: list[CallEvent] = []
        self._ringing = Ringing(Instant(0, 0))  # of the open call, or of the last one
        self._hook_error = 0
        self._doubt = HookDoubt()
        self._lifted_in_silence = False

    def tell(self, event: CallEvent) -> None:
        self._events.append(event)

    def taken(self) -> list[CallEvent]:
        """The events since the last time, once."""
        events, self._events = self._events, []
        return events

    def _edge_until(self, at: Instant) -> Instant | None:
        """The last edge, when the ringing was cut short at `at`: the nominal end of a burst may lie beyond."""
        edge = self._ringing.last_edge
        return None if edge is None else min(edge, at)

    def _close_talk(self, at: Instant, ended: Instant, seen: bool = True) -> None:
        """Who left the handset off the hook did not talk until somebody noticed."""
        self.open.close_talk(at, ended, seen and not self.troubles.has(Trouble.LEFT_OFF_HOOK))

    def _enter(self, state: LineState, at: Instant) -> None:
        self.state, self.since = state, at

    def _anomaly(self, at: Instant, kind: str, detail: str = "") -> None:
        self.tell(Anomaly(self._line, at, kind, detail))
