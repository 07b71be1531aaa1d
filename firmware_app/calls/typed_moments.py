"""When a call was, as a person reads it off a telephone and types it in; the reading of the point's clock, or None, out. Pure.

2:10、02：10、2点10分、14点半、0210、凌晨2点、下午 3:05、昨天 23:40、11-23 23:40、11月23日23时40分、2026/11/23 23:40. A time alone is the latest
one that has been; a day without a year, too. What could mean two moments (昨晚 2 点, 晚上 12 点) is not guessed: None.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from firmware_app.calls.civil_time import DAY, HOUR, MINUTE, date_of, day_number, day_of

LONGEST = 40  # characters
_DAYS = {
    **dict.fromkeys(("今天", "今日", "今早", "今晨", "today"), 0),
    **dict.fromkeys(("昨天", "昨日", "昨晚", "昨夜", "yesterday"), 1),
    **dict.fromkeys(("前天", "前日"), 2),
}
_HALVES = {
    **dict.fromkeys(("凌晨", "清晨", "早上", "早晨", "上午", "am"), (0, 11)),
    **dict.fromkeys(("中午",), (11, 13)),
    **dict.fromkeys(("下午", "午后", "傍晚"), (12, 18)),
    "pm": (12, 23),
    **dict.fromkeys(("晚上", "夜里", "晚", "夜"), (18, 23)),
}
"""From which hour to which a part of a day lasts."""
_EVENING = ("昨晚", "昨夜")
_TEXT = re.compile(
    rf"(?:(?P<word>{'|'.join(_DAYS)})|(?:(?P<year>[0-9]{{4}})[-/.年])?(?P<month>[0-9]{{1,2}})[-/.月](?P<day>[0-9]{{1,2}})(?:[日号]|(?=[^0-9.:]|$)))?"
    rf"[ t,]*(?P<half>{'|'.join(_HALVES)})?\s*"
    r"(?:(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2})(?::[0-9]{2})?|[点时](?:(?P<said>[0-9]{1,2})分?|(?P<part>半|一刻|三刻|整))?)"
    r"|(?P<plain>[0-9]{4}))\s*(?P<after>am|pm)?"
)
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}


def call_time_of(typed: str, now: int) -> int | None:
    """The civil reading (calls.civil_time; ns) that `typed` stands for at the reading `now`; None where it is not sure."""
    plain = unicodedata.normalize("NFKC", typed).strip().lower().replace("—", "-").replace("–", "-")
    found = _TEXT.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None:
        return None
    clock = _clock(found)
    if clock is None:
        return None
    if found["word"] is not None:
        return (day_of(now) - _DAYS[found["word"]]) * DAY + clock
    if found["month"] is not None:
        return _dated(found, clock, now)
    here = day_of(now) * DAY + clock
    return here if here <= now else here - DAY


def _clock(found: re.Match[str]) -> int | None:
    """ns since midnight."""
    if found["plain"] is not None:
        hour, minute = int(found["plain"][:2]), int(found["plain"][2:])
    else:
        hour = int(found["hour"])
        minute = int(found["minute"] or found["said"] or _PARTS.get(found["part"] or "", 0))
    if hour > 23 or minute > 59:
        return None
    half = found["half"] or found["after"]
    sure = _sure(hour, "晚" if found["word"] in _EVENING and half is None else half)
    return None if sure is None else sure * HOUR + minute * MINUTE


def _sure(hour: int, half: str | None) -> int | None:
    """The hour of 24; None where the part of the day does not go with it."""
    if half is None:
        return hour
    first, last = _HALVES[half]
    return next((each for each in (hour, hour + 12) if first <= each <= last), None)


def _dated(found: re.Match[str], clock: int, now: int) -> int | None:
    today = date_of(day_of(now))
    if today is None:
        return None
    years = (int(found["year"]),) if found["year"] else (today.year, today.year - 1)
    for year in years:
        try:
            reading = day_number(date(year, int(found["month"]), int(found["day"]))) * DAY + clock
        except ValueError:
            continue
        if found["year"] or reading <= now:
            return reading
    return None
