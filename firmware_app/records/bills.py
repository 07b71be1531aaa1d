"""A carrier's table beside the calls of the ledger, and the bills on record: readers and tables in, counts out.

Numbers are read, compared in memory and forgotten.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from firmware_app.calls.carrier_bill import (
    APART,
    Columns,
    OurCall,
    Reconciled,
    Table,
    read_records,
    reconcile,
)
from firmware_app.calls.month_figures import month_span
from firmware_app.records.counting import talks
from firmware_app.records.database import rows
from firmware_app.records.reading import Reader

_OURS = """
SELECT started_wall, lookup FROM calls LEFT JOIN parties ON parties.id = calls.number
WHERE direction = 'inbound' AND line = ? AND started_wall >= ? AND started_wall < ?
"""
_BILLS = """
SELECT bills.id, month, line, figures, wall, actor FROM bills JOIN journal ON seq = bills.id
WHERE month = ? ORDER BY line, bills.id
"""


@dataclass(frozen=True, slots=True)
class BillRow:
    """A reconciliation on record; the latest of a line and month holds. counts: keys of carrier_bill.COUNTS."""

    id: int
    month: str
    line: str
    counts: dict[str, int]
    wall: int
    actor: str


def reconciled(
    reader: Reader, table: Table, columns: Columns, month: str, line: str, line_number: str, zone: ZoneInfo
) -> Reconciled | None:
    """What the carrier's `table` says of a line's month beside our calls; None when `month` is not one.

    Its records of other months are passed over; ours shortly before and after the month may pair with those in it.
    """
    span = month_span(month, zone)
    if span is None:
        return None
    since, until = span
    theirs, unread = read_records(table, columns, zone, line_number)
    with reader.snapshot() as db:
        ours = [OurCall(*row) for row in rows(db, _OURS, (line, since - APART, until + APART))]
        busy = [(talk.start, talk.end) for talk in talks(db, since, until) if talk.line == line]
    return reconcile(
        [record for record in theirs if since <= record.wall < until], ours, busy, unread, (since, until)
    )


def bills_of(reader: Reader, month: str) -> list[BillRow]:
    """The latest reconciliation of each line of a month."""
    with reader.snapshot() as db:
        found = [
            BillRow(bill, of_month, line, json.loads(figures), wall, actor)
            for bill, of_month, line, figures, wall, actor in rows(db, _BILLS, (month,))
        ]
    return list({row.line: row for row in found}.values())
