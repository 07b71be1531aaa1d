"""One inbound call in, the group it counts in out (DOMAIN 2.2, metrics_def 1).

Pure. Each call is in exactly one group. The delay that was measured decides, 15.000 s is in time; that it lies within its
error of 15 s is a flag beside it. The ledger keeps the same code with each call (`calls.counted`, records.migrations).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from device.signals import seconds

METRICS_DEF = 1
IN_TIME = seconds(15.0)  # 5.1.1
SHORT_TALK = seconds(3.0)  # DOMAIN 2.4: lifted and put down

NEAR, SHORT, RANG_ON = 1, 2, 4
"""Flags of a code: within the error of 15 s · talk under 3 s · it surely rang 15 s before anybody lifted."""


class Group(IntEnum):
    """How a call counts. Times 8, plus flags, it is the ledger's column `calls.counted` (records.migrations)."""

    IN_TIME = 0
    LATE = 1  # after 15 s; with RANG_ON the moment was not sensed, only that it rang as long
    UNTIMED = 2  # a person said that it was answered; when is not known
    ABANDONED = 3
    MISSED = 4
    BY_MACHINE = 5  # a machine answered: missed too
    UNKNOWN = 6
    OUT_OF_HOURS = 7
    HOURS_UNKNOWN = 8
    TEST = 9
    BLOCKED = 10
    NON_VOICE = 11


@dataclass(frozen=True, slots=True)
class CountedCall:
    """What counting needs of one inbound call that is over. Times in ns; delay None: not answered, or that was not sensed.

    caller: finds the same person again, None for a hidden number. in_closure: out of hours because of a closure.
    """

    id: int
    line: str
    started_wall: int
    disposition: str | None
    in_hours: bool | None
    delay: int | None = None
    ringing: int | None = None
    talk: int | None = None
    uncertainty: int | None = None
    by_machine: bool | None = None
    caller: str | int | None = None
    in_closure: bool = False

    @property
    def waited(self) -> int | None:
        """ns until the answer; else how long it surely rang."""
        return self.ringing if self.delay is None else self.delay


_APART = {"test": Group.TEST, "blocked": Group.BLOCKED, "non_voice": Group.NON_VOICE}
_UNANSWERED = {"no_answer": Group.MISSED, "abandoned": Group.ABANDONED}


def code_of(call: CountedCall) -> int:
    """8 * group + flags."""
    group = group_of(call)
    return 8 * group + _flags(call, group)


def group_of(call: CountedCall) -> Group:
    if call.disposition in _APART:
        return _APART[call.disposition]
    if not call.in_hours:
        return Group.HOURS_UNKNOWN if call.in_hours is None else Group.OUT_OF_HOURS
    if call.by_machine and call.disposition in ("answered", "no_answer"):
        return Group.BY_MACHINE
    if call.disposition != "answered":
        return _UNANSWERED.get(call.disposition or "", Group.UNKNOWN)
    if call.delay is None:
        return Group.LATE if _rang_on(call) else Group.UNTIMED
    return Group.IN_TIME if call.delay <= IN_TIME else Group.LATE


def _flags(call: CountedCall, group: Group) -> int:
    if group in (Group.MISSED, Group.BY_MACHINE, Group.UNKNOWN):
        return RANG_ON if _rang_on(call) else 0
    if group not in (Group.IN_TIME, Group.LATE, Group.UNTIMED):
        return 0
    flags = SHORT if call.talk is not None and call.talk < SHORT_TALK else 0
    if call.delay is None:
        return flags | (RANG_ON if group is Group.LATE else 0)
    near = call.uncertainty is not None and abs(call.delay - IN_TIME) <= call.uncertainty
    return flags | (NEAR if near else 0)


def _rang_on(call: CountedCall) -> bool:
    return call.waited is not None and call.waited >= IN_TIME


COUNTED = frozenset(
    {Group.IN_TIME, Group.LATE, Group.UNTIMED, Group.ABANDONED, Group.MISSED, Group.BY_MACHINE, Group.UNKNOWN}
)
"""In service hours: what callers and hidden are counted of."""
