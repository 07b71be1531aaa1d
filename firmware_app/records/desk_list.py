"""The desk computers that are paired: a read transaction in, rows out. It reads, it never writes."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from firmware_app.records.database import one, rows


@dataclass(frozen=True, slots=True)
class DeskRow:
    """desk: its id; name: as people call it; digest: of the token that it holds; paired_wall: since when (ns UTC), by whom."""

    desk: str
    name: str
    digest: str
    paired_wall: int
    paired_by: str


_PAIRED = """
SELECT desk, name, parties.content, journal.wall, journal.actor
FROM desks JOIN parties ON parties.id = secret JOIN journal ON journal.seq = desks.id
WHERE ended_seq IS NULL AND parties.content IS NOT NULL
"""


def paired_desk(db: apsw.Connection, desk: str) -> DeskRow | None:
    """The computer of that id, while it is paired."""
    found = one(db, f"{_PAIRED} AND desk = ?", (desk,))
    return None if found is None else DeskRow(*found)


def paired_desks(db: apsw.Connection) -> list[DeskRow]:
    """All that are paired, the latest first."""
    return [DeskRow(*found) for found in rows(db, f"{_PAIRED} ORDER BY desks.id DESC")]


def failures_in_a_row(db: apsw.Connection, account: str, desk: str, most: int) -> int:
    """How often the PIN of an account was wrong at a desk since it last was right there; at most `most` are counted."""
    found = rows(
        db,
        "SELECT what FROM sign_ins WHERE account = ? AND how = 'pin' AND desk IS ? ORDER BY id DESC LIMIT ?",
        (account, desk, most),
    )
    words = [word for (word,) in found]
    return next((n for n, word in enumerate(words) if word not in ("failed", "locked", "more")), len(words))
