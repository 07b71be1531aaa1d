"""The document `duty` in; who is on duty on a day, or what is wrong with the document, out. Pure.

    {"week": {"mon": "王芳、李强"}, "dates": {"2026-11-25": "张伟（上午）、王芳"}}

Names are free words of the staff. A date goes before its weekday; an empty one says that nobody is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from firmware_app.calls.service_hours import DAYS, is_date
from firmware_app.wording import Text

LONGEST = 100  # characters of the names of one day
MOST_DATES = 800  # two years


def on_duty(content: object, day: date) -> str:
    """Who is on duty on `day`; empty when nothing is said of it."""
    if problems(content) or not isinstance(content, Mapping):
        return ""
    dates, week = content.get("dates", {}), content.get("week", {})
    found: str = dates[day.isoformat()] if day.isoformat() in dates else week.get(DAYS[day.weekday()], "")
    return found


def problems(content: object) -> tuple[Text, ...]:
    """Everything that is wrong with a document: what, where, and what is allowed. Empty when nothing is."""
    if not isinstance(content, Mapping) or not set(content) <= {"week", "dates"}:
        return (Text("须是一个对象，键是 week 和 dates", "must be an object with the keys week and dates"),)
    week, dates = content.get("week", {}), content.get("dates", {})
    if not isinstance(week, Mapping) or not set(week) <= set(DAYS):
        return (Text("week：须是一个对象，键是 mon 到 sun", "week: must be an object with keys mon to sun"),)
    if not isinstance(dates, Mapping) or not all(map(is_date, dates)) or len(dates) > MOST_DATES:
        return (
            Text(
                f"dates：须是一个对象，键是日期，最多 {MOST_DATES} 天",
                f"dates: must be an object whose keys are dates, {MOST_DATES} at most",
            ),
        )
    named = [(f"week.{day}", names) for day, names in week.items()]
    named += [(f"dates.{day}", names) for day, names in dates.items()]
    return tuple(
        Text(
            f"{where}：须是不超过 {LONGEST} 个字的文字",
            f"{where}: must be text of at most {LONGEST} characters",
        )
        for where, names in named
        if not isinstance(names, str) or len(names) > LONGEST
    )
