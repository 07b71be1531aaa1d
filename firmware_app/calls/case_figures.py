"""Call-back cases in, K1 to K6 of DOMAIN 2.2 out: how many were called back, how soon, how many were reached.

Pure. Its unit is the case, one number while something is owed to it, not the call. What a call of the line proves and what a
person only told stand apart. A case that nobody is late with yet is left out (`pending`), one that cannot be called too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from firmware_app.calls.answer_waits import Waits, waits_of
from firmware_app.calls.rate import Rate
from firmware_app.wording import Text

CASE_RATES: Mapping[str, Text] = {
    "K1": Text("回拨率", "cases called back"),
    "K2": Text("回拨及时率", "called back in time"),
    "K3": Text("回拨接通率", "cases reached"),
    "K5": Text("返岗查看及时率", "list looked at within 5 min after the return"),
    "K6": Text("综合服务率（按人）", "callers served, of all callers with a number"),
}


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """wall: when it was made, ns of UTC. worked: ns of working time since the case's clock started. proven: a call of
    the line stands behind it. told: a person has said how it came out."""

    wall: int
    worked: int | None
    outcome: str
    proven: bool
    told: bool = True


@dataclass(frozen=True, slots=True)
class CaseFact:
    """state: as the tables hold it (open, reached, self_resolved, unreachable, not_callable, not_needed). clock, due:
    walls. closed_worked: ns of working time from the clock to its end; closed_wall: ns of UTC. attempts: in order."""

    id: int
    state: str
    low: bool = False
    due: int | None = None
    closed_worked: int | None = None
    closed_wall: int | None = None
    attempts: tuple[AttemptFact, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """cases: all whose clock started in the period. not_callable, pending: of them, in no rate. *_proven, *_told,
    timely_by_caller: who of the rest was attempted, attempted in time (or rang again in time and was answered), reached.

    first: K4, working time (ns) to the first attempt. away, looked_at: K5. callers, served: K6; None where the hours are
    not known. low: of cases, those opened by a short ring.
    """

    cases: int = 0
    low: int = 0
    not_callable: int = 0
    pending: int = 0
    attempted_proven: int = 0
    attempted_told: int = 0
    timely_proven: int = 0
    timely_told: int = 0
    timely_by_caller: int = 0
    reached_proven: int = 0
    reached_told: int = 0
    self_resolved: int = 0
    unreachable: int = 0
    not_needed: int = 0
    away: int = 0
    looked_at: int = 0
    callers: int | None = None
    served: int | None = None
    first: Waits = field(default_factory=lambda: waits_of(()))

    @property
    def callable(self) -> int:
        """The denominator of K1 to K3."""
        return self.cases - self.not_callable - self.pending


def case_rates(counts: CaseCounts) -> dict[str, Rate]:
    """K1, K2, K3, K5, K6; K6 only where it is known. Proven and told apart: `proofs_of`."""
    left_out = {
        name: amount
        for name, amount in (("not_callable", counts.not_callable), ("pending", counts.pending))
        if amount
    }
    found = {
        key: Rate(sum(parts.values()), counts.callable, left_out) for key, parts in proofs_of(counts).items()
    }
    found["K5"] = Rate(counts.looked_at, counts.away)
    if counts.callers is not None and counts.served is not None:
        found["K6"] = Rate(counts.served, counts.callers)
    return found


def proofs_of(counts: CaseCounts) -> dict[str, dict[str, int]]:
    """The numerators of K1 to K3 in their parts: proven (by the line), told (by a person), by_caller (rang again)."""
    c = counts
    return {
        "K1": {"proven": c.attempted_proven, "told": c.attempted_told},
        "K2": {"proven": c.timely_proven, "told": c.timely_told, "by_caller": c.timely_by_caller},
        "K3": {"proven": c.reached_proven, "told": c.reached_told},
    }


def count_cases(cases: Iterable[CaseFact], timely: int, now: int) -> CaseCounts:
    """timely: T of K2, ns of working time; a case has its own deadline, too (out of hours: after the next opening), and
    either will do. now: ns of UTC."""
    listed = list(cases)
    owed = [case for case in listed if case.state != "not_callable" and not _pending(case, now)]
    tried = [case for case in owed if case.attempts]
    soon = [case for case in tried if _in_time(case, case.attempts[0].worked, case.attempts[0].wall, timely)]
    # the caller may have been quicker: then nobody needed to
    again = [
        case
        for case in owed
        if case.state == "self_resolved"
        and case not in soon
        and _in_time(case, case.closed_worked, case.closed_wall, timely)
    ]
    reached = [case for case in owed if case.state == "reached"]
    attempted_proven = sum(any(each.proven for each in case.attempts) for case in tried)
    timely_proven = sum(case.attempts[0].proven for case in soon)
    reached_proven = sum(
        any(each.proven and each.told and each.outcome == "reached" for each in case.attempts)
        for case in reached
    )
    return CaseCounts(
        cases=len(listed),
        low=sum(case.low for case in listed),
        not_callable=sum(case.state == "not_callable" for case in listed),
        pending=sum(_pending(case, now) for case in listed),
        attempted_proven=attempted_proven,
        attempted_told=len(tried) - attempted_proven,
        timely_proven=timely_proven,
        timely_told=len(soon) - timely_proven,
        timely_by_caller=len(again),
        reached_proven=reached_proven,
        reached_told=len(reached) - reached_proven,
        self_resolved=sum(case.state == "self_resolved" for case in listed),
        unreachable=sum(case.state == "unreachable" for case in listed),
        not_needed=sum(case.state == "not_needed" for case in listed),
        first=waits_of(case.attempts[0].worked for case in tried if case.attempts[0].worked is not None),
    )


def _pending(case: CaseFact, now: int) -> bool:
    """Open, nobody has tried yet, and there is still time to."""
    return case.state == "open" and not case.attempts and case.due is not None and now < case.due


def _in_time(case: CaseFact, worked: int | None, wall: int | None, timely: int) -> bool:
    by_clock = worked is not None and worked <= timely
    return by_clock or (wall is not None and case.due is not None and wall <= case.due)
