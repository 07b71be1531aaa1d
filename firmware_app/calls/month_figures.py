"""All figures of a period as values in, and a month's as canonical JSON out: what a closed month is for ever.

Pure. The JSON holds integers (ns, counts), never a rounded number: whoever reads it can count again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware_app.calls.answer_waits import Breach, Waits
from firmware_app.calls.call_groups import IN_TIME, METRICS_DEF, SHORT_TALK
from firmware_app.calls.case_figures import CaseCounts, case_rates
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
