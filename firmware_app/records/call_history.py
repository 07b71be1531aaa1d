"""One call, step by step: what the journal says of it, each burst, who saw, settled and called back, by which rules.

Read-only. The steps are entries as they stand in the journal; they hold no numbers and no names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from firmware_app.records.database import one, rows

SLICE = 500  # entries looked through at a time
MOST_ENTRIES = 20_000  # an open call is closed within an hour or two; so many others are not told meanwhile


@dataclass(frozen=True, slots=True)
class CallStep:
    """An entry that concerns the call. body: as stored."""

    seq: int
    wall: int
    mono: int
    actor: str
    kind: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Burst:
    """after: ns from the start of the call; lasted: None where its end was not heard."""

    after: int
    lasted: int | None


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A site document as a decision knew it. seq, wall: of the entry that made it."""

    name: str
    version: int
    seq: int
    wall: int


def steps_of(db: apsw.Connection, call: int) -> list[CallStep]:
    """Every entry about the call, oldest first; empty when there is no such call."""
    found = one(
        db,
        "SELECT key, seen_seq, settled_seq, case_id, closed_seq FROM calls LEFT JOIN cases ON cases.id = case_id"
        " WHERE calls.id = ?",
        (call,),
    )
    if found is None:
        return []
    key, seen, settled, case, closed = found
    steps = {step.seq: step for step in _told_by_line(db, call, key)}
    attempts = (
        []
        if case is None
        else [seq for (seq,) in rows(db, "SELECT id FROM attempts WHERE case_id = ?", (case,))]
    )
    for seq in (seen, settled, closed, *attempts):
        if seq is not None and seq not in steps:
            steps |= {step.seq: step for step in _entries(db, "seq = ?", (seq,))}
    return [steps[seq] for seq in sorted(steps)]


def _told_by_line(db: apsw.Connection, call: int, key: str) -> list[CallStep]:
    """What the monitor said of it, from its opening to its close."""
    if key == f"remembered/{call}":  # a person told it: one entry is all there is
        return _entries(db, "seq = ?", (call,))
    found: list[CallStep] = []
    for first in range(call, call + MOST_ENTRIES, SLICE):
        part = _entries(
            db,
            "seq >= ? AND seq < ? AND kind = 'CallRecorded' AND body ->> '$.key' = ?",
            (first, first + SLICE, key),
        )
        found += part
        if any(step.body.get("stage") == "closed" for step in part):
            break
        if one(db, "SELECT 1 FROM journal WHERE seq >= ? LIMIT 1", (first + SLICE,)) is None:
            break
    return found


def _entries(db: apsw.Connection, where: str, values: tuple[Any, ...]) -> list[CallStep]:
    found = rows(
        db, f"SELECT seq, wall, mono, actor, kind, body FROM journal WHERE {where} ORDER BY seq", values
    )
    return [
        CallStep(seq, wall, mono, actor, kind, json.loads(body))
        for seq, wall, mono, actor, kind, body in found
    ]


def bursts_of(steps: Sequence[CallStep]) -> list[Burst]:
    """Each burst of the call, from what the line told as it rang.

    A burst begins with the entry that counts it, at that entry's `last_edge_mono`; the latest edge told while it was the last one ends it.
    """
    told = [
        step.body
        for step in steps
        if step.kind == "CallRecorded" and step.body.get("last_edge_mono") is not None
    ]
    if not told:
        return []
    start = told[-1]["started_mono"]
    edges: dict[int, list[int]] = {}
    for body in told:
        edges.setdefault(body["ring_bursts"], []).append(body["last_edge_mono"])
    return [
        Burst(min(heard) - start, max(heard) - min(heard) or None)
        for count, heard in sorted(edges.items())
        if count > 0
    ]


def documents_at(db: apsw.Connection, basis: str | None) -> list[DocumentVersion]:
    """The documents that a basis (`service_hours:7 calendar.2026:1`) names, as far as they are known."""
    found: list[DocumentVersion] = []
    for word in (basis or "").split():
        name, _, version = word.rpartition(":")
        if name and version.isdecimal() and len(version) < 10:
            row = one(
                db,
                "SELECT id, wall FROM document_versions AS known JOIN journal ON seq = id WHERE name = ? AND known.version = ?",
                (name, int(version)),
            )
            if row is not None:
                found.append(DocumentVersion(name, int(version), row[0], row[1]))
    return found
