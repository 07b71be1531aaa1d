"""Mean and percentiles of delays, and which calls rang beside a talk, against plain lists."""

from __future__ import annotations

from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.answer_waits import Span, Waits, mean, rang_beside_a_talk, rank, waits_of


def test_of_nothing_there_is_nothing() -> None:
    assert waits_of([]) == Waits(0, None, None, None, None)
    assert mean(0, 0) is None


def test_each_percentile_is_a_delay_of_a_call_that_there_was() -> None:
    assert waits_of([4, 1, 2, 3]) == Waits(4, 3, 2, 4, 4)  # mean 2.5, half up
    assert waits_of([7]) == Waits(1, 7, 7, 7, 7)
    assert waits_of(range(1, 101)).p90 == 90


@settings(max_examples=200)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=40), st.sampled_from((1, 50, 90, 100)))
def test_nearest_rank(values: list[int], percent: int) -> None:
    """The smallest value that at least `percent` of all do not exceed."""
    found = sorted(values)[rank(len(values), percent)]
    assert sum(value <= found for value in values) >= ceil(len(values) * percent / 100)
    smaller = [value for value in values if value < found]
    assert len(smaller) < ceil(len(values) * percent / 100)


spans = st.builds(
    lambda line, start, length: Span(line, start, start + length),
    st.sampled_from(("L1", "L2", "L3")),
    st.integers(0, 12),
    st.integers(0, 5),
)


@settings(max_examples=400)
@given(st.lists(spans, max_size=6), st.lists(spans, max_size=6))
def test_beside_a_talk_is_while_another_line_was_off_hook(rings: list[Span], talks: list[Span]) -> None:
    ringing = list(enumerate(rings))
    by_hand = {
        call
        for call, ring in ringing
        if any(
            talk.line != ring.line and talk.start < max(ring.end, ring.start + 1) and talk.end > ring.start
            for talk in talks
        )
    }
    assert rang_beside_a_talk(ringing, talks) == by_hand
