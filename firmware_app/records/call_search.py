"""Calls of a period that came out in a certain way, newest first, a page at a time; and how many there are.

`KINDS` are what the figures count by (service_level.codes_of): a figure opens into exactly the calls behind it. Whatever is
asked, it is read along indexes in the order of time: of a million calls of ten years a page takes a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from firmware_app.calls.civil_time import DAY, HOUR, segments
from firmware_app.calls.service_level import codes_of
from firmware_app.records.call_list import CallRow, slice_of
from firmware_app.records.counting import pairs
from firmware_app.records.database import one, rows

MOST_COUNTED = 20_000  # beyond, it is "more than"
MOST_PARTIES = 200  # rows of people's data that one number may stand in
ENDING = 4  # digits by which the index finds a number
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
_CODES = {name: frozenset(codes_of(name)) for name in COUNTED} | {
    "hidden": frozenset((*codes_of("offered"), *codes_of("unknown")))
}


def _of_count(name: str) -> str:
    return f"counted IN ({', '.join(str(code) for code in sorted(_CODES[name]))})"


KINDS: Mapping[str, str] = {
    "all": "1",
    "inbound": "direction = 'inbound'",
    "outbound": "direction = 'outbound'",
    "remembered": "direction = 'remembered'",
    **{name: _of_count(name) for name in COUNTED},
    "hidden": f"{_of_count('hidden')} AND number IS NULL",
}


@dataclass(frozen=True, slots=True)
class Search:
    """since, until: ns of UTC, [since, until). kind: a key of KINDS. line None: all lines.

    hour (0-23), weekday (1 Monday to 7 Sunday): by the clock of `zone`; None: any. waited: ns, (above, up to], of the answer
    delay, or how long it rang. talk: what came of it, a value of calls.talk.TalkOutcome. parties: rows of people's data,
    one of which the call's number or what it dialled is (`parties_of`).
    """

    since: int
    until: int
    kind: str = "all"
    line: str | None = None
    hour: int | None = None
    weekday: int | None = None
    zone: ZoneInfo | None = None
    waited: tuple[int, int | None] | None = None
    talk: str | None = None
    parties: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Way:
    """An index and a condition on it; the ways to a search are disjoint, and each gives its calls in the order of time."""

    index: str
    condition: str
    values: tuple[Any, ...] = ()


def _ways(db: apsw.Connection, search: Search) -> list[_Way]:
    if search.parties is not None:
        ways = [
            _Way(f"calls_of_{column}", f"{column} = ?", (party,))
            for party in search.parties[:MOST_PARTIES]
            for column in ("number", "digits")
        ]
    elif search.talk is not None:
        ways = [_Way("calls_by_talk", "talk_outcome = ?", (search.talk,))]
    elif search.kind in _CODES:
        hidden = " AND number IS NULL" if search.kind == "hidden" else ""
        return [
            _Way("calls_counted", f"counted = ? AND line = ?{hidden}", pair)
            for pair in pairs(db, search.line)
            if pair[0] in _CODES[search.kind]
        ]
    elif search.kind in ("outbound", "remembered"):
        ways = [_Way("calls_not_inbound", "direction <> 'inbound'")]
    elif search.line is not None:
        ways = [_Way("calls_of_line", "1")]
    else:
        ways = [_Way("calls_started", "1")]
    line = ("", ()) if search.line is None else (" AND line = ?", (search.line,))
    return [
        _Way(way.index, f"{way.condition} AND {KINDS[search.kind]}{line[0]}", (*way.values, *line[1]))
        for way in ways
    ]


def _narrowed(search: Search, way: _Way) -> tuple[str, list[Any]]:
    """Where the calls of a way stand that fit all the rest."""
    parts = [f"calls INDEXED BY {way.index} WHERE started_wall >= ? AND started_wall < ? AND {way.condition}"]
    values = [search.since, search.until, *way.values]
    if search.zone is not None and (search.hour, search.weekday) != (None, None):
        parts.append(f"({_by_clock(search, search.zone)})")
    if search.waited is not None:
        above, most = search.waited
        parts.append("waited > ?" if most is None else "waited > ? AND waited <= ?")
        values += [above] if most is None else [above, most]
    if search.talk is not None and way.index != "calls_by_talk":
        parts.append("talk_outcome = ?")
        values.append(search.talk)
    return " AND ".join(parts), values


def _by_clock(search: Search, zone: ZoneInfo) -> str:
    parts = ["0"]
    for start, end, ahead in segments(search.since, search.until, zone):
        reading = f"(started_wall + {ahead + _SHIFT})"
        part = f"started_wall >= {start} AND started_wall < {end}"
        if search.hour is not None:
            part = f"{part} AND {reading} / {HOUR} % 24 = {search.hour}"
        if search.weekday is not None:  # day 0 was a Thursday
            part = f"{part} AND ({reading} / {DAY} + 3) % 7 + 1 = {search.weekday}"
        parts.append(part)
    return " OR ".join(f"({part})" for part in parts)


def found(
    db: apsw.Connection, search: Search, limit: int, before: tuple[int, int] | None = None
) -> list[CallRow]:
    """At most `limit` calls, the latest first. before: (started_wall, id) of the last row of the page before."""
    told: set[tuple[int, int]] = set()
    for way in _ways(db, search):
        where, values = _narrowed(search, way)
        if before is not None:
            where, values = f"{where} AND (started_wall, id) < (?, ?)", [*values, *before]
        sql = f"SELECT started_wall, id FROM {where} ORDER BY started_wall DESC, id DESC LIMIT ?"
        told.update(rows(db, sql, (*values, limit)))
    newest = sorted(told, reverse=True)[:limit]
    return [row for _, call in newest for row in slice_of(db, call, call)]


def count(db: apsw.Connection, search: Search) -> int:
    """How many there are; MOST_COUNTED + 1 where there are more."""
    total = 0
    for way in _ways(db, search):
        where, values = _narrowed(search, way)
        counted = one(
            db,
            f"SELECT COUNT(*) FROM (SELECT 1 FROM {where} LIMIT ?)",
            (*values, MOST_COUNTED + 1 - total),
        )
        total += 0 if counted is None else int(counted[0])
        if total > MOST_COUNTED:
            break
    return total


def parties_of(db: apsw.Connection, keys: Sequence[str], ending: str) -> tuple[int, ...]:
    """The rows of people's data of a number. keys: what it may be found again by (phone_number.PhoneNumber.key); ending: the
    digits that it ends with, at least ENDING of them, empty where only the keys are meant. Rows that were erased are gone."""
    sql = "SELECT id FROM parties WHERE lookup = ? LIMIT ?"
    found = [party for key in keys for (party,) in rows(db, sql, (key, MOST_PARTIES))]
    if len(ending) >= ENDING:
        found += [
            party
            for (party,) in rows(
                db,
                "SELECT id FROM parties WHERE lookup IS NOT NULL AND substr(lookup, -4) = ? AND substr(lookup, ?) = ?"
                " AND kind = 'number' ORDER BY id LIMIT ?",
                (ending[-ENDING:], -len(ending), ending, MOST_PARTIES),
            )
        ]
    return tuple(dict.fromkeys(found))
