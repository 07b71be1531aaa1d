"""The service hours as the panel's pages need them: a question to the ledger in, values out. Read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.records import hours_history
from firmware_app.records.desk_rules import Desk
from firmware_app.records.hours_history import ClosureRow, DocumentChange
from firmware_app.records.site_documents import Document
from web_panel.ledger_door import LedgerAway, LedgerDoor

CLOSURES = 60  # rows of the list, the latest
CHANGES = 40  # versions of the hours that are listed, the newest


@dataclass(frozen=True, slots=True)
class HoursView:
    """All that the pages of the service hours know. hours: None where none are set."""

    documents: Mapping[str, Document]
    hours: OpeningHours | None
    closures: Sequence[ClosureRow] = ()
    changes: Sequence[DocumentChange] = ()


def hours_view(door: LedgerDoor, zone: ZoneInfo) -> HoursView:
    """Everything, for the page that shows it."""
    with door.reading() as db:
        desk = Desk(db, zone)
        return HoursView(
            desk.documents(),
            desk.hours(),
            hours_history.closure_rows(db, zone, CLOSURES),
            hours_history.changes_of(db, "service_hours", CHANGES),
        )


def documents(door: LedgerDoor, zone: ZoneInfo) -> Mapping[str, Document]:
    """The newest version of each site document."""
    with door.reading() as db:
        return Desk(db, zone).documents()


def document_changes(door: LedgerDoor, name: str, limit: int) -> Sequence[DocumentChange]:
    """The versions of a document, newest first."""
    with door.reading() as db:
        return hours_history.changes_of(db, name, limit)


def years_missing(door: LedgerDoor, now: int, zone: ZoneInfo) -> Sequence[int]:
    """The years of which every page says that their calendar is missing; none where the point has no hours or no ledger."""
    try:
        with door.reading() as db:
            return hours_history.missing_calendars(db, now, zone)
    except LedgerAway:
        return ()
