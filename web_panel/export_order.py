"""What is to be written into which file, as one line of JSON for the process that does it, and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from firmware_app.papers.paper import Cell, Kind, Row


@dataclass(frozen=True, slots=True)
class Order:
    """paper: calls | callbacks | day | month. file, ledger: paths. since, until: ns of UTC. notes, footer: in words.

    search: what calls are looked for by, the fields of call_search.Search but its times and zone; by_clock: whether hour or
    weekday matter. rows: of a paper that is known already, a kind of row and its cells, None where the ledger is to be asked.
    """

    paper: str
    form: str
    file: str
    language: str
    zone: str
    ledger: str
    since: int
    until: int
    full: bool
    title: str
    notes: tuple[str, ...]
    footer: str
    own_numbers: Mapping[str, str] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[tuple[str, tuple[Cell, ...]], ...] | None = None

    def line(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode() + b"\n"

    @property
    def known_rows(self) -> list[Row] | None:
        if self.rows is None:
            return None
        return [Row(tuple(cells), Kind(kind)) for kind, cells in self.rows]


def order_of(line: bytes) -> Order:
    """What `line` gave. ValueError, TypeError or KeyError for anything else."""
    held = json.loads(line)
    held["notes"] = tuple(held["notes"])
    if held["rows"] is not None:
        held["rows"] = tuple((kind, tuple(cells)) for kind, cells in held["rows"])
    return Order(**held)
