"""The paired desk computer: its cookie in, which desk it is, or none, out. The ledger holds only the digest of the token.

A token has 256 random bits, so a plain digest keeps it; the cookie lives on for as long as browsers let one, and pairing
ends in the ledger, whatever a browser still holds.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from firmware_app.records.desk_list import paired_desk
from web_panel.ledger_door import LedgerDoor

COOKIE = "ringkeeper-desk"
KEPT = (
    400 * 24 * 3600
)  # seconds; Chromium 104 and later cut longer ones to this (draft-ietf-httpbis-rfc6265bis, 5.5)


@dataclass(frozen=True, slots=True)
class Desk:
    """A paired computer. id: random, in the ledger; name: as people call it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class NewDesk:
    """What a computer that is being paired gets: `cookie`, and what the ledger gets: `id`, `digest`."""

    id: str
    cookie: str
    digest: str


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_desk() -> NewDesk:
    """A new id with a new token."""
    number, token = secrets.token_hex(8), secrets.token_urlsafe(32)
    return NewDesk(number, f"{number}.{token}", _digest(token))


def desk_of(cookie: str, ledger: LedgerDoor) -> Desk | None:
    """The paired desk whose cookie this is. Raises LedgerAway."""
    number, _, token = cookie.partition(".")
    if not number or not token or len(cookie) > 200:
        return None
    with ledger.reading() as db:
        found = paired_desk(db, number)
    if found is None or not hmac.compare_digest(found.digest, _digest(token)):
        return None
    return Desk(found.desk, found.name)
