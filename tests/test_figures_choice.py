"""web_panel.figures_choice, figures_tables and closed_figures: bounds that an address says exactly, colours, and months as they were."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.signals import SECOND
from firmware_app.calls.service_level import Counts
from web_panel.calls_view import period
from web_panel.closed_figures import closed_breaches
from web_panel.figures_choice import choose, months
from web_panel.figures_tables import lasted, tone_of
from web_panel.translating import Translator

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = 60 * SECOND


@given(
    key=st.sampled_from(["", "24h", "30d", "90d", "2026-10", "2026-11", "2028-02", "x"]),
    now=st.integers(1_790_000_000 * SECOND, 1_860_000_000 * SECOND),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia"]),
)
def test_an_address_says_exactly_the_bounds(key: str, now: int, zone: str) -> None:
    here = ZoneInfo(zone)
    choice, _ = choose(key, now, here)
    shown = datetime.fromtimestamp(now // SECOND, here)
    if key == "24h" and shown.utcoffset() != datetime.fromtimestamp(choice.since // SECOND, here).utcoffset():
        return  # on the night of a change of summer time a reading may stand for two moments
    asked, understood = period(choice.begin, choice.end, now, here)
    assert understood
    assert (asked.since, asked.until) == (choice.since, choice.until)
    assert choice.since <= now


@pytest.mark.parametrize(
    ("first", "closed", "listed"),
    [
        (None, [], ["2026-11"]), ("2026-10", [], ["2026-11", "2026-10"]), ("2027-05", [], ["2026-11"]),
        ("2026-11", ["2025-03"], ["2026-11", "2025-03"]),
    ],
)  # fmt: skip
def test_months_to_choose_from(first: str | None, closed: list[str], listed: list[str]) -> None:
    assert months(first, closed, 1_795_406_400 * SECOND, SHANGHAI) == listed


def test_a_clock_that_began_in_1970_lists_no_thousand_months() -> None:
    assert len(months("1970-01", [], 1_795_406_400 * SECOND, SHANGHAI)) == 131


@pytest.mark.parametrize(
    ("answered", "missed", "tone"),
    [(0, 0, "none"), (0, 4, "few"), (4, 0, "few"), (0, 5, "bad"), (5, 0, "ok"), (19, 1, "ok"), (18, 2, "watch")],
)  # fmt: skip
def test_the_colour_of_a_row(answered: int, missed: int, tone: str) -> None:
    assert tone_of(Counts(in_time=answered, missed=missed)) == tone


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (1, "1 秒"), (MINUTE - 1, "60 秒"), (MINUTE, "1 分钟"), (60 * MINUTE - 1, "59 分钟"), (60 * MINUTE, "1 小时"),
        (61 * MINUTE, "1 小时 1 分"),
    ],
)  # fmt: skip
def test_how_long_nothing_was_heard(duration: int, words: str) -> None:
    assert lasted(duration, Translator("zh_CN")) == words


def test_a_closed_breach_stands_where_its_call_began() -> None:
    [late, lost] = closed_breaches(json.loads('{"breaches":[[7,15000000001,true,false],[9,16,false,true]]}'))
    assert late.placed("L1", 5).group.name == "LATE"
    assert (lost.placed("L1", 5).sensed, lost.placed("L1", 5).staff_busy) == (False, True)
