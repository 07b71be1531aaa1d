"""Service hours: windows are half-open, in local time; every mistake is told with its place; nothing ever raises."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.service_hours import ServiceHours, problems

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKDAY = [["08:30", "12:00"], ["14:30", "17:30"]]
DOCUMENT = {"version": 7, "week": {"mon": WORKDAY, "tue": WORKDAY, "sat": [["00:00", "24:00"]]}}


def hours(document: object = DOCUMENT, version: int | None = None) -> ServiceHours:
    made = ServiceHours.from_document(document, version)
    assert isinstance(made, ServiceHours), made
    return made


def wall(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-11-23T08:29:59", False),  # a Monday
        ("2026-11-23T08:30:00", True),
        ("2026-11-23T11:59:59", True),
        ("2026-11-23T12:00:00", False),
        ("2026-11-23T14:29:58", False),  # DOMAIN 2.4: it rings when the office opens, it began before
        ("2026-11-23T14:30:00", True),
        ("2026-11-23T17:30:00", False),
        ("2026-11-25T09:00:00", False),  # Wednesday is not named
        ("2026-11-28T00:00:00", True),
        ("2026-11-28T23:59:59", True),
        ("2026-11-29T00:00:00", False),
    ],
)
def test_windows_are_half_open(moment: str, open_: bool) -> None:
    assert hours().in_hours(wall(moment), SHANGHAI) is open_


def test_the_last_nanosecond_belongs_to_the_window() -> None:
    noon = wall("2026-11-23T12:00:00")
    assert hours().in_hours(noon - 1, SHANGHAI) is True
    assert hours().in_hours(noon, SHANGHAI) is False


def test_local_time_counts_whatever_the_system_says() -> None:
    moment = wall("2026-11-23T08:30:00")
    assert hours().in_hours(moment, SHANGHAI) is True
    assert hours().in_hours(moment, ZoneInfo("Europe/Berlin")) is False


@pytest.mark.parametrize("moment", [10**30, -(10**30), 253402300799 * SECOND, -62135596800 * SECOND])
def test_a_moment_outside_the_calendar_is_out_of_hours(moment: int) -> None:
    assert hours().in_hours(moment, ZoneInfo("Asia/Shanghai")) is False


def test_the_version_of_the_ledger_wins_over_the_document_s_own() -> None:
    assert hours().version == 7
    assert hours(version=9).version == 9
    assert hours({"week": {}}).version == 0


def test_from_json() -> None:
    assert ServiceHours.from_json(json.dumps(DOCUMENT), 3) == hours(version=3)
    for text in ("{", "[" * 100_000):
        wrong = ServiceHours.from_json(text)
        assert isinstance(wrong, tuple)
        assert wrong[0].en == "the service hours are not valid JSON"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "the service hours must be an object"),
        ({}, "week: must be an object with keys mon to sun"),
        ({"week": []}, "week: must be an object with keys mon to sun"),
        ({"week": {}, "weeks": 1}, "weeks: unknown key; allowed: version, week"),
        ({"week": {"mo": []}}, "week.mo: unknown key; allowed: mon, tue, wed, thu, fri, sat, sun"),
        ({"week": {}, "version": -1}, "version: must be a whole number, 0 or more"),
        ({"week": {}, "version": True}, "version: must be a whole number, 0 or more"),
        ({"week": {}, "version": "1"}, "version: must be a whole number, 0 or more"),
        ({"week": {"tue": "8-12"}}, 'week.tue: must be a list of windows, e.g. [["08:30", "12:00"]]'),
        (
            {"week": {"tue": ["8-12"]}},
            'week.tue[0]: must be two times of day, e.g. ["08:30", "12:00"] (00:00 to 24:00)',
        ),
        (
            {"week": {"tue": [["08:00"]]}},
            'week.tue[0]: must be two times of day, e.g. ["08:30", "12:00"] (00:00 to 24:00)',
        ),
        (
            {"week": {"tue": [["8:00", "12:00"]]}},
            'week.tue[0]: must be two times of day, e.g. ["08:30", "12:00"] (00:00 to 24:00)',
        ),
        (
            {"week": {"tue": [["08:00", 12]]}},
            'week.tue[0]: must be two times of day, e.g. ["08:30", "12:00"] (00:00 to 24:00)',
        ),
        (
            {"week": {"tue": [["08:00", "24:01"]]}},
            'week.tue[0]: must be two times of day, e.g. ["08:30", "12:00"] (00:00 to 24:00)',
        ),
        ({"week": {"tue": [["12:00", "08:00"]]}}, "week.tue[0]: must start before it ends"),
        ({"week": {"tue": [["08:00", "08:00"]]}}, "week.tue[0]: must start before it ends"),
        (
            {"week": {"tue": [["08:00", "12:00"], ["11:59", "13:00"]]}},
            "week.tue[1]: overlaps the window before it, or is out of order",
        ),
    ],
)
def test_each_mistake_is_told_with_its_place(document: object, told: str) -> None:
    (wrong,) = problems(document)
    assert wrong.en == told
    assert wrong.zh != told
    assert ServiceHours.from_document(document) == (wrong,)


def test_all_mistakes_are_told_at_once() -> None:
    assert len(problems({"x": 1, "version": None, "week": {"mon": [["12:00", "08:00"], 5], "y": 0}})) == 5


def test_windows_that_touch_are_allowed() -> None:
    assert problems({"week": {"mon": [["08:00", "12:00"], ["12:00", "13:00"]]}}) == ()


TIMES = st.sampled_from(
    ("00:00", "08:30", "08:31", "12:00", "23:59", "24:00", "24:01", "8:00", "", "aa:bb", "００:００")
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | TIMES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("version", "week", "mon", "sun", "x")), inner, max_size=3)
    ),
    max_leaves=12,
)
WEEKS = st.fixed_dictionaries(
    {
        "week": st.dictionaries(
            st.sampled_from(("mon", "sun")), st.lists(st.lists(TIMES, min_size=2, max_size=2), max_size=3)
        )
    }
)


@settings(max_examples=400, deadline=None)
@given(document=st.one_of(JSON, WEEKS), moment=st.integers(-(10**21), 10**21))
def test_any_document_gives_hours_or_says_why_not(document: object, moment: int) -> None:
    made = ServiceHours.from_document(document)
    if isinstance(made, tuple):
        assert made
        assert made == problems(document)
        return
    made.in_hours(moment, SHANGHAI)
    for windows in made.week:
        ends = [edge for window in windows for edge in window]
        assert ends == sorted(ends)
        assert all(0 <= start < end <= 24 * 60 for start, end in windows)
