"""The carrier's records: headers as carriers write them, times in all their forms, pairing against a count by hand."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.carrier_bill import (
    APART,
    COUNTS,
    BillRecord,
    Columns,
    OurCall,
    Reconciled,
    guess_columns,
    read_records,
    reconcile,
)
from tests.figures_by_hand import SHANGHAI, wall

OWN = "03562217000"
NINE = wall("2026-11-24 09:00:00")


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (["序号", "开始时间", "通话时长(秒)", "对方号码", "呼叫类型", "费用"], {"time": "开始时间", "number": "对方号码", "way": "呼叫类型"}),
        (["主叫号码", "被叫号码", "起始时间", "结束时间", "呼叫结果"], {"time": "起始时间", "number": "主叫号码", "called": "被叫号码", "outcome": "呼叫结果"}),
        (["本机号码", "通话日期", "通话时间", "通话时长", "来电号码"], {"time": "通话时间", "day": "通话日期", "number": "来电号码"}),
        (["来电时间（北京时间）", "来电号码（主叫）", "状态"], {"time": "来电时间（北京时间）", "number": "来电号码（主叫）", "outcome": "状态"}),
        ([" 日期 ", "号码"], {"time": " 日期 ", "number": "号码"}),
        (["呼叫起始时间点", "客户主叫"], {"time": "呼叫起始时间点", "number": "客户主叫"}),
    ],
)  # fmt: skip
def test_the_columns_are_guessed_and_named(header: list[str], named: dict[str, str]) -> None:
    table = [["中国电信 话费详单"], ["号码 03562217000"], header]
    columns = guess_columns(table)
    assert columns is not None
    assert columns.header == 2
    assert columns.named(table) == named


@pytest.mark.parametrize(
    "table", [[], [["时间", "时长"]], [["姓名", "号码"]], [[""]] * 40 + [["时间", "号码"]]]
)
def test_without_a_time_and_a_number_there_is_no_table(table: list[list[str]]) -> None:
    assert guess_columns(table) is None


@pytest.mark.parametrize(
    "written",
    ["2026-11-24 09:15:02", "2026/11/24 9:15:02", "20261124091502", "2026-11-24T09:15:02", "2026年11月24日 9时15分02秒", "2026.11.24 09:15:02.000"],
)  # fmt: skip
def test_times_in_all_their_forms(written: str) -> None:
    records, unread = read_records([["时间", "号码"], [written, "15400000001"]], Columns(0, 0, 1), SHANGHAI)
    assert unread == 0
    assert [record.wall for record in records] == [wall("2026-11-24 09:15:02")]


@pytest.mark.parametrize(
    "written", ["", "9:15", "2026-11-24", "2026-02-30 09:00:00", "2026-11-24 25:00:00", "2026-11-24 09:60", "2026-11-24 09:00:61", "合计"]
)  # fmt: skip
def test_a_row_without_a_time_is_counted_as_unread(written: str) -> None:
    records, unread = read_records(
        [["时间", "号码"], [written, "15400000001"], ["", " "]], Columns(0, 0, 1), SHANGHAI
    )
    assert (records, unread) == ([], 1)


def test_day_and_time_in_two_columns_and_short_rows() -> None:
    columns = Columns(0, time=1, number=2, day=0)
    records, unread = read_records(
        [[], ["2026-11-24", "9:15", "2217001"], ["2026-11-24"]], columns, SHANGHAI, OWN
    )
    assert unread == 1
    assert records == [BillRecord(wall("2026-11-24 09:15:00"), "03562217001")]


def test_directions_and_outcomes() -> None:
    table = [
        ["开始时间", "主叫号码", "被叫号码", "呼叫类型", "结果"],
        ["2026-11-24 09:00:00", "15400000001", OWN, "被叫", "用户忙"],
        ["2026-11-24 09:01:00", "15400000001", OWN, "被叫", "接通"],
        ["2026-11-24 09:02:00", OWN, "15400000001", "", ""],
        ["2026-11-24 09:03:00", "15400000001", "", "主叫", "占线"],
        ["2026-11-24 09:04:00", "", OWN, "被叫", ""],
    ]
    columns = guess_columns(table)
    assert columns is not None
    records, _ = read_records(table, columns, SHANGHAI, OWN)
    assert [record.met_busy for record in records] == [True, False, False, False, False]
    assert [record.outgoing for record in records] == [False, False, True, True, False]
    assert records[4].key is None


def test_matched_met_busy_ours_only_theirs_only() -> None:
    theirs = [
        BillRecord(NINE, "a"),
        BillRecord(NINE + 3600 * SECOND, "a"),
        BillRecord(NINE + 7200 * SECOND, "b", met_busy=True),
        BillRecord(NINE + 50 * SECOND, "c"),
        BillRecord(NINE, "d", outgoing=True),
    ]
    ours = [OurCall(NINE + APART, "a"), OurCall(NINE + 3600 * SECOND, "b")]
    talks = [(NINE + 50 * SECOND, NINE + 51 * SECOND)]
    found = reconcile(theirs, ours, talks, unread=3)
    assert found == Reconciled(
        theirs=4, ours=2, matched=1, met_busy=2, ours_only=1, theirs_only=1, outgoing=1, unread=3
    )
    assert tuple(found.counts()) == COUNTS


def test_a_hidden_caller_pairs_by_time_alone() -> None:
    assert reconcile([BillRecord(NINE, "a")], [OurCall(NINE, None)]).matched == 1
    assert reconcile([BillRecord(NINE, None)], [OurCall(NINE, "a")]).matched == 1
    assert reconcile([BillRecord(NINE, "a")], [OurCall(NINE, "b")]).matched == 0


@pytest.mark.parametrize(("apart", "matched"), [(APART, 1), (APART + 1, 0), (-APART, 1), (-APART - 1, 0)])
def test_how_far_two_clocks_may_be_apart(apart: int, matched: int) -> None:
    assert reconcile([BillRecord(NINE, "a")], [OurCall(NINE + apart, "a")]).matched == matched


def test_calls_of_ours_beyond_the_month_only_serve_to_pair() -> None:
    ours = [OurCall(NINE - 1, "a"), OurCall(NINE - 2, "b"), OurCall(NINE, "c")]
    found = reconcile([BillRecord(NINE, "a")], ours, period=(NINE, NINE + 1))
    assert (found.ours, found.matched, found.ours_only) == (2, 1, 1)


walls = st.lists(st.integers(0, 5).map(lambda step: step * (APART // 2) + (step % 2)), max_size=5)


@settings(max_examples=300)
@given(walls, walls)
def test_as_many_pair_as_can(theirs: list[int], ours: list[int]) -> None:
    """Against every way to pair them."""
    found = reconcile([BillRecord(at, "a") for at in theirs], [OurCall(at, "a") for at in ours])
    few, many = sorted((theirs, ours), key=len)
    most = max(
        sum(abs(a - b) <= APART for a, b in zip(few, order, strict=True))
        for order in permutations(many, len(few))
    )
    assert found.matched == most
    assert found.theirs == found.matched + found.met_busy + found.theirs_only
    assert found.ours == found.matched + found.ours_only
