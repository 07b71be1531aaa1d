"""The working time of a case: walls in (ns of UTC), how long, until when and in which half-day by the hours of the point, out.

Where no hours are known (`hours()` is None) every hour is working time: a clock that stands still would owe nobody anything.
"""

from __future__ import annotations

from firmware_app.calls import civil_time
from firmware_app.records.desk_rules import Desk

HALF_DAY = 12 * civil_time.HOUR


def worked(desk: Desk, start: int, end: int) -> int:
    """ns of working time from `start` to `end`; 0 when that is backwards."""
    hours = desk.hours()
    if end <= start:
        return 0
    return end - start if hours is None else hours.worked(start, end)


def clock_start(desk: Desk, gone: int) -> int:
    """When the clock of a case starts whose first call was over at `gone`: then, or at the next opening (DOMAIN 2.2)."""
    hours = desk.hours()
    opening = None if hours is None else hours.next_opening(gone)
    return gone if opening is None else max(gone, opening)


def due(desk: Desk, clock: int, in_hours: bool | None) -> int | None:
    """Until when a first call-back is timely; None when the point never opens again."""
    rules, hours = desk.rules(), desk.hours()
    allowed = rules.timely_after_opening if in_hours is False else rules.timely
    return clock + allowed if hours is None else hours.after(clock, allowed)


def half_day(desk: Desk, wall: int) -> str:
    """The half-day of `wall`: "2026-11-24 am"; before and after noon where no hours are known."""
    hours = desk.hours()
    if hours is not None:
        return hours.half_day(wall)
    reading = civil_time.civil(wall, desk.timezone)
    part = "am" if reading % civil_time.DAY < HALF_DAY else "pm"
    return f"{day(desk, wall)} {part}"


def day(desk: Desk, wall: int) -> str:
    """The date of `wall` where the point is: "2026-11-24"."""
    return civil_time.text_of(civil_time.civil(wall, desk.timezone))[:10]


def provisional(desk: Desk, wall: int | None) -> bool:
    """Whether a deadline rests on a year whose calendar is not known yet."""
    hours = desk.hours()
    return wall is not None and hours is not None and hours.provisional(wall)
