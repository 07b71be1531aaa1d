"""The opening hours by name: each case of the trade (docs/DOMAIN.md 2.4, 5.3, 5.4) with the answer it must have."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from device.signals import SECOND
from firmware_app.calls.opening_hours import NO_HOURS, DayKind, OpeningHours
from tests.hours_support import (
    CALENDARS,
    HOUR,
    MINUTE,
    SHANGHAI,
    WEEK,
    WORKDAY,
    closure,
    documents,
    hours_of,
    shown,
    wall,
)

PLAIN = {"service_hours": {"week": WEEK}, **CALENDARS}
HOURS = hours_of(PLAIN)
POWER_CUT = {"closures": {"closures": [closure("2026-11-24T15:00", "2026-11-24T16:00")]}}
BERLIN = ZoneInfo("Europe/Berlin")


def dated(*versions: dict[str, Any]) -> OpeningHours:
    return hours_of({**CALENDARS, "service_hours": {"versions": list(versions)}})


def day(text: str, hours: OpeningHours = HOURS, zone: ZoneInfo = SHANGHAI) -> list[str]:
    """The windows of a day, as clock times."""
    found = hours.windows(date.fromisoformat(text))
    return [f"{shown(start, zone)[11:]}-{shown(end, zone)[11:]}" for start, end in found]


# ---- DOMAIN 2.4


def test_it_rings_two_seconds_before_the_office_opens() -> None:
    assert HOURS.in_hours(wall("2026-11-24T14:29:58")) is False
    assert HOURS.in_hours(wall("2026-11-24T14:30:00")) is True


def test_a_call_that_rings_past_noon_began_in_hours() -> None:
    assert HOURS.in_hours(wall("2026-11-24T11:59:55")) is True


def test_a_window_takes_its_first_nanosecond_and_not_its_end() -> None:
    noon = wall("2026-11-24T12:00")
    assert HOURS.in_hours(noon - 1) is True
    assert HOURS.in_hours(noon) is False
    assert HOURS.in_hours(wall("2026-11-24T08:30") - 1) is False


def test_lunch_is_out_of_hours_and_does_not_count() -> None:
    assert HOURS.in_hours(wall("2026-11-24T13:00")) is False
    assert HOURS.worked(wall("2026-11-24T11:50"), wall("2026-11-24T14:40")) == 20 * MINUTE


def test_a_point_that_works_through_lunch_has_no_break() -> None:
    hours = hours_of({"service_hours": {"week": {"tue": [["08:30", "17:30"]]}}})
    assert hours.in_hours(wall("2026-11-24T13:00")) is True


def test_an_out_of_hours_call_waits_from_the_next_opening() -> None:
    assert shown(HOURS.next_opening(wall("2026-11-24T12:10"))) == "2026-11-24T14:30"
    assert shown(HOURS.next_opening(wall("2026-11-27T17:30"))) == "2026-11-30T08:30"
    inside = wall("2026-11-24T09:00") + 1
    assert HOURS.next_opening(inside) == inside


def test_a_closure_is_out_of_hours_and_does_not_count() -> None:
    hours = hours_of({**PLAIN, **POWER_CUT})
    assert [
        hours.in_hours(wall(f"2026-11-24T{at}")) for at in ("14:59:59", "15:00", "15:59:59", "16:00")
    ] == [
        True,
        False,
        False,
        True,
    ]
    assert day("2026-11-24", hours) == ["08:30-12:00", "14:30-15:00", "16:00-17:30"]
    assert hours.worked(wall("2026-11-24T14:30"), wall("2026-11-24T17:30")) == 2 * HOUR
    assert shown(hours.after(wall("2026-11-24T14:50"), 30 * MINUTE)) == "2026-11-24T16:20"
    assert shown(hours.next_opening(wall("2026-11-24T15:10"))) == "2026-11-24T16:00"
    named = hours.closed_by(wall("2026-11-24T15:10"))
    assert named is not None
    assert named.reason == "停电"
    assert hours.closed_by(wall("2026-11-24T16:00")) is None
    assert hours.without_closures().in_hours(wall("2026-11-24T15:10")) is True


def test_a_closure_over_several_days_closes_them_whole() -> None:
    long = {"closures": {"closures": [closure("2026-11-24T10:00", "2026-11-26T09:00")]}}
    hours = hours_of({**PLAIN, **long})
    assert day("2026-11-24", hours) == ["08:30-10:00"]
    assert day("2026-11-25", hours) == []
    assert day("2026-11-26", hours) == ["09:00-12:00", "14:30-17:30"]


# ---- the calendar: DOMAIN 5.4


def test_five_working_days_over_national_day() -> None:
    """Received on Wednesday 2026-09-30: 10-08, 09, 10 (a Saturday that is worked), 12, 13."""
    worked = [_date("2026-10-01") + timedelta(n) for n in range(14) if day((_date("2026-10-01") + timedelta(n)).isoformat())]  # fmt: skip
    assert [f"{each:%m-%d}" for each in worked[:5]] == ["10-08", "10-09", "10-10", "10-12", "10-13"]
    closing = wall("2026-09-30T17:30")
    assert shown(HOURS.after(closing, 5 * 6 * HOUR + 5 * 30 * MINUTE)) == "2026-10-13T17:30"


def test_three_working_days_over_spring_festival() -> None:
    """Received on Thursday 2026-02-12: 02-13, 02-14 (a Saturday that is worked), 02-24."""
    closing = wall("2026-02-12T17:30")
    assert shown(HOURS.after(closing, 3 * 6 * HOUR + 3 * 30 * MINUTE)) == "2026-02-24T17:30"


def test_what_comes_on_a_holiday_waits_for_the_first_working_day() -> None:
    assert shown(HOURS.next_opening(wall("2026-10-02T10:00"))) == "2026-10-08T08:30"
    assert shown(HOURS.after(wall("2026-10-02T10:00"), 5 * 6 * HOUR + 5 * 30 * MINUTE)) == "2026-10-13T17:30"


def test_a_point_may_stay_open_on_holidays() -> None:
    hours = dated({"week": WEEK, "holidays": "open"})
    assert day("2026-10-01", hours) == ["08:30-12:00", "14:30-17:30"]  # a Thursday
    assert day("2026-10-03", hours) == []


def test_a_make_up_day_has_the_windows_of_the_weekday_that_is_named() -> None:
    week = {**WEEK, "thu": [["09:00", "11:00"]]}
    assert day("2026-10-10", dated({"week": week, "makeup": "thu"})) == ["09:00-11:00"]
    assert day("2026-10-10", dated({"week": week, "makeup": "own"})) == []
    assert day("2026-10-10", dated({"week": week, "makeup": "closed"})) == []


def test_a_year_without_calendar_is_guessed_from_the_weekdays_and_says_so() -> None:
    guessed = wall("2027-10-01T10:00")  # a Friday, National Day
    assert HOURS.in_hours(guessed) is True
    assert HOURS.provisional(guessed) is True
    assert HOURS.basis(guessed) == "service_hours:1 provisional"
    assert HOURS.provisional(wall("2026-12-31T23:59")) is False
    assert HOURS.provisional(wall("2027-01-01T00:00")) is True


@pytest.mark.parametrize(
    ("moment", "years"),
    [
        ("2026-10-31T23:59", ()),
        ("2026-11-01T00:00", (2027,)),
        ("2026-12-31T23:59", (2027,)),
        ("2027-01-01T00:00", (2027,)),
        ("2027-11-01T00:00", (2027, 2028)),
    ],
)
def test_the_next_year_is_missed_from_the_first_of_november_on(moment: str, years: tuple[int, ...]) -> None:
    assert HOURS.missing_years(wall(moment)) == years


def test_a_calendar_whose_shape_is_wrong_or_of_another_year_is_missing() -> None:
    calendars = {"calendar.2026": CALENDARS["calendar.2025"], "calendar.2025": {"year": 2025, "days": "x"}}
    assert hours_of({"service_hours": {"week": WEEK}, **calendars}).calendars == {}


# ---- what it rests on


def test_the_basis_names_every_document_that_decides() -> None:
    given = documents({**PLAIN, **POWER_CUT}, version=3)
    hours = OpeningHours.from_documents(given, SHANGHAI)
    assert isinstance(hours, OpeningHours)
    assert hours.basis(wall("2026-11-24T09:00")) == "service_hours:3 calendar.2026:3 closures:3"
    assert hours.basis(10**30) == "service_hours:3 closures:3 provisional"


def test_the_notice_of_the_next_year_is_named_where_it_speaks_of_december() -> None:
    early = {"year": 2027, "days": [{"name": "元旦", "date": "2026-12-31", "isOffDay": True}]}
    hours = hours_of({**PLAIN, "calendar.2027": early})
    assert hours.basis(wall("2026-12-31T09:00")) == "service_hours:1 calendar.2026:1 calendar.2027:1"
    assert hours.basis(wall("2026-12-30T09:00")) == "service_hours:1 calendar.2026:1"
    assert day("2026-12-31", hours) == []


def test_without_usable_hours_it_is_said_why() -> None:
    assert OpeningHours.from_documents({}, SHANGHAI) == (NO_HOURS,)
    wrong = OpeningHours.from_documents(documents({"service_hours": {"week": 1}}), SHANGHAI)
    assert isinstance(wrong, tuple)
    assert wrong[0].en == "week: must be an object with keys mon to sun"


# ---- versions and seasons


def test_a_version_holds_from_the_first_moment_of_its_date() -> None:
    hours = dated(
        {"from": "2026-11-01", "week": {"mon": [["22:00", "24:00"]], "tue": [["00:00", "24:00"]]}},
        {"from": "2026-11-24", "week": WEEK},
    )
    assert day("2026-11-23", hours) == ["22:00-00:00"]
    assert hours.in_hours(wall("2026-11-24T00:00") - 1) is True
    assert hours.in_hours(wall("2026-11-24T00:00")) is False
    assert hours.in_hours(wall("2026-10-27T10:00")) is False  # nothing holds yet


def test_summer_and_winter_change_by_themselves() -> None:
    winter = {key: [["08:30", "12:00"], ["14:00", "17:00"]] for key in WEEK}
    hours = dated({"seasons": [{"name": "夏令", "from": "05-01", "week": WEEK}, {"name": "冬令", "from": "10-01", "week": winter}]})  # fmt: skip
    assert day("2026-09-30", hours) == ["08:30-12:00", "14:30-17:30"]
    assert day("2026-10-08", hours) == ["08:30-12:00", "14:00-17:00"]
    assert hours.day_kind(_date("2026-10-08")) == DayKind("", None, False, "冬令")
    assert hours.day_kind(_date("2026-10-10")) == DayKind("国庆节", False, False, "冬令")
    assert hours_of(PLAIN).day_kind(_date("2027-01-01")) == DayKind("", None, True, "")
    assert dated({"from": "2026-01-01", "week": WEEK}).day_kind(_date("2025-10-01")).season == ""


def test_midnight_does_not_part_what_is_open_through_it() -> None:
    hours = hours_of({"service_hours": {"week": {key: [["00:00", "24:00"]] for key in ("mon", "tue")}}})
    monday, wednesday = wall("2026-11-23T00:00"), wall("2026-11-25T00:00")
    assert hours.worked(monday - HOUR, wednesday + HOUR) == 48 * HOUR
    assert hours.after(monday, 48 * HOUR) == wednesday
    assert all(hours.in_hours(monday + at) for at in (0, 24 * HOUR - 1, 24 * HOUR, 48 * HOUR - 1))


# ---- half-days


@pytest.mark.parametrize(
    ("windows", "moment", "half"),
    [
        (WORKDAY, "11:59", "am"),
        (WORKDAY, "12:00", "pm"),  # the midday break begins
        (WORKDAY, "13:00", "pm"),
        ([["08:00", "11:30"], ["13:30", "17:00"]], "11:29", "am"),
        ([["08:00", "11:30"], ["13:30", "17:00"]], "11:30", "pm"),
        ([["08:00", "17:00"]], "11:59", "am"),
        ([["08:00", "17:00"]], "12:00", "pm"),
        ([["08:00", "10:00"], ["10:15", "17:00"]], "11:00", "am"),  # no midday break
        ([["08:00", "10:00"], ["10:00", "13:00"], ["13:30", "17:00"]], "12:59", "am"),
        ([["08:00", "11:00"], ["11:00", "17:00"]], "11:30", "am"),
        ([["08:00", "14:00"], ["15:00", "17:00"]], "12:30", "pm"),
        ([], "12:00", "pm"),
    ],
)
def test_a_day_is_parted_where_its_midday_break_begins(
    windows: list[list[str]], moment: str, half: str
) -> None:
    hours = hours_of({"service_hours": {"week": {"tue": windows}}})
    assert hours.half_day(wall(f"2026-11-24T{moment}")) == f"2026-11-24 {half}"


def test_a_day_before_the_first_version_is_parted_at_noon() -> None:
    hours = dated({"from": "2026-11-24", "week": WEEK})
    assert hours.half_day(wall("2026-11-23T12:00")) == "2026-11-23 pm"


# ---- other clocks


def test_local_time_counts_whatever_the_system_says() -> None:
    moment = wall("2026-11-24T08:30")
    assert hours_of(PLAIN, BERLIN).in_hours(moment) is False
    assert hours_of(PLAIN, BERLIN).in_hours(moment + 7 * HOUR) is True


def test_a_window_in_the_hour_that_is_left_out() -> None:
    hours = hours_of({"service_hours": {"week": {"sun": [["01:30", "03:30"]]}}}, BERLIN)
    assert day("2026-03-29", hours, BERLIN) == ["01:30-03:30"]
    assert hours.worked(wall("2026-03-29T00:00", BERLIN), wall("2026-03-29T12:00", BERLIN)) == HOUR


def test_a_window_in_the_hour_that_comes_twice() -> None:
    hours = hours_of({"service_hours": {"week": {"sun": [["02:15", "02:45"]]}}}, BERLIN)
    assert day("2026-10-25", hours, BERLIN) == ["02:15-02:45", "02:15-02:45"]
    assert hours.worked(wall("2026-10-25T00:00", BERLIN), wall("2026-10-25T12:00", BERLIN)) == HOUR


# ---- never without an answer


@pytest.mark.parametrize("moment", [0, 10**30, -(10**30), 253_402_300_799 * SECOND, -62_135_596_800 * SECOND])
def test_any_moment_has_an_answer(moment: int) -> None:
    for zone in (SHANGHAI, BERLIN, ZoneInfo("America/St_Johns")):
        hours = hours_of(PLAIN, zone)
        assert hours.in_hours(moment) in (True, False)
        assert hours.provisional(moment) is True
        assert hours.missing_years(moment) == ()  # no year of which there could be a calendar
        assert hours.half_day(moment).endswith(("am", "pm", ""))
        assert hours.worked(moment, moment + 10**25) >= 0
        assert hours.worked(moment, moment) == 0
        assert hours.after(moment, 0) == moment


def test_the_last_days_of_the_calendar() -> None:
    assert day("9999-12-31") == ["08:30-12:00", "14:30-17:30"]
    assert len(HOURS.windows(date.min)) == 2
    assert HOURS.in_hours(wall("9999-12-31T09:00")) is True


def test_where_it_is_never_open_nothing_is_searched() -> None:
    hours = hours_of({"service_hours": {"week": {}}})
    assert hours.next_opening(0) is None
    assert hours.after(0, 1) is None


def test_what_lies_beyond_ten_years_is_not_found() -> None:
    hours = dated({"from": "2040-01-01", "week": WEEK})
    assert hours.next_opening(wall("2026-11-24T09:00")) is None
    assert hours.after(wall("2026-11-24T09:00"), 1) is None
    assert HOURS.after(wall("2026-11-24T09:00"), 10**30) is None


def test_many_days_are_asked_and_few_are_kept() -> None:
    hours = hours_of(PLAIN)
    decade = hours.worked(wall("2010-01-01T00:00"), wall("2019-12-31T00:00"))
    assert hours.worked(wall("2030-01-01T00:00"), wall("2039-12-31T00:00")) > 0
    assert hours.worked(wall("2010-01-01T00:00"), wall("2019-12-31T00:00")) == decade


def _date(text: str) -> date:
    return date.fromisoformat(text)
