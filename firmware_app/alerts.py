"""What is worth showing: the standing of the ledger as values.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """What is owed and wrong, as committed: unseen and unsettled calls, open call-back cases, open faults, presence."""

    unseen: int
    due: int
    unsettled: int
    faults: tuple[tuple[str, str | None], ...]
    present: bool
