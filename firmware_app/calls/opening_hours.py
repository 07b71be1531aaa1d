"""The documents about service hours in; whether the point is open, for how long, and by which of them, out. Pure.

A moment is open when the clock of the point reads a time in one of the day's windows (service_hours, by its version, season
and the holiday calendar of the year) and no closure holds. Moments are walls, ns of UTC; windows are half-open. In a year
without a calendar the weekdays are guessed, and whatever rests on that says `provisional`.

Nothing here raises, whatever wall is asked for. What is counted or looked for ends ten years after where it begins: no
call-back waits so long, but a clock that was wrong can say so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from firmware_app.calls import closures as closing
from firmware_app.calls.civil_time import (
    DAY,
    FARTHEST,
    HOUR,
    MINUTE,
    Segment,
    civil,
    date_of,
    day_number,
    day_of,
    segments,
)
from firmware_app.calls.closures import Closure
from firmware_app.calls.holiday_calendar import HolidayCalendar, day_in, document_name, is_year, year_of
from firmware_app.calls.service_hours import ServiceHours, Window
from firmware_app.wording import Text

HORIZON = 3_653  # days that are counted or searched at most: ten years
KEPT_DAYS = 4_096  # of which the windows are remembered
NOTICE_FROM = (11, 1)  # the next year's notice has been out by late October to early December (DOMAIN 5.4)
NOON = 12 * HOUR
MIDDAY = (11 * HOUR, 14 * HOUR)  # a break that touches this is the midday break

Interval = tuple[int, int]  # [start, end), ns of UTC

NO_HOURS = Text("还没有设置服务时间", "there are no service hours")


class Versioned(Protocol):
    """A site document as the journal holds it (records.site_documents.Document)."""

    @property
    def version(self) -> int: ...

    @property
    def content(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class DayKind:
    """What a day is. name: of the holiday, empty on an ordinary day; is_off: a holiday, a make-up working day, or neither."""

    name: str
    is_off: bool | None
    provisional: bool
    season: str


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """All of it together, as of one moment's documents. versions: of the documents it rests on, by name."""

    timezone: ZoneInfo
    hours: ServiceHours
    calendars: Mapping[int, HolidayCalendar]
    closures: tuple[Closure, ...]
    closures_version: int | None
    _closed: tuple[Interval, ...] = field(repr=False, compare=False)
    _days: dict[int, tuple[Interval, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_documents(
        cls, documents: Mapping[str, Versioned], timezone: ZoneInfo
    ) -> OpeningHours | tuple[Text, ...]:
        """The hours by `documents` (others than ours are passed over), or what is wrong with `service_hours`.

        A calendar that is not as it must be counts as missing.
        """
        given = documents.get("service_hours")
        if given is None:
            return (NO_HOURS,)
        hours = ServiceHours.from_document(given.content, given.version)
        if isinstance(hours, tuple):
            return hours
        known = documents.get("closures")
        closures = closing.from_document(known.content, timezone) if known is not None else ()
        return cls(
            timezone,
            hours,
            _calendars(documents),
            closures,
            None if known is None else known.version,
            closing.intervals(closures),
        )

    def without_closures(self) -> OpeningHours:
        """The same point if it had never been closed out of the ordinary."""
        return OpeningHours(self.timezone, self.hours, self.calendars, (), None, ())

    # ---- of a moment

    def in_hours(self, wall: int) -> bool:
        """Whether the point is open at `wall`."""
        return _holds(self._opened(wall // DAY), wall)

    def closed_by(self, wall: int) -> Closure | None:
        """The closure that holds at `wall`."""
        return next((each for each in self.closures if each.start <= wall < each.end), None)

    def provisional(self, wall: int) -> bool:
        """Whether what is said of `wall` rests on a guess, for the calendar of its year is missing."""
        day = date_of(day_of(civil(wall, self.timezone)))
        return day is None or day.year not in self.calendars

    def basis(self, wall: int) -> str:
        """The documents that decide about `wall`, with their versions: "service_hours:7 calendar.2026:1 closures:3"."""
        number = day_of(civil(wall, self.timezone))
        day = date_of(number)
        named = [f"service_hours:{self.hours.version}"]
        years = () if day is None else (day.year, day.year + 1)
        for calendar in (self.calendars.get(year) for year in years):
            if (
                calendar is not None
                and day is not None
                and (calendar.year == day.year or number in calendar.days)
            ):
                named.append(f"{document_name(calendar.year)}:{calendar.version}")
        if self.closures_version is not None:
            named.append(f"closures:{self.closures_version}")
        return " ".join([*named, "provisional"] if self.provisional(wall) else named)

    def half_day(self, wall: int) -> str:
        """The half-day that `wall` lies in: "2026-11-24 am", "… pm"; parted where the midday break begins, else at noon."""
        reading = civil(wall, self.timezone)
        day = date_of(day_of(reading))
        if day is None:
            return ""
        part = "am" if reading % DAY < self._parting(day) else "pm"
        return f"{day.isoformat()} {part}"

    def _parting(self, day: date) -> int:
        windows = self._plan(day)
        for (_, end), (start, _) in pairwise(windows):
            if end < start and end * MINUTE < MIDDAY[1] and start * MINUTE > MIDDAY[0]:
                return end * MINUTE
        return NOON

    # ---- of stretches of time

    def worked(self, start: int, end: int) -> int:
        """How much opening time lies in [start, end): ns; 0 when end <= start. At most the first ten years are counted."""
        total = 0
        for day in range(start // DAY, min((end - 1) // DAY, start // DAY + HORIZON) + 1):
            for opens, closes in self._opened(day):
                total += max(0, min(closes, end) - max(opens, start))
        return total

    def after(self, start: int, working: int) -> int | None:
        """The moment when `working` ns of opening time have passed since `start`; `start` itself for 0 and less.

        None when that is not within ten years. At the end of a window, not at the beginning of the next one.
        """
        if working <= 0:
            return start
        left = working
        for day in self._search(start):
            for opens, closes in self._opened(day):
                opens = max(opens, start)
                if closes - opens >= left:
                    return opens + left
                left -= max(0, closes - opens)
        return None

    def next_opening(self, wall: int) -> int | None:
        """When the point is open next: `wall` itself when it is; None when not within ten years."""
        for day in self._search(wall):
            for opens, closes in self._opened(day):
                if wall < closes:
                    return max(opens, wall)
        return None

    def _search(self, start: int) -> Iterable[int]:
        """The days (of UTC) on which opening time after `start` may lie."""
        ever = any(
            window for version in self.hours.versions for season in version.seasons for window in season.week
        )
        return range(start // DAY, start // DAY + HORIZON + 1) if ever else ()

    # ---- of days

    def windows(self, day: date) -> tuple[Interval, ...]:
        """When the point is open on a day of its own calendar: disjoint, in order, closures taken out."""
        start = day_number(day) * DAY
        found = self._of_day(
            day_number(day), segments(start - FARTHEST, start + DAY + FARTHEST, self.timezone)
        )
        return _without(_merged(found), self._closed)

    def day_kind(self, day: date) -> DayKind:
        """What sort of day it is: holiday, make-up working day or neither; which season holds."""
        found = day_in(self.calendars, day.year, day_number(day))
        version = self.hours.on(day_number(day))
        season = version.season(day).name if version is not None else ""
        name, is_off = (found[0], found[1]) if found is not None else ("", None)
        return DayKind(name, is_off, day.year not in self.calendars, season)

    def missing_years(self, now: int) -> tuple[int, ...]:
        """The years whose calendar is due and not there: this one, and from 1 November on the next, too."""
        return missing_years(now, self.timezone, self.calendars)

    def _plan(self, day: date) -> tuple[Window, ...]:
        """The windows of a day by the clock of the point, closures or not."""
        version = self.hours.on(day_number(day))
        if version is None:
            return ()
        found = day_in(self.calendars, day.year, day_number(day))
        return version.windows(day, None if found is None else found[1])

    def _opened(self, utc_day: int) -> tuple[Interval, ...]:
        """When the point is open on a day of UTC."""
        held = self._days.get(utc_day)
        if held is not None:
            return held
        parts = segments(utc_day * DAY, (utc_day + 1) * DAY, self.timezone)
        first, last = (
            day_of(min(a + ahead for a, _, ahead in parts)),
            day_of(max(b + ahead for _, b, ahead in parts)),
        )
        found = [each for day in range(first, last + 1) for each in self._of_day(day, parts)]
        opened = _without(_merged(found), self._closed)
        if len(self._days) >= KEPT_DAYS:
            self._days.clear()
        self._days[utc_day] = opened
        return opened

    def _of_day(self, number: int, parts: Iterable[Segment]) -> list[Interval]:
        """When in `parts` the clock of the point reads a time in one of the windows of its day `number`."""
        day = date_of(number)
        if day is None:
            return []
        found: list[Interval] = []
        for opens, closes in self._plan(day):
            for start, end, ahead in parts:
                lower = max(start, number * DAY + opens * MINUTE - ahead)
                upper = min(end, number * DAY + closes * MINUTE - ahead)
                if lower < upper:
                    found.append((lower, upper))
        return found


def missing_years(now: int, timezone: ZoneInfo, known: Container[int]) -> tuple[int, ...]:
    """As OpeningHours.missing_years, where only the years are known of which there is a calendar."""
    day = date_of(day_of(civil(now, timezone)))
    if day is None:
        return ()
    due = (day.year, day.year + 1) if (day.month, day.day) >= NOTICE_FROM else (day.year,)
    return tuple(year for year in due if is_year(year) and year not in known)


def _calendars(documents: Mapping[str, Versioned]) -> dict[int, HolidayCalendar]:
    found: dict[int, HolidayCalendar] = {}
    for name, document in documents.items():
        calendar = HolidayCalendar.from_document(document.content, document.version) if year_of(name) else ()
        if isinstance(calendar, HolidayCalendar) and calendar.year == year_of(name):
            found[calendar.year] = calendar
    return found


def _holds(opened: tuple[Interval, ...], wall: int) -> bool:
    place = bisect_right(opened, wall, key=lambda interval: interval[0])
    return place > 0 and wall < opened[place - 1][1]


def _merged(found: list[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(opened: list[Interval], closed: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """`opened` with all of `closed` taken out; both disjoint and in order."""
    left: list[Interval] = []
    for start, end in opened:
        for lower, upper in closed[bisect_right(closed, start, key=lambda interval: interval[1]) :]:
            if lower >= end:
                break
            if start < lower:
                left.append((start, lower))
            start = max(start, upper)
        if start < end:
            left.append((start, end))
    return tuple(left)
