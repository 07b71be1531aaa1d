"""Answers by a machine: told by the line's document, or learnt from how alike they are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.signals import SECOND, seconds
from firmware_app.calls.callback_rules import Rules
from firmware_app.calls.machine_answers import is_by_machine, learnt, machine_delay

RULES = Rules()


@pytest.mark.parametrize(
    ("delay", "by_machine"),
    [(18.999, False), (19.0, True), (20.0, True), (21.0, True), (21.001, False)],
)
def test_within_a_second_of_its_time_the_machine_lifted(delay: float, by_machine: bool) -> None:
    assert is_by_machine(seconds(delay), seconds(20), RULES) is by_machine


def test_without_a_machine_or_a_moment_nobody_is_one() -> None:
    assert not is_by_machine(None, seconds(20), RULES)
    assert not is_by_machine(seconds(20), None, RULES)


@pytest.mark.parametrize(
    ("known", "delay"),
    [
        ({}, None),
        ({"answered_by_machine_after_s": 20}, seconds(20)),
        ({"answered_by_machine_after_s": 18.25}, seconds(18.25)),
        ({"answered_by_machine_after_s": 0}, None),
        ({"answered_by_machine_after_s": 121}, None),
        ({"answered_by_machine_after_s": True}, None),
        ({"answered_by_machine_after_s": False}, None),
        ({"answered_by_machine_after_s": "20"}, None),
        ({"answered_by_machine_after_s": float("nan")}, None),
    ],
)
def test_what_the_document_says(known: dict[str, object], delay: int | None) -> None:
    assert machine_delay(known) == delay


def at_twenty(count: int, sigma: float, seed: int = 1) -> list[int]:
    chance = random.Random(seed)
    return [seconds(20 + chance.gauss(0, sigma)) for _ in range(count)]


def test_ten_answers_alike_are_a_machine() -> None:
    assert learnt(at_twenty(9, 0.1), RULES) is None
    found = learnt(at_twenty(10, 0.1), RULES)
    assert found is not None
    assert found.answers == 10
    assert abs(found.delay - seconds(20)) < SECOND // 5
    assert found.sigma < RULES.machine_sigma


def test_a_machine_is_found_among_the_answers_of_people() -> None:
    chance = random.Random(2)
    people = [seconds(chance.uniform(2, 14)) for _ in range(40)]
    found = learnt(people + at_twenty(12, 0.1), RULES)
    assert found is not None
    assert found.answers == 12


def test_people_are_no_machine_however_many_they_are() -> None:
    chance = random.Random(3)
    for most in (4, 8, 20):
        assert learnt([seconds(chance.uniform(1, most)) for _ in range(200)], RULES) is None
    assert learnt([seconds(chance.gauss(6, 1.5)) for _ in range(200)], RULES) is None
    assert learnt([], RULES) is None


def test_sigma_at_its_bound() -> None:
    spread = [seconds(20 - 0.3), seconds(20 + 0.3)] * 10
    assert learnt(spread, RULES) is None
    assert learnt([seconds(20 - 0.299), seconds(20 + 0.299)] * 10, RULES) is not None


@given(
    st.lists(st.integers(0, 30_000).map(lambda ms: ms * 1_000_000), max_size=40),
    st.integers(2, 12),
    st.sampled_from([SECOND // 10, SECOND // 3, SECOND]),
)
def test_what_is_learnt_is_a_group_of_the_delays(delays: list[int], calls: int, sigma: int) -> None:
    rules = Rules(machine_calls=calls, machine_sigma=sigma)
    found = learnt(delays, rules)

    def around(middle: float) -> list[int]:
        return [each for each in delays if abs(each - middle) <= rules.machine_tolerance]

    near = [around(middle) for middle in delays]
    groups = [around(round(sum(group) / len(group))) for group in near]
    fits = [group for group in groups if len(group) >= calls and _sigma(group) < sigma]
    assert (found is not None) == bool(fits)
    if found is not None:
        assert found.answers == max(map(len, fits))


def _sigma(values: list[int]) -> int:
    mean = sum(values) / len(values)
    return round((sum((each - mean) ** 2 for each in values) / len(values)) ** 0.5)
