"""A service point in a test: a ledger with hours of 9 to 12 on working days, and entries at any moment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from device.signals import SECOND, Instant
from firmware_app.calls.call_groups import CountedCall
from firmware_app.calls.month_figures import MonthFigures
from firmware_app.records import entries
from firmware_app.records.figures import Figures
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded
from firmware_app.records.reading import Reader
from tests.figures_by_hand import DAY, SHANGHAI, entry_of, wall
from tests.ledger_support import BOOT

MINUTE = 60 * SECOND
HOURS = {"week": {day: [["09:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
BEGIN, END = wall("2026-11-01 00:00:00"), wall("2026-12-01 00:00:00")
MORNING = wall("2026-11-24 09:00:00")  # a Tuesday
CALL = CountedCall(
    1, "L1", MORNING, "answered", True, delay=4 * SECOND, talk=60 * SECOND, caller="15400000001"
)
MISSED = replace(CALL, disposition="no_answer", delay=None, talk=None, ringing=11 * SECOND)


class Point:
    """A ledger with hours 9 to 12 on working days; entries at any wall."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(folder / "ledger.db", BOOT, timezone=SHANGHAI)
        self.reader = Reader(folder / "ledger.db")
        self.figures = Figures(self.reader, SHANGHAI, ["L1"])
        self._made = 0

    def at(self, moment: int, *batch: entries.Entry) -> list[Recorded]:
        found = []
        for entry in batch:
            self._made += 1
            (outcome,) = self.ledger.append([Pending(entry, Instant(self._made, moment))])
            assert isinstance(outcome, Recorded), outcome
            found.append(outcome)
        return found

    def hours(self, moment: int) -> None:
        self.document(moment, "service_hours", HOURS)

    def document(self, moment: int, name: str, content: object) -> None:
        self.at(moment, entries.SiteDocumentChanged(name, 0, "", json.dumps(content)))

    def call(self, known: CountedCall) -> int:
        self._made += 1
        (made,) = self.at(known.started_wall + MINUTE, entry_of(known, f"{BOOT}:{self._made}"))
        assert made.row is not None
        return made.row

    def month(self, now: int = END + 5 * DAY) -> MonthFigures:
        found = self.figures.month("2026-11", now)
        assert found is not None
        return found
