"""A call as the command line spells it: times, seconds, months."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.records.call_json import call_object, local, month_bounds, seconds_of, utc
from firmware_app.records.call_list import CallRow

SHANGHAI = ZoneInfo("Asia/Shanghai")

CALL = CallRow(
    id=12,
    key="k",
    line="L1",
    direction="inbound",
    stage="closed",
    started_wall=1_795_000_000_123_999_999,
    ring_bursts=2,
    ringing=4_204_999_999,
    answered_wall=1_795_000_004_328_000_000,
    ended_wall=1_795_000_034_328_000_000,
    answer_delay=4_205_000_000,
    talk=30_000_000_000,
    uncertainty=10_000_000,
    disposition="answered",
    in_hours=True,
    hours_version=1,
    number="15400000001",
    name="张三",
    absence=None,
    caller_id_wall=1_795_000_003_000_000_000,
    case=None,
    seen=False,
    settled=False,
    started_by="ring_pin",
    answered_by="line_voltage",
    ended_by="hook_pin",
    caller_id_by="sound",
    answer_error=4_000_001,
)


def test_a_call_has_these_keys_in_this_order() -> None:
    assert list(call_object(CALL).items()) == [
        ("id", 12),
        ("line", "L1"),
        ("direction", "inbound"),
        ("started_at", "2026-11-18T11:06:40.123Z"),
        ("ring_bursts", 2),
        ("ringing_s", 4.2),
        ("answered_at", "2026-11-18T11:06:44.328Z"),
        ("ended_at", "2026-11-18T11:07:14.328Z"),
        ("answer_delay_s", 4.21),
        ("talk_s", 30.0),
        ("disposition", "answered"),
        ("in_hours", True),
        ("number", "15400000001"),
        ("name", "张三"),
        ("absence", None),
        ("caller_id_at", "2026-11-18T11:06:43.000Z"),
        ("answered_by", "line_voltage"),
        ("uncertainty_s", 0.01),
        ("started_by", "ring_pin"),
        ("caller_id_by", "sound"),
        ("ended_by", "hook_pin"),
        ("digits_by", None),
        ("far_end", None),
        ("far_answered_at", None),
        ("far_answered_by", None),
        ("answer_error_s", 0.01),
        ("far_answer_error_s", None),
        ("doubt", None),
        ("by_machine", False),
        ("case", None),
    ]


def test_an_outgoing_call_has_no_answer_delay_but_a_far_end() -> None:
    outbound = replace(
        CALL,
        direction="outbound",
        digits_by="dtmf_chip",
        far_end="answered",
        far_answered_wall=1_795_000_009_000_000_000,
        far_answered_by="reversal_pin",
    )
    found = call_object(outbound)
    assert (found["answer_delay_s"], found["uncertainty_s"], found["digits_by"]) == (None, None, "dtmf_chip")
    assert [found[key] for key in ("far_end", "far_answered_at", "far_answered_by")] == [
        "answered",
        "2026-11-18T11:06:49.000Z",
        "reversal_pin",
    ]


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        (None, None),
        (0, 0.0),
        (4_999_999, 0.0),
        (5_000_000, 0.01),
        (14_994_999_999, 14.99),
        (14_995_000_000, 15.0),
        (15_000_000_000, 15.0),
        (15_005_000_000, 15.01),
    ],
)
def test_seconds_are_rounded_to_the_hundredth(duration: int | None, seconds: float | None) -> None:
    assert seconds_of(duration) == seconds


@pytest.mark.parametrize(
    ("wall", "text"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00.000Z"),
        (999_999, "1970-01-01T00:00:00.000Z"),
        (1_000_000, "1970-01-01T00:00:00.001Z"),
    ],
)
def test_times_are_utc_with_milliseconds(wall: int | None, text: str | None) -> None:
    assert utc(wall) == text


def test_local_time_is_that_of_the_site() -> None:
    assert local(0, SHANGHAI).isoformat() == "1970-01-01T08:00:00+08:00"


@pytest.mark.parametrize(
    ("month", "first", "following"),
    [
        ("2026-11", datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)),
        ("2026-12", datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_a_month_is_that_of_the_site(month: str, first: datetime, following: datetime) -> None:
    assert month_bounds(month, SHANGHAI) == (
        int(first.timestamp()) * 10**9,
        int(following.timestamp()) * 10**9,
    )


@given(
    st.integers(1970, 2198),
    st.integers(1, 12),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "UTC"]),
)
def test_months_follow_each_other_without_gap(year: int, month: int, zone: str) -> None:
    this = month_bounds(f"{year:04}-{month:02}", ZoneInfo(zone))
    following = month_bounds(f"{year + month // 12:04}-{month % 12 + 1:02}", ZoneInfo(zone))
    assert this is not None
    assert following is not None
    assert this[0] < this[1] == following[0]


@pytest.mark.parametrize(
    "word",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "11-2026",
        "2026-11-01",
        "november",
        "９９９９-99",
        "9999-12",
        "2200-01",
        "1969-12",
        "0001-01",
    ],
)
def test_what_is_no_month(word: str) -> None:
    assert month_bounds(word, SHANGHAI) is None


@given(st.text(max_size=9))
def test_no_word_whatever_raises(word: str) -> None:
    found = month_bounds(word, SHANGHAI)
    assert found is None or found[0] < found[1]
