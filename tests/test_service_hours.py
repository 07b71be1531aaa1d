"""The document of the service hours: which version, season and windows hold on a day; every mistake is told with its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.civil_time import day_number
from firmware_app.calls.service_hours import ServiceHours, problems, versions_of

WORKDAY = [["08:30", "12:00"], ["14:30", "17:30"]]
WINTER = [["08:30", "12:00"], ["14:00", "17:00"]]
MORNING, AFTERNOON, EARLIER = (510, 720), (870, 1050), (840, 1020)
DOCUMENT = {"version": 7, "week": {"mon": WORKDAY, "tue": WORKDAY, "sat": [["00:00", "24:00"]]}}
SEASONS = [
    {"name": "冬令", "from": "10-01", "week": {"mon": WINTER}},
    {"name": "夏令", "from": "05-01", "week": {"mon": WORKDAY}},
]
MONDAY = date(2026, 11, 23)


def hours(document: object = DOCUMENT, version: int = 7) -> ServiceHours:
    made = ServiceHours.from_document(document, version)
    assert isinstance(made, ServiceHours), made
    return made


def windows(document: object, day: date, is_off: bool | None = None) -> tuple[tuple[int, int], ...]:
    version = hours(document).on(day_number(day))
    return () if version is None else version.windows(day, is_off)


def test_a_document_of_one_week_has_always_held() -> None:
    for year in (1970, 2026, 9999):
        assert hours().on(day_number(date(year, 1, 1))) == hours().versions[0]
    assert windows(DOCUMENT, MONDAY) == (MORNING, AFTERNOON)
    assert windows(DOCUMENT, date(2026, 11, 25)) == ()  # Wednesday is not named
    assert windows(DOCUMENT, date(2026, 11, 28)) == ((0, 1440),)
    assert hours().version == 7  # as the ledger counts it


def test_a_version_holds_from_its_date_until_the_next() -> None:
    document = {
        "versions": [
            {"from": "2026-01-01", "week": {"mon": WORKDAY}},
            {"from": "2026-11-23", "week": {"mon": WINTER}},
        ]
    }
    assert hours(document).on(day_number(date(2025, 12, 31))) is None
    assert windows(document, date(2025, 12, 29)) == ()
    assert windows(document, date(2026, 11, 16)) == (MORNING, AFTERNOON)
    assert windows(document, MONDAY) == (MORNING, EARLIER)


@pytest.mark.parametrize(
    ("day", "season"),
    [
        (date(2026, 1, 5), "冬令"),  # it began the year before
        (date(2026, 4, 30), "冬令"),
        (date(2026, 5, 1), "夏令"),
        (date(2026, 9, 30), "夏令"),
        (date(2026, 10, 1), "冬令"),
    ],
)
def test_the_season_that_began_last_holds(day: date, season: str) -> None:
    version = hours({"versions": [{"seasons": SEASONS}]}).on(day_number(day))
    assert version is not None
    assert version.season(day).name == season


def test_a_season_may_begin_on_a_day_that_most_years_do_not_have() -> None:
    seasons = [{"name": "春", "from": "02-29", "week": {}}, {"name": "余", "from": "08-01", "week": {}}]
    (version,) = hours({"versions": [{"seasons": seasons}]}).versions
    assert [version.season(date(*day)).name for day in ((2026, 2, 28), (2026, 3, 1), (2028, 2, 29))] == ["余", "春", "春"]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "is_off", "expected"),
    [
        ({}, True, ()),
        ({"holidays": "open"}, True, ((540, 600),)),
        ({}, False, (MORNING, AFTERNOON)),  # as on a Monday, unless another day is named
        ({"makeup": "tue"}, False, (MORNING, EARLIER)),
        ({"makeup": "own"}, False, ((540, 600),)),
        ({"makeup": "closed"}, False, ()),
        ({"makeup": "closed", "holidays": "open"}, None, ((540, 600),)),
    ],
)
def test_holidays_and_make_up_days_are_as_the_version_says(
    policy: dict[str, str], is_off: bool | None, expected: tuple[tuple[int, int], ...]
) -> None:
    week = {"mon": WORKDAY, "tue": WINTER, "sun": [["09:00", "10:00"]]}
    assert windows({"versions": [{"week": week, **policy}]}, date(2026, 1, 4), is_off) == expected


def test_versions_are_written_out_whatever_their_shape() -> None:
    assert versions_of(DOCUMENT) == [{"seasons": [{"name": "", "from": "01-01", "week": DOCUMENT["week"]}]}]
    told = {"from": "2026-01-01", "seasons": SEASONS, "holidays": "open"}
    assert versions_of({"versions": [told]}) == [told]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "the service hours must be an object"),
        ({}, "week: must be an object with keys mon to sun"),
        ({"week": []}, "week: must be an object with keys mon to sun"),
        ({"week": {}, "weeks": 1}, "weeks: unknown key; allowed: version, week"),
        ({"versions": [{"week": {}}], "week": {}}, "week: unknown key; allowed: versions"),
        ({"versions": []}, "versions: must be a list of 1 to 200 versions"),
        ({"versions": {}}, "versions: must be a list of 1 to 200 versions"),
        ({"versions": [1]}, "versions[0]: must be an object"),
        (
            {"versions": [{"week": {}, "from": "2026-02-30"}]},
            "versions[0].from: must be a date, e.g. 2026-10-01",
        ),
        ({"versions": [{"week": {}, "from": None}]}, "versions[0].from: must be a date, e.g. 2026-10-01"),
        (
            {"versions": [{"week": {}}, {"week": {}}]},
            "versions[1].from: must be a date, e.g. 2026-10-01",
        ),
        (
            {"versions": [{"week": {}, "from": "2026-10-01"}, {"week": {}, "from": "2026-10-01"}]},
            "versions[1].from: must be later than the version before it",
        ),
        (
            {"versions": [{"week": {}, "holidays": "short"}]},
            "versions[0].holidays: must be one of: closed, open",
        ),
        (
            {"versions": [{"week": {}, "makeup": "x"}]},
            "versions[0].makeup: must be one of: mon, tue, wed, thu, fri, sat, sun, own, closed",
        ),
        (
            {"versions": [{"week": {}, "makeup": [1]}]},
            "versions[0].makeup: must be one of: mon, tue, wed, thu, fri, sat, sun, own, closed",
        ),
        (
            {"versions": [{"week": {}, "note": "x"}]},
            "versions[0].note: unknown key; allowed: from, seasons, week, holidays, makeup",
        ),
        ({"versions": [{}]}, "versions[0].week: must be an object with keys mon to sun"),
        (
            {"versions": [{"week": {}, "seasons": []}]},
            "versions[0].week: must be an object with keys mon to sun",
        ),
        ({"versions": [{"seasons": []}]}, "versions[0].seasons: must be a list of 1 to 4 seasons"),
        ({"versions": [{"seasons": [1]}]}, "versions[0].seasons[0]: must be an object"),
        (
            {"versions": [{"seasons": [{"from": "05-01", "week": {}, "name": "夏" * 21}]}]},
            "versions[0].seasons[0].name: must be text of at most 20 characters",
        ),
        (
            {"versions": [{"seasons": [{"from": "05-32", "week": {}}]}]},
            "versions[0].seasons[0].from: must be month and day, e.g. 05-01",
        ),
        (
            {"versions": [{"seasons": [{"from": "5-1", "week": {}}]}]},
            "versions[0].seasons[0].from: must be month and day, e.g. 05-01",
        ),
        (
            {"versions": [{"seasons": [{"from": "05-01", "week": {}}, {"from": "05-01", "week": {}}]}]},
            "versions[0].seasons[1].from: begins on the same day as another season",
        ),
        (
            {"versions": [{"seasons": [{"from": "05-01"}]}]},
            "versions[0].seasons[0].week: must be an object with keys mon to sun",
        ),
        (
            {"week": {"tue": [["08:00", "09:00"]] * 13}},
            'week.tue: must be a list of windows, e.g. [["08:30", "12:00"]], 12 at most',
        ),
        ({"week": {"mo": []}}, "week.mo: unknown key; allowed: mon, tue, wed, thu, fri, sat, sun"),
        ({"week": {}, "version": -1}, "version: must be a whole number, 0 or more"),
        ({"week": {}, "version": True}, "version: must be a whole number, 0 or more"),
        ({"week": {}, "version": "1"}, "version: must be a whole number, 0 or more"),
        (
            {"week": {"tue": "8-12"}},
            'week.tue: must be a list of windows, e.g. [["08:30", "12:00"]], 12 at most',
        ),
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
KEYS = st.sampled_from(
    ("version", "versions", "week", "seasons", "from", "holidays", "makeup", "name", "mon", "x")
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | TIMES
    | st.sampled_from(("2026-01-01", "05-01", "open", "own")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
WEEK = st.dictionaries(
    st.sampled_from(("mon", "sun")), st.lists(st.lists(TIMES, min_size=2, max_size=2), max_size=3)
)
SEASON = st.fixed_dictionaries({"from": st.sampled_from(("05-01", "10-01", "02-30")), "week": WEEK})
VERSION = st.fixed_dictionaries(
    {
        "from": st.sampled_from(("2026-01-01", "2026-05-01", "0001-01-01", "2026-1-1")),
        "seasons": st.lists(SEASON, max_size=3),
    }
)
DOCUMENTS = st.one_of(
    JSON,
    st.fixed_dictionaries({"week": WEEK}),
    st.fixed_dictionaries({"versions": st.lists(st.one_of(VERSION, JSON), max_size=3)}),
)


@settings(max_examples=300, deadline=None)
@given(document=DOCUMENTS, day=st.dates(), is_off=st.sampled_from((True, False, None)))
def test_any_document_gives_hours_or_says_why_not(document: object, day: date, is_off: bool | None) -> None:
    made = ServiceHours.from_document(document)
    if isinstance(made, tuple):
        assert made
        assert made == problems(document)
        assert all(each.zh and each.en and each.zh != each.en for each in made)
        return
    starts = [-(10**9) if version.start is None else version.start for version in made.versions]
    assert starts == sorted(set(starts))
    version = made.on(day_number(day))
    found = () if version is None else version.windows(day, is_off)
    ends = [edge for window in found for edge in window]
    assert ends == sorted(ends)
    assert all(0 <= start < end <= 24 * 60 for start, end in found)
