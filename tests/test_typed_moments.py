"""calls.typed_moments: the moment of a call as people read it off a telephone; what may mean two is not guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.civil_time import DAY, MINUTE, reading_of, text_of
from firmware_app.calls.typed_moments import call_time_of

NOW = reading_of("2026-11-24T08:35") or 0
NIGHT, EVENING = "2026-11-24T02:10", "2026-11-23T23:40"


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "2:10",
            "02:10",
            "２：１０",
            " 02:10 ",
            "02:10:59",
            "2.10",
            "0210",
            "2点10分",
            "2点10",
            "２点１０分",
            "2时10分",
        ),
        *(
            "凌晨2:10",
            "凌晨 2点10分",
            "今天2:10",
            "今天 凌晨2:10",
            "今早2:10",
            "2:10am",
            "2:10 AM",
            "11-24 2:10",
            "11/24 02:10",
        ),
        *(
            "11月24日2时10分",
            "11月24号 2:10",
            "2026-11-24 02:10",
            "2026年11月24日2时10分",
            "2026/11/24 2:10",
            "2026-11-24T02:10",
        ),
        *("11.24 2:10", "11-24，2:10", "today 2:10"),
    ],
)
def test_the_night_that_was(typed: str) -> None:
    assert text_of(call_time_of(typed, NOW) or 0) == NIGHT


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "23:40",
            "2340",
            "昨天23:40",
            "昨日 23点40分",
            "昨晚23:40",
            "昨晚11:40",
            "昨晚11点40",
            "昨夜 11:40",
            "11:40pm",
            "晚上11:40",
        ),
        *(
            "11-23 23:40",
            "11-23 晚上11:40",
            "11月23日23时40分",
            "2026.11.23 23:40",
            "yesterday 11:40 pm",
            "昨天夜里 11:40",
        ),
    ],
)
def test_the_evening_before(typed: str) -> None:
    assert text_of(call_time_of(typed, NOW) or 0) == EVENING


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("8:35", "2026-11-24T08:35"),
        ("8:36", "2026-11-23T08:36"),
        ("前天 下午3点半", "2026-11-22T15:30"),
        ("12-31 9:00", "2025-12-31T09:00"),
        ("11-24 9:00", "2025-11-24T09:00"),
        ("2026-11-24 9:00", "2026-11-24T09:00"),  # still to come: whoever asks refuses it
        ("中午12点", "2026-11-23T12:00"),
        ("中午1点", "2026-11-23T13:00"),
        ("下午12:05", "2026-11-23T12:05"),
        ("下午15:05", "2026-11-23T15:05"),
        ("3点一刻", "2026-11-24T03:15"),
        ("3点三刻", "2026-11-24T03:45"),
        ("3点整", "2026-11-24T03:00"),
        ("3点", "2026-11-24T03:00"),
        ("0:00", "2026-11-24T00:00"),
        ("凌晨0点", "2026-11-24T00:00"),
        ("2-28 8:00", "2026-02-28T08:00"),
    ],
)
def test_a_moment(typed: str, moment: str) -> None:
    assert text_of(call_time_of(typed, NOW) or 0) == moment


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            " ",
            "夜里",
            "昨天",
            "11-24",
            "24:00",
            "2:60",
            "2:1",
            "2:100",
            "25点",
            "半夜两点",
            "x2:10",
            "2:10x",
            "2:10 2:20",
        ),
        *(
            "昨晚2:10",
            "昨夜2点",
            "晚上12点",
            "晚上1点",
            "凌晨14点",
            "上午13:00",
            "下午8点半左右",
            "am 2:10 pm x",
            "2:10 pm 11-24",
        ),
        *(
            "2-30 8:00",
            "13-01 8:00",
            "2026-02-30 8:00",
            "0000-01-01 8:00",
            "2" * 41,
            "中午9点",
            "𝟚:1",
            "2460",
            "1/2/3/4 5:00",
        ),
    ],
)
def test_what_is_not_sure(typed: str) -> None:
    assert call_time_of(typed, NOW) is None


def test_a_clock_beyond_the_calendar() -> None:
    assert call_time_of("11-24 2:10", 10**22) is None


@settings(max_examples=150)
@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(("{h}:{m:02}", "{h:02}{m:02}", "{h}点{m}分", "{h:02}：{m:02}")),
)
def test_a_time_alone_is_the_latest_that_has_been(clock: int, now: int, spelling: str) -> None:
    today = NOW // DAY * DAY + now * MINUTE
    found = call_time_of(spelling.format(h=clock // 60, m=clock % 60), today)
    assert found is not None
    assert 0 <= today - found < DAY
    assert found % DAY == clock * MINUTE


@settings(max_examples=200)
@given(
    st.text(alphabet="0123456789:：.点时分半年月日-/ 今昨前天晚夜上下午凌晨apm", max_size=20),
    st.integers(0, 4 * 10**18),
)
def test_whatever_is_typed(typed: str, now: int) -> None:
    found = call_time_of(typed, now)
    assert found is None or found % MINUTE == 0
