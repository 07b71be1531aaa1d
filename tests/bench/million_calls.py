"""Builds a ledger of one million calls quickly: ten years of a point with eight busy lines, rows written in bulk.

The tables are what a monitor would have left; the journal has a row for each entry, with an empty body (nothing here reads bodies).
What is appended afterwards goes the program's own way.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import apsw

from device import clock
from device.signals import SECOND, Instant
from firmware_app.records.database import open_writer
from firmware_app.records.entries import SiteDocumentChanged, Started
from firmware_app.records.entry_bytes import digest, genesis
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending

CALLS = 1_000_000
LINES = tuple(f"L{number}" for number in range(1, 9))
NUMBERS = 60_000
YEARS = 10
EVERY = YEARS * 365 * 86_400 * SECOND // CALLS
OPEN = 300  # cases that wait
BOOT = "bench-boot"
SEED = 20261124
HOURS = {
    "week": {day: [["08:30", "12:00"], ["14:30", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
}

_CALL = """
INSERT INTO calls (id, key, stage, line, direction, boot, started_mono, started_wall, ring_bursts, last_edge_mono, answered_mono,
    answered_wall, ended_mono, ended_wall, ringing, talk, uncertainty, disposition, in_hours, hours_version, hours_basis, number, case_id)
VALUES (?, ?, 'closed', ?, 'inbound', 'bench-boot', ?, ?, 3, ?, ?, ?, ?, ?, ?, ?, 10000000, ?, ?, 1, 'service_hours:1', ?, ?)
"""
_CASE = """
INSERT INTO cases (id, party, line, state, first_call, last_call, since_wall, calls, attempts, closed_seq, clock_wall, due_wall, closed_worked)
VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
"""
_ATTEMPT = (
    "INSERT INTO attempts (id, case_id, outcome, means, worked) VALUES (?, ?, 'reached', 'self_reported', ?)"
)
_PARTY = "INSERT INTO parties (id, kind, commitment, salt, content, lookup) VALUES (?, 'number', '', zeroblob(16), ?, ?)"
_ENTRY = "INSERT INTO journal VALUES (?, 'bench-boot', ?, ?, 'monitor', ?, 1, '{}', zeroblob(32), ?)"


def build(path: Path) -> int:
    """The ledger at `path`; the wall (ns of UTC) at which its last call began."""
    now = clock.now()
    _beginning(path, Instant(0, now.wall - CALLS * EVERY))
    db = open_writer(path)
    db.pragma("synchronous", "off")
    db.pragma("cache_size", -200_000)
    try:
        return _fill(db, now.wall)
    finally:
        db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        db.close()


def _beginning(path: Path, at: Instant) -> None:
    ledger = Ledger(path, BOOT)
    hours = SiteDocumentChanged("service_hours", 0, "", json.dumps(HOURS))
    ledger.append([Pending(Started(BOOT, "bench"), at), Pending(hours, at)])
    ledger.close()


def _fill(db: apsw.Connection, now: int) -> int:
    luck = random.Random(SEED)
    db.execute("BEGIN")
    numbers = [(10**8 + place, f"154{place:08}", f"154{place:08}") for place in range(NUMBERS)]
    db.executemany(_PARTY, numbers)
    ((newest,),) = db.execute("SELECT MAX(seq) FROM journal").fetchall()
    seq = int(str(newest))
    last = 0
    for first in range(0, CALLS, 10_000):
        made = [_History(luck, number, now) for number in range(first, first + 10_000)]
        entries: list[tuple[Any, ...]] = []
        for each in made:
            seq = each.numbered(seq, entries)
        db.executemany(_ENTRY, entries)
        db.executemany(_CASE, (each.case for each in made if each.case))
        db.executemany(_CALL, (each.call for each in made))
        db.executemany(_ATTEMPT, (each.attempt for each in made if each.attempt))
        last = made[-1].started
    _sign_last(db, seq)
    db.execute("COMMIT")
    return last


class _History:
    """One call of the past, and what became of it."""

    def __init__(self, luck: random.Random, number: int, now: int) -> None:
        self.started = now - (CALLS - number) * EVERY
        self._mono = number * EVERY
        self._line = luck.choice(LINES)
        out = luck.random()
        self._outcome = "answered" if out < 0.9 else "no_answer" if out < 0.98 else "abandoned"
        self._ringing = (
            int(luck.gammavariate(4, 1.7) * SECOND) if out < 0.9 else luck.randrange(1, 40) * SECOND // 2
        )
        self._party = 10**8 + int(NUMBERS * luck.random() ** 2) if luck.random() < 0.95 else None
        self._inside = luck.random() < 0.85
        self._open = number >= CALLS - OPEN * 12
        self._minutes = luck.randrange(2, 90)
        self.call: tuple[Any, ...] = ()
        self.case: tuple[Any, ...] | None = None
        self.attempt: tuple[Any, ...] | None = None

    def numbered(self, seq: int, entries: list[tuple[Any, ...]]) -> int:
        """Take the next entries of the journal; the last seq taken."""
        call = seq = seq + 1
        entries.append((seq, self._mono, self.started, "CallRecorded", b""))
        case = None
        if self._outcome == "no_answer" and self._party is not None:
            case = seq = seq + 1
            entries.append((seq, self._mono, self.started, "CallRecorded", b""))
            seq = self._owed(call, case, seq, entries)
        self._done(call, case)
        return seq

    def _owed(self, call: int, case: int, seq: int, entries: list[tuple[Any, ...]]) -> int:
        worked = self._minutes * 60 * SECOND
        ended = None
        if not self._open:
            ended = seq = seq + 1
            entries.append((seq, self._mono, self.started + worked, "CallbackAttempted", b""))
            self.attempt = (seq, case, worked)
        state = "open" if self._open else "reached"
        due = self.started + 30 * 60 * SECOND
        self.case = (
            case, self._party, self._line, state, call, call, self.started, int(not self._open), ended, self.started,
            due, None if self._open else worked,
        )  # fmt: skip
        return seq

    def _done(self, call: int, case: int | None) -> None:
        mono, wall, rang = self._mono, self.started, self._ringing
        lifted = self._outcome == "answered"
        length = rang + (90 * SECOND if lifted else 0)
        self.call = (
            call, f"{BOOT}:{call}", self._line, mono, wall, mono + rang, mono + rang if lifted else None,
            wall + rang if lifted else None, mono + length, wall + length, rang, 90 * SECOND if lifted else None,
            self._outcome, int(self._inside), self._party, case,
        )  # fmt: skip


def _sign_last(db: apsw.Connection, seq: int) -> None:
    """The last entry fits its digest, so that the ledger can be written on (Ledger looks at that one alone)."""
    meta: dict[str, str] = dict(db.execute("SELECT name, value FROM meta").fetchall())  # type: ignore[arg-type]
    prev = genesis(meta["epoch"], int(meta["created"]))
    wall = clock.now().wall
    own = digest(prev, seq + 1, BOOT, 0, wall, "monitor", "LineAnomaly", 1, "{}")
    db.execute(
        "INSERT INTO journal VALUES (?, ?, 0, ?, 'monitor', 'LineAnomaly', 1, '{}', ?, ?)",
        (seq + 1, BOOT, wall, prev, own),
    )
