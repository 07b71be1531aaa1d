"""Erlang B against its closed form and a table, and the estimate of calls that met a busy line."""

from __future__ import annotations

from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.erlang import BusyHour, blocking, busy_estimate, offered_of

HOUR = 3_600_000_000_000


@pytest.mark.parametrize(
    ("calls_a_day", "one", "two"),
    [(5, 3.0, 0.05), (10, 5.9, 0.18), (20, 11.1, 0.7), (40, 20.0, 2.4), (80, 33.3, 7.7)],
)
def test_the_table_of_180_s_calls_in_8_hours(calls_a_day: int, one: float, two: float) -> None:
    """DOMAIN 2.3: percent blocked on one line, and on two."""
    offered = calls_a_day * 180 / (8 * 3600)
    assert 100 * blocking(1, offered) == pytest.approx(one, abs=0.05)
    assert 100 * blocking(2, offered) == pytest.approx(two, abs=0.05)


def test_a_busy_hour_of_eight_calls_and_a_large_group() -> None:
    assert 100 * blocking(1, 8 * 180 / 3600) == pytest.approx(28.6, abs=0.05)
    assert 100 * blocking(2, 8 * 180 / 3600) == pytest.approx(5.4, abs=0.05)
    assert blocking(30, 25) == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize(
    ("lines", "offered", "lost"), [(0, 1.0, 1.0), (-1, 0.0, 1.0), (1, 0.0, 0.0), (3, -2.0, 0.0)]
)
def test_nothing_offered_and_no_lines(lines: int, offered: float, lost: float) -> None:
    assert blocking(lines, offered) == lost


@settings(max_examples=100)
@given(st.integers(1, 12), st.floats(0.001, 30))
def test_blocking_is_its_closed_form(lines: int, offered: float) -> None:
    terms = [offered**n / factorial(n) for n in range(lines + 1)]
    assert blocking(lines, offered) == pytest.approx(terms[-1] / sum(terms))


@settings(max_examples=100)
@given(st.integers(1, 8), st.floats(0.001, 0.97))
def test_the_load_offered_is_the_one_whose_rest_is_carried(lines: int, share: float) -> None:
    carried = share * lines
    offered = offered_of(carried, lines)
    assert offered * (1 - blocking(lines, offered)) == pytest.approx(carried, rel=1e-6)


def test_one_line_offers_rho_over_one_less_rho() -> None:
    assert offered_of(0.5) == pytest.approx(1.0)
    assert offered_of(0.2) == pytest.approx(0.25)
    assert (offered_of(0.0), offered_of(-1.0), offered_of(1.0, 0)) == (0.0, 0.0, 0.0)
    assert offered_of(5.0) == offered_of(0.98)  # a line cannot be more than busy


def test_the_estimate_is_told_in_plain_words() -> None:
    """Half of each hour off-hook: for each call that rang one met it busy."""
    found = busy_estimate([BusyHour(2, HOUR // 2, HOUR), BusyHour(1, HOUR // 2, HOUR)])
    assert found.met_busy == pytest.approx(3)
    assert found.occupancy == pytest.approx(0.5)
    assert found.words.zh == "估计另有约 3 个来电遇忙"
    assert found.words.en == "about 3 more calls met a busy line (estimate)"


def test_hardly_any_and_one() -> None:
    assert busy_estimate([]).occupancy is None
    assert busy_estimate([BusyHour(3, 0, 0)]).words.zh == "估计几乎没有来电遇忙"
    assert (
        busy_estimate([BusyHour(4, HOUR // 5, HOUR)]).words.en
        == "about 1 more call met a busy line (estimate)"
    )
