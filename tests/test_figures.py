"""A month out of a real ledger: coverage from runs and faults, cases, repeats, closures, and the verdict they lead to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.heard_time import Gap
from firmware_app.calls.month_figures import Repeats, month_json
from firmware_app.calls.rate import Verdict
from firmware_app.records import entries
from firmware_app.records.case_counting import repeats
from firmware_app.records.figures import ClosedMonth
from tests.figures_by_hand import DAY, HOUR, calls_in, entry_of, wall
from tests.figures_point import BEGIN, CALL, END, MINUTE, MISSED, MORNING, Point
from tests.ledger_support import BOOT


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    made = Point(tmp_path)
    yield made
    made.reader.close()
    made.ledger.close()


# ---- coverage


def test_without_hours_nothing_is_covered_and_nothing_judged(point: Point) -> None:
    for _ in range(25):
        point.call(CALL)
    found = point.month()
    assert found.coverage is None
    assert found.verdict is Verdict.COVERAGE
    assert found.cases.callers is None


def test_coverage_names_what_was_not_heard(point: Point) -> None:
    """21 working days of 3 hours; the monitor began on the 2nd at 10, was killed on the 24th, and a port was lost."""
    point.hours(BEGIN - DAY)
    began = wall("2026-11-02 10:00:00")
    point.at(began, entries.Started(BOOT, "0.1.0"))
    lost = wall("2026-11-03 11:00:00")
    point.at(lost, entries.FaultBegan("line_lost", "L1"))
    point.at(lost + 30 * MINUTE, entries.FaultEnded("line_lost", "L1"))
    killed = wall("2026-11-24 11:00:00")
    point.at(wall("2026-11-25 10:00:00"), entries.Started(BOOT, "0.1.0", silent_since=killed))
    point.at(END + 5 * DAY, entries.LineAnomaly("L1", "test", ""))
    found = point.month().coverage
    assert found is not None
    assert found.gaps == (
        Gap(wall("2026-11-02 09:00:00"), began, "not_yet"),
        Gap(lost, lost + 30 * MINUTE, "line_lost", "L1"),
        Gap(killed, killed + HOUR, "not_running"),
        Gap(wall("2026-11-25 09:00:00"), wall("2026-11-25 10:00:00"), "not_running"),
    )
    assert found.share == (63 * HOUR - 3 * HOUR - 30 * MINUTE, 63 * HOUR)
    assert found.percent == "94.4 %"
    assert point.figures.coverage(BEGIN, END, END + 5 * DAY) == found


def test_a_fault_that_lasts_counts_up_to_now_and_the_future_is_not_asked_for(point: Point) -> None:
    point.hours(BEGIN - DAY)
    point.at(BEGIN - DAY, entries.Started(BOOT, "0.1.0"))
    point.at(wall("2026-11-02 10:00:00"), entries.FaultBegan("no_loop", "L1"))
    now = wall("2026-11-02 11:00:00")
    point.at(now, entries.LineAnomaly("L1", "test", ""))
    found = point.figures.coverage(BEGIN, END, now)
    assert found is not None
    assert found.share == (HOUR, 2 * HOUR)


def test_a_monitor_that_is_down_now_is_a_gap_at_once(point: Point) -> None:
    point.hours(BEGIN - DAY)
    point.at(wall("2026-11-02 09:30:00"), entries.Started(BOOT, "0.1.0"))
    found = point.figures.coverage(BEGIN, END, wall("2026-11-02 10:00:00"))
    assert found is not None
    assert [gap.why for gap in found.gaps] == ["not_yet", "not_running"]
    assert found.heard == 0


def covered(point: Point) -> None:
    point.hours(BEGIN - DAY)
    point.at(BEGIN - DAY, entries.Started(BOOT, "0.1.0"))


def test_a_month_is_judged_when_it_is_over_and_was_heard(point: Point) -> None:
    covered(point)
    for _ in range(19):
        point.call(CALL)
    point.call(MISSED)
    point.at(END + 5 * DAY, entries.LineAnomaly("L1", "test", ""))
    assert point.month(END - 1).verdict is None
    assert point.month().verdict is Verdict.MET
    assert point.month().whole.rates["R1"].percent == "95.0 %"
    assert point.month().whole.counts.breaches == 0


def test_15_s_and_95_percent_never_speak_for_each_other(point: Point) -> None:
    """Every call was answered, each of them late: the target is met, and every call is a breach."""
    covered(point)
    for _ in range(20):
        point.call(replace(CALL, delay=16 * SECOND))
    point.at(END + 5 * DAY, entries.LineAnomaly("L1", "test", ""))
    found = point.month()
    assert found.verdict is Verdict.MET
    assert len(found.breaches) == found.whole.counts.breaches == 20


# ---- closures


def test_calls_in_a_closure_stand_beside_it(point: Point) -> None:
    covered(point)
    closure = {
        "id": "c1",
        "from": "2026-11-24T09:00",
        "to": "2026-11-24T10:00",
        "reason": "停电",
        "approved_by": "王",
    }
    point.document(MORNING, "closures", {"closures": [closure]})
    point.call(replace(MISSED, in_hours=False))
    point.call(replace(MISSED, in_hours=False, started_wall=MORNING + HOUR))
    found = point.month()
    assert (found.whole.counts.out_of_hours, found.whole.counts.in_closure) == (2, 1)
    assert found.by_hour[9].in_closure == 1
    assert found.coverage is not None
    assert found.coverage.service == 62 * HOUR


# ---- cases


def test_cases_from_the_first_missed_call_to_k6(point: Point) -> None:
    covered(point)
    point.call(MISSED)
    point.call(replace(MISSED, caller="15400000002"))
    point.call(replace(CALL, caller="03560000001"))
    point.call(replace(MISSED, caller=None))
    with point.reader.snapshot() as db:
        first, _ = (case for (case,) in db.execute("SELECT id FROM cases ORDER BY id").fetchall())
    tried = entries.CallbackAttempted(int(str(first)), "reached", "mobile", closes=False)
    point.at(MORNING + 10 * MINUTE, tried)
    found = point.month()
    rates = {
        key: (rate.numerator, rate.denominator)
        for key, rate in found.rates.items()
        if key in ("K1", "K2", "K3", "K6")
    }
    assert rates == {"K1": (1, 2), "K2": (1, 2), "K3": (1, 2), "K6": (2, 3)}
    assert found.cases.reached_told == 1
    assert found.cases.first.timed == 1
    assert found.whole.counts.hidden == 1


def test_the_list_looked_at_after_the_return(point: Point) -> None:
    covered(point)
    point.at(MORNING - MINUTE, entries.Presence(False, "button"))
    missed = point.call(MISSED)
    point.at(MORNING + HOUR, entries.Presence(True, "button"))
    assert point.month().rates["K5"].numerator == 0
    point.at(MORNING + HOUR + 5 * MINUTE, entries.CallSeen(missed))
    rate = point.month().rates["K5"]
    assert (rate.numerator, rate.denominator) == (1, 1)


# ---- who rings again


def test_a_first_call_is_resolved_when_it_was_answered_and_none_follows(point: Point) -> None:
    point.call(replace(CALL, caller="15400000001"))
    point.call(replace(MISSED, caller="15400000002"))
    point.call(replace(CALL, caller="03560000001"))
    point.call(replace(CALL, caller="03560000001", started_wall=MORNING + 7 * DAY))
    point.call(replace(CALL, caller="15400000002", started_wall=MORNING + 48 * HOUR, in_hours=False))
    with point.reader.snapshot() as db:
        assert repeats(db, BEGIN, END, MORNING + 15 * DAY) == Repeats(
            resolved=1, first_calls=3, not_known_yet=0, repeated=0, with_number=3
        )
        assert repeats(db, BEGIN, END, MORNING).not_known_yet == 1


asks = st.tuples(
    st.sampled_from(("15400000001", "03560000001")),
    st.sampled_from((0, HOUR, 48 * HOUR, 48 * HOUR + 1, 7 * DAY, 7 * DAY + 1, 9 * DAY)).flatmap(
        lambda step: st.sampled_from((step, -step))
    ),
    st.sampled_from(("answered", "answered", "no_answer", "abandoned", "unknown", "test")),
    st.sampled_from((True, True, False)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(asks, max_size=8), st.sampled_from((0, 3 * DAY, 30 * DAY)))
def test_repeats_are_those_of_a_plain_search(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, int, str, bool]], later: int
) -> None:
    point = Point(tmp_path_factory.mktemp("repeats"))
    for caller, step, disposition, in_hours in told:
        answered = disposition == "answered"
        known = replace(
            CALL if answered else MISSED, caller=caller, disposition=disposition, in_hours=in_hours
        )
        point.call(replace(known, started_wall=MORNING + step))
    asof = MORNING + later
    with point.reader.snapshot() as db:
        found = repeats(db, MORNING, MORNING + DAY, asof)
        calls = sorted(
            (each for each in calls_in(db) if each.disposition != "test"),
            key=lambda each: (each.started_wall, each.id),
        )
    by_hand = Repeats()
    for place, each in enumerate(calls):
        if not (
            each.in_hours and each.disposition != "unknown" and MORNING <= each.started_wall < MORNING + DAY
        ):
            continue
        before = [other for other in calls[:place] if other.caller == each.caller]
        after = [other for other in calls[place + 1 :] if other.caller == each.caller]
        soon = any(each.started_wall - other.started_wall <= 48 * HOUR for other in before)
        first = not any(each.started_wall - other.started_wall <= 7 * DAY for other in before)
        again = any(other.started_wall - each.started_wall <= 7 * DAY for other in after)
        known = again or asof >= each.started_wall + 7 * DAY
        lifted = each.disposition == "answered"
        by_hand = Repeats(
            by_hand.resolved + (first and known and not again and lifted),
            by_hand.first_calls + (first and known),
            by_hand.not_known_yet + (first and not known),
            by_hand.repeated + (soon and lifted),
            by_hand.with_number + 1,
        )
    assert found == by_hand
    point.reader.close()
    point.ledger.close()


# ---- what else is asked


def test_a_covered_month_as_json_holds_its_gaps(point: Point) -> None:
    covered(point)
    point.at(MORNING, entries.FaultBegan("no_loop", "L1"))
    point.at(MORNING + HOUR, entries.FaultEnded("no_loop", "L1"))
    point.at(END + 5 * DAY, entries.LineAnomaly("L1", "test", ""))
    found = json.loads(month_json(point.month()))
    assert found["coverage"] == {
        "heard": 62 * HOUR,
        "service": 63 * HOUR,
        "by_line": {"L1": [62 * HOUR, 63 * HOUR]},
        "gaps": [[MORNING, MORNING + HOUR, "no_loop", "L1"]],
    }


def test_what_is_asked_of_no_month_or_one_that_was_never_closed(point: Point) -> None:
    assert point.figures.month("2026-13", END) is None
    assert point.figures.later_changes(ClosedMonth("2026-13", 1, 1, "", {"head": {"seq": 0}})) == []


def test_a_window_of_one_line_and_its_breaches(point: Point) -> None:
    late = replace(CALL, delay=16 * SECOND, line="L2")
    point.call(CALL)
    point.call(late)
    found = point.figures.window(MORNING, MORNING + 1, "L2")
    assert list(found.by_line) == ["L2"]
    assert (found.whole.counts.offered, found.whole.waits.longest) == (1, 16 * SECOND)
    assert [each.line for each in point.figures.breaches(MORNING, MORNING + 1)] == ["L2"]
    assert point.figures.breaches(MORNING, MORNING + 1, "L1") == []


def test_a_closure_told_late_changes_the_calls_but_not_the_month_that_was_closed(point: Point) -> None:
    covered(point)
    last = wall("2026-11-30 11:00:00")  # a Monday
    call = point.call(replace(MISSED, started_wall=last))
    figures = month_json(point.month(END))
    point.at(END, entries.MonthClosed("2026-11", figures, ""))
    closed = point.figures.closed_month("2026-11")
    assert closed is not None
    closure = {
        "id": "c1",
        "from": "2026-11-30T11:00",
        "to": "2026-11-30T12:00",
        "reason": "停电",
        "approved_by": "王",
    }
    point.document(END + HOUR, "closures", {"closures": [closure]})
    (change,) = point.figures.later_changes(closed)
    assert (change.kind, change.call, change.in_hours) == ("recounted", call, False)
    assert point.figures.closed_month("2026-11") == closed
    assert point.month().whole.counts.missed == 0
    assert closed.figures["whole"]["counts"]["missed"] == 1


def test_occupancy_and_the_estimate_of_busy_calls(point: Point) -> None:
    """One talk of half the first hour: for the call that rang then one more met the line busy."""
    covered(point)
    half = replace(CALL, delay=0, talk=30 * MINUTE)
    made = replace(entry_of(half, "half"), ended_wall=MORNING + 30 * MINUTE)
    point.at(MORNING + 30 * MINUTE, made)
    found = point.month().busy["L1"]
    assert found.met_busy == pytest.approx(1.0)
    assert found.occupancy == pytest.approx(0.5 / 63)
    assert found.words.zh == "估计另有约 1 个来电遇忙"
