"""Completes entries about the people of a point: an entry in, the same with its decisions or a refusal out. Part of `deciding`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import apsw

from firmware_app.records import entries
from firmware_app.records.database import one, rows
from firmware_app.records.desk_rules import Desk
from firmware_app.records.outcomes import Refused
from firmware_app.records.refused import (
    ALREADY_PAIRED,
    LAST_ADMIN,
    NO_ACCOUNT,
    NO_DESK,
    NO_RECOVERY,
    NOT_ALLOWED,
    UNCHANGED,
)
from firmware_app.roles import Role, role_of

LONGEST_NAME = 64  # characters
LONGEST_PERSON = 32
SECRETS_KEPT = (
    5  # passwords that an account may not use again, the present one among them (docs/DOMAIN.md 3.2)
)
WHAT, HOW = ("in", "out", "failed", "locked", "more"), ("password", "pin", "code")
FORMS = ("xlsx", "csv", "pdf", "print")


def _is_secret(party: entries.Party | None) -> bool:
    return isinstance(party, entries.Personal) and party.kind == "secret" and bool(party.content)


def _is_name(text: str, longest: int = LONGEST_NAME) -> bool:
    return 0 < len(text) <= longest and text == text.strip() and text.isprintable()


def _password(db: apsw.Connection, entry: entries.PasswordSet, _desk: Desk) -> entries.Entry | Refused:
    if not (_is_name(entry.account) and _is_secret(entry.secret)):
        return NOT_ALLOWED
    if one(db, "SELECT 1 FROM accounts WHERE name = ?", (entry.account,)) is None and one(
        db, "SELECT 1 FROM accounts LIMIT 1"
    ):
        return NO_ACCOUNT  # the first account of a ledger comes with its password, all others are made before
    kept = rows(
        db,
        "SELECT secret FROM secrets JOIN parties ON parties.id = secret WHERE account = ? AND erased_seq IS NULL"
        " ORDER BY secrets.id DESC",
        (entry.account,),
    )
    return replace(entry, replaces=kept[SECRETS_KEPT - 1][0] if len(kept) >= SECRETS_KEPT else None)


def _account(db: apsw.Connection, entry: entries.AccountSet, _desk: Desk) -> entries.Entry | Refused:
    if not (_is_name(entry.account) and _is_name(entry.person, LONGEST_PERSON) and role_of(entry.role)):
        return NOT_ALLOWED
    known = one(db, "SELECT person, role, active FROM accounts WHERE name = ?", (entry.account,))
    if known == (entry.person, entry.role, int(entry.active)):
        return UNCHANGED
    others = one(
        db,
        "SELECT 1 FROM accounts WHERE role = 'admin' AND active AND secret IS NOT NULL AND name <> ? LIMIT 1",
        (entry.account,),
    )
    stays = entry.role == Role.ADMIN.value and entry.active
    return entry if others is not None or stays else LAST_ADMIN


def _pin(db: apsw.Connection, entry: entries.PinSet, _desk: Desk) -> entries.Entry | Refused:
    if entry.secret is not None and not _is_secret(entry.secret):
        return NOT_ALLOWED
    known = one(db, "SELECT pin FROM accounts WHERE name = ?", (entry.account,))
    if known is None:
        return NO_ACCOUNT
    return UNCHANGED if known[0] is entry.secret is None else replace(entry, replaces=known[0])


def _sign_in(db: apsw.Connection, entry: entries.SignInNoted, _desk: Desk) -> entries.Entry | Refused:
    if entry.what not in WHAT or entry.how not in HOW:
        return NOT_ALLOWED
    known = entry.account and one(db, "SELECT 1 FROM accounts WHERE name = ?", (entry.account,))
    if not known and entry.account:
        return replace(entry, account="")  # what was typed there may be a password
    return entry


def _paired(db: apsw.Connection, entry: entries.DeskPaired, _desk: Desk) -> entries.Entry | Refused:
    if not (_is_name(entry.desk) and _is_name(entry.name, LONGEST_PERSON) and _is_secret(entry.secret)):
        return NOT_ALLOWED
    return entry if one(db, "SELECT 1 FROM desks WHERE desk = ?", (entry.desk,)) is None else ALREADY_PAIRED


def _unpaired(db: apsw.Connection, entry: entries.DeskUnpaired, _desk: Desk) -> entries.Entry | Refused:
    found = one(db, "SELECT secret FROM desks WHERE desk = ? AND ended_seq IS NULL", (entry.desk,))
    return NO_DESK if found is None else replace(entry, replaces=found[0])


def _standing_code(db: apsw.Connection) -> int | None:
    found = one(
        db,
        "SELECT secret FROM recoveries JOIN parties ON parties.id = secret"
        " WHERE used_seq IS NULL AND erased_seq IS NULL ORDER BY recoveries.id DESC LIMIT 1",
    )
    return None if found is None else int(found[0])


def _recovery(db: apsw.Connection, entry: entries.RecoveryMade, _desk: Desk) -> entries.Entry | Refused:
    return replace(entry, replaces=_standing_code(db)) if _is_secret(entry.secret) else NOT_ALLOWED


def _recovered(db: apsw.Connection, entry: entries.RecoveryUsed, _desk: Desk) -> entries.Entry | Refused:
    if one(db, "SELECT 1 FROM accounts WHERE name = ?", (entry.account,)) is None:
        return NO_ACCOUNT
    standing = _standing_code(db)
    return NO_RECOVERY if standing is None else replace(entry, replaces=standing)


def _handed_over(db: apsw.Connection, entry: entries.HandedOver, _desk: Desk) -> entries.Entry | Refused:
    both = (entry.giver, entry.taker)
    known = {name for (name,) in rows(db, "SELECT name FROM accounts WHERE name IN (?, ?)", both)}
    if known != set(both) or len(known) != 2:
        return NO_ACCOUNT
    open_now = {case for (case,) in rows(db, "SELECT id FROM cases WHERE state = 'open'")}
    return replace(entry, cases=tuple(case for case in entry.cases if case in open_now))


def _paper(db: apsw.Connection, entry: entries.PaperMade, _desk: Desk) -> entries.Entry | Refused:
    fits = entry.form in FORMS and _is_name(entry.paper) and entry.rows >= 0
    if not fits:
        return NOT_ALLOWED
    known = one(db, "SELECT 1 FROM accounts WHERE name = ?", (entry.account,))
    return NO_ACCOUNT if known is None else entry


PEOPLE_DECISIONS: Mapping[type, Callable[[apsw.Connection, Any, Desk], entries.Entry | Refused]] = {
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
