"""The point's clock: every moment of UTC has one reading, right through gaps, folds and the edges of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.civil_time import (
    DAY,
    FARTHEST,
    HOUR,
    MINUTE,
    civil,
    date_of,
    day_number,
    day_of,
    reading_of,
    segments,
    text_of,
    wall_of,
)

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
# Forward and back at 02:00; at midnight, so that a day begins at 01:00; back at 00:01, so that a day comes twice; by half an hour
# only; a whole day left out (Apia, 30 December 2011)
ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
CHANGES = (
    514_969_200,
    1_774_746_000,
    1_792_890_000,
    1_541_300_400,
    1_162_693_860,
    1_775_314_800,
    1_325_239_200,
)


def wall(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def reading(text: str) -> int:
    found = reading_of(text)
    assert found is not None
    return found


def test_readings_as_text() -> None:
    assert text_of(reading("2026-11-24T14:30")) == "2026-11-24T14:30"
    assert text_of(civil(wall("2026-11-24T06:30:59"), SHANGHAI)) == "2026-11-24T14:30"
    assert text_of(10**21) == ""


@pytest.mark.parametrize("text", ["", "2026-11-24", "2026-11-24 14:30", "2026-11-31T14:30", "2026-11-24T24:00", "2026-11-24T14:30+08:00", "２026-11-24T14:30"])  # fmt: skip
def test_what_is_no_reading(text: str) -> None:
    assert reading_of(text) is None


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("2026-03-29T01:59", "2026-03-29T00:59:00"),
        ("2026-03-29T02:30", "2026-03-29T01:00:00"),  # never comes: the first moment that is later
        ("2026-03-29T03:00", "2026-03-29T01:00:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00"),  # comes twice: the first
        ("2026-10-25T03:00", "2026-10-25T02:00:00"),
    ],
)
def test_the_first_moment_that_shows_a_reading(shown: str, moment: str) -> None:
    assert wall_of(reading(shown), BERLIN) == wall(moment)


def test_a_day_that_was_left_out() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert wall_of(reading("2011-12-30T12:00"), apia) == wall("2011-12-30T10:00:00")
    assert text_of(civil(wall("2011-12-30T10:00:00"), apia)) == "2011-12-31T00:00"


def test_days_and_dates() -> None:
    assert day_number(date(1970, 1, 1)) == 0
    assert date_of(day_of(reading("2026-11-24T23:59"))) == date(2026, 11, 24)
    assert date_of(day_number(date.min)) == date.min
    assert date_of(day_number(date.min) - 1) is None
    assert date_of(day_number(date.max)) == date.max
    assert date_of(day_number(date.max) + 1) is None


ANY = st.one_of(
    st.builds(lambda at, by: (at + by) * SECOND, st.sampled_from(CHANGES), st.integers(-7200, 7200)),
    st.integers(0, 253_402_300_799).map(lambda second: second * SECOND),
    st.integers(-(10**22), 10**22),
)


@settings(max_examples=200, deadline=None)
@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo), start=ANY, length=st.sampled_from((0, 1, HOUR, DAY, 3 * DAY))
)
def test_segments_cover_the_stretch_and_agree_with_each_moment(
    zone: ZoneInfo, start: int, length: int
) -> None:
    parts = segments(start, start + length, zone)
    edges = [edge for lower, upper, _ in parts for edge in (lower, upper)]
    assert edges[:1] + edges[-1:] == ([start, start + length] if length else [])
    assert edges[1:-1:2] == edges[2::2]
    for lower, upper, ahead in parts:
        assert all(civil(at, zone) == at + ahead for at in (lower, (lower + upper) // 2, upper - 1))


@settings(max_examples=200, deadline=None)
@given(zone=st.sampled_from(ZONES).map(ZoneInfo), at=ANY)
def test_a_reading_leads_back_to_the_first_moment_that_shows_it(zone: ZoneInfo, at: int) -> None:
    shown = civil(at, zone)
    first = wall_of(shown, zone)
    assert first <= at
    assert civil(first, zone) == shown
    assert first > at - 25 * HOUR
    assert civil(at - MINUTE, zone) < civil(at, zone) + FARTHEST
