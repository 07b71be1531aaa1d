"""Times as people type them are understood, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.service_hours import problems
from firmware_app.calls.typed_times import is_same, moment_of, season_start_of, windows_of

DAY = [["08:30", "12:00"], ["14:30", "17:30"]]


@pytest.mark.parametrize(
    "typed",
    [
        "08:30-12:00 14:30-17:30",
        "8:30-12:00，14:30-17:30",
        "8:30 - 12:00、14:30 – 17:30",
        "８：３０～１２：００；１４：３０至１７：３０",
        "8.30-12.00 14.30-17.30",
        "0830-1200 1430-1730",
        "8:30到12:00和14:30到17:30",
    ],
)
def test_a_day_as_people_write_it(typed: str) -> None:
    assert windows_of(typed) == DAY


@pytest.mark.parametrize("typed", ["", " ", "休息", "不办公", "-", "—", "Closed"])
def test_a_day_that_is_closed(typed: str) -> None:
    assert windows_of(typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        "上午",
        "8-12",
        "08:30",
        "08:30-",
        "12:00-08:30",
        "08:30-08:30",
        "08:30-12:00 11:00-13:00",
        "14:30-17:30 08:30-12:00",
        "08:30-24:01",
        "25:00-26:00",
        "08:60-09:00",
        "08:30-12:00 x",
    ],
)
def test_what_is_not_understood(typed: str) -> None:
    assert windows_of(typed) is None


def test_the_whole_day_and_as_before() -> None:
    assert windows_of("0:00-24:00") == [["00:00", "24:00"]]
    assert is_same(" 同上 ")
    assert is_same("SAME")
    assert not is_same("08:30-12:00")


@pytest.mark.parametrize("typed", ["05-01", "5-1", "5/1", "5月1日", " ５月１日 ", "5.1"])
def test_the_first_day_of_a_season(typed: str) -> None:
    assert season_start_of(typed) == "05-01"


@pytest.mark.parametrize("typed", ["", "五月", "13-01", "02-30", "2026-05-01"])
def test_no_day_of_the_year(typed: str) -> None:
    assert season_start_of(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-24T08:30",
        "2026-11-24 8:30",
        "2026/11/24 08:30",
        "2026年11月24日 8：30",
        "2026-11-24T08:30:00.000",
    ],
)
def test_a_moment(typed: str) -> None:
    assert moment_of(typed) == "2026-11-24T08:30"


@pytest.mark.parametrize("typed", ["", " 明天", "2026-11-24", "11-24 08:30"])
def test_no_moment_stays_as_it_was_typed(typed: str) -> None:
    assert moment_of(typed) == typed.strip()


@settings(max_examples=300, deadline=None)
@given(typed=st.text("0123456789:：-～ 、，.休息T", max_size=24))
def test_whatever_is_understood_is_a_day_that_a_document_may_have(typed: str) -> None:
    found = windows_of(typed)
    assert found is None or problems({"week": {"mon": found[:12]}}) == ()
    season_start_of(typed)
    moment_of(typed)
