"""Completes the decisions of an entry from the tables as they stand: an entry in, the whole entry or a refusal out.

It reads, it never writes. What it decides is stored with the entry, so that a replay never decides again.
What calls, attempts and words about numbers mean for call-back cases is decided in deciding_cases and its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import apsw

from firmware_app.records import entries
from firmware_app.records.database import one
from firmware_app.records.deciding_attempts import (
    decide_attempted,
    decide_closed,
    decide_dial,
    decide_postponed,
    decide_reopened,
)
from firmware_app.records.deciding_cases import decide_call, decide_seen, decide_settled
from firmware_app.records.deciding_documents import decide_document
from firmware_app.records.deciding_months import carrier_bill, month_closed
from firmware_app.records.deciding_numbers import decide_marked, decide_noted
from firmware_app.records.deciding_people import PEOPLE_DECISIONS
from firmware_app.records.deciding_talks import TALK_DECISIONS
from firmware_app.records.desk_rules import Desk
from firmware_app.records.outcomes import Refused
from firmware_app.records.refused import (
    ERASED,
    FAULT_STANDS,
    NO_ACCOUNT,
    NO_CALL,
    NO_FAULT,
    NO_NUMBER,
    NO_PARTY,
)


def decide(db: apsw.Connection, entry: entries.Entry, desk: Desk) -> entries.Entry | Refused:
    """`entry` with all its decisions, people's data still in clear, or why it cannot be recorded.

    desk: the rules of the desk, as of the moment (`desk.now`) of the entry.
    """
    rule = _RULES.get(type(entry))
    return entry if rule is None else rule(db, entry, desk)


def _open_fault(db: apsw.Connection, kind: str, line: str | None) -> tuple[Any, ...] | None:
    return one(db, "SELECT id FROM faults WHERE ended_seq IS NULL AND kind = ? AND line IS ?", (kind, line))


def _fault_began(db: apsw.Connection, entry: entries.FaultBegan, _desk: Desk) -> entries.Entry | Refused:
    return entry if _open_fault(db, entry.kind, entry.line) is None else FAULT_STANDS


def _fault_ended(db: apsw.Connection, entry: entries.FaultEnded, _desk: Desk) -> entries.Entry | Refused:
    found = _open_fault(db, entry.kind, entry.line)
    return NO_FAULT if found is None else replace(entry, fault=found[0])


def _revealed(db: apsw.Connection, entry: entries.NumberRevealed, _desk: Desk) -> entries.Entry | Refused:
    if one(db, "SELECT 1 FROM accounts WHERE name = ?", (entry.account,)) is None:
        return NO_ACCOUNT
    found = one(db, "SELECT number, digits FROM calls WHERE id = ?", (entry.call,))
    if found is None:
        return NO_CALL
    return entry if found != (None, None) else NO_NUMBER


def _erased(db: apsw.Connection, entry: entries.PartyErased, _desk: Desk) -> entries.Entry | Refused:
    found = one(db, "SELECT erased_seq FROM parties WHERE id = ?", (entry.party,))
    if found is None:
        return NO_PARTY
    return entry if found[0] is None else ERASED


_RULES: Mapping[type, Callable[[apsw.Connection, Any, Desk], entries.Entry | Refused]] = {
    entries.CallRecorded: decide_call,
    entries.CallSettled: decide_settled,
    entries.CallSeen: decide_seen,
    entries.CallbackAttempted: decide_attempted,
    entries.CallbackPostponed: decide_postponed,
    entries.CaseClosed: decide_closed,
    entries.CaseReopened: decide_reopened,
    entries.NumberNoted: decide_noted,
    entries.NumberMarked: decide_marked,
    entries.DialAsked: decide_dial,
    entries.MonthClosed: month_closed,
    entries.CarrierBill: carrier_bill,
    entries.FaultBegan: _fault_began,
    entries.FaultEnded: _fault_ended,
    entries.SiteDocumentChanged: decide_document,
    **PEOPLE_DECISIONS,
    **TALK_DECISIONS,
    entries.NumberRevealed: _revealed,
    entries.PartyErased: _erased,
}
