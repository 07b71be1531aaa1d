"""The ledger's counts against a plain count of its rows: any calls, by line, hour, weekday and day, in two zones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw
from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.call_groups import CountedCall, code_of
from firmware_app.calls.service_level import Counts, codes_of, count
from firmware_app.records import counting
from firmware_app.records.entries import CallSettled
from firmware_app.records.reading import Reader
from tests.figures_by_hand import (
    BERLIN,
    DAY,
    HOUR,
    SHANGHAI,
    calls_in,
    counted_calls,
    entry_of,
    ledger_of,
    moments,
    wall,
)
from tests.ledger_support import record

CALL = CountedCall(
    1,
    "L1",
    wall("2026-11-24 09:00:00"),
    "answered",
    True,
    delay=4 * SECOND,
    talk=60 * SECOND,
    caller="15400000001",
)
MISSED = replace(CALL, disposition="no_answer", delay=None, talk=None, ringing=11 * SECOND)


@contextmanager
def reading(calls: list[CountedCall]) -> Iterator[apsw.Connection]:
    """A read transaction on a ledger of these calls."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = ledger_of(Path(folder), calls)
        reader = Reader(Path(folder) / "ledger.db")
        try:
            with reader.snapshot() as db:
                yield db
        finally:
            reader.close()
            ledger.close()


def hour_of(call: CountedCall, zone: ZoneInfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=call.started_wall // SECOND)).astimezone(
        zone
    )


def parted(calls: list[CountedCall], by: Callable[[CountedCall], object]) -> dict[object, Counts]:
    keys = {by(call) for call in calls}
    return {key: count(call for call in calls if by(call) == key) for key in keys}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(counted_calls(), max_size=14),
    moments,
    st.sampled_from((HOUR, DAY, 30 * DAY, 400 * DAY)),
    st.sampled_from((SHANGHAI, BERLIN)),
    st.lists(st.tuples(moments, st.sampled_from((1, HOUR, 5 * DAY))), max_size=1),
)
def test_any_period_counts_as_its_rows_do(
    calls: list[CountedCall], since: int, lasts: int, zone: ZoneInfo, closures: list[tuple[int, int]]
) -> None:
    until, closed = since + lasts, [(start, start + length) for start, length in closures]
    with reading(calls) as db:
        rows = [call for call in calls_in(db, closed) if since <= call.started_wall < until]
        delays: dict[str, list[int]] = {}
        whole, by_line = counting.totals(db, since, until, None, closed, delays)
        assert whole == count(rows)
        assert by_line == parted(rows, lambda call: call.line)
        assert counting.totals(db, since, until, "L1", closed)[0] == by_line.get("L1", Counts())
        clock = counting.by_clock(db, since, until, zone, None, closed)
        assert clock.by_hour == parted(rows, lambda call: hour_of(call, zone).hour)
        assert clock.by_weekday == parted(rows, lambda call: hour_of(call, zone).isoweekday())
        assert clock.by_day == parted(rows, lambda call: hour_of(call, zone).date().isoformat())
        for line in ("L1", "L2"):
            timed = [call.delay for call in rows if call.line == line and code_of(call) in codes_of("timed")]
            assert sorted(delays.get(line, [])) == sorted(delay for delay in timed if delay is not None)
        told = counting.breaches(db, since, until)
        broken = [call for call in rows if code_of(call) in codes_of("breaches")]
        assert [each.call for each in told] == [
            call.id for call in sorted(broken, key=lambda call: (call.started_wall, call.id))
        ]


@settings(max_examples=30, deadline=None)
@given(st.lists(counted_calls(), min_size=20, max_size=60))
def test_the_ledger_gives_each_call_the_code_that_the_rules_give(calls: list[CountedCall]) -> None:
    with reading(calls) as db:
        stored = dict(db.execute("SELECT id, counted FROM calls").fetchall())
        assert stored == {call.id: code_of(call) for call in calls_in(db)}


def test_the_clock_of_the_point_decides_the_day_and_the_hour() -> None:
    last, first = wall("2026-11-24 00:00:00") - 1, wall("2026-11-24 00:00:00")
    with reading([replace(CALL, started_wall=last), replace(CALL, started_wall=first)]) as db:
        found = counting.by_clock(db, last - DAY, first + DAY, SHANGHAI)
        assert {day: counts.offered for day, counts in found.by_day.items()} == {
            "2026-11-23": 1,
            "2026-11-24": 1,
        }
        assert sorted(found.by_hour) == [0, 23]
        assert sorted(found.by_weekday) == [1, 2]


def test_the_hour_that_comes_twice_is_counted_once_a_call() -> None:
    again = wall("2026-10-25 01:00:00", ZoneInfo("UTC"))  # 02:00 in Berlin, for the second time
    with reading([replace(CALL, started_wall=again - 1), replace(CALL, started_wall=again)]) as db:
        found = counting.by_clock(db, again - DAY, again + DAY, BERLIN)
        assert {hour: counts.offered for hour, counts in found.by_hour.items()} == {2: 2}


def test_a_number_written_in_two_ways_is_one_caller() -> None:
    with reading([CALL, replace(CALL, caller="015400000001"), replace(CALL, caller="03560000001")]) as db:
        assert counting.totals(db, CALL.started_wall, CALL.started_wall + 1)[0].callers == 2


def test_a_breach_says_whether_the_answer_was_sensed_and_who_was_busy() -> None:
    late = replace(CALL, delay=16 * SECOND, uncertainty=SECOND)
    start = CALL.started_wall
    talk = replace(CALL, line="L2", started_wall=start - 30 * SECOND)
    rang = replace(MISSED, ringing=20 * SECOND, started_wall=start + HOUR)
    with reading([late, talk, rang]) as db:
        first, second = counting.breaches(db, start, start + DAY)
        assert (first.waited, first.sensed, first.uncertainty, first.staff_busy) == (
            16 * SECOND,
            True,
            SECOND,
            True,
        )
        assert (second.waited, second.sensed, second.staff_busy) == (20 * SECOND, False, False)
        assert len(counting.breaches(db, start, start + DAY, limit=1)) == 1
        assert counting.breaches(db, start, start + DAY, "L2") == []
        assert counting.staff_busy(db, start, start + DAY) == {first.call}
        assert counting.staff_busy(db, start + DAY, start + 2 * DAY) == frozenset()


def test_what_a_person_settles_moves_to_its_place(tmp_path: Path) -> None:
    unknown = replace(MISSED, disposition="unknown", caller=None)
    ledger = ledger_of(tmp_path, [unknown, replace(unknown, ringing=15 * SECOND)])
    reader = Reader(tmp_path / "ledger.db")
    record(ledger, CallSettled(1, "answered", "panel"), CallSettled(2, "no_answer", "panel"))
    with reader.snapshot() as db:
        found, _ = counting.totals(db, unknown.started_wall, unknown.started_wall + 1)
    assert (found.unknown, found.untimed, found.missed, found.rang_on) == (0, 1, 1, 1)
    reader.close()
    ledger.close()


def test_a_call_that_still_rings_is_not_counted(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [])
    record(ledger, replace(entry_of(CALL, "open"), stage="changed", disposition=None))
    reader = Reader(tmp_path / "ledger.db")
    with reader.snapshot() as db:
        assert counting.totals(db, 0, 2**62)[0] == Counts()
        assert counting.pairs(db) == []
    reader.close()
    ledger.close()
