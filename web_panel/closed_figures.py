"""The JSON that a month was closed with in, its figures as values out: the same as they were on that day.

Pure. What a later version of the program wrote and this one does not know is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from firmware_app.calls.answer_waits import Breach, Waits
from firmware_app.calls.call_groups import Group
from firmware_app.calls.case_figures import CaseCounts
from firmware_app.calls.erlang import BusyEstimate
from firmware_app.calls.heard_time import Coverage, Gap
from firmware_app.calls.month_figures import Level, MonthFigures, Repeats
from firmware_app.calls.rate import Verdict
from firmware_app.calls.service_level import Counts

_Made = TypeVar("_Made", Counts, Waits, CaseCounts, Repeats)


@dataclass(frozen=True, slots=True)
class ClosedBreach:
    """A call that rang on past 15 s, as the closed month names it; waited: ns."""

    call: int
    waited: int
    sensed: bool
    staff_busy: bool

    def placed(self, line: str, started_wall: int) -> Breach:
        """line, started_wall: as the call has them; they never change. How it came out may, and is not told here."""
        group = Group.LATE if self.sensed else Group.MISSED
        return Breach(
            self.call, line, started_wall, group, self.waited, self.sensed, staff_busy=self.staff_busy
        )


def closed_breaches(figures: Mapping[str, Any]) -> list[ClosedBreach]:
    """The breaches of a closed month, oldest first."""
    return [ClosedBreach(*each) for each in figures["breaches"]]


def closed_figures(figures: Mapping[str, Any]) -> tuple[MonthFigures, Verdict | None]:
    """Of what month_figures.month_json wrote, and the verdict of that day. Breaches stand apart: `closed_breaches`."""
    verdict = figures["verdict"]
    cases = dict(figures["cases"])
    made = MonthFigures(
        month=figures["month"],
        timezone=figures["timezone"],
        since=figures["since"],
        until=figures["until"],
        asof=figures["asof"],
        head=(figures["head"]["seq"], figures["head"]["digest"]),
        whole=_level(figures["whole"]),
        by_line={line: _level(level) for line, level in figures["by_line"].items()},
        by_hour={int(hour): _known(Counts, counts) for hour, counts in figures["by_hour"].items()},
        by_weekday={int(day): _known(Counts, counts) for day, counts in figures["by_weekday"].items()},
        by_day={day: _known(Counts, counts) for day, counts in figures["by_day"].items()},
        breaches=(),
        staff_busy=figures["staff_busy"],
        cases=_known(CaseCounts, cases | {"first": _known(Waits, cases["first"])}),
        repeats=_known(Repeats, figures["repeats"]),
        coverage=_coverage(figures["coverage"]),
        busy={
            line: BusyEstimate(permille / 1000, None)
            for line, permille in figures["met_busy_permille"].items()
        },
        hours_basis=tuple(figures["hours_basis"]),
        rules=tuple(figures["rules"]),
        thresholds=figures["thresholds"],
    )
    return made, Verdict(verdict) if verdict in {each.value for each in Verdict} else None


def _known(kind: type[_Made], values: Mapping[str, Any]) -> _Made:
    names = {each.name for each in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in names})


def _level(values: Mapping[str, Any]) -> Level:
    return Level(_known(Counts, values["counts"]), _known(Waits, values["waits"]))


def _coverage(values: Mapping[str, Any] | None) -> Coverage | None:
    if values is None:
        return None
    return Coverage(
        heard=values["heard"],
        service=values["service"],
        by_line={line: (share[0], share[1]) for line, share in values["by_line"].items()},
        gaps=tuple(Gap(*gap) for gap in values["gaps"]),
    )
