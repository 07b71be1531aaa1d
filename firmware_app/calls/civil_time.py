"""Moments of UTC in, the reading of the point's clock out, and back; right through every change of summer time. Pure.

A civil reading is what the clock on the wall of the point shows, as ns since 1970-01-01 00:00 of that clock. Where clocks
are put forward some readings never come, where they are put back some come twice; zones are those of the IANA database
(RFC 9636), through `zoneinfo`. Nothing here raises: beyond the years 2 to 9998 a zone keeps the offset it has at that edge.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from device.signals import SECOND

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
FARTHEST = 16 * HOUR  # no zone was ever farther from UTC (Metlakatla until 1867: +15:13)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST = int((datetime(2, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())
_LAST = int((datetime(9998, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds())
_STEP = (
    2 * 86_400
)  # seconds; the shortest time between two changes in the database (2025b) is 7 days less 1 h
_READING = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")

Segment = tuple[int, int, int]  # [start, end) in ns of UTC, and what is added to it to get the civil reading


def offset(second: int, zone: ZoneInfo) -> int:
    """How far the zone's clock is ahead of UTC at `second` (s since 1970, UTC); ns."""
    held = min(max(second, _FIRST), _LAST)
    ahead = (_EPOCH + timedelta(seconds=held)).astimezone(zone).utcoffset() or timedelta()
    return round(ahead.total_seconds()) * SECOND


def civil(wall: int, zone: ZoneInfo) -> int:
    """The civil reading at `wall` (ns of UTC)."""
    return wall + offset(wall // SECOND, zone)


def segments(start: int, end: int, zone: ZoneInfo) -> list[Segment]:
    """[start, end), ns of UTC, cut where the zone's offset changes; empty when end <= start."""
    cuts = [start, *_changes(start // SECOND, end // SECOND, zone), end]
    return [(lower, upper, offset(lower // SECOND, zone)) for lower, upper in pairwise(cuts) if lower < upper]


def _changes(first: int, last: int, zone: ZoneInfo) -> list[int]:
    """The moments in (first, last] at which the offset changes."""
    found: list[int] = []
    at, here = first, offset(first, zone)
    while at < last:
        onward = min(at + _STEP, last)
        there = offset(onward, zone)
        if there != here:
            found.append(_change(at, onward, here, zone) * SECOND)
        at, here = onward, there
    return found


def _change(before: int, after: int, old: int, zone: ZoneInfo) -> int:
    """The first second in (before, after] whose offset is no longer `old`."""
    while after - before > 1:
        middle = (before + after) // 2
        if offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def wall_of(reading: int, zone: ZoneInfo) -> int:
    """The first moment at which the clock shows `reading` or later, as ns of UTC."""
    parts = segments(reading - FARTHEST, reading + FARTHEST, zone)
    shown = (max(start, reading - ahead) for start, end, ahead in parts if reading < end + ahead)
    return min(shown, default=reading)


def day_of(reading: int) -> int:
    """The civil day of a reading: days since 1970-01-01."""
    return reading // DAY


def date_of(day: int) -> date | None:
    """The date of a civil day; None where the calendar has none (before year 1, after 9999)."""
    ordinal = day + _EPOCH_DAY
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return day.toordinal() - _EPOCH_DAY


def reading_of(text: str) -> int | None:
    """The reading that "2026-11-24T14:30" stands for (civil, without offset); None for anything else."""
    if not _READING.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return day_number(moment.date()) * DAY + moment.hour * HOUR + moment.minute * MINUTE


def text_of(reading: int) -> str:
    """A reading as "2026-11-24T14:30", the form that documents and forms have; "" where the calendar has none."""
    day = date_of(day_of(reading))
    minute = reading % DAY // MINUTE
    return "" if day is None else f"{day.isoformat()}T{minute // 60:02}:{minute % 60:02}"
