"""The writer of the ledger: batches of entries in, one durable transaction each; what became of every entry out.

Rule 1: one process, one connection, one thread at a time. A lock file beside the ledger refuses a second writer.
Rule 2: `append` is all or nothing for the batch, and it is on disk when it returns. An entry that cannot be recorded is
        refused alone; the others of its batch are recorded.
Rule 3: journal row, people's data and table rows of an entry are written in the same transaction.
Rule 4: after an error of the disk nothing is assumed: the head is read again before the next attempt.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import apsw

from device import clock
from firmware_app.alerts import Standing
from firmware_app.calls.call import Call
from firmware_app.records import entries
from firmware_app.records.alive import leave_sign, sign_of_life
from firmware_app.records.applying import apply
from firmware_app.records.call_rows import OPEN_CALLS, call_of
from firmware_app.records.database import LedgerError, one, open_writer, rows
from firmware_app.records.deciding import decide
from firmware_app.records.desk_rules import Desk
from firmware_app.records.entry_bytes import VERSION, body_of, digest, genesis, kind_of
from firmware_app.records.ledger_files import LedgerFiles
from firmware_app.records.outcomes import SEED, Pending, Recorded, Refused
from firmware_app.records.parties import seal
from firmware_app.records.reading import standing
from firmware_app.records.refused import NOT_ALLOWED
from firmware_app.wording import Text

log = logging.getLogger(__name__)

OWNER_AND_GROUP = 0o640  # people's data: the panel, another user, reads it as a member of the group
DISK_ERRORS = {errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENXIO, errno.ENODEV}
DEFAULT_TIMEZONE = ZoneInfo("Asia/Shanghai")  # of the settings, too
UNSCRUBBED = "unscrubbed"  # in `meta` from an erasure until the log is free of what was erased, whatever happens between
WAL_PAGES = 1000  # frames after which an idle moment is used to copy the log into the file

_APPEND = "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_LAST = "SELECT seq, boot, mono, wall, actor, kind, version, body, prev, digest FROM journal ORDER BY seq DESC LIMIT 1"

_BAD_ENTRY = (
    apsw.ConstraintError,
    apsw.MismatchError,
    apsw.TooBigError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    OverflowError,
)


class LedgerInUse(LedgerError):
    """Another process writes this ledger."""


class LedgerUnusable(LedgerError):
    """The file or its folder cannot be opened, read or written."""


class DiskUnusable(LedgerUnusable):
    """The disk is full, read-only, failing or away; nothing is known to be wrong with the ledger. It may work later."""


def unusable(path: Path, error: Exception) -> LedgerUnusable:
    kind = DiskUnusable if _of_the_disk(error) else LedgerUnusable
    return kind(Text(f"账本用不了：{path}（{error}）", f"the ledger cannot be used: {path} ({error})"))


def _of_the_disk(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in DISK_ERRORS
    return isinstance(error, apsw.FullError | apsw.IOError | apsw.ReadOnlyError)


class LedgerBroken(LedgerError):
    """The last entry does not fit its digest: the file was changed, or the card lied."""


class Ledger:
    """The one writer. `path` is made when absent; `boot` is the boot id that the stamps of all entries belong to.

    timezone: of the point's clock, by which its service hours are read. `silent_since`: wall (ns of UTC) of the last that
    the run before was known to be alive, None in a new ledger.

    Raises a LedgerError: LedgerInUse, LedgerTooNew, LedgerBroken (changed), LedgerUnusable (folder or file is
    bad), DiskUnusable (worth another try).
    """

    def __init__(
        self, path: Path, boot: str, vfs: str | None = None, *, timezone: ZoneInfo = DEFAULT_TIMEZONE
    ) -> None:
        self.path = path
        self._boot = boot
        self._timezone = timezone
        self._head: tuple[int, bytes] | None = None
        self._log_frames = 0
        self._scrub = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(path.with_suffix(".lock"))
            self._open(vfs)
        except (OSError, apsw.Error) as error:
            raise unusable(path, error) from error

    def _open(self, vfs: str | None) -> None:
        try:
            if not self.path.exists():
                self.path.touch(
                    OWNER_AND_GROUP
                )  # SQLite gives its log and index the same; before any connection
                self.path.chmod(OWNER_AND_GROUP)  # also where the umask says otherwise
            self._db = open_writer(self.path, vfs)
        except BaseException:
            os.close(self._lock)
            raise
        try:
            self._db.set_wal_hook(self._logged)
            self._desk = Desk(self._db, self._timezone)
            self.epoch = self._found_or_created()
            self._check_last()
            self.silent_since = sign_of_life(self._db)
            self._files = LedgerFiles(self.path)
        except BaseException:
            self.close()
            raise

    # ---- writing

    def append(self, batch: Sequence[Pending]) -> list[Recorded | Refused]:
        """Record `batch` in one durable transaction; an answer for each, in order. apsw.Error: nothing was recorded."""
        outcomes: dict[int, Refused] = {}
        while True:
            try:
                return self._transaction(batch, outcomes)
            except _BadEntry as bad:
                log.exception("entry of kind %s cannot be recorded", kind_of(batch[bad.place].entry))
                outcomes[bad.place] = NOT_ALLOWED

    def _transaction(self, batch: Sequence[Pending], refused: dict[int, Refused]) -> list[Recorded | Refused]:
        results: list[Recorded | Refused] = []
        db, head = self._db, self.head()
        db.execute("BEGIN IMMEDIATE")
        try:
            for place, pending in enumerate(batch):
                if place in refused:
                    results.append(refused[place])
                    continue
                try:
                    head, outcome = self._one(head, pending)
                except _BAD_ENTRY as wrong:
                    raise _BadEntry(place) from wrong
                results.append(outcome)
            db.execute("COMMIT")
        except BaseException:
            self._head = None
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self._head = head
        return results

    def _one(self, head: tuple[int, bytes], pending: Pending) -> tuple[tuple[int, bytes], Recorded | Refused]:
        self._desk.now, self._desk.seeding = pending.at.wall, pending.actor == SEED
        decided = decide(self._db, pending.entry, self._desk)
        if isinstance(decided, Refused):
            return head, decided
        seq, prev = head[0] + 1, head[1]
        sealed = seal(self._db, seq, decided)
        at, kind, body = pending.at, kind_of(sealed), body_of(sealed)
        own = digest(prev, seq, self._boot, at.mono, at.wall, pending.actor, kind, VERSION, body)
        self._db.execute(
            _APPEND, (seq, self._boot, at.mono, at.wall, pending.actor, kind, VERSION, body, prev, own)
        )
        row = apply(self._db, seq, sealed)
        if _erases(sealed):
            self._db.execute("INSERT OR IGNORE INTO meta VALUES (?, '')", (UNSCRUBBED,))
            self._scrub = True
        return (seq, own), Recorded(seq, at, pending.actor, decided, row)

    def tidy(self) -> None:
        """Copy the write-ahead log into the file when it is long, or when erased data must leave it. For idle moments."""
        if self._scrub:
            self._db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._db.execute("DELETE FROM meta WHERE name = ?", (UNSCRUBBED,))
            self._scrub, self._log_frames = False, 0
        elif self._log_frames > WAL_PAGES:
            self._db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self._log_frames = 0

    def leave_sign(self, wall: int) -> None:
        """Say, durably, that the writer is alive at `wall` (ns of UTC) though nothing is to be recorded."""
        leave_sign(self._db, self.head()[0], wall)

    def _logged(self, _db: apsw.Connection, _name: str, pages: int) -> int:
        self._log_frames = pages
        return apsw.SQLITE_OK

    def in_place(self) -> bool:
        """False when the file or its log was deleted or replaced under us: what was committed since is lost."""
        return self._files.in_place()

    def unreadable(self) -> str | None:
        """Why the disk cannot read the files, None when it can."""
        return self._files.unreadable()

    # ---- what it holds

    def head(self) -> tuple[int, bytes]:
        """seq and digest of the last entry; 0 and the genesis of this ledger when there is none."""
        if self._head is None:
            last = one(self._db, "SELECT seq, digest FROM journal ORDER BY seq DESC LIMIT 1")
            self._head = self._genesis if last is None else (last[0], last[1])
        return self._head

    def standing(self) -> Standing:
        """What is owed and wrong now, as committed."""
        return standing(self._db)

    def open_calls(self) -> list[Call]:
        """The calls that were not closed when the last run ended, oldest first, as the line machine knows them."""
        return [call_of(row) for row in rows(self._db, OPEN_CALLS)]

    def documents(self) -> dict[str, tuple[int, str, str]]:
        """The newest version of each site document: version, digest, content."""
        newest = rows(
            self._db,
            "SELECT name, MAX(version), digest, content FROM document_versions GROUP BY name ORDER BY name",
        )
        return {name: (version, own, content) for name, version, own, content in newest}

    def untouched(self) -> list[str]:
        """The site documents whose newest version came with the program: nobody has changed them."""
        newest = "SELECT name, MAX(id) AS id FROM document_versions GROUP BY name"
        found = rows(
            self._db,
            f"SELECT name FROM ({newest}) AS newest JOIN journal ON seq = newest.id WHERE actor = ? ORDER BY name",
            (SEED,),
        )
        return [name for (name,) in found]

    def had_cards(self) -> bool:
        """Whether a card was ever saved, retired ones among them."""
        return one(self._db, "SELECT 1 FROM cards LIMIT 1") is not None

    def close(self) -> None:
        """Let go of the file and the lock; may be called often. The log stays, for readers."""
        self._db.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # ---- the beginning

    def _found_or_created(self) -> str:
        found: dict[str, str] = dict(rows(self._db, "SELECT name, value FROM meta"))
        if "epoch" not in found:
            found = {"epoch": str(uuid.uuid4()), "created": str(clock.now().wall)}
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO meta VALUES (?, ?)", found.items())
            self._db.execute("COMMIT")
        self._scrub = UNSCRUBBED in found
        self._genesis = (0, genesis(found["epoch"], int(found["created"])))
        return found["epoch"]

    def _check_last(self) -> None:
        last = one(self._db, _LAST)
        if last is not None and _sum_of(last) != last[9]:
            raise LedgerBroken(
                Text(
                    f"账本第 {last[0]} 条与其摘要不符",
                    f"entry {last[0]} of the ledger does not fit its digest",
                )
            )


class _BadEntry(Exception):
    """The entry at `place` of the batch broke the transaction."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def _erases(entry: entries.Entry) -> bool:
    return isinstance(entry, entries.PartyErased) or (
        isinstance(entry, entries.PasswordSet) and entry.replaces is not None
    )


def _sum_of(row: tuple[Any, ...]) -> bytes:
    seq, boot, mono, wall, actor, kind, version, body, prev, _ = row
    return digest(prev, seq, boot, mono, wall, actor, kind, version, body)


def _lock(path: Path) -> int:
    """Take the single-instance lock of a data folder; the kernel lets go of it when the process ends, however it ends."""
    held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise LedgerInUse(
            Text(
                f"账本正由另一个 ringkeeper monitor 使用：{path.parent}",
                f"another ringkeeper monitor uses the ledger in {path.parent}",
            )
        ) from None
    return held
