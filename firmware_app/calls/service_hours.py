"""The weekly service hours as a document in; whether a moment lies in them, or what is wrong with the document, out. Pure.

    {"version": 7, "week": {"mon": [["08:30", "12:00"], ["14:30", "17:30"]], "sat": []}}

Windows are half-open, [start, end): a call that begins at 12:00:00 is out of hours (DOMAIN 2.2). A day not named is closed.
"24:00" ends a day. A version never changes: calls keep the one they were judged by.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeGuard
from zoneinfo import ZoneInfo

from device.signals import SECOND
from firmware_app.wording import Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = ("version", "week")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Window = tuple[int, int]  # minutes of the day, [start, end)


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """A checked document."""

    version: int
    week: tuple[tuple[Window, ...], ...]  # Monday first

    @classmethod
    def from_document(cls, content: object, version: int | None = None) -> ServiceHours | tuple[Text, ...]:
        """The hours, or all that is wrong with them. `version`: as the ledger counts it; without, the document's own."""
        wrong = problems(content)
        if wrong or not isinstance(content, Mapping):
            return wrong
        own = content.get("version", 0) if version is None else version
        week = content["week"]
        return cls(own, tuple(tuple(_window(each) for each in week.get(day, ())) for day in DAYS))

    @classmethod
    def from_json(cls, text: str, version: int | None = None) -> ServiceHours | tuple[Text, ...]:
        """The same, from JSON."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return (Text("服务时间不是合法的 JSON", "the service hours are not valid JSON"),)
        return cls.from_document(content, version)

    def in_hours(self, wall: int, timezone: ZoneInfo) -> bool:
        """Whether the service point is open at `wall` (ns of UTC); False for a moment outside the calendar."""
        try:
            local = (_EPOCH + timedelta(seconds=wall // SECOND)).astimezone(timezone)
        except OverflowError:
            return False
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.week[local.weekday()])


def problems(content: object) -> tuple[Text, ...]:
    """Everything that is wrong with a document: what, where, and what is allowed. Empty when nothing is."""
    if not isinstance(content, Mapping):
        return (Text("服务时间须是一个对象", "the service hours must be an object"),)
    wrong = [_unknown(str(key), KEYS) for key in content if key not in KEYS]
    if not _is_version(content.get("version", 0)):
        wrong.append(Text("version：须是 0 或正整数", "version: must be a whole number, 0 or more"))
    week = content.get("week")
    if not isinstance(week, Mapping):
        wrong.append(
            Text("week：须是一个对象，键是 mon 到 sun", "week: must be an object with keys mon to sun")
        )
        return tuple(wrong)
    wrong += [_unknown(f"week.{day}", DAYS) for day in week if day not in DAYS]
    for day in DAYS:
        wrong += _problems_of_day(f"week.{day}", week.get(day, []))
    return tuple(wrong)


def _is_version(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _unknown(where: str, allowed: tuple[str, ...]) -> Text:
    names = ", ".join(allowed)
    return Text(f"{where}：未知的键；可用：{names}", f"{where}: unknown key; allowed: {names}")


def _problems_of_day(where: str, windows: object) -> list[Text]:
    if not isinstance(windows, list):
        return [
            Text(
                f'{where}：须是时段列表，如 [["08:30", "12:00"]]',
                f'{where}: must be a list of windows, e.g. [["08:30", "12:00"]]',
            )
        ]
    wrong: list[Text] = []
    latest = 0
    for place, window in enumerate(windows):
        here = f"{where}[{place}]"
        if not _is_window(window):
            wrong.append(
                Text(
                    f'{here}：须是两个时刻，如 ["08:30", "12:00"]（00:00 到 24:00）',
                    f'{here}: must be two times of day, e.g. ["08:30", "12:00"] (00:00 to 24:00)',
                )
            )
            continue
        start, end = _window(window)
        if start >= end:
            wrong.append(Text(f"{here}：开始须早于结束", f"{here}: must start before it ends"))
        elif start < latest:
            wrong.append(
                Text(
                    f"{here}：与前一时段重叠或次序颠倒",
                    f"{here}: overlaps the window before it, or is out of order",
                )
            )
        latest = max(latest, end)
    return wrong


def _is_window(value: object) -> TypeGuard[list[str]]:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(time, str) and _TIME.fullmatch(time) for time in value)
    )


def _window(window: list[str]) -> Window:
    start, end = (int(time[:2]) * 60 + int(time[3:]) for time in window)
    return start, end
