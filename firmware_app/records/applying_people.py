"""Entries about the people of a point, to rows. Part of `applying`: it only assigns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import apsw

from firmware_app.records import entries
from firmware_app.records.applying_cases import ref
from firmware_app.records.entry_bytes import canonical

_ACCOUNT = """
INSERT INTO accounts (name, person, role, active, must_change, seq) VALUES (?, ?, ?, ?, 0, ?)
ON CONFLICT (name) DO UPDATE SET person = excluded.person, role = excluded.role, active = excluded.active, seq = excluded.seq
"""
_PASSWORD = """
INSERT INTO accounts (name, person, role, active, secret, must_change, password_seq, seq) VALUES (?1, ?1, 'admin', 1, ?2, ?3, ?4, ?4)
ON CONFLICT (name) DO UPDATE SET secret = excluded.secret, must_change = excluded.must_change,
    password_seq = excluded.password_seq, seq = excluded.seq
"""


def erase(db: apsw.Connection, seq: int, party: int | None) -> None:
    """The tombstone of a row of `parties`; None: there is nothing to erase."""
    if party is not None:
        db.execute(
            "UPDATE parties SET content = NULL, salt = NULL, lookup = NULL, same_as = NULL, erased_seq = ? WHERE id = ?",
            (seq, party),
        )


def _password(db: apsw.Connection, seq: int, entry: entries.PasswordSet) -> None:
    db.execute(_PASSWORD, (entry.account, ref(entry.secret), int(entry.must_change), seq))
    db.execute("DELETE FROM secrets WHERE secret IS ?", (entry.replaces,))
    db.execute("INSERT INTO secrets VALUES (?, ?, ?)", (seq, entry.account, ref(entry.secret)))
    erase(db, seq, entry.replaces)


def _account(db: apsw.Connection, seq: int, entry: entries.AccountSet) -> None:
    db.execute(_ACCOUNT, (entry.account, entry.person, entry.role, int(entry.active), seq))


def _pin(db: apsw.Connection, seq: int, entry: entries.PinSet) -> None:
    db.execute("UPDATE accounts SET pin = ?, seq = ? WHERE name = ?", (ref(entry.secret), seq, entry.account))
    erase(db, seq, entry.replaces)


def _sign_in(db: apsw.Connection, seq: int, entry: entries.SignInNoted) -> int:
    db.execute(
        "INSERT INTO sign_ins VALUES (?, ?, ?, ?, ?)",
        (seq, entry.account, entry.what, entry.how, entry.desk),
    )
    return seq


def _paired(db: apsw.Connection, seq: int, entry: entries.DeskPaired) -> int:
    db.execute(
        "INSERT INTO desks VALUES (?, ?, ?, ?, NULL)", (seq, entry.desk, entry.name, ref(entry.secret))
    )
    return seq


def _unpaired(db: apsw.Connection, seq: int, entry: entries.DeskUnpaired) -> None:
    db.execute("UPDATE desks SET ended_seq = ? WHERE desk = ? AND ended_seq IS NULL", (seq, entry.desk))
    erase(db, seq, entry.replaces)


def _recovery(db: apsw.Connection, seq: int, entry: entries.RecoveryMade) -> int:
    db.execute(
        "INSERT INTO recoveries VALUES (?, ?, ?, ?, NULL)",
        (seq, ref(entry.secret), entry.boot, entry.until_mono),
    )
    erase(db, seq, entry.replaces)
    return seq


def _recovered(db: apsw.Connection, seq: int, entry: entries.RecoveryUsed) -> None:
    db.execute("UPDATE recoveries SET used_seq = ? WHERE secret IS ?", (seq, entry.replaces))
    erase(db, seq, entry.replaces)


def _handed_over(db: apsw.Connection, seq: int, entry: entries.HandedOver) -> int:
    values = (seq, entry.giver, entry.taker, canonical(entry.cases), ref(entry.remark))
    db.execute("INSERT INTO handovers VALUES (?, ?, ?, ?, ?)", values)
    return seq


def _paper(db: apsw.Connection, seq: int, entry: entries.PaperMade) -> int:
    period = (entry.since, entry.until)
    values = (seq, entry.account, entry.paper, entry.form, *period, entry.rows, int(entry.full), entry.reason)
    db.execute("INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    return seq


PEOPLE_RULES: Mapping[type, Callable[[apsw.Connection, int, Any], int | None]] = {
    entries.PasswordSet: _password,
    entries.AccountSet: _account,
    entries.PinSet: _pin,
    entries.SignInNoted: _sign_in,
    entries.DeskPaired: _paired,
    entries.DeskUnpaired: _unpaired,
    entries.RecoveryMade: _recovery,
    entries.RecoveryUsed: _recovered,
    entries.HandedOver: _handed_over,
    entries.PaperMade: _paper,
}
