"""A year whose holidays are not there is told once in the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from device import clock
from device.signals import SECOND, Instant
from firmware_app.records import entries
from firmware_app.records.hours_history import missing_calendars
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded
from firmware_app.records.reading import Reader
from firmware_app.upkeep.calendar_notice import CalendarNotice
from tests.hours_support import CALENDARS, SHANGHAI, WEEK, wall
from tests.ledger_support import BOOT


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db", BOOT)
    yield made
    made.close()


@pytest.fixture
def reader(ledger: Ledger) -> Iterator[Reader]:
    made = Reader(ledger.path)
    yield made
    made.close()


def put(ledger: Ledger, name: str, content: object) -> None:
    entry = entries.SiteDocumentChanged(name, 0, "", json.dumps(content))
    (outcome,) = ledger.append([Pending(entry, Instant(1, 1))])
    assert isinstance(outcome, Recorded)


def this_year() -> int:
    return datetime.fromtimestamp(clock.now().wall // SECOND, SHANGHAI).year


def test_a_point_without_hours_misses_nothing(
    ledger: Ledger, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    CalendarNotice(reader, SHANGHAI).look()
    assert caplog.text == ""


def test_a_missing_year_is_told_once(
    ledger: Ledger, reader: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    put(ledger, "service_hours", {"week": WEEK})
    notice = CalendarNotice(reader, SHANGHAI)
    with caplog.at_level(logging.WARNING):
        notice.look()
        notice.look()
    assert caplog.text.count(f"the holidays of {this_year()} are not imported") == 1


def test_years_that_are_there_are_not_missed(ledger: Ledger, reader: Reader) -> None:
    put(ledger, "service_hours", {"week": WEEK})
    put(ledger, "calendar.2026", CALENDARS["calendar.2026"])
    put(ledger, "holidays", {})
    with reader.snapshot() as db:
        missed = [
            missing_calendars(db, wall(f"{day}T12:00"), SHANGHAI)
            for day in ("2026-10-31", "2026-11-01", "2027-01-01")
        ]
    assert missed == [(), (2027,), (2027,)]
