"""What is a reversal of the loop, and what only shakes its sensor."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from device.polarity import ERROR, PATIENCE, SETTLED, PolarityWatch, Reversed
from device.signals import MILLISECOND

LONG = 10**12


def ms(value: float) -> int:
    return round(value * MILLISECOND)


def said(edges: list[tuple[int, int]], ticks: list[int] = []) -> list[Reversed]:  # noqa: B006 - never changed
    watch = PolarityWatch(1)
    told: list[Reversed] = []
    happenings = sorted([(mono, 0, level) for level, mono in edges] + [(tick, 1, 0) for tick in ticks])
    for mono, kind, level in happenings:
        told += watch.expire(mono) if kind else watch.edge(level, mono)
    return told + watch.expire(LONG)


def test_a_clean_reversal_and_the_one_back() -> None:
    assert said([(0, ms(1000)), (1, ms(5000))]) == [Reversed(ms(1000), ERROR), Reversed(ms(5000), ERROR)]


def test_a_bouncing_one_is_stamped_with_its_last_edge_and_the_bouncing_as_error() -> None:
    assert said([(0, ms(1000)), (1, ms(1002)), (0, ms(1008))]) == [Reversed(ms(1008), ms(8) + ERROR)]


def test_ringing_and_dial_pulses_are_none() -> None:
    ringing = [(n % 2, ms(20 * n)) for n in range(50)]
    pulses = [level for n in range(10) for level in [(0, ms(100 * n)), (1, ms(100 * n + 60))]]
    assert said(ringing) == said(pulses) == []


def test_a_reversal_under_ringing_is_told_when_it_is_over() -> None:
    ringing = [(n % 2, ms(20 * n)) for n in range(51)]
    assert said(ringing) == [Reversed(ms(1000), ms(1000) + ERROR)]


def test_the_same_level_again_changes_nothing() -> None:
    assert said([(0, ms(1000)), (0, ms(1100)), (1, ms(1150))]) == []


def test_nothing_is_awaited_in_peace() -> None:
    watch = PolarityWatch(0)
    assert watch.next_deadline() is None
    watch.edge(1, ms(10))
    assert watch.next_deadline() == ms(10) + SETTLED + PATIENCE


steps = st.sampled_from([1, 20, 100, 199, 200, 201, 219, 220, 221, 900])
histories = st.lists(st.tuples(st.integers(0, 1), steps), max_size=12)


@given(histories, st.lists(st.integers(0, 3000).map(ms), max_size=6))
def test_ticks_never_change_what_is_said(history: list[tuple[int, int]], ticks: list[int]) -> None:
    now, edges = 0, []
    for level, step in history:
        now += ms(step)
        edges.append((level, now))
    assert said(edges, ticks) == said(edges)
