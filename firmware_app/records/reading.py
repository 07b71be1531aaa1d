"""Questions to the ledger, answered from its tables: read-only connections, short transactions, typed rows.

For the panel and the command line, in any process and any thread, also while the monitor writes or is down. Numbers
are in full: who shows them masks them. No SQL stands outside `records/`.
"""

from __future__ import annotations

import contextlib
import json
import queue
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

from firmware_app.alerts import Standing
from firmware_app.records import account_list, call_list
from firmware_app.records.account_list import AccountRow
from firmware_app.records.call_list import CallRow, DoneRow, MissedRow
from firmware_app.records.database import NOT_COMPLETE, LedgerAbsent, LedgerNotMade, one, open_reader, rows
from firmware_app.records.read_rows import CheckRow, FaultRow, JournalRow, PartyRow
from firmware_app.records.site_documents import Document
from firmware_app.wording import Text

SLICE = 500  # rows of one transaction: far below 1 s on the slowest card


class Reader:
    """`path` is looked at anew for each question; a ledger that was replaced (restored) is opened again.

    Raises LedgerAbsent, LedgerTooNew or apsw.Error. Thread-safe; connections are kept for the next question.
    """

    def __init__(self, path: Path, vfs: str | None = None) -> None:
        self._path = path
        self._vfs = vfs
        self._idle: queue.SimpleQueue[tuple[int, apsw.Connection]] = queue.SimpleQueue()

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[apsw.Connection]:
        """One read transaction; all that is asked within it belongs together. To be left within 1 s."""
        inode, db = self._connection()
        try:
            db.execute("BEGIN")
            yield db
        except BaseException:
            db.close()
            raise
        db.execute("COMMIT")
        self._idle.put((inode, db))

    def _connection(self) -> tuple[int, apsw.Connection]:
        try:
            inode = self._path.stat().st_ino
        except OSError:
            raise LedgerNotMade(
                Text(f"还没有账本：{self._path}", f"there is no ledger yet: {self._path}")
            ) from None
        while True:
            try:
                known, db = self._idle.get_nowait()
            except queue.Empty:
                return inode, self._opened()
            if known == inode:
                return inode, db
            db.close()

    def _opened(self) -> apsw.Connection:
        try:
            return open_reader(self._path, self._vfs)
        except (apsw.CantOpenError, apsw.NotADBError) as error:
            raise LedgerAbsent(
                Text(
                    f"账本打不开：{self._path}（{error}）",
                    f"the ledger cannot be opened: {self._path} ({error})",
                )
            ) from None

    def close(self) -> None:
        """Close the connections that are kept; may be called often."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait()[1].close()

    # ---- the page of the clerk

    def missed_list(self, limit: int = 50) -> list[MissedRow]:
        """What is owed, newest first: a row for each open call-back case (its last call), each call to be settled, each
        missed call without a number that nobody has seen."""
        with self.snapshot() as db:
            return call_list.missed(db, limit)

    def recently_done(self, limit: int = 20) -> list[DoneRow]:
        """What was dealt with, latest first: cases closed, calls settled as answered, hidden numbers seen."""
        with self.snapshot() as db:
            return call_list.done(db, limit)

    def standing(self) -> Standing:
        """How things stand, as the recorder tells it after each commit."""
        with self.snapshot() as db:
            return standing(db)

    # ---- calls

    def calls(self, since: int, until: int, line: str | None = None) -> Iterator[CallRow]:
        """Calls that started in [since, until) ns of UTC, in the order they were recorded; in slices."""
        with self.snapshot() as db:
            first, last = call_list.span(db, since, until)
        while first <= last:
            with self.snapshot() as db:
                found = call_list.slice_of(db, first, min(last, first + SLICE - 1))
            yield from (
                row for row in found if since <= row.started_wall < until and line in (None, row.line)
            )
            first += SLICE

    def calls_at_head(self, since: int, until: int) -> tuple[int, list[CallRow]]:
        """The seq of the last entry, and the calls that started in [since, until) as they stood with it: one snapshot.

        It is held as long as reading them takes (a month of a site: well under 1 s); the writer does not wait for it.
        """
        with self.snapshot() as db:
            end, _ = head(db)
            first, last = call_list.span(db, since, until)
            found = call_list.slice_of(db, first, last)
        return end, [row for row in found if since <= row.started_wall < until]

    def call(self, call: int) -> CallRow | None:
        with self.snapshot() as db:
            return next(iter(call_list.slice_of(db, call, call)), None)

    # ---- the rest

    def account(self, name: str) -> AccountRow | None:
        with self.snapshot() as db:
            return account_list.account(db, name)

    def faults_open(self) -> list[FaultRow]:
        """Faults that have not ended, oldest first."""
        with self.snapshot() as db:
            return [
                FaultRow(*row)
                for row in rows(
                    db,
                    "SELECT faults.id, faults.kind, line, detail, wall FROM faults JOIN journal ON seq = faults.id"
                    " WHERE ended_seq IS NULL ORDER BY faults.id",
                )
            ]

    def last_checks(self) -> list[CheckRow]:
        """The latest line check of each line, and of the lamps (line None)."""
        with self.snapshot() as db:
            found = rows(
                db,
                "SELECT MAX(checks.id), line, trigger, results, wall FROM checks JOIN journal ON seq = checks.id"
                " GROUP BY line ORDER BY line",
            )
        return [
            CheckRow(
                check,
                line,
                trigger,
                tuple((what, passed, detail) for what, passed, detail in json.loads(results)),
                wall,
            )
            for check, line, trigger, results, wall in found
        ]

    def site_document(self, name: str) -> Document | None:
        """The newest version of a site document, as the journal has it."""
        with self.snapshot() as db:
            found = one(
                db,
                "SELECT name, version, digest, content FROM document_versions WHERE name = ? ORDER BY version DESC LIMIT 1",
                (name,),
            )
        return None if found is None else Document(found[0], found[1], found[2], json.loads(found[3]))

    def journal(self, after: int = 0, limit: int = SLICE) -> Sequence[JournalRow]:
        """At most `limit` entries after seq `after`, as stored."""
        with self.snapshot() as db:
            return journal_after(db, after, limit)

    def parties(self, after: int, last: int) -> Sequence[PartyRow]:
        """People's data with ids above `after` up to `last`, at most a slice; secrets never."""
        with self.snapshot() as db:
            return [
                PartyRow(*row)
                for row in rows(
                    db,
                    "SELECT id, kind, commitment, salt, content, lookup, erased_seq FROM parties"
                    " WHERE id > ? AND id <= ? AND kind <> 'secret' ORDER BY id LIMIT ?",
                    (after, last, SLICE),
                )
            ]

    def head(self) -> tuple[int, bytes]:
        """seq and digest of the last entry; 0 and no bytes when there is none."""
        with self.snapshot() as db:
            return head(db)

    def origin(self) -> tuple[str, int]:
        """The epoch of this ledger, and when it was made (ns of UTC)."""
        with self.snapshot() as db:
            found: dict[str, Any] = dict(rows(db, "SELECT name, value FROM meta"))
        if not {"epoch", "created"} <= found.keys():
            raise LedgerNotMade(NOT_COMPLETE)
        return str(found["epoch"]), int(found["created"])


def standing(db: apsw.Connection) -> Standing:
    """What is owed and wrong; costs the same however many calls there are."""
    tally: dict[str, int] = dict(rows(db, "SELECT name, amount FROM tallies"))
    faults = rows(db, "SELECT kind, line FROM faults WHERE ended_seq IS NULL ORDER BY id")
    present = one(db, "SELECT present FROM presence")
    return Standing(
        unseen=tally["unseen"],
        due=tally["due"],
        unsettled=tally["unsettled"],
        faults=tuple((kind, line) for kind, line in faults),
        present=present is None or bool(present[0]),
    )


def journal_after(db: apsw.Connection, after: int, limit: int) -> list[JournalRow]:
    return [
        JournalRow(*row)
        for row in rows(
            db,
            "SELECT seq, boot, mono, wall, actor, kind, version, body, prev, digest FROM journal"
            " WHERE seq > ? ORDER BY seq LIMIT ?",
            (after, limit),
        )
    ]


def head(db: apsw.Connection) -> tuple[int, bytes]:
    found = one(db, "SELECT seq, digest FROM journal ORDER BY seq DESC LIMIT 1")
    return (0, b"") if found is None else (found[0], found[1])
