"""A call as the command line and the export spell it: UTC in ISO 8601 with milliseconds, seconds as numbers, null where unknown.

Pure. The keys and their order are a contract (DOMAIN 2.5): new ones come at the end.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firmware_app.records.call_list import CallRow

_HUNDREDTH = 10_000_000  # ns
_MONTH = re.compile(
    r"(19[7-9][0-9]|2[01][0-9][0-9])-(0[1-9]|1[0-2])"
)  # 1970 to 2199: ns of it fit in 63 bits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def call_object(call: CallRow) -> dict[str, Any]:
    """`call` with the keys of the contract, in their order."""
    inbound = call.direction == "inbound"
    return {
        "id": call.id,
        "line": call.line,
        "direction": call.direction,
        "started_at": utc(call.started_wall),
        "ring_bursts": call.ring_bursts,
        "ringing_s": seconds_of(call.ringing),
        "answered_at": utc(call.answered_wall),
        "ended_at": utc(call.ended_wall),
        "answer_delay_s": seconds_of(call.answer_delay) if inbound else None,
        "talk_s": seconds_of(call.talk),
        "disposition": call.disposition,
        "in_hours": call.in_hours,
        "number": call.number,
        "name": call.name,
        "absence": call.absence,
        "caller_id_at": utc(call.caller_id_wall),
        "answered_by": call.answered_by,
        "uncertainty_s": error_of(call.uncertainty) if inbound else None,
        "started_by": call.started_by,
        "caller_id_by": call.caller_id_by,
        "ended_by": call.ended_by,
        "digits_by": call.digits_by,
        "far_end": call.far_end,
        "far_answered_at": utc(call.far_answered_wall),
        "far_answered_by": call.far_answered_by,
        "answer_error_s": error_of(call.answer_error),
        "far_answer_error_s": error_of(call.far_answer_error),
        "doubt": call.doubt,
        "by_machine": call.by_machine,
        "case": call.case,
    }


def seconds_of(duration: int | None) -> float | None:
    """ns as seconds to 0.01, half up: 14.995 s is 15.0, and so 15.0 s is not the proof of a breach; the ledger has the ns."""
    return None if duration is None else (duration + _HUNDREDTH // 2) // _HUNDREDTH / 100


def error_of(duration: int | None) -> float | None:
    """ns as seconds to 0.01, rounded up: no error is told smaller than it is."""
    return None if duration is None else -(-duration // _HUNDREDTH) / 100


def utc(wall: int | None) -> str | None:
    """ns of UTC as `2026-11-23T08:01:02.345Z`; milliseconds are cut, so that a time never lies in the future."""
    if wall is None:
        return None
    return _moment(wall).strftime("%Y-%m-%dT%H:%M:%S.") + f"{wall // 1_000_000 % 1000:03}Z"


def local(wall: int, zone: ZoneInfo) -> datetime:
    """ns of UTC as the time of day where the site is."""
    return _moment(wall).astimezone(zone)


def _moment(wall: int) -> datetime:
    return _EPOCH + timedelta(microseconds=wall // 1000)


def month_bounds(month: str, zone: ZoneInfo) -> tuple[int, int] | None:
    """[first, last) ns of UTC of a local month written `2026-11`; None when it is not one."""
    found = _MONTH.fullmatch(month)
    if found is None:
        return None
    year, number = int(found[1]), int(found[2])
    first = datetime(year, number, 1, tzinfo=zone)
    return _ns(first), _ns(first.replace(year=year + number // 12, month=number % 12 + 1))


def _ns(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds()) * 1_000_000_000
