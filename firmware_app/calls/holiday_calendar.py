"""The document `calendar.<year>` in; which days are holidays or make-up working days, or what is wrong with it, out. Pure.

    {"year": 2026, "papers": ["https://…"], "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true},
                                                     {"name": "元旦", "date": "2026-01-04", "isOffDay": false}]}

The public schema in which the State Council's notice of a year is passed on (docs/DOMAIN.md 5.4). A day that is not named is a
working day from Monday to Friday. A notice may speak of the last December days before its year: the later notice wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeGuard

from firmware_app.calls.civil_time import day_number
from firmware_app.calls.service_hours import is_date
from firmware_app.wording import Text

FIRST_YEAR, LAST_YEAR = 2000, 2199
MOST_DAYS = 120
LONGEST_NAME = 40  # characters of a holiday's name

_NAME = re.compile(r"calendar\.([0-9]{4})")


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """A checked document. days: by civil day (days since 1970), the holiday's name and whether it is off."""

    year: int
    version: int
    days: Mapping[int, tuple[str, bool]]

    @classmethod
    def from_document(cls, content: object, version: int = 0) -> HolidayCalendar | tuple[Text, ...]:
        """The calendar, or all that is wrong with it."""
        wrong = problems(content)
        if wrong or not isinstance(content, Mapping):
            return wrong
        return cls(
            content["year"],
            version,
            {
                day_number(date.fromisoformat(day["date"])): (day["name"], day["isOffDay"])
                for day in content["days"]
            },
        )


def document_name(year: int) -> str:
    return f"calendar.{year}"


def year_of(name: str) -> int | None:
    """The year of a document's name; None where it is no calendar."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def problems(content: object, year: int | None = None) -> tuple[Text, ...]:
    """Everything that is wrong with a document: what, where, and what is allowed. `year`: of its name."""
    if not isinstance(content, Mapping):
        return (Text("放假安排须是一个对象", "the calendar must be an object"),)
    given = content.get("year")
    if not is_year(given) or year not in (None, given):
        wanted = year or f"{FIRST_YEAR}–{LAST_YEAR}"
        return (Text(f"year：须是 {wanted}", f"year: must be {wanted}"),)
    wrong: list[Text] = []
    papers = content.get("papers", [])
    if not isinstance(papers, list) or not all(isinstance(paper, str) for paper in papers):
        wrong.append(Text("papers：须是文字的列表", "papers: must be a list of texts"))
    days = content.get("days")
    if not isinstance(days, list) or not 0 < len(days) <= MOST_DAYS:
        told = Text(f"days：须是 1 到 {MOST_DAYS} 天的列表", f"days: must be a list of 1 to {MOST_DAYS} days")
        return (*wrong, told)
    named: set[str] = set()
    for place, day in enumerate(days):
        wrong += _problems_of_day(f"days[{place}]", day, given, named)
    return tuple(wrong)


def is_year(value: object) -> TypeGuard[int]:
    """Whether it is a year of which there may be a calendar."""
    return isinstance(value, int) and not isinstance(value, bool) and FIRST_YEAR <= value <= LAST_YEAR


def _problems_of_day(where: str, day: object, year: int, named: set[str]) -> list[Text]:
    if not isinstance(day, Mapping):
        return [Text(f"{where}：须是一个对象", f"{where}: must be an object")]
    wrong: list[Text] = []
    name, given = day.get("name"), day.get("date")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        wrong.append(Text(f"{where}.name：须是文字", f"{where}.name: must be text"))
    if not isinstance(day.get("isOffDay"), bool):
        wrong.append(
            Text(f"{where}.isOffDay：须是 true 或 false", f"{where}.isOffDay: must be true or false")
        )
    if not is_date(given) or not f"{year - 1}-12-01" <= given <= f"{year}-12-31":
        wrong.append(
            Text(
                f"{where}.date：须是 {year} 年（或上年 12 月）的日期，如 {year}-10-01",
                f"{where}.date: must be a date of {year} (or of the December before), e.g. {year}-10-01",
            )
        )
    elif given in named:
        wrong.append(Text(f"{where}.date：{given} 重复", f"{where}.date: {given} is there twice"))
    else:
        named.add(given)
    return wrong


def day_in(calendars: Mapping[int, HolidayCalendar], year: int, day: int) -> tuple[str, bool] | None:
    """What is said of a civil day that lies in `year`: by the notice of the year after, else by its own."""
    for calendar in (calendars.get(year + 1), calendars.get(year)):
        if calendar is not None and day in calendar.days:
            return calendar.days[day]
    return None
