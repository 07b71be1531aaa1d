"""The ledger as the panel's pages need it: questions in, small values out. Read-only; what cannot be read is LedgerAway.

Numbers come in full: `today_view` masks them, no template ever sees one that nobody asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

import apsw

from firmware_app.calls.call_groups import IN_TIME
from firmware_app.records import account_list, call_search
from firmware_app.records.call_history import (
    Burst,
    CallStep,
    DocumentVersion,
    bursts_of,
    documents_at,
    steps_of,
)
from firmware_app.records.call_list import CallRow, DoneRow, MissedRow, slice_of
from firmware_app.records.database import LedgerError
from firmware_app.records.reading import Reader
from firmware_app.records.reminder_rows import waiting_count
from firmware_app.roles import Right, Role, rights, role_of
from web_panel.formatting import start_of_day

SHOWN = 60  # rows of the list; a clerk works it from the top
OWED = 20_000  # rows that are looked for: the latest, so all, that the oldest come first; 20 000 are read in 0.15 s
DONE = 300  # rows of what was done that are looked at for today's


class LedgerAway(Exception):
    """There is no ledger yet, or it cannot be read now."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account that may be used. password_hash, pin_hash: empty where none is set; rights: by its role, and by whether there
    is a head."""

    name: str
    password_hash: str
    must_change: bool
    person: str
    role: Role
    rights: frozenset[Right]
    pin_hash: str = ""


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call that wants something of a person. kind: due | unsettled | hidden-number; call: the last one of its case.

    since_wall: start of the first call of the case, last_wall: of the last one (ns UTC).
    """

    kind: str
    call: int
    case: int | None
    line: str
    number: str | None
    name: str | None
    absence: str | None
    since_wall: int
    last_wall: int
    times: int
    attempts: int
    in_hours: bool | None
    unseen: bool
    doubt: str | None = None  # why it is not known how it came out
    remembered: bool = False  # a person told it from the telephone's own memory


@dataclass(frozen=True, slots=True)
class DoneCall:
    """A call that was dealt with. what: reached | self_resolved | answered | seen."""

    line: str
    number: str | None
    name: str | None
    absence: str | None
    wall: int
    what: str


