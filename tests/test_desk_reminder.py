"""When the desk is reminded of missed calls that nobody has looked at."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import Instant, seconds
from firmware_app.desk_reminder import CLOSED, LATER, MINUTE, DeskReminder
from firmware_app.reminding import Quiet
from tests.support import at

EVERY = 5 * MINUTE


def reminded(
    reminder: DeskReminder, now: Instant, *, minute: int = 600, in_hours: bool = True, busy: bool = False
) -> bool:
    return reminder.expire(now, minute=minute, in_hours=in_hours, busy=busy)


def test_somebody_who_is_there_is_reminded_again_and_again() -> None:
    reminder = DeskReminder(EVERY, ())
    reminder.now_is(at(0), waiting=True, present=True)
    assert reminder.next_deadline() == at(300).mono, "the missed call itself has had its beep"
    assert not reminded(reminder, at(299))
    assert reminded(reminder, at(300))
    reminder.now_is(at(310), waiting=True, present=True)
    assert not reminded(reminder, at(599))
    assert reminded(reminder, at(600))
    reminder.now_is(at(610), waiting=False, present=True)
    assert reminder.next_deadline() is None
    assert not reminded(reminder, at(2000))


def test_who_comes_back_is_reminded_at_once() -> None:
    reminder = DeskReminder(EVERY, ())
    reminder.now_is(at(0), waiting=True, present=False)
    assert reminder.next_deadline() is None
    reminder.now_is(at(1000), waiting=True, present=True)
    assert reminded(reminder, at(1000))
    assert reminder.next_deadline() == at(1300).mono


def test_without_an_interval_only_who_comes_back_is_reminded() -> None:
    reminder = DeskReminder(None, ())
    reminder.now_is(at(0), waiting=True, present=True)
    assert reminder.next_deadline() is None
    reminder.now_is(at(10), waiting=True, present=False)
    reminder.now_is(at(20), waiting=True, present=True)
    assert reminded(reminder, at(20))
    assert reminder.next_deadline() is None


@pytest.mark.parametrize(
    ("how", "rest"),
    [({"in_hours": False}, CLOSED), ({"minute": 12 * 60}, CLOSED), ({"busy": True}, LATER)],
)
def test_not_out_of_hours_not_in_quiet_hours_not_while_somebody_talks(
    how: dict[str, bool], rest: int
) -> None:
    reminder = DeskReminder(EVERY, (Quiet(12 * 60, 13 * 60),))
    reminder.now_is(at(0), waiting=True, present=True)
    assert not reminded(reminder, at(300), **how)  # type: ignore[arg-type]
    assert reminder.next_deadline() == at(300).mono + rest
    assert reminded(reminder, at(300).plus(rest)), "later, when it may be"


STEPS = st.lists(
    st.tuples(
        st.booleans(), st.booleans(), st.sampled_from((0.0, 9.9, 10.0, 59.9, 60.0, 299.9, 300.0, 300.1))
    ),
    max_size=30,
)


@settings(max_examples=150)
@given(steps=STEPS)
def test_two_reminders_are_never_closer_than_the_interval_unless_somebody_went_and_came(
    steps: list[tuple[bool, bool, float]],
) -> None:
    reminder, now, last, moved = DeskReminder(EVERY, ()), at(0), None, True
    here = True
    for waiting, present, later in steps:
        now = now.plus(seconds(later))
        moved = moved or present is not here
        here = present
        reminder.now_is(now, waiting=waiting, present=present)
        if reminded(reminder, now):
            assert waiting
            assert present
            assert last is None or moved or now.mono - last >= EVERY
            last, moved = now.mono, False
