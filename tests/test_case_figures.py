"""K1 to K4 of cases: who was called back, in time, reached; proven and told apart, nobody blamed before the time is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from device.signals import SECOND
from firmware_app.calls.case_figures import (
    CASE_RATES,
    AttemptFact,
    CaseCounts,
    CaseFact,
    case_rates,
    count_cases,
    proofs_of,
)

MINUTE = 60 * SECOND
T = 30 * MINUTE
NOW = 10_000 * MINUTE
DUE = 100 * MINUTE
CASE = CaseFact(1, "open", due=DUE)
TOLD = AttemptFact(wall=90 * MINUTE, worked=10 * MINUTE, outcome="reached", proven=False)
PROVEN = replace(TOLD, proven=True)


def reached(*attempts: AttemptFact) -> CaseFact:
    return replace(
        CASE, state="reached", attempts=attempts, closed_wall=attempts[-1].wall if attempts else None
    )


def test_proven_and_told_stand_apart() -> None:
    found = count_cases([reached(PROVEN), reached(TOLD), reached(TOLD)], T, NOW)
    assert proofs_of(found) == {
        "K1": {"proven": 1, "told": 2},
        "K2": {"proven": 1, "told": 2, "by_caller": 0},
        "K3": {"proven": 1, "told": 2},
    }


def test_an_attempt_the_line_heard_proves_a_call_back_but_not_that_somebody_was_reached() -> None:
    pending = replace(PROVEN, told=False)
    assert proofs_of(count_cases([reached(pending, TOLD)], T, NOW)) == {
        "K1": {"proven": 1, "told": 0},
        "K2": {"proven": 1, "told": 0, "by_caller": 0},
        "K3": {"proven": 0, "told": 1},
    }


@pytest.mark.parametrize(
    ("worked", "wall", "timely"),
    [(T, DUE + 1, 1), (T + 1, DUE + 1, 0), (T + 1, DUE, 1), (None, DUE, 1), (None, DUE + 1, 0)],
)
def test_in_time_is_t_of_working_minutes_or_the_deadline_of_the_case(
    worked: int | None, wall: int, timely: int
) -> None:
    attempt = replace(TOLD, worked=worked, wall=wall, outcome="busy")
    assert count_cases([replace(CASE, attempts=(attempt,))], T, NOW).timely_told == timely


def test_the_first_attempt_decides_whether_it_was_in_time() -> None:
    late = replace(PROVEN, worked=T + 1, wall=DUE + 1)
    assert count_cases([reached(late, TOLD)], T, NOW).timely_told == 0


@pytest.mark.parametrize(("worked", "timely"), [(T, 1), (T + 1, 0), (None, 0)])
def test_a_caller_who_rang_again_in_time_was_served_in_time(worked: int | None, timely: int) -> None:
    again = replace(CASE, state="self_resolved", closed_worked=worked, closed_wall=DUE + 1)
    found = count_cases([again], T, NOW)
    assert (found.timely_by_caller, found.self_resolved) == (timely, 1)
    assert case_rates(found)["K1"].numerator == 0


def test_who_was_tried_in_time_and_then_rang_again_is_counted_once() -> None:
    again = replace(CASE, state="self_resolved", closed_worked=T, attempts=(replace(TOLD, outcome="busy"),))
    assert case_rates(count_cases([again], T, NOW))["K2"].numerator == 1


def test_what_cannot_be_called_or_is_not_due_yet_is_in_no_rate_and_shown() -> None:
    vacant = replace(CASE, state="not_callable", attempts=(TOLD,))
    found = count_cases([vacant, CASE, reached(TOLD)], T, DUE - 1)
    rate = case_rates(found)["K1"]
    assert (rate.numerator, rate.denominator, rate.exclusions) == (1, 1, {"not_callable": 1, "pending": 1})
    assert case_rates(count_cases([CASE], T, DUE))["K1"].denominator == 1  # now it is late


def test_a_case_without_a_deadline_is_never_pending() -> None:
    assert count_cases([replace(CASE, due=None)], T, 0).pending == 0


def test_how_the_others_ended() -> None:
    cases = [replace(CASE, state=state) for state in ("unreachable", "not_needed", "not_needed")]
    found = count_cases([*cases, replace(CASE, low=True)], T, NOW)
    assert (found.unreachable, found.not_needed, found.low, found.cases, found.callable) == (1, 2, 1, 4, 4)


def test_the_time_to_the_first_attempt() -> None:
    cases = [reached(replace(TOLD, worked=worked)) for worked in (MINUTE, 3 * MINUTE, 2 * MINUTE, None)]
    first = count_cases(cases, T, NOW).first
    assert (first.timed, first.median, first.p90) == (3, 2 * MINUTE, 3 * MINUTE)


def test_k6_is_told_only_where_it_is_known() -> None:
    assert list(case_rates(CaseCounts())) == ["K1", "K2", "K3", "K5"]
    found = case_rates(CaseCounts(callers=4, served=3, away=2, looked_at=1))
    assert list(found) == list(CASE_RATES)
    assert (found["K6"].percent, found["K5"].percent) == ("75.0 %", "50.0 %")
