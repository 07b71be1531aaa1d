"""Calendar documents: the shipped years are those of the notices, every mistake is told with its place."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from chinese_calendar import constants
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.civil_time import day_number
from firmware_app.calls.holiday_calendar import (
    HolidayCalendar,
    day_in,
    document_name,
    problems,
    year_of,
)
from firmware_app.records.site_documents import SEED_PLACES

SHIPPED = (2024, 2025, 2026)
SEEDS = json.loads(SEED_PLACES[0].read_text(encoding="utf-8"))
DAY = {"name": "元旦", "date": "2027-01-01", "isOffDay": True}


def calendar(content: object) -> HolidayCalendar:
    made = HolidayCalendar.from_document(content, 3)
    assert isinstance(made, HolidayCalendar), made
    return made


def days(content: object, off: bool) -> set[date]:
    first = date(1970, 1, 1)
    return {first + timedelta(day) for day, (_, is_off) in calendar(content).days.items() if is_off is off}


@pytest.mark.parametrize("year", SHIPPED)
def test_a_shipped_year_is_that_of_the_notice(year: int) -> None:
    content = SEEDS[document_name(year)]
    assert problems(content, year) == ()
    assert content["papers"]
    assert days(content, off=True) == {day for day in constants.holidays if day.year == year}
    assert days(content, off=False) == {day for day in constants.workdays if day.year == year}


def test_every_year_that_is_published_is_shipped() -> None:
    assert max(day.year for day in constants.holidays) == max(SHIPPED)


def test_2026_by_the_list_of_the_trade() -> None:
    def spans(*given: tuple[str, int]) -> set[date]:
        return {
            date.fromisoformat(f"2026-{start}") + timedelta(more)
            for start, count in given
            for more in range(count)
        }

    off = spans(
        ("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3), ("10-01", 7)
    )
    made_up = spans(("01-04", 1), ("02-14", 1), ("02-28", 1), ("05-09", 1), ("09-20", 1), ("10-10", 1))
    assert days(SEEDS["calendar.2026"], off=True) == off
    assert days(SEEDS["calendar.2026"], off=False) == made_up


def test_the_later_notice_wins_over_the_december_before_its_year() -> None:
    late = {"name": "元旦", "date": "2026-12-31", "isOffDay": True}
    both = {2026: calendar(SEEDS["calendar.2026"]), 2027: calendar({"year": 2027, "days": [DAY, late]})}
    assert day_in(both, 2026, day_number(date(2026, 12, 31))) == ("元旦", True)
    assert day_in(both, 2026, day_number(date(2026, 10, 10))) == ("国庆节", False)
    assert day_in(both, 2026, day_number(date(2026, 11, 24))) is None
    assert day_in({}, 2026, day_number(date(2026, 10, 10))) is None


def test_names_of_documents() -> None:
    assert year_of(document_name(2027)) == 2027
    assert [year_of(name) for name in ("calendar", "calendar.27", "calendar.2027.x", "closures")] == [
        None
    ] * 4


def test_other_keys_of_the_public_schema_are_passed_over() -> None:
    content = {"$schema": "…", "$id": "…", "year": 2027, "papers": [], "days": [{**DAY, "note": ""}]}
    assert calendar(content) == HolidayCalendar(2027, 3, {day_number(date(2027, 1, 1)): ("元旦", True)})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], "the calendar must be an object"),
        ({}, "year: must be 2027"),
        ({"year": "2027"}, "year: must be 2027"),
        ({"year": True}, "year: must be 2027"),
        ({"year": 2026, "days": [DAY]}, "year: must be 2027"),
        ({"year": 2027}, "days: must be a list of 1 to 120 days"),
        ({"year": 2027, "days": []}, "days: must be a list of 1 to 120 days"),
        ({"year": 2027, "days": [DAY] * 121}, "days: must be a list of 1 to 120 days"),
        ({"year": 2027, "days": [DAY], "papers": "x"}, "papers: must be a list of texts"),
        ({"year": 2027, "days": [DAY], "papers": [1]}, "papers: must be a list of texts"),
        ({"year": 2027, "days": ["2027-01-01"]}, "days[0]: must be an object"),
        ({"year": 2027, "days": [{**DAY, "name": ""}]}, "days[0].name: must be text"),
        ({"year": 2027, "days": [{**DAY, "name": "元" * 41}]}, "days[0].name: must be text"),
        ({"year": 2027, "days": [{**DAY, "isOffDay": 1}]}, "days[0].isOffDay: must be true or false"),
        ({"year": 2027, "days": [{**DAY, "date": "2026-11-30"}]}, "of the December before"),
        ({"year": 2027, "days": [{**DAY, "date": "2028-01-01"}]}, "of the December before"),
        ({"year": 2027, "days": [{**DAY, "date": "2027-02-29"}]}, "of the December before"),
        ({"year": 2027, "days": [{**DAY, "date": "20270101"}]}, "of the December before"),
        ({"year": 2027, "days": [DAY, DAY]}, "days[1].date: 2027-01-01 is there twice"),
    ],
)
def test_each_mistake_is_told_with_its_place(content: object, told: str) -> None:
    (wrong,) = problems(content, 2027)
    assert told in wrong.en
    assert wrong.zh != wrong.en


@pytest.mark.parametrize("year", [1999, 2200, -1])
def test_a_year_that_cannot_be_meant(year: int) -> None:
    made = HolidayCalendar.from_document({"year": year, "days": [DAY]})
    assert isinstance(made, tuple)
    assert made[0].en == "year: must be 2000–2199"


FIELD: st.SearchStrategy[Any] = st.sampled_from(
    (None, True, False, 2026, 2027, "", "元旦", "2026-12-01", "2026-11-30", "2027-12-31", "2027-13-01", [])
)


@settings(max_examples=200, deadline=None)
@given(
    content=st.one_of(
        FIELD,
        st.fixed_dictionaries(
            {
                "year": st.sampled_from((2027, 2026, None)),
                "days": st.lists(
                    st.one_of(
                        st.just(DAY), st.fixed_dictionaries({"name": FIELD, "date": FIELD, "isOffDay": FIELD})
                    ),
                    max_size=3,
                ),
            }
        ),
    )
)
def test_any_document_is_a_calendar_or_says_why_not(content: object) -> None:
    made = HolidayCalendar.from_document(content)
    if isinstance(made, tuple):
        assert made == problems(content)
        assert made
    else:
        assert made.days
        assert all(
            made.year - 1 <= (date(1970, 1, 1) + timedelta(day)).year <= made.year for day in made.days
        )
