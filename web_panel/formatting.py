"""Instants and durations in, the words a clerk reads out: 今天 09:15, 已等 25 分钟. Pure: the present is an argument.

All instants are ns of UTC, all durations ns; local time is that of the configured zone, whatever the system says.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from device.signals import SECOND
from web_panel.translating import Translator

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def local(wall: int, zone: tzinfo) -> datetime:
    """The local date and time of `wall`."""
    return datetime.fromtimestamp(wall // SECOND, zone)


def start_of_day(wall: int, zone: tzinfo) -> int:
    """The first instant of the local day that `wall` lies in."""
    midnight = local(wall, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp()) * SECOND


def midnight(day: date, zone: tzinfo) -> int:
    """ns of UTC of the beginning of a local day."""
    return int(datetime.combine(day, time(), zone).timestamp()) * SECOND


def when(wall: int, now: int, zone: tzinfo, t: Translator) -> str:
    """今天 09:15 · 昨天 09:15 · 11-23 09:15 · 2025-11-23 09:15, always 24 h."""
    moment, today = local(wall, zone), local(now, zone)
    clock = f"{moment:%H:%M}"
    if moment.date() == today.date():
        return t("今天 {time}", time=clock)
    if moment.date() == today.date() - timedelta(days=1):
        return t("昨天 {time}", time=clock)
    return f"{moment:%m-%d} {clock}" if moment.year == today.year else f"{moment:%Y-%m-%d} {clock}"


def waited(duration: int, t: Translator) -> str:
    """How long somebody has been waiting for a call back, no finer than anybody needs."""
    if duration < MINUTE:
        return t("刚刚")
    if duration < HOUR:
        return t("已等 {n} 分钟", n=duration // MINUTE)
    if duration < 3 * HOUR:
        return t("已等 {h} 小时 {m} 分", h=duration // HOUR, m=duration % HOUR // MINUTE)
    if duration < DAY:
        return t("已等 {h} 小时", h=duration // HOUR)
    return t("已等 {d} 天 {h} 小时", d=duration // DAY, h=duration % DAY // HOUR)


def minutes(duration: int) -> int:
    """Whole minutes, never negative (the wall clock may be stepped back)."""
    return max(0, duration // MINUTE)
