"""All figures of a period as values in, and a month's as canonical JSON out: what a closed month is for ever.

Pure. The JSON holds integers (ns, counts), never a rounded number: whoever reads it can count again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from firmware_app.calls.answer_waits import Breach, Waits
from firmware_app.calls.call_groups import IN_TIME, METRICS_DEF, SHORT_TALK
from firmware_app.calls.case_figures import CaseCounts, case_rates
from firmware_app.calls.civil_time import DAY, HOUR, day_number, wall_of
from firmware_app.calls.erlang import BusyEstimate
from firmware_app.calls.heard_time import Coverage
from firmware_app.calls.rate import FEW, TARGET, Rate, Verdict, verdict
from firmware_app.calls.service_level import Counts, rates


@dataclass(frozen=True, slots=True)
class Level:
    """Counts, and how long callers waited."""

    counts: Counts
    waits: Waits

    @property
    def rates(self) -> dict[str, Rate]:
        return rates(self.counts)


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """A rolling window, [since, until) ns of UTC: 参考, for information; it never has a verdict."""

    since: int
    until: int
    whole: Level
    by_line: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class Repeats:
    """R6 一次来电解决率: resolved of first_calls (no call of theirs in the 7 days before; answered, and none in the 7 after);
    not_known_yet: first calls whose 7 days are not over. R7 重复来电率: repeated (answered, and they had called in the 48 h
    before) of with_number."""

    resolved: int = 0
    first_calls: int = 0
    not_known_yet: int = 0
    repeated: int = 0
    with_number: int = 0

    @property
    def rates(self) -> dict[str, Rate]:
        waiting = {"not_known_yet": self.not_known_yet} if self.not_known_yet else {}
        return {
            "R6": Rate(self.resolved, self.first_calls, waiting),
            "R7": Rate(self.repeated, self.with_number),
        }


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month, [since, until) ns of UTC, as of `asof`. head: seq and digest (hex) of the last entry that is in it.

    by_weekday: 1 Monday. busy: by line; estimates. staff_busy: calls lost or late that rang while another line was
    off-hook. hours_basis, rules: the documents and rule versions that its calls and cases were judged by.
    """

    month: str
    timezone: str
    since: int
    until: int
    asof: int
    head: tuple[int, str]
    whole: Level
    by_line: Mapping[str, Level]
    by_hour: Mapping[int, Counts]
    by_weekday: Mapping[int, Counts]
    by_day: Mapping[str, Counts]
    breaches: tuple[Breach, ...]
    staff_busy: int
    cases: CaseCounts
    repeats: Repeats
    coverage: Coverage | None
    busy: Mapping[str, BusyEstimate]
    hours_basis: tuple[str, ...] = ()
    rules: tuple[int, ...] = ()
    thresholds: Mapping[str, int] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.asof >= self.until

    @property
    def verdict(self) -> Verdict | None:
        """Of R1 against 95 % (宜); None while the month is not over. Of the 15 s (应) there is none: see `breaches`."""
        if not self.over:
            return None
        return verdict(self.whole.rates["R1"], self.coverage.share if self.coverage else None)

    @property
    def rates(self) -> dict[str, Rate]:
        """All of them, by id: R1 to R7, K1 to K6."""
        return {**self.whole.rates, **self.repeats.rates, **case_rates(self.cases)}


def thresholds(timely: int) -> dict[str, int]:
    """What the figures of now are measured by; timely: T of K2 (ns)."""
    return {
        "metrics_def": METRICS_DEF,
        "in_time_ns": IN_TIME,
        "short_talk_ns": SHORT_TALK,
        "target_percent": TARGET,
        "few": FEW,
        "timely_ns": timely,
    }


_MONTH = re.compile(r"(19[7-9][0-9]|2[01][0-9][0-9])-(0[1-9]|1[0-2])")  # ns of 1970 to 2199 fit in 63 bits


def month_span(month: str, zone: ZoneInfo) -> tuple[int, int] | None:
    """[first, last) ns of UTC of a local month written "2026-11"; None when it is not one."""
    found = _MONTH.fullmatch(month)
    if found is None:
        return None
    first = date(int(found[1]), int(found[2]), 1)
    return wall_of(day_number(first) * DAY, zone), wall_of(day_number(_next(first)) * DAY, zone)


def month_after(month: str) -> str:
    """ "2026-12" of "2026-11"; the same where it is not a month."""
    found = _MONTH.fullmatch(month)
    return _next(date(int(found[1]), int(found[2]), 1)).isoformat()[:7] if found else month


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


CLOSING_DAY, CLOSING_HOUR = 5, 3  # of the next month, by the clock of the point


def closing_time(month: str, zone: ZoneInfo) -> int | None:
    """When a month is closed: ns of UTC; None where it is not a month."""
    span = month_span(month, zone)
    if span is None:
        return None
    after = date.fromisoformat(f"{month_after(month)}-{CLOSING_DAY:02}")
    return wall_of(day_number(after) * DAY + CLOSING_HOUR * HOUR, zone)


def months_due(first: str, closed: Collection[str], now: int, zone: ZoneInfo) -> list[str]:
    """The months from `first` on that are to be closed at `now` (ns of UTC) and are not yet, oldest first."""
    due: list[str] = []
    month = first
    while (at := closing_time(month, zone)) is not None and at <= now:
        if month not in closed:
            due.append(month)
        month = month_after(month)
    return due


def month_json(figures: MonthFigures) -> str:
    """The month as canonical JSON: keys sorted, integers only. metrics_def in it says how to read it."""
    whole: dict[str, Any] = {
        "metrics_def": METRICS_DEF,
        "month": figures.month,
        "timezone": figures.timezone,
        "since": figures.since,
        "until": figures.until,
        "asof": figures.asof,
        "head": {"seq": figures.head[0], "digest": figures.head[1]},
        "thresholds": dict(figures.thresholds),
        "hours_basis": list(figures.hours_basis),
        "rules": list(figures.rules),
        "verdict": figures.verdict.value if figures.verdict else None,
        "whole": _level(figures.whole),
        "by_line": {line: _level(level) for line, level in figures.by_line.items()},
        "by_hour": {str(hour): asdict(counts) for hour, counts in figures.by_hour.items()},
        "by_weekday": {str(day): asdict(counts) for day, counts in figures.by_weekday.items()},
        "by_day": {day: asdict(counts) for day, counts in figures.by_day.items()},
        "breaches": [[each.call, each.waited, each.sensed, each.staff_busy] for each in figures.breaches],
        "staff_busy": figures.staff_busy,
        "cases": asdict(figures.cases),
        "repeats": asdict(figures.repeats),
        "coverage": _coverage(figures.coverage),
        "met_busy_permille": {line: round(1000 * each.met_busy) for line, each in figures.busy.items()},
        "rates": {name: [rate.numerator, rate.denominator] for name, rate in figures.rates.items()},
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _level(level: Level) -> dict[str, Any]:
    return {"counts": asdict(level.counts), "waits": asdict(level.waits)}


def _coverage(found: Coverage | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "heard": found.heard,
        "service": found.service,
        "by_line": {line: list(share) for line, share in found.by_line.items()},
        "gaps": [[gap.start, gap.end, gap.why, gap.line] for gap in found.gaps],
    }
