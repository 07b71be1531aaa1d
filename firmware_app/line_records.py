"""Call events in, entries for the recorder out: what the lines did, put on record. No lamp, no thread, no clock of its own.

It knows which faults are on record as open, so that one that lasts over a restart is neither doubled nor forgotten, and
keeps a babbling line from filling the card.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from device.signals import SECOND, Instant
from firmware_app.call_entries import call_entry
from firmware_app.calls.call import (
    Anomaly,
    Call,
    CallChanged,
    CallClosed,
    CallEvent,
    CallOpened,
    Trouble,
    TroubleBegan,
    TroubleEnded,
)
from firmware_app.calls.opening_hours import OpeningHours, Versioned
from firmware_app.records import entries

log = logging.getLogger(__name__)

ANOMALIES_A_MINUTE = 20  # of one line; a babbling modem says thousands

Put = Callable[[entries.Entry, Instant], None]
InHours = tuple[
    bool | None, int | None, str | None
]  # in hours, by which version of the hours, by which documents


class LineRecords:
    """`numbers`: each line's own number; `put` hands an entry to the recorder; timezone: of the point's clock."""

    def __init__(self, numbers: Mapping[str, str], timezone: ZoneInfo, put: Put) -> None:
        self._hours: OpeningHours | None = None
        self._numbers = numbers
        self._timezone = timezone
        self._put = put
        self._in_hours: dict[
            str, tuple[Instant, InHours]
        ] = {}  # of the open calls, with the start it was decided for
        self._open_faults: set[tuple[str, str | None]] = set()
        self._anomalies: dict[str, deque[int]] = {}

    def documents_are(self, documents: Mapping[str, Versioned]) -> None:
        """The site documents that decide from now on whether a call that begins is in hours."""
        hours = OpeningHours.from_documents(documents, self._timezone)
        self._hours = hours if isinstance(hours, OpeningHours) else None

    def event(self, event: CallEvent) -> None:
        """Put `event` on record."""
        match event:
            case CallOpened(call=call):
                self._call(call, "opened", call.last_edge or call.started)
            case CallChanged(call=call, at=at):
                self._call(call, "changed", at)
            case CallClosed(call=call, at=at):
                self._call(call, "closed", at)
                self._in_hours.pop(call.key, None)
            case Anomaly():
                self._anomaly(event)
            case TroubleBegan(trouble=Trouble.STILL_TALKING) | TroubleEnded(trouble=Trouble.STILL_TALKING):
                return  # a question on the page, not a fault
            case TroubleBegan(line=line, trouble=trouble, at=at, detail=detail):
                self._fault_began(trouble.value, line, at, detail)
            case TroubleEnded(line=line, trouble=trouble, at=at):
                self.fault_ended(trouble.value, line, at)

    def faults_on_record(self, faults: Iterable[tuple[str, str | None]]) -> None:
        """The faults that an earlier run left open."""
        self._open_faults |= set(faults)

    def faults_of_lines_no_longer_wired(self) -> list[tuple[str, str]]:
        """Nobody will ever hear that they are over: a lamp that stays on for them would hide the next fault."""
        return sorted(
            (kind, line) for kind, line in self._open_faults if line is not None and line not in self._numbers
        )

    def open_faults_of(self, line: str) -> list[str]:
        return sorted(kind for kind, of_line in self._open_faults if of_line == line)

    def fault(self, kind: str, line: str | None, at: Instant, wrong: str | None) -> None:
        """`wrong`: what is the matter; None: nothing is (any more)."""
        if wrong is None:
            self.fault_ended(kind, line, at)
        else:
            self._fault_began(kind, line, at, wrong)

    def fault_ended(self, kind: str, line: str | None, at: Instant) -> None:
        if (kind, line) in self._open_faults:
            log.info("%s: fault %s ended", line or "box", kind)
            self._open_faults.discard((kind, line))
            self._put(entries.FaultEnded(kind, line), at)

    def _fault_began(self, kind: str, line: str | None, at: Instant, detail: str) -> None:
        if (kind, line) not in self._open_faults:
            log.warning("%s: fault %s began %s", line or "box", kind, detail)
            self._open_faults.add((kind, line))
            self._put(entries.FaultBegan(kind, line, detail), at)

    def _call(self, call: Call, stage: str, at: Instant) -> None:
        known = self._in_hours.get(call.key)
        if known is None or known[0] != call.started:
            known = self._in_hours[call.key] = call.started, self._hours_of(call)
        boot = call.key.partition(":")[0]
        number = self._numbers.get(call.line, "")
        self._put(call_entry(call, stage, boot, number, *known[1]), at)

    def _hours_of(self, call: Call) -> InHours:
        """In or out of hours, by the moment it began to ring and the hours of that moment (DOMAIN 2.2: by t_ring0)."""
        if self._hours is None:
            return None, None, None
        began = call.started.wall
        return self._hours.in_hours(began), self._hours.hours.version, self._hours.basis(began)

    def _anomaly(self, anomaly: Anomaly) -> None:
        recent = self._anomalies.setdefault(anomaly.line, deque())
        while recent and anomaly.at.mono - recent[0] > 60 * SECOND:
            recent.popleft()
        if len(recent) < ANOMALIES_A_MINUTE:
            recent.append(anomaly.at.mono)
            self._put(entries.LineAnomaly(anomaly.line, anomaly.kind, anomaly.detail), anomaly.at)
