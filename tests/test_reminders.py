"""When which channel tells the head of the point: by working minutes, once for each caller, never twice in ten minutes."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import SECOND, Instant
from firmware_app.calls.civil_time import civil
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.reminding import Quiet, Reminder, Robot, Secret
from firmware_app.uplink.messages import Fate
from firmware_app.uplink.reminders import FIRST_RETRY, LONG, LOOK, MINUTE, SPACING, Reminders

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = 1_795_363_200 * SECOND  # 2026-11-23 00:00 in Shanghai, a Monday


@dataclass(frozen=True)
class Content:
    version: int
    content: dict[str, object]


def opening(*windows: tuple[str, str]) -> OpeningHours:
    week = {
        day: [list(window) for window in windows] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    }
    found = OpeningHours.from_documents({"service_hours": Content(1, {"week": week})}, ZONE)
    assert isinstance(found, OpeningHours)
    return found


HOURS = opening(("08:30", "12:00"), ("14:30", "17:30"))


def clock(reading: str, day: int = 0) -> int:
    """ns UTC of that time of the day in Shanghai."""
    return MIDNIGHT + (day * 24 * 60 + int(reading[:2]) * 60 + int(reading[3:])) * MINUTE


def moment(reading: str, day: int = 0) -> Instant:
    wall = clock(reading, day)
    return Instant(wall - MIDNIGHT, wall)


def channel(name: str = "群", after: int = 30, *quiet: Quiet) -> Reminder:
    return Reminder(name, "wecom", Robot(Secret("https://robot.example")), after, tuple(quiet))


def rules(*channels: Reminder) -> Reminders:
    return Reminders(channels or (channel(),), ZONE)


def test_a_caller_is_told_of_when_the_working_minutes_are_over_and_only_once() -> None:
    reminders, clocks = rules(), [clock("09:00")]
    assert reminders.due(moment("09:29"), clocks, HOURS) == []
    assert reminders.due(moment("09:30"), clocks, HOURS) == ["群"]
    reminders.begun("群")
    assert reminders.due(moment("09:31"), clocks, HOURS) == [], "one is under way"
    assert reminders.ended("群", Fate.SENT, moment("09:31"))
    assert reminders.due(moment("11:59"), clocks, HOURS) == []
    assert reminders.due(moment("09:00", day=1), clocks, HOURS) == [], "the same caller is told of once"


def test_lunch_is_no_waiting() -> None:
    reminders, clocks = rules(), [clock("11:50")]
    assert reminders.due(moment("14:49"), clocks, HOURS) == []
    assert reminders.due(moment("14:50"), clocks, HOURS) == ["群"]


def test_another_caller_is_told_of_after_ten_minutes_at_the_soonest() -> None:
    reminders, clocks = rules(), [clock("09:00"), clock("09:05")]
    reminders.ended("群", Fate.SENT, moment("09:30"))
    assert reminders.due(moment("09:39"), clocks, HOURS) == []
    assert reminders.due(moment("09:40"), clocks, HOURS) == ["群"]


def test_a_caller_who_waited_too_long_already_at_the_last_message_was_told_of_with_it() -> None:
    reminders = rules()
    reminders.restore("群", clock("09:36"), moment("09:50"))
    assert reminders.due(moment("09:50"), [clock("09:00"), clock("09:06")], HOURS) == []
    assert reminders.due(moment("09:50"), [clock("09:00"), clock("09:07")], HOURS) == ["群"]


def test_a_restart_knows_the_last_message_and_a_clock_set_back_lets_no_second_through() -> None:
    reminders, clocks = rules(), [clock("09:00"), clock("09:20")]
    reminders.restore("群", clock("09:45"), moment("09:52"))
    reminders.restore("no longer configured", 1, moment("09:52"))
    assert reminders.due(moment("09:54"), clocks, HOURS) == []
    assert reminders.due(moment("09:55"), clocks, HOURS) == ["群"]
    reminders = rules()
    reminders.restore("群", clock("11:00"), moment("09:45"))  # recorded while the clock ran ahead
    assert reminders.due(moment("09:54"), clocks, HOURS) == []
    assert reminders.due(moment("09:55"), clocks, HOURS) == ["群"]


def test_nothing_is_sent_in_quiet_hours_but_after_them() -> None:
    reminders, clocks = rules(channel("群", 30, Quiet(9 * 60, 10 * 60))), [clock("08:30")]
    assert reminders.due(moment("09:00"), clocks, HOURS) == []
    assert reminders.due(moment("09:59"), clocks, HOURS) == []
    assert reminders.due(moment("10:00"), clocks, HOURS) == ["群"]


def test_each_channel_has_its_own_time() -> None:
    reminders, clocks = rules(channel("群", 30), channel("邮箱", 60)), [clock("09:00")]
    assert reminders.due(moment("09:30"), clocks, HOURS) == ["群"]
    reminders.ended("群", Fate.SENT, moment("09:30"))
    assert reminders.due(moment("10:00"), clocks, HOURS) == ["邮箱"]


def test_a_failure_is_tried_again_later_and_later() -> None:
    reminders, clocks, now = rules(), [clock("09:00")], moment("09:30")
    rests = []
    for _ in range(8):
        assert reminders.due(now, clocks, HOURS) == ["群"]
        reminders.ended("群", Fate.FAILED, now)
        rest = next(rest for rest in range(0, 700) if reminders.due(now.plus(rest * SECOND), clocks, HOURS))
        rests.append(rest)
        now = now.plus(rest * SECOND)
    assert rests == [30, 60, 120, 240, 480, 600, 600, 600]
    assert FIRST_RETRY == 30 * SECOND


def test_what_may_have_arrived_is_not_sent_again_before_ten_minutes() -> None:
    reminders, clocks = rules(), [clock("09:00")]
    assert not reminders.ended("群", Fate.UNSURE, moment("09:30"))
    assert reminders.due(moment("09:39"), clocks, HOURS) == []
    assert reminders.due(moment("09:40"), clocks, HOURS) == ["群"]


def test_failing_for_long_is_told_once_until_it_works_again() -> None:
    reminders, now = rules(), moment("09:30")
    told = [reminders.ended("群", Fate.FAILED, now.plus(n * 10 * MINUTE)) for n in range(6)]
    assert told == [False, False, False, True, False, False]
    assert LONG == 30 * MINUTE
    assert reminders.ended("群", Fate.SENT, now.plus(70 * MINUTE))
    again = [reminders.ended("群", Fate.UNSURE, now.plus((80 + n * 10) * MINUTE)) for n in range(5)]
    assert again == [False, False, False, True, False]


def test_when_to_look_again() -> None:
    reminders = rules()
    assert reminders.look_again(moment("09:00"), [], HOURS) is None
    soon = moment("09:29").plus(50 * SECOND)
    assert reminders.look_again(soon, [clock("09:00")], HOURS) == 10 * SECOND
    assert reminders.look_again(moment("09:00"), [clock("09:00")], HOURS) == LOOK, (
        "the clock may be set meanwhile"
    )
    reminders.ended("群", Fate.FAILED, moment("09:30"))
    assert reminders.look_again(moment("09:30"), [clock("09:00")], HOURS) == FIRST_RETRY
    never = opening()
    assert reminders.look_again(moment("11:00"), [clock("09:00")], never) == LOOK
    assert reminders.due(moment("11:00"), [clock("09:00")], never) == []


STARTS = st.lists(st.integers(8 * 60 - 30, 18 * 60), max_size=6)
FATES = st.lists(st.sampled_from(list(Fate)), min_size=1, max_size=12)
SPANS = st.sampled_from(((), (Quiet(9 * 60, 9 * 60 + 45),), (Quiet(17 * 60, 8 * 60 + 45),)))


@settings(max_examples=60)
@given(starts=STARTS, fates=FATES, quiet=SPANS, after=st.sampled_from((1, 9, 10, 11, 30)))
def test_a_day_minute_by_minute(
    starts: list[int], fates: list[Fate], quiet: tuple[Quiet, ...], after: int
) -> None:
    """Whatever fails: messages are ten minutes apart and outside quiet hours, and at the end nobody is untold who could be."""
    reminders, told, sent = rules(channel("群", after, *quiet)), set[int](), []
    outcomes = iter(fates)
    for minute in range(7 * 60, 34 * 60):
        now = Instant(minute * MINUTE, MIDNIGHT + minute * MINUTE)
        clocks = sorted(MIDNIGHT + start * MINUTE for start in starts if start <= minute)
        overdue = {each for each in clocks if HOURS.worked(each, now.wall) >= after * MINUTE}
        for name in reminders.due(now, clocks, HOURS):
            assert overdue - told, "there is news"
            assert not any(span.holds(civil(now.wall, ZONE) // MINUTE % 1440) for span in quiet)
            reminders.begun(name)
            fate = next(outcomes, Fate.SENT)
            if fate is Fate.SENT:
                assert not sent or minute - sent[-1] >= SPACING // MINUTE
                sent.append(minute)
                told |= overdue
            reminders.ended(name, fate, now)
    every = {MIDNIGHT + start * MINUTE for start in starts}
    last = MIDNIGHT + 34 * 60 * MINUTE
    assert {each for each in every if HOURS.worked(each, last - 3 * 60 * MINUTE) >= after * MINUTE} <= told
