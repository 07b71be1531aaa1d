"""One journal entry to rows of the derived tables. It only assigns what the entry decided: no clock, no rule, no chance.

Replaying a journal through `apply` gives the same tables for ever. People's data comes as `PartyRef` only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import apsw

from firmware_app.records import entries
from firmware_app.records.applying_cases import CASE_RULES, assign_attempt, assign_case, ref
from firmware_app.records.applying_people import PEOPLE_RULES, erase
from firmware_app.records.applying_talks import TALK_RULES
from firmware_app.records.entry_bytes import canonical, parties_in

# Not columns of `calls`: people's data, and what the entry decides of cases and attempts.
_ELSEWHERE = {"stage", "number", "name", "digits", "opens_case", "joins_case", "closes_case", "low", "clock_wall"} | {
    "due_wall", "attempt_of", "attempt_outcome", "proves", "dial_form", "worked", "dialled_mono",
}  # fmt: skip
_PLAIN = tuple(f.name for f in fields(entries.CallRecorded) if f.name not in _ELSEWHERE)
_FIXED = {
    "key",
    "line",
    "direction",
    "boot",
    "started_mono",
    "started_wall",
    "in_hours",
    "hours_version",
    "hours_basis",
}
_CHANGING = tuple(name for name in _PLAIN if name not in _FIXED)
_COLUMNS = (*_PLAIN, "stage", "number", "name", "digits")

_INSERT_CALL = f"INSERT INTO calls (id, {', '.join(_COLUMNS)}) VALUES (:id, {', '.join(f':{name}' for name in _COLUMNS)})"
_UPDATE_CALL = (
    f"UPDATE calls SET {', '.join(f'{name} = :{name}' for name in (*_CHANGING, 'stage', 'number', 'name', 'digits'))}"
    " WHERE key = :key RETURNING id"
)
# Caller ID may announce a call before it rings, and an exacter ear correct the first word; apart, because few calls do.
_UPDATE_START = """
UPDATE calls SET started_mono = :started_mono, started_wall = :started_wall,
    in_hours = :in_hours, hours_version = :hours_version, hours_basis = :hours_basis
WHERE key = :key AND (started_mono, started_wall) <> (:started_mono, :started_wall)
"""
_OF_START = ("key", "started_mono", "started_wall", "in_hours", "hours_version", "hours_basis")
_TO_LOOK_AT = ("no_answer", "unknown")


def apply(db: apsw.Connection, seq: int, entry: entries.Entry) -> int | None:
    """Assign what `entry`, number `seq`, decided; gives the row it made or changed, where it has one of its own."""
    return RULES[type(entry)](db, seq, entry)


def place_parties(db: apsw.Connection, entry: entries.Entry) -> None:
    """What a replay can know of the people's data in `entry`: its row, kind and commitment, not the content."""
    for party in parties_in(entry).values():
        if isinstance(party, entries.PartyRef):
            db.execute(
                "INSERT INTO parties (id, kind, commitment) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (party.party, party.kind, party.commitment),
            )


def _call(db: apsw.Connection, seq: int, entry: entries.CallRecorded) -> int:
    values: dict[str, Any] = {name: getattr(entry, name) for name in _PLAIN}
    values["stage"] = "closed" if entry.stage == "closed" else "open"
    values |= {
        name: None if values[name] is None else int(values[name]) for name in ("in_hours", "by_machine")
    }
    values |= {
        "id": seq,
        "number": ref(entry.number),
        "name": ref(entry.name),
        "digits": ref(entry.digits),
    }
    call = _update_call(db, values)
    if call is None:
        db.execute(_INSERT_CALL, values)
        call = seq
    if entry.stage == "closed":
        owed = entry.opens_case or entry.joins_case is not None  # also of a caller who gave up early
        to_look_at = owed or (entry.direction == "inbound" and entry.disposition in _TO_LOOK_AT)
        unsettled = int(entry.direction == "inbound" and entry.disposition == "unknown")
        if to_look_at:
            db.execute("UPDATE calls SET unseen = 1, unsettled = ? WHERE id = ?", (unsettled, call))
        assign_case(db, seq, call, entry)
        assign_attempt(db, seq, call, entry)
    return call


def _update_call(db: apsw.Connection, values: Mapping[str, Any]) -> int | None:
    needed = {name: value for name, value in values.items() if name not in _FIXED - {"key"} and name != "id"}
    found = db.execute(_UPDATE_CALL, needed).fetchone()
    if found is None:
        return None
    db.execute(_UPDATE_START, {name: values[name] for name in _OF_START})
    return int(found[0])