@dataclass(frozen=True, slots=True)
class OpenFault:
    kind: str
    line: str | None
    since: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """The latest check of a line (None: of the lamps). detail: what did not pass, for the technician."""

    line: str | None
    passed: bool
    detail: str
    wall: int


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Inbound calls of one local day. in_time: answered within 15 s, as far as that was sensed (calls.call_groups)."""

    inbound: int = 0
    answered: int = 0
    in_time: int = 0
    missed: int = 0
    unsettled: int = 0


@dataclass(frozen=True, slots=True)
class LedgerView:
    """All that the page *today* needs of the ledger. waiting: oldest first, at most `SHOWN` of `waiting_total`, or of even more."""

    waiting: Sequence[WaitingCall] = ()
    waiting_total: int = 0
    more_than: bool = False
    unseen: int = 0
    newest_call: int = 0
    done: Sequence[DoneCall] = ()
    counts: DayCounts = DayCounts()
    called_back: int = 0
    faults: Sequence[OpenFault] = ()
    checks: Sequence[CheckedLine] = ()


@dataclass(frozen=True, slots=True)
class CallStory:
    """One call with all that the journal says of it. provisional: the calendar of its year was missing when it was decided
    whether it was in service hours."""

    call: CallRow
    steps: Sequence[CallStep]
    bursts: Sequence[Burst]
    documents: Sequence[DocumentVersion]
    provisional: bool


@contextmanager
def _or_away() -> Iterator[None]:
    try:
        yield
    except (LedgerError, apsw.Error) as error:
        raise LedgerAway(str(error)) from error


class LedgerDoor:
    """Thread-safe. Opens nothing before the first question."""

    def __init__(self, path: Path, owed: int = OWED) -> None:
        self._path = path
        self._owed = owed
        self._reader = Reader(path)
        self._lock = threading.Lock()
        self._counted: tuple[tuple[int, bytes], int, DayCounts] | None = None

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """One short read transaction, for the readers of `firmware_app.records`."""
        with _or_away(), self._reader.snapshot() as db:
            yield db

    @contextmanager
    def asking(self) -> Iterator[Reader]:
        """The reader itself, for those of `firmware_app.records` that make their own transactions."""
        with _or_away():
            yield self._reader

    def is_there(self) -> bool:
        return self._path.exists()

    def waiting_count(self) -> int:
        """How many rows the list of calls to be dealt with has; 0 where there is no ledger."""
        try:
            with self.reading() as db:
                return waiting_count(db)
        except LedgerAway:
            return 0

    def account(self, name: str) -> AccountView | None:
        """The account of that name; None where there is none, or it may not be used."""
        with self.reading() as db:
            found, headed = account_list.account(db, name), account_list.has_head(db)
        role = None if found is None or not found.active else role_of(found.role)
        if found is None or role is None:
            return None
        may = rights(role, headed)
        return AccountView(
            name, found.secret or "", found.must_change, found.person, role, may, found.pin or ""
        )

    def account_names(self) -> list[str]:
        """Of those that may be used; empty also when there is no ledger to ask."""
        try:
            with self.reading() as db:
                return [row.name for row in account_list.accounts(db) if row.active]
        except LedgerAway:
            return []

    def people_with_pin(self) -> list[tuple[str, str]]:
        """Account and person of everybody who may sign in by PIN, by person."""
        with self.reading() as db:
            found = [(row.name, row.person) for row in account_list.accounts(db) if row.active and row.pin]
        return sorted(found, key=lambda each: each[1])

    def view(self, now: int, zone: tzinfo) -> LedgerView:
        """The ledger at this moment, for a page. `now`: ns UTC."""
        midnight = start_of_day(now, zone)
        with _or_away():
            waiting = self._waiting()
            done = [row for row in self._reader.recently_done(DONE) if row.done_wall >= midnight]
            return LedgerView(
                waiting=waiting[:SHOWN],
                waiting_total=len(waiting),
                more_than=len(waiting) >= self._owed,
                unseen=sum(call.unseen for call in waiting),
                newest_call=max((call.call for call in waiting), default=0),
                done=[_done(row) for row in done],
                counts=self._counts(midnight, now),
                called_back=sum(row.outcome == "reached" for row in done),
                faults=[
                    OpenFault(row.kind, row.line, row.began_wall, row.detail)
                    for row in self._reader.faults_open()
                ],
                checks=[
                    CheckedLine(row.line, *_outcome(row.results), row.wall)
                    for row in self._reader.last_checks()
                ],
            )

    def _waiting(self) -> list[WaitingCall]:
        found = [_waiting(row) for row in self._reader.missed_list(self._owed)]
        return sorted(found, key=lambda call: (call.since_wall, call.call))

    def waiting_call(self, call: int) -> WaitingCall | None:
        """What `call`, or the open case that it belongs to, still wants; None when it was dealt with."""
        if call >= 2**63:  # no id of SQLite is that large
            return None
        with _or_away():
            row = self._reader.call(call)
            if row is None:
                return None
            return next(
                (
                    waiting
                    for waiting in self._waiting()
                    if waiting.call == call or (row.case is not None and waiting.case == row.case)
                ),
                None,
            )

    def found_calls(
        self, search: call_search.Search, limit: int, before: tuple[int, int] | None
    ) -> tuple[list[CallRow], int]:
        """A page of the calls that fit, and how many there are (one more than MOST_COUNTED: even more)."""
        with self.reading() as db:
            return call_search.found(db, search, limit, before), call_search.count(db, search)

    def call_story(self, call: int) -> CallStory | None:
        """Everything about a call; None when there is none."""
        if call >= 2**63:
            return None
        with self.reading() as db:
            row = next(iter(slice_of(db, call, call)), None)
            if row is None:
                return None
            steps = steps_of(db, call)
            basis = next(
                (
                    step.body.get("hours_basis")
                    for step in steps
                    if step.kind in ("CallRecorded", "CallEntered")
                ),
                None,
            )
            documents = documents_at(db, basis if isinstance(basis, str) else None)
            provisional = isinstance(basis, str) and "provisional" in basis.split()
            return CallStory(row, steps, bursts_of(steps), documents, provisional)

    def unseen_calls(self, newest: int) -> list[int]:
        """The calls up to `newest` that nobody has looked at, one for each row of the list."""
        with _or_away():
            return [call.call for call in self._waiting() if call.unseen and call.call <= newest]

    def _counts(self, midnight: int, now: int) -> DayCounts:
        """Counted anew only when something was recorded since."""
        head = self._reader.head()
        with self._lock:
            if self._counted is not None and self._counted[:2] == (head, midnight):
                return self._counted[2]
        counts = _count(self._reader.calls(midnight, max(now, midnight) + 1))
        with self._lock:
            self._counted = (head, midnight, counts)
        return counts


def _is_in_time(row: CallRow) -> bool:
    delay = row.answer_delay
    return row.disposition == "answered" and not row.by_machine and delay is not None and delay <= IN_TIME


def _waiting(row: MissedRow) -> WaitingCall:
    kind = "unsettled" if row.disposition == "unknown" else "due" if row.case is not None else "hidden-number"
    return WaitingCall(
        kind=kind,
        call=row.call,
        case=row.case,
        line=row.line,
        number=row.number,
        name=row.name,
        absence=row.absence,
        since_wall=row.waited_since,
        last_wall=row.started_wall,
        times=row.times_called,
        attempts=row.attempts,
        in_hours=row.in_hours,
        unseen=not row.seen,
        doubt=row.doubt,
        remembered=row.remembered,
    )


def _done(row: DoneRow) -> DoneCall:
    return DoneCall(row.line, row.number, row.name, row.absence, row.done_wall, row.outcome)


def _outcome(results: Sequence[tuple[str, bool | None, str]]) -> tuple[bool, str]:
    failed = dict.fromkeys(detail or what for what, passed, detail in results if passed is False)
    return not failed, "；".join(failed)


def _count(calls: Iterator[CallRow]) -> DayCounts:
    tally: dict[str | None, int] = {}
    in_time = 0
    for row in calls:
        if row.direction == "inbound":
            tally[row.disposition] = tally.get(row.disposition, 0) + 1
            in_time += _is_in_time(row)
    return DayCounts(
        in_time=in_time,
        inbound=sum(tally.values()),
        answered=tally.get("answered", 0),
        missed=tally.get("no_answer", 0),
        unsettled=tally.get("unknown", 0),
    )
