"""Edges that detectors make: the three shapes of ringing, bounce, pulses, and what only looks like them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from device.exchange.line_pulses import (
    PinEdge,
    PulseShape,
    Role,
    dial_pulses,
    false_edges,
    hook_edges,
    ring_pulses,
)
from device.exchange.planned import FalseKind
from device.signals import MILLISECOND, SECOND


def burst(shape: PulseShape) -> list[PinEdge]:
    return list(ring_pulses(shape, 0, SECOND))


@pytest.mark.parametrize(
    ("shape", "pulses", "apart"),
    [(PulseShape.FULL_WAVE, 50, 20), (PulseShape.HALF_WAVE, 25, 40), (PulseShape.MERGED, 1, 0)],
)
def test_one_second_of_ringing(shape: PulseShape, pulses: int, apart: int) -> None:
    active = [edge.at for edge in burst(shape) if edge.active]
    assert len(active) == pulses
    assert {second - first for first, second in pairwise(active)} <= {apart * MILLISECOND}


def test_a_burst_that_is_cut_within_a_pulse_ends_there() -> None:
    assert [edge.at for edge in ring_pulses(PulseShape.FULL_WAVE, 5, 30 * MILLISECOND)] == [
        5,
        5 + 18 * MILLISECOND,
        5 + 20 * MILLISECOND,
        5 + 30 * MILLISECOND,
    ]


def test_a_hook_bounces_and_comes_to_rest() -> None:
    lifted = hook_edges(0, off_hook=True)
    assert [edge.active for edge in lifted] == [True, False, True, False, True]
    put_down = [edge for edge in hook_edges(0, off_hook=False) if edge.role is Role.HOOK]
    assert put_down[-1].active is False
    spikes = [edge for edge in hook_edges(0, off_hook=False) if edge.role is Role.RING]
    assert [edge.active for edge in spikes] == [True, False]


@pytest.mark.parametrize(("digit", "openings"), [("1", 1), ("9", 9), ("0", 10)])
def test_a_digit_opens_the_loop_so_often(digit: str, openings: int) -> None:
    hook = [edge for edge in dial_pulses(0, digit) if edge.role is Role.HOOK]
    assert [edge.active for edge in hook] == [False, True] * openings
    assert hook[1].at - hook[0].at == 60 * MILLISECOND


@pytest.mark.parametrize("kind", FalseKind)
@pytest.mark.parametrize("lasts", [None, 2 * SECOND])
def test_a_false_trigger_leaves_every_pin_as_it_was(kind: FalseKind, lasts: int | None) -> None:
    edges = false_edges(kind, 5, lasts, seed=3)
    assert edges[0].at == 5
    assert edges == sorted(edges, key=lambda edge: edge.at)
    last = {edge.role: edge.active for edge in edges}
    assert last == ({Role.HOOK: True} if kind is FalseKind.FLASH else dict.fromkeys(last, False))
