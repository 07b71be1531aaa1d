"""Opens the ledger's SQLite files the one way they may be opened, and migrates them. No other module names a pragma.

Rule 1: apsw alone (another SQLite in the process drops its locks). Rule 2: one writer connection; every other one is
`mode=ro`. Rule 3: the write-ahead log outlives a clean close (PERSIST_WAL), so that readers can still open the file.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw

from firmware_app.records.migrations import MIGRATIONS
from firmware_app.wording import Text

BUSY_TIMEOUT = 1000  # ms; only a reader that recovers a log after a crash ever makes the writer wait
WAL_KEPT = 4 * 1024 * 1024  # bytes: what a reset log is cut to
CACHE = 1024  # KiB of page cache


class LedgerError(Exception):
    """The ledger cannot be used as it is; `message` says why, for people."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class LedgerAbsent(LedgerError):
    """There is no ledger to read. Or it cannot be read."""


class LedgerNotMade(LedgerAbsent):
    """Not yet: the monitor makes it at its first start, which may be now."""


class LedgerTooNew(LedgerError):
    """A newer program wrote this ledger."""


NOT_COMPLETE = Text("账本还没有建成", "the ledger is not complete yet")


def one(db: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row, with the statement run to its end (an unfinished one would keep its transaction open)."""
    found = rows(db, sql, values)
    return found[0] if found else None


def rows(db: apsw.Connection, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement."""
    return db.execute(sql, values).fetchall()


def open_writer(path: Path, vfs: str | None = None) -> apsw.Connection:
    """The one writing connection, made when the file is not there yet, and migrated."""
    db = apsw.Connection(str(path), vfs=vfs)
    try:
        db.set_busy_timeout(BUSY_TIMEOUT)
        db.pragma("page_size", 1024)
        db.pragma("journal_mode", "wal")
        db.pragma("synchronous", "full")
        db.pragma("secure_delete", "on")
        db.pragma("foreign_keys", "on")
        db.pragma("cache_size", -CACHE)
        db.pragma("temp_store", "memory")
        db.pragma("journal_size_limit", WAL_KEPT)
        db.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # closing is quick and touches no bad disk
        keep = ctypes.c_int(1)  # must outlive the call
        db.file_control("main", apsw.SQLITE_FCNTL_PERSIST_WAL, ctypes.addressof(keep))
        migrate(db)
        db.wal_autocheckpoint(0)  # `Ledger.tidy` does it, when nothing waits
    except BaseException:
        db.close()
        raise
    return db


def open_reader(path: Path, vfs: str | None = None) -> apsw.Connection:
    """A connection that can only read; works while the monitor writes, and while it is down."""
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    db = apsw.Connection(f"file:{quote(str(path))}?mode=ro", flags=flags, vfs=vfs)
    try:
        db.set_busy_timeout(BUSY_TIMEOUT)
        db.pragma("query_only", "on")
        db.pragma("cache_size", -CACHE)
        version = int(db.pragma("user_version"))
    except BaseException:
        db.close()
        raise
    if version != len(MIGRATIONS):
        db.close()
        raise _unknown_version(version) if version else LedgerNotMade(NOT_COMPLETE)
    return db


def open_scratch() -> apsw.Connection:
    """An empty private ledger on which a journal can be replayed; spills to a temporary file when it grows."""
    db = apsw.Connection("")
    db.pragma("journal_mode", "off")
    db.pragma("synchronous", "off")
    migrate(db)
    return db


def migrate(db: apsw.Connection, scripts: Sequence[str] = MIGRATIONS) -> None:
    """Bring the schema to the newest version, in one transaction: a reader sees the old one or the new one, as does a power cut."""
    version = int(db.pragma("user_version"))
    if version > len(scripts):
        raise _unknown_version(version)
    if version == len(scripts):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for script in scripts[version:]:
            db.execute(script).fetchall()  # fetchall, for apsw stops a script at the first row it gives
        db.pragma("user_version", len(scripts))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _unknown_version(version: int) -> LedgerTooNew:
    known = len(MIGRATIONS)
    return LedgerTooNew(
        Text(
            f"账本的版本是 {version}，本程序认识 {known}",
            f"the ledger has version {version}, this program knows {known}",
        )
    )
