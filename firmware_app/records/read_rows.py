"""Rows as readers of the ledger get them.

Pure. Times are ns of UTC as believed when they were recorded.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An entry as stored: body is canonical JSON, prev and digest are 32 bytes (see entry_bytes)."""

    seq: int
    boot: str
    mono: int
    wall: int
    actor: str
    kind: str
    version: int
    body: str
    prev: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class PartyRow:
    """People's data; without salt, content and lookup, once erased."""

    id: int
    kind: str
    commitment: str
    salt: bytes | None
    content: str | None
    lookup: str | None
    erased_seq: int | None


@dataclass(frozen=True, slots=True)
class FaultRow:
    id: int
    kind: str
    line: str | None
    detail: str
    began_wall: int


@dataclass(frozen=True, slots=True)
class CheckRow:
    """results: (what, passed or None where it cannot be told, detail)."""

    id: int
    line: str | None
    trigger: str
    results: tuple[tuple[str, bool | None, str], ...]
    wall: int
