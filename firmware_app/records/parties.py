"""People's data into rows of `parties`, each with a salt of its own; what stays in the entry is a reference and a commitment.

One row is shared by all entries with the same number (kind, look-up key and content the same) until it is erased; one
written in another way is a row of its own that names the first (`same_as`): one caller. A name is shared within its call. A row's id is its first entry's seq * 10 plus the place of the value in that entry.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import apsw

from firmware_app.records.database import one
from firmware_app.records.entries import CallRecorded, Entry, PartyRef, Personal
from firmware_app.records.entry_bytes import commitment, parties_in

SALT = 16  # bytes: without it no one can find the number again by trying all numbers
_PLACES = 10  # ids a single entry may take


def seal(db: apsw.Connection, seq: int, entry: Entry) -> Entry:
    """`entry` with every piece of people's data written to `parties` and replaced by its reference."""
    found = parties_in(entry)
    if not found:
        return entry
    refs: dict[str, Any] = {}
    for place, (field, party) in enumerate(found.items()):
        refs[field] = (
            _ref(db, seq * _PLACES + place, field, party, entry) if isinstance(party, Personal) else party
        )
    return replace(entry, **refs)


def _ref(db: apsw.Connection, party: int, field: str, personal: Personal, entry: Entry) -> PartyRef:
    content = personal.content.encode(
        "utf-8", "replace"
    ).decode()  # what a broken name may hold, UTF-8 may not
    known = _known(db, field, content, personal, entry)
    if known is not None:
        return PartyRef(known[0], known[1], personal.kind)
    salt = secrets.token_bytes(SALT)
    committed = commitment(salt, content, personal.lookup)
    db.execute(
        "INSERT INTO parties (id, kind, commitment, salt, content, lookup, same_as)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT MIN(id) FROM parties WHERE lookup = ?6))",
        (party, personal.kind, committed, salt, content, personal.lookup),
    )
    return PartyRef(party, committed, personal.kind)


def _known(
    db: apsw.Connection, field: str, content: str, personal: Personal, entry: Entry
) -> tuple[Any, ...] | None:
    if personal.lookup is not None:
        return one(
            db,
            "SELECT id, commitment FROM parties WHERE lookup = ? AND kind = ? AND content = ? LIMIT 1",
            (personal.lookup, personal.kind, content),
        )
    if isinstance(entry, CallRecorded) and field in ("number", "name", "digits"):
        return one(
            db,
            f"SELECT parties.id, commitment FROM calls JOIN parties ON parties.id = calls.{field}"
            " WHERE calls.key = ? AND content = ? AND kind = ? AND lookup IS NULL",
            (entry.key, content, personal.kind),
        )
    return None
