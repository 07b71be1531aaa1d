"""What is worth showing, by example: stages, the most urgent call, the three lamps."""

from __future__ import annotations

import pytest

from device.interface import Pattern
from device.signals import seconds
from firmware_app.alerts import (
    Standing,
    Waiting,
    fault_pattern,
    is_news,
    missed_pattern,
    next_stage,
    ring_patterns,
    stage,
)

NOTHING = Standing(unseen=0, due=0, unsettled=0, faults=(), present=True)


def standing(
    unseen: int = 0, due: int = 0, unsettled: int = 0, faults: tuple[tuple[str, str | None], ...] = ()
) -> Standing:
    return Standing(unseen, due, unsettled, faults, True)


@pytest.mark.parametrize(
    ("waited", "expected", "then"),
    [
        (-0.2, 0, 5.0),
        (0.0, 0, 5.0),
        (4.999, 0, 5.0),
        (5.0, 1, 10.0),
        (9.999, 1, 10.0),
        (10.0, 2, 15.0),
        (14.999, 2, 15.0),
        (15.0, 3, None),
        (99.0, 3, None),
    ],
)
def test_stages_begin_at_five_ten_and_fifteen_seconds(
    waited: float, expected: int, then: float | None
) -> None:
    assert stage(seconds(waited)) == expected
    assert next_stage(seconds(waited)) == (None if then is None else seconds(then))


@pytest.mark.parametrize(
    ("calls", "ring", "red", "buzzer"),
    [
        ([], "off", "off", "off"),
        ([0], "slow", "off", "off"),
        ([5], "fast", "off", "off"),
        ([10], "fast", "off", "chirp"),
        ([15], "solid", "solid", "ring"),
        ([1, 16, 6], "solid", "solid", "ring"),
    ],
)
def test_the_most_urgent_call_is_shown(calls: list[float], ring: str, red: str, buzzer: str) -> None:
    shown = ring_patterns(Waiting(seconds(waited)) for waited in calls)
    assert {name: pattern.value for name, pattern in shown.items()} == {
        "ring": ring,
        "ring_red": red,
        "buzzer": buzzer,
    }


def test_a_silenced_call_is_still_seen_and_another_still_heard() -> None:
    silenced = Waiting(seconds(20), silenced=True)
    assert ring_patterns([silenced])["buzzer"] is Pattern.OFF
    assert ring_patterns([silenced])["ring"] is Pattern.SOLID
    assert ring_patterns([silenced, Waiting(seconds(12))])["buzzer"] is Pattern.CHIRP


@pytest.mark.parametrize(
    ("known", "pattern"),
    [
        (None, Pattern.OFF),
        (standing(), Pattern.OFF),
        (standing(due=1), Pattern.SOLID),
        (standing(unseen=1), Pattern.SLOW),
        (standing(unseen=1, due=1), Pattern.SLOW),
        (standing(unsettled=1, due=2), Pattern.SLOW),
    ],
)
def test_the_missed_lamp_tells_unseen_from_due(known: Standing | None, pattern: Pattern) -> None:
    assert missed_pattern(known) is pattern


@pytest.mark.parametrize(
    ("now", "known", "pattern"),
    [
        ((), None, Pattern.OFF),
        ((), NOTHING, Pattern.OFF),
        ([("disk", None)], None, Pattern.SOLID),
        ([("disk", None)], NOTHING, Pattern.SOLID),
        ((), standing(faults=(("line_lost", "L1"),)), Pattern.SOLID),
    ],
)
def test_the_fault_lamp_is_on_while_a_fault_is_known_or_recorded(
    now: list[object], known: Standing | None, pattern: Pattern
) -> None:
    assert fault_pattern(now, known) is pattern


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        (None, standing(unseen=3), False),
        (standing(unseen=3), standing(unseen=3, due=1), False),
        (standing(unseen=3), standing(unseen=4), True),
        (standing(unseen=3), standing(unseen=3, unsettled=1), True),
        (standing(unsettled=2), standing(unseen=1, unsettled=1), False),
        (standing(unseen=3), standing(unseen=2), False),
    ],
)
def test_only_one_more_missed_call_is_news(before: Standing | None, after: Standing, news: bool) -> None:
    assert is_news(before, after) is news
