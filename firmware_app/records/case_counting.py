"""Call-back cases and repeated calls of a period, read from the ledger: a read transaction in, K1 to K6, R6 and R7 out.

A case belongs to the period in which its clock of working minutes started; one of before there was such a clock to none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import apsw

from firmware_app.calls.away_periods import AwayPeriod, MissedCall, PresenceWord, away_periods, looked_at_rate
from firmware_app.calls.call_groups import COUNTED, Group
from firmware_app.calls.case_figures import AttemptFact, CaseCounts, CaseFact, count_cases
from firmware_app.calls.civil_time import DAY, HOUR, civil, date_of, day_of
from firmware_app.calls.month_figures import Repeats
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.calls.service_level import codes_of
from firmware_app.records.counting import pairs
from firmware_app.records.database import rows

REPEAT_WITHIN = 7 * DAY  # R6
AGAIN_WITHIN = 48 * HOUR  # R7
NEXT_DAY_WITHIN = 31  # days in which the next day of service is looked for

_CASES = """
SELECT cases.id, state, low, due_wall, closed_worked, ended.wall
FROM cases LEFT JOIN journal AS ended ON ended.seq = closed_seq
WHERE clock_wall >= ? AND clock_wall < ? ORDER BY cases.id
"""
_ATTEMPTS = """
SELECT cases.id, COALESCE(calls.started_wall, made.wall), worked, outcome, call IS NOT NULL, pending = 0
FROM cases CROSS JOIN attempts ON attempts.case_id = cases.id JOIN journal AS made ON made.seq = attempts.id
LEFT JOIN calls ON calls.id = call
WHERE clock_wall >= ? AND clock_wall < ? ORDER BY attempts.id
"""
_REACHED = """
SELECT COALESCE(same_as, parties.id), clock_wall, ended.wall
FROM cases JOIN parties ON parties.id = cases.party JOIN journal AS ended ON ended.seq = closed_seq
WHERE clock_wall >= ? AND clock_wall < ? AND state = 'reached'
"""
_WORDS = """
SELECT present, source, wall, since_wall FROM presences JOIN journal ON seq = presences.id
WHERE wall >= ? AND wall < ? ORDER BY presences.id
"""
_RANGE = "counted = ? AND line = ? AND started_wall >= ? AND started_wall < ?"
_MISSED = f"""
SELECT calls.id, started_wall, journal.wall FROM calls LEFT JOIN journal ON seq = seen_seq WHERE {_RANGE}
"""
_BY_CALLER = f"SELECT number, started_wall, id FROM calls WHERE {_RANGE} AND number IS NOT NULL"


def cases_of(db: apsw.Connection, since: int, until: int) -> list[CaseFact]:
    """The cases whose clock started in the period."""
    attempts: dict[int, list[AttemptFact]] = {}
    for case, wall, worked, outcome, proven, told in rows(db, _ATTEMPTS, (since, until)):
        attempts.setdefault(case, []).append(AttemptFact(wall, worked, outcome, bool(proven), bool(told)))
    return [
        CaseFact(case, state, bool(low), due, worked, wall, tuple(attempts.get(case, ())))
        for case, state, low, due, worked, wall in rows(db, _CASES, (since, until))
    ]


def case_counts(
    db: apsw.Connection, since: int, until: int, timely: int, now: int, hours: OpeningHours | None
) -> CaseCounts:
    """All of K. timely: T of K2, ns of working time; now: ns of UTC."""
    counted = count_cases(cases_of(db, since, until), timely, now)
    looked_at, away = looked_at_rate(_away(db, since, until), now)
    counted = replace(counted, away=away, looked_at=looked_at)
    if hours is None:
        return counted
    callers, answered = _callers(db, since, until)
    reached = {
        caller
        for caller, clock, ended in rows(db, _REACHED, (since, until))
        if (limit := _end_of_next_day(hours, clock)) is not None and ended <= limit
    }
    return replace(counted, callers=len(callers), served=len(callers & (answered | reached)))


def _away(db: apsw.Connection, since: int, until: int) -> list[AwayPeriod]:
    words = [
        PresenceWord(bool(present), source, wall, since_wall)
        for present, source, wall, since_wall in rows(db, _WORDS, (since - 7 * DAY, until + 7 * DAY))
    ]
    missed: list[MissedCall] = []
    wanted = set(codes_of("missed"))
    for code, line in pairs(db):
        if code in wanted:
            missed += [MissedCall(*row) for row in rows(db, _MISSED, (code, line, since, until))]
    return [period for period in away_periods(words, missed) if since <= period.since < until]


def _callers(db: apsw.Connection, since: int, until: int) -> tuple[set[int], set[int]]:
    """Who called in service hours, and of them who was answered."""
    same = dict(rows(db, "SELECT id, same_as FROM parties WHERE same_as IS NOT NULL"))
    callers: set[int] = set()
    answered: set[int] = set()
    lifted = set(codes_of("answered"))
    for code, line in pairs(db):
        if Group(code // 8) in COUNTED:
            found = {
                same.get(number, number) for number, _, _ in rows(db, _BY_CALLER, (code, line, since, until))
            }
            callers |= found
            if code in lifted:
                answered |= found
    return callers, answered


def _end_of_next_day(hours: OpeningHours, wall: int) -> int | None:
    """When the first day of service after the day of `wall` closes: one working day (DOMAIN 2.2, K6)."""
    day = date_of(day_of(civil(wall, hours.timezone)))
    for _ in range(NEXT_DAY_WITHIN if day is not None and day.year < 9998 else 0):
        assert day is not None
        day += timedelta(days=1)
        windows = hours.windows(day)
        if windows:
            return windows[-1][1]
    return None


# ---- who rings again


def repeats(db: apsw.Connection, since: int, until: int, asof: int) -> Repeats:
    """R6 and R7 of the period, as far as it is known at `asof` (ns of UTC). Every call of the number is one, in hours or
    out; tests, blocked numbers and fax are none."""
    same = dict(rows(db, "SELECT id, same_as FROM parties WHERE same_as IS NOT NULL"))
    inside, lifted = set(codes_of("offered")), set(codes_of("answered"))
    left_out = {*codes_of("test"), *codes_of("blocked"), *codes_of("non_voice")}
    of_caller: dict[int, list[tuple[int, int, int]]] = {}
    for code, line in pairs(db):
        if code not in left_out:
            around = (code, line, since - REPEAT_WITHIN, until + REPEAT_WITHIN)
            for number, wall, call in rows(db, _BY_CALLER, around):
                of_caller.setdefault(same.get(number, number), []).append((wall, call, code))
    found = Repeats()
    for calls in of_caller.values():
        found = _add(found, sorted(calls), (since, until, asof), inside, lifted)
    return found


def _add(
    found: Repeats,
    calls: list[tuple[int, int, int]],
    period: tuple[int, int, int],
    inside: set[int],
    lifted: set[int],
) -> Repeats:
    since, until, asof = period
    resolved = first = open_yet = repeated = numbered = 0
    for place, (wall, _, code) in enumerate(calls):
        if not since <= wall < until or code not in inside:
            continue
        numbered += 1
        before = calls[place - 1][0] if place else None
        after = calls[place + 1][0] if place + 1 < len(calls) else None
        if before is not None and wall - before <= AGAIN_WITHIN:
            repeated += code in lifted
        if before is not None and wall - before <= REPEAT_WITHIN:
            continue
        if after is not None and after - wall <= REPEAT_WITHIN:
            first += 1
        elif asof < wall + REPEAT_WITHIN:
            open_yet += 1
        else:
            first += 1
            resolved += code in lifted  # whom nobody answered was not helped
    return Repeats(
        found.resolved + resolved,
        found.first_calls + first,
        found.not_known_yet + open_yet,
        found.repeated + repeated,
        found.with_number + numbered,
    )
