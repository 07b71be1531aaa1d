"""What is true of one line now, for pages and the terminal: signals and call events in, a JSON-ready mapping out.

Pure. It claims nothing about the past: what was is in the ledger.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from device import signals
from device.signals import SECOND, Instant
from firmware_app.calls.call import Call, CallChanged, CallClosed, CallEvent, CallOpened, Direction, Trouble, TroubleBegan, TroubleEnded
from firmware_app.records import privacy

STAGES = (5 * SECOND, 10 * SECOND, 15 * SECOND)  # DB 1405/T 086-2025, 5.1.1: 15 s; earlier steps are ours


def iso(wall: int) -> str:
    """`wall` (ns of UTC) as ISO 8601 with milliseconds and Z."""
    return datetime.fromtimestamp(wall / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stage_of(call: Call, now: Instant) -> int:
    """0 to 3: how many of the steps 5, 10, 15 s the caller has waited through."""
    waited = now.since(call.started)
    return sum(waited >= step for step in STAGES)


class LineView:
    """The present of line `name`."""

    def __init__(self, name: str, number: str, since: Instant) -> None:
        self.name = name
        self.number = number
        self.call: Call | None = None
        self.troubles: dict[Trouble, Instant] = {}
        self._state = "starting"
        self._since = since
        self._lost: bool | None = None  # None: not opened yet
        self._off_hook = False

    def signal(self, signal: signals.LineSignal) -> None:
        match signal:
            case signals.LineLost():
                self._lost, self._off_hook = True, False
            case signals.LineRestored():
                self._lost = False
            case signals.OffHook():
                self._off_hook = True
            case signals.OnHook():
                self._off_hook = False
            case _:
                return

    def event(self, event: CallEvent) -> None:
        match event:
            case CallOpened(call=call) | CallChanged(call=call):
                self.call = call
            case CallClosed(call=call):
                if self.call is not None and self.call.key == call.key:
                    self.call = None
            case TroubleBegan(trouble=trouble, at=at):
                self.troubles[trouble] = at
            case TroubleEnded(trouble=trouble):
                self.troubles.pop(trouble, None)
            case _:
                return

    def settle(self, now: Instant) -> None:
        """Name the state that the last signals and events led to."""
        state = self._named()
        if state != self._state:
            self._state, self._since = state, now

    def _named(self) -> str:
        if self._lost is None:
            return "starting" if Trouble.LINE_LOST not in self.troubles else "lost"
        if self._lost:
            return "lost"
        if self.call is None:
            return "off_hook" if self._off_hook else "idle"
        if self.call.direction is Direction.OUTBOUND:
            return "outbound"
        return "talking" if self.call.answered else "ringing"

    def as_json(self, now: Instant) -> dict[str, Any]:
        """The line's part of STATE (docs/ARCHITECTURE.md)."""
        ringing = self._state == "ringing" and self.call is not None
        return {
            "name": self.name,
            "number": self.number,
            "state": self._state,
            "since": iso(self._since.wall),
            "stage": stage_of(self.call, now) if ringing and self.call else None,
            "call": self._call_json(self.call) if self.call else None,
            "troubles": [{"kind": kind.value, "since": iso(at.wall)} for kind, at in self.troubles.items()],
        }

    def _call_json(self, call: Call) -> dict[str, Any]:
        heard = call.caller_id
        number = heard.number if heard else None
        return {
            "key": call.key,
            "direction": call.direction.value,
            "started_at": iso(call.started.wall),
            "ring_bursts": call.ring_bursts,
            "answered_at": iso(call.answered.wall) if call.answered else None,
            "number": number,
            "masked": privacy.mask_number(number, self.number) if number else None,
            "name": heard.name if heard else None,
            "absence": heard.absence.value if heard and heard.absence else None,
        }
