"""Who has an account, and how they signed in: questions to a read transaction in, rows out. It reads, it never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import apsw

from firmware_app.records.database import one, rows


@dataclass(frozen=True, slots=True)
class AccountRow:
    """secret, pin: the salted hashes, None where none is set. password_wall, last_in_wall: ns of UTC of the last change of the
    password and of the last time somebody signed in; None: never. seq: of the entry that set the password."""

    name: str
    person: str
    role: str
    active: bool
    secret: str | None
    must_change: bool
    pin: str | None
    seq: int
    password_wall: int | None
    last_in_wall: int | None


_ACCOUNTS = """
SELECT name, person, role, active, words.content, must_change, codes.content, COALESCE(password_seq, seq),
    (SELECT wall FROM journal WHERE journal.seq = password_seq),
    (SELECT wall FROM journal WHERE journal.seq = (SELECT MAX(id) FROM sign_ins WHERE account = name AND what = 'in'))
FROM accounts LEFT JOIN parties AS words ON words.id = secret LEFT JOIN parties AS codes ON codes.id = pin
"""


def account(db: apsw.Connection, name: str) -> AccountRow | None:
    """The account of that name, active or not."""
    found = one(db, f"{_ACCOUNTS} WHERE name = ?", (name,))
    return None if found is None else _row(found)


def accounts(db: apsw.Connection) -> list[AccountRow]:
    """All of them, by name."""
    return [_row(found) for found in rows(db, f"{_ACCOUNTS} ORDER BY name")]


def _row(found: tuple[Any, ...]) -> AccountRow:
    name, person, role, active, secret, must_change, pin, seq, changed, last = found
    return AccountRow(name, person, role, bool(active), secret, bool(must_change), pin, seq, changed, last)


def has_head(db: apsw.Connection) -> bool:
    """Whether the point has a head who may sign in."""
    return one(db, "SELECT 1 FROM accounts WHERE role = 'head' AND active LIMIT 1") is not None


def late_secrets(db: apsw.Connection, name: str) -> list[str]:
    """The hashes of the passwords that an account had lately, the present one among them, newest first."""
    found = rows(
        db,
        "SELECT content FROM secrets JOIN parties ON parties.id = secret WHERE account = ? AND content IS NOT NULL"
        " ORDER BY secrets.id DESC",
        (name,),
    )
    return [content for (content,) in found]
