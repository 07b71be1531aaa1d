"""People's data in an entry, in clear on its way in and as it stands in the journal. Values only.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Personal:
    """People's data on its way into the ledger. kind: number, name, text, secret. lookup: the key that finds the same
    person again (a normalised number), None where nothing is looked up."""

    kind: str
    content: str
    lookup: str | None = None


@dataclass(frozen=True, slots=True)
class PartyRef:
    """The same data as it stands in the journal: row of `parties`, the commitment to its content (hex), its kind."""

    party: int
    commitment: str
    kind: str = ""


Party = Personal | PartyRef
