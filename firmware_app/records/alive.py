"""The sign of life that the ledger's writer leaves while nothing happens, and since when nothing was heard of the last run.

It stands in `meta`, not in the journal: nobody wants 500,000 entries a year that say "still here". It names the seq of the last
entry, so that it is known which of the two is the later word without comparing clocks. What it costs a card
and an idle processor stands in ADR 0020.
"""

from __future__ import annotations

import apsw

from firmware_app.records.database import one

ALIVE = "alive"  # in `meta`: "seq wall", wall in ns of UTC

_SET = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2"
_LAST = "SELECT seq, wall FROM journal ORDER BY seq DESC LIMIT 1"


def leave_sign(db: apsw.Connection, seq: int, wall: int) -> None:
    """Say that the writer is alive at `wall`, after entry `seq`; durable when it returns."""
    db.execute(_SET, (ALIVE, f"{seq} {wall}"))


def sign_of_life(db: apsw.Connection) -> int | None:
    """The wall (ns of UTC) of the last that was heard of the writer: its sign, or its last entry; None in a new ledger."""
    last = one(db, _LAST)
    left = one(db, "SELECT value FROM meta WHERE name = ?", (ALIVE,))
    seq, wall = _parsed("" if left is None else left[0])
    if last is None:
        return None
    return wall if wall is not None and seq == last[0] else int(last[1])


def _parsed(value: str) -> tuple[int, int | None]:
    words = value.split()
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        return -1, None
    return int(words[0]), int(words[1])