def _settled(db: apsw.Connection, seq: int, entry: entries.CallSettled) -> int:
    db.execute(
        "UPDATE calls SET disposition = ?, unsettled = 0, settled_seq = ?, unseen = 0, seen_seq = COALESCE(seen_seq, ?)"
        " WHERE id = ?",
        (entry.disposition, seq, seq, entry.call),
    )
    assign_case(db, seq, entry.call, entry)
    return entry.call


def _seen(db: apsw.Connection, seq: int, entry: entries.CallSeen) -> int:
    db.execute("UPDATE calls SET unseen = 0, seen_seq = ? WHERE id = ? AND unseen = 1", (seq, entry.call))
    db.execute(
        "UPDATE calls SET unseen = 0, seen_seq = ?1 WHERE unseen = 1 AND id < ?2"
        " AND case_id = (SELECT case_id FROM calls WHERE id = ?2)",
        (seq, entry.call),
    )
    return entry.call


def _started(db: apsw.Connection, seq: int, entry: entries.Started) -> None:
    db.execute("INSERT INTO runs VALUES (?, ?, NULL)", (seq, entry.silent_since))


def _stopped(db: apsw.Connection, seq: int, entry: entries.Stopped) -> None:
    db.execute(
        "UPDATE runs SET stopped_seq = ? WHERE id = (SELECT MAX(id) FROM runs) AND stopped_seq IS NULL",
        (seq,),
    )


def _presence(db: apsw.Connection, seq: int, entry: entries.Presence) -> None:
    db.execute("INSERT OR REPLACE INTO presence VALUES (1, ?, ?, ?)", (int(entry.present), entry.source, seq))
    db.execute(
        "INSERT INTO presences VALUES (?, ?, ?, ?)", (seq, int(entry.present), entry.source, entry.since_wall)
    )


def _message(db: apsw.Connection, seq: int, entry: entries.MessageSent) -> int:
    db.execute(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
        (seq, entry.channel, entry.kind, entry.occasion, entry.outcome, entry.detail),
    )
    return seq


def _month(db: apsw.Connection, seq: int, entry: entries.MonthClosed) -> int:
    db.execute("INSERT INTO months VALUES (?, ?, ?, ?)", (entry.month, seq, entry.figures, entry.digest))
    return seq


def _bill(db: apsw.Connection, seq: int, entry: entries.CarrierBill) -> int:
    db.execute("INSERT INTO bills VALUES (?, ?, ?, ?)", (seq, entry.month, entry.line, entry.figures))
    return seq


def _fault_began(db: apsw.Connection, seq: int, entry: entries.FaultBegan) -> int:
    db.execute("INSERT INTO faults VALUES (?, ?, ?, ?, NULL)", (seq, entry.kind, entry.line, entry.detail))
    return seq


def _fault_ended(db: apsw.Connection, seq: int, entry: entries.FaultEnded) -> int | None:
    db.execute("UPDATE faults SET ended_seq = ? WHERE id = ?", (seq, entry.fault))
    return entry.fault


def _check(db: apsw.Connection, seq: int, entry: entries.CheckRun) -> int:
    db.execute(
        "INSERT INTO checks VALUES (?, ?, ?, ?)", (seq, entry.line, entry.trigger, canonical(entry.results))
    )
    return seq


def _document(db: apsw.Connection, seq: int, entry: entries.SiteDocumentChanged) -> int:
    db.execute(
        "INSERT INTO document_versions VALUES (?, ?, ?, ?, ?)",
        (seq, entry.name, entry.version, entry.digest, entry.content),
    )
    for call, in_hours in entry.recounts or ():
        db.execute("UPDATE calls SET in_hours = ? WHERE id = ?", (int(in_hours), call))
    return seq


def _erased(db: apsw.Connection, seq: int, entry: entries.PartyErased) -> int:
    erase(db, seq, entry.party)
    return entry.party


def _nothing(db: apsw.Connection, seq: int, entry: entries.Entry) -> None:
    """Stands in the journal alone."""


RULES: Mapping[type, Callable[[apsw.Connection, int, Any], int | None]] = {
    entries.Started: _started,
    entries.Stopped: _stopped,
    entries.CallRecorded: _call,
    entries.CallSettled: _settled,
    entries.CallSeen: _seen,
    **CASE_RULES,
    entries.DialAsked: _nothing,
    entries.Presence: _presence,
    entries.MessageSent: _message,
    entries.MonthClosed: _month,
    entries.CarrierBill: _bill,
    entries.FaultBegan: _fault_began,
    entries.FaultEnded: _fault_ended,
    entries.StillTalking: _nothing,
    entries.LineAnomaly: _nothing,
    entries.CheckRun: _check,
    entries.SiteDocumentChanged: _document,
    **PEOPLE_RULES,
    **TALK_RULES,
    entries.NumberRevealed: _nothing,
    entries.PartyErased: _erased,
}
