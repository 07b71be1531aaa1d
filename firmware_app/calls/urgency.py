"""The order in which cases are worked: facts of a case and the moment in, how urgent it is out.

Pure. First what was promised for now or waits for a word only, then first call-backs, then further ones, then callers who gave
up early, last what is put off until later; within each the overdue before the others, who rang often before who rang once,
the oldest first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from firmware_app.calls.callback_rules import Rules

Worked = Callable[[int, int], int]
"""ns of working time between two walls (ns of UTC)."""


class Rank(IntEnum):
    NOW = 0  # the agreed time has come, or a call of the line waits for a word
    FIRST = 1  # nobody has called back yet
    AGAIN = 2
    LOW = 3  # the caller gave up early
    LATER = 4  # put off


class Level(IntEnum):
    """How long it waits already, against the first call-back's deadline."""

    RED = 0
    AMBER = 1
    CALM = 2


@dataclass(frozen=True, slots=True)
class Waiting:
    """What urgency hangs on. clock_wall: start of its clock; due_wall: None in cases of older ledgers; attempts: told of."""

    case: int
    low: bool
    calls: int
    clock_wall: int
    due_wall: int | None
    postponed_wall: int | None
    attempts: int
    pending: bool


@dataclass(frozen=True, slots=True)
class Urgency:
    """`order`: the smaller, the sooner. promised: an agreed time has come."""

    rank: Rank
    level: Level
    promised: bool
    order: tuple[int, ...]


def urgency(waiting: Waiting, now: int, rules: Rules, worked: Worked) -> Urgency:
    """How urgent a case is at `now` (ns of UTC)."""
    promised = waiting.postponed_wall is not None and waiting.postponed_wall <= now
    rank = _rank(waiting, promised)
    level = Level.CALM if waiting.attempts else _level(waiting, now, rules, worked)
    agreed = waiting.postponed_wall if rank in (Rank.NOW, Rank.LATER) else None
    first = (agreed,) if agreed is not None else (level, -waiting.calls)
    return Urgency(rank, level, promised, (rank, *_padded(first), waiting.clock_wall, waiting.case))


def _padded(values: tuple[int, ...]) -> tuple[int, int]:
    return (values[0], values[1]) if len(values) > 1 else (values[0], 0)


def _rank(waiting: Waiting, promised: bool) -> Rank:
    if promised or waiting.pending:
        return Rank.NOW
    if waiting.postponed_wall is not None:
        return Rank.LATER
    if waiting.low:
        return Rank.LOW
    return Rank.AGAIN if waiting.attempts else Rank.FIRST


def _level(waiting: Waiting, now: int, rules: Rules, worked: Worked) -> Level:
    """By the working time that is left until it is due; so a call from out of hours has its longer time, too."""
    if waiting.due_wall is None:
        passed = worked(waiting.clock_wall, now) if now > waiting.clock_wall else 0
    elif now >= waiting.due_wall:
        return Level.RED
    else:
        passed = rules.timely - worked(max(now, waiting.clock_wall), waiting.due_wall)
    return Level.RED if passed >= rules.red else Level.AMBER if passed >= rules.amber else Level.CALM
