"""The document `service_hours` in; which windows hold on a day, or all that is wrong with the document, out. Pure.

    {"versions": [{"from": "2026-10-01", "holidays": "closed", "makeup": "mon",
                   "seasons": [{"name": "夏令", "from": "05-01", "week": {"mon": [["08:30", "12:00"], ["14:30", "17:30"]]}},
                               {"name": "冬令", "from": "10-01", "week": {"mon": [["08:30", "12:00"], ["14:00", "17:00"]]}}]}]}

A version holds from its date until the next one's; before the first the point is closed, unless that has no date. Of the
seasons, which begin on the same day each year, the one that began last holds. `holidays`: closed or open (then the week
holds as always). `makeup`: whose windows a make-up working day (调休上班日) has: a weekday's, `own` or `closed`. Instead of seasons
a version may have one `week`, and a document without versions, {"week": {...}}, is one version that has always held.
Windows are half-open, [start, end); lunch is the gap between two; "24:00" ends a day; a day not named is closed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeGuard

from firmware_app.calls.civil_time import day_number
from firmware_app.wording import Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = ("closed", "open")
MAKEUP = (*DAYS, "own", "closed")
MOST_VERSIONS, MOST_SEASONS, MOST_WINDOWS = 200, 4, 12
LONGEST_NAME = 20  # characters of a season's name

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_SEASON_START = re.compile(r"[0-9]{2}-[0-9]{2}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Window = tuple[int, int]  # minutes of the day, [start, end)
Week = tuple[tuple[Window, ...], ...]  # Monday first


@dataclass(frozen=True, slots=True)
class Season:
    """name: 夏令, 冬令 or empty; start: month and day on which it begins each year."""

    name: str
    start: tuple[int, int]
    week: Week


@dataclass(frozen=True, slots=True)
class HoursVersion:
    """What holds from the civil day `start` (days since 1970, None: always). seasons: by their start, at least one."""

    start: int | None
    seasons: tuple[Season, ...]
    holidays: str = "closed"
    makeup: str = "mon"

    def season(self, day: date) -> Season:
        """The season that `day` lies in."""
        begun = [season for season in self.seasons if season.start <= (day.month, day.day)]
        return begun[-1] if begun else self.seasons[-1]

    def windows(self, day: date, is_off: bool | None) -> tuple[Window, ...]:
        """What holds on `day`. is_off: of the holiday calendar: a holiday, a make-up working day, or None: neither."""
        week = self.season(day).week
        if is_off is True and self.holidays == "closed":
            return ()
        if is_off is False and self.makeup != "own":
            return week[DAYS.index(self.makeup)] if self.makeup in DAYS else ()
        return week[day.weekday()]


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """A checked document. version: as the ledger counts it; versions: by their start."""

    version: int
    versions: tuple[HoursVersion, ...]

    @classmethod
    def from_document(cls, content: object, version: int = 0) -> ServiceHours | tuple[Text, ...]:
        """The hours, or all that is wrong with them."""
        wrong = problems(content)
        if wrong or not isinstance(content, Mapping):
            return wrong
        return cls(version, tuple(_version(each) for each in versions_of(content)))

    def on(self, day: int) -> HoursVersion | None:
        """The version that holds on a civil day; None before the first."""
        held = [each for each in self.versions if each.start is None or each.start <= day]
        return held[-1] if held else None


def versions_of(content: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The versions of a checked document, also of the old shape, with their seasons written out."""
    given = content["versions"] if "versions" in content else [{"week": content["week"]}]
    return [
        {
            **{key: value for key, value in each.items() if key not in ("week", "version")},
            "seasons": each["seasons"]
            if "seasons" in each
            else [{"name": "", "from": "01-01", "week": each["week"]}],
        }
        for each in given
    ]


def _version(content: Mapping[str, Any]) -> HoursVersion:
    seasons = [
        Season(each.get("name", ""), _month_and_day(each["from"]), week_of(each["week"]))
        for each in content["seasons"]
    ]
    return HoursVersion(
        day_number(date.fromisoformat(content["from"])) if "from" in content else None,
        tuple(sorted(seasons, key=lambda season: season.start)),
        content.get("holidays", "closed"),
        content.get("makeup", "mon"),
    )


def week_of(week: Mapping[str, Any]) -> Week:
    """A checked week."""
    return tuple(tuple(_window(each) for each in week.get(day, ())) for day in DAYS)


def _month_and_day(text: str) -> tuple[int, int]:
    return int(text[:2]), int(text[3:])


# ---- what is wrong


def problems(content: object) -> tuple[Text, ...]:
    """Everything that is wrong with a document: what, where, and what is allowed. Empty when nothing is."""
    if not isinstance(content, Mapping):
        return (Text("服务时间须是一个对象", "the service hours must be an object"),)
    if "versions" not in content:
        return tuple(_unknown_keys("", content, ("version", "week")) + _version_number(content) + _week("week", content.get("week")))  # fmt: skip
    wrong = _unknown_keys("", content, ("versions",))
    versions = content["versions"]
    if not isinstance(versions, list) or not 0 < len(versions) <= MOST_VERSIONS:
        told = Text(
            f"versions：须是 1 到 {MOST_VERSIONS} 个版本的列表",
            f"versions: must be a list of 1 to {MOST_VERSIONS} versions",
        )
        return (*wrong, told)
    latest = ""
    for place, version in enumerate(versions):
        wrong += _problems_of_version(f"versions[{place}]", version, place == 0)
        start = version.get("from") if isinstance(version, Mapping) else None
        if isinstance(start, str):
            if start <= latest:
                here = f"versions[{place}].from"
                wrong.append(
                    Text(f"{here}：须晚于前一版本", f"{here}: must be later than the version before it")
                )
            latest = start
    return tuple(wrong)


