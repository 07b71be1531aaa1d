"""The opening hours beside a count that reads the clock at every minute: any documents, any of the odd clocks of the world."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.holiday_calendar import FIRST_YEAR
from firmware_app.calls.service_hours import DAYS
from firmware_app.records.documents import refusal_of
from tests.hours_support import MINUTE, MinuteCount, hours_of

# zone and a day on which its clocks are changed: at 02:00; at midnight, so that a day begins at 01:00; at 00:01, so that the end
# of a day comes twice; by half an hour; a day left out whole; none
PLACES = st.sampled_from(
    (
        ("Asia/Shanghai", "2026-02-14"),
        ("Asia/Shanghai", "1986-05-04"),
        ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"),
        ("America/Sao_Paulo", "2018-11-04"),
        ("America/Sao_Paulo", "2018-02-17"),
        ("America/St_Johns", "2006-10-28"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Pacific/Apia", "2011-12-30"),
    )
)
TIMES = st.sampled_from(
    (
        "00:00",
        "00:01",
        "00:30",
        "01:00",
        "01:59",
        "02:00",
        "02:15",
        "02:45",
        "03:00",
        "08:30",
        "12:00",
        "23:01",
        "23:59",
        "24:00",
    )
)


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    week = {}
    for name in DAYS:
        edges = sorted(draw(st.lists(TIMES, max_size=4, unique=True)))
        week[name] = [[start, end] for start, end in zip(edges[::2], edges[1::2], strict=False)]
    return week


@st.composite
def points(draw: st.DrawFn) -> tuple[dict[str, Any], ZoneInfo, int]:
    """Documents whose versions, seasons, holidays and closures change around one day; the zone; the noon of that day in
    minutes of UTC, roughly."""
    zone, text = draw(PLACES)
    pivot = date.fromisoformat(text)

    def near() -> date:
        return pivot + timedelta(draw(st.integers(-2, 2)))

    starts = sorted({near(), near()})
    versions = [
        {
            "from": start.isoformat(),
            "seasons": [
                {"from": f"{at:%m-%d}", "week": draw(weeks())}
                for at in sorted({near(), pivot + timedelta(170)})
            ],
            "holidays": draw(st.sampled_from(("closed", "open"))),
            "makeup": draw(st.sampled_from(("mon", "own", "closed"))),
        }
        for start in starts
    ]
    if draw(st.booleans()):
        del versions[0]["from"]
    contents: dict[str, Any] = {"service_hours": {"versions": versions}}
    named = [at for at in sorted({near(), near()}) if at.year == pivot.year]
    if named and pivot.year >= FIRST_YEAR and draw(st.booleans()):
        marks = [{"name": "x", "date": at.isoformat(), "isOffDay": draw(st.booleans())} for at in named]
        contents[f"calendar.{pivot.year}"] = {"year": pivot.year, "days": marks}
    closed = []
    for place in range(draw(st.integers(0, 2))):
        start = datetime.combine(near(), datetime.min.time()) + timedelta(minutes=draw(st.integers(0, 1500)))
        end = start + timedelta(minutes=draw(st.sampled_from((1, 30, 90, 1440, 2000))))
        closed.append({"id": str(place), "from": f"{start:%Y-%m-%dT%H:%M}", "to": f"{end:%Y-%m-%dT%H:%M}", "reason": "停电", "approved_by": "王站长"})  # fmt: skip
    contents["closures"] = {"closures": closed}
    assert all(refusal_of(name, content) is None for name, content in contents.items()), contents
    minute = int(datetime.fromisoformat(f"{text}T12:00").replace(tzinfo=ZoneInfo("UTC")).timestamp()) // 60
    return contents, ZoneInfo(zone), minute


@settings(max_examples=60, deadline=None)
@given(point=points(), before=st.integers(0, 2500), length=st.integers(0, 2500))
def test_what_is_worked_is_what_a_clock_that_is_read_every_minute_counts(
    point: tuple[dict[str, Any], ZoneInfo, int], before: int, length: int
) -> None:
    contents, zone, noon = point
    hours, counted = hours_of(contents, zone), MinuteCount(contents, zone)
    start = noon - before
    expected = counted.worked(start, start + length)
    assert hours.worked(start * MINUTE, (start + length) * MINUTE) == expected * MINUTE
    for minute in (start, start + length, noon - 720, noon + 719):
        open_ = counted.is_open(minute)
        assert hours.in_hours(minute * MINUTE) is open_
        assert hours.in_hours((minute + 1) * MINUTE - 1) is open_


@settings(max_examples=60, deadline=None)
@given(point=points(), before=st.integers(0, 2500), working=st.integers(1, 900))
def test_the_moment_after_some_work_and_the_next_opening_are_the_first_that_fit(
    point: tuple[dict[str, Any], ZoneInfo, int], before: int, working: int
) -> None:
    contents, zone, noon = point
    hours, counted = hours_of(contents, zone), MinuteCount(contents, zone)
    start = noon - before
    open_minutes = [minute for minute in range(start, start + 4000) if counted.is_open(minute)]
    ends = [minute + 1 for minute in open_minutes if not counted.is_open(minute + 1)]
    for asked in (start, *ends[:3]):  # where a window ends the next one is due
        following = [minute for minute in open_minutes if minute >= asked]
        if following:
            assert hours.next_opening(asked * MINUTE) == following[0] * MINUTE
    if len(open_minutes) >= working:
        assert hours.after(start * MINUTE, working * MINUTE) == (open_minutes[working - 1] + 1) * MINUTE
        assert (
            hours.after(start * MINUTE, working * MINUTE - 1) == (open_minutes[working - 1] + 1) * MINUTE - 1
        )


@settings(max_examples=60, deadline=None)
@given(point=points())
def test_the_windows_of_a_day_are_its_open_minutes(point: tuple[dict[str, Any], ZoneInfo, int]) -> None:
    contents, zone, noon = point
    hours, counted = hours_of(contents, zone), MinuteCount(contents, zone)
    for offset in (-1, 0, 1):
        day = datetime.fromtimestamp(noon * 60, ZoneInfo("UTC")).date() + timedelta(offset)
        found = hours.windows(day)
        minutes = {minute for start, end in found for minute in range(start // MINUTE, end // MINUTE)}
        assert minutes == {
            minute
            for minute in range(noon + offset * 1440 - 2400, noon + offset * 1440 + 2400)
            if datetime.fromtimestamp(minute * 60, zone).date() == day and counted.is_open(minute)
        }
        edges = [edge for window in found for edge in window]
        assert edges == sorted(set(edges))


@settings(max_examples=60, deadline=None)
@given(point=points(), cuts=st.lists(st.integers(-3000, 3000), min_size=3, max_size=3).map(sorted))
def test_stretches_add_up_and_time_after_is_the_inverse(
    point: tuple[dict[str, Any], ZoneInfo, int], cuts: list[int]
) -> None:
    contents, zone, noon = point
    hours = hours_of(contents, zone)
    start, middle, end = ((noon + cut) * MINUTE + 7 for cut in cuts)
    whole = hours.worked(start, end)
    assert whole == hours.worked(start, middle) + hours.worked(middle, end)
    if whole:
        moment = hours.after(start, whole)
        assert moment is not None
        assert moment <= end
        assert hours.worked(start, moment) == whole
        assert hours.worked(start, moment - 1) == whole - 1
