"""A carrier's bill beside a real ledger; only counts ever go on record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from device.signals import SECOND, Instant
from firmware_app.calls.carrier_bill import guess_columns
from firmware_app.records import entries
from firmware_app.records.bills import bills_of, reconciled
from firmware_app.records.outcomes import Pending, Refused
from tests.figures_by_hand import HOUR, SHANGHAI, number_of
from tests.figures_point import CALL, END, MORNING, Point


@pytest.fixture
def point(tmp_path: Path) -> Iterator[Point]:
    made = Point(tmp_path)
    yield made
    made.reader.close()
    made.ledger.close()


TABLE = [
    ["开始时间", "对方号码"],
    ["2026-11-24 09:00:30", "15400000001"],
    ["2026-11-24 10:00:00", "15400000009"],
    ["2026-10-24 10:00:00", "1"],
]


def test_a_bill_beside_the_ledger(point: Point) -> None:
    columns = guess_columns(TABLE)
    assert columns is not None
    point.call(CALL)
    point.call(
        replace(CALL, caller="15400000002", started_wall=MORNING + HOUR - 30 * SECOND)
    )  # talks when the other rings
    found = reconciled(point.reader, TABLE, columns, "2026-11", "L1", "03562217000", SHANGHAI)
    assert found is not None
    assert found.counts() == {
        "theirs": 2, "ours": 2, "matched": 1, "met_busy": 1, "ours_only": 1, "theirs_only": 0, "outgoing": 0, "unread": 0,
    }  # fmt: skip
    assert reconciled(point.reader, TABLE, columns, "2026", "L1", "", SHANGHAI) is None
    point.at(END, entries.CarrierBill("2026-11", "L1", json.dumps(found.counts() | {"matched": 0})))
    point.at(END, entries.CarrierBill("2026-11", "L1", json.dumps(found.counts())))
    assert [(row.line, row.counts) for row in bills_of(point.reader, "2026-11")] == [("L1", found.counts())]
    assert bills_of(point.reader, "2026-10") == []


@pytest.mark.parametrize(
    ("month", "figures"),
    [
        ("2026-13", "{}"),
        ("2026-11", "{}"),
        ("2026-11", "no JSON"),
        ("2026-11", json.dumps(dict.fromkeys(("theirs", "ours", "matched", "met_busy", "ours_only", "theirs_only", "outgoing", "unread"), 15400000001))),
        ("2026-11", json.dumps(dict.fromkeys(("theirs", "ours", "matched", "met_busy", "ours_only", "theirs_only", "outgoing", "unread"), "1"))),
    ],
)  # fmt: skip
def test_only_counts_go_on_record_never_a_number(point: Point, month: str, figures: str) -> None:
    (outcome,) = point.ledger.append([Pending(entries.CarrierBill(month, "L1", figures), Instant(1, END))])
    assert isinstance(outcome, Refused)
    assert number_of("15400000001").content not in outcome.message.en
