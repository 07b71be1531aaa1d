"""Contacts that bounce make one press; a long one is told while the finger is still down."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.desk_press import HELD, SETTLED, SHORTEST, DeskPress
from device.interface import Press
from device.signals import SECOND
from tests.pulse_trains import ms

Contact = tuple[bool, int]


def heard(
    contacts: list[Contact], press: DeskPress | None = None, looks: list[int] | None = None
) -> list[tuple[Press, int]]:
    """What is said of the contacts, `expire` being called at `looks` and at the end."""
    press, pending, said = press or DeskPress(), sorted(looks or []), list[tuple[Press, int]]()
    for down, stamp in contacts:
        while pending and pending[0] < stamp:
            said += press.expire(pending.pop(0))
        said += press.edge(down, stamp)
    return said + press.expire((contacts[-1][1] if contacts else 0) + 10 * SECOND)


def bouncing(down: bool, begin: float) -> list[Contact]:
    return [
        (down, ms(begin)),
        (not down, ms(begin + 2)),
        (down, ms(begin + 3)),
        (not down, ms(begin + 8)),
        (down, ms(begin + 9)),
    ]


def test_a_short_press_is_stamped_with_its_first_contact_and_told_when_it_is_let_go() -> None:
    press = DeskPress()
    for down, stamp in [*bouncing(True, 1000), *bouncing(False, 1200)]:
        assert press.edge(down, stamp) == []
    assert press.next_deadline() == ms(1209) + SETTLED
    assert press.expire(ms(1209) + SETTLED - 1) == []
    assert press.expire(ms(1209) + SETTLED) == [(Press.SHORT, ms(1000))]
    assert press.next_deadline() is None


def test_a_long_press_is_told_while_held_and_only_once() -> None:
    press = DeskPress()
    for down, stamp in bouncing(True, 0):
        press.edge(down, stamp)
    assert press.next_deadline() == HELD
    assert press.expire(HELD) == [(Press.LONG, 0)]
    assert press.expire(HELD + SECOND) == []
    slow = [(False, ms(5000)), (True, ms(5002)), (False, ms(5026))]  # a worn switch
    for down, stamp in slow:
        assert press.edge(down, stamp) == []
    assert press.expire(ms(9000)) == []


def test_a_long_press_that_was_noticed_late_is_still_long() -> None:
    assert heard([(True, 0), (False, HELD + ms(500))]) == [(Press.LONG, 0)]


def test_two_presses_are_two() -> None:
    contacts = [*bouncing(True, 0), *bouncing(False, 100), *bouncing(True, 300), *bouncing(False, 420)]
    assert heard(contacts) == [(Press.SHORT, 0), (Press.SHORT, ms(300))]


def test_a_spark_is_no_press() -> None:
    assert heard([(True, 0), (False, ms(1)), (True, ms(500)), (False, ms(500) + SHORTEST - 1)]) == []


def test_found_pressed_says_nothing_until_let_go() -> None:
    stuck = DeskPress(down=True)
    assert stuck.next_deadline() is None
    assert heard([(False, ms(5000)), (True, ms(6000)), (False, ms(6100))], stuck) == [(Press.SHORT, ms(6000))]


def test_the_same_edge_twice_is_one() -> None:
    assert heard([(True, 0), (True, ms(50)), (False, ms(100)), (False, ms(110))]) == [(Press.SHORT, 0)]


@pytest.mark.parametrize(
    ("length", "kind"), [(HELD - 1, Press.SHORT), (HELD, Press.LONG), (SHORTEST, Press.SHORT)]
)
def test_two_seconds_make_it_long(length: int, kind: Press) -> None:
    assert heard([(True, 0), (False, length)]) == [(kind, 0)]


around = st.sampled_from(
    [ms(value) for value in (0, 1, 5, 19, 20, 21, 29, 30, 31, 100, 1999, 2000, 2001, 2030)]
)


@given(
    gaps=st.lists(around, max_size=20),
    shares=st.lists(st.tuples(st.integers(0, 20), st.floats(0, 1)), max_size=20),
)
@settings(max_examples=300, deadline=None)
def test_ticks_never_change_the_record(gaps: list[int], shares: list[tuple[int, float]]) -> None:
    stamps = [sum(gaps[: index + 1]) for index in range(len(gaps))]
    contacts = [(index % 2 == 0, stamp) for index, stamp in enumerate(stamps)]
    looks = [stamps[at] + int(gaps[at + 1] * share) for at, share in shares if at + 1 < len(gaps)]
    assert heard(contacts, looks=looks) == heard(contacts)
