"""Who is at the desk now, and since when: a read transaction in, a plain value out. It never writes."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from firmware_app.calls.away_periods import PresenceWord, away_periods
from firmware_app.records.database import rows

_LATEST = """
SELECT present, source, wall, since_wall FROM presences JOIN journal ON seq = presences.id
WHERE presences.id >= COALESCE((SELECT MAX(id) FROM presences WHERE present = 1), 0) ORDER BY presences.id
"""


@dataclass(frozen=True, slots=True)
class PresenceNow:
    """sources: who says so, as Presence has it, in their order; since_wall: ns UTC."""

    present: bool
    sources: tuple[str, ...]
    since_wall: int


def presence_now(db: apsw.Connection) -> PresenceNow | None:
    """The last word, with the period of absence it belongs to; None where nothing was ever said."""
    words = [
        PresenceWord(bool(present), source, wall, since) for present, source, wall, since in rows(db, _LATEST)
    ]
    if not words:
        return None
    periods = away_periods(words, ())
    if words[-1].present or not periods:
        return PresenceNow(True, (words[-1].source,), words[-1].since)
    return PresenceNow(False, periods[-1].sources, periods[-1].since)
