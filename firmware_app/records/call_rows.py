"""A row of `calls` back to the `Call` of the line machine, for calls that were open when the program ended.

Pure.
"""

from __future__ import annotations

from typing import Any

from device.signals import Absence, CallerId, Instant, Means
from firmware_app.calls.call import Call, Direction, Disposition, FarEnd

OPEN_CALLS = """
SELECT key, line, direction, started_mono, started_wall, ring_bursts, last_edge_mono, answered_mono, answered_wall,
    talk, uncertainty, disposition, absence, caller_id_wall, date_time, numbers.content, names.content, dialled.content,
    started_by, answered_by, answer_error, caller_id_by, digits_by, far_end, far_answered_mono, far_answered_wall,
    far_answered_by, far_answer_error
FROM calls
LEFT JOIN parties AS numbers ON numbers.id = calls.number
LEFT JOIN parties AS names ON names.id = calls.name
LEFT JOIN parties AS dialled ON dialled.id = calls.digits
WHERE stage = 'open' ORDER BY calls.id
"""


def call_of(row: tuple[Any, ...]) -> Call:
    """The open call that a row of OPEN_CALLS stands for. Where only one clock was kept, the other follows from the start."""
    (
        key,
        line,
        direction,
        mono,
        wall,
        bursts,
        edge,
        answered_mono,
        answered_wall,
        talk,
        uncertainty,
        *heard,
    ) = row
    disposition, absence, heard_wall, date_time, number, name, digits, *sources = heard
    started = Instant(mono, wall)
    known = number or name or absence or date_time
    return Call(
        key=key,
        line=line,
        direction=Direction(direction),
        started=started,
        ring_bursts=bursts,
        last_edge=None if edge is None else started.plus(edge - mono),
        answered=None if answered_mono is None else Instant(answered_mono, answered_wall),
        talk=talk,
        uncertainty=uncertainty,
        disposition=Disposition(disposition) if disposition else None,
        caller_id=CallerId(number, name, Absence(absence) if absence else None, date_time) if known else None,
        caller_id_at=None if heard_wall is None else started.plus(heard_wall - wall),
        digits=digits or "",
        **_sources(sources),
    )


def _sources(values: list[Any]) -> dict[str, Any]:
    """By which means each fact was sensed, and what is known of the far end."""
    started, answered, error, caller_id, digits, far_end, mono, wall, far_by, far_error = values
    return {
        "started_by": _means(started),
        "answered_by": _means(answered),
        "answer_error": error,
        "caller_id_by": _means(caller_id),
        "digits_by": _means(digits),
        "far_end": FarEnd(far_end) if far_end else None,
        "far_answered": None if mono is None else Instant(mono, wall),
        "far_answered_by": _means(far_by),
        "far_answer_error": far_error,
    }


def _means(word: str | None) -> Means | None:
    return Means(word) if word else None
