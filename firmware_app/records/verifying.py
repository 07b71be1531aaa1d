"""Whether a ledger is what its journal says: the file in, a report of everything that does not hold out. It never writes.

What is checked: each entry's digest, predecessor and number (from the genesis of the epoch on) · each entry can be read ·
each piece of people's data fits its commitment, and where it is gone there is a tombstone · every derived table equals,
row for row, what a replay of the journal gives · the schema is this program's, its triggers too.
What cannot be seen here: entries cut off the end together with all that followed from them. Only the head that the
centre keeps, or the printed report, tells of that.

How, beside a writing monitor: the journal is replayed into a private ledger; then each table is compared in slices. The
transaction of a slice first replays what was recorded meanwhile, so both sides stand at the same entry, and is short.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from firmware_app.records.applying import apply, place_parties
from firmware_app.records.database import open_scratch, rows
from firmware_app.records.entry_bytes import Unreadable, commitment, digest, genesis, read_entry
from firmware_app.records.migrations import DERIVED
from firmware_app.records.read_rows import JournalRow
from firmware_app.records.reading import Reader, journal_after
from firmware_app.wording import Text

SLICE = 500  # rows of one transaction
MOST_FINDINGS = 100  # named one by one; the rest is counted


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: in which table, at which row, what."""

    table: str
    row: str
    what: Text


@dataclass(slots=True)
class Report:
    """What was looked at and what was found. `holds`: all is as the journal says."""

    epoch: str = ""
    entries: int = 0
    head: bytes = b""
    parties: int = 0
    erased: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    more_findings: int = 0

    @property
    def holds(self) -> bool:
        return not self.findings

    def found(self, table: str, row: object, zh: str, en: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(table, str(row), Text(zh, en)))
        else:
            self.more_findings += 1


def verify(path: Path, vfs: str | None = None) -> Report:
    """Check the ledger at `path`. Raises what Reader raises when it cannot be read at all."""
    reader = Reader(path, vfs)
    scratch = open_scratch()
    try:
        return _Verification(reader, scratch).run()
    finally:
        scratch.close()
        reader.close()


