"""A month of the ledger as one file for the central department, and its digest beside it; the same ledger gives the same bytes.

JSON lines, each an object whose `record` says what it is: one `header` (site, epoch, month, first and last entry, digest of
the last), then each `entry` as stored, each `party` they name (people's data, marked `personal`, with the salt that its
commitment needs; never a password), and each `call` of the month as `ringkeeper calls --json` spells it.
It works beside the monitor: nothing recorded after the export began is in it, no read transaction is long.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from firmware_app.records.call_json import call_object, month_bounds, utc
from firmware_app.records.entry_bytes import canonical
from firmware_app.records.read_rows import JournalRow, PartyRow
from firmware_app.records.reading import SLICE, Reader
from firmware_app.records.whole_file import write_whole
from firmware_app.settings import Site

FORMAT = "ringkeeper-export"
FORMAT_VERSION = 1
OWNER_ONLY = 0o600  # numbers in full


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. digest: sha256 of the file, hex; the same stands in `<file>.sha256` as sha256sum(1) reads it."""

    path: Path
    digest: str
    entries: int
    calls: int


@dataclass(frozen=True, slots=True)
class _Extent:
    """The entries of the month: how many, first and last, digest of the last; the people's data they name."""

    entries: int
    first: int | None
    last: int | None
    digest: bytes
    parties: frozenset[int]


def export_month(reader: Reader, site: Site, month: str, zone: ZoneInfo, path: Path) -> Exported | None:
    """Write the local `month` ("2026-11") to `path`; None when that is not a month. OSError, and what Reader raises."""
    bounds = month_bounds(month, zone)
    if bounds is None:
        return None
    since, until = bounds
    end, rows = reader.calls_at_head(since, until)
    extent = _extent(reader, since, until, end)
    calls = [call_object(call) for call in rows]
    epoch, _ = reader.origin()
    header = {
        "calls": len(calls),
        "chain_head": extent.digest.hex(),
        "entries": extent.entries,
        "epoch": epoch,
        "first_seq": extent.first,
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "last_seq": extent.last,
        "month": month,
        "personal": True,
        "record": "header",
        "site": {"id": site.id, "name": site.name},
        "timezone": str(zone),
    }

    def pieces() -> Iterator[bytes]:
        yield _line(canonical(header))
        for row in _entries(reader, since, until, end):
            yield _line(_entry(row))
        for party in _parties(reader, extent.parties):
            yield _line(_party(party))
        for call in calls:
            yield _line(
                json.dumps(
                    {"record": "call", **call, "personal": True}, ensure_ascii=False, separators=(",", ":")
                )
            )

    digest = write_whole(path, pieces(), OWNER_ONLY)
    write_whole(path.with_name(path.name + ".sha256"), [f"{digest}  {path.name}\n".encode()], OWNER_ONLY)
    return Exported(path, digest, extent.entries, len(calls))


def _line(text: str) -> bytes:
    return text.encode() + b"\n"


def _entries(reader: Reader, since: int, until: int, end: int) -> Iterator[JournalRow]:
    """The entries of the month up to seq `end`, by the wall time they carry, in the order of seq."""
    after = 0
    while after < end:
        rows = reader.journal(after, SLICE)
        yield from (row for row in rows if row.seq <= end and since <= row.wall < until)
        after = rows[-1].seq if rows else end


def _extent(reader: Reader, since: int, until: int, end: int) -> _Extent:
    entries, first, last, digest = 0, None, None, b""
    parties: set[int] = set()
    for row in _entries(reader, since, until, end):
        entries, first, last, digest = entries + 1, first or row.seq, row.seq, row.digest
        parties |= set(_named(json.loads(row.body)))
    return _Extent(entries, first, last, digest, frozenset(parties))


def _named(body: dict[str, Any]) -> Iterator[int]:
    for value in body.values():
        if isinstance(value, dict) and isinstance(value.get("party"), int):
            yield value["party"]


def _parties(reader: Reader, named: frozenset[int]) -> Iterator[PartyRow]:
    after, last = min(named, default=1) - 1, max(named, default=0)
    while rows := reader.parties(after, last):
        yield from (row for row in rows if row.id in named)
        after = rows[-1].id


def _entry(row: JournalRow) -> str:
    """An entry as stored: `body` stays the text that the digest covers."""
    return canonical(
        {
            "actor": row.actor,
            "at": utc(row.wall),
            "body": row.body,
            "boot": row.boot,
            "digest": row.digest.hex(),
            "kind": row.kind,
            "mono": row.mono,
            "prev": row.prev.hex(),
            "record": "entry",
            "seq": row.seq,
            "version": row.version,
            "wall": row.wall,
        }
    )


def _party(row: PartyRow) -> str:
    return canonical(
        {
            "commitment": row.commitment,
            "content": row.content,
            "erased_seq": row.erased_seq,
            "kind": row.kind,
            "lookup": row.lookup,
            "party": row.id,
            "personal": True,
            "record": "party",
            "salt": None if row.salt is None else row.salt.hex(),
        }
    )
