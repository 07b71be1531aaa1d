"""Says in the log, once, of which year the holiday calendar is missing. It reads the ledger and records nothing."""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from device import clock
from firmware_app.records.hours_history import missing_calendars
from firmware_app.records.reading import Reader

log = logging.getLogger(__name__)

AT = "00:05"  # each day: from 1 November on the next year is missed, too


class CalendarNotice:
    """`look` is called at the start and each day; a year is told once in the life of the process."""

    def __init__(self, reader: Reader, timezone: ZoneInfo) -> None:
        self._reader = reader
        self._timezone = timezone
        self._told: set[int] = set()

    def look(self) -> None:
        """Tell of the years that are missing and were not told. Errors as Reader."""
        with self._reader.snapshot() as db:
            missing = missing_calendars(db, clock.now().wall, self._timezone)
        for year in missing:
            if year not in self._told:
                log.warning("the holidays of %d are not imported: guessed from the weekdays for now", year)
        self._told |= set(missing)
