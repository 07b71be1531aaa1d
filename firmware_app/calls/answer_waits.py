"""How long callers waited: delays in, mean and percentiles out; which calls broke 15 s, and which rang beside a talk.

Pure. All times are ns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware_app.calls.call_groups import Group


def mean(total: int, count: int) -> int | None:
    """Half up; None of nothing."""
    return (2 * total + count) // (2 * count) if count else None


@dataclass(frozen=True, slots=True)
class Breach:
    """A call that rang on past 15 s. waited: ns to the answer; to the last edge that was heard where nobody is known to
    have lifted (`sensed` False). uncertainty: ns, either way. staff_busy: another line was off-hook while it rang."""

    call: int
    line: str
    started_wall: int
    group: Group
    waited: int
    sensed: bool
    uncertainty: int | None = None
    staff_busy: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """Answer delays, ns: R4. Nearest rank: each is the delay of a call that there was. None where there is none."""

    timed: int
    mean: int | None
    median: int | None
    p90: int | None
    longest: int | None


def waits_of(delays: Iterable[int]) -> Waits:
    ordered = sorted(delays)
    n = len(ordered)
    if not n:
        return Waits(0, None, None, None, None)
    return Waits(n, mean(sum(ordered), n), ordered[rank(n, 50)], ordered[rank(n, 90)], ordered[-1])


def rank(count: int, percent: int) -> int:
    """The place, from 0, of that percentile among `count` ordered values: the first that `percent` do not exceed."""
    return max(0, -(-count * percent // 100) - 1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time on a line, ns of UTC: [start, end)."""

    line: str
    start: int
    end: int


def rang_beside_a_talk(ringing: Iterable[tuple[int, Span]], talks: Iterable[Span]) -> frozenset[int]:
    """STAFF_BUSY (DOMAIN 2.4): which of these calls rang while another line was off-hook. They count as any other."""
    open_talks: list[Span] = []
    waiting = sorted(talks, key=lambda talk: talk.start, reverse=True)
    found = set()
    for call, ring in sorted(ringing, key=lambda each: each[1].start):
        while waiting and waiting[-1].start < max(ring.end, ring.start + 1):
            open_talks.append(waiting.pop())
        # a longer ring before may have let in talks that only begin after this one
        open_talks = [talk for talk in open_talks if talk.end > ring.start]
        if any(talk.line != ring.line and talk.start < max(ring.end, ring.start + 1) for talk in open_talks):
            found.add(call)
    return frozenset(found)
