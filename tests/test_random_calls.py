"""Random calls: numbers nobody has, the first one missed, the shares of a service point, never two at once."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from device.exchange.line_course import course, line_free_at
from device.exchange.planned import CourseOfLine, PlannedCall, PlannedDialling
from device.exchange.random_calls import SHORTEST_PAUSE, LineCalls
from device.signals import SECOND


def many(count: int = 2000, seed: int = 1) -> list[CourseOfLine]:
    calls = LineCalls(seed, "L1", 15 * SECOND)
    return [calls.next_call() for _ in range(count)]


def test_the_same_seed_gives_the_same_calls_and_another_line_others() -> None:
    assert many(50) == many(50)
    assert many(50) != many(50, seed=2)
    assert LineCalls(1, "L1", SECOND).next_call() != LineCalls(1, "L2", SECOND).next_call()


@given(st.integers(0, 500))
@settings(max_examples=50)
def test_the_first_call_is_missed_and_shows_a_number(seed: int) -> None:
    first = LineCalls(seed, "L1", SECOND).next_call()
    assert isinstance(first, PlannedCall)
    assert first.answer_after is None
    assert first.caller_id.number
    assert first.bursts in (2.0, 3.0)


def test_nobody_has_these_numbers() -> None:
    numbers = [plan.digits for plan in many() if isinstance(plan, PlannedDialling)]
    numbers += [
        plan.caller_id.number for plan in many() if isinstance(plan, PlannedCall) and plan.caller_id.number
    ]
    assert len(set(numbers)) > 500
    assert all(re.fullmatch(r"154\d{8}|03560\d{6}", number) for number in numbers)


def test_the_shares() -> None:
    plans = many()
    calls = [plan for plan in plans if isinstance(plan, PlannedCall)]
    answered = [call for call in calls if call.answer_after is not None]
    abandoned = [call for call in calls if call.answer_after is None and call.bursts <= 1]
    withheld = [call for call in calls if not call.caller_id.number]
    for group, share in ((answered, 0.63), (abandoned, 0.053), (withheld, 0.095)):
        assert share * 0.7 < len(group) / len(plans) < share * 1.3
    assert 0.03 < (len(plans) - len(calls)) / len(plans) < 0.08
    assert all(3 * SECOND <= (call.answer_after or 0) <= 18 * SECOND for call in answered)


@given(
    st.integers(0, 50),
    st.sampled_from([SECOND, 15 * SECOND, 120 * SECOND]),
    st.sampled_from([0.5, 1.0, 10.0]),
)
@settings(max_examples=30)
def test_a_line_is_never_used_twice_at_once(seed: int, interval: int, speed: float) -> None:
    calls, start, free = LineCalls(seed, "L1", interval, speed), 0, 0
    for _ in range(30):
        assert start >= free
        plan = calls.next_call()
        changes = course(plan, start)
        last, free = changes[-1].at, line_free_at(plan, changes)
        start = calls.next_start(start, last)
        assert start - last >= SHORTEST_PAUSE
