"""Calls of a period that came out in a certain way, newest first, a page at a time; and how many there are.

`KINDS` are the same conditions that the figures count by: a figure opens into exactly the calls behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apsw

from device.signals import SECOND
from firmware_app.records.call_list import CallRow, slice_of
from firmware_app.records.database import one, rows

IN_TIME = 15 * SECOND  # DB 1405/T 086-2025, 5.1.1; 15.000 s is in time
SHORT_TALK = 3 * SECOND  # DOMAIN 2.4: lifted and dropped
MOST_COUNTED = 20_000  # beyond, it is "more than"

_INBOUND = "direction = 'inbound' AND stage = 'closed'"
_COUNTED = f"{_INBOUND} AND in_hours = 1"
_DELAY = "answered_mono - started_mono"

KINDS: Mapping[str, str] = {
    "all": "1",
    "inbound": _INBOUND,
    "outbound": "direction = 'outbound'",
    "offered": f"{_COUNTED} AND disposition IN ('answered', 'no_answer', 'abandoned')",
    "answered": f"{_COUNTED} AND disposition = 'answered'",
    "in_time": f"{_COUNTED} AND disposition = 'answered' AND {_DELAY} <= {IN_TIME}",
    "late": f"{_COUNTED} AND disposition = 'answered' AND {_DELAY} > {IN_TIME}",
    "close_to_15": f"{_COUNTED} AND disposition = 'answered' AND ABS({_DELAY} - {IN_TIME}) < uncertainty",
    "settled": f"{_COUNTED} AND disposition = 'answered' AND answered_mono IS NULL",
    "missed": f"{_COUNTED} AND disposition = 'no_answer'",
    "by_machine": f"{_COUNTED} AND by_machine = 1",
    "abandoned": f"{_COUNTED} AND disposition = 'abandoned'",
    "unknown": f"{_COUNTED} AND disposition = 'unknown'",
    "short_talk": f"{_COUNTED} AND disposition = 'answered' AND talk < {SHORT_TALK}",
    "test": f"{_INBOUND} AND disposition = 'test'",
    "blocked": f"{_INBOUND} AND disposition = 'blocked'",
    "non_voice": f"{_INBOUND} AND disposition = 'non_voice'",
    "out_of_hours": f"{_INBOUND} AND in_hours = 0",
    "hours_unknown": f"{_INBOUND} AND in_hours IS NULL",
}


@dataclass(frozen=True, slots=True)
class Search:
    """since, until: ns of UTC, [since, until). kind: a key of KINDS. line None: all lines."""

    since: int
    until: int
    kind: str = "all"
    line: str | None = None

    def where(self) -> tuple[str, list[Any]]:
        condition = f"started_wall >= ? AND started_wall < ? AND {KINDS[self.kind]}"
        if self.line is None:
            return condition, [self.since, self.until]
        return f"{condition} AND line = ?", [self.since, self.until, self.line]


def found(
    db: apsw.Connection, search: Search, limit: int, before: tuple[int, int] | None = None
) -> list[CallRow]:
    """At most `limit` calls, the latest first. before: (started_wall, id) of the last row of the page before."""
    condition, values = search.where()
    if before is not None:
        condition, values = f"{condition} AND (started_wall, id) < (?, ?)", [*values, *before]
    sql = f"SELECT id FROM calls WHERE {condition} ORDER BY started_wall DESC, id DESC LIMIT ?"
    return [row for (call,) in rows(db, sql, (*values, limit)) for row in slice_of(db, call, call)]


def count(db: apsw.Connection, search: Search) -> int:
    """How many there are; MOST_COUNTED + 1 where there are more."""
    condition, values = search.where()
    sql = f"SELECT COUNT(*) FROM (SELECT 1 FROM calls WHERE {condition} LIMIT {MOST_COUNTED + 1})"
    counted = one(db, sql, values)
    return 0 if counted is None else int(counted[0])