def _problems_of_version(where: str, version: object, first: bool) -> list[Text]:
    if not isinstance(version, Mapping):
        return [Text(f"{where}：须是一个对象", f"{where}: must be an object")]
    wrong = _unknown_keys(f"{where}.", version, ("from", "seasons", "week", "holidays", "makeup"))
    if not (is_date(version.get("from")) or (first and "from" not in version)):
        wrong.append(
            Text(
                f"{where}.from：须是日期，如 2026-10-01",
                f"{where}.from: must be a date, e.g. 2026-10-01",
            )
        )
    for key, allowed in (("holidays", HOLIDAYS), ("makeup", MAKEUP)):
        if version.get(key, allowed[0]) not in allowed:
            names = ", ".join(allowed)
            wrong.append(
                Text(f"{where}.{key}：须是其中之一：{names}", f"{where}.{key}: must be one of: {names}")
            )
    if "seasons" in version and "week" not in version:
        return wrong + _problems_of_seasons(f"{where}.seasons", version["seasons"])
    return wrong + _week(f"{where}.week", None if "seasons" in version else version.get("week"))


def _problems_of_seasons(where: str, seasons: object) -> list[Text]:
    if not isinstance(seasons, list) or not 0 < len(seasons) <= MOST_SEASONS:
        return [
            Text(
                f"{where}：须是 1 到 {MOST_SEASONS} 个季节的列表",
                f"{where}: must be a list of 1 to {MOST_SEASONS} seasons",
            )
        ]
    wrong: list[Text] = []
    starts: set[str] = set()
    for place, season in enumerate(seasons):
        wrong += _problems_of_season(f"{where}[{place}]", season, starts)
    return wrong


def _problems_of_season(where: str, season: object, starts: set[str]) -> list[Text]:
    if not isinstance(season, Mapping):
        return [Text(f"{where}：须是一个对象", f"{where}: must be an object")]
    wrong = _unknown_keys(f"{where}.", season, ("name", "from", "week"))
    name, start = season.get("name", ""), season.get("from")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        wrong.append(
            Text(
                f"{where}.name：须是不超过 {LONGEST_NAME} 个字的文字",
                f"{where}.name: must be text of at most {LONGEST_NAME} characters",
            )
        )
    if not is_season_start(start):
        told = "须是月和日，如 05-01", "must be month and day, e.g. 05-01"
        wrong.append(Text(f"{where}.from：{told[0]}", f"{where}.from: {told[1]}"))
    elif start in starts:
        wrong.append(
            Text(
                f"{where}.from：与另一季节同一天开始",
                f"{where}.from: begins on the same day as another season",
            )
        )
    else:
        starts.add(start)
    return wrong + _week(f"{where}.week", season.get("week"))


def is_date(value: object) -> TypeGuard[str]:
    """Whether it is a date as documents write them, 2026-10-01."""
    return isinstance(value, str) and bool(_DATE.fullmatch(value)) and _exists(value)


def is_season_start(value: object) -> TypeGuard[str]:
    """Whether it is month and day, 05-01; 02-29 is one."""
    return isinstance(value, str) and bool(_SEASON_START.fullmatch(value)) and _exists(f"2024-{value}")


def _exists(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _version_number(content: Mapping[str, Any]) -> list[Text]:
    value = content.get("version", 0)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return []
    return [Text("version：须是 0 或正整数", "version: must be a whole number, 0 or more")]


def _unknown_keys(where: str, content: Mapping[str, Any], allowed: tuple[str, ...]) -> list[Text]:
    names = ", ".join(allowed)
    return [
        Text(f"{where}{key}：未知的键；可用：{names}", f"{where}{key}: unknown key; allowed: {names}")
        for key in content
        if key not in allowed
    ]


def _week(where: str, week: object) -> list[Text]:
    if not isinstance(week, Mapping):
        return [
            Text(
                f"{where}：须是一个对象，键是 mon 到 sun", f"{where}: must be an object with keys mon to sun"
            )
        ]
    wrong = _unknown_keys(f"{where}.", week, DAYS)
    for day in DAYS:
        wrong += _problems_of_day(f"{where}.{day}", week.get(day, []))
    return wrong


def _problems_of_day(where: str, windows: object) -> list[Text]:
    if not isinstance(windows, list) or len(windows) > MOST_WINDOWS:
        return [
            Text(
                f'{where}：须是时段列表，如 [["08:30", "12:00"]]，最多 {MOST_WINDOWS} 段',
                f'{where}: must be a list of windows, e.g. [["08:30", "12:00"]], {MOST_WINDOWS} at most',
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
        wrong += _misplaced(here, start, end, latest)
        latest = max(latest, end)
    return wrong


def _misplaced(here: str, start: int, end: int, latest: int) -> list[Text]:
    if start >= end:
        return [Text(f"{here}：开始须早于结束", f"{here}: must start before it ends")]
    if start < latest:
        return [
            Text(
                f"{here}：与前一时段重叠或次序颠倒",
                f"{here}: overlaps the window before it, or is out of order",
            )
        ]
    return []


def _is_window(value: object) -> TypeGuard[list[str]]:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(time, str) and _TIME.fullmatch(time) for time in value)
    )


def _window(window: Sequence[str]) -> Window:
    start, end = (int(time[:2]) * 60 + int(time[3:]) for time in window)
    return start, end
