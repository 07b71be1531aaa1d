"""Call-back cases as readers get them: the row of a list, one case whole, what is known of a number.

Pure. Times are ns of UTC, durations ns. Numbers, names and notes are in full, or None where there is none or it was erased:
who shows them masks them.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_app.calls.callback import State
from firmware_app.calls.urgency import Urgency


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What stands about a number. note: a few words; other: ring this one instead; mark: blocked | test."""

    note: str | None = None
    other: str | None = None
    noted_wall: int | None = None
    noted_by: str | None = None
    mark: str | None = None
    approved_by: str | None = None
    marked_wall: int | None = None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt. wall: when it was made; by: who said so, "monitor" where only the line did.

    outcome, means: calls.callback.Outcome, Means; proven: a call of the line stands behind it (`call`); pending: nobody has
    said yet how it came out, `outcome` is what was heard. worked: ns of working time from the start of the case's clock.
    """

    id: int
    case: int
    wall: int
    by: str
    outcome: str
    means: str
    proven: bool
    call: int | None
    pending: bool
    worked: int | None
    half_day: str | None
    dial_form: str | None


@dataclass(frozen=True, slots=True)
class CaseCall:
    """A call of a case, of any line."""

    call: int
    line: str
    started_wall: int
    ring_bursts: int
    ringing: int | None
    disposition: str
    in_hours: bool | None
    by_machine: bool
    seen: bool
    remembered: bool = False  # a person told it from the telephone's own memory


@dataclass(frozen=True, slots=True)
class CaseRow:
    """An open case in the list. call, line, name, ring_bursts, ringing, in_hours, by_machine: of its last call.

    number: as the exchange sent it; key: finds it again. calls: how often they rang; attempts: those that somebody told of;
    this number is what `CallbackAttempted.after` must say. pending: a call of the line waits for a word. worked: ns of working
    time from clock_wall until now; overdue: ns since due_wall. provisional: the deadline rests on a calendar not announced yet.
    proposal: how the latest attempt suggests to end it, for a person to press.
    """

    case: int
    state: State
    key: str | None
    number: str | None
    name: str | None
    call: int
    line: str
    calls: int
    since_wall: int
    last_wall: int
    ring_bursts: int
    ringing: int | None
    in_hours: bool | None
    by_machine: bool
    low: bool
    unseen: bool
    attempts: int
    last_attempt: AttemptRow | None
    pending: AttemptRow | None
    proposal: State | None
    postponed_wall: int | None
    clock_wall: int
    due_wall: int | None
    provisional: bool
    worked: int
    overdue: int
    urgency: Urgency
    known: NumberFacts
    remembered: bool = False  # one of its calls a person told from the telephone's own memory


@dataclass(frozen=True, slots=True)
class CaseList:
    """rows: the most urgent first; total: open cases there are, of which `red` are overdue and `later` put off."""

    rows: tuple[CaseRow, ...]
    total: int
    red: int
    later: int


@dataclass(frozen=True, slots=True)
class CaseEnd:
    """How a case was ended. reason: a code of calls.callback.REASONS; again: it may still be reopened."""

    state: State
    seq: int
    wall: int
    by: str
    worked: int | None
    reason: str | None
    approved_by: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case whole, open or ended. calls, attempts: oldest first; earlier: cases of this number before it."""

    row: CaseRow
    calls: tuple[CaseCall, ...]
    attempts: tuple[AttemptRow, ...]
    end: CaseEnd | None
    rules_version: int | None
    earlier: int


@dataclass(frozen=True, slots=True)
class MachineProposal:
    """A line whose answers look like a machine's: after `delay` ns, over `answers` calls, so alike as `sigma` ns."""

    line: str
    delay: int
    answers: int
    sigma: int
