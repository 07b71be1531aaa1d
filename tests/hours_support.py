"""What the tests of the opening hours share: documents, moments, and a count that looks at the clock every minute."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from device.signals import SECOND
from firmware_app.calls.opening_hours import OpeningHours
from firmware_app.calls.service_hours import DAYS
from firmware_app.records.site_documents import SEED_PLACES, Document

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
WORKDAY = [["08:30", "12:00"], ["14:30", "17:30"]]
WEEK = {day: WORKDAY for day in DAYS[:5]}
SEEDS: Mapping[str, Any] = json.loads(SEED_PLACES[0].read_text(encoding="utf-8"))
CALENDARS = {name: content for name, content in SEEDS.items() if name.startswith("calendar.")}


def documents(contents: Mapping[str, Any], version: int = 1) -> dict[str, Document]:
    return {name: Document(name, version, "", content) for name, content in contents.items()}


def hours_of(contents: Mapping[str, Any], zone: ZoneInfo = SHANGHAI) -> OpeningHours:
    made = OpeningHours.from_documents(documents(contents), zone)
    assert isinstance(made, OpeningHours), made
    return made


def closure(start: str, end: str, name: str = "c1") -> dict[str, str]:
    return {"id": name, "from": start, "to": end, "reason": "停电", "approved_by": "王站长"}


def wall(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    """ns of UTC of "2026-11-24T14:30"."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * SECOND


def shown(moment: int | None, zone: ZoneInfo = SHANGHAI) -> str:
    """A wall as the clock of the point shows it, with seconds where there are some."""
    assert moment is not None
    text = f"{datetime.fromtimestamp(moment // SECOND, zone):%Y-%m-%dT%H:%M:%S}"
    return text.removesuffix(":00")


class MinuteCount:
    """The same questions answered by reading the clock at every minute: slow, and too simple to be wrong."""

    def __init__(self, contents: Mapping[str, Any], zone: ZoneInfo) -> None:
        self._contents = contents
        self._zone = zone
        self._closed = [
            (datetime.fromisoformat(each["from"]), datetime.fromisoformat(each["to"]))
            for each in contents.get("closures", {}).get("closures", [])
        ]

    @cache  # noqa: B019  lives as long as one test
    def _windows(self, day: date) -> list[list[str]]:
        versions = [
            each
            for each in self._contents["service_hours"]["versions"]
            if date.fromisoformat(each.get("from", "0001-01-01")) <= day
        ]
        if not versions:
            return []
        version = versions[-1]
        seasons = sorted(version["seasons"], key=lambda each: each["from"])
        begun = [each for each in seasons if each["from"] <= f"{day:%m-%d}"]
        week = (begun or seasons)[-1]["week"]
        marks = {
            each["date"]: each["isOffDay"]
            for name in (f"calendar.{day.year}", f"calendar.{day.year + 1}")
            for each in self._contents.get(name, {}).get("days", [])
        }
        off = marks.get(day.isoformat())
        if off is True and version.get("holidays", "closed") == "closed":
            return []
        whose = version.get("makeup", "mon") if off is False else "own"
        if whose == "closed":
            return []
        found: list[list[str]] = week.get(DAYS[day.weekday()] if whose == "own" else whose, [])
        return found

    def is_open(self, minute: int) -> bool:
        """At the beginning of `minute` (minutes of UTC since 1970), and so through it."""
        moment = datetime.fromtimestamp(minute * 60, self._zone)
        reading = f"{moment:%H:%M}"
        return any(start <= reading < end for start, end in self._windows(moment.date())) and not any(
            self._first(start) <= minute < self._first(end) for start, end in self._closed
        )

    @cache  # noqa: B019
    def _first(self, reading: datetime) -> int:
        """The first minute at which the clock shows `reading` or later."""
        minute = (
            int((reading.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(minutes=1))
            - 16 * 60
        )
        while datetime.fromtimestamp(minute * 60, self._zone).replace(tzinfo=None) < reading:
            minute += 1
        return minute

    def worked(self, start: int, end: int) -> int:
        """Minutes open in [start, end), in minutes of UTC."""
        return sum(self.is_open(minute) for minute in range(start, end))
