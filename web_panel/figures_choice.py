"""What a person chose to see figures of, a month or some days back from now, in; its bounds, and how an address says them, out.

Pure: the present is an argument. All times are ns of UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from firmware_app.calls.month_figures import month_after, month_span
from web_panel.formatting import DAY, MINUTE, local, midnight

LISTED = 120  # months to choose from: ten years
DAYS_BACK = {"30d": 30, "90d": 90}
HOURS_BACK = "24h"


@dataclass(frozen=True, slots=True)
class Choice:
    """[since, until). key: as the address has it. begin, end: the same for an address of the page of calls: days, both
    included, or minutes. month: whether it is one; all else is 参考, for information, and has no verdict."""

    key: str
    since: int
    until: int
    begin: str
    end: str
    month: bool


def choose(key: str, now: int, zone: ZoneInfo) -> tuple[Choice, bool]:
    """The second: whether `key` was understood; what was not is the present month. A month that has not begun is none."""
    if key == HOURS_BACK:
        until = now + -now % MINUTE  # the minute that is not over belongs to it
        since = until - DAY
        begin, end = (f"{local(wall, zone):%Y-%m-%dT%H:%M}" for wall in (since, until))
        return Choice(key, since, until, begin, end, month=False), True
    if key in DAYS_BACK:
        today = local(now, zone).date()
        first = today - timedelta(days=DAYS_BACK[key] - 1)
        since, until = midnight(first, zone), midnight(today + timedelta(days=1), zone)
        return Choice(key, since, until, first.isoformat(), today.isoformat(), month=False), True
    present = f"{local(now, zone):%Y-%m}"
    span = month_span(key, zone)
    if span is not None and span[0] <= now:
        return _month(key, span), True
    span = month_span(present, zone)
    return _month(present, span or (now, now)), not key


def _month(key: str, span: tuple[int, int]) -> Choice:
    first = date.fromisoformat(f"{key}-01")
    last = date.fromisoformat(f"{month_after(key)}-01") - timedelta(days=1)
    return Choice(key, *span, first.isoformat(), last.isoformat(), month=True)


def months(first: str | None, closed: Iterable[str], now: int, zone: ZoneInfo) -> list[str]:
    """The months that there may be figures of, the latest first. first: that of the ledger's first entry."""
    present = f"{local(now, zone):%Y-%m}"
    known = {present, *closed}
    month = min(first or present, present)
    # a box whose clock was not set at its first start began in 1970
    earliest = f"{local(now, zone).year - LISTED // 12}-01"
    month = max(month, earliest)
    while month < present:
        known.add(month)
        month = month_after(month)
    return sorted(known, reverse=True)
