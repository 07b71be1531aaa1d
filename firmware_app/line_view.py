"""What is true of one line now, for pages and the terminal: its line machine and a moment in, a JSON-ready mapping out.

Pure. It claims nothing about the past: what was is in the ledger.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from device.signals import MILLISECOND, SECOND, Instant
from firmware_app import alerts
from firmware_app.calls.call import Call, Direction
from firmware_app.calls.heard_line import HeardLine
from firmware_app.calls.known_line import LineState
from firmware_app.calls.line_machine import LineMachine
from firmware_app.records import privacy

HUNDREDTH = 10 * MILLISECOND


def iso(wall: int) -> str:
    """`wall` (ns of UTC) as ISO 8601 with milliseconds and Z."""
    return (
        datetime.fromtimestamp(wall / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def _hundredths(duration: int) -> float:
    """ns as seconds to 0.01, rounded up: no error is told smaller than it is."""
    return -(-duration // HUNDREDTH) / 100


def stage_of(call: Call, now: Instant) -> int | None:
    """0 to 3: how many of the steps 5, 10, 15 s the caller has waited through; None when nobody is waiting."""
    if call.direction is Direction.OUTBOUND or call.answered is not None:
        return None
    return alerts.stage(now.since(call.started))


def line_json(machine: LineMachine | HeardLine, number: str, opened: Instant, now: Instant) -> dict[str, Any]:
    """The line's part of STATE (docs/ARCHITECTURE.md); `opened` stands for "since" while nothing was heard."""
    call = machine.call
    return {
        "name": machine.line,
        "number": number,
        "state": machine.state.value,
        "since": iso((machine.since or opened).wall),
        "stage": stage_of(call, now) if call and machine.state is LineState.RINGING else None,
        "call": _call_json(call, number) if call else None,
        "troubles": [{"kind": kind.value, "since": iso(at.wall)} for kind, at in machine.troubles],
    }


def _call_json(call: Call, line_number: str) -> dict[str, Any]:
    heard = call.caller_id
    number = heard.number if heard else None
    return {
        "key": call.key,
        "direction": call.direction.value,
        "started_at": iso(call.started.wall),
        "ring_bursts": call.ring_bursts,
        "answered_at": iso(call.answered.wall) if call.answered else None,
        "answered_by": call.answered_by.value if call.answered_by else None,
        "uncertainty_s": None if call.uncertainty is None else _hundredths(call.uncertainty),
        "number": number,
        "masked": privacy.mask_number(number, line_number) if number else None,
        "name": heard.name if heard else None,
        "absence": heard.absence.value if heard and heard.absence else None,
    }
