"""Monitoring coverage: runs, silences and faults against a minute-by-minute count."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.heard_time import STALE, WHY, Coverage, Gap, Run, coverage, silences

NOW = 10**15


def test_without_a_run_nothing_was_heard_yet() -> None:
    assert silences([], None, NOW) == [Gap(0, NOW, "not_yet")]


def test_before_the_first_start_nothing_was_heard() -> None:
    assert silences([Run(NOW - 5)], None, NOW) == [Gap(0, NOW - 5, "not_yet")]


def test_a_crash_is_silent_from_the_last_sign_of_life_on() -> None:
    runs = [Run(100), Run(500, silent_since=300)]
    assert silences(runs, 500, 600) == [Gap(0, 100, "not_yet"), Gap(300, 500, "not_running")]


def test_a_run_that_stopped_in_order_is_silent_from_there_on() -> None:
    runs = [Run(100, stopped=200), Run(500, silent_since=190), Run(600, silent_since=590, stopped=700)]
    assert silences(runs, 700, 900)[1:] == [
        Gap(200, 500, "not_running"),
        Gap(590, 600, "not_running"),
        Gap(700, 900, "not_running"),
    ]


def test_an_older_run_that_says_nothing_of_before_leaves_no_gap() -> None:
    assert silences([Run(100), Run(500)], 500, 600) == [Gap(0, 100, "not_yet")]


def test_the_present_run_is_dead_when_its_sign_is_stale() -> None:
    runs = [Run(100, silent_since=100)]
    assert silences(runs, NOW - STALE, NOW) == []
    assert silences(runs, NOW - STALE - 1, NOW) == [Gap(NOW - STALE - 1, NOW, "not_running")]
    assert silences(runs, None, 100 + STALE + 1) == [Gap(100, 101 + STALE, "not_running")]


def test_a_clock_that_jumped_back_makes_no_gap() -> None:
    assert silences([Run(100, silent_since=100), Run(50, silent_since=900)], 50, 60) == []


def test_gaps_count_within_service_time_alone_and_name_their_line() -> None:
    gaps = [Gap(0, 15, "not_running"), Gap(12, 18, "line_lost", "L1"), Gap(30, 35, "no_loop", "L2")]
    found = coverage([(10, 20), (30, 40)], ["L1", "L2"], gaps)
    assert found == Coverage(
        heard=12 + 10,
        service=40,
        by_line={"L1": (12, 20), "L2": (10, 20)},
        gaps=(Gap(10, 15, "not_running"), Gap(12, 18, "line_lost", "L1"), Gap(30, 35, "no_loop", "L2")),
    )
    assert (found.share, found.percent) == ((22, 40), "55.0 %")


def test_without_service_time_there_is_no_share() -> None:
    found = coverage([], ["L1"], [Gap(0, 10, "not_yet")])
    assert (found.share, found.percent, found.gaps) == (None, "—", ())


def test_every_reason_has_its_words() -> None:
    assert {"not_yet", "not_running", "line_lost", "no_loop"} == set(WHY)


lengths = st.integers(0, 6)
gaps = st.builds(
    lambda start, length, line: Gap(start, start + length, "line_lost", line),
    st.integers(0, 30), lengths, st.sampled_from((None, "L1", "L2")),
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(gaps, max_size=6), st.integers(0, 10), st.integers(1, 8), st.integers(0, 5))
def test_coverage_is_the_moments_of_service_that_no_gap_holds(
    found: list[Gap], start: int, length: int, between: int
) -> None:
    service = [(start, start + length), (start + length + between, start + 2 * length + between)]
    told = coverage(service, ["L1", "L2"], found)
    for line in ("L1", "L2"):
        moments = [at for a, b in service for at in range(a, b)]
        heard = sum(
            not any(gap.start <= at < gap.end for gap in found if gap.line in (None, line)) for at in moments
        )
        assert told.by_line[line] == (heard, len(moments))
