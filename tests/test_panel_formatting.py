"""web_panel.formatting: what a clerk reads of instants and durations, in the configured zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from device.signals import SECOND
from web_panel.formatting import DAY, HOUR, MINUTE, minutes, start_of_day, waited, when
from web_panel.translating import Translator

ZONE = ZoneInfo("Asia/Shanghai")
ZH, EN = Translator("zh_CN"), Translator("en")


def wall(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        ("2026-11-23 09:15:59", "今天 09:15", "today 09:15"),
        ("2026-11-23 00:00:00", "今天 00:00", "today 00:00"),
        ("2026-11-22 23:59:59", "昨天 23:59", "yesterday 23:59"),
        ("2026-11-21 09:05:00", "11-21 09:05", "11-21 09:05"),
        ("2025-12-31 23:59:00", "2025-12-31 23:59", "2025-12-31 23:59"),
    ],
)
def test_when(moment: str, zh: str, en: str) -> None:
    now = wall("2026-11-23 17:30:00")
    assert when(wall(moment), now, ZONE, ZH) == zh
    assert when(wall(moment), now, ZONE, EN) == en


def test_the_zone_is_the_configured_one() -> None:
    moment = wall("2026-11-23 00:30:00")  # still the 22nd in UTC
    assert when(moment, moment, ZONE, ZH) == "今天 00:30"
    assert when(moment, moment, ZoneInfo("UTC"), ZH) == "今天 16:30"


@pytest.mark.parametrize(
    ("duration", "zh", "en"),
    [
        (-5 * SECOND, "刚刚", "just now"),  # the wall clock was stepped back
        (MINUTE - 1, "刚刚", "just now"),
        (MINUTE, "已等 1 分钟", "waiting 1 min"),
        (25 * MINUTE, "已等 25 分钟", "waiting 25 min"),
        (HOUR - 1, "已等 59 分钟", "waiting 59 min"),
        (HOUR, "已等 1 小时 0 分", "waiting 1 h 0 min"),
        (3 * HOUR - 1, "已等 2 小时 59 分", "waiting 2 h 59 min"),
        (3 * HOUR, "已等 3 小时", "waiting 3 h"),
        (DAY - 1, "已等 23 小时", "waiting 23 h"),
        (DAY, "已等 1 天 0 小时", "waiting 1 d 0 h"),
        (2 * DAY + 3 * HOUR, "已等 2 天 3 小时", "waiting 2 d 3 h"),
    ],
)
def test_waited(duration: int, zh: str, en: str) -> None:
    assert waited(duration, ZH) == zh
    assert waited(duration, EN) == en


def test_a_day_begins_at_local_midnight() -> None:
    assert start_of_day(wall("2026-11-23 07:59:59"), ZONE) == wall("2026-11-23 00:00:00")
    assert start_of_day(wall("2026-11-23 00:00:00"), ZONE) == wall("2026-11-23 00:00:00")


def test_minutes_are_never_negative() -> None:
    assert (minutes(-1), minutes(MINUTE - 1), minutes(20 * MINUTE)) == (0, 0, 20)
