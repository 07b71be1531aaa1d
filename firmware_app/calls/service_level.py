"""Groups of inbound calls in, how many came out how and the rates of the trade out (DOMAIN 2.2, metrics_def 1).

Pure. Rule 1: only calls in service hours whose outcome is known make a rate; a count opens into its calls (`codes_of`).
Rule 2: 15 s is 应: each breach counts and is listed, no share excuses it. 95 % is 宜: a target of R1 alone. One says nothing
of the other. Rule 3: who is `unknown` is never answered; every rate has its bounds for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from device.signals import SECOND
from firmware_app.calls.answer_waits import mean
from firmware_app.calls.call_groups import (
    COUNTED,
    NEAR,
    RANG_ON,
    SHORT,
    CountedCall,
    Group,
    code_of,
    group_of,
)
from firmware_app.calls.rate import Rate, Share
from firmware_app.wording import Text

SILENT = 4 * SECOND  # of the cadence: somebody who hung up within it was not heard to (R5)


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls of a period by group, and what some of them are besides. Every count opens into its calls by its field's name.

    in_time to unknown are calls in service hours. by_machine is part of missed; near_limit and short_talk of those
    answered. late_untimed: of late, without an exact delay. rang_on: missed or unknown, and it rang 15 s; unknown_late: of
    them the unknown ones. in_closure: part of out_of_hours. timed, waited: answers with a known delay and the ns of
    all; gave_up, gave_up_after: missed or abandoned calls (no machine) with a known ringing time, and the ns of all.
    callers: distinct numbers among offered and unknown calls; hidden: such calls without one.
    """

    in_time: int = 0
    late: int = 0
    untimed: int = 0
    abandoned: int = 0
    missed: int = 0
    by_machine: int = 0
    unknown: int = 0
    out_of_hours: int = 0
    in_closure: int = 0
    hours_unknown: int = 0
    test: int = 0
    blocked: int = 0
    non_voice: int = 0
    near_limit: int = 0
    short_talk: int = 0
    late_untimed: int = 0
    rang_on: int = 0
    unknown_late: int = 0
    timed: int = 0
    waited: int = 0
    gave_up: int = 0
    gave_up_after: int = 0
    callers: int = 0
    hidden: int = 0

    @property
    def answered(self) -> int:
        """A 接听量"""
        return self.in_time + self.late + self.untimed

    @property
    def offered(self) -> int:
        """N 呼入量: in hours, and how they came out is known."""
        return self.answered + self.abandoned + self.missed

    @property
    def breaches(self) -> int:
        """Calls that rang on past 15 s, whoever lifted then (5.1.1)."""
        return self.late + self.rang_on

    @property
    def every(self) -> int:
        """All inbound calls of the period."""
        apart = self.test + self.blocked + self.non_voice
        return self.offered + self.unknown + self.out_of_hours + self.hours_unknown + apart

    @property
    def mean_delay(self) -> int | None:
        """R4, ASA 平均应答时长: ns, half up; None when no delay is known."""
        return mean(self.waited, self.timed)

    @property
    def mean_ringing_given_up(self) -> int | None:
        """R5 平均放弃前振铃时长: ns. Between the last burst and the next nobody hears that a caller has hung up, so half
        of that silence is added to each."""
        return mean(self.gave_up_after + self.gave_up * SILENT // 2, self.gave_up)


_FIELD = {group: group.name.lower() for group in Group}


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls of one code: how many, how many of them with a known time, and the ns of those."""

    code: int
    calls: int
    known: int
    waited: int


def counts_of(tallies: Iterable[Tally], *, callers: int = 0, hidden: int = 0, in_closure: int = 0) -> Counts:
    """The counts that these tallies make."""
    found = dict.fromkeys((f.name for f in fields(Counts)), 0)
    found |= {"callers": callers, "hidden": hidden, "in_closure": in_closure}
    for tally in tallies:
        for name, amount in _parts(tally):
            found[name] += amount
    return Counts(**found)


def _parts(tally: Tally) -> Iterable[tuple[str, int]]:
    group, flags = Group(tally.code // 8), tally.code % 8
    yield _FIELD[group], tally.calls
    yield "near_limit", tally.calls if flags & NEAR else 0
    yield "short_talk", tally.calls if flags & SHORT else 0
    match group:
        case Group.IN_TIME | Group.LATE if not flags & RANG_ON:
            yield "timed", tally.known
            yield "waited", tally.waited
        case Group.LATE:
            yield "late_untimed", tally.calls
        case Group.ABANDONED | Group.MISSED:
            yield "gave_up", tally.known
            yield "gave_up_after", tally.waited
        case Group.BY_MACHINE:
            yield "missed", tally.calls
        case _:
            pass
    if flags & RANG_ON and group is not Group.LATE:
        yield "rang_on", tally.calls
        yield "unknown_late", tally.calls if group is Group.UNKNOWN else 0


def count(calls: Iterable[CountedCall]) -> Counts:
    """The counts of these calls, one by one."""
    listed = list(calls)
    inside = [call for call in listed if group_of(call) in COUNTED]
    tallies = (Tally(code_of(call), 1, int(call.waited is not None), call.waited or 0) for call in listed)
    return counts_of(
        tallies,
        callers=len({call.caller for call in inside if call.caller is not None}),
        hidden=sum(call.caller is None for call in inside),
        in_closure=sum(call.in_closure and group_of(call) is Group.OUT_OF_HOURS for call in listed),
    )


def codes_of(name: str) -> tuple[int, ...]:
    """The codes of the calls behind a count: a field of Counts, or answered, offered, breaches, every; empty for others.

    in_closure and callers have none of their own: the calls behind them are found by when, or who.
    """
    return tuple(code for code in _CODES if _counts_for(name, counts_of([Tally(code, 1, 1, 1)])))


_CODES = tuple(
    8 * group + flags
    for group in Group
    for flags in range(8)
    if (flags == 0)
    or (
        group in (Group.IN_TIME, Group.LATE)
        and not (flags & RANG_ON and (flags & NEAR or group is Group.IN_TIME))
    )
    or (group is Group.UNTIMED and flags == SHORT)
    or (group in (Group.MISSED, Group.BY_MACHINE, Group.UNKNOWN) and flags == RANG_ON)
)


def _counts_for(name: str, counts: Counts) -> bool:
    return name not in ("in_closure", "callers", "hidden") and bool(getattr(counts, name, 0))


# ---- the rates


RATES: Mapping[str, Text] = {
    "R1": Text("接通率", "answer rate"),
    "R1e": Text("有效接通率（不计短振铃）", "answer rate without short rings"),
    "R2": Text("15 秒接通率", "answered within 15 s, of all"),
    "R2a": Text("应答及时率", "answered within 15 s, of those answered"),
    "R2e": Text("15 秒接通率（不计短振铃）", "answered within 15 s, without short rings"),
    "R3": Text("未接率（漏接与短振铃）", "lost calls, short rings included"),
    "R3e": Text("漏接率（不计短振铃）", "missed calls, without short rings"),
}
"""The rates of calls, in the order in which they are shown; R1 alone has a target."""


def rates(counts: Counts) -> dict[str, Rate]:
    """Every rate of DOMAIN 2.2 that calls alone make, by its id."""
    c, u = counts, counts.unknown
    n, a, s, m = c.offered, c.answered, c.abandoned, c.missed
    untimed, soon = c.untimed, c.unknown - c.unknown_late
    left_out = {
        name: getattr(c, name)
        for name in ("unknown", "out_of_hours", "hours_unknown", "test", "blocked", "non_voice")
    }
    short = left_out | {"abandoned": s}
    best = c.in_time + untimed + soon
    in_time = left_out | {"untimed": untimed}
    return {
        "R1": _rate((a, n), left_out, (a, n + u), (a + u, n + u), u),
        "R1e": _rate((a, n - s), short, (a, n - s + u), (a + u, n - s + u), u),
        "R2": _rate((c.in_time, n - untimed), in_time, (c.in_time, n + u), (best, n + u), u + untimed),
        "R2a": _rate((c.in_time, a - untimed), in_time, (c.in_time, a), (best, a + u), u + untimed),
        "R2e": _rate(
            (c.in_time, a + m - untimed),
            in_time | {"abandoned": s},
            (c.in_time, a + m + u),
            (best, a + m + u),
            u + untimed,
        ),
        "R3": _rate((m + s, n), left_out, (m + s + u, n + u), (m + s, n + u), u),
        "R3e": _rate((m, n - s), short, (m + u, n - s + u), (m, n - s + u), u),
    }


def _rate(share: Share, exclusions: Mapping[str, int], missed: Share, answered: Share, doubtful: int) -> Rate:
    left_out = {name: amount for name, amount in exclusions.items() if amount}
    if not doubtful:
        return Rate(*share, left_out)
    return Rate(*share, left_out, missed, answered)
