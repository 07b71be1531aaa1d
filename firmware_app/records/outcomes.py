"""What became of an entry that was handed to the ledger: recorded, or refused. Values only.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.signals import Instant
from firmware_app.records.entries import Entry
from firmware_app.wording import Text

SEED = "seed"  # the actor of the documents a ledger begins with, or gets with a new version of the program


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry on its way into the ledger: what, when, by whom."""

    entry: Entry
    at: Instant
    actor: str = "monitor"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry that is durably on disk, with its decisions; people's data still in clear (it never leaves the process).

    row: the row it made or changed (a call's id for CallRecorded), None for kinds that have none.
    """

    seq: int
    at: Instant
    actor: str
    entry: Entry
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that was not recorded. code: not_found, invalid, already_closed, already_settled,
    already_done, too_late, no_change, busy, closed."""

    code: str
    message: Text
