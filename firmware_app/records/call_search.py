"""Calls of a period that came out in a certain way, newest first, a page at a time; and how many there are.

`KINDS` are what the figures count by (service_level.codes_of): a figure opens into exactly the calls behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from firmware_app.calls.civil_time import DAY, HOUR, segments
from firmware_app.calls.service_level import codes_of
from firmware_app.records.call_list import CallRow, slice_of
from firmware_app.records.database import one, rows

MOST_COUNTED = 20_000  # beyond, it is "more than"
_SHIFT = 7 * DAY  # keeps local time positive in SQLite, whose division cuts towards 0

COUNTED = (
    "every",
    "offered",
    "answered",
    "in_time",
    "late",
    "untimed",
    "timed",
    "near_limit",
    "short_talk",
    "missed",
    "by_machine",
    "abandoned",
    "unknown",
    "rang_on",
    "breaches",
    "out_of_hours",
    "hours_unknown",
    "test",
    "blocked",
    "non_voice",
)


def _of_count(*names: str) -> str:
    return f"counted IN ({', '.join(str(code) for name in names for code in codes_of(name))})"


KINDS: Mapping[str, str] = {
    "all": "1",
    "inbound": "direction = 'inbound'",
    "outbound": "direction = 'outbound'",
    **{name: _of_count(name) for name in COUNTED},
    "hidden": f"{_of_count('offered', 'unknown')} AND number IS NULL",
}


@dataclass(frozen=True, slots=True)
class Search:
    """since, until: ns of UTC, [since, until). kind: a key of KINDS. line None: all lines.

    hour (0-23), weekday (1 Monday to 7 Sunday): by the clock of `zone`; None: any.
    """

    since: int
    until: int
    kind: str = "all"
    line: str | None = None
    hour: int | None = None
    weekday: int | None = None
    zone: ZoneInfo | None = None

    def where(self) -> tuple[str, list[Any]]:
        condition = f"started_wall >= ? AND started_wall < ? AND {KINDS[self.kind]}"
        if self.zone is not None and (self.hour, self.weekday) != (None, None):
            condition = f"{condition} AND ({self._by_clock(self.zone)})"
        if self.line is None:
            return condition, [self.since, self.until]
        return f"{condition} AND line = ?", [self.since, self.until, self.line]

    def _by_clock(self, zone: ZoneInfo) -> str:
        parts = ["0"]
        for start, end, ahead in segments(self.since, self.until, zone):
            reading = f"(started_wall + {ahead + _SHIFT})"
            part = f"started_wall >= {start} AND started_wall < {end}"
            if self.hour is not None:
                part = f"{part} AND {reading} / {HOUR} % 24 = {self.hour}"
            if self.weekday is not None:  # day 0 was a Thursday
                part = f"{part} AND ({reading} / {DAY} + 3) % 7 + 1 = {self.weekday}"
            parts.append(part)
        return " OR ".join(f"({part})" for part in parts)


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
