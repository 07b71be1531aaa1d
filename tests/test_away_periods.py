"""Periods of absence and K5 from the words of the ledger, checked against a count moment by moment."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.away_periods import (
    LOOKED_AT_WITHIN,
    AwayPeriod,
    MissedCall,
    PresenceWord,
    away_periods,
    looked_at_rate,
)

MINUTE = 60 * SECOND
RETURN = 30 * MINUTE
AWAY = PresenceWord(False, "missed_call", 2 * MINUTE, since_wall=MINUTE)
BACK = PresenceWord(True, "off_hook", RETURN)


def call(wall: int, seen: int | None = None, number: int = 1) -> MissedCall:
    return MissedCall(number, wall, seen)


def test_a_period_begins_with_the_missed_call_and_ends_with_the_lift() -> None:
    missed = [call(MINUTE), call(RETURN - 1, number=2), call(RETURN, number=3), call(MINUTE - 1, number=4)]
    [period] = away_periods([AWAY, BACK], missed)
    assert (period.since, period.until, period.sources) == (MINUTE, RETURN, ("missed_call", "off_hook"))
    assert [each.call for each in period.calls] == [1, 2], "half-open"


def test_words_that_confirm_change_nothing_but_the_sources() -> None:
    said = PresenceWord(False, "button", 5 * MINUTE)
    again = PresenceWord(True, "button", RETURN + MINUTE)
    [period] = away_periods([AWAY, said, BACK, again], [])
    assert (period.since, period.until) == (MINUTE, RETURN)
    assert period.sources == ("missed_call", "button", "off_hook")


def test_a_missed_call_that_began_before_somebody_said_away_sets_the_beginning_back() -> None:
    said = PresenceWord(False, "panel", 90 * SECOND)
    [period] = away_periods([said, AWAY, BACK], [])
    assert period.since == MINUTE


def test_somebody_still_away() -> None:
    [period] = away_periods([AWAY], [call(MINUTE, seen=2 * MINUTE)])
    assert (period.until, period.in_time()) == (None, False)
    assert looked_at_rate([period], 10**18) == (0, 0)


def test_a_clock_that_was_stepped_back_makes_no_period_overlap() -> None:
    words = [AWAY, BACK, PresenceWord(False, "button", MINUTE), PresenceWord(True, "button", 2 * MINUTE)]
    assert [(p.since, p.until) for p in away_periods(words, [])] == [(MINUTE, RETURN), (RETURN, RETURN)]


def test_five_minutes_to_the_nanosecond() -> None:
    for seen, in_time in (
        (RETURN + LOOKED_AT_WITHIN, True),
        (RETURN + LOOKED_AT_WITHIN + 1, False),
        (0, True),
    ):
        [period] = away_periods([AWAY, BACK], [call(MINUTE, seen)])
        assert period.in_time() is in_time


def test_every_call_of_the_period_must_have_been_looked_at() -> None:
    one = [call(MINUTE, RETURN), call(2 * MINUTE, None, 2)]
    [period] = away_periods([AWAY, BACK], one)
    assert (period.seen_wall, period.in_time()) == (None, False)
    [period] = away_periods([AWAY, BACK], [call(MINUTE, RETURN), call(2 * MINUTE, RETURN + 9, 2)])
    assert (period.seen_wall, period.in_time()) == (RETURN + 9, True)


def test_k5_counts_a_period_only_when_it_is_known_how_it_came_out() -> None:
    waiting = away_periods([AWAY, BACK], [call(MINUTE)])
    assert looked_at_rate(waiting, RETURN + LOOKED_AT_WITHIN) == (0, 0), "there is time left"
    assert looked_at_rate(waiting, RETURN + LOOKED_AT_WITHIN + 1) == (0, 1)
    seen = away_periods([AWAY, BACK], [call(MINUTE, RETURN + 1)])
    assert looked_at_rate(seen, RETURN + 2) == (1, 1)
    assert looked_at_rate(seen, RETURN + 2, within=0) == (0, 1)
    assert looked_at_rate(away_periods([AWAY, BACK], []), 10**18) == (0, 0), "nothing was missed"


def test_back_without_away_is_no_period() -> None:
    assert away_periods([BACK], [call(MINUTE)]) == []


HORIZON = 80
WALLS = st.integers(0, 60)
WORDS = st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 3)), max_size=12)
CALLS = st.lists(st.tuples(WALLS, st.none() | st.integers(0, 80)), max_size=8)


@settings(max_examples=200)
@given(words=WORDS, calls=CALLS)
def test_periods_are_what_a_count_minute_by_minute_finds(
    words: list[tuple[bool, int, int]], calls: list[tuple[int, int | None]]
) -> None:
    """Brute force: each word paints all minutes from its "since" on, but never into a period that is over."""
    now, said, state, end = 10, [], [True] * HORIZON, 0
    for here, gap, ago in words:
        now += gap
        since = max(now - ago, end)
        if not here:
            state[since:] = [False] * (HORIZON - since)
        elif not state[-1]:
            begun = max((minute for minute in range(HORIZON) if state[minute]), default=-1) + 1
            end = max(since, begun)
            state[end:] = [True] * (HORIZON - end)
        said.append(PresenceWord(here, "button", now * MINUTE, (now - ago) * MINUTE))
    missed = [MissedCall(nr, wall * MINUTE, seen and seen * MINUTE) for nr, (wall, seen) in enumerate(calls)]
    periods = away_periods(said, missed)
    within = {
        minute
        for p in periods
        for minute in range(p.since // MINUTE, (HORIZON * MINUTE if p.until is None else p.until) // MINUTE)
    }
    assert within == {minute for minute, here in enumerate(state) if not here}
    assert sum(len(p.calls) for p in periods) == sum(not state[wall] for wall, _ in calls)
    assert all(a.until is not None and a.until <= b.since for a, b in pairwise(periods))


def test_a_period_is_a_plain_value() -> None:
    assert AwayPeriod(1, 2, ("button",)) == AwayPeriod(1, 2, ("button",), ())
