"""Whether a month may be closed, or a carrier's bill recorded: an entry in, the whole entry or a refusal out. Part of `deciding`.

A month is closed once, and only when it is over; from then on its figures never change, and what comes later is told beside
them. It reads, it never writes.
"""

from __future__ import annotations

import json
from dataclasses import replace

import apsw

from firmware_app.calls.carrier_bill import COUNTS as BILL_COUNTS
from firmware_app.calls.month_figures import month_span
from firmware_app.records import entries
from firmware_app.records.database import one
from firmware_app.records.desk_rules import Desk
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.outcomes import Refused
from firmware_app.wording import Text

NO_MONTH = Refused("invalid", Text("月份应写成 2026-11 这样", "a month is written like 2026-11"))
NOT_FIGURES = Refused("invalid", Text("不是这个月的数据", "these are not figures of that month"))
CLOSED_ALREADY = Refused(
    "already_done", Text("这个月已经结账，数据不再改变", "this month is closed and never changes")
)
NOT_OVER = Refused("invalid", Text("这个月还没有过完，不能结账", "this month is not over yet"))


def month_closed(db: apsw.Connection, entry: entries.MonthClosed, desk: Desk) -> entries.Entry | Refused:
    span = month_span(entry.month, desk.timezone)
    if span is None:
        return NO_MONTH
    if one(db, "SELECT 1 FROM months WHERE month = ?", (entry.month,)) is not None:
        return CLOSED_ALREADY
    if desk.now < span[1]:
        return NOT_OVER
    figures = _object(entry.figures)
    if figures is None or figures.get("month") != entry.month:
        return NOT_FIGURES
    text = canonical(figures)
    return replace(entry, figures=text, digest=content_digest(text))


def carrier_bill(_db: apsw.Connection, entry: entries.CarrierBill, desk: Desk) -> entries.Entry | Refused:
    """Counts alone may stand in it: a bill is full of people's numbers."""
    if month_span(entry.month, desk.timezone) is None:
        return NO_MONTH
    figures = _object(entry.figures)
    if figures is None or figures.keys() != set(BILL_COUNTS):
        return NOT_FIGURES
    if not all(type(value) is int and 0 <= value < 10**9 for value in figures.values()):
        return NOT_FIGURES
    return replace(entry, figures=canonical(figures))


def _object(text: str) -> dict[str, object] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
