"""Who waits to be called back, and what was told to whom: a read transaction in, plain values out. It never writes."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from firmware_app.records.database import one, rows

# A case waits while nobody has tried to call back; not before the hour that was agreed on; a short ring is no reason to
# wake anybody (callback: low).
_CLOCKS = """
SELECT COALESCE(clock_wall, since_wall) FROM cases
WHERE state = 'open' AND attempts = 0 AND low = 0 AND COALESCE(postponed_wall, 0) <= ? ORDER BY 1
"""
_LATEST = """
SELECT MAX(messages.id), channel, messages.kind, occasion, outcome, detail, wall
FROM messages JOIN journal ON seq = messages.id GROUP BY channel
"""
_SENT = """
SELECT MAX(messages.id), channel, wall FROM messages JOIN journal ON seq = messages.id
WHERE occasion = 'waiting' AND outcome = 'sent' GROUP BY channel
"""
_HELP = "SELECT helps.id, line, wall FROM helps JOIN journal ON seq = helps.id WHERE ended_seq IS NULL AND wall >= ? ORDER BY helps.id"
_HELP_TOLD = "SELECT channel, MAX(id) FROM messages WHERE occasion = 'help' GROUP BY channel"


@dataclass(frozen=True, slots=True)
class MessageRow:
    """The last entry MessageSent of a channel; wall: of the entry, ns UTC."""

    id: int
    channel: str
    kind: str
    occasion: str
    outcome: str
    detail: str
    wall: int


def waiting_clocks(db: apsw.Connection, now: int) -> list[int]:
    """Since when each caller waits whom nobody has tried to call back, ns UTC, in order. now: ns UTC."""
    return [wall for (wall,) in rows(db, _CLOCKS, (now,))]


def last_sent(db: apsw.Connection) -> dict[str, int]:
    """When each channel last told of waiting callers, ns UTC, by its name."""
    return {channel: wall for _, channel, wall in rows(db, _SENT)}


def help_wanted(db: apsw.Connection, since: int) -> list[tuple[int, str | None, int]]:
    """Help that was asked for since then and nobody came to give: its id, the line, when (ns UTC), oldest first."""
    return [(help_id, line, wall) for help_id, line, wall in rows(db, _HELP, (since,))]


def help_told(db: apsw.Connection) -> dict[str, int]:
    """The last word of each channel about help, by its name: the seq of its entry, which orders it among what was asked."""
    return dict(rows(db, _HELP_TOLD))


def latest_messages(db: apsw.Connection) -> dict[str, MessageRow]:
    """The last word of each channel, tests included, by its name."""
    return {row[1]: MessageRow(*row) for row in rows(db, _LATEST)}


def waiting_count(db: apsw.Connection) -> int:
    """How many rows the clerk's list has: open cases, calls to be settled, missed calls without a number not yet seen."""
    found = one(
        db,
        "SELECT (SELECT COUNT(*) FROM cases WHERE state = 'open') + (SELECT COUNT(*) FROM calls WHERE unsettled = 1)"
        " + (SELECT COUNT(*) FROM calls WHERE unseen = 1 AND unsettled = 0 AND case_id IS NULL)",
    )
    return 0 if found is None else int(found[0])
