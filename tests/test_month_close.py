"""Months: when they are due, closed once, and never different afterwards; what comes later stands beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from device.signals import SECOND, Instant
from firmware_app.calls.call_groups import CountedCall
from firmware_app.calls.month_figures import closing_time, month_after, month_json, month_span, months_due
from firmware_app.records import entries
from firmware_app.records.entry_bytes import canonical, content_digest
from firmware_app.records.figures import Figures
from firmware_app.records.ledger import Ledger
from firmware_app.records.outcomes import Pending, Recorded, Refused
from firmware_app.records.reading import Reader
from firmware_app.records.verifying import verify
from firmware_app.upkeep.month_close import MonthClose, Then
from tests.figures_by_hand import BERLIN, DAY, SHANGHAI, entry_of, wall
from tests.ledger_support import BOOT

CALL = CountedCall(
    1,
    "L1",
    wall("2026-10-24 09:00:00"),
    "answered",
    True,
    delay=4 * SECOND,
    talk=60 * SECOND,
    caller="15400000001",
)
UNKNOWN = replace(CALL, disposition="unknown", delay=None, talk=None, ringing=11 * SECOND)


class Desk:
    """A ledger with a clock that the test sets."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(folder / "ledger.db", BOOT, timezone=SHANGHAI)
        self.reader = Reader(folder / "ledger.db")
        self.figures = Figures(self.reader, SHANGHAI, ["L1"])
        self.now = wall("2026-10-01 08:00:00")
        self._made = 0

    def record(self, entry: entries.Entry) -> Recorded | Refused:
        self._made += 1
        (outcome,) = self.ledger.append([Pending(entry, Instant(self._made, self.now))])
        return outcome

    def call(self, known: CountedCall) -> Recorded | Refused:
        return self.record(entry_of(known, f"{BOOT}:{self._made}"))

    def put(self, entry: entries.MonthClosed, _at: Instant, then: Then) -> None:
        then(self.record(entry))

    def closer(self) -> MonthClose:
        return MonthClose(self.figures, SHANGHAI, self.put, lambda: Instant(self._made, self.now))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.reader.close()
    made.ledger.close()


# ---- when


def test_a_month_by_the_clock_of_the_point() -> None:
    assert month_span("2026-11", SHANGHAI) == (wall("2026-11-01 00:00:00"), wall("2026-12-01 00:00:00"))
    assert month_span("2026-12", BERLIN) == (
        wall("2026-12-01 00:00:00", BERLIN),
        wall("2027-01-01 00:00:00", BERLIN),
    )
    assert month_span("2026-03", BERLIN) == (
        wall("2026-03-01 00:00:00", BERLIN),
        wall("2026-04-01 00:00:00", BERLIN),
    )


@pytest.mark.parametrize(
    "wrong", ["", "2026", "2026-13", "2026-00", "26-11", "2026-11-01", "1969-12", "2200-01", "２０２６-11"]
)
def test_what_is_no_month(wrong: str) -> None:
    assert month_span(wrong, SHANGHAI) is None
    assert closing_time(wrong, SHANGHAI) is None
    assert month_after(wrong) == wrong
    assert months_due(wrong, [], 2**62, SHANGHAI) == []


def test_a_month_is_due_on_the_fifth_at_three() -> None:
    due = wall("2026-12-05 03:00:00")
    assert closing_time("2026-11", SHANGHAI) == due
    assert months_due("2026-11", [], due - 1, SHANGHAI) == []
    assert months_due("2026-11", [], due, SHANGHAI) == ["2026-11"]
    assert months_due("2026-10", ["2026-11"], due, SHANGHAI) == ["2026-10"]
    assert months_due("2026-09", [], due, SHANGHAI) == ["2026-09", "2026-10", "2026-11"]


# ---- closing


def test_nothing_is_closed_in_an_empty_ledger(desk: Desk) -> None:
    assert desk.closer().run() == []


def test_months_that_were_missed_are_closed_oldest_first_and_once(desk: Desk) -> None:
    desk.call(CALL)
    desk.now = wall("2027-01-05 02:59:59")
    assert desk.closer().run() == ["2026-10", "2026-11"]
    assert desk.closer().run() == []
    assert desk.figures.closed_months() == ["2026-10", "2026-11"]
    desk.now += SECOND
    assert desk.closer().run() == ["2026-12"]


