"""How the service hours came to be as they are: versions of documents, closures with the calls they concern. Read-only.

A question within one read transaction in, values out. No numbers, no names of callers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from firmware_app.calls import closures as closing
from firmware_app.calls.closures import Closure
from firmware_app.calls.holiday_calendar import year_of
from firmware_app.calls.opening_hours import OpeningHours, missing_years
from firmware_app.records.database import rows
from firmware_app.records.desk_rules import Desk

_CHANGES = """
SELECT document_versions.version, wall, actor, content FROM document_versions JOIN journal ON seq = document_versions.id
WHERE name = ? ORDER BY document_versions.version DESC LIMIT ?
"""
_NAMES = "SELECT DISTINCT name FROM document_versions WHERE name = 'service_hours' OR name GLOB 'calendar.*'"
_FIRST_TOLD = """
SELECT told.id, wall, actor FROM (
    SELECT closure.value ->> '$.id' AS id, MIN(document_versions.id) AS seq
    FROM document_versions, json_each(content, '$.closures') AS closure WHERE name = 'closures' GROUP BY 1
) AS told JOIN journal ON journal.seq = told.seq
"""
_CALLS = """
SELECT started_wall, hours_version, hours_basis FROM calls
WHERE started_wall >= ? AND started_wall < ? AND direction = 'inbound' AND stage = 'closed' AND in_hours = 0
"""


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A version of a document: when it was recorded (ns of UTC), by whom, and what it says."""

    version: int
    wall: int
    actor: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A closure that stands. calls: inbound ones that came while it held and would else have been in hours.

    told_wall, told_by: when it was first recorded (ns of UTC), and by whom.
    """

    closure: Closure
    calls: int
    told_wall: int
    told_by: str


def changes_of(db: apsw.Connection, name: str, limit: int) -> list[DocumentChange]:
    """The versions of a document, newest first."""
    return [
        DocumentChange(version, wall, actor, json.loads(content))
        for version, wall, actor, content in rows(db, _CHANGES, (name, limit))
    ]


def missing_calendars(db: apsw.Connection, now: int, timezone: ZoneInfo) -> tuple[int, ...]:
    """The years whose holiday calendar is due at `now` (ns of UTC) and not there; none where the point has no hours."""
    names = {name for (name,) in rows(db, _NAMES)}
    if "service_hours" not in names:
        return ()
    return missing_years(now, timezone, {year for name in names if (year := year_of(name)) is not None})


def closure_rows(db: apsw.Connection, timezone: ZoneInfo, limit: int) -> list[ClosureRow]:
    """The closures that stand, the latest first, at most `limit`."""
    desk = Desk(db, timezone)
    document = desk.documents().get("closures")
    found = closing.from_document(None if document is None else document.content, timezone)
    told = {name: (wall, actor) for name, wall, actor in rows(db, _FIRST_TOLD)}
    known: dict[str, OpeningHours | None] = {}
    return [
        ClosureRow(each, _concerned(db, each, desk, known), *told.get(each.id, (each.start, "")))
        for each in _latest(found, limit)
    ]


def _latest(found: Sequence[Closure], limit: int) -> list[Closure]:
    return sorted(found, key=lambda each: (-each.start, each.id))[:limit]


def _concerned(
    db: apsw.Connection, closure: Closure, desk: Desk, known: dict[str, OpeningHours | None]
) -> int:
    return sum(
        _was_ordinary(desk, known, basis or f"service_hours:{version}", began)
        for began, version, basis in rows(db, _CALLS, (closure.start, closure.end))
    )


def _was_ordinary(desk: Desk, known: dict[str, OpeningHours | None], basis: str, began: int) -> bool:
    """Whether a call that `basis` decided about had been in hours but for closures. known: what was read before."""
    if basis not in known:
        decided_by = desk.hours_at(basis)
        known[basis] = None if decided_by is None else decided_by.without_closures()
    hours = known[basis]
    return hours is not None and hours.in_hours(began)
