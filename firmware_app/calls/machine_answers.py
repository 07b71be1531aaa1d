"""Answers by a machine: the delay of an answer, and those of many, in; whether a machine lifted, or what one seems to do, out.

Pure. A machine lifts after always the same time; people do not (DOMAIN 2.4). What is learnt is proposed, never applied.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from device.signals import SECOND
from firmware_app.calls.callback_rules import Rules

KEY = "answered_by_machine_after_s"
LEAST, MOST = 1, 120  # seconds


@dataclass(frozen=True, slots=True)
class MachineAnswer:
    """ns: the mean of `answers` delays, and their standard deviation."""

    delay: int
    answers: int
    sigma: int


def fits(known: Mapping[str, Any]) -> bool:
    """Whether what the document `lines` says of a line's machine, if anything, is a delay; or false: there is none."""
    value = known.get(KEY)
    return value is None or value is False or _is_delay(value)


def _is_delay(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and LEAST <= value <= MOST


def is_told(known: Mapping[str, Any]) -> bool:
    """Whether somebody has said of a line that a machine answers it, or that none does: nothing is proposed then."""
    return known.get(KEY) is not None


def machine_delay(known: Mapping[str, Any]) -> int | None:
    """After how many ns a machine answers a line, by what the document `lines` says of it; None: none does."""
    value = known.get(KEY)
    return round(value * SECOND) if _is_delay(value) else None


def is_by_machine(delay: int | None, machine: int | None, rules: Rules) -> bool:
    """Whether an answer after `delay` ns was the machine that answers after `machine` ns."""
    return delay is not None and machine is not None and abs(delay - machine) <= rules.machine_tolerance


def learnt(delays: Sequence[int], rules: Rules) -> MachineAnswer | None:
    """The machine that `delays` (ns) let one suppose: where at least `machine_calls` lie within its tolerance, and all that do
    lie closer together than people ever would. The largest such group."""
    ordered = sorted(delays)
    best: MachineAnswer | None = None
    for delay in dict.fromkeys(ordered):
        near = _group(_around(ordered, delay, rules))
        found = _group(_around(ordered, near.delay, rules))  # or the edge of many would look like a few
        fits = found.answers >= rules.machine_calls and found.sigma < rules.machine_sigma
        if fits and (best is None or found.answers > best.answers):
            best = found
    return best


def _around(ordered: Sequence[int], middle: int, rules: Rules) -> Sequence[int]:
    """Those of `ordered` within the tolerance of `middle`."""
    first = bisect_left(ordered, middle - rules.machine_tolerance)
    return ordered[first : bisect_right(ordered, middle + rules.machine_tolerance)]


def _group(delays: Sequence[int]) -> MachineAnswer:
    mean = sum(delays) / len(delays)
    sigma = math.sqrt(sum((delay - mean) ** 2 for delay in delays) / len(delays))
    return MachineAnswer(round(mean), len(delays), round(sigma))
