"""Closures: a reason, somebody who approved, known before or at most 24 h after they begin, unchangeable from then on."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.calls.closures import (
    LATEST,
    Closure,
    changed,
    from_document,
    intervals,
    late_change,
    problems,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
POWER = {
    "id": "c1",
    "from": "2026-11-24T14:30",
    "to": "2026-11-24T17:30",
    "reason": "停电",
    "approved_by": "王站长",
}
START = 1_795_501_800_000_000_000  # 2026-11-24 14:30 in Shanghai


def closure(start: int, end: int, name: str = "c1", reason: str = "停电") -> Closure:
    return Closure(name, start, end, reason, "王站长")


def test_a_document_is_read_in_the_order_of_time() -> None:
    later = {**POWER, "id": "c0", "from": "2026-12-01T08:30", "to": "2026-12-02T08:30"}
    first, second = from_document({"closures": [later, POWER]}, SHANGHAI)
    assert first == Closure("c1", START, START + 3 * 3600 * 10**9, "停电", "王站长")
    assert second.id == "c0"


def test_one_that_is_not_as_it_must_be_gives_no_closures() -> None:
    assert from_document({"closures": [{**POWER, "reason": ""}]}, SHANGHAI) == ()
    assert from_document(None, SHANGHAI) == ()


def test_where_they_overlap_or_touch_they_are_one() -> None:
    given_ = [
        closure(0, 5),
        closure(3, 4, "c2"),
        closure(5, 7, "c3"),
        closure(9, 9, "c4"),
        closure(10, 12, "c5"),
    ]
    assert intervals(given_) == ((0, 7), (10, 12))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([], "must be an object with the one key closures"),
        ({"closures": [], "more": 1}, "must be an object with the one key closures"),
        ({"closures": {}}, "closures: must be a list of at most 2000"),
        ({"closures": [POWER] * 2001}, "closures: must be a list of at most 2000"),
        ({"closures": [1]}, "closures[0]: must be an object with the keys id, from, to, reason, approved_by"),
        (
            {"closures": [{**POWER, "line": "L1"}]},
            "closures[0]: must be an object with the keys id, from, to, reason, approved_by",
        ),
        ({"closures": [{**POWER, "reason": " "}]}, "closures[0].reason: must be 1 to 200 characters"),
        (
            {"closures": [{**POWER, "approved_by": ""}]},
            "closures[0].approved_by: must be 1 to 200 characters",
        ),
        ({"closures": [{**POWER, "id": 7}]}, "closures[0].id: must be 1 to 200 characters"),
        ({"closures": [{**POWER, "reason": "停" * 201}]}, "closures[0].reason: must be 1 to 200 characters"),
        ({"closures": [POWER, POWER]}, "closures[1].id: is there twice"),
        (
            {"closures": [{**POWER, "from": "昨天"}]},
            "closures[0].from: must be a moment, e.g. 2026-11-24T14:30",
        ),
        ({"closures": [{**POWER, "to": None}]}, "closures[0].to: must be a moment, e.g. 2026-11-24T14:30"),
        ({"closures": [{**POWER, "to": POWER["from"]}]}, "closures[0]: must begin before it ends"),
        ({"closures": [{**POWER, "to": "2027-11-25T14:31"}]}, "closures[0]: 366 days at most"),
    ],
)
def test_each_mistake_is_told_with_its_place(content: object, told: str) -> None:
    (wrong,) = problems(content)
    assert wrong.en == told
    assert wrong.zh != told


@pytest.mark.parametrize("late", [-1, 0])
def test_until_24_hours_after_its_beginning_a_closure_may_come_change_and_go(late: int) -> None:
    one, other, now = closure(START, START + 9), closure(START, START + 5), START + LATEST + late
    for before, after in (((), (one,)), ((one,), ()), ((one,), (other,))):
        assert late_change(before, after, now) is None


def test_later_it_neither_comes_nor_changes_nor_goes() -> None:
    one, other, now = closure(START, START + 9), closure(START, START + 5), START + LATEST + 1
    new = late_change((), (one,), now)
    assert new is not None
    assert "before it begins" in new.en
    for after in ((), (other,)):
        old = late_change((one,), after, now)
        assert old is not None
        assert "cannot be changed any more" in old.en
        assert "停电" in old.zh
    assert late_change((one,), (one,), now) is None


def test_what_is_old_may_stand_beside_what_is_new() -> None:
    old, new, now = closure(0, 9), closure(START, START + 9, "c2"), START
    assert late_change((old,), (old, new), now) is None


def test_a_closure_cannot_be_moved_out_of_or_into_the_past() -> None:
    now = START + LATEST + 1
    coming = closure(now + 5, now + 9)
    assert late_change((closure(START, START + 9),), (coming,), now) is not None
    assert late_change((coming,), (closure(START, START + 9),), now) is not None


MOMENTS = st.sampled_from((0, 1, START - 1, START, START + 1, START + LATEST))
SOME = st.lists(
    st.builds(closure, MOMENTS, MOMENTS, st.sampled_from("ab")), max_size=3, unique_by=lambda each: each.id
)


@settings(max_examples=200, deadline=None)
@given(before=SOME, after=SOME, now=st.sampled_from((LATEST, LATEST + 1, START + LATEST, START + LATEST + 1)))
def test_a_change_is_refused_exactly_when_something_old_differs(
    before: list[Closure], after: list[Closure], now: int
) -> None:
    old = [{each for each in those if each.start < now - LATEST} for those in (before, after)]
    assert (late_change(before, after, now) is not None) == (old[0] != old[1])
    assert set(changed(before, after)) == set(before) ^ set(after)
