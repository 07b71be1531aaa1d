"""Completes a change of a site document: an entry in, the entry with version and digest or a refusal out. It only reads.

A change of the service hours or of a calendar decides about what comes after it: calls keep what was decided when they began.
Only a closure, which may be told up to 24 h after it began, reaches back: the calls in it are counted anew (`recounts`), each
by the documents that decided about it first.
"""

from __future__ import annotations

import json
from dataclasses import replace

import apsw

from firmware_app.calls import closures
from firmware_app.calls.closures import Closure
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.records import entries
from firmware_app.records.database import one, rows
from firmware_app.records.desk_rules import Desk
from firmware_app.records.documents import MOST_DOCUMENTS, refusal_of
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.outcomes import Refused
from firmware_app.records.refused import NOT_JSON, TOO_MANY, UNCHANGED

_NEWEST = (
    "SELECT version, digest, content FROM document_versions WHERE name = ? ORDER BY version DESC LIMIT 1"
)
_CALLS = """
SELECT id, started_wall, in_hours, hours_version, hours_basis FROM calls
WHERE started_wall >= ? AND started_wall < ? AND in_hours IS NOT NULL ORDER BY id
"""


def decide_document(
    db: apsw.Connection, entry: entries.SiteDocumentChanged, desk: Desk
) -> entries.Entry | Refused:
    try:
        content = json.loads(entry.content)
        text = canonical(content)
    except (ValueError, RecursionError):
        return NOT_JSON
    wrong = refusal_of(entry.name, content)
    if wrong is not None:
        return Refused("invalid", wrong)
    found = one(db, _NEWEST, (entry.name,))
    if found is None and one(db, "SELECT COUNT(DISTINCT name) FROM document_versions") == (MOST_DOCUMENTS,):
        return TOO_MANY
    version, digest, known = (0, "", "") if found is None else found
    fresh = content_digest(text)
    if fresh == digest:
        return UNCHANGED
    recounts: list[tuple[int, bool]] = []
    if entry.name == "closures" and not desk.seeding:
        before = closures.from_document(json.loads(known) if known else None, desk.timezone)
        after = closures.from_document(content, desk.timezone)
        late = closures.late_change(before, after, desk.now)
        if late is not None:
            return Refused("too_late", late)
        recounts = _recounts(db, before, after, desk)
    return entries.SiteDocumentChanged(entry.name, version + 1, fresh, text, tuple(recounts) or None)


def _recounts(
    db: apsw.Connection, before: tuple[Closure, ...], after: tuple[Closure, ...], desk: Desk
) -> list[tuple[int, bool]]:
    """The calls that began while closures that come, go or change hold, as far as they are now counted otherwise."""
    closed = closures.intervals(after)
    ordinary: dict[str, OpeningHours | None] = {}
    found: dict[int, bool] = {}
    for start, end in closures.intervals(
        sorted(closures.changed(before, after), key=lambda each: each.start)
    ):
        for call, began, in_hours, version, basis in rows(db, _CALLS, (start, end)):
            named = basis or f"service_hours:{version}"
            if named not in ordinary:
                decided_by = desk.hours_at(named)
                ordinary[named] = None if decided_by is None else decided_by.without_closures()
            hours = ordinary[named]
            if hours is None:
                continue
            now = hours.in_hours(began) and not any(lower <= began < upper for lower, upper in closed)
            if now != bool(in_hours):
                found[call] = now
    return sorted(found.items())


def by_newest_closures(entry: entries.CallRecorded, desk: Desk) -> entries.CallRecorded:
    """A call that begins, with a closure that was recorded in the moment between its ring and this entry."""
    hours, basis = desk.hours(), entry.hours_basis
    if hours is None or basis is None or entry.in_hours is None:
        return entry
    known = [word for word in basis.split() if not word.startswith("closures:")]
    if hours.closures_version is not None:
        known.insert(len(known) - known.count("provisional"), f"closures:{hours.closures_version}")
    newest = " ".join(known)
    if newest == basis:
        return entry
    decided_by = desk.hours_at(basis)
    if decided_by is None:
        return entry
    began = entry.started_wall
    in_hours = decided_by.without_closures().in_hours(began) and hours.closed_by(began) is None
    return replace(entry, in_hours=in_hours, hours_basis=newest)
