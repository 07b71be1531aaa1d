"""An entry to the bytes that the journal keeps, and back; the digest that chains them; the commitment to people's data.

Pure. What is here is a format for ever: a stored body is read by the reader of its kind and version.

Body        canonical JSON: UTF-8, keys sorted, no spaces, no escapes but those JSON demands, fields that are None left
            out (a list keeps its nulls); people's data as {"commitment","kind","party"}.
Digest      sha256 over, in this order, each preceded by its length as 8 bytes big-endian: prev (32 bytes) · seq · boot ·
            mono · wall · actor · kind · version · body; integers as decimal digits, text as UTF-8, body as stored.
Genesis     prev of seq 1: the same sum over "ringkeeper-journal-1" · epoch · created (ns of UTC).
Commitment  sha256(salt || JSON [content, lookup]), salt of 16 random bytes: the look-up key cannot be changed unseen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from hashlib import sha256
from typing import Any, get_args

from firmware_app.records import entries
from firmware_app.records.entries import Entry, PartyRef, Personal

VERSION = 1  # of every kind so far

KINDS: Mapping[str, type[Entry]] = {kind.__name__: kind for kind in get_args(Entry)}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored body that its reader does not understand, and why: a value, so that verify can go on and name it."""

    kind: str
    reason: str


def canonical(value: object) -> str:
    """`value` as canonical JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def kind_of(entry: Entry) -> str:
    return type(entry).__name__


def body_of(entry: Entry) -> str:
    """The stored body. People's data must have been sealed before (TypeError): it never stands in a body."""
    found = {f.name: _plain(getattr(entry, f.name)) for f in fields(entry)}
    return canonical({name: value for name, value in found.items() if value is not None})


def _plain(value: object) -> object:
    if isinstance(value, Personal):
        raise TypeError("people's data must be sealed before it goes into a body")
    if isinstance(value, PartyRef):
        return {"commitment": value.commitment, "kind": value.kind, "party": value.party}
    return value


def read_entry(kind: str, version: int, body: str) -> Entry | Unreadable:
    """The entry that `body` stands for."""
    shape = KINDS.get(kind)
    if shape is None or version != VERSION:
        return Unreadable(kind, f"kind {kind} version {version} is not known")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable(kind, "the body is not JSON")
    if not isinstance(found, dict) or not found.keys() <= {f.name for f in fields(shape)}:
        return Unreadable(kind, "the body is not an object of the fields of its kind")
    values: dict[str, Any] = {}
    for f in fields(shape):
        value = found.get(f.name, None if f.default is MISSING else f.default)
        read = READERS[str(f.type)](value)
        if read is _WRONG:
            return Unreadable(kind, f"field {f.name} is missing or of the wrong type")
        values[f.name] = read
    return shape(**values)


# ---- one reader for each type of field; the names are the annotations in `entries`

_WRONG = object()


def _integer(value: object) -> object:
    return value if type(value) is int and -(2**63) <= value < 2**63 else _WRONG


def _text(value: object) -> object:
    return value if isinstance(value, str) else _WRONG


def _truth(value: object) -> object:
    return value if isinstance(value, bool) else _WRONG


def _party(value: object) -> object:
    if not isinstance(value, dict) or value.keys() != {"commitment", "kind", "party"}:
        return _WRONG
    party, commitment, kind = value["party"], value["commitment"], value["kind"]
    if _integer(party) is _WRONG or not isinstance(commitment, str) or not isinstance(kind, str):
        return _WRONG
    return PartyRef(party, commitment, kind)


def _results(value: object) -> object:
    if not isinstance(value, list):
        return _WRONG
    rows = [tuple(row) if isinstance(row, list) else () for row in value]
    fit = all(
        len(row) == 3
        and isinstance(row[0], str)
        and (row[1] is None or isinstance(row[1], bool))
        and isinstance(row[2], str)
        for row in rows
    )
    return tuple(rows) if fit else _WRONG


def _recounts(value: object) -> object:
    if not isinstance(value, list):
        return _WRONG
    fit = all(
        isinstance(row, list)
        and len(row) == 2
        and _integer(row[0]) is not _WRONG
        and isinstance(row[1], bool)
        for row in value
    )
    return tuple((row[0], row[1]) for row in value) if fit else _WRONG


def _whole_numbers(value: object) -> object:
    fit = isinstance(value, list) and all(_integer(each) is not _WRONG for each in value)
    return tuple(value) if fit and isinstance(value, list) else _WRONG


def _optional(reader: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else reader(value)


READERS: Mapping[str, Callable[[object], object]] = {
    "int": _integer,
    "int | None": _optional(_integer),
    "str": _text,
    "str | None": _optional(_text),
    "bool": _truth,
    "bool | None": _optional(_truth),
    "Party": _party,
    "Party | None": _optional(_party),
    "tuple[int, ...]": _whole_numbers,
    "tuple[tuple[str, bool | None, str], ...]": _results,
    "tuple[tuple[int, bool], ...] | None": _optional(_recounts),
}


# ---- sums


def _sum(parts: tuple[bytes, ...]) -> bytes:
    whole = sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.digest()


def genesis(epoch: str, created: int) -> bytes:
    """What the first entry of a ledger names as its predecessor."""
    return _sum((b"ringkeeper-journal-1", epoch.encode(), str(created).encode()))


def digest(
    prev: bytes, seq: int, boot: str, mono: int, wall: int, actor: str, kind: str, version: int, body: str
) -> bytes:
    """The digest of one journal row."""
    numbers = (str(mono).encode(), str(wall).encode())
    words = (actor.encode(), kind.encode(), str(version).encode(), body.encode())
    return _sum((prev, str(seq).encode(), boot.encode(), *numbers, *words))


def commitment(salt: bytes, content: str, lookup: str | None) -> str:
    """What a body says of people's data (hex)."""
    return sha256(salt + canonical([content, lookup]).encode()).hexdigest()


def content_digest(content: str) -> str:
    """The digest of a site document's canonical content (hex)."""
    return sha256(content.encode()).hexdigest()


def parties_in(entry: Entry) -> dict[str, entries.Party]:
    """The fields of `entry` that hold people's data, by name."""
    found = {f.name: getattr(entry, f.name) for f in fields(entry)}
    return {name: value for name, value in found.items() if isinstance(value, Personal | PartyRef)}