class _Verification:
    def __init__(self, reader: Reader, scratch: apsw.Connection) -> None:
        self._reader = reader
        self._scratch = scratch
        self._report = Report()
        self._seq = 0
        self._prev = b""

    def run(self) -> Report:
        epoch, created = self._reader.origin()
        self._report.epoch, self._prev = epoch, genesis(epoch, created)
        while True:
            with self._reader.snapshot() as db:
                if not self._replay(db, SLICE):
                    break
        self._schema()
        self._parties()
        for table, key in DERIVED:
            self._compare(table, key)
        self._report.entries, self._report.head = self._seq, self._prev
        return self._report

    def _schema(self) -> None:
        sql = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        with self._reader.snapshot() as db:
            stored = rows(db, sql)
        for name, real, expected in _pairs(stored, rows(self._scratch, sql), key=0, width=None):
            if real != expected:
                self._report.found("schema", name, "不是本程序的定义", "it is not as this program defines it")

    # ---- the chain

    def _replay(self, db: apsw.Connection, limit: int) -> bool:
        """Check and replay the next entries; False when there were none."""
        found = journal_after(db, self._seq, limit)
        if found:
            self._scratch.execute("BEGIN")
            for row in found:
                self._link(row)
                self._apply(row)
            self._scratch.execute("COMMIT")
        return bool(found)

    def _catch_up(self, db: apsw.Connection) -> None:
        while self._replay(db, SLICE):
            pass

    def _link(self, row: JournalRow) -> None:
        seq = row.seq
        if seq != self._seq + 1:
            self._report.found(
                "journal",
                self._seq + 1,
                f"缺第 {self._seq + 1} 至 {seq - 1} 条",
                f"entries up to {seq - 1} are missing",
            )
        elif row.prev != self._prev:
            self._report.found("journal", seq, "与前一条不相连", "it does not follow from the entry before")
        own = digest(row.prev, seq, row.boot, row.mono, row.wall, row.actor, row.kind, row.version, row.body)
        if own != row.digest:
            self._report.found("journal", seq, "与其摘要不符", "it does not fit its digest")
        self._seq, self._prev = seq, row.digest

    def _apply(self, row: JournalRow) -> None:
        entry = read_entry(row.kind, row.version, row.body)
        if isinstance(entry, Unreadable):
            self._report.found(
                "journal", row.seq, f"读不懂：{entry.reason}", f"cannot be read: {entry.reason}"
            )
            return
        try:
            place_parties(self._scratch, entry)
            apply(self._scratch, row.seq, entry)
        except apsw.Error as error:
            self._report.found("journal", row.seq, f"无法重放：{error}", f"cannot be replayed: {error}")

    # ---- people's data

    def _parties(self) -> None:
        columns = "id, kind, commitment, erased_seq, salt, content, lookup"
        for stored, told in self._slices("parties", "id", columns, "id, kind, commitment, erased_seq"):
            for row, real, expected in _pairs(stored, told, key=0, width=4):
                self._report.parties += 1
                if real is None or expected is None:
                    self._odd_row("parties", row, real is None)
                elif real[:4] != expected:
                    self._report.found("parties", row, "与账目不符", "it differs from what the journal says")
                else:
                    self._content(row, *real[2:])

    def _content(
        self,
        row: object,
        committed: str,
        erased: int | None,
        salt: bytes | None,
        content: str | None,
        lookup: str | None,
    ) -> None:
        if erased is not None:
            self._report.erased += 1
            if (salt, content, lookup) != (None, None, None):
                self._report.found(
                    "parties", row, "应已删除，内容仍在", "it was erased, and its content is still there"
                )
        elif salt is None or content is None:
            self._report.found(
                "parties", row, "内容缺失而没有删除记录", "its content is gone without a tombstone"
            )
        elif commitment(salt, content, lookup) != committed:
            self._report.found(
                "parties", row, "内容与其承诺值不符", "its content does not fit its commitment"
            )

    # ---- tables

    def _compare(self, table: str, key: str) -> None:
        self._report.rows[table] = 0
        for stored, told in self._slices(table, key, f"{key}, *", f"{key}, *"):
            for row, real, expected in _pairs(stored, told, key=0, width=None):
                self._report.rows[table] += 1
                if real is None or expected is None:
                    self._odd_row(table, row, real is None)
                elif real != expected:
                    self._report.found(
                        table, row, "与账目重放的结果不同", "it differs from the replay of the journal"
                    )

    def _slices(
        self, table: str, key: str, real: str, expected: str
    ) -> Iterator[tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]]:
        """The table's rows and the replay's, slice by slice in the order of the key, both as of the same entry."""
        after: int | str | None = None
        while True:
            with self._reader.snapshot() as db:
                self._catch_up(db)
                sql, values = _slice(table, key, real, after, None)
                stored = rows(db, f"{sql} LIMIT {SLICE}", values)
                last = stored[-1][0] if len(stored) == SLICE else None
                told = rows(self._scratch, *_slice(table, key, expected, after, last))
            yield stored, told
            if last is None:
                return
            after = last

    def _odd_row(self, table: str, row: object, missing: bool) -> None:
        if missing:
            self._report.found(table, row, "缺失", "it is missing")
        else:
            self._report.found(table, row, "多出，账目里没有", "it is not in the journal")


def _slice(
    table: str, key: str, columns: str, after: int | str | None, last: int | str | None
) -> tuple[str, tuple[Any, ...]]:
    """The SQL for the rows after `after` (None: from the start) up to `last` (None: to the end)."""
    bounds = [(f"{key} > ?", after), (f"{key} <= ?", last)]
    given = [(term, value) for term, value in bounds if value is not None]
    where = f" WHERE {' AND '.join(term for term, _ in given)}" if given else ""
    return f"SELECT {columns} FROM {table}{where} ORDER BY {key}", tuple(value for _, value in given)


def _pairs(
    stored: list[tuple[Any, ...]], told: list[tuple[Any, ...]], key: int, width: int | None
) -> Iterator[tuple[Any, tuple[Any, ...] | None, tuple[Any, ...] | None]]:
    """Rows of both sides with the same key, and those of one side alone."""
    real = {row[key]: row for row in stored}
    expected = {row[key]: row[:width] for row in told}
    for name in itertools.chain(real, (name for name in expected if name not in real)):
        yield name, real.get(name), expected.get(name)
