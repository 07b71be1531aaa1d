"""The cards that a new ledger begins with: the shipped file in, their entries recorded once. Never again, so never over a person's.

They are recorded, by the actor `seed`, in a ledger in which no card was ever saved. From then on they are the point's own: a later
program brings no other ones, for nobody could tell those that a person took away from those that are new.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from device import clock
from firmware_app.calls.card_file import FiledCard, read_cards
from firmware_app.records.entries import CardSaved
from firmware_app.records.entry_bytes import canonical
from firmware_app.records.outcomes import SEED, Pending, Recorded, Refused

log = logging.getLogger(__name__)

NAME = "card_seed.json"
PLACES = (
    Path(__file__).resolve().parents[2] / "config" / NAME,  # a checkout
    Path(sys.prefix) / "share" / "ringkeeper" / NAME,  # an installed program
)


class HasCards(Protocol):
    """What of the ledger is needed here."""

    def had_cards(self) -> bool: ...

    def append(self, batch: list[Pending]) -> list[Recorded | Refused]: ...


def shipped_cards(places: Sequence[Path] = PLACES) -> list[FiledCard]:
    """The starter cards; none, with a word in the log, where the file is missing or damaged."""
    for place in places:
        try:
            cards, wrong = read_cards(place.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if not wrong:
            return cards
        log.error("%s is not used: card %d: %s", place.name, wrong[0].place, wrong[0].what.en)
    log.warning("there are no starter cards")
    return []


def settle_cards(ledger: HasCards, cards: Sequence[FiledCard]) -> int:
    """Record them where no card was ever saved, in one transaction; how many. apsw.Error as the disk says."""
    if not cards or ledger.had_cards():
        return 0
    batch = [
        Pending(CardSaved(card.kind, canonical(card.content), card.initials), clock.now(), SEED)
        for card in cards
    ]
    outcomes = ledger.append(batch)
    log.info("starter cards recorded: %d", sum(isinstance(each, Recorded) for each in outcomes))
    return len(batch)