def test_what_is_closed_is_canonical_and_signed(desk: Desk) -> None:
    desk.call(CALL)
    before = desk.ledger.head()
    desk.now = wall("2026-11-05 03:00:00")
    desk.closer().run()
    closed = desk.figures.closed_month("2026-10")
    assert closed is not None
    assert closed.digest == content_digest(canonical(closed.figures))
    assert closed.figures["metrics_def"] == 1
    assert closed.figures["rates"]["R1"] == [1, 1]
    assert closed.figures["head"] == {"seq": before[0], "digest": before[1].hex()}
    assert closed.wall == desk.now
    assert desk.figures.closed_month("2026-09") is None


def test_the_json_is_whole_numbers_and_words_alone(desk: Desk) -> None:
    desk.call(CALL)
    desk.call(replace(CALL, delay=16 * SECOND))
    figures = desk.figures.month("2026-10", desk.now)
    assert figures is not None

    def refuse(text: str) -> None:
        raise AssertionError(text)

    found = json.loads(month_json(figures), parse_float=refuse, parse_constant=refuse)
    assert month_json(figures) == canonical(found)
    assert "1540000" not in month_json(figures)


def test_a_closed_month_never_changes_and_what_came_later_is_told(desk: Desk) -> None:
    desk.call(CALL)
    desk.call(UNKNOWN)
    desk.now = wall("2026-11-05 03:00:00")
    desk.closer().run()
    before = desk.figures.closed_month("2026-10")
    assert before is not None
    assert desk.figures.later_changes(before) == []
    desk.now += DAY
    desk.record(entries.CallSettled(2, "answered", "panel"))
    assert desk.figures.closed_month("2026-10") == before
    (change,) = desk.figures.later_changes(before)
    assert (change.kind, change.call, change.disposition, change.wall) == ("settled", 2, "answered", desk.now)
    again = desk.figures.month("2026-10", desk.now)
    assert again is not None
    assert (again.whole.counts.unknown, again.whole.counts.untimed) == (0, 1)
    assert before.figures["whole"]["counts"]["unknown"] == 1


def test_the_ledger_refuses_a_second_closing_and_an_early_one(desk: Desk) -> None:
    desk.call(CALL)
    figures = canonical({"month": "2026-10"})
    desk.now = wall("2026-11-01 00:00:00") - 1
    assert codes(desk.record(entries.MonthClosed("2026-10", figures, ""))) == "invalid"
    desk.now += 1
    first = desk.record(entries.MonthClosed("2026-10", figures, "made up"))
    assert isinstance(first, Recorded)
    assert isinstance(first.entry, entries.MonthClosed)
    assert first.entry.digest == content_digest(figures)
    assert codes(desk.record(entries.MonthClosed("2026-10", figures, ""))) == "already_done"


@pytest.mark.parametrize(
    ("month", "figures"),
    [("2026-9", '{"month":"2026-9"}'), ("2026-09", "["), ("2026-09", "[]"), ("2026-09", '{"month":"2026-08"}'), ("2026-09", "[" * 9999)],
)  # fmt: skip
def test_figures_of_another_month_or_none_are_refused(desk: Desk, month: str, figures: str) -> None:
    assert codes(desk.record(entries.MonthClosed(month, figures, ""))) == "invalid"


def codes(outcome: Recorded | Refused) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_a_replay_of_the_journal_gives_the_months_again(desk: Desk) -> None:
    desk.call(CALL)
    desk.now = wall("2026-12-05 03:00:00")
    desk.closer().run()
    assert verify(desk.ledger.path).holds


def test_closing_ends_when_the_monitor_ends(desk: Desk) -> None:
    """A recorder whose disk hangs never answers; the job is let go."""
    desk.call(CALL)
    desk.now = wall("2027-02-05 03:00:00")
    put: list[str] = []
    closer = MonthClose(
        desk.figures, SHANGHAI, lambda entry, _at, _then: (put.append(entry.month), closer.close())[0], lambda: Instant(1, desk.now)
    )  # fmt: skip
    assert closer.run() == []
    assert put == ["2026-10"]


def test_the_month_of_the_first_entry(desk: Desk) -> None:
    assert desk.figures.first_month() is None
    desk.now = wall("2026-10-31 23:59:59")
    desk.record(entries.Started(BOOT, "0.1.0"))
    assert desk.figures.first_month() == "2026-10"
    assert Figures(desk.reader, ZoneInfo("Asia/Tokyo")).first_month() == "2026-11"
